import { lang } from "./words"

/** Words of the parts that come when they are asked for. */
const RU = {
  copy: "Копировать",
  edit: "Изменить",
  erase: "Удалить",
  react: "Поставить",
  quote: "Ответить",
  sound: "Звук",
  language: "English",
  export: "Сохранить переписку",
  clear: "Очистить историю",
  withdraw: "Отозвать согласие",
  withdrawSure: "Отозвать согласие на обработку ваших данных? Компания узнает об этом.",
  clearSure: "Переписка исчезнет у вас на всех устройствах. Компания её сохранит.",
  noLink: "Файл не открылся",
  next: "Следующее",
  back: "Предыдущее",
  find: "Найти эмодзи",
  none: "Ничего не нашлось",
  record: "Идёт запись",
  stop: "Остановить",
  listen: "Прослушать",
  noMic: "Браузер не даёт микрофон. Разрешите его для этого сайта.",
  original: "Без сжатия",
  again: "Файл больше не доступен, выберите его снова",
  open: "Открыть",
  files: "Файлы",
  copies: { name: "Диалог", pdf: "PDF", html: "Страница (HTML)", txt: "Текст", send: "Прислать PDF на", sent: "Отправили на", making: "Минуту…", failed: "Не получилось. Попробуйте позже.", nobody: "На этот адрес прислать нельзя: сохраните файл.", enough: "На сегодня писем достаточно: сохраните файл.", off: "Копии здесь не выдаются" },
}
const EN: typeof RU = {
  copy: "Copy",
  edit: "Edit",
  erase: "Delete",
  react: "React with",
  quote: "Reply",
  sound: "Sound",
  language: "Русский",
  export: "Save the conversation",
  clear: "Clear the history",
  withdraw: "Withdraw my consent",
  withdrawSure: "Withdraw your consent to the use of your data? The company will be told.",
  clearSure: "The conversation disappears on your side, on every device. The company keeps its copy.",
  noLink: "The file did not open",
  next: "Next",
  back: "Previous",
  find: "Find an emoji",
  none: "Nothing found",
  record: "Recording",
  stop: "Stop",
  listen: "Listen",
  noMic: "The browser blocks the microphone. Allow it for this site.",
  original: "Uncompressed",
  again: "The file is no longer at hand, choose it again",
  open: "Open",
  files: "Files",
  copies: { name: "Conversation", pdf: "PDF", html: "Page (HTML)", txt: "Text", send: "Send a PDF to", sent: "Sent to", making: "One moment…", failed: "It did not work. Try again later.", nobody: "It cannot go to this address: save the file.", enough: "Enough letters for today: save the file.", off: "Copies are not offered here" },
}
export const more = (): typeof RU => (lang === "ru" ? RU : EN)
export const sizeOf = (bytes: number): string => {
  const [unit, value] = bytes < 1e6 ? ["kilobyte", Math.max(1, bytes / 1024)] : ["megabyte", bytes / 2 ** 20]
  return new Intl.NumberFormat(lang, { style: "unit", unit: unit as string, maximumFractionDigits: bytes < 1e6 ? 0 : 1 }).format(value as number)
}
