"""A small lamp shop to try the widget on."""

from html import escape

_TEXTS = {
    "ru": (
        "Тихая лампа — светильники для дома",
        "Тихая лампа",
        ("Торшеры", "Настольные", "Подвесные", "Доставка"),
        "Свет, при котором хочется читать",
        "Спросите о доставке, цоколе или диммере: чат в углу страницы отвечает живой человек.",
        (
            ("Торшер «Вечер»", "8 490 ₽"),
            ("Лампа «Утро»", "4 290 ₽"),
            ("Бра «Окно»", "3 690 ₽"),
            ("Люстра «Двор»", "12 900 ₽"),
        ),
        "В корзину",
    ),
    "en": (
        "Quiet Lamp — lights for the home",
        "Quiet Lamp",
        ("Floor lamps", "Desk lamps", "Pendants", "Delivery"),
        "Light that makes you want to read",
        "Ask about delivery, sockets or dimmers: the chat in the corner is answered by a person.",
        (
            ("“Evening” floor lamp", "€89"),
            ("“Morning” desk lamp", "€45"),
            ("“Window” sconce", "€39"),
            ("“Yard” chandelier", "€135"),
        ),
        "Add to basket",
    ),
}
_STYLE = """
:root{color-scheme:light dark;--ink:light-dark(#2b2620,#eee7dc);--soft:light-dark(#f4efe7,#26221d);--line:light-dark(#e2d9cb,#3a342c)}
*{box-sizing:border-box}body{margin:0;font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:light-dark(#fffdf9,#1c1916)}
header,main{max-width:1080px;margin:auto;padding:20px 24px}header{display:flex;flex-wrap:wrap;gap:12px 28px;align-items:baseline}
header b{font-size:20px;letter-spacing:-.01em}nav{display:flex;flex-wrap:wrap;gap:20px}nav a{color:inherit;text-underline-offset:4px}
h1{font-size:clamp(30px,5vw,52px);line-height:1.1;letter-spacing:-.02em;margin:48px 0 12px;max-width:14em}
p{max-width:36em}ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:20px;padding:0;margin:40px 0;list-style:none}
li{background:var(--soft);border:1px solid var(--line);border-radius:14px;padding:16px;display:grid;gap:8px}
li svg{width:100%;height:150px}li h2{font-size:16px;margin:0}button{font:inherit;padding:8px 14px;border-radius:8px;border:1px solid var(--line);background:none;color:inherit}
"""
_LAMPS = (
    "M100 20l34 52H66zM100 72v70M74 142h52",
    "M70 40l44-14 14 40-44 14zM92 74l-10 68M56 142h56",
    "M64 34h72v72H64zM100 34v72M64 70h72M136 70h16",
    "M100 10v40M60 84a40 34 0 0 1 80 0zM72 84v14M100 84v20M128 84v14",
)


def demo_page(key: str, language: str) -> str:
    """The whole page; `language` is ru or en, `key` the widget's."""
    title, name, sections, head, text, goods, buy = _TEXTS[language]
    items = "".join(
        f'<li><svg viewBox="0 0 200 150" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3" '
        f'stroke-linecap="round" stroke-linejoin="round"><path d="{path}"/></svg><h2>{escape(good)}</h2>'
        f"<span>{escape(price)}</span><button type=button>{escape(buy)}</button></li>"
        for (good, price), path in zip(goods, _LAMPS, strict=True)
    )
    links = "".join(f'<a href="?lang={language}&amp;p={n}">{escape(s)}</a>' for n, s in enumerate(sections))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style>"
        f'<script async src="/w.js" data-key="{escape(key)}"></script></head><body><header><b>{escape(name)}</b>'
        f"<nav>{links}</nav></header><main><h1>{escape(head)}</h1><p>{escape(text)}</p><ul>{items}</ul></main></body></html>"
    )
