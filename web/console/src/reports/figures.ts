/** A figure, a word, or nothing to take a figure from. */
export type Cell = number | string | null

/** What a chart shows, as rows. `units` by column: seconds, per cent or counts; `keys` are ids of the rows. */
export interface Table { head: string[]; units: readonly string[]; rows: Cell[][]; keys?: string[] }

/** 23 s, 1:42, 3:05:00: seconds as they are read. */
export function shownSeconds(seconds: number, locale: string): string {
  const whole = Math.round(seconds)
  if (whole < 60) return new Intl.NumberFormat(locale, { style: "unit", unit: "second", unitDisplay: "short" }).format(whole)
  const two = (n: number): string => String(n).padStart(2, "0")
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)]
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** RFC 4180; a cell that a spreadsheet would take for a formula is a word. */
export function csvOf(table: Table): string {
  const cell = (value: Cell): string => {
    if (value === null) return ""
    if (typeof value === "number") return String(value)
    const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  const units = table.head.map((head, at) => (table.units[at] ? `${head}, ${table.units[at]}` : head))
  return [units, ...table.rows].map((row) => row.map(cell).join(",")).join("\r\n")
}

const TIMES = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400]

/** Round steps that divide the axis into about four; of seconds such as clocks have. */
export function ticksOf(most: number, time = false): number[] {
  const rough = Math.max(most, 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = (time ? TIMES.find((n) => n >= rough) : undefined) ?? [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough)!
  return Array.from({ length: Math.ceil(Math.max(most, 0) / step) + 1 }, (_, n) => n * step).slice(0, 12)
}

const FAR = 5

/** How high the axis reaches: a few who waited for hours must not press everybody else to the ground. */
export function reachOf(usual: number, most: number): number {
  return usual && most > usual * FAR ? usual * FAR : most
}
