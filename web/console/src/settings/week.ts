import type { WeekSpan } from "@okno/protocol"

export const DAY_MIN = 1440
const MONDAY = Date.UTC(2024, 0, 1)

/** Names of weekdays from Monday. */
export const weekdays = (locale: string, weekday: "long" | "short"): string[] =>
  Array.from({ length: 7 }, (_, day) => new Intl.DateTimeFormat(locale, { weekday, timeZone: "UTC" }).format(MONDAY + day * DAY_MIN * 60_000))

export const timeOf = (min: number): string => `${String(Math.floor(min / 60) % 24).padStart(2, "0")}:${String(min % 60).padStart(2, "0")}`

/** A span after its beginning or end was set; an end that is not after the beginning lies in the next day. */
export function withTime<T extends { from_min: number; to_min: number }>(span: T, side: "from_min" | "to_min", value: string): T {
  const [h, m] = value.split(":").map(Number)
  if (h === undefined || m === undefined || Number.isNaN(h + m)) return span
  const min = h * 60 + m
  const from = side === "from_min" ? min : span.from_min
  const to = (side === "to_min" ? min : span.to_min) % DAY_MIN
  return { ...span, from_min: from, to_min: to > from ? to : to + DAY_MIN }
}

export const PRESETS: Record<string, WeekSpan[]> = {
  office: [0, 1, 2, 3, 4].map((day) => ({ day, from_min: 540, to_min: 1080 })),
  daily: [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, from_min: 540, to_min: 1260 })),
  always: [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, from_min: 0, to_min: DAY_MIN })),
}

/** Pieces of a day's bar in percent, with what runs over from the day before. */
export function bars(week: readonly WeekSpan[], day: number): { start: number; size: number }[] {
  const piece = (from: number, to: number) => ({ start: (from / DAY_MIN) * 100, size: ((Math.min(to, DAY_MIN) - from) / DAY_MIN) * 100 })
  const before = week.filter((one) => one.day === (day + 6) % 7 && one.to_min > DAY_MIN).map((one) => piece(0, one.to_min - DAY_MIN))
  return [...before, ...week.filter((one) => one.day === day).map((one) => piece(one.from_min, one.to_min))]
}

/** Open minutes of the week, as told under the editor; what overlaps counts once. */
export function openMinutes(week: readonly WeekSpan[]): number {
  const spans = week.map((one) => [one.day * DAY_MIN + one.from_min, one.day * DAY_MIN + one.to_min] as const).sort((a, b) => a[0] - b[0])
  let total = 0
  let until = 0
  for (const [from, to] of spans) {
    total += Math.max(0, to - Math.max(from, until))
    until = Math.max(until, to)
  }
  return Math.min(total, 7 * DAY_MIN)
}
