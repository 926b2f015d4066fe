"""A small lamp shop to try the widget on: pages of its own, no file from elsewhere, no inline handler."""

import base64
import hashlib
from html import escape
from typing import NamedTuple

from okno.kit.errors import NotFound


class Good(NamedTuple):
    """One lamp. Texts are Russian and English; `drawing` is what is inside its SVG of 200 by 260."""

    slug: str
    section: str
    name: tuple[str, str]
    about: tuple[str, str]
    price: tuple[str, str]
    facts: tuple[tuple[str, str, str, str], ...]
    drawing: str


_SOCKET = ("Цоколь", "Socket", "E27", "E27")
_YEARS = ("Гарантия", "Warranty", "3 года", "3 years")
_SECTIONS = {
    "floor": ("Торшеры", "Floor lamps"),
    "desk": ("Настольные", "Desk lamps"),
    "wall": ("Бра", "Sconces"),
    "pendants": ("Подвесы", "Pendants"),
}
GOODS = (
    Good(
        "evening",
        "floor",
        ("Торшер «Вечер»", "“Evening” floor lamp"),
        (
            "Тёплый свет 2700 К, льняной абажур, диммер в основании. Высота 152 см.",
            "Warm 2700 K light, linen shade, a dimmer in the base. 152 cm high.",
        ),
        ("8 490 ₽", "€89"),
        (_SOCKET, ("Доставка", "Delivery", "завтра, 390 ₽", "tomorrow, €5"), _YEARS),
        '<path class="s" d="M72 34h56l22 62H50z"/><path class="w" d="M98 96h4v138h-4z"/><ellipse class="w" cx="100" cy="238" rx="34" ry="7"/>',
    ),
    Good(
        "dusk",
        "floor",
        ("Торшер «Сумерки»", "“Dusk” floor lamp"),
        (
            "Дуга из латуни над креслом, свет направлен на книгу.",
            "A brass arc over the chair, light where the book is.",
        ),
        ("12 300 ₽", "€129"),
        (_SOCKET, ("Доставка", "Delivery", "послезавтра, 390 ₽", "in two days, €5"), _YEARS),
        '<path class="l" d="M70 238V96c0-70 84-74 84-8"/><path class="s" d="M130 88h48l-8 30h-32z"/><ellipse class="w" cx="70" cy="240" rx="32" ry="6"/>',
    ),
    Good(
        "morning",
        "desk",
        ("Лампа «Утро»", "“Morning” desk lamp"),
        (
            "Шарнир держит любой угол, свет от тёплого до дневного.",
            "A joint that holds any angle, light from warm to day.",
        ),
        ("4 290 ₽", "€45"),
        (
            ("Свет", "Light", "2700–5000 К", "2700–5000 K"),
            ("Доставка", "Delivery", "завтра, 290 ₽", "tomorrow, €4"),
            _YEARS,
        ),
        '<path class="s" d="M58 84l58-30 18 36-58 30z"/><path class="l" d="M104 102l30 56-44 76"/><ellipse class="w" cx="90" cy="238" rx="36" ry="7"/>',
    ),
    Good(
        "dawn",
        "desk",
        ("Лампа «Рассвет»", "“Dawn” desk lamp"),
        ("Молочное стекло на дубовой ножке, светит как луна.", "Milk glass on an oak foot, glows like a moon."),
        ("3 990 ₽", "€42"),
        (_SOCKET, ("Доставка", "Delivery", "завтра, 290 ₽", "tomorrow, €4"), _YEARS),
        '<circle class="s" cx="100" cy="128" r="56"/><path class="w" d="M84 184h32l8 54H76z"/>',
    ),
    Good(
        "window",
        "wall",
        ("Бра «Окно»", "“Window” sconce"),
        (
            "Свет как из соседнего окна: мягкий и немного таинственный.",
            "Light as from a window nearby: soft, a little secret.",
        ),
        ("3 690 ₽", "€39"),
        (
            ("Мощность", "Power", "9 Вт, LED", "9 W, LED"),
            ("Доставка", "Delivery", "завтра, 290 ₽", "tomorrow, €4"),
            _YEARS,
        ),
        '<rect class="s" x="56" y="66" width="88" height="118" rx="4"/><path class="f" d="M56 66h88v118H56zM100 66v118M56 110h88"/>',
    ),
    Good(
        "yard",
        "pendants",
        ("Подвес «Двор»", "“Yard” pendant"),
        ("Крыша из воронёной стали над большим столом.", "A roof of blued steel over a big table."),
        ("12 900 ₽", "€135"),
        (_SOCKET, ("Диаметр", "Diameter", "60 см", "60 cm"), _YEARS),
        '<path class="w" d="M99 0h2v86h-2z"/><path class="k" d="M32 150c0-84 136-84 136 0z"/><path class="s" d="M66 150h68c0 34-68 34-68 0z"/>',
    ),
)
_TEXTS = {
    "ru": {
        "name": "тихая лампа",
        "title": "Светильники для дома",
        "head": "Свет, при котором хочется читать",
        "lead": "Делаем лампы в Твери с 2009 года. Привезём завтра, повесим и заберём коробку.",
        "buy": "В корзину",
        "catalog": "Все светильники",
        "other": "Ещё из этого раздела",
        "foot": "Доставка по России, возврат 30 дней. Вопросы — в чат в углу страницы, отвечает живой человек.",
        "find": "Найти лампу",
        "found": "Нашлось по запросу",
        "none": "Такой лампы пока нет. Спросите в чате — подберём.",
        "cart": "В корзине",
    },
    "en": {
        "name": "quiet lamp",
        "title": "Lights for the home",
        "head": "Light that makes you want to read",
        "lead": "We have made lamps in Tver since 2009. Delivered tomorrow, hung, and the box taken away.",
        "buy": "Add to basket",
        "catalog": "All lamps",
        "other": "More of the kind",
        "foot": "Delivery everywhere, 30 days to return. Questions go to the chat in the corner: a person answers.",
        "find": "Find a lamp",
        "found": "Found for",
        "none": "There is no such lamp yet. Ask in the chat and we will find one.",
        "cart": "In the basket",
    },
}
_STYLE = """
:root{color-scheme:light dark;--paper:light-dark(#fbfaf8,#191715);--ink:light-dark(#1d1d20,#efe9df);--soft:light-dark(#5c584f,#b3aa9c);--room:light-dark(#efece5,#262119);--floor:light-dark(#e2dbcd,#1e1a14);--line:light-dark(#ddd8cd,#39332a);--glow:light-dark(#fbe4b4,#8a6524);--shade:light-dark(#fff1d2,#ffdf9c);--wood:light-dark(#6b563b,#a98d63)}
*{box-sizing:border-box}body{margin:0;font:16px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif;color:var(--ink);background:var(--paper)}
a{color:inherit;text-decoration:none}a:hover{text-decoration:underline;text-underline-offset:4px}:focus-visible{outline:2px solid currentColor;outline-offset:3px}
header,main,footer{max-width:1160px;margin:auto;padding:24px clamp(16px,5vw,56px)}
header{display:flex;flex-wrap:wrap;gap:8px 28px;align-items:center}header b{font-size:22px;letter-spacing:-.02em}nav{display:flex;flex-wrap:wrap;gap:4px 24px;flex:1;font-size:15px}nav a{min-height:28px}
form input{font:inherit;padding:7px 12px;width:11em;border:1px solid var(--line);border-radius:6px;background:none;color:inherit}form input::placeholder{color:var(--soft);opacity:1}
h1{font-size:clamp(32px,5.2vw,60px);line-height:1.06;letter-spacing:-.03em;margin:0 0 16px;text-wrap:balance}h2{font-size:20px;letter-spacing:-.01em;margin:56px 0 16px}
p{margin:0 0 20px;max-width:34em;color:var(--soft);font-size:18px}
.top{display:grid;grid-template-columns:1.1fr 1fr;gap:clamp(20px,5vw,72px);align-items:center}.room{background:radial-gradient(circle at 50% 30%,var(--glow),transparent 62%),linear-gradient(var(--room) 90%,var(--floor) 90%);border-radius:6px;display:grid;place-items:center;aspect-ratio:5/6;overflow:hidden}.room svg{height:100%;width:auto;max-width:100%}
.s{fill:var(--shade);stroke:#d6b671}.w{fill:var(--wood)}.k{fill:light-dark(#3b3f45,#565c66)}.l{fill:none;stroke:var(--wood);stroke-width:5;stroke-linecap:round}.f{fill:none;stroke:var(--wood);stroke-width:5}
ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(210px,1fr));gap:28px 24px;padding:0;margin:0;list-style:none}li .room{aspect-ratio:1}li a{display:block}li h3{font-size:16px;font-weight:550;margin:12px 0 0}li span{color:var(--soft)}
.price{font-size:26px;color:var(--ink);margin:0 0 16px}button{font:inherit;font-weight:600;min-height:52px;min-width:230px;padding:0 24px;border:0;border-radius:4px;background:var(--ink);color:var(--paper);cursor:pointer}
dl{margin:28px 0 0;border-top:1px solid var(--line)}dl div{display:flex;justify-content:space-between;gap:16px;padding:10px 0;border-bottom:1px solid var(--line);font-size:15px}dd{margin:0}
footer{margin-top:56px;border-top:1px solid var(--line);font-size:14px;color:var(--soft)}
@media(max-width:720px){.top{grid-template-columns:1fr}.top .room{max-height:56vh;width:100%}}
"""
# The basket counts, and tells the conversation what was put there: what a shop would report.
SCRIPT = """
for (const button of document.querySelectorAll("button[data-good]")) button.addEventListener("click", () => {
  button.textContent = button.dataset.done
  window.okno = window.okno || Object.assign((...call) => okno.q.push(call), { q: [] })
  okno("track", "basket", { good: button.dataset.good, price: button.dataset.price })
})
"""


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# As strict as a careful shop's: the widget needs its own address and nothing else.
DEMO_CSP = (
    f"default-src 'none'; script-src 'self' {_hash(SCRIPT)}; style-src {_hash(_STYLE)}; img-src data:; frame-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


def _picture(good: Good, label: str = "") -> str:
    named = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return f'<div class="room"><svg viewBox="0 0 200 260" {named}>{good.drawing}</svg></div>'


def _cards(goods: list[Good], at: int, language: str) -> str:
    return (
        "<ul>"
        + "".join(
            f'<li><a href="/demo/{g.slug}?lang={language}">{_picture(g)}<h3>{escape(g.name[at])}</h3>'
            f"<span>{escape(g.price[at])}</span></a></li>"
            for g in goods
        )
        + "</ul>"
    )


def _product(good: Good, at: int, language: str) -> str:
    words = _TEXTS[language]
    facts = "".join(f"<div><dt>{escape(f[at])}</dt><dd>{escape(f[2 + at])}</dd></div>" for f in good.facts)
    others = [g for g in GOODS if g is not good][:4]
    return (
        f'<div class="top">{_picture(good, good.name[at])}<div><a href="/demo/{good.section}?lang={language}">'
        f"{escape(_SECTIONS[good.section][at])}</a><h1>{escape(good.name[at])}</h1><p>{escape(good.about[at])}</p>"
        f'<p class="price">{escape(good.price[at])}</p><button type="button" data-good="{escape(good.name[at])}" '
        f'data-price="{escape(good.price[at])}" data-done="{words["cart"]}">{words["buy"]}</button>'
        f"<dl>{facts}</dl></div></div><h2>{words['other']}</h2>{_cards(others, at, language)}"
    )


def _front(at: int, language: str) -> str:
    words = _TEXTS[language]
    return (
        f'<div class="top"><div><h1>{words["head"]}</h1><p>{words["lead"]}</p>'
        f'<a href="/demo/{GOODS[0].slug}?lang={language}">{escape(GOODS[0].name[at])}, {escape(GOODS[0].price[at])} →</a>'
        f"</div>{_picture(GOODS[0])}</div><h2>{words['catalog']}</h2>{_cards(list(GOODS), at, language)}"
    )


def _found(asked: str, at: int, language: str) -> str:
    words = _TEXTS[language]
    goods = [g for g in GOODS if asked.lower() in (g.name[at] + g.about[at] + _SECTIONS[g.section][at]).lower()]
    shown = _cards(goods, at, language) if goods else f"<p>{words['none']}</p>"
    return f"<h1>{words['found']} “{escape(asked)}”</h1>{shown}"


def demo_page(key: str, language: str, path: str = "", asked: str = "") -> str:
    """The page at `/demo/{path}`; `language` is ru or en, `key` the widget's, `asked` a search. Raises `NotFound`."""
    at = 1 if language == "en" else 0
    words = _TEXTS[language]
    title = words["title"]
    good = next((g for g in GOODS if g.slug == path), None)
    if good is not None:
        title, body = good.name[at], _product(good, at, language)
    elif path in _SECTIONS:
        title = _SECTIONS[path][at]
        body = f"<h1>{escape(title)}</h1>{_cards([g for g in GOODS if g.section == path], at, language)}"
    elif path:
        raise NotFound("the shop has no such page")
    elif asked:
        title, body = f"{words['found']} “{asked}”", _found(asked, at, language)
    else:
        body = _front(at, language)
    links = "".join(f'<a href="/demo/{s}?lang={language}">{escape(n[at])}</a>' for s, n in _SECTIONS.items())
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)} — {words["name"]}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover"><link rel="icon" href="data:,">'
        f'<style>{_STYLE}</style><script async src="/w.js" data-key="{escape(key)}"></script></head><body>'
        f'<header><a href="/demo?lang={language}"><b>{words["name"]}</b></a><nav>{links}</nav>'
        f'<form action="/demo" role="search"><input type="hidden" name="lang" value="{language}">'
        f'<input type="search" name="q" value="{escape(asked)}" placeholder="{words["find"]}" aria-label="{words["find"]}">'
        f"</form></header><main>{body}</main><footer>{words['foot']}</footer><script>{SCRIPT}</script></body></html>"
    )
