import { i18n } from "./i18n"

/** Words of the parts of joining that are fetched when they are asked for. */
const ru = {
  joining: {
    title: "Объединить диалоги", hint: "Выбранный диалог продолжится в этом и уйдёт из списков. Всё написанное останется, объединение можно отменить.",
    search: "Найти по словам и дате", none: "Других диалогов у этого клиента нет.", noneFound: "Ничего не нашлось", other: "Это другой клиент? Сначала объедините карточки.", card: "Открыть карточку", here: "сейчас открыт", closed: "закрыт", do: "Объединить", error: "Диалоги не загрузились",
    languageLabel: "Язык", languageAuto: "По его словам",
    bulk: "Объединить выбранные диалоги", bulkOne: "Выбраны диалоги разных клиентов", picked: "Отметьте сообщения | Отмечено: {n} | Отмечено: {n} | Отмечено: {n}", self: "Отделить", hand: "Отделить и передать", moved: "Этот диалог продолжается в другом. Отвечайте там.", go: "Перейти",
  },
}
const en: typeof ru = {
  joining: {
    title: "Merge conversations", hint: "The chosen one continues here and leaves the lists. Everything written stays, and it can be undone.",
    search: "Find by words or date", none: "This customer has no other conversations.", noneFound: "Nothing found", other: "Another customer? Merge the customers first.", card: "Open the card", here: "open now", closed: "closed", do: "Merge", error: "Conversations did not load",
    languageLabel: "Language", languageAuto: "By his words",
    bulk: "Merge the chosen conversations", bulkOne: "They are of different customers", picked: "Choose messages | Chosen: {n} | Chosen: {n}", self: "Split off", hand: "Split off and hand over", moved: "This conversation continues in another one. Answer there.", go: "Go there",
  },
}
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
