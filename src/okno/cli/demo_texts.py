"""What the example shop's people say. `c` the customer, `o` the operator, `n` a note; {…} is filled in by `demo`."""

from typing import NamedTuple


class Scene(NamedTuple):
    """One conversation; `label` and whether a night passes before the operator's first answer."""

    label: str
    lines: tuple[tuple[str, str], ...]
    overnight: bool = False


class Shop(NamedTuple):
    """One language's people, goods and scenes."""

    operators: tuple[tuple[str, str], ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    goods: tuple[str, ...]
    cities: tuple[str, ...]
    team: str
    pages: tuple[tuple[str, str], ...]
    searches: tuple[str, ...]
    scenes: tuple[Scene, ...]


RU = Shop(
    operators=(
        ("Анна Соколова", "supervisor"),
        ("Дмитрий Лебедев", "operator"),
        ("Мария Крылова", "operator"),
        ("Тимур Ахметов", "operator"),
        ("Ольга Вишневская", "operator"),
    ),
    first_names=(
        *("Алексей", "Светлана", "Ирина", "Павел", "Наталья", "Сергей", "Елена", "Михаил", "Юлия", "Андрей"),
        *("Татьяна", "Виктор", "Оксана", "Роман", "Дарья", "Игорь", "Людмила", "Артём", "Ксения", "Рустам"),
    ),
    last_names=(
        *("Коваленко", "Черных", "Бондаренко", "Гринько", "Ткаченко", "Шевчук", "Мельник", "Дюма", "Живаго", "Седых"),
        *("Руденко", "Савченко", "Польских", "Франко", "Долгих", "Лысенко", "Фоменко", "Юрченко", "Белых", "Кравец"),
    ),
    goods=("лампа «Полярис»", "кресло «Нева»", "стол «Ладога»", "плед «Карелия»", "полка «Онега»", "торшер «Маяк»"),
    cities=("Казань", "Пермь", "Тверь", "Самара", "Омск", "Тула"),
    team="Поддержка",
    pages=(
        ("/", "Дом и свет"),
        ("/catalog/lamps", "Лампы и торшеры"),
        ("/catalog/chairs", "Кресла"),
        ("/delivery", "Доставка и оплата"),
        ("/cart", "Корзина"),
    ),
    searches=("лампа на гибкой ножке", "кресло с подлокотниками", "доставка в субботу", ""),
    scenes=(
        Scene(
            "доставка",
            (
                ("c", "Здравствуйте! Где мой заказ {order}? Обещали привезти вчера."),
                ("o", "Добрый день! Сейчас посмотрю, минуту."),
                ("n", "Курьер в {city} заболел, перевозчик переносит на завтра."),
                ("o", "Заказ {order} уже в городе {city}, курьер приедет завтра с 10 до 14. Извините за задержку."),
                ("c", "Хорошо, завтра буду дома. А можно, чтобы позвонил за час?"),
                ("o", "Конечно, передал курьеру."),
                ("c", "Спасибо!"),
            ),
        ),
        Scene(
            "возврат",
            (
                ("c", "Купил {good}, не подошла по цвету. Можно вернуть?"),
                ("o", "Здравствуйте! Да, в течение 14 дней, если товар не использовали. Номер заказа подскажете?"),
                ("c", "{order}"),
                ("o", "Нашла. Оформила возврат, курьер заберёт в удобный день. Когда вам удобно?"),
                ("c", "В пятницу вечером."),
                ("o", "Записала на пятницу, 18–21. Деньги вернутся на карту за 3 рабочих дня."),
                ("c", "Отлично, спасибо за оперативность"),
            ),
        ),
        Scene(
            "оплата",
            (
                ("c", "Не проходит оплата картой, пишет «операция отклонена»"),
                ("o", "Здравствуйте! Попробуйте, пожалуйста, другую карту или оплату по СБП. Какой у вас заказ?"),
                ("c", "{order}, {good}"),
                ("c", "По СБП получилось!"),
                ("o", "Вижу оплату, спасибо. Заказ передан на сборку."),
            ),
        ),
        Scene(
            "выбор",
            (
                ("c", "Добрый день, подскажите, {good} есть в наличии?"),
                ("o", "Добрый день! Да, на складе осталось несколько штук."),
                ("c", "А какая у неё гарантия?"),
                ("o", "Два года. Если что-то случится, заберём и починим сами."),
                ("c", "А самовывоз в городе {city} есть?"),
                ("o", "Есть, будет готово через два дня."),
                ("c", "Тогда оформляю 👍"),
            ),
        ),
        Scene(
            "брак",
            (
                ("c", "Пришла {good}, а на ней царапина. Очень расстроена."),
                ("o", "Мне очень жаль. Пришлите, пожалуйста, фото, и я сразу решу вопрос."),
                ("c", "Вот такая полоса сбоку, сантиметра три"),
                ("n", "Второй случай с этой партией, сообщил на склад."),
                ("o", "Спасибо. Можем заменить за наш счёт или вернуть 15 % стоимости. Что вам удобнее?"),
                ("c", "Лучше скидку, сама закрашу"),
                ("o", "Готово, 15 % вернутся на карту в течение трёх дней. Спасибо за понимание!"),
            ),
        ),
        Scene(
            "доставка",
            (
                ("c", "Пишу ночью, извините. Можно перенести доставку заказа {order} на субботу?"),
                ("o", "Доброе утро! Перенесла на субботу, с 12 до 16. Подойдёт?"),
                ("c", "Да, спасибо большое!"),
            ),
            overnight=True,
        ),
        Scene(
            "опт",
            (
                ("c", "Нам в офис нужно двадцать штук: {good}. Есть оптовая цена?"),
                ("o", "Здравствуйте! От десяти штук скидка 12 %. Выставить счёт на организацию?"),
                ("c", "Да, реквизиты пришлю письмом. На какой адрес?"),
                ("o", "На opt@example.com, счёт пришлём в течение часа."),
                ("n", "Менеджеру по опту передано, ждём реквизиты."),
                ("c", "Отправил. Ждём счёт"),
            ),
        ),
        Scene("", (("c", "Здравствуйте"), ("o", "Здравствуйте! Чем помочь?"), ("c", "Уже разобрался, спасибо"))),
    ),
)

EN = Shop(
    operators=(
        ("Alice Marlow", "supervisor"),
        ("Daniel Finch", "operator"),
        ("Maria Kowalska", "operator"),
        ("Omar Haddad", "operator"),
        ("Grace Lindqvist", "operator"),
    ),
    first_names=(
        *("James", "Emily", "Oliver", "Sophie", "Harry", "Chloe", "George", "Hannah", "Lucas", "Nina"),
        *("Peter", "Laura", "Samuel", "Julia", "Victor", "Elena", "Aaron", "Isabel", "Felix", "Zoe"),
    ),
    last_names=(
        *("Carter", "Bennett", "Walsh", "Novak", "Turner", "Berg", "Collins", "Rossi", "Harper", "Quinn"),
        *("Foster", "Keller", "Murphy", "Santos", "Doyle", "Larsen", "Hughes", "Moreau", "Price", "Weber"),
    ),
    goods=("Polaris lamp", "Neva armchair", "Ladoga table", "Karelia blanket", "Onega shelf", "Beacon floor lamp"),
    cities=("Leeds", "Bristol", "Cork", "Glasgow", "Dublin", "York"),
    team="Support",
    pages=(
        ("/", "Home & Light"),
        ("/catalog/lamps", "Lamps"),
        ("/catalog/chairs", "Armchairs"),
        ("/delivery", "Delivery and payment"),
        ("/cart", "Basket"),
    ),
    searches=("lamp with a flexible neck", "armchair", "saturday delivery", ""),
    scenes=(
        Scene(
            "delivery",
            (
                ("c", "Hi! Where is my order {order}? It was due yesterday."),
                ("o", "Hello! Let me look, one minute."),
                ("n", "The courier in {city} is ill, the carrier moved it to tomorrow."),
                ("o", "Order {order} is in {city} already and comes tomorrow between 10 and 2. Sorry for the delay."),
                ("c", "Fine, I'll be at home. Could they ring an hour before?"),
                ("o", "Of course, I've told the courier."),
                ("c", "Thank you!"),
            ),
        ),
        Scene(
            "return",
            (
                ("c", "I bought the {good} and the colour is wrong for the room. Can I send it back?"),
                ("o", "Hello! Yes, within 14 days if it was not used. What is the order number?"),
                ("c", "{order}"),
                ("o", "Found it. A courier will pick it up. Which day suits you?"),
                ("c", "Friday evening."),
                ("o", "Friday, 6 to 9 pm. The money is back on your card within 3 working days."),
                ("c", "Great, that was quick"),
            ),
        ),
        Scene(
            "payment",
            (
                ("c", "My card is refused: “declined”"),
                ("o", "Hello! Could you try another card? Which order is it?"),
                ("c", "{order}, {good}"),
                ("c", "The other card worked!"),
                ("o", "I see the payment, thank you. The order is being packed."),
            ),
        ),
        Scene(
            "advice",
            (
                ("c", "Good afternoon, is the {good} in stock?"),
                ("o", "Good afternoon! Yes, a few are left."),
                ("c", "What about the guarantee?"),
                ("o", "Two years. If anything happens we collect and repair it ourselves."),
                ("c", "Can I pick it up in {city}?"),
                ("o", "You can, it will be there in two days."),
                ("c", "Ordering it then 👍"),
            ),
        ),
        Scene(
            "damage",
            (
                ("c", "The {good} came with a scratch. I'm rather upset."),
                ("o", "I am very sorry. Please send a photo and I will sort it out at once."),
                ("c", "A line on the side, about an inch"),
                ("n", "Second case in this batch, the warehouse knows."),
                ("o", "Thank you. We can replace it at our cost or refund 15 %. Which do you prefer?"),
                ("c", "The refund, I can touch it up"),
                ("o", "Done, 15 % will be on your card within three days. Thank you for your patience!"),
            ),
        ),
        Scene(
            "delivery",
            (
                ("c", "Sorry to write at night. Could order {order} come on Saturday instead?"),
                ("o", "Good morning! I moved it to Saturday, 12 to 4. All right?"),
                ("c", "Yes, thanks a lot!"),
            ),
            overnight=True,
        ),
        Scene(
            "wholesale",
            (
                ("c", "We need twenty for the office: {good}. Is there a wholesale price?"),
                ("o", "Hello! 12 % off from ten pieces. Shall I invoice the company?"),
                ("c", "Yes, I'll mail the details. Where to?"),
                ("o", "To trade@example.com, the invoice comes within an hour."),
                ("n", "Passed to trade sales, waiting for the details."),
                ("c", "Sent. Waiting for the invoice"),
            ),
        ),
        Scene("", (("c", "Hello"), ("o", "Hello! How can I help?"), ("c", "Found it myself, thanks"))),
    ),
)

SHOPS = {"ru": RU, "en": EN}
