import type { Greeting, When } from "@okno/protocol"

/** What is known of a visitor and his page when a rule is asked. `path`: the address after the host, with what follows "?". */
export interface Here {
  path: string
  source: string
  visits: number
  language: string
  phone: boolean
  open: boolean
  known: boolean
}
export type Miss = "pages" | "sources" | "visits" | "languages" | "devices" | "hours" | "known"

/** `*` stands for any part of an address. */
export function matches(pattern: string, path: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")
  return new RegExp(`^${escaped}$`).test(path)
}

/** The first condition that does not hold; nothing when all do. The widget and the settings' dry test ask the same. */
export function misses(when: When, here: Here): Miss | "" {
  const { pages = [], sources = [], languages = [], devices = [] } = when
  const bare = here.path.split("?")[0]!
  if (pages.length && !pages.some((one) => matches(one, here.path) || matches(one, bare))) return "pages"
  if (sources.length && !sources.some((one) => here.source.toLowerCase().includes(one.toLowerCase()))) return "sources"
  if (here.visits < (when.visits_min ?? 1) || here.visits > (when.visits_max ?? Infinity)) return "visits"
  if (languages.length && !languages.includes(here.language as "ru")) return "languages"
  if (devices.length && !devices.includes(here.phone ? "phone" : "computer")) return "devices"
  if (when.hours && (when.hours === "open") !== here.open) return "hours"
  if (when.known && (when.known === "known") !== here.known) return "known"
  return ""
}

/** When a greeting was shown last: in which visit, on which day. */
export type Shown = [visit: string, day: string]

export function isDue({ often = "visit" }: Greeting, shown: Shown | undefined, visit: string, day: string): boolean {
  return !shown || (often === "visit" && shown[0] !== visit) || (often === "day" && shown[1] !== day)
}

/** Whether what the visitor has done on the page is enough. */
export function isReached({ after_s = 0, scroll_percent = 0, exit = false }: Greeting, seconds: number, percent: number, leaving: boolean): boolean {
  return seconds >= after_s && percent >= scroll_percent && (!exit || leaving)
}
