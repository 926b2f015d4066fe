import { i18n } from "./i18n"
import en from "./words.privacy.en"
import ru from "./words.privacy.ru"

/** Words of parts that are fetched when they are asked for; whoever needs them imports this. */
i18n.global.mergeLocaleMessage("en", en)
i18n.global.mergeLocaleMessage("ru", ru)
