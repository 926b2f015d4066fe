const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]] as const

/** "2 min", "1 day 4 h": seconds in the reader's words, two units at most. */
export function spoken(seconds: number, locale: string): string {
  const parts: string[] = []
  let left = seconds
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(left / size)
    if (amount && parts.length < 2) parts.push(new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(amount))
    left -= amount * size
  }
  return parts.join(" ")
}

export type Unit = "minutes" | "hours" | "days"
export const SIZE: Record<Unit, number> = { minutes: 60, hours: 3_600, days: 86_400 }

/** The unit in which seconds are shortest to read. */
export const unitOf = (seconds: number | null): Unit => (seconds && seconds % 86_400 === 0 ? "days" : seconds && seconds % 3_600 === 0 ? "hours" : "minutes")
