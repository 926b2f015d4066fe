import { i18n } from "./i18n"

/** The audit log in words: a thing and what was done to it, so that a new operation is readable from its name. */
const ru = {
  audit: {
    verb: { create: "создание", add: "добавление", make: "создание", change: "изменение", set: "изменение", rename: "новое имя", order: "порядок", delete: "удаление", remove: "удаление", start: "запуск", undo: "отмена", end: "завершение", invite: "приглашение", relink: "новая ссылка для входа", merge: "объединение", split: "разделение", part: "разъединение", try: "проверка", send: "отправка", cancel: "отмена", retry: "повтор", park: "остановка", test: "проверка", withdraw: "отзыв" },
    thing: { skill: "Навык", queue: "Очередь", routing: "Перерывы и отсутствие", seat: "Загрузка, навыки, смены", calendar: "Часы ответа", policy: "Срок ответа", policies: "Сроки ответа", workspace: "Рабочее место", profile: "Свой профиль", photo: "Своё фото", password: "Свой пароль", operator: "Оператор", team: "Команда", api_key: "Ключ API", session: "Свой сеанс", other_sessions: "Другие свои сеансы", notice_settings: "Уведомления клиентам", alert_settings: "Свои уведомления", contacts: "Клиенты", merge: "Объединение", macro: "Макрос", label: "Метка", crm_connector: "Своя система", import: "Загрузка данных", attribute: "Своё поле", template: "Шаблон", article: "Статья", goals: "Цели", supervision: "Наблюдение", inbox: "Канал", rule: "Правило", rules: "Правила", greeting: "Приветствие", greetings: "Приветствия", export: "Выгрузка", transcript_settings: "Копии разговоров", conversations: "Диалоги", conversation: "Диалог", contact: "Клиент", visitor: "Посетитель", invitation: "Приглашение в чат", automation_rule: "Правило", automation_rules: "Правила" },
    customer: "клиент", inOrder: "{thing}: {verb}", number: "№ {n}",
  },
  action: { logout: "выход", use_link: "вход по ссылке", change_password: "смена пароля", relink_operator: "Оператор: новая ссылка для входа", undo_merge: "Клиенты: разъединение", undo_import: "Загрузка данных: отмена", export_audit: "выгружен журнал" },
}
const en: typeof ru = {
  audit: {
    verb: { create: "made", add: "added", make: "made", change: "changed", set: "changed", rename: "renamed", order: "put in order", delete: "deleted", remove: "removed", start: "started", undo: "undone", end: "ended", invite: "invited", relink: "new sign-in link", merge: "merged", split: "split", part: "parted", try: "tried", send: "sent", cancel: "cancelled", retry: "tried again", park: "stopped", test: "tested", withdraw: "withdrawn" },
    thing: { skill: "Skill", queue: "Queue", routing: "Breaks and absence", seat: "Load, skills, shifts", calendar: "Business hours", policy: "Answer time", policies: "Answer times", workspace: "Workspace", profile: "Own profile", photo: "Own photo", password: "Own password", operator: "Operator", team: "Team", api_key: "API key", session: "Own session", other_sessions: "Own other sessions", notice_settings: "Notifications of customers", alert_settings: "Own notifications", contacts: "Customers", merge: "Merge", macro: "Macro", label: "Label", crm_connector: "Own system", import: "Import", attribute: "Own field", template: "Template", article: "Article", goals: "Goals", supervision: "Watching", inbox: "Channel", rule: "Rule", rules: "Rules", greeting: "Greeting", greetings: "Greetings", export: "Export", transcript_settings: "Copies of conversations", conversations: "Conversations", conversation: "Conversation", contact: "Customer", visitor: "Visitor", invitation: "Invitation to chat", automation_rule: "Rule", automation_rules: "Rules" },
    customer: "customer", inOrder: "{thing}: {verb}", number: "no. {n}",
  },
  action: { logout: "signed out", use_link: "signed in by a link", change_password: "changed the password", relink_operator: "Operator: new sign-in link", undo_merge: "Customers: parted", undo_import: "Import: undone", export_audit: "exported the log" },
}
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
