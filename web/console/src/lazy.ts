import { defineAsyncComponent, type AsyncComponentLoader, type Component } from "vue"

const AGAIN_MS = 2_000

/** A part that is loaded when it is wanted; while the server is away it is asked for again until it comes. */
export function lazy<T extends Component>(loader: AsyncComponentLoader<T>): T {
  return defineAsyncComponent<T>({
    loader,
    onError: (_error, retry) => void setTimeout(() => {
      for (const link of document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet]")) if (!link.sheet) link.replaceWith(link.cloneNode())
      retry()
    }, AGAIN_MS),
  })
}
