import { i18n } from "./i18n"

/** Words of the visitors' screen, which come with it. */
const ru = {
  visitors: {
    title: "Посетители на сайте", n: "никого | {n} посетитель | {n} посетителя | {n} посетителей", shownOf: "показаны {n} новых из {total}", search: "Имя, страница, город, источник", kind: "Кого показать", kind_all: "Все", kind_free: "Не в чате", kind_chat: "В чате", kind_known: "Знакомые",
    sort: "Порядок", sort_came: "Сначала новые", sort_page: "Дольше на странице", sort_site: "Дольше на сайте", sort_visits: "Чаще бывают",
    guest: "Посетитель", from: "Посетитель, {place}", page: "Страница", time: "Время", onPage: "на странице", onSite: "на сайте {time}", source: "Источник", direct: "прямой заход", where: "Откуда", nth: "{n}-й визит", first: "впервые", state: "Чат", chats: "в чате", chatsWith: "ведёт {name}", waits: "ждёт ответа",
    empty: "Сейчас на сайте никого", emptyHint: "Здесь появляются те, кто прямо сейчас смотрит страницы с вашим виджетом: где они, откуда пришли и сколько читают. Откройте страницу магазина в другой вкладке — и увидите себя.", emptyDo: "Открыть пример магазина", noFit: "Никто не подходит под отбор", noFitHint: "На сайте сейчас: {n}", reset: "Показать всех",
    moved: "Список изменился: показать", back: "К списку", path: "Путь по сайту", pages: "{n} страниц | {n} страница | {n} страницы | {n} страниц", earlier: "Прежние визиты", device: "Устройство", left: "Посетитель ушёл с сайта", leftHint: "Окно закроется, когда вы выберете другого.", openChat: "Открыть диалог", error: "Путь по сайту не загрузился", consents: "Согласия", consentOf: "Персональные данные, редакция {version}, {at}", given: "дано", withdrawnShort: "отозвано", withdrawn: "Отозвано {at}: {by}", withdrawConsent: "Клиент отзывает согласие", withdrawSure: "Отозвать?", invite: "Пригласить в чат", inviteHint: "Например: помочь выбрать? / — шаблоны", inviteDo: "Пригласить", withdraw: "Отозвать", is_sent: "Приглашение в пути: посетитель увидит его через несколько секунд", is_shown: "Посетитель видит приглашение", is_dismissed: "Посетитель отложил приглашение.", rest: "Сутки его никто не побеспокоит.", invitedSent: "приглашён", invitedShown: "видит приглашение", invitedDismissed: "не сейчас",
  },
}
const en: typeof ru = {
  visitors: {
    title: "Visitors on the site", n: "nobody | {n} visitor | {n} visitors", shownOf: "the newest {n} of {total}", search: "Name, page, city, source", kind: "Who is shown", kind_all: "All", kind_free: "Not chatting", kind_chat: "Chatting", kind_known: "Known",
    sort: "Order", sort_came: "Newest first", sort_page: "Longest on the page", sort_site: "Longest on the site", sort_visits: "Most visits",
    guest: "Visitor", from: "Visitor, {place}", page: "Page", time: "Time", onPage: "on the page", onSite: "on the site {time}", source: "Source", direct: "direct", where: "From", nth: "visit {n}", first: "first visit", state: "Chat", chats: "in chat", chatsWith: "with {name}", waits: "waits for an answer",
    empty: "Nobody is on the site now", emptyHint: "Whoever looks at a page with your widget right now appears here: where, how long, and where from. Open the example shop in another tab and you will see yourself.", emptyDo: "Open the example shop", noFit: "Nobody fits the filter", noFitHint: "On the site now: {n}", reset: "Show everybody",
    moved: "The list has changed: show", back: "To the list", path: "Path on the site", pages: "{n} pages | {n} page | {n} pages", earlier: "Earlier visits", device: "Device", left: "This visitor has left the site", leftHint: "Choose somebody else to go on.", openChat: "Open the conversation", error: "The path did not load", consents: "Consents", consentOf: "Personal data, version {version}, {at}", given: "given", withdrawnShort: "withdrawn", withdrawn: "Withdrawn {at}: {by}", withdrawConsent: "The customer withdraws it", withdrawSure: "Withdraw?", invite: "Invite to chat", inviteHint: "For instance: may I help you choose? / for templates", inviteDo: "Invite", withdraw: "Take back", is_sent: "On its way: the visitor sees it within seconds", is_shown: "The visitor sees the invitation", is_dismissed: "The visitor put the invitation away.", rest: "Nobody disturbs them for a day.", invitedSent: "invited", invitedShown: "sees the invitation", invitedDismissed: "not now",
  },
}
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
