import type { Problem } from "@okno/protocol"

/** Bytes of one request: less than what proxies refuse by default would be slow, more would lose more to a broken link. */
export const PIECE_BYTES = 4 * 2 ** 20
/** A line that moves nothing for so long is dead, whatever the browser thinks. */
export const STALL_MS = 15_000
const BACKOFF_MS = 500
const BACKOFF_MAX_MS = 30_000

export interface UploadOptions {
  /** Where uploads are created; an upload's own address is this with `/id`. */
  url: string
  file: Blob
  name: string
  type: string
  /** A UUIDv7 made by the client; the attachment goes by it. */
  id: string
  /** Null while nobody is known yet: the file waits. */
  headers: () => Record<string, string> | null
  onProgress?: (sent: number, total: number) => void
  onDone: (id: string) => void
  /** Refused for good; the reason is for the user. */
  onFail: (problem: Problem) => void
  /** The upload may be there already: ask how far it got before anything is sent. */
  resume?: boolean
}
interface Answer {
  status: number
  offset: number
  problem: Problem | null
}
type Body = Blob | null

const PASSING = (status: number): boolean => status === 0 || status === 408 || status === 423 || status === 425 || status === 429 || status >= 500

/** Base64 of UTF-8, as `Upload-Metadata` wants it. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

/** One file on its way to the server (tus 1.0): goes on from where a broken link left it, until done, refused or aborted. */
export class Upload {
  sent = 0
  private request: XMLHttpRequest | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private stall: ReturnType<typeof setTimeout> | undefined
  private attempt = 0
  private known: boolean
  private running = false

  constructor(private readonly options: UploadOptions) {
    this.known = !!options.resume
  }

  /** Begin, or go on after `pause`. */
  start(): void {
    if (this.running) return
    this.running = true
    globalThis.addEventListener?.("online", this.wake)
    void this.run()
  }

  pause(): void {
    this.running = false
    globalThis.removeEventListener?.("online", this.wake)
    clearTimeout(this.timer)
    clearTimeout(this.stall)
    const { request } = this
    this.request = null
    request?.abort()
  }

  /** Give up; what the server holds of it is removed. */
  abort(): void {
    this.pause()
    void this.ask("DELETE")
    this.request = null
    clearTimeout(this.stall)
  }

  private readonly wake = (): void => {
    if (!this.running || this.request) return
    clearTimeout(this.timer)
    this.attempt = 0
    void this.run()
  }

  private async run(): Promise<void> {
    const { file } = this.options
    while (this.running) {
      const answer = this.known ? await this.ask("HEAD") : await this.create()
      if (!this.running) return
      if (answer.status === 404 || answer.status === 410) {
        if (!this.known) return this.fail(answer)
        this.known = false
        this.tell(0)
        continue
      }
      if (answer.status === 409 && !this.known) {
        this.known = true // made by an attempt whose answer was lost
        continue
      }
      if (PASSING(answer.status)) return this.later()
      if (answer.status >= 300) return this.fail(answer)
      this.known = true
      this.tell(answer.offset)
      while (this.sent < file.size) {
        const from = this.sent
        const piece = await this.ask("PATCH", file.slice(from, from + PIECE_BYTES), from)
        if (!this.running) return
        if (piece.status === 409) break // the server holds another length: ask
        if (PASSING(piece.status)) return this.later()
        if (piece.status === 404 || piece.status === 410) break
        if (piece.status >= 300) return this.fail(piece)
        this.attempt = 0
        this.tell(piece.offset > from ? piece.offset : Math.min(from + PIECE_BYTES, file.size))
      }
      if (this.sent >= file.size) return this.done()
      if (this.attempt++ > 5) return this.later()
    }
  }

  private create(): Promise<Answer> {
    return this.ask("POST")
  }

  private ask(method: string, body: Body = null, offset = 0): Promise<Answer> {
    const { url, id, name, type, file } = this.options
    const headers = this.options.headers()
    if (!headers) return Promise.resolve({ status: 0, offset: 0, problem: null })
    return new Promise((resolve) => {
      const request = new XMLHttpRequest()
      this.request = request
      const end = (): void => {
        clearTimeout(this.stall)
        if (this.request === request) this.request = null
        let problem: Problem | null = null
        try {
          problem = JSON.parse(request.responseText) as Problem
        } catch {
          // an answer of a proxy has no reason to show
        }
        resolve({ status: request.status, offset: Number(request.status && request.getResponseHeader("upload-offset")) || 0, problem })
      }
      const alive = (): void => {
        clearTimeout(this.stall)
        this.stall = setTimeout(() => request.abort(), STALL_MS)
      }
      request.onload = request.onerror = request.onabort = end
      request.upload.onprogress = (e) => {
        alive()
        if (method === "PATCH") this.options.onProgress?.(offset + e.loaded, file.size)
      }
      request.open(method, method === "POST" ? url : `${url}/${id}`)
      request.setRequestHeader("tus-resumable", "1.0.0")
      for (const [header, value] of Object.entries(headers)) request.setRequestHeader(header, value)
      if (method === "POST") {
        request.setRequestHeader("upload-length", String(file.size))
        request.setRequestHeader("upload-metadata", `filename ${base64(name)},filetype ${base64(type)},id ${base64(id)}`)
      } else if (method === "PATCH") {
        request.setRequestHeader("content-type", "application/offset+octet-stream")
        request.setRequestHeader("upload-offset", String(offset))
      }
      alive()
      request.send(body)
    })
  }

  private tell(sent: number): void {
    this.sent = sent
    this.options.onProgress?.(sent, this.options.file.size)
  }

  private later(): void {
    const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** this.attempt) * (0.5 + Math.random())
    this.attempt = Math.min(this.attempt + 1, 10)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.run(), wait)
  }

  private done(): void {
    this.pause()
    this.options.onDone(this.options.id)
  }

  private fail({ status, problem }: Answer): void {
    this.pause()
    this.options.onFail(problem ?? { type: "about:blank", title: `HTTP ${status}`, status })
  }
}
