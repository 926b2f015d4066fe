import type ru from "./words.ru"

export type Words = typeof ru
export let w: Words
export let lang = "en"
export let clock: Intl.DateTimeFormat
let date: Intl.DateTimeFormat

/** The page names the words of its language in its head: they are there when the panel asks for them. */
export async function speak(language: string): Promise<void> {
  w = (await (language === "ru" ? import("./words.ru") : import("./words.en"))).default
  lang = language === "ru" ? "ru" : "en"
  document.documentElement.lang = lang
  clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit" })
  date = new Intl.DateTimeFormat(lang, { day: "numeric", month: "long" })
}

export const dayOf = (at: string): string => {
  const day = new Date(at)
  const ago = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000)
  const near = new Intl.RelativeTimeFormat(lang, { numeric: "auto" })
  const said = ago < 2 && ago > -2 ? near.format(-ago, "day") : date.format(day)
  return said[0]!.toUpperCase() + said.slice(1)
}
export const timeOf = (at: string): string => clock.format(new Date(at))
