import { i18n } from "./i18n"

/** Words of the telephone: the call that rings, the one one speaks in, its settings. */
const ru = {
  calls: {
    nav: "Телефон", callback: "Клиент просит позвонить", outbound: "Звонок клиенту", inbound: "Звонит клиент",
    accept: "Принять", decline: "Не сейчас", rings: "Звонок: {name}", onPhone: "Ответьте на своём телефоне", won: "Звонок принимает {name}",
    dialling: "Звоним клиенту…", talking: "Разговор", held: "На удержании", mute: "Выключить микрофон", unmute: "Включить микрофон", hold: "Удержание", unhold: "Вернуться к разговору", keypad: "Тоновый набор", key: "Нажать {key}", hangUp: "Завершить", open: "Открыть диалог",
    outcome: { talked: "Поговорили {time}", no_operator: "Никто не взял звонок", busy: "Занято", no_answer: "Клиент не ответил", gave_up: "Клиент не дождался", operator_gone: "Оператор положил трубку раньше", cancelled: "Отменён", failed: "Не удалось соединиться", lost: "Связь оборвалась" },
    status: { off: "Телефон выключен", connecting: "Телефон подключается…", ready: "Телефон готов", elsewhere: "Телефон в другой вкладке", failed: "Телефон не подключён", insecure: "Микрофон доступен только по https", denied: "Браузер не даёт микрофон: разрешите его в адресной строке" },
    takes: "Принимаю звонки", call: "Позвонить", calling: "Звоним на ваш телефон…", asked: "Просит позвонить", askedAt: "Просит позвонить {when}", failed: "Дозвониться не удалось", cancelled: "Звонок отменён клиентом", began: "{name} на линии", line: "Звонок: {outcome}",
    hint: "Звонки идут через вашего провайдера телефонии (SIP). Операторы отвечают в браузере или на своём SIP-телефоне.", error: "Настройки телефона не загрузились",
    missing: "Asterisk не установлен. На сервере выполните okno telephony install: права администратора не нужны, занимает около минуты.", version: "Asterisk {version}", stopped: "не запущен", trunk: { none: "провайдер не указан", reachable: "провайдер отвечает", silent: "провайдер не отвечает" }, lines: "сейчас можно позвонить: {n}",
    provider: "Провайдер", host: "Адрес SIP-сервера", hostHint: "Например, sip.provider.ru. Пусто — звонить наружу нельзя.", port: "Порт", transport: "Протокол", username: "Логин", usernameHint: "Пусто, если провайдер узнаёт вас по адресу.", password: "Пароль", kept: "сохранён", number: "Ваш номер", numberHint: "Его увидит тот, кому звонят.", hosts: "Другие адреса провайдера", hostsHint: "С них тоже примутся звонки; через пробел.",
    limits: "Что можно набирать", country: "Своя страна", countries: "Страны, куда можно звонить", countriesHint: "Коды через пробел: RU KZ BY. Платные номера и спутники не набираются никогда.", perMinute: "Наборов в минуту", perDay: "Наборов в сутки", bound: "При превышении исходящие звонки останавливаются до вашего решения.", halted: "Исходящие звонки остановлены {when}: достигнут предел.", resume: "Разрешить снова",
    callbacks: "Обратный звонок", callbacksOn: "Предлагать в виджете", tries: "Попыток", pause: "Пауза между попытками, секунд", ring: "Сколько звонит операторам, секунд", use: "Сколько занимает, % чата", consent: "Согласие клиента", ru: "По-русски", en: "По-английски",
  },
  keys: { call: "Звонок", call_accept: "Принять", call_mute: "Микрофон", call_hold: "Удержание", call_hangUp: "Отклонить, завершить" },
}
const en: typeof ru = {
  calls: {
    nav: "Telephone", callback: "The customer asks to be called", outbound: "Calling the customer", inbound: "The customer calls",
    accept: "Accept", decline: "Not now", rings: "Call: {name}", onPhone: "Answer on your telephone", won: "{name} takes the call",
    dialling: "Calling the customer…", talking: "Speaking", held: "On hold", mute: "Mute", unmute: "Unmute", hold: "Hold", unhold: "Back to the call", keypad: "Keypad", key: "Press {key}", hangUp: "Hang up", open: "Open the conversation",
    outcome: { talked: "Spoke for {time}", no_operator: "Nobody took it", busy: "Busy", no_answer: "No answer", gave_up: "The customer gave up", operator_gone: "The operator hung up first", cancelled: "Cancelled", failed: "Could not connect", lost: "The connection broke" },
    status: { off: "The telephone is off", connecting: "The telephone connects…", ready: "The telephone is ready", elsewhere: "The telephone is in another tab", failed: "The telephone is not connected", insecure: "A microphone needs https", denied: "The browser gives no microphone: allow it in the address bar" },
    takes: "Takes calls", call: "Call", calling: "Your telephone rings…", asked: "Asks to be called", askedAt: "Asks to be called on {when}", failed: "Could not be reached", cancelled: "Cancelled by the customer", began: "{name} is on the line", line: "Call: {outcome}",
    hint: "Calls go by your telephone provider (SIP). Operators answer in the browser or on a SIP telephone of their own.", error: "The settings of the telephone did not load",
    missing: "Asterisk is not installed. Run okno telephony install on the server: it needs no administrator and takes about a minute.", version: "Asterisk {version}", stopped: "does not run", trunk: { none: "no provider given", reachable: "the provider answers", silent: "the provider does not answer" }, lines: "can be rung now: {n}",
    provider: "Provider", host: "SIP server", hostHint: "For instance sip.provider.com. Empty: nobody outside can be called.", port: "Port", transport: "Protocol", username: "User name", usernameHint: "Empty when the provider knows you by your address.", password: "Password", kept: "kept", number: "Your number", numberHint: "Whoever is called sees it.", hosts: "Other addresses of the provider", hostsHint: "Calls from them are taken, too; with spaces.",
    limits: "What may be dialled", country: "Own country", countries: "Countries that may be called", countriesHint: "Codes with spaces: RU KZ BY. Premium numbers and satellites are never dialled.", perMinute: "Dials a minute", perDay: "Dials a day", bound: "Beyond it outgoing calls stop until you decide.", halted: "Outgoing calls were stopped {when}: a bound was reached.", resume: "Allow again",
    callbacks: "Callbacks", callbacksOn: "Offer in the widget", tries: "Tries", pause: "Seconds between tries", ring: "Seconds operators are rung", use: "What it takes, % of a chat", consent: "The customer's consent", ru: "In Russian", en: "In English",
  },
  keys: { call: "Call", call_accept: "Accept", call_mute: "Microphone", call_hold: "Hold", call_hangUp: "Decline, hang up" },
}
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
