/** Times an operator puts things off to, in his own time zone. */
export const MORNING_HOUR = 9
const HOUR_MS = 3_600_000

const morning = (now: Date, days: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING_HOUR)
export const inAnHour = (now = new Date()): Date => new Date(Math.ceil((now.getTime() + HOUR_MS) / 60_000) * 60_000)
export const tomorrow = (now = new Date()): Date => morning(now, 1)
/** The next Monday, never today. */
export const monday = (now = new Date()): Date => morning(now, ((8 - now.getDay()) % 7) || 7)

/** As an input of the type datetime-local wants it. */
export function localInput(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
