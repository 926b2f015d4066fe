import type { Due } from "@okno/protocol"

/** Two letters of a name. */
export function initials(name: string): string {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((part) => [...part][0]!.toUpperCase()).join("") || "?"
}

const TINTS = 6
/** One of the tints, the same for the same person everywhere. */
export function tint(id: string): string {
  let sum = 7
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) >>> 0
  return `t${sum % TINTS}`
}

/** What to call somebody who has not said his name: the end of the id tells two guests apart. */
export function shownName(name: string, id: string, guest: string): string {
  return name || `${guest} ${id.slice(-4)}`
}

export const SOON_S = 60
export const LATE_S = 120

/** A wait as the blind shows it: seconds, how far the blind has come down in per cent, and the tone. */
export function blind(since: string, now: number): { seconds: number; percent: number; tone: "" | "soon" | "late" } {
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000))
  return { seconds, percent: Math.min(100, (seconds / LATE_S) * 100), tone: seconds >= LATE_S ? "late" : seconds >= SOON_S ? "soon" : "" }
}

/** A clock of answering as a row shows it: seconds left (negative: overdue), how much of it is gone in per cent, the tone. */
export function dueClock(due: Due, now: number): { seconds: number; percent: number; tone: "" | "soon" | "late" } {
  const left = Math.floor((Date.parse(due.at) - now) / 1000)
  const warn = due.warn_at ? Date.parse(due.warn_at) : Infinity
  const last = Date.parse(due.at) - warn
  const percent = left <= 0 ? 100 : now >= warn ? 70 + 30 * ((now - warn) / last) : Math.max(10, Math.min(70, 70 - ((warn - now) / last) * 30))
  return { seconds: left, percent, tone: left <= 0 ? "late" : now >= warn ? "soon" : "" }
}

/** "0:42" below an hour, then whole units: "3 ч", "2 дн.". */
export function shortWait(seconds: number, locale: string): string {
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`
  const unit = seconds < 86_400 ? "hour" : "day"
  const amount = Math.floor(seconds / (unit === "hour" ? 3600 : 86_400))
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(amount)
}

/** 1,4 МБ, 12 KB: a size in the reader's words. */
export function shownSize(bytes: number, locale: string): string {
  const unit = bytes < 1_000_000 ? "kilobyte" : "megabyte"
  const amount = bytes / (unit === "kilobyte" ? 1_000 : 1_000_000)
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: amount < 10 ? 1 : 0 }).format(amount)
}

/** "завтра в 9:00", "Mon 14 Dec, 9:00": a time to come, as short as it can be said. */
export function shownTime(at: string, locale: string, now = new Date()): string {
  const date = new Date(at)
  const clock = clockOf(locale).format(date)
  const days = Math.round((new Date(date).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86_400_000)
  if (days === 0) return clock
  if (Math.abs(days) === 1) return `${new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day")}, ${clock}`
  return `${new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" }).format(date)}, ${clock}`
}

const clocks = new Map<string, Intl.DateTimeFormat>()
/** Hours and minutes; kept, because making a formatter costs more than drawing a message. */
export function clockOf(locale: string): Intl.DateTimeFormat {
  let clock = clocks.get(locale)
  if (!clock) clocks.set(locale, (clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" })))
  return clock
}

/** A canonical value of an attribute as it is read: a date by the calendar, yes and no as signs, nothing as a dash. */
export function shownValue(value: string, locale: string): string {
  if (!value) return "—"
  if (value === "true" || value === "false") return value === "true" ? "✓" : "✗"
  return /^\d{4}-\d\d-\d\d$/.test(value) ? new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(value)) : value
}

/** A language in the reader's words. */
export function languageName(code: string, locale: string): string {
  const name = new Intl.DisplayNames(locale, { type: "language" }).of(code) ?? code
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1)
}
