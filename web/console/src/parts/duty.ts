import type { Seat } from "@okno/protocol"

type Say = (key: string, named?: Record<string, unknown>) => string
const SOON_MS = 18 * 3_600_000

/** Whether somebody works by his shifts now, and until when: "on shift until 18:00". */
export function dutyText(seat: Pick<Seat, "duty" | "duty_until">, t: Say, locale: string): string {
  if (seat.duty === "free") return t("duty.free")
  if (!seat.duty_until) return t(seat.duty === "off" ? "duty.off" : "duty.onAlways")
  const at = new Date(seat.duty_until)
  const near = at.getTime() - Date.now() < SOON_MS
  const time = new Intl.DateTimeFormat(locale, near ? { hour: "2-digit", minute: "2-digit" } : { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(at)
  return t(seat.duty === "on" ? "duty.on" : seat.duty === "extra" ? "duty.extraUntil" : "duty.offUntil", { time })
}

/** A break's reason in words: one's own, or why it began by itself. */
export const reasonText = (reason: string, t: Say): string => (reason === "idle" || reason === "missed" ? t(`duty.reason_${reason}`) : reason)
