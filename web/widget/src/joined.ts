import { applyEvents, applyOlder, applySnapshot, cursorOf, emptyThread, eventOfAck, fold, gapOf, type Pending, type ThreadState } from "@okno/client"
import { eventsOf, nextOlder } from "@okno/client/src/joined"
import type { Ack, Event, EventPage, Message, Receipt, Send, Snapshot } from "@okno/protocol"
import { tell } from "./host"
import type { Talk } from "./talk"

/**
 * A customer's conversations as one talk. Each is held as it is; what the panel draws has numbers of its own, because
 * those of two conversations are the same. The panel's one is the customer's own; of the others only what was said is shown.
 */
const OPENED_MAX = 8
const FIRST = 1_000_000
const GAP_MS = 300
const SAID = new Set(["message", "secret_asked"])
interface Place { conversation: string; seq: number }
const joined = new WeakMap<Talk, () => void>()

/** Show all of them from now on; again: ask for what is missing after the line was down. */
export function join(talk: Talk): void {
  const open = joined.get(talk) ?? begin(talk)
  joined.set(talk, open)
  open()
}

function begin(talk: Talk): () => void {
  const states = talk.early
  const places = new Map<number, Place>()
  const numbers = new Map<string, number>()
  const read = new Map<string, number>()
  const got = new Map<string, number>()
  const mine = new WeakSet<ThreadState>()
  let base = talk.view.state?.conversation ?? ""
  if (talk.view.state) states.set(base, talk.view.state)
  const key = (it: Place): string => `${it.conversation} ${it.seq}`

  /** What the panel draws. */
  function draw(): void {
    const told = talk.view.state
    if (told && !mine.has(told) && told.conversation !== base) {
      base = told.conversation // another one is his own now
      if (!states.has(base)) states.set(base, told)
    }
    const own = states.get(base)
    if (!own) return
    const all = [...states.values()]
    const events = eventsOf(base, all).filter((event) => event.conversation === base || SAID.has(event.body.type))
    const known = events.findIndex((event) => numbers.has(key(event)))
    const from = known < 0 ? FIRST : numbers.get(key(events[known]!))! - known
    places.clear()
    numbers.clear()
    const drawn = events.map((event, at) => {
      places.set(from + at, { conversation: event.conversation, seq: event.seq })
      numbers.set(key(event), from + at)
      return { ...event, seq: from + at }
    })
    for (const event of drawn) {
      const quote = (event.body as Message).quote
      if (quote) event.body = { ...(event.body as Message), quote: { ...quote, seq: numbers.get(key(quote)) ?? quote.seq } } as Event["body"]
    }
    const state = { ...own, receipt: receiptOf(all, events, from), events: drawn, early: [], moreBefore: all.some((one) => one.moreBefore) }
    mine.add(state)
    talk.show({ state })
  }
  const ended = (id: string): boolean => states.get(id)?.events.findLast((event) => event.body.type === "opened" || event.body.type === "closed")?.body.type !== "opened"
  /** Read up to the latest message that was read in its conversation. */
  function receiptOf(all: ThreadState[], events: Event[], from: number): Receipt | null {
    const own = states.get(base)?.receipt
    if (!own) return null
    const of = new Map(all.map((one) => [one.conversation, one.receipt]))
    const last = (name: "customer_got_seq" | "customer_read_seq" | "operator_read_seq"): number => from + events.findLastIndex((event) => event.seq <= (of.get(event.conversation)?.[name] ?? 0))
    return { conversation: base, customer_got_seq: last("customer_got_seq"), customer_read_seq: last("customer_read_seq"), operator_read_seq: last("operator_read_seq") }
  }
  /** Where an answer goes: to whoever of the company spoke last; the server looks whether that one is open. */
  function target(): string | null {
    const said = talk.view.state?.events.findLast((event) => event.actor !== "customer" && event.body.type === "message")
    return said && said.conversation !== base ? said.conversation : null
  }
  const real = (seq: number): Place => places.get(seq) ?? { conversation: base, seq }

  talk.take = (conversation, change) => {
    states.set(conversation, change(states.get(conversation) ?? emptyThread(conversation)))
    draw()
  }
  talk.snapshot = (frame: Snapshot) => {
    const { conversation } = frame.thread
    if (!talk.view.state || (frame.thread.status === "open" && ended(base))) base = conversation
    talk.take(conversation, (state) => applySnapshot(state, frame))
    talk.settle()
  }
  const hear = talk.events.bind(talk)
  talk.events = (events: Event[], acks: Ack[]) => {
    const mine = acks.flatMap((ack) => {
      const item = talk.outbox.acked(ack)
      return item ? [eventOfAck(item, ack, { actor: "customer", id: talk.contact, name: "" })] : []
    })
    for (const conversation of new Set([...mine, ...events].map((event) => event.conversation))) {
      const its = [...mine, ...events].filter((event) => event.conversation === conversation || event.body.type === "deleted")
      states.set(conversation, applyEvents(states.get(conversation) ?? emptyThread(conversation), its))
    }
    draw()
    hear(events, []) // sound, counter and what else is told of messages; taking them again changes nothing
  }
  talk.put = (body: Send, _conversation: string | null, shown: Partial<Pending> = {}) => {
    let conversation: string | null = null
    if ("seq" in body) {
      const place = real(body.seq)
      conversation = place.conversation
      body = { ...body, seq: place.seq }
    } else {
      conversation = target()
      if ("quote" in body && body.quote) body = { ...body, quote: real(body.quote.seq) }
    }
    return put(body, conversation, shown)
  }
  const put = Object.getPrototypeOf(talk).put.bind(talk) as Talk["put"]
  talk.typing = (draft: string) => {
    const state = talk.view.state
    const conversation = target()
    if (!state || !conversation) return typing(draft)
    talk.view.state = { ...state, conversation }
    typing(draft)
    talk.view.state = state
  }
  const typing = Object.getPrototypeOf(talk).typing.bind(talk) as Talk["typing"]
  talk.cursors = () => Object.fromEntries([...states.values()].flatMap((state) => { const seq = cursorOf(state); return seq ? [[state.conversation, seq]] : [] }))
  talk.markRead = () => {
    const looks = talk.visible && !document.hidden
    for (const state of states.values()) {
      const seq = cursorOf(state)
      const told = looks ? read : got
      if (seq && seq > (told.get(state.conversation) ?? 0) && talk.link.send({ t: "read", conversation: state.conversation, seq, ...(looks ? {} : { got: true }) })) told.set(state.conversation, seq)
    }
    if (!looks) return
    if (talk.view.unread) talk.show({ unread: 0 })
    tell({ t: "badge", n: 0 })
  }
  talk.older = async (limit = 50) => {
    const id = nextOlder([...states.values()])
    const first = id && states.get(id)?.events[0]
    if (!id || !first || talk.loading) return false
    talk.loading = true
    try {
      const page = await talk.ask<EventPage>(`/conversations/${id}/events?before=${first.seq}&limit=${limit}`)
      talk.take(id, (state) => applyOlder(state, page.events, page.more_before))
      return true
    } catch {
      return false // the link is down; scrolling asks again
    } finally {
      talk.loading = false
    }
  }
  talk.reach = async (quote) => {
    for (let turn = 0; turn < 100; turn++) {
      if (places.has(quote.seq)) return true
      if (numbers.has(key(quote))) {
        quote.seq = numbers.get(key(quote))! // of the copy that is drawn
        return true
      }
      if (!(await talk.older(100))) return false
    }
    return false
  }
  talk.settle = () => {
    talk.markRead()
    clearTimeout(talk.gapTimer)
    talk.gapTimer = setTimeout(() => {
      for (const state of states.values()) {
        const gap = gapOf(state)
        if (gap) talk.link.send({ t: "repair", conversation: state.conversation, ...gap })
      }
    }, GAP_MS)
  }
  Object.defineProperty(talk, "timeline", {
    get: (): Event[] => {
      const events = talk.view.state?.events ?? []
      const changes = talk.outbox.all.filter((item) => "seq" in item.body && !item.failed)
      return changes.reduce((now, item) => now.map((event) => {
        const place = real(event.seq)
        if (!("seq" in item.body) || item.conversation !== place.conversation || item.body.seq !== place.seq) return event
        const change = eventOfAck(item, { id: item.id, conversation: place.conversation, seq: 0, at: item.at }, { actor: "customer", id: talk.contact, name: "" })
        return { ...event, body: fold(event.body, change) }
      }), events)
    },
  })
  draw()
  talk.settle()
  return () => {
    if (!talk.view.state) {
      states.clear() // somebody else, or the history was cleared
      read.clear()
      got.clear()
    }
    for (const conversation of talk.all.slice(0, OPENED_MAX)) {
      if (conversation === talk.view.state?.conversation) continue
      const held = states.get(conversation)
      talk.link.send({ t: "open", conversation, after: held ? cursorOf(held) : null })
    }
  }
}
