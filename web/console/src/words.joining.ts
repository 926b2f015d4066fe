import { i18n } from "./i18n"

/** Words of joining and parting conversations; they come with the thread. */
const ru = {
  joining: {
    merge: "Объединить с другим диалогом",
    merged: "Диалоги объединены", parted: "Объединение отменено",
    language: "Язык клиента: {name}", languageTold: "Язык клиента снова определяется по его словам",
    mergedHere: "Сюда присоединён другой диалог", mergedInto: "Продолжается в другом диалоге", partedHere: "Присоединённый диалог снова отдельно", partedInto: "Снова отдельный диалог",
    splitOff: "Отделено в другой диалог: {n} сообщение | Отделено в другой диалог: {n} сообщение | Отделено в другой диалог: {n} сообщения | Отделено в другой диалог: {n} сообщений", splitFrom: "Отделено из другого диалога: «{text}»",
    open: "Открыть", from: "Отделить отсюда", pick: "Отделить сообщения", take: "Отметить сообщение", split: "Отделено: новый диалог у вас", more: "Ещё действия", menu: "Действия с диалогом",
  },
  keys: { thread_merge: "Объединить с другим диалогом" },
  undo: { erased: "Сообщение сейчас удалится у всех", erasing: "Удаляется…", eraseNow: "Удалить сейчас" },
}
const en: typeof ru = {
  joining: {
    merge: "Merge with another conversation",
    merged: "Conversations merged", parted: "Merge undone",
    language: "The customer writes in: {name}", languageTold: "The customer's words tell his language again",
    mergedHere: "Another conversation continues here", mergedInto: "Continues in another conversation", partedHere: "The merged conversation is separate again", partedInto: "A separate conversation again",
    splitOff: "Split off into another conversation: {n} messages | Split off into another conversation: {n} message | Split off into another conversation: {n} messages", splitFrom: "Split off from another conversation: “{text}”",
    open: "Open", from: "Split off from here", pick: "Split messages off", take: "Choose the message", split: "Split off: the new conversation is yours", more: "More", menu: "Conversation",
  },
  keys: { thread_merge: "Merge with another conversation" },
  undo: { erased: "The message is about to be deleted for everybody", erasing: "Being deleted…", eraseNow: "Delete now" },
}
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
