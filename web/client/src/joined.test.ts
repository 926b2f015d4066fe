import type { Event } from "@okno/protocol"
import { expect, test } from "vitest"
import { asSaid, eventsOf, nextOlder } from "./joined"

const NONE = "00000000-0000-0000-0000-000000000000"
const event = (conversation: string, seq: number, at: string, body: Event["body"] = { type: "message", text: `${conversation}${seq}` }): Event => ({ conversation, seq, id: `${conversation}${seq}`, at, actor: "customer", actor_id: NONE, actor_name: "", body })
const thread = (conversation: string, events: Event[], moreBefore = false): never => ({ conversation, events, early: [], moreBefore, receipt: null, thread: {} }) as never
const told = (events: Event[]): string => events.map((e) => e.id).join(" ")

test("two conversations are read as one, by time", () => {
  const a = thread("a", [event("a", 1, "10:00"), event("a", 2, "10:20")])
  const b = thread("b", [event("b", 1, "10:10"), event("b", 2, "10:30")])
  expect(told(eventsOf("a", [a, b]))).toBe("a1 b1 a2 b2")
})

test("what an older page may still come between is not shown yet", () => {
  const a = thread("a", [event("a", 7, "10:15"), event("a", 8, "10:20")], true)
  const b = thread("b", [event("b", 1, "10:10"), event("b", 2, "10:30")])
  expect(told(eventsOf("a", [a, b]))).toBe("a7 a8 b2")
  expect(nextOlder([a, b])).toBe("a")
})

test("a message that was split off and came back stands once, and so does the joining", () => {
  const quote = { conversation: "a", seq: 1, excerpt: "a1", author: "" }
  const a = thread("a", [event("a", 1, "10:00"), event("a", 2, "10:02", { type: "merged", conversation: "b", into: false, on: true, was: "open", waiting_since: null })])
  const b = thread("b", [event("b", 1, "10:01", { type: "carried", quote, said_at: "10:00", by: "customer", by_id: NONE }), event("b", 2, "10:02", { type: "merged", conversation: "a", into: true, on: true, was: "open", waiting_since: null })])
  expect(told(eventsOf("a", [a, b]))).toBe("a1 a2")
  expect(told(eventsOf("b", [b]))).toBe("b1 b2")
})

test("a deleted message shows as deleted where it was carried to", () => {
  const quote = { conversation: "a", seq: 1, excerpt: "", author: "" }
  const said = asSaid(event("b", 1, "10:01", { type: "carried", quote, said_at: "10:00", by: "operator", by_id: NONE }))
  expect(said.body.type === "message" && said.body.deleted_at).toBe("10:00")
  expect(said.actor).toBe("operator")
})
