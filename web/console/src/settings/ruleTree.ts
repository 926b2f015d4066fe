import type { Condition, RuleField, RuleTest } from "@okno/protocol"

export type Op = RuleTest["op"]
export interface Line { kind: "test"; id: number; field: string; op: Op; text: string }
export interface Group { kind: "group"; id: number; mode: "all" | "any" | "none"; of: (Line | Group)[] }
export const DEPTH_MAX = 3
let made = 0

export const line = (field = "message.text", op: Op = "contains", text = ""): Line => ({ kind: "test", id: ++made, field, op, text })
export const group = (mode: Group["mode"] = "all", of: Group["of"] = []): Group => ({ kind: "group", id: ++made, mode, of })
export const needsValue = (op: Op): boolean => op !== "known" && op !== "unknown"

/** Which comparisons make sense for a field. */
export function opsOf(field: RuleField | undefined): Op[] {
  if (field?.type === "flag" || field?.type === "choice" || ["conversation.inbox", "conversation.team"].includes(field?.field ?? "")) return ["is", "is_not", "known", "unknown"]
  if (field?.type === "number" || field?.type === "date") return ["is", "is_not", "at_least", "at_most", "known", "unknown"]
  if (field?.field === "conversation.labels") return ["is", "is_not", "contains", "lacks", "known", "unknown"]
  return ["contains", "lacks", "is", "is_not", "starts", "known", "unknown"]
}

function part(condition: Condition): Line | Group {
  if (condition.type === "test") return line(condition.field, condition.op, (condition.values ?? []).join(", "))
  if (condition.type === "not") {
    const inner = condition.of
    return group("none", (inner.type === "any" ? inner.of : [inner]).map(part))
  }
  return group(condition.type, condition.of.map(part))
}

/** A condition as a form shows it: groups of lines, the root always a group. */
export function treeOf(condition: Condition): Group {
  const shown = part(condition)
  return shown.kind === "group" ? shown : group("all", [shown])
}

export function conditionOf(shown: Line | Group): Condition {
  if (shown.kind === "test") {
    const values = needsValue(shown.op) ? shown.text.split(",").map((one) => one.trim()).filter(Boolean) : []
    return { type: "test", field: shown.field, op: shown.op, values }
  }
  const of = shown.of.map(conditionOf)
  return shown.mode === "none" ? { type: "not", of: { type: "any", of } } : { type: shown.mode, of }
}
