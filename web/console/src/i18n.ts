import { createI18n } from "vue-i18n"

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
  messages: {},
  pluralRules: { ru: russian },
})

const WORDS = { ru: () => import("./words.ru"), en: () => import("./words.en") }
const loaded = new Set<Locale>()

/** The words of one language come with it: nobody reads both. */
export async function setLocale(locale: Locale): Promise<void> {
  if (!loaded.has(locale)) {
    i18n.global.mergeLocaleMessage(locale, (await WORDS[locale]()).default)
    loaded.add(locale)
  }
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
}
