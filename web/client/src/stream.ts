import type { Dial } from "./link"

/** Server frames by fetch stream, client frames by POST, one after the other. */
export function eventStream(base: string, credentials: RequestCredentials): Dial {
  return (events) => {
    const controller = new AbortController()
    const { signal } = controller
    let session = ""
    let queue: Promise<unknown> = Promise.resolve()
    const post = async (path: string, body: string): Promise<Response> => {
      const response = await fetch(base + path, { method: "POST", body, signal, credentials, headers: { "content-type": "text/plain" } })
      if (!response.ok) throw new Error(String(response.status))
      return response
    }
    const read = async (): Promise<void> => {
      const response = await fetch(`${base}/realtime/sessions/${session}/stream`, { signal, credentials })
      if (!response.ok || !response.body) throw new Error(String(response.status))
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      let text = ""
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        text += value
        const parts = text.split("\n\n")
        text = parts.pop() ?? ""
        for (const part of parts) if (part.startsWith("data: ")) events.frame(part.slice(6))
      }
    }
    const lost = (): void => {
      if (!signal.aborted) events.lost()
    }
    queueMicrotask(() => events.open())
    return {
      send: (text) => {
        queue = queue
          .then(async () => {
            if (session) return void (await post(`/realtime/sessions/${session}/frames`, text))
            session = ((await (await post("/realtime/sessions", text)).json()) as { session: string }).session
            void read().then(lost, lost)
          })
          .catch(lost)
      },
      abandon: () => controller.abort(),
    }
  }
}
