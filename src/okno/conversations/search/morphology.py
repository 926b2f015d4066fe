"""Every form of a Russian word. The dictionary takes 20 MB and half a second: it is loaded at the first such word."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

RUSSIAN = re.compile(r"[а-яё]+(-[а-яё]+)?")
PARSES_MAX = 4  # readings of one word; "стали" is steel and became
SCORE_MIN = 0.05  # rarer readings are noise
FORMS_MAX = 300  # a verb with all its participles


@lru_cache(maxsize=1)
def _analyzer() -> Any:
    import pymorphy3  # noqa: PLC0415 - see above

    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=20_000)
def _forms(word: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for parse in _analyzer().parse(word)[:PARSES_MAX]:
        if parse.score >= SCORE_MIN:
            found |= {form.word: None for form in parse.lexeme[:FORMS_MAX]}
    return tuple(found)


def forms_of(word: str) -> Iterable[str]:
    """Nothing for words of other languages: their stems suffice. Blocks for half a second at the first word."""
    return _forms(word) if RUSSIAN.fullmatch(word) else ()
