"""The cases the browser's fold is held to are those of the server's."""

from okno.conversations.bodies import Deleted, Edited, Message, Note
from tests.conversations.vectors import CASES, TARGET, TYPES, fold_case, render


def test_the_browsers_cases_are_fresh() -> None:
    """The browser would be held to a fold the server has left behind: a reload would change the thread."""
    assert TARGET.read_text(encoding="utf-8") == render(), "run `make protocol`"


def test_every_type_of_event_has_a_case() -> None:
    """A new type would be folded by nobody's rule."""
    told = {str(body.__struct_config__.tag) for case in CASES for body in case.told}
    assert told == set(TYPES)
    assert {case.name.partition(":")[0] for case in CASES} == set(TYPES)


def test_no_case_of_a_deletion_leaves_the_text() -> None:
    """The cases themselves would allow what they are to forbid."""
    for case in CASES:
        _, told, after = fold_case(case)
        erased = {(e.conversation, e.body.seq) for e in [*told, *after] if isinstance(e.body, Deleted)}
        for event in after:
            if (event.conversation, event.seq) in erased:
                assert not getattr(event.body, "text", "")
            if isinstance(event.body, Edited) and (event.conversation, event.body.seq) in erased:
                assert not event.body.text
            if isinstance(event.body, Message | Note) and event.body.quote:
                quote = event.body.quote
                assert ((quote.conversation, quote.seq) in erased) == (not quote.excerpt)
