import { i18n } from "./i18n"

/** Words of the question before what was changed in the settings is lost. */
const ru = { leave: { title: "Изменения не сохранены", hint: "Если уйти с этой страницы, они пропадут.", stay: "Остаться", drop: "Уйти без сохранения" } }
const en: typeof ru = { leave: { title: "Changes are not saved", hint: "They are lost if you leave this page.", stay: "Stay", drop: "Leave without saving" } }
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
