import { i18n } from "./i18n"

/** Words of joining and parting conversations; they come with the thread. */
const ru = {
  joining: {
    merge: "Объединить с другим диалогом", title: "Объединить диалоги", hint: "Выбранный диалог продолжится в этом и уйдёт из списков. Всё написанное останется, объединение можно отменить.",
    search: "Найти по словам и дате", none: "Других диалогов у этого клиента нет.", noneFound: "Ничего не нашлось", other: "Это другой клиент? Сначала объедините карточки.", card: "Открыть карточку", here: "сейчас открыт", closed: "закрыт", do: "Объединить", error: "Диалоги не загрузились",
    merged: "Диалоги объединены", parted: "Объединение отменено", bulk: "Объединить выбранные диалоги", bulkOne: "Выбраны диалоги разных клиентов",
    mergedHere: "Сюда присоединён другой диалог", mergedInto: "Продолжается в другом диалоге", partedHere: "Присоединённый диалог снова отдельно", partedInto: "Снова отдельный диалог",
    splitOff: "Отделено в другой диалог: {n} сообщение | Отделено в другой диалог: {n} сообщение | Отделено в другой диалог: {n} сообщения | Отделено в другой диалог: {n} сообщений", splitFrom: "Отделено из другого диалога: «{text}»",
    open: "Открыть", from: "Отделить отсюда", pick: "Отделить сообщения", picked: "Отметьте сообщения | Отмечено: {n} | Отмечено: {n} | Отмечено: {n}", take: "Отметить сообщение", self: "Отделить", hand: "Отделить и передать", split: "Отделено: новый диалог у вас", more: "Ещё действия", menu: "Действия с диалогом", moved: "Этот диалог продолжается в другом. Отвечайте там.", go: "Перейти",
  },
  keys: { thread_merge: "Объединить с другим диалогом" },
  undo: { erased: "Сообщение сейчас удалится у всех", erasing: "Удаляется…", eraseNow: "Удалить сейчас" },
}
const en: typeof ru = {
  joining: {
    merge: "Merge with another conversation", title: "Merge conversations", hint: "The chosen one continues here and leaves the lists. Everything written stays, and it can be undone.",
    search: "Find by words or date", none: "This customer has no other conversations.", noneFound: "Nothing found", other: "Another customer? Merge the customers first.", card: "Open the card", here: "open now", closed: "closed", do: "Merge", error: "Conversations did not load",
    merged: "Conversations merged", parted: "Merge undone", bulk: "Merge the chosen conversations", bulkOne: "They are of different customers",
    mergedHere: "Another conversation continues here", mergedInto: "Continues in another conversation", partedHere: "The merged conversation is separate again", partedInto: "A separate conversation again",
    splitOff: "Split off into another conversation: {n} messages | Split off into another conversation: {n} message | Split off into another conversation: {n} messages", splitFrom: "Split off from another conversation: “{text}”",
    open: "Open", from: "Split off from here", pick: "Split messages off", picked: "Choose messages | Chosen: {n} | Chosen: {n}", take: "Choose the message", self: "Split off", hand: "Split off and hand over", split: "Split off: the new conversation is yours", more: "More", menu: "Conversation", moved: "This conversation continues in another one. Answer there.", go: "Go there",
  },
  keys: { thread_merge: "Merge with another conversation" },
  undo: { erased: "The message is about to be deleted for everybody", erasing: "Being deleted…", eraseNow: "Delete now" },
}
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
