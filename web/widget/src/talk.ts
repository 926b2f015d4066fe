import {
  Link,
  Outbox,
  applyEvents,
  applyOlder,
  applySnapshot,
  cursorOf,
  emptyThread,
  eventOfAck,
  fold,
  gapOf,
  maxReceipt,
  uuid7,
  webSocket,
  type Dial,
  type LinkStatus,
  type Pending,
  type ThreadState,
} from "@okno/client"
import { PROTOCOL_VERSION, type Attachment, type Event, type EventPage, type Message, type Quote, type Send, type ServerFrame, type Snapshot } from "@okno/protocol"
import { keep, tell, type Init, type Person } from "./host"

const GAP_MS = 300
const TYPING_MS = 1_000

/** The way without a WebSocket comes when it is needed. */
const stream: Dial = (events) => {
  let wire: ReturnType<Dial> | undefined
  let left = false
  import("@okno/client/src/stream").then(
    (it) => {
      if (!left) wire = it.eventStream(location.origin, "omit")(events)
    },
    () => events.lost(),
  )
  return {
    send: (text) => wire?.send(text),
    abandon: () => {
      left = true
      wire?.abandon()
    },
  }
}

export interface View {
  status: LinkStatus
  state: ThreadState | null
  typing: string | null
  name: string
  unread: number
  ended: boolean
  blocked?: boolean
  place?: { place: number; expected_s?: number }
}

/** The visitor's side of one conversation: link, outbox and thread, without a screen. */
export class Talk {
  view: View = { status: "connecting", state: null, typing: null, name: "", unread: 0, ended: false }
  readonly outbox: Outbox
  readonly link: Link
  private token: string | undefined
  contact = ""
  private renewing = false
  /** What is held of conversations that are not the shown one. */
  early = new Map<string, ThreadState>()
  /** All of the customer's, the latest first. */
  all: string[] = []
  gapTimer: ReturnType<typeof setTimeout> | undefined
  private typingTimer: ReturnType<typeof setTimeout> | undefined
  private typedAt = 0
  private draftTimer: ReturnType<typeof setTimeout> | undefined
  private preview = false
  loading = false
  private readSeq = 0
  private gotSeq = 0
  visible = false

  constructor(
    readonly key: string,
    readonly init: Init,
    private readonly changed: () => void,
  ) {
    this.token = init.stored.token
    this.outbox = new Outbox(init.stored.box ?? [], (box) => keep({ box: [...box] }))
    const address = location.origin.replace(/^http/, "ws") + "/realtime"
    this.link = new Link({
      dials: [webSocket(address), stream],
      hello: () => ({
        t: "visitor",
        version: PROTOCOL_VERSION,
        key: this.key,
        token: this.token ?? null,
        visitor: this.init.stored.visitor ?? null,
        identity: this.init.person?.token ?? null,
        name: this.init.person?.name ?? "",
        email: this.init.person?.email ?? "",
        locale: document.documentElement.lang,
        after: this.cursors(),
      }),
      onFrame: (frame) => this.hear(frame),
      onStatus: (status) => {
        if (status !== "online") this.outbox.lost()
        this.show({ status })
      },
      visible: () => this.visible && !document.hidden,
      waiting: () => this.outbox.waiting,
    })
    addEventListener("online", () => this.link.wake())
    addEventListener("offline", () => this.link.wake())
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) {
        this.link.wake()
        this.markRead()
      }
    })
  }

  start(): void {
    this.link.start()
  }

  identify(person: Person): void {
    this.init.person = person
    this.link.restart()
  }

  get headers(): Record<string, string> {
    return this.token ? { authorization: `Bearer ${this.token}` } : {}
  }

  get filesUrl(): string {
    return `${location.origin}/api/v1/widget/${this.key}/files`
  }

  send(text: string, files: Attachment[] = [], quote?: Quote): boolean {
    const body: Send = { type: "message", text }
    if (files.length) body.attachments = files.map((file) => file.id)
    if (quote) body.quote = { conversation: quote.conversation, seq: quote.seq }
    return this.put(body, null, { ...(files.length ? { files } : {}), ...(quote ? { quote } : {}) })
  }

  /** Which files are chosen for the next message, so that a reload does not lose them. */
  noteFiles(files: { id: string; name: string }[]): void {
    keep({ files })
  }

  /** A change of an event that is there: reaction, edit, deletion. */
  change(body: Send): boolean {
    return this.put(body, this.view.state?.conversation ?? null)
  }

  put(body: Send, conversation: string | null, shown: Partial<Pending> = {}): boolean {
    const taken = this.outbox.add({ id: uuid7(), conversation, body, at: new Date().toISOString(), sent: false, ...shown })
    if (taken) this.flush()
    this.changed()
    return taken
  }

  mine(actors: string[]): boolean {
    return actors.includes(this.contact)
  }

  /** The thread as it will be once the changes on their way are taken. */
  get timeline(): Event[] {
    const events = this.view.state?.events ?? []
    const changes = this.outbox.all.filter((item) => "seq" in item.body && !item.failed)
    if (!changes.length) return events
    return events.map((event) =>
      changes.reduce((now, item) => {
        if (!("seq" in item.body) || item.body.seq !== event.seq) return now
        const change = eventOfAck(item, { id: item.id, conversation: event.conversation, seq: 0, at: item.at }, { actor: "customer", id: this.contact, name: "" })
        return { ...now, body: fold(now.body, change) }
      }, event),
    )
  }

  /** The message a quote points at, read in pages until it is here. Null when it is not of this thread. */
  async reach(quote: { conversation: string; seq: number }): Promise<boolean> {
    for (let turn = 0; turn < 100; turn++) {
      const { state } = this.view
      const first = state?.events[0]
      if (!state || !first || state.conversation !== quote.conversation) return false
      if (first.seq <= quote.seq) return true
      if (!state.moreBefore || !(await this.older(100))) return false
    }
    return false
  }

  async ask<T>(path: string, body?: string): Promise<T> {
    const response = await fetch(`/api/v1/widget/${this.key}${path}`, {
      headers: { ...this.headers, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { method: "POST", body } : {}),
    })
    if (!response.ok) throw new Error(String(response.status))
    return (response.status === 204 ? null : await response.json()) as T
  }

  retry(id: string): void {
    this.outbox.retry(id)
    this.flush()
    this.changed()
  }

  remove(id: string): void {
    this.outbox.remove(id)
    this.changed()
  }

  typing(draft: string): void {
    const conversation = this.view.state?.conversation
    if (!conversation) return
    const now = Date.now()
    clearTimeout(this.draftTimer)
    const early = TYPING_MS - (now - this.typedAt)
    if (draft && early > 0) {
      this.draftTimer = setTimeout(() => this.typing(draft), early)
      return
    }
    this.typedAt = draft ? now : 0
    this.link.send({ t: "typing", conversation, on: !!draft, draft: this.preview ? draft : "" })
  }

  /** One page before what is held; false when there was none to be had. */
  async older(limit = 50): Promise<boolean> {
    const { state } = this.view
    const first = state?.events[0]
    if (!state || !first || !state.moreBefore || this.loading || !this.token) return false
    this.loading = true
    try {
      const page = await this.ask<EventPage>(`/conversations/${state.conversation}/events?before=${first.seq}&limit=${limit}`)
      if (this.view.state?.conversation === state.conversation) {
        this.show({ state: applyOlder(this.view.state, page.events, page.more_before) })
      }
      return true
    } catch {
      return false // the link is down; scrolling asks again
    } finally {
      this.loading = false
    }
  }

  /** What is on the screen is read; counted only while somebody looks. */
  markRead(): void {
    const { state } = this.view
    const seq = state && cursorOf(state)
    if (!state || !seq) return
    if (this.visible && !document.hidden) {
      if (seq > this.readSeq && this.link.send({ t: "read", conversation: state.conversation, seq })) this.readSeq = this.gotSeq = seq
      if (this.view.unread) this.show({ unread: 0 })
      tell({ t: "badge", n: 0 })
    } else if (seq > this.gotSeq && this.link.send({ t: "read", conversation: state.conversation, seq, got: true })) {
      this.gotSeq = seq
    }
  }

  cursors(): Record<string, number> {
    const { state } = this.view
    const seq = state && cursorOf(state)
    return state && seq ? { [state.conversation]: seq } : {}
  }

  flush(): void {
    if (this.view.status !== "online") return
    this.outbox.flush((item) => this.link.send({ t: "send", id: item.id, conversation: item.conversation, body: item.body }))
  }

  show(change: Partial<View>): void {
    this.view = { ...this.view, ...change }
    this.changed()
  }

  private hear(frame: ServerFrame): void {
    switch (frame.t) {
      case "visitor":
        this.token = frame.token
        this.contact = frame.contact ?? frame.visitor
        this.preview = frame.draft_preview
        this.renewing = false
        if (this.init.person) this.init.person = { ...this.init.person, token: undefined } // used; the browser is known by its own token now
        keep({ token: frame.token, ...(frame.conversation ? { talk: 1 as const } : {}) })
        if (this.view.state && frame.conversation !== this.view.state.conversation) this.show({ state: null })
        this.show({ name: frame.name, ended: false, blocked: false })
        this.all = frame.conversations
        if (this.all[1]) this.join()
        this.flush()
        break
      case "snapshot":
        this.snapshot(frame)
        break
      case "events":
        this.events(frame.events ?? [], frame.acks ?? [])
        break
      case "repaired":
        this.take(frame.conversation, (state) => applyEvents(state, frame.events))
        break
      case "receipt":
        this.take(frame.receipt.conversation, (state) => ({ ...state, receipt: maxReceipt(state.receipt, frame.receipt) }))
        break
      case "thread":
        keep({ talk: 1 })
        if (this.view.state?.conversation !== frame.thread.conversation) {
          this.show({ state: { ...emptyThread(frame.thread.conversation) } })
        }
        break
      case "typing":
        if (frame.actor !== "customer") {
          clearTimeout(this.typingTimer)
          this.show({ typing: frame.on ? frame.name : null })
          if (frame.on) this.typingTimer = setTimeout(() => this.show({ typing: null }), 6_000)
        }
        break
      case "place":
        this.show({ place: frame })
        break
      case "refused":
        this.refused(frame)
        break
      case "bye":
        if (frame.reason === "blocked") {
          this.link.stop()
          this.show({ blocked: true })
          setTimeout(() => this.link.start(), 60_000) // it may be undone
        }
        break
      default:
    }
  }

  private refused(frame: Extract<ServerFrame, { t: "refused" }>): void {
    if (frame.id) {
      const item = this.outbox.refused(frame)
      if (item && !item.failed) setTimeout(() => this.flush(), 1_000)
      this.changed()
    } else if (frame.problem.status === 401 && this.init.person?.token) {
      const { renew } = this.init.person // the site's token was not taken: a fresh one, else without
      this.init.person = { ...this.init.person, token: undefined }
      if (renew && !this.renewing) {
        this.renewing = true
        tell({ t: "renew" })
      } else {
        tell({ t: "event", name: "error", detail: frame.problem })
        this.link.restart()
      }
    } else if (frame.problem.status === 401) {
      this.token = undefined
      this.init.person = undefined
      keep({ token: undefined, talk: undefined, box: [], draft: "" })
      this.outbox.clear()
      this.show({ state: null, name: "", ended: true })
    }
  }

  snapshot(frame: Snapshot): void {
    const held = this.view.state
    const conversation = frame.thread.conversation
    if (held && held.conversation !== conversation) {
      this.take(conversation, (state) => applySnapshot(state, frame))
      return this.join()
    }
    this.show({ state: applySnapshot(held ?? this.early.get(conversation) ?? emptyThread(conversation), frame) })
    this.settle()
  }

  events(events: Extract<ServerFrame, { t: "events" }>["events"] & object, acks: Extract<ServerFrame, { t: "events" }>["acks"] & object): void {
    const mine = acks.flatMap((ack) => {
      const item = this.outbox.acked(ack)
      return item ? [eventOfAck(item, ack, { actor: "customer", id: this.contact, name: "" })] : []
    })
    const all = [...mine, ...events]
    for (const event of events) this.outbox.remove(event.id)
    const conversation = this.view.state?.conversation ?? all[0]?.conversation
    if (conversation) this.take(conversation, (state) => applyEvents(state, all))
    else this.changed()
    const said = events.filter((e) => e.actor !== "customer" && e.body.type === "message")
    if (said.length) {
      tell({ t: "event", name: "message", detail: { text: (said.at(-1)!.body as Message).text ?? "" } })
      if (!this.init.stored.mute && !(this.visible && document.hasFocus())) void import("./sound").then((it) => it.ring())
      this.show({ typing: null, unread: this.view.unread + said.length })
      if (!this.visible) tell({ t: "badge", n: this.view.unread })
    }
    this.settle()
  }

  take(conversation: string, change: (state: ThreadState) => ThreadState): void {
    const { state } = this.view
    if (state?.conversation === conversation) {
      this.show({ state: change(state) })
    } else {
      this.early.set(conversation, change(this.early.get(conversation) ?? emptyThread(conversation)))
    }
  }

  /** Several conversations are shown as one talk: rare, and a chunk of its own. */
  join(): void {
    void import("./joined").then((it) => it.join(this))
  }

  /** After any change: mark what is seen, ask for what is missing. */
  settle(): void {
    this.markRead()
    const { state } = this.view
    clearTimeout(this.gapTimer)
    if (!state || !gapOf(state)) return
    this.gapTimer = setTimeout(() => {
      const gap = this.view.state && gapOf(this.view.state)
      if (gap && this.view.state) this.link.send({ t: "repair", conversation: this.view.state.conversation, ...gap })
    }, GAP_MS)
  }
}
