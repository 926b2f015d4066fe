import type { Why } from "@okno/protocol"

type Say = (key: string, named: Record<string, unknown>) => string
const chats = (percent: number): number => Math.ceil(percent / 100)

/** Why an operator got a conversation, as one sentence. Facts that say nothing are left out. */
export function whyText(why: Why, t: Say): string {
  const parts = [why.how === "transfer" ? t("routing.why.transfer", { name: why.by ?? "" }) : t(`routing.why.${why.how}`, {})]
  if (why.how === "transfer" || why.how === "taken") return parts.join("")
  if (why.rule) parts.push(t("routing.why.rule", { name: why.rule }))
  if (why.skill) parts.push(t("routing.why.skill", { skill: why.skill, level: why.level ?? 1 }))
  if (why.limit_percent) parts.push(t("routing.why.load", { load: chats(why.load_before_percent ?? 0), limit: chats(why.limit_percent) }))
  if ((why.free ?? 0) > 1) parts.push(t("routing.why.free", { n: why.free }))
  if ((why.idle_s ?? 0) >= 60) parts.push(t("routing.why.idle", { n: Math.floor((why.idle_s ?? 0) / 60) }))
  return parts.join(", ")
}
