import { i18n } from "./i18n"

/** Words of copies of dialogues and of exports, fetched with the parts that show them. */
const ru = {
  copies: {
    title: "Копия диалога", hint: "Копия такая, какой диалог видит клиент: без заметок и служебных отметок.", format: "Вид", html: "Страница", txt: "Текст", language: "Язык", part: "Часть", parts: "Диалог длинный, он делится на части: {n}.", internal: "Внутренняя копия с заметками", internalHint: "Клиенту её не отправляйте.", save: "Сохранить", saved: "Копия сохранена", mail: "Отправить клиенту", to: "Кому", unproved: "не подтверждён", noMail: "У клиента нет адреса почты.", send: "Отправить", sent: "Отправили на {address}", internalNoMail: "Копия с заметками почтой не отправляется.",
    settings: "Копии диалогов для клиентов", download: "Клиент может сохранить диалог из чата", email: "Клиент может прислать копию себе на почту", emailHint: "Только на адрес, на который ему и так пишут; не больше нескольких писем в день.",
  },
  exported: { ask: "Выгрузить данные", made: "Все данные одним файлом", waiting: "в очереди", running: "готовится: {done} из {total}", ready: "готово, до {at}", failed: "не получилось, попробуем ещё раз", deleted: "удалено", take: "Скачать", drop: "Удалить выгрузку", by: "{name}, {at}", history: "Выгрузки" },
}
const en: typeof ru = {
  copies: {
    title: "A copy of the conversation", hint: "As the customer sees it: without notes and internal marks.", format: "Format", html: "Page", txt: "Text", language: "Language", part: "Part", parts: "The conversation is long and comes in parts: {n}.", internal: "Internal copy with notes", internalHint: "Do not send it to the customer.", save: "Save", saved: "The copy is saved", mail: "Send to the customer", to: "To", unproved: "not proved", noMail: "The customer has no e-mail address.", send: "Send", sent: "Sent to {address}", internalNoMail: "A copy with notes is not sent by e-mail.",
    settings: "Copies for customers", download: "Customers may save the conversation from the chat", email: "Customers may have a copy sent to themselves", emailHint: "Only to the address they are written to anyway; a few letters a day at most.",
  },
  exported: { ask: "Export the data", made: "All data as one file", waiting: "queued", running: "being made: {done} of {total}", ready: "ready, until {at}", failed: "failed, will be tried again", deleted: "deleted", take: "Download", drop: "Delete the export", by: "{name}, {at}", history: "Exports" },
}
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
