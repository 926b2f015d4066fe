import type { Event, Message } from "@okno/protocol"
import type { ThreadState } from "./thread"

/** What two joined conversations both tell of their joining is told once, by the one that is shown. */
function doubled(event: Event, shown: string, held: ReadonlySet<string>): boolean {
  const { body } = event
  if (body.type === "carried") return held.has(body.quote.conversation)
  return event.conversation !== shown && (body.type === "merged" || body.type === "split") && held.has(body.conversation)
}

/**
 * Events of conversations shown as one, by time. Nothing before the moment from which on all of them are held: older
 * pages would come in between.
 */
export function eventsOf(shown: string, threads: readonly ThreadState[]): Event[] {
  const held = new Set(threads.filter((one) => one.thread).map((one) => one.conversation))
  const since = threads.reduce((at, one) => (one.moreBefore && one.events[0] && one.events[0].at > at ? one.events[0].at : at), "")
  const all = threads.flatMap((one) => one.events).filter((event) => event.at >= since && !doubled(event, shown, held))
  const by = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)
  return all.sort((a, b) => by(a.at, b.at) || by(a.conversation, b.conversation) || by(a.seq, b.seq))
}

/** Of which conversation an older page is read: the one that is held from the latest moment on. */
export function nextOlder(threads: readonly ThreadState[]): string | null {
  let found: ThreadState | null = null
  for (const one of threads) {
    if (one.moreBefore && one.events[0] && (!found || one.events[0].at > found.events[0]!.at)) found = one
  }
  return found?.conversation ?? null
}

/** A message that was split off, as it was said; without its words once they were deleted. */
export function asSaid(event: Event): Event {
  const { body } = event
  if (body.type !== "carried") return event
  const gone = !body.text && !body.attachments?.length && !body.quote.excerpt
  const said: Message & { type: "message" } = { type: "message", text: body.text, attachments: body.attachments, ...(gone ? { deleted_at: body.said_at } : {}) }
  return { ...event, at: body.said_at, actor: body.by, actor_id: body.by_id, actor_name: body.quote.author ?? "", body: said }
}
