import { i18n } from "./i18n"

/** Words of settings: working hours, one's own sessions, goals, queues. */
const ru = {
  shifts: {
    nav: "Смены", hint: "Вне своей смены оператор не получает новых диалогов, пока сам не скажет, что работает дальше. У кого графика нет, тот работает, когда он в сети.", edit: "Изменить", of: "Смены: {name}", zone: "Часовой пояс", days: "Отпуск, отгул, другая смена", daysHint: "Дни не как обычно: выходной или другие часы.", like: "Взять график коллеги", drop: "Убрать график", empty: "Операторов пока нет.", week: "{n} ч в неделю", none: "графика нет",
    away: "Кто отошёл", idle: "Без движения столько минут — перерыв", idleHint: "За минуту до этого появится предупреждение, вернуться можно одной клавишей. 0 — никогда.", misses: "Не принято предложений подряд — перерыв", missesHint: "Старшие получат уведомление. 0 — никогда.",
  },
  sessions: { title: "Где вы вошли", this: "этот браузер", seen: "был(а) здесь {when}", since: "вход {when}", end: "Выйти", endOthers: "Выйти на всех остальных", ended: "Сеанс завершён", none: "Больше нигде.", unknown: "Неизвестный браузер", error: "Список не загрузился" },
  goals: { nav: "Цели и наблюдение", answer: "Цель первого ответа, секунд", answerHint: "Линия на графиках и доля «в срок» в отчётах и зале. Сроки с предупреждениями задаются в «Сроках ответа».", watched: "Показывать оператору «вас смотрит…»", watchedHint: "Если выключить, операторы не видят, что старший смотрит диалог. Вмешательство и шёпот видны всегда." },
  queue: {
    who: "Кому", whence: "Откуда", how: "Как раздаётся", back: "Возврат к своему оператору", weight: "Сколько занимает", whenceHint: "Диалоги этих каналов встают в эту очередь. Остальные — по команде, прочие — в основную.", whoHint: "Получить диалог может тот, кто подходит по команде, навыку и языку.", priorityHint: "5 — раньше всех, 3 — обычный", weightHint: "100 % — одно место из «чатов сразу». Звонок обычно занимает больше, письмо меньше.", answerHint: "Не ответил вовремя — диалог вернётся на своё место в очереди, оператор получит уведомление.", gets: "Получат", getsNone: "Никто не подходит: диалоги будут ждать. Добавьте людей в команду или навык.", getsNow: "сейчас на месте {n}", more: "и ещё {n}",
  },
}
const en: typeof ru = {
  shifts: {
    nav: "Shifts", hint: "Outside the shift an operator gets no new conversations unless he says that he works on. Who has no shifts works whenever he is online.", edit: "Change", of: "Shifts: {name}", zone: "Time zone", days: "Leave, day off, another shift", daysHint: "Days unlike their weekday: off, or other hours.", like: "Take a colleague's hours", drop: "Remove the shifts", empty: "No operators yet.", week: "{n} h a week", none: "no shifts",
    away: "Who is away", idle: "A break after so many minutes without input", idleHint: "A minute before there is a warning; one key brings you back. 0 means never.", misses: "A break after so many offers in a row that ran out", missesHint: "Supervisors are told. 0 means never.",
  },
  sessions: { title: "Where you are signed in", this: "this browser", seen: "here {when}", since: "signed in {when}", end: "Sign out", endOthers: "Sign out everywhere else", ended: "Signed out there", none: "Nowhere else.", unknown: "Unknown browser", error: "The list did not load" },
  goals: { nav: "Goals and watching", answer: "Goal of the first answer, seconds", answerHint: "The line in the charts, and the share in time in reports and on the floor. Deadlines with alerts are set in “Answer times”.", watched: "Tell operators who watches them", watchedHint: "Turned off, operators do not see that a supervisor watches. Whispers and taking over are always seen." },
  queue: {
    who: "To whom", whence: "From where", how: "How they are given out", back: "Back to one's own operator", weight: "How much they take", whenceHint: "Conversations of these channels come to this queue. Others go by their team, the rest to the default queue.", whoHint: "Whoever fits by team, skill and language can get one.", priorityHint: "5 goes first, 3 is usual", weightHint: "100 % is one place of “chats at once”. A call usually takes more, a letter less.", answerHint: "Not answered in time, it goes back to its place and the operator is told.", gets: "Get them", getsNone: "Nobody fits: conversations would wait. Put people into the team or give them the skill.", getsNow: "{n} here now", more: "and {n} more",
  },
}
i18n.global.mergeLocaleMessage("ru", ru)
i18n.global.mergeLocaleMessage("en", en)
