import { createI18n } from "vue-i18n"
import en from "./words.en"
import ru from "./words.ru"

export type Locale = "ru" | "en"

/** Russian strings have four forms: none, one, few, many. */
function russian(count: number): number {
  if (count === 0) return 0
  const rule = new Intl.PluralRules("ru").select(count)
  return rule === "one" ? 1 : rule === "few" ? 2 : 3
}

export const i18n = createI18n({
  legacy: false,
  locale: navigator.language.startsWith("ru") ? "ru" : "en",
  fallbackLocale: "en",
  messages: { ru, en },
  pluralRules: { ru: russian },
})

export function setLocale(locale: Locale): void {
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}
