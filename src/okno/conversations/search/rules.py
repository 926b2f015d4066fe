"""Pure decisions of search: the words of a text, the terms of a question, the query they make, the excerpt shown."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from okno.kit import limits

WORD = re.compile(r"[^\W_]+")
QUERY_PART = re.compile(r'(-?)["«“„]([^"»”“]*)["»”“]?|(\S+)')
NOT_WORD = re.compile(r"[\W_]")
FOLDED = str.maketrans("ёЁ", "еЕ")
ONE_LINE = str.maketrans("\n\r\t", "   ")
TAIL = "~"  # begins the reversed digits of a number, so that its end finds it
HIT_ON, HIT_OFF = "\x02", "\x03"
DIGITS_MIN = 4  # shorter numbers stand in every second message
PREFIX_MIN = 3
BEFORE, LENGTH = 60, 240  # letters of an excerpt: before its first hit, and altogether


def folded(text: str) -> str:
    """Words and single spaces in the places of everything else, letter for letter as long as `text`; ё is е."""
    return NOT_WORD.sub(" ", text).translate(FOLDED)


def tails_of(text: str) -> str:
    """The numbers of a folded text backwards, each marked: a customer knows the last digits of his order."""
    return " ".join({TAIL + word[::-1] for word in text.split() if len(word) > DIGITS_MIN and word.isdigit()})


class Term(NamedTuple):
    """Words that stand one after the other. `excluded`: they must not be there. `prefix`: the last is unfinished."""

    words: tuple[str, ...]
    excluded: bool = False
    prefix: bool = False


def parse_question(text: str) -> list[Term]:
    """Words, "phrases", and -words that must be missing. The last word counts as unfinished until a space follows."""
    terms = []
    left = limits.SEARCH_WORDS_MAX
    for match in QUERY_PART.finditer(text):
        minus, phrase, plain = match.groups()
        if plain is not None:
            minus = "-" if plain.startswith("-") and len(plain) > 1 else ""
            phrase = plain
        words = tuple(WORD.findall(phrase.translate(FOLDED).lower()))[:left]
        left -= len(words)
        unfinished = plain is not None and not minus and match.end() == len(text)
        if words:
            terms.append(Term(words, minus == "-", unfinished and len(words[-1]) >= PREFIX_MIN))
    return terms


Stems = Mapping[str, Sequence[str]]


def forms_wanted(terms: Iterable[Term], forms: Callable[[str], Iterable[str]]) -> dict[str, list[str]]:
    """Every form of every word asked for, by the word; itself first."""
    return {
        word: list(dict.fromkeys([word, *(form.translate(FOLDED) for form in forms(word))]))
        for term in terms
        for word in term.words
    }


def build_query(
    terms: Sequence[Term], forms: Mapping[str, Sequence[str]], stems: Stems, *, files: bool
) -> tuple[str, list[str]]:
    """The tsquery, empty when nothing is left to look for, and the words that were left out as too common."""
    parts: list[str] = []
    ignored: list[str] = []
    positive = False
    for term in terms:
        part = _phrase(term, forms, stems, "A" if files else "")
        if not part:
            ignored += term.words
        else:
            parts.append(f"!({part})" if term.excluded else f"({part})")
            positive = positive or not term.excluded
    return (" & ".join(parts) if positive else ""), list(dict.fromkeys(ignored))


def _phrase(term: Term, forms: Mapping[str, Sequence[str]], stems: Stems, weight: str) -> str:
    """Words left out still count as a step of the distance, as they do in the index."""
    text, step = "", 1
    for nth, word in enumerate(term.words):
        last = nth == len(term.words) - 1
        found = _alternatives(word, forms[word], stems, weight, prefix=term.prefix and last, alone=len(term.words) == 1)
        if not found:
            step += 1
            continue
        text = f"{text} <{step}> {found}" if text else found
        step = 1
    return text


def _alternatives(word: str, forms: Sequence[str], stems: Stems, weight: str, *, prefix: bool, alone: bool) -> str:
    if not stems.get(word):  # too common: the index leaves it out, too
        return ""
    found = {f"'{stem}':{weight}" if weight else f"'{stem}'" for form in forms for stem in stems.get(form, ())}
    if prefix:
        found.add(f"'{word}':*{weight}")
    if alone and not weight and word.isdigit() and len(word) >= DIGITS_MIN:
        found |= {f"'{word}':*", f"'{TAIL}{word[::-1]}':*"}
    return "(" + " | ".join(sorted(found)) + ")"


def hits_of(marked: str, text: str, digits: Iterable[str]) -> list[tuple[int, int]]:
    """Where in `text` the hits are, by its folded form with marks; and numbers that only end as asked."""
    ranges, at, begun = [], 0, 0
    for part in re.split(f"([{HIT_ON}{HIT_OFF}])", marked):
        if part == HIT_ON:
            begun = at
        elif part == HIT_OFF:
            ranges.append((begun, at))
        else:
            at += len(part)
    for number in digits:
        ranges += [match.span() for match in re.finditer(rf"\d*{number}(?!\d)", text)]
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(r for r in ranges if r[1] <= len(text)):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def pieces_of(text: str, hits: Sequence[tuple[int, int]], *, whole: bool = False) -> list[str]:
    """An excerpt around the first hit on one line, cut up so that every second piece is a hit."""
    text = text.translate(ONE_LINE)
    begin, end = 0, len(text)
    if not whole and end > LENGTH:
        first = hits[0][0] if hits else 0
        begin = max(0, first - BEFORE)
        begin = text.find(" ", begin, first) + 1 or begin if begin else 0
        end = min(end, begin + LENGTH)
    pieces, at = [], begin
    for hit_begin, hit_end in hits:
        if hit_end > end:
            break
        pieces += [text[at:hit_begin], text[hit_begin:hit_end]]
        at = hit_end
    pieces.append(text[at:end] + ("…" if end < len(text) else ""))
    pieces[0] = ("…" if begin else "") + pieces[0]
    return pieces
