const RU = {
  title: "Мы на связи",
  here: "отвечаем в чате",
  greeting: "Здравствуйте! Спросите о чём угодно — ответит живой человек.",
  hint: "Сообщение",
  send: "Отправить",
  close: "Закрыть чат",
  connecting: "Соединяемся…",
  offline: "Нет связи. Пишите дальше, отправим сами.",
  full: "Слишком много неотправленных сообщений. Дождитесь связи.",
  retry: "Повторить",
  remove: "Убрать",
  typing: "печатает",
  fresh: "Новое ↓",
  you: "Вы",
  edited: "изменено",
  deleted: "Сообщение удалено",
  closed: "Разговор завершён. Напишите, чтобы продолжить.",
  joined: "отвечает вам",
  older: "Загружаем историю…",
  queued: "ждёт отправки",
  sent: "отправлено",
  delivered: "доставлено",
  read: "прочитано",
  failed: "не отправлено",
  ended: "Сеанс завершён. Откройте чат снова.",
  write: "Написать",
  closedNow: "Сейчас закрыто",
  answerAt: "Ответим",
  leave: "Напишите — ответ останется здесь.",
  menu: "Меню",
  more: "Действия с сообщением",
  cancel: "Отменить",
  editing: "Изменение сообщения",
  save: "Сохранить",
  attach: "Прикрепить файл",
  camera: "Снять на камеру",
  emoji: "Эмодзи",
  voice: "Голосовое сообщение",
  drop: "Отпустите, чтобы прикрепить",
  file: "Файл",
  wait: "Дождитесь загрузки файлов",
  newDown: "Новое",
}
const EN: typeof RU = {
  title: "We are here",
  here: "we answer in this chat",
  greeting: "Hello! Ask us anything — a person will answer.",
  hint: "Message",
  send: "Send",
  close: "Close chat",
  connecting: "Connecting…",
  offline: "No connection. Keep writing, we will send it.",
  full: "Too many unsent messages. Wait for the connection.",
  retry: "Retry",
  remove: "Remove",
  typing: "is typing",
  fresh: "New ↓",
  you: "You",
  edited: "edited",
  deleted: "Message deleted",
  closed: "This conversation is closed. Write to continue.",
  joined: "answers you",
  older: "Loading history…",
  queued: "waiting to be sent",
  sent: "sent",
  delivered: "delivered",
  read: "read",
  failed: "not sent",
  ended: "The session has ended. Open the chat again.",
  write: "Write to us",
  closedNow: "We are closed now",
  answerAt: "We will answer",
  leave: "Write: the answer will stay here.",
  menu: "Menu",
  more: "Message actions",
  cancel: "Cancel",
  editing: "Editing a message",
  save: "Save",
  attach: "Attach a file",
  camera: "Take a photo",
  emoji: "Emoji",
  voice: "Voice message",
  drop: "Drop to attach",
  file: "File",
  wait: "Wait until the files are uploaded",
  newDown: "New",
}
export type Words = typeof RU
export let w: Words = EN
export let lang = "en"
export let clock: Intl.DateTimeFormat
let date: Intl.DateTimeFormat

export function speak(language: string): void {
  lang = language === "ru" ? "ru" : "en"
  w = lang === "ru" ? RU : EN
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
