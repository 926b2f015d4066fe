import type { ComponentType } from "preact"
import { useEffect, useRef, useState } from "preact/hooks"

/** A part that is fetched when it is first shown; nothing is shown until it came, and a broken link is tried again. */
export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let Part: ComponentType<P> | undefined
  return function Lazy(props: P) {
    const [, came] = useState(0)
    useEffect(() => {
      let here = true
      const fetch = (): void => {
        if (!here || Part) return
        load().then(
          (it) => {
            Part = it.default
            if (here) came(1)
          },
          () => setTimeout(fetch, 3_000),
        )
      }
      fetch()
      return () => {
        here = false
      }
    }, [])
    return Part ? <Part {...props} /> : null
  }
}

/** For parts of parts: with an import of their own the bundler cuts the panel in two. */
export { useEffect, useRef, useState }
