import type { ClientFrame, ServerFrame } from "@okno/protocol"

export type LinkStatus = "connecting" | "online" | "offline"

/** What carries frames; the browser's WebSocket, or an event stream with POST where those are blocked. */
export interface Wire {
  send(text: string): void
  /** Never waited for: a half-open line does not close by itself. */
  abandon(): void
}
export interface WireEvents {
  open(): void
  frame(text: string): void
  lost(): void
}
export type Dial = (events: WireEvents) => Wire

export interface LinkOptions {
  /** Wires to try in turn; after two attempts without a welcome the next one is taken. */
  dials: readonly Dial[]
  hello: () => ClientFrame
  onFrame: (frame: ServerFrame) => void
  onStatus: (status: LinkStatus) => void
  /** Whether somebody looks at the thread: the beat is faster then. */
  visible: () => boolean
  /** Whether something awaits its ack. */
  waiting: () => boolean
  random?: () => number
}

export const CONNECT_MS = 8_000
export const ACK_MS = 6_000
export const BEAT_VISIBLE_MS = 8_000
export const BEAT_HIDDEN_MS = 25_000
export const PONG_MS = 4_000
const BACKOFF_MS = 500
const BACKOFF_MAX_MS = 30_000
const TRIES_PER_DIAL = 2
const CHECK_MS = 500

/** Keeps one connection alive: dials, beats, notices dead lines by silence, backs off with jitter. */
export class Link {
  status: LinkStatus = "connecting"
  private wire: Wire | null = null
  private attempt = 0
  private tries = 0
  private dialIndex = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private watch: ReturnType<typeof setInterval> | undefined
  private welcomed = false
  private dialledAt = 0
  private heardAt = 0
  private beatAt = 0
  private pingAt = 0
  private awaitingSince = 0
  private stopped = true

  constructor(private readonly options: LinkOptions) {}

  start(): void {
    if (!this.stopped) return
    this.stopped = false
    this.watch = setInterval(() => this.check(), CHECK_MS)
    this.dial()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    clearInterval(this.watch)
    this.drop()
    this.say("offline")
  }

  /** The network is back or the tab became visible: do not wait for the back-off. */
  wake(): void {
    if (this.stopped) return
    if (this.wire && this.welcomed) {
      this.beat()
      return
    }
    if (!this.wire || Date.now() - this.dialledAt > 1_000) {
      this.attempt = 0
      this.dial()
    }
  }

  /** Say hello again on a new connection, for instance as somebody else. */
  restart(): void {
    if (this.stopped) return
    this.attempt = 0
    this.dial()
  }

  /** False when there is no line; the caller keeps what must not be lost. */
  send(frame: ClientFrame): boolean {
    if (!this.wire || !this.welcomed) return false
    this.wire.send(JSON.stringify(frame))
    if (frame.t === "send" && !this.awaitingSince) this.awaitingSince = Date.now()
    return true
  }

  private dial(): void {
    clearTimeout(this.timer)
    this.drop()
    this.say("connecting")
    this.dialledAt = Date.now()
    this.welcomed = false
    if (this.tries >= TRIES_PER_DIAL * this.options.dials.length) this.tries = 0
    this.dialIndex = Math.floor(this.tries / TRIES_PER_DIAL)
    this.tries++
    const events: WireEvents = {
      open: () => this.wire === wire && wire?.send(JSON.stringify(this.options.hello())),
      frame: (text) => this.wire === wire && this.hear(text),
      lost: () => this.wire === wire && this.retry(),
    }
    let wire: Wire | null = null
    try {
      wire = this.options.dials[this.dialIndex]!(events)
    } catch {
      this.retry()
      return
    }
    this.wire = wire
  }

  private hear(text: string): void {
    this.heardAt = Date.now()
    this.pingAt = 0
    let frame: ServerFrame
    try {
      frame = JSON.parse(text) as ServerFrame
    } catch {
      return this.retry()
    }
    if (frame.t === "visitor" || frame.t === "operator") {
      this.welcomed = true
      this.attempt = 0
      this.tries = this.dialIndex * TRIES_PER_DIAL
      this.beatAt = Date.now()
      this.awaitingSince = 0
      this.say("online")
    }
    if (frame.t === "bye" && frame.reason === "resume") {
      this.attempt = 0
      this.retry()
      return
    }
    this.options.onFrame(frame)
    if (!this.options.waiting()) this.awaitingSince = 0
    else if (frame.t === "events" && frame.acks?.length) this.awaitingSince = Date.now()
  }

  private check(): void {
    const now = Date.now()
    if (!this.wire) return
    if (!this.welcomed) {
      if (now - this.dialledAt > CONNECT_MS) this.retry()
      return
    }
    if (this.options.waiting()) {
      if (!this.awaitingSince) this.awaitingSince = now
      if (now - this.awaitingSince >= ACK_MS) return this.retry()
    }
    if (this.pingAt && now - this.pingAt >= PONG_MS) return this.retry()
    const beat = this.options.visible() ? BEAT_VISIBLE_MS : BEAT_HIDDEN_MS
    if (!this.pingAt && now - Math.max(this.beatAt, this.heardAt) >= beat - CHECK_MS) this.beat()
  }

  private beat(): void {
    this.beatAt = this.pingAt = Date.now()
    this.wire?.send('{"t":"ping"}')
  }

  private retry(): void {
    this.drop()
    if (this.stopped) return
    this.say(typeof navigator !== "undefined" && navigator.onLine === false ? "offline" : "connecting")
    const random = this.options.random ?? Math.random
    const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** this.attempt) * (0.5 + random())
    this.attempt = Math.min(this.attempt + 1, 10)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.dial(), wait)
  }

  private drop(): void {
    const wire = this.wire
    this.wire = null
    this.welcomed = false
    this.pingAt = this.awaitingSince = 0
    wire?.abandon()
  }

  private say(status: LinkStatus): void {
    if (this.status === status) return
    this.status = status
    this.options.onStatus(status)
  }
}

/** A WebSocket of the browser. */
export function webSocket(url: string): Dial {
  return (events) => {
    const socket = new WebSocket(url)
    socket.onopen = () => events.open()
    socket.onmessage = (e) => events.frame(String(e.data))
    socket.onclose = () => events.lost()
    return {
      send: (text) => socket.readyState === 1 && socket.send(text),
      abandon: () => {
        socket.onopen = socket.onmessage = socket.onclose = null
        socket.close()
      },
    }
  }
}
