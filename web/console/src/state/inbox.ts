import {
  Link,
  Outbox,
  applyEvents,
  applyOlder,
  applySnapshot,
  cursorOf,
  emptyThread,
  eventOfAck,
  eventStream,
  gapOf,
  maxReceipt,
  uuid7,
  webSocket,
  type LinkStatus,
  type Pending,
  type ThreadState,
} from "@okno/client"
import "@okno/client/src/erased"
import { applyRows } from "@okno/client/src/rows"
import {
  PROTOCOL_VERSION,
  type ClientFrame,
  type ConversationPage,
  type ConversationRow,
  type Counters,
  type EventPage,
  type Send,
  type ServerFrame,
  type Event,
  type Here,
  type View,
} from "@okno/protocol"
import { defineStore } from "pinia"
import { computed, ref, shallowRef } from "vue"
import { call, get, post, put } from "../api"
import { asked, belongs, inOrder, mostUrgent, type Filter, type Status, type Tab } from "./order"
import { useDesk } from "./desk"
import { useSession } from "./session"
import { makeTyping } from "./typing"

const GAP_MS = 300
const THREADS_KEPT = 8
const PAGE = 50
const PAGE_MAX = 100
const MINE_PAGES_MAX = 5
const PAGES_AT_ONCE = 6
/** Why a message waits to be decided about: somebody has written while it was on its way. */
export const STALE = "stale"

export const useInbox = defineStore("inbox", () => {
  const session = useSession()
  const status = ref<LinkStatus>("connecting")
  const rows = shallowRef<ReadonlyMap<string, ConversationRow>>(new Map())
  const counters = ref<Counters>({ mine: 0, mine_unread: 0, waiting: 0, all: 0, snoozed: 0 })
  const tab = ref<Tab>("all")
  const label = ref<string | null>(null)
  /** The saved list that is shown. */
  const view = shallowRef<View | null>(null)
  const shown = ref<Status>("open")
  const next = ref<string | null>(null)
  const loading = ref(false)
  const failed = shallowRef<unknown>(null)
  const threads = shallowRef<ReadonlyMap<string, ThreadState>>(new Map())
  const typing = makeTyping()
  /** Colleagues by the conversation they look at. */
  const presence = shallowRef<ReadonlyMap<string, Here>>(new Map())
  /** Called for every message of a customer that comes in, and whether somebody looks at it. */
  let onArrival = (_event: Event, _looking: boolean): void => undefined
  /** Frames that are other stores'. */
  const onFrame: ((frame: ServerFrame) => void)[] = []
  /** Called when something waits for this operator, and when the line is there again. */
  let onAlert = (_frame: Extract<ServerFrame, { t: "alert" }> | null): void => undefined
  const current = ref<string | null>(null)
  const pending = shallowRef<readonly Pending[]>([])
  const signedOut = ref(false)
  /** Called when the reader's rights or teams are others than before, with the conversation he may not see any more. */
  let onScope = (_lost: string | null): void => undefined
  let cursor: number | null = null
  let welcomed = false
  let gapTimer: ReturnType<typeof setTimeout> | undefined
  let typedAt = 0

  const slot = (): string => `okno:outbox:${session.me?.operator.id ?? ""}`
  const restored = (): Pending[] => {
    try {
      return JSON.parse(localStorage.getItem(slot()) ?? "[]") as Pending[]
    } catch {
      return []
    }
  }
  let outbox = new Outbox([], () => undefined)
  const refresh = (): void => void (pending.value = outbox.all)

  const link = new Link({
    dials: [webSocket(location.origin.replace(/^http/, "ws") + "/realtime"), eventStream(location.origin, "same-origin")],
    hello: () => ({ t: "operator", version: PROTOCOL_VERSION }),
    onFrame: hear,
    onStatus: (value) => {
      status.value = value
      if (value !== "online") outbox.lost()
      refresh()
    },
    visible: () => !document.hidden,
    waiting: () => outbox.waiting,
  })

  const me = (): string => session.me?.operator.id ?? ""
  const filter = computed<Filter>(() => ({ tab: tab.value, status: shown.value, label: label.value, where: view.value?.filter ?? null }))
  // Begins with the order there was: sorting what is nearly sorted costs one pass, whatever the length.
  let order: readonly string[] = []
  const visible = computed(() => {
    const known = new Set(order)
    const was = order.flatMap((id) => rows.value.get(id) ?? [])
    const came = [...rows.value.values()].filter((row) => !known.has(row.id))
    const sorted = inOrder([...was, ...came].filter((row) => belongs(row, filter.value, me())), filter.value)
    order = sorted.map((row) => row.id)
    return sorted
  })

  function start(): void {
    outbox = new Outbox(restored(), (items) => {
      localStorage.setItem(slot(), JSON.stringify(items))
      refresh()
    })
    refresh()
    signedOut.value = false
    addEventListener("online", wake)
    addEventListener("offline", wake)
    document.addEventListener("visibilitychange", look)
    link.start()
  }
  function stop(): void {
    removeEventListener("online", wake)
    removeEventListener("offline", wake)
    document.removeEventListener("visibilitychange", look)
    link.stop()
    cursor = null
    welcomed = false
    rows.value = new Map()
    threads.value = new Map()
    current.value = null
  }
  const wake = (): void => link.wake()
  const look = (): void => {
    watchOver()
    if (document.hidden) return
    link.wake()
    markRead()
  }
  /** Tell colleagues where this window looks; a hidden one looks nowhere. */
  let watched: string | null = null
  function watchOver(again = false): void {
    const id = document.hidden ? null : current.value
    if (id === watched && !again) return
    watched = id
    link.send({ t: "look", conversation: id })
  }

  function hear(frame: ServerFrame): void {
    for (const tell of onFrame) tell(frame)
    switch (frame.t) {
      case "operator":
        presence.value = new Map()
        link.send({ t: "list", cursor })
        if (current.value) watchOver(true)
        for (const [id, state] of threads.value) link.send({ t: "open", conversation: id, after: cursorOf(state) })
        flush()
        onAlert(null)
        if (welcomed) void review()
        welcomed = true
        break
      case "rows":
        if (frame.cursor) cursor = frame.cursor
        if (frame.counters) counters.value = frame.counters
        rows.value = applyRows(rows.value, frame.rows, frame.gone)
        if (frame.reset) {
          rows.value = applyRows(new Map(), frame.rows)
          void loadTab()
        }
        for (const id of frame.gone ?? []) forget(id)
        break
      case "snapshot":
        change(frame.thread.conversation, (state) => applySnapshot(state, frame))
        settle(frame.thread.conversation)
        break
      case "events":
        events(frame)
        break
      case "repaired":
        change(frame.conversation, (state) => applyEvents(state, frame.events))
        settle(frame.conversation)
        break
      case "receipt":
        change(frame.receipt.conversation, (state) => ({ ...state, receipt: maxReceipt(state.receipt, frame.receipt) }))
        break
      case "alert":
        onAlert(frame)
        break
      case "typing":
        typing.hear(frame)
        break
      case "desk":
        useDesk().take(frame.desk)
        break
      case "presence":
        come(frame.here)
        break
      case "refused":
        refused(frame)
        break
      default:
    }
  }

  /** A line is ended when rights change: what may not be seen any more goes, what may comes. */
  async function review(): Promise<void> {
    const [before, shown] = [session.scope(), current.value]
    if (!(await session.load().catch(() => null)) || session.scope() === before) return
    const row = shown ? await get<ConversationRow>(`/conversations/${shown}`).catch(() => null) : null
    for (const id of threads.value.keys()) link.send({ t: "close", conversation: id })
    threads.value = new Map(row ? [[row.id, emptyThread(row.id)]] : [])
    rows.value = new Map(row ? [[row.id, row]] : [])
    if (row) link.send({ t: "open", conversation: row.id, after: null })
    else if (shown && current.value === shown) current.value = null
    link.send({ t: "list", cursor: (cursor = null) })
    void loadTab()
    onScope(row ? null : shown)
  }

  function come(here: readonly Here[]): void {
    const after = new Map(presence.value)
    for (const one of here) {
      const looking = one.looking.filter((id) => id !== me())
      if (looking.length) after.set(one.conversation, { ...one, looking })
      else after.delete(one.conversation)
    }
    presence.value = after
  }

  function refused(frame: Extract<ServerFrame, { t: "refused" }>): void {
    if (frame.problem.status === 401) {
      signedOut.value = true
      link.stop()
    } else if (frame.id) {
      const stale = frame.problem.type === "/problems/stale"
      const item = outbox.refused(stale ? { ...frame, problem: { ...frame.problem, detail: STALE } } : frame)
      if (item && !item.failed) setTimeout(flush, 1_000)
      refresh()
    }
  }

  function events(frame: Extract<ServerFrame, { t: "events" }>): void {
    const self = session.me?.operator
    const byThread = new Map<string, NonNullable<typeof frame.events>>()
    const put = (event: NonNullable<typeof frame.events>[number]): void => {
      // a deletion is for every thread: quotes may be anywhere
      for (const id of event.body.type === "deleted" ? threads.value.keys() : [event.conversation]) {
        const held = byThread.get(id)
        if (held) held.push(event)
        else byThread.set(id, [event])
      }
    }
    for (const ack of frame.acks ?? []) {
      const item = outbox.acked(ack)
      if (!item || !self) continue
      const event = eventOfAck(item, ack, { actor: "operator", id: self.id, name: self.name })
      put(item.body.type === "note" && event.body.type === "note" ? { ...event, body: { ...event.body, mentions: item.body.mentions, teams: item.body.teams } } : event)
    }
    for (const event of frame.events ?? []) {
      outbox.remove(event.id)
      put(event)
      if (event.body.type !== "message") continue
      typing.said(event.conversation, event.actor_id)
      if (event.actor === "customer") onArrival(event, event.conversation === current.value && document.hasFocus())
    }
     for (const [id, list] of byThread) {
      change(id, (state) => applyEvents(state, list))
      settle(id)
    }
    refresh()
  }

  function change(id: string, fold: (state: ThreadState) => ThreadState): void {
    const state = threads.value.get(id)
    if (!state) return
    const folded = fold(state)
    if (folded !== state) threads.value = new Map(threads.value).set(id, folded)
  }

  function settle(id: string): void {
    markRead()
    clearTimeout(gapTimer)
    gapTimer = setTimeout(() => {
      const state = threads.value.get(id)
      const gap = state && gapOf(state)
      if (gap) link.send({ t: "repair", conversation: id, ...gap })
    }, GAP_MS)
  }

  /** Read means: on the screen of somebody who looks. */
  function markRead(): void {
    const id = current.value
    const state = id && threads.value.get(id)
    if (!id || !state || document.hidden || !document.hasFocus()) return
    const seq = cursorOf(state)
    if (seq && seq > (state.receipt?.operator_read_seq ?? 0)) link.send({ t: "read", conversation: id, seq })
  }

  const query = (limit: number, cursor: string | null): string => `/conversations?${asked(filter.value, me(), limit, cursor)}`
  let asking = 0
  /** Read the tab from its beginning. Mine is read whole, because it is ordered by who must be answered. */
  async function loadTab(): Promise<void> {
    const turn = ++asking
    loading.value = true
    failed.value = null
    try {
      let cursor: string | null = null
      for (let page = 0; page < (tab.value === "mine" && shown.value === "open" ? MINE_PAGES_MAX : 1); page++) {
        const found: ConversationPage = await get<ConversationPage>(query(page ? PAGE_MAX : PAGE, cursor))
        if (turn !== asking) return
        rows.value = applyRows(rows.value, found.rows)
        next.value = cursor = found.next
        if (!cursor) break
      }
    } catch (error) {
      if (turn === asking) failed.value = error
    } finally {
      if (turn === asking) loading.value = false
    }
  }

  async function loadMore(): Promise<void> {
    if (!next.value || loading.value) return
    const turn = ++asking
    loading.value = true
    try {
      const page = await get<ConversationPage>(query(PAGE_MAX, next.value))
      if (turn !== asking) return
      rows.value = applyRows(rows.value, page.rows)
      next.value = page.next
    } catch {
      // the list stays as it is; scrolling asks again
    } finally {
      if (turn === asking) loading.value = false
    }
  }

  function choose(value: Tab, which: Status = "open", labelled: string | null = label.value): void {
    view.value = null
    tab.value = value
    shown.value = which
    label.value = labelled
    void loadTab()
  }

  function chooseView(chosen: View): void {
    choose(chosen.filter.snoozed ? "snoozed" : "all", chosen.filter.status ?? "open", null)
    view.value = chosen
    void loadTab()
  }

  async function open(id: string | null): Promise<void> {
    current.value = id
    if (!id) return watchOver()
    await hold(id)
    if (current.value !== id) return
    watchOver()
    markRead()
  }
  /** Have a thread live without looking at it: nothing is marked as read, colleagues are told nothing. */
  async function hold(id: string): Promise<void> {
    if (!rows.value.has(id)) {
      const row = await get<ConversationRow>(`/conversations/${id}`)
      rows.value = applyRows(rows.value, [row])
    }
    const held = threads.value.get(id)
    const kept = new Map(threads.value)
    kept.delete(id)
    kept.set(id, held ?? emptyThread(id))
    for (const old of kept.keys()) {
      if (kept.size <= THREADS_KEPT) break
      kept.delete(old)
      link.send({ t: "close", conversation: old })
    }
    threads.value = kept
    if (!held) link.send({ t: "open", conversation: id, after: null })
  }

  function forget(id: string): void {
    if (!threads.value.has(id)) return
    const kept = new Map(threads.value)
    kept.delete(id)
    threads.value = kept
    if (current.value === id) current.value = null
  }

  async function older(id: string): Promise<void> {
    const state = threads.value.get(id)
    const first = state?.events[0]
    if (!first || !state.moreBefore) return
    const page = await get<EventPage>(`/conversations/${id}/events?before=${first.seq}&limit=${PAGE_MAX}`)
    change(id, (now) => applyOlder(now, page.events, page.more_before))
  }

  /** Have everything from `seq` on, for a jump to what was quoted. */
  async function reach(id: string, seq: number): Promise<void> {
    const from = Math.max(1, seq - PAGE / 2)
    for (;;) {
      const first = threads.value.get(id)?.events[0]?.seq
      if (first === undefined || first <= from) return
      const starts = Array.from({ length: PAGES_AT_ONCE }, (_, n) => first - PAGE_MAX * (n + 1)).filter((start) => start > from - PAGE_MAX)
      const pages = await Promise.all(starts.map((start) => get<EventPage>(`/conversations/${id}/events?after=${Math.max(0, start - 1)}&limit=${PAGE_MAX}`)))
      for (const page of pages) change(id, (now) => applyOlder(now, page.events, (page.events[0]?.seq ?? 1) > 1))
      if (threads.value.get(id)?.events[0]?.seq === first) return
    }
  }

  /** False when the outbox is full. `shown`: files and quote as the thread draws them. */
  function send(conversation: string, body: Send, shown: Pick<Pending, "files" | "quote"> = {}): boolean {
    const taken = outbox.add({ id: uuid7(), conversation, body, at: new Date().toISOString(), sent: false, ...shown })
    if (taken) flush()
    refresh()
    return taken
  }
  function flush(): void {
    if (status.value !== "online") return
    outbox.flush((item) => link.send({ t: "send", id: item.id, conversation: item.conversation, body: item.body }))
    refresh()
  }
  function retry(id: string): void {
    outbox.retry(id)
    flush()
  }
  /** Past what came meanwhile: it has been seen now. */
  function sendAnyway(id: string): void {
    const item = outbox.remove(id)
    if (item?.conversation && item.body.type === "message")
      send(item.conversation, { ...item.body, seen: null }, { ...(item.files && { files: item.files }), ...(item.quote && { quote: item.quote }) })
    refresh()
  }
  function drop(id: string): void {
    outbox.remove(id)
    refresh()
  }
  /** `draft` when somebody with the right to looks over the shoulder: then every letter goes at once. */
  function type(conversation: string, on: boolean, draft = ""): void {
    const now = Date.now()
    if (on && !draft && now - typedAt < 2_000) return
    typedAt = on ? now : 0
    link.send({ t: "typing", conversation, on, draft })
  }

  /** Paint at once, ask the server, put back what it refuses. */
  async function act(id: string, guess: Partial<ConversationRow>, ask: () => Promise<ConversationRow>): Promise<void> {
    const before = rows.value.get(id)
    if (before) rows.value = new Map(rows.value).set(id, { ...before, ...guess })
    try {
      const row = await ask()
      rows.value = new Map(rows.value).set(id, row)
    } catch (error) {
      if (before) rows.value = new Map(rows.value).set(id, before)
      throw error
    }
  }
  /** A row this window has made itself. */
  const take = (row: ConversationRow): void => void (rows.value = applyRows(rows.value, [row]))
  const assign = (id: string, operator: string | null): Promise<void> =>
    act(id, { assignee: operator }, () => post<ConversationRow>(`/conversations/${id}/assignment`, { operator }))
  const close = (id: string): Promise<void> =>
    act(id, { status: "closed" }, () => post<ConversationRow>(`/conversations/${id}/closing`))
  /** `until` null: until the customer writes. */
  const snooze = (id: string, until: string | null): Promise<void> =>
    act(id, { snoozed: true, snoozed_until: until }, () => put<ConversationRow>(`/conversations/${id}/snooze`, { until }))
  const wakeUp = (id: string): Promise<void> =>
    act(id, { snoozed: false, snoozed_until: null }, () => call<ConversationRow>("DELETE", `/conversations/${id}/snooze`))
  const reopen = (id: string): Promise<void> =>
    act(id, { status: "open" }, () => post<ConversationRow>(`/conversations/${id}/reopening`))

  const urgent = (done: string | null = current.value): ConversationRow | null => mostUrgent(rows.value.values(), me(), done)
  const say = (frame: ClientFrame): void => void link.send(frame)
  const whenAlerted = (callback: typeof onAlert): void => void (onAlert = callback)
  const whenFrame = (callback: (frame: ServerFrame) => void): void => void onFrame.push(callback)
  const whenScoped = (callback: typeof onScope): void => void (onScope = callback)
  const whenArrived = (callback: typeof onArrival): void => void (onArrival = callback)

  return {
    ...{ status, rows, counters, tab, shown, label, view, next, loading, failed, threads, typing: typing.now, presence, current, pending, signedOut, visible },
    ...{ start, stop, choose, chooseView, loadTab, loadMore, open, older, reach, send, retry, sendAnyway, drop, type, assign, close, reopen, snooze, wakeUp, act, urgent, whenArrived, whenAlerted, whenFrame, whenScoped, say, hold, take },
  }
})
