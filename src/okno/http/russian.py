"""Problems in Russian, for readers whose browser asks for it; programs go on getting them in English.

`{}` stands for whatever the code fills in. A test reads the code: what may reach a screen is here.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from msgspec.structs import replace

from okno.kit.errors import Problem

TITLES: Mapping[str, str] = {
    "The telephone does not work just now": "Телефон сейчас не работает",
    "Something broke on our side": "У нас что-то сломалось",
    "The request could not be read": "Запрос не удалось прочитать",
    "Sign in first": "Сначала войдите",
    "You have no right to do this": "У вас нет права на это",
    "The chat is not available": "Чат недоступен",
    "There is nothing here": "Здесь ничего нет",
    "This address does not take this method": "Этот адрес так не вызывают",
    "It has changed meanwhile": "Тем временем всё изменилось",
    "Somebody wrote meanwhile": "Тем временем кто-то написал",
    "This version is not spoken here": "Эта версия не поддерживается",
    "This is larger than allowed": "Это больше, чем разрешено",
    "This type is not accepted": "Такой тип не принимается",
    "The range lies outside of the file": "Такой части в файле нет",
    "A field is not right": "Поле заполнено неверно",
    "Too many at once, wait a little": "Слишком много сразу, подождите немного",
    "Storage does not answer; send it again": "Хранилище не отвечает, отправьте ещё раз",
}
DETAILS: Mapping[str, str] = {
    "it was written to the log; try again": "записано в журнал, попробуйте ещё раз",
    "it is with {} now": "теперь это у {}",
    "it is back in the queue": "это снова в очереди",
    "a card number has 12 to 19 digits": "в номере карты от 12 до 19 цифр",
    "agree to be called first": "сначала согласитесь на звонок",
    "an API key has no telephone": "у ключа API нет телефона",
    "callbacks are not offered here": "обратный звонок здесь не предлагается",
    "callbacks need a provider: fill in its address first": "для обратных звонков сначала укажите адрес провайдера",
    "nobody calls at this hour: choose a time": "в этот час не звонят: выберите время",
    "somebody else speaks in this call": "в этом звонке говорит кто-то другой",
    "the telephone is not there just now": "телефон сейчас недоступен",
    "there is no such call": "такого звонка нет",
    "there is no such callback": "такого обратного звонка нет",
    "there is no such telephone number: look at the digits again": "такого номера нет: проверьте цифры",
    "this call is over": "этот звонок окончен",
    "this does not look like a telephone number": "это не похоже на номер телефона",
    "this time is not free any more: choose another one": "это время уже занято: выберите другое",
    "too many wait to be called: write to us instead": "слишком многие ждут звонка: лучше напишите нам",
    "you will be called already": "вам и так позвонят",
    "your telephone is not connected: take calls in the browser, or sign in with a softphone": (
        "ваш телефон не подключён: принимайте звонки в браузере или войдите с SIP-телефона"
    ),
    "numbers of this country are not called from here": "в эту страну отсюда не звонят",
    "paid numbers are not called": "на платные номера мы не звоним",
    "this was tried too often: try again later": "слишком много попыток: повторите позже",
    "calls are not available just now": "звонки сейчас недоступны",
    "a choice needs something to choose from": "для выбора нужны варианты",
    "a condition has {} parts at most": "в условии не больше {} частей",
    "a condition nests {} deep at most": "условия вкладываются не глубже {}",
    "a conversation has at most {} labels": "у диалога не больше {} меток",
    "a conversation is not merged with itself": "диалог не объединяют с самим собой",
    "a customer's data may not choose the host": "данные клиента не могут задавать сервер в адресе",
    "a date is written 2026-11-25 or 25.11.2026": "дату пишут так: 2026-11-25 или 25.11.2026",
    "a date stands there twice": "дата указана дважды",
    "a day stands there twice": "день указан дважды",
    "a file has at most {} columns": "в файле не больше {} столбцов",
    "a file has at most {} lines: cut it": "в файле не больше {} строк: разделите его",
    "a file has at most {} bytes here": "файл здесь не больше {} байт",
    "a header has a name and a value": "у заголовка есть имя и значение",
    "a legal hold keeps it: {}": "на это наложен запрет удаления: {}",
    "a link begins with https:// or http://": "ссылка начинается с https:// или http://",
    "a link was asked for several times already; look into your mail, or try again later": (
        "ссылку уже просили несколько раз: посмотрите почту или попробуйте позже"
    ),
    "a message has text or a file": "в сообщении нужен текст или файл",
    "a password goes into the header, not into the address": "пароль пишут в заголовок, а не в адрес",
    "a person has at most {} contacts": "у человека не больше {} карточек",
    "a phone number has 7 to 15 digits": "в номере телефона от 7 до 15 цифр",
    "a policy sets at least one time": "укажите хотя бы один срок",
    "a queue asks for this skill: change it first": "этот навык нужен очереди: сначала измените её",
    "a report is of a moment to {} days": "отчёт строится не больше чем за {} дней",
    "a shift ends after it begins": "смена кончается позже, чем начинается",
    "a shortcut has at most {} characters, no space and no /": "сокращение — до {} знаков, без пробелов и /",
    "a team goes with the scope “team”, and only with it": "команду указывают, только если выбрано «команде»",
    "a template has a name and a text of at most {} characters": "у шаблона есть название и текст до {} знаков",
    "a template has a text": "шаблону нужен текст",
    "a time within the next {} days": "укажите время в ближайшие {} дней",
    "a workspace has at most {} calendars": "календарей может быть не больше {}",
    "a workspace has at most {} policies": "сроков может быть не больше {}",
    "an API key has no desk": "у ключа API нет рабочего места",
    "an API key has no macros of its own: use the scope team or everybody": "у ключа API нет личных макросов",
    "an API key has no profile": "у ключа API нет профиля",
    "an API key has no templates of its own: use the scope team or everybody": "у ключа API нет личных шаблонов",
    "an API key has no views": "у ключа API нет своих списков",
    "an address begins with https:// or http://": "адрес начинается с https:// или http://",
    "an address begins with https:// or http:// and names a host": "адрес начинается с https:// или http:// и сервера",
    "an answer was promised already": "ответ уже обещан",
    "an article has a title and a text of at most {} characters": "у статьи есть заголовок и текст до {} знаков",
    "an operator goes with “to: operator”, and only with it": "оператора указывают, только если передают коллеге",
    "another host needs the header's value written anew": "для другого сервера введите значение заголовка заново",
    "another request has moved the upload": "файл уже догружает другой запрос",
    "another template has this shortcut": "это сокращение занято другим шаблоном",
    "at most {} conversations are shown as one": "вместе показывают не больше {} диалогов",
    "both have proved who they are; merge them only when you are sure": (
        "личность подтвердили оба: объединяйте, только если уверены"
    ),
    "copies are not offered here": "копии здесь не выдают",
    "copies are not sent from here": "отсюда копии не отправляют",
    "enough copies went to this address today: save the copy instead": (
        "на этот адрес сегодня ушло достаточно копий: сохраните файл"
    ),
    "enough is asked for already: withdraw something first": "запрошено уже достаточно: сначала отзовите что-нибудь",
    "file {} is {}": "файл {}: {}",
    "he does not take part": "он не участвует",
    "it continues in another conversation already: take that back first": (
        "диалог уже продолжается в другом: сначала отмените это"
    ),
    "it continues in another conversation: take that back first": "диалог продолжается в другом: сначала отмените это",
    "it continues in another conversation: take the merge back instead": (
        "диалог продолжается в другом: отмените объединение"
    ),
    "it is being made already": "это уже готовится",
    "it is blocked already": "уже заблокировано",
    "it is closed": "диалог закрыт",
    "it is closed: merge it into the open one instead": "диалог закрыт: присоедините его к открытому",
    "it is closed: there is nothing to put off": "диалог закрыт: откладывать нечего",
    "it is empty": "здесь пусто",
    "it is not made yet, or gone: have it made again": "ещё не готово или уже удалено: запросите снова",
    "it is the only one, or somebody has come to it: take its snippet off the site instead": (
        "это единственный сайт, или на нём уже были посетители: просто уберите код со страниц"
    ),
    "it was answered already": "на это уже ответили",
    "it was closed": "диалог закрыли",
    "it was destroyed": "это уничтожено",
    "it was filled in already": "это уже заполнили",
    "many copies are being made: try again in a minute": "готовится много копий: попробуйте через минуту",
    "name a label to put or to take off": "укажите метку, которую поставить или снять",
    "name every rule once": "назовите каждое правило по разу",
    "name one of operator, team, queue and skill": "укажите одно: оператора, команду, очередь или навык",
    "no column is “{}”": "нет столбца «{}»",
    "no mail server is set up: save the copy and send it yourself": (
        "почтовый сервер не настроен: сохраните копию и отправьте сами"
    ),
    "nobody has answered yet: there is nothing to send": "ответа ещё не было: отправлять нечего",
    "nobody hears it: the operator is not connected": "никто не услышит: оператор не на связи",
    "nobody signs in with this e-mail": "с этой почтой никто не входит",
    "notes are for operators": "заметки — для операторов",
    "nothing can be kept without your consent": "без вашего согласия ничего сохранить нельзя",
    "nothing fills {}": "переменную {} заполнить нечем",
    "nothing fills {}: choose a variable of the list": "переменную {} заполнить нечем: выберите из списка",
    "nothing is asked for here": "здесь ничего не запрошено",
    "nothing is asked here": "здесь ни о чём не спрашивают",
    "nothing is known for {}: it was not sent": "неизвестно {}: не отправлено",
    "nothing is known for {}: nothing was done": "неизвестно {}: ничего не сделано",
    "notifications are a person's: sign in with a session": "уведомления получает человек: войдите сами",
    "one of them continues in another conversation already": "один из них уже продолжается в другом диалоге",
    "one of them was deleted": "одно из них удалено",
    "only an owner may do this to the role “{}”": "с ролью «{}» это может только владелец",
    "only messages and notes of this conversation are split off": "отделяют только сообщения и заметки этого диалога",
    "only the author edits a message": "правит сообщение только автор",
    "only the author or a supervisor deletes a message": "удаляет сообщение автор или супервизор",
    "opening comes before closing, a day later at most": "открытие раньше закрытия, закрытие — в пределах суток",
    "say of each column what it is; leave empty what is left out": "скажите о каждом столбце, что в нём",
    "say where to: a queue, a skill or a priority": "укажите куда: очередь, навык или приоритет",
    "say whom to ask for": "укажите, о ком спросить",
    "say whom to ask for: {{contact.email}} or {{contact.phone}}": (
        "в адресе нужна переменная {{contact.email}} или {{contact.phone}}"
    ),
    "since is after until": "начало позже конца",
    "slow down": "помедленнее, пожалуйста",
    "somebody has taken it back already": "это уже отменили",
    "somebody has this role: give them another one first": "эта роль у кого-то есть: сначала дайте другую",
    "somebody with this e-mail is here already": "человек с этой почтой здесь уже есть",
    "something still goes by this calendar": "этим календарём ещё пользуются",
    "take back the later merge first": "сначала отмените более позднее объединение",
    "templates know {}.{} already: choose another key": "шаблоны уже знают {}.{}: выберите другой ключ",
    "the PDF could not be made: take the text or the page": "PDF не получился: возьмите текст или страницу",
    "the body is not valid: {}": "тело запроса неверно: {}",
    "the copy is larger than can be saved: take the text": "копия слишком велика: возьмите текст",
    "the copy is too large for a letter: save it": "копия слишком велика для письма: сохраните её",
    "the customer has no such address": "у клиента нет такого адреса",
    "the customer has not filled it in yet": "клиент это ещё не заполнил",
    "the database refuses this text": "база данных не принимает этот текст",
    "the default queue stays": "очередь по умолчанию остаётся",
    "the end lies in the past or has no time zone": "срок уже прошёл или у него нет часового пояса",
    "the file has no lines": "в файле нет строк",
    "the file is empty": "файл пуст",
    "the file is not in {}": "файл не в кодировке {}",
    "the file was sent; delete its message": "файл отправлен: удалите его сообщение",
    "the header x-csrf-token is missing or wrong: take it from GET /api/v1/session": "обновите страницу и повторите",
    "the holidays of this country or region are not known": "праздники этой страны или региона не известны",
    "the last owner stays: name another one first": "последний владелец остаётся: сначала назначьте другого",
    "the message was deleted": "сообщение удалено",
    "the offer has run out": "предложение истекло",
    "the operator of this macro is not here any more": "оператора из этого макроса больше нет",
    "the owner of this address wants no letters": "владелец этого адреса отказался от писем",
    "the place of files is full or does not answer; send it again": "хранилище файлов не отвечает: отправьте ещё раз",
    "the policies are others now": "сроки уже другие: обновите страницу",
    "the present password is not right": "нынешний пароль введён неверно",
    "the quoted event is not there": "цитируемого больше нет",
    "the server is behind; send it again in a few seconds": "сервер не успевает: отправьте через несколько секунд",
    "the template of this macro is not there any more": "шаблона из этого макроса больше нет",
    "the upload stands at {}": "загружено {}",
    "the visitor has answered it already": "посетитель уже ответил",
    "there are enough reactions here": "реакций здесь достаточно",
    "there are {} keys already: delete one first": "ключей уже {}: сначала удалите какой-нибудь",
    "there are {} articles already": "статей уже {}",
    "there are {} attributes already": "полей уже {}",
    "there are {} blocks already: undo some": "блокировок уже {}: отмените часть",
    "there are {} connectors already": "систем уже {}",
    "there are {} roles already": "ролей уже {}",
    "there are {} sites already": "сайтов уже {}",
    "there are {} macros already: delete some first": "макросов уже {}: сначала удалите лишние",
    "there are {} participants already": "участников уже {}",
    "there are {} queues already": "очередей уже {}",
    "there are {} policies already": "правил уже {}",
    "there are {} rules already: delete some first": "правил уже {}: сначала удалите лишние",
    "there are {} skills already": "навыков уже {}",
    "there are {} teams already": "команд уже {}",
    "there are {} templates already": "шаблонов уже {}",
    "there are {} templates already: delete some first": "шаблонов уже {}: сначала удалите лишние",
    "there are {} views already: delete one first": "списков уже {}: сначала удалите какой-нибудь",
    "there are {} parts": "частей: {}",
    "there is a label “{}”: merge them": "метка «{}» уже есть: объедините их",
    "there is a queue with this name": "очередь с таким названием есть",
    "there is a role with this name": "роль с таким названием есть",
    "there is a skill with this name": "навык с таким названием есть",
    "there is a team with this name": "команда с таким названием есть",
    "there is an attribute with this key": "поле с таким ключом есть",
    "there is no e-mail address to send it to": "нет адреса почты, на который отправить",
    "there is no field {}": "нет поля {}",
    "there is no message with this number": "нет сообщения с таким номером",
    "there is no such address": "такого адреса нет",
    "there is no such article": "такой статьи нет",
    "there is no such attribute": "такого поля нет",
    "there is no such block": "такой блокировки нет",
    "there is no such calendar": "такого календаря нет",
    "there is no such connector": "такой системы нет",
    "there is no such conversation": "такого диалога нет",
    "there is no such customer": "такого клиента нет",
    "there is no such event": "такого события нет",
    "there is no such export": "такой выгрузки нет",
    "there is no such file": "такого файла нет",
    "there is no such greeting, or no conversation yet": "такого приветствия нет",
    "there is no such import": "такой загрузки нет",
    "there is no such inbox": "такого сайта нет",
    "there is no such invitation": "такого приглашения нет",
    "there is no such key": "такого ключа нет",
    "there is no such label": "такой метки нет",
    "there is no such macro": "такого макроса нет",
    "there is no such merge": "такого объединения нет",
    "there is no such offer": "такого предложения нет",
    "there is no such operator": "такого оператора нет",
    "there is no such photo": "такого фото нет",
    "there is no such policy": "такого срока нет",
    "there is no such queue": "такой очереди нет",
    "there is no such role": "такой роли нет",
    "there is no such rule": "такого правила нет",
    "there is no such session": "такого сеанса нет",
    "there is no such skill": "такого навыка нет",
    "there is no such task": "такой задачи нет",
    "there is no such team": "такой команды нет",
    "there is no such template": "такого шаблона нет",
    "there is no such time zone": "такого часового пояса нет",
    "there is no such topic": "такой темы нет",
    "there is no such upload": "такой загрузки нет",
    "there is no such view": "такого списка нет",
    "there is no such workspace": "такого рабочего места нет",
    "there is no such {}": "этого больше нет ({})",
    "there is no widget with this key": "виджета с таким ключом нет",
    "there is nothing called “{}” to import into": "загружать в «{}» нельзя",
    "there is nothing to promise: somebody answers soon, or nobody ever": "обещать нечего: скоро ответят",
    "these addresses belong to several customers": "эти адреса принадлежат нескольким клиентам",
    "they are of different customers: merge the customers first": "это разные клиенты: сначала объедините клиентов",
    "they are shown as one already": "они уже показаны как один",
    "this address has expired; ask for a new one": "адрес устарел: запросите новый",
    "this address is not proved to be the customer's: a copy goes to a proved one only": (
        "адрес клиента не подтверждён: копию шлют только на подтверждённый"
    ),
    "this address is not valid": "адрес неверен",
    "this card number has a mistake in it": "в номере карты ошибка",
    "this chat is not there any more": "этого чата больше нет",
    "this customer has another open conversation": "у клиента открыт другой диалог",
    "this does not look like an e-mail address": "это не похоже на адрес почты",
    "this episode has not ended, or long ago": "разговор не закончен или закончен давно",
    "this field takes nothing any more: ask the operator to send another one": (
        "это поле больше не принимает: попросите оператора прислать новое"
    ),
    "this file is gone": "файла больше нет",
    "this header is not yours to set": "этот заголовок задавать нельзя",
    "this id is in use: make a new one": "этот номер занят",
    "this import has run already": "эта загрузка уже выполнена",
    "this import has run already: undo it": "эта загрузка уже выполнена: отмените её",
    "this import is not {}": "состояние этой загрузки другое: {}",
    "this invitation is over; write to us all the same": "приглашение уже кончилось, но напишите нам",
    "this is needed": "это нужно заполнить",
    "this is neither yes nor no": "это не «да» и не «нет»",
    "this is no address": "это не адрес",
    "this is no address, network or id": "это не адрес, не сеть и не номер",
    "this is not a number": "это не число",
    "this is not a table of comma-separated values: {}": "это не таблица CSV: {}",
    "this is not one of the choices": "такого варианта нет",
    "this letter opens nothing any more: open the chat on the site": "письмо уже ничего не открывает: идите на сайт",
    "this link is not whole: copy all of it from the letter": "ссылка не целая: скопируйте её из письма полностью",
    "this link is too old: open the chat on the site": "ссылка устарела: откройте чат на сайте",
    "this link was used already or is too old; ask for another one": "ссылка использована или устарела: нужна новая",
    "this list cannot be read any more: upload it again": "файл больше не прочитать: загрузите ещё раз",
    "this moment is outside of the calendar": "такого времени нет в календаре",
    "this network is half the world: give a smaller one": "эта сеть — полмира: укажите поменьше",
    "this package is gone": "архива больше нет",
    "this right is the owner's alone": "это право есть только у владельца",
    "this visitor has left the site": "посетитель ушёл с сайта",
    "this visitor is in a chat already": "посетитель уже в чате",
    "this visitor put an invitation away less than a day ago": "меньше суток назад посетитель отклонил приглашение",
    "too many attempts; try again in fifteen minutes or ask for a new link": (
        "слишком много попыток: подождите пятнадцать минут или попросите новую ссылку"
    ),
    "too many copies were sent today: save the copy instead": "сегодня отправлено слишком много копий: сохраните файл",
    "too many files within an hour": "слишком много файлов за час",
    "too many files within an hour; send the rest later": "слишком много файлов за час: остальные отправьте позже",
    "too many new visitors from one address": "слишком много новых посетителей с одного адреса",
    "too many searches at once; try again in a few seconds": "слишком много поисков сразу: подождите несколько секунд",
    "too much mail waits to be sent: is the mail server down?": "скопилось много писем: работает ли почтовый сервер?",
    "two columns are “{}”": "два столбца названы «{}»",
    "wait a minute before the next test": "до следующей проверки подождите минуту",
    "write a message first": "сначала напишите сообщение",
    "you cannot give rights you have not: {}": "нельзя дать права, которых нет у вас: {}",
    "you have cleared this from your history": "вы убрали это из истории",
    "you have had enough copies sent today: save the copy instead": "копий сегодня достаточно: сохраните файл",
    "you have just saved it: wait a minute": "вы только что сохранили копию: подождите минуту",
    "you need the right “templates” for those of others; an administrator grants it": (
        "чужое меняют с правом «templates»: его даёт администратор"
    ),
    "you need the right “templates” to make macros for others; an administrator grants it": (
        "макросы для других делают с правом «templates»: его даёт администратор"
    ),
    "you need the right “templates” to write for others; an administrator grants it": (
        "шаблоны для других пишут с правом «templates»: его даёт администратор"
    ),
    "you need the right “{}”; an administrator grants it": "нужно право «{}»: его даёт администратор",
    "{} people were exported today: go on tomorrow": "сегодня выгружено {} человек: продолжите завтра",
    "{} wrote while this was being written (message {})": "пока вы писали, пришло сообщение: {} (№ {})",
    "{}: this comparison takes one value": "{}: здесь нужно одно значение",
    "{}: this comparison {}": "{}: сравнению нужно значение, или оно лишнее",
    "{} has just invited this visitor": "{} уже пригласил(а) этого посетителя",
    "{} has {} open tasks already": "у {} уже {} открытых задач",
}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The fixed words first: a sentence of its own is not taken for one with a slot."""
    slotted = sorted((one for one in DETAILS if "{}" in one), key=lambda one: -len(one))
    return [(re.compile(re.escape(one).replace(r"\{\}", "(.*)"), re.DOTALL), DETAILS[one]) for one in slotted]


def in_russian(text: str) -> str:
    """A sentence of a problem; one nobody has translated stays as it is."""
    if (whole := DETAILS.get(text) or TITLES.get(text)) and "{}" not in text:
        return whole
    for pattern, russian in _patterns():
        if found := pattern.fullmatch(text):
            return _filled(russian, found.groups())
    return text


def _filled(russian: str, parts: Sequence[str]) -> str:
    left = iter(parts)
    return re.sub(r"\{\}", lambda _: next(left, ""), russian)


def translated(problem: Problem) -> Problem:
    errors = problem.errors and [{**one, "message": in_russian(one["message"])} for one in problem.errors]
    detail = problem.detail and in_russian(problem.detail)
    return replace(problem, title=in_russian(problem.title), detail=detail, errors=errors)
