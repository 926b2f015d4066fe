import type { ConversationRow } from "@okno/protocol"
import { describe, expect, it } from "vitest"
import { belongs, inOrder, mostUrgent } from "./order"

const row = (id: string, what: Partial<ConversationRow> = {}): ConversationRow => ({ id, status: "open", assignee: null, waiting_since: null, last_at: "2026-01-01", labels: [], ...what }) as ConversationRow
const open = { status: "open" as const, label: null }

describe("the list's order", () => {
  it("puts who waits longest first in mine, then the latest of those who are answered", () => {
    const rows = [row("a", { last_at: "3" }), row("b", { waiting_since: "2", last_at: "2" }), row("c", { waiting_since: "1", last_at: "1" }), row("d", { last_at: "4" })]
    expect(inOrder(rows, { ...open, tab: "mine" }).map((r) => r.id)).toEqual(["c", "b", "d", "a"])
  })
  it("keeps what is laid aside out of every list but its own, and there by its time", () => {
    const aside = row("a", { snoozed: true, snoozed_until: "2", waiting_since: "0" })
    expect((["mine", "waiting", "all"] as const).some((tab) => belongs(aside, { ...open, tab }, "me"))).toBe(false)
    expect(belongs(aside, { ...open, tab: "snoozed" }, "me")).toBe(true)
    expect(mostUrgent([aside], "me", null)).toBeNull()
    const rows = [row("never", { snoozed_until: null }), aside, row("b", { snoozed_until: "1" })]
    expect(inOrder(rows, { ...open, tab: "snoozed" }).map((r) => r.id)).toEqual(["b", "a", "never"])
  })
  it("puts first what runs out first, wherever time is measured", () => {
    const due = (at: string) => ({ due: { clock: "first_answer" as const, at, warn_at: null } })
    const rows = [row("a", { waiting_since: "1" }), row("b", { waiting_since: "3", ...due("7") }), row("c", { waiting_since: "2", ...due("8") }), row("d", { status: "closed", ...due("1") })]
    expect(inOrder(rows.slice(0, 3).map((r) => ({ ...r, assignee: "me" })), { ...open, tab: "mine" }).map((r) => r.id)).toEqual(["b", "c", "a"])
    expect(inOrder(rows.filter((r) => belongs(r, { ...open, tab: "due" }, "me")), { ...open, tab: "due" }).map((r) => r.id)).toEqual(["b", "c"])
    expect(mostUrgent(rows, "me", null)?.id).toBe("b")
  })
  it("shows a label's rows only, and nobody's waiting ones under waiting", () => {
    expect(belongs(row("a", { labels: ["vip"] }), { ...open, label: "vip", tab: "all" }, "me")).toBe(true)
    expect(belongs(row("a"), { ...open, label: "vip", tab: "all" }, "me")).toBe(false)
    expect(belongs(row("a", { waiting_since: "1", assignee: "me" }), { ...open, tab: "waiting" }, "me")).toBe(false)
  })
})
describe("a saved view", () => {
  const tab = "all" as const
  it("takes a row only when all of its conditions do", () => {
    const where = { unassigned: true, labels: ["vip"], waiting: true, inbox: 1, team: 0 }
    const fit = { inbox: 1, team: null, unread: 0, labels: ["vip", "new"], waiting_since: "1" }
    expect(belongs(row("a", fit), { ...open, tab, where }, "me")).toBe(true)
    for (const wrong of [{ inbox: 2 }, { team: 3 }, { labels: [] }, { waiting_since: null }, { assignee: "x" }])
      expect(belongs(row("a", { ...fit, ...wrong }), { ...open, tab, where }, "me")).toBe(false)
  })
  it("means the reader by me", () => {
    expect(belongs(row("a", { assignee: "me", unread: 1 }), { ...open, tab, where: { mine: true, unread: true } }, "me")).toBe(true)
    expect(belongs(row("a", { assignee: "you", unread: 1 }), { ...open, tab, where: { mine: true } }, "me")).toBe(false)
  })
})
describe("whom to answer next", () => {
  it("takes mine before anybody's, the longest wait first, and never a colleague's", () => {
    const rows = [row("theirs", { assignee: "x", waiting_since: "0" }), row("free", { waiting_since: "1" }), row("mine", { assignee: "me", waiting_since: "5" }), row("older", { assignee: "me", waiting_since: "4" })]
    expect(mostUrgent(rows, "me", null)?.id).toBe("older")
    expect(mostUrgent(rows, "me", "older")?.id).toBe("mine")
    expect(mostUrgent([rows[0]!], "me", null)).toBeNull()
  })
})
