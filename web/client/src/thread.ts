import type { Ack, Attachment, Body, Deleted, Event, Message, Note, Quote, Reaction, Receipt, Send, Snapshot, Thread } from "@okno/protocol"

/** An own send that has no number yet. `failed` holds what the server said against it; `files` and `quote` how it is shown. */
export interface Pending {
  id: string
  conversation: string | null
  body: Send
  at: string
  sent: boolean
  failed?: string
  files?: Attachment[]
  quote?: Quote
}

/**
 * What is known of one conversation. `events` are sorted by seq and dense from `events[0]`; what came too early waits in
 * `early` until the gap before it is filled.
 */
export interface ThreadState {
  conversation: string
  thread: Thread | null
  receipt: Receipt | null
  events: Event[]
  early: Event[]
  moreBefore: boolean
}

export function emptyThread(conversation: string): ThreadState {
  return { conversation, thread: null, receipt: null, events: [], early: [], moreBefore: true }
}

/** The greatest seq held without a gap; null before the first snapshot. */
export function cursorOf(state: ThreadState): number | null {
  const last = state.events[state.events.length - 1]
  return last ? last.seq : null
}

/** What is missing between the dense part and the first early event. */
export function gapOf(state: ThreadState): { after: number; until: number } | null {
  const first = state.early[0]
  const cursor = cursorOf(state)
  return first && cursor !== null ? { after: cursor, until: first.seq - 1 } : null
}

function react(reactions: Reaction[], emoji: string, actor: string, on: boolean): Reaction[] {
  const all = reactions.some((r) => r.emoji === emoji) ? reactions : [...reactions, { emoji, actors: [] }]
  return all
    .map((r) => (r.emoji === emoji ? { emoji, actors: [...r.actors.filter((a) => a !== actor), ...(on ? [actor] : [])] } : r))
    .filter((r) => r.actors.length)
}

/** The target's body after a change: the same fold as the server's, so that a live thread equals one read anew. */
export function fold(body: Body, change: Event): Body {
  if (body.type === "secret_asked") return { ...body, state: change.body.type === "secret_given" ? "given" : "closed" }
  if (body.type !== "message" && body.type !== "note") return body
  const target: Message | Note = body
  switch (change.body.type) {
    case "edited":
      return target.deleted_at ? target : { ...target, text: change.body.text, edited_at: change.at }
    case "deleted":
      return { type: target.type, deleted_at: target.deleted_at ?? change.at, edited_at: target.edited_at }
    case "reacted": {
      if (target.deleted_at) return target
      const reactions = react(target.reactions ?? [], change.body.emoji, change.actor_id, change.body.on)
      return { ...target, reactions: reactions.length ? reactions : undefined }
    }
    default:
      return body
  }
}

/** An event after a change of it, or after the deletion of what it repeats: edits and quotes of that are emptied. */
export function after(event: Event, change: Event): Event {
  let { body } = event
  const { quote } = body as Message
  const about = (it: { conversation: string }, seq: number): boolean => it.conversation === change.conversation && seq === (change.body as Deleted).seq
  if (about(event, event.seq)) body = fold(body, change)
  else if (change.body.type === "deleted") {
    if (body.type === "edited" && about(event, body.seq)) body = { ...body, text: "" }
    else if (quote && about(quote, quote.seq)) body = (more.emptied ?? plain)(body as Message, { ...quote, excerpt: "" })
  }
  return body === event.body ? event : { ...event, body }
}

const deletions = (events: readonly Event[]): Event[] => events.filter((e) => e.body.type === "deleted")

const plain = (body: Message, quote: Quote): Body => ({ ...body, quote })
/** What only operators are told: `erased.ts` puts it here, so that the widget need not carry it. */
export const more: { erased?: (events: Event[], by: Event) => Event[]; emptied?: (body: Message, quote: Quote) => Body } = {}

function appendDense(events: Event[], event: Event): Event[] {
  if (event.body.type === "erased" && more.erased) events = more.erased(events, event)
  if ("seq" in event.body) events = events.map((e) => after(e, event))
  // an own message may have been on its way while what it quotes was deleted
  return [...events, deletions(events).reduce(after, event)]
}

/**
 * Take events in any order, any number of times. The state is returned unchanged when there is nothing new. Of other
 * conversations only deletions matter: their texts are in no quote any more.
 */
export function applyEvents(state: ThreadState, incoming: readonly Event[]): ThreadState {
  const elsewhere = incoming.filter((e) => e.conversation !== state.conversation)
  if (elsewhere.length) {
    const erased = (events: Event[]): Event[] => events.map((e) => deletions(elsewhere).reduce(after, e))
    state = { ...state, events: erased(state.events), early: erased(state.early) }
    incoming = incoming.filter((e) => !elsewhere.includes(e))
  }
  if (!incoming.length) return state
  const cursor = cursorOf(state)
  if (cursor === null && state.thread === null) return { ...state, early: merge(state.early, incoming) }
  let events = state.events
  let last = cursor ?? state.thread?.last_seq ?? 0
  const waiting = merge(state.early, incoming).filter((e) => e.seq > last)
  let taken = 0
  for (const event of waiting) {
    if (event.seq !== last + 1) break
    events = appendDense(events, event)
    last = event.seq
    taken++
  }
  const early = waiting.slice(taken)
  if (!taken && early.length === state.early.length) return state
  return { ...state, events, early }
}

function merge(held: readonly Event[], incoming: readonly Event[]): Event[] {
  const bySeq = new Map<number, Event>()
  for (const event of [...held, ...incoming]) bySeq.set(event.seq, event)
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

/** A snapshot replaces (`reset`) or continues what is held; events that came early are kept where they are newer. */
export function applySnapshot(state: ThreadState, snapshot: Snapshot): ThreadState {
  const base: ThreadState = { ...state, thread: snapshot.thread, receipt: maxReceipt(state.receipt, snapshot.receipt) }
  if (!snapshot.reset) return applyEvents(base, snapshot.events)
  const early = [...state.events, ...state.early].filter((e) => e.seq > snapshot.thread.last_seq)
  const fresh: ThreadState = { ...base, events: [...snapshot.events], early: [], moreBefore: snapshot.more_before }
  return applyEvents(fresh, early)
}

/** An older page, read by REST: put before what is held when it joins without a gap. */
export function applyOlder(state: ThreadState, older: readonly Event[], moreBefore: boolean): ThreadState {
  const first = state.events[0]?.seq ?? Number.MAX_SAFE_INTEGER
  const gone = deletions(state.events) // a page read before a deletion brings no text back
  const page = older.filter((e) => e.seq < first).map((e) => gone.reduce(after, e))
  const last = page[page.length - 1]
  if (!last || (state.events.length && last.seq !== first - 1)) return { ...state, moreBefore }
  return { ...state, events: [...page, ...state.events], moreBefore }
}

/** An own send was committed: it becomes an event like the others. */
export function eventOfAck(pending: Pending, ack: Ack, me: { actor: Event["actor"]; id: string; name: string }): Event {
  const { body } = pending
  const shown: Body =
    body.type === "message" || body.type === "note"
      ? { type: body.type, text: body.text ?? "", attachments: pending.files, quote: pending.quote }
      : body
  return { ...ack, actor: me.actor, actor_id: me.id, actor_name: me.name, body: shown }
}

export function maxReceipt(a: Receipt | null, b: Receipt): Receipt {
  if (!a) return b
  return {
    conversation: b.conversation,
    customer_got_seq: Math.max(a.customer_got_seq, b.customer_got_seq),
    customer_read_seq: Math.max(a.customer_read_seq, b.customer_read_seq),
    operator_read_seq: Math.max(a.operator_read_seq, b.operator_read_seq),
  }
}
