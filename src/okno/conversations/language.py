"""Which language a few short messages are written in: letters first, then the commonest words. Pure."""

import re
from collections import Counter
from collections.abc import Iterable

from okno.kit import limits

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
LETTERS_MIN = 4
"""Fewer say nothing: "ок", "ok", "+"."""

# Letters no other of these languages writes.
OWN_LETTERS = {
    "uk": "їєґ",
    "be": "ў",
    "kk": "әғқңөұүһ",
    "ru": "ъ",
    "de": "ß",
    "es": "ñ¿¡",
    "pl": "łąęśźżćń",
    "pt": "ãõ",
    "tr": "ğış",
    "ka": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
    "hy": "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
}
SHARED_LETTERS = {"ы": "ru be kk", "э": "ru be", "ё": "ru be", "щ": "ru uk", "и": "ru uk", "і": "uk be kk"}
ADDRESS = re.compile(r"\S*(?:://|@)\S*")
WORDS = {
    "ru": "и в не на что с по как за это для где мой можно есть когда здравствуйте добрый день привет нет да у меня вы"
    " вас мне я",
    "uk": "і в не на що з як за це для де мій можна є коли вітаю добрий день привіт ні так у мене ви вас мені я та чи",
    "be": "і не на што з як за гэта дзе калі ёсць добры дзень так вы вас мне я ці",
    "kk": "және бұл үшін қалай қайда бар жоқ сәлем сіз мен",
    "en": "the and is to of in you for it my i not on with have can hello hi when where what how please your this that"
    " do thanks thank order",
    "de": "der die das und ist nicht ich sie ein eine mit für auf wo wie kann hallo bitte mein zu es haben wann",
    "fr": "le la les et est pas je vous un une avec pour où comment bonjour mon ma que de des quand puis",
    "es": "el la los y es no yo usted un una con para dónde cómo hola mi que de cuándo puedo por está",
    "it": "il la gli e è non io un una con per dove come ciao mio che di quando posso buongiorno sono",
    "pt": "o a os e é não eu você um uma com para onde como olá meu que de quando posso está",
    "pl": "i w nie na co z jak za to dla gdzie mój można jest kiedy dzień dobry cześć czy się mam proszę",
    "tr": "ve bir bu için ne nasıl nerede var yok merhaba ben siz değil mi zaman",
}
BY_WORD: dict[str, list[str]] = {}
for _language, _words in WORDS.items():
    for _word in _words.split():
        BY_WORD.setdefault(_word, []).append(_language)
LATIN = frozenset({"en", "de", "fr", "es", "it", "pt", "pl", "tr"})
CYRILLIC = frozenset({"ru", "uk", "be", "kk"})


def language_of(texts: Iterable[str]) -> str:
    """ISO 639 code of what was written; empty when that cannot be told, or two are as likely.

    Texts are read up to LANGUAGE_LETTERS_MAX. An own letter counts as three common words; letters of a script without
    any decide for its commonest language: Russian for Cyrillic, none for Latin.
    """
    text = ADDRESS.sub(" ", " ".join(texts)[: limits.LANGUAGE_LETTERS_MAX].lower())
    letters = [c for c in text if c.isalpha()]
    if len(letters) < LETTERS_MIN:
        return ""
    cyrillic = sum("\u0400" <= c <= "\u04ff" for c in letters)
    latin = sum(c < "\u0250" for c in letters)
    script = CYRILLIC if cyrillic * 2 > len(letters) else LATIN if latin * 2 > len(letters) else frozenset(OWN_LETTERS)
    marks: Counter[str] = Counter()
    for language, own in OWN_LETTERS.items():
        if language in script:
            marks[language] += 3 * sum(c in own for c in letters)
    for letter, languages in SHARED_LETTERS.items():
        marks.update(dict.fromkeys(script.intersection(languages.split()), letters.count(letter)))
    for word in WORD.findall(text):
        for language in BY_WORD.get(word, ()):
            if language in script:
                marks[language] += 1
    ranked = marks.most_common(2)
    told = ranked[0][0] if ranked and ranked[0][1] > (ranked[1][1] if len(ranked) > 1 else 0) else ""
    return told or ("ru" if script is CYRILLIC else "")
