import type { ConversationRow, ViewFilter } from "@okno/protocol"

export type Tab = "mine" | "waiting" | "all" | "snoozed" | "due"
export type Status = "open" | "closed"
export interface Filter {
  tab: Tab
  status: Status
  label: string | null
  where?: ViewFilter | null
}

const by = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const latest = (a: ConversationRow, b: ConversationRow): number => by(b.last_at, a.last_at) || by(b.id, a.id)
const longest = (a: ConversationRow, b: ConversationRow): number => by(a.waiting_since ?? "", b.waiting_since ?? "") || by(a.id, b.id)
/** What runs out first; what no clock runs for comes after, the longest wait first. */
const firstDue = (a: ConversationRow, b: ConversationRow): number => by(a.due?.at ?? "~", b.due?.at ?? "~") || longest(a, b)

/** Those without a time, which wait for the customer, come last. */
const soonest = (a: ConversationRow, b: ConversationRow): number => by(a.snoozed_until ?? "~", b.snoozed_until ?? "~") || by(a.id, b.id)

function fits(row: ConversationRow, where: ViewFilter, me: string): boolean {
  const { assignee = null, labels = [] } = where
  if (where.mine ? row.assignee !== me : where.unassigned ? row.assignee !== null : assignee !== null && row.assignee !== assignee) return false
  if ((where.inbox ?? row.inbox) !== row.inbox || (where.team ?? row.team ?? 0) !== (row.team ?? 0)) return false
  return labels.every((one) => row.labels.includes(one)) && (!where.waiting || row.waiting_since !== null) && (!where.unread || row.unread > 0)
}

/** The question to the server for a page of such a list. */
export function asked({ tab, status, label, where }: Filter, me: string, limit: number, cursor: string | null): URLSearchParams {
  const query = new URLSearchParams({ tab, status, limit: String(limit) })
  if (label !== null) query.set("label", label)
  if (cursor) query.set("cursor", cursor)
  if (where?.unassigned) query.set("unassigned", "true")
  else if (where?.mine || where?.assignee) query.set("assignee", where.mine ? me : where.assignee!)
  for (const name of ["inbox", "team"] as const) if (where?.[name] != null) query.set(name, String(where[name]))
  for (const name of ["waiting", "unread"] as const) if (where?.[name]) query.set(name, "true")
  for (const one of where?.labels ?? []) query.append("labels", one)
  return query
}

/** Where a row belongs: the same rules as the server's lists. */
export function belongs(row: ConversationRow, { tab, status, label, where }: Filter, me: string): boolean {
  if (where && !fits(row, where, me)) return false
  if (label !== null && !row.labels.includes(label)) return false
  if (row.merged_into) return false
  if (tab === "snoozed") return row.status === "open" && !!row.snoozed
  if (row.snoozed) return false
  if (tab === "waiting") return row.status === "open" && row.waiting_since !== null && row.assignee === null
  if (tab === "due") return row.status === "open" && !!row.due
  return row.status === status && (tab === "all" || row.assignee === me)
}

/** Snoozed: who comes back first. Waiting: who waits longest. Mine: who must be answered, first whose time runs out, then who must answer. All: the latest. */
export function inOrder(rows: ConversationRow[], { tab, status }: Filter): ConversationRow[] {
  if (tab === "waiting") return rows.sort(longest)
  if (tab === "snoozed") return rows.sort(soonest)
  if (tab === "due") return rows.sort(firstDue)
  if (tab === "all" || status === "closed") return rows.sort(latest)
  const [due, rest] = [rows.filter((row) => row.waiting_since !== null), rows.filter((row) => row.waiting_since === null)]
  return [...due.sort(firstDue), ...rest.sort(latest)]
}

/** Whom to answer next after `done`: mine that wait, then anybody who waits without an operator; null when all is answered. */
export function mostUrgent(rows: Iterable<ConversationRow>, me: string, done: string | null): ConversationRow | null {
  let best: ConversationRow | null = null
  const rank = (row: ConversationRow): number => (row.assignee === me ? 0 : 1)
  for (const row of rows) {
    if (row.id === done || row.status !== "open" || row.snoozed || row.waiting_since === null) continue
    if (row.assignee !== null && row.assignee !== me) continue
    if (!best || rank(row) < rank(best) || (rank(row) === rank(best) && firstDue(row, best) < 0)) best = row
  }
  return best
}
