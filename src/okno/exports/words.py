"""The words of transcripts, in Russian and English."""

from datetime import date, datetime
from typing import Final

from okno.access.types import Locale

MONTHS_RU: Final = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
MONTHS_EN: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

RU: Final = {
    "title": "Диалог: {title}",
    "file_name": "Диалог {date}",
    "customer": "Клиент",
    "operator": "Оператор",
    "bot": "Бот",
    "system": "Система",
    "made": "Сохранено {at}, часовой пояс {zone}",
    "part": "Часть {part} из {parts}: диалог длинный, остальные части сохраняются отдельно",
    "cut": "Часть слишком велика: текст {n} последних сообщений опущен, он есть в чате",
    "internal": "Внутренняя копия с заметками: не для клиента",
    "empty": "Здесь пока ничего не написано",
    "links": "Ссылки на файлы действуют до {at}",
    "no_links": "Сами файлы остались в чате",
    "note": "Заметка",
    "edited": "изменено",
    "deleted": "Сообщение удалено",
    "file": "Файл",
    "opened": "Разговор начат",
    "reopened": "Разговор возобновлён",
    "closed": "Разговор завершён",
    "answers": "Отвечает {name}",
    "queued": "Разговор передан в очередь",
    "promised": "Обещан ответ до {at}",
    "rated": "Оценка: {score} из 5",
    "solved": "вопрос решён",
    "unsolved": "вопрос не решён",
    "asked": "Запрошено скрытое поле: {what}",
    "given": "Скрытое поле заполнено: [скрыто]",
    "secret_card": "номер карты",
    "secret_code_word": "кодовое слово",
    "secret_other": "секретные данные",
    "erased": "Сказанное выше стёрто",
    "cleared": "Клиент очистил у себя историю",
    "labelled": "Метки: {labels}",
    "described": "{name}: {value}",
    "held": "Поставлен на удержание",
    "unheld": "Снят с удержания",
    "joined": "{name} присоединяется",
    "left": "{name} выходит из разговора",
    "task": "Задача: {text}",
    "overdue": "Срок ответа прошёл",
    "merged": "Объединён с другим разговором",
    "parted": "Снова отдельный разговор",
    "split_off": "Часть сообщений перенесена в другой разговор",
    "split_here": "Сюда перенесены сообщения другого разговора",
    "greeted": "Клиент ответил на приветствие: {text}",
    "callback_asked": "Клиент просит позвонить",
    "callback_due": "Клиент просит позвонить {at}",
    "callback_failed": "Дозвониться не удалось",
    "callback_cancelled": "Клиент отменил звонок",
    "call_talked": "Разговор по телефону: {name}, {minutes} мин {seconds:02} с",
    "call_missed": "Звонок не состоялся",
    "person": "Все данные клиента",
    "person_hint": "Здесь всё, что хранится об этом человеке; значения скрытых полей не выгружаются.",
    "person_conversations": "Разговоры",
    "person_data": "Данные (JSON)",
    "person_files": "Файлы",
    "part_contacts": "карточки",
    "part_addresses": "адреса",
    "part_merges": "объединения",
    "part_attributes": "свои поля",
    "part_conversations": "разговоры",
    "part_files": "файлы",
    "part_secrets": "скрытые поля, без значений",
    "part_ratings": "оценки",
    "part_promises": "обещанные ответы",
    "part_tasks": "задачи",
    "part_drafts": "черновики ответов",
    "part_browsers": "браузеры",
    "part_invitations": "приглашения в чат",
    "part_online": "сейчас на сайте",
    "part_visits": "посещения",
    "part_pages": "страницы",
    "part_reported": "сообщения сайта",
    "part_reach": "язык и часовой пояс",
    "part_push": "уведомления в браузере",
    "part_letters": "письма",
    "part_cleared": "очищенная история",
    "part_consents": "согласия",
    "part_calls": "звонки",
    "part_recordings": "записи разговоров",
    "part_callbacks": "просьбы позвонить",
    "part_holds": "удержание",
    "part_blocks": "блокировки",
    "part_audit": "журнал действий",
    "sizes": "Б КБ МБ ГБ",
    "comma": ",",
}
EN: Final = {
    "title": "Conversation: {title}",
    "file_name": "Conversation {date}",
    "customer": "Customer",
    "operator": "Operator",
    "bot": "Bot",
    "system": "System",
    "made": "Saved {at}, time zone {zone}",
    "part": "Part {part} of {parts}: the conversation is long, its other parts are saved one by one",
    "cut": "This part is too large: the text of its last {n} messages was left out, the chat has it",
    "internal": "Internal copy with notes: not for the customer",
    "empty": "Nothing has been written here yet",
    "links": "The links to files work until {at}",
    "no_links": "The files themselves are in the chat",
    "note": "Note",
    "edited": "edited",
    "deleted": "This message was deleted",
    "file": "File",
    "opened": "The conversation began",
    "reopened": "The conversation went on",
    "closed": "The conversation was closed",
    "answers": "{name} answers",
    "queued": "Handed to the queue",
    "promised": "An answer was promised by {at}",
    "rated": "Rating: {score} of 5",
    "solved": "solved",
    "unsolved": "not solved",
    "asked": "A masked field was asked for: {what}",
    "given": "The masked field was filled in: [hidden]",
    "secret_card": "card number",
    "secret_code_word": "code word",
    "secret_other": "confidential data",
    "erased": "What was said above is erased",
    "cleared": "The customer has cleared the history on his side",
    "labelled": "Labels: {labels}",
    "described": "{name}: {value}",
    "held": "Put on hold",
    "unheld": "Taken off hold",
    "joined": "{name} joins",
    "left": "{name} leaves",
    "task": "Task: {text}",
    "overdue": "An answer was overdue",
    "merged": "Joined with another conversation",
    "parted": "A conversation of its own again",
    "split_off": "Some messages went to another conversation",
    "split_here": "Messages of another conversation came here",
    "greeted": "The customer answered the greeting: {text}",
    "callback_asked": "The customer asks to be called",
    "callback_due": "The customer asks to be called on {at}",
    "callback_failed": "The customer could not be reached",
    "callback_cancelled": "The customer cancelled the call",
    "call_talked": "Spoke on the telephone: {name}, {minutes} min {seconds:02} s",
    "call_missed": "The call did not come about",
    "person": "Everything kept of a customer",
    "person_hint": "This is all that is kept of this person; values of masked fields are not exported.",
    "person_conversations": "Conversations",
    "person_data": "Data (JSON)",
    "person_files": "Files",
    "part_contacts": "cards",
    "part_addresses": "addresses",
    "part_merges": "merges",
    "part_attributes": "own fields",
    "part_conversations": "conversations",
    "part_files": "files",
    "part_secrets": "masked fields, without values",
    "part_ratings": "ratings",
    "part_promises": "promised answers",
    "part_tasks": "tasks",
    "part_drafts": "drafts of answers",
    "part_browsers": "browsers",
    "part_invitations": "invitations to chat",
    "part_online": "on the site now",
    "part_visits": "visits",
    "part_pages": "pages",
    "part_reported": "reports of the site",
    "part_reach": "language and time zone",
    "part_push": "notifications of browsers",
    "part_letters": "letters",
    "part_cleared": "cleared history",
    "part_consents": "consents",
    "part_calls": "calls",
    "part_recordings": "recordings of calls",
    "part_callbacks": "callbacks",
    "part_holds": "legal hold",
    "part_blocks": "blocks",
    "part_audit": "audit log",
    "sizes": "B KB MB GB",
    "comma": ".",
}
WORDS: Final[dict[Locale, dict[str, str]]] = {"ru": RU, "en": EN}
LETTERS: Final[dict[Locale, dict[str, str]]] = {
    "ru": {
        "subject": "Копия диалога: {title}",
        "text": "Здравствуйте!\n\nКопия вашего диалога «{title}» — в приложенном файле {name}.\n\n"
        "Письмо пришло, потому что копию попросили прислать на этот адрес из чата.\n"
        "Больше не писать на этот адрес: {stop}\n",
    },
    "en": {
        "subject": "A copy of your conversation: {title}",
        "text": "Hello,\n\nthe copy of your conversation “{title}” is in the attached file {name}.\n\n"
        "You get this because somebody asked in the chat to have a copy sent to this address.\n"
        "No more letters to this address: {stop}\n",
    },
}


def day_of(at: date, locale: Locale) -> str:
    """A date as it is read aloud."""
    months = MONTHS_RU if locale == "ru" else MONTHS_EN
    return f"{at.day} {months[at.month - 1]} {at.year}"


def moment_of(at: datetime, locale: Locale) -> str:
    return f"{day_of(at, locale)}, {at:%H:%M}"


def size_of(size_bytes: int, locale: Locale) -> str:
    """A size in the largest unit that is not smaller than one, with one decimal where it tells something."""
    words = WORDS[locale]
    size, units = float(size_bytes), words["sizes"].split()
    unit = 0
    while size >= 1000 and unit < len(units) - 1:  # noqa: PLR2004 - as people count
        size, unit = size / 1000, unit + 1
    shown = f"{size:.1f}".removesuffix(".0") if unit and size < 10 else f"{size:.0f}"  # noqa: PLR2004
    return f"{shown.replace('.', words['comma'])} {units[unit]}"
