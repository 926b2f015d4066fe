import type { Event } from "@okno/protocol"
import { describe, expect, it } from "vitest"
import { applyEvents, applyOlder, applySnapshot, cursorOf, emptyThread, gapOf, type ThreadState } from "./thread"

const C = "c"
const event = (seq: number, body: Event["body"] = { type: "message", text: `m${seq}` }): Event => ({
  conversation: C, seq, id: `id${seq}`, at: "2026-01-01T00:00:00.000Z", actor: "customer", actor_id: "a", actor_name: "", body,
})
const started = (last: number): ThreadState =>
  applySnapshot(emptyThread(C), {
    t: "snapshot",
    thread: { conversation: C, status: "open", assignee: null, assignee_name: "", assignee_photo: "", last_seq: last },
    receipt: { conversation: C, customer_got_seq: 0, customer_read_seq: 0, operator_read_seq: 0 },
    events: Array.from({ length: last }, (_, i) => event(i + 1)),
    reset: true,
    more_before: false,
  })

/** A small seeded generator: a failure names its seed. */
function random(seed: number): () => number {
  let state = seed + 1
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

describe("a thread", () => {
  it("shows every event once and in order, whatever the line does to them", () => {
    for (let seed = 0; seed < 300; seed++) {
      const next = random(seed)
      let state = started(3)
      const sent = Array.from({ length: 40 }, (_, i) => event(i + 4))
      const line = [...sent, ...sent.filter(() => next() < 0.4)].sort(() => next() - 0.5)
      while (line.length) state = applyEvents(state, line.splice(0, 1 + Math.floor(next() * 4)))
      expect(state.events.map((e) => e.seq), `seed ${seed}`).toEqual(Array.from({ length: 43 }, (_, i) => i + 1))
      expect(state.early, `seed ${seed}`).toEqual([])
    }
  })

  it("names the gap until it is filled", () => {
    let state = applyEvents(started(3), [event(6), event(7)])
    expect(gapOf(state)).toEqual({ after: 3, until: 5 })
    expect(cursorOf(state)).toBe(3)
    state = applyEvents(state, [event(4), event(5)])
    expect(gapOf(state)).toBeNull()
    expect(cursorOf(state)).toBe(7)
  })

  it("keeps what is newer than a snapshot that replaces the rest", () => {
    const ahead = applyEvents(started(3), [event(4)])
    const again = applySnapshot(ahead, { ...snapshotOf(started(3)), reset: true })
    expect(again.events.map((e) => e.seq)).toEqual([1, 2, 3, 4])
  })

  it("changes the target of an edit, a reaction and a deletion in place", () => {
    const reacted = applyEvents(started(1), [event(2, { type: "reacted", seq: 1, emoji: "👍", on: true })])
    expect(reacted.events[0]!.body).toMatchObject({ text: "m1", reactions: [{ emoji: "👍", actors: ["a"] }] })
    const edited = applyEvents(reacted, [event(3, { type: "edited", seq: 1, text: "new" })])
    expect(edited.events[0]!.body).toMatchObject({ text: "new", edited_at: "2026-01-01T00:00:00.000Z" })
    const deleted = applyEvents(edited, [event(4, { type: "deleted", seq: 1 })])
    expect(deleted.events[0]!.body).not.toHaveProperty("text")
    expect(applyEvents(deleted, [event(5, { type: "edited", seq: 1, text: "again" })]).events[0]!.body).not.toHaveProperty("text")
  })

  it("leaves no copy of what was deleted, in whatever order it is told", () => {
    const quote = { conversation: C, seq: 1, excerpt: "m1", author: "" }
    const line = [
      event(2, { type: "edited", seq: 1, text: "m1 again" }),
      event(3, { type: "message", text: "yes", quote }),
      event(4, { type: "note", text: "look", quote }),
      event(5, { type: "message", text: "other", quote: { ...quote, conversation: "d", excerpt: "kept" } }),
      event(6, { type: "deleted", seq: 1 }),
      event(7, { type: "message", text: "sent before it was known", quote }),
    ]
    for (let seed = 0; seed < 50; seed++) {
      const next = random(seed)
      let state = started(1)
      for (const one of [...line].sort(() => next() - 0.5)) state = applyEvents(state, [one])
      expect(JSON.stringify(state), `seed ${seed}`).not.toContain("m1")
      expect(state.events[2]!.body).toMatchObject({ text: "yes", quote: { conversation: C, seq: 1, excerpt: "" } })
      expect(state.events[4]!.body).toMatchObject({ quote: { excerpt: "kept" } })
    }
  })

  it("empties a quote of another conversation's message", () => {
    const quote = { conversation: "d", seq: 9, excerpt: "secret", author: "" }
    const state = applyEvents(started(1), [event(2, { type: "message", text: "a", quote }), event(4, { type: "message", text: "b", quote })])
    const told = applyEvents(state, [{ ...event(12, { type: "deleted", seq: 9 }), conversation: "d" }, { ...event(3), conversation: "d" }])
    expect(JSON.stringify(told)).not.toContain("secret")
    expect(told.events.map((e) => e.conversation)).toEqual([C, C])
    expect(told.events.at(-1)!.body).toMatchObject({ text: "a", quote: { conversation: "d", seq: 9 } })
  })

  it("takes no text back from an older page that was read before the deletion", () => {
    const late = applyEvents({ ...started(0), events: [event(3)] }, [event(4, { type: "deleted", seq: 1 })])
    const page = [event(1), event(2, { type: "edited", seq: 1, text: "m1 again" })]
    const state = applyOlder(late, page, false)
    expect(JSON.stringify(state)).not.toContain("m1")
    expect(state.events[0]!.body).toMatchObject({ deleted_at: "2026-01-01T00:00:00.000Z" })
  })

  it("joins an older page only where it touches", () => {
    const late = { ...started(0), events: [event(10), event(11)] }
    expect(applyOlder(late, [event(8), event(9)], true).events.map((e) => e.seq)).toEqual([8, 9, 10, 11])
    expect(applyOlder(late, [event(5), event(6)], true).events.map((e) => e.seq)).toEqual([10, 11])
  })
})

function snapshotOf(state: ThreadState): Parameters<typeof applySnapshot>[1] {
  return { t: "snapshot", thread: state.thread!, receipt: state.receipt!, events: state.events, reset: true, more_before: false }
}
