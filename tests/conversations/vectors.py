"""Cases of the timeline's fold for both languages: what is held, what is told, what is held then.

`make protocol` writes web/client/src/fold.vectors.json from them; the browser's fold has to agree with it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from okno.conversations.bodies import (
    NOBODY,
    ActorType,
    Assigned,
    Attachment,
    Body,
    Carried,
    Closed,
    Deleted,
    Described,
    Edited,
    Erased,
    Greeted,
    Held,
    Hidden,
    HistoryCleared,
    Joined,
    Labelled,
    Merged,
    Message,
    Note,
    Opened,
    Overdue,
    Promised,
    Quote,
    Rated,
    Reacted,
    Reaction,
    SecretAsked,
    SecretClosed,
    SecretGiven,
    Snoozed,
    Split,
    TaskNoted,
    Woken,
)
from okno.conversations.calling import CallbackAsked, CallbackEnded, CallBegan, CallEnded, CallRecorded
from okno.conversations.types import Event
from okno.kit.wire import utc_text
from tests.conversations.replay import apply

TARGET = Path(__file__).parents[2] / "web" / "client" / "src" / "fold.vectors.json"
TYPES: list[str] = [str(t.__struct_config__.tag) for t in Body.__args__]
HERE, ELSEWHERE = UUID(int=0xC0), UUID(int=0xC1)
ANNA, IGOR = UUID(int=0xA), UUID(int=0xB)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FILE = Attachment(UUID(int=0xF), "pass.jpg", "image/jpeg", 1_000, 640, 480, preview=True)


class Case(NamedTuple):
    """`before` and `told` are bodies; the seqs of both follow each other from 1."""

    name: str
    before: Sequence[Body]
    told: Sequence[Body]
    conversation: UUID = HERE  # of what is told


def quote(seq: int, conversation: UUID = HERE) -> Quote:
    return Quote(conversation, seq, "an excerpt", "Igor")


HELLO = Message("hello")
CASES = (
    Case("message: with a file and a quote", [HELLO], [Message("see", [FILE], quote(1))]),
    Case("message: its quote is of what was deleted meanwhile", [HELLO, Deleted(1)], [Message("so", quote=quote(1))]),
    Case("note", [HELLO], [Note("between us", [FILE], quote(1))]),
    Case("reacted: the first, another person's emoji stays", [HELLO], [Reacted(1, "👍", on=True)]),
    Case("reacted: twice is once", [HELLO, Reacted(1, "👍", on=True)], [Reacted(1, "👍", on=True)]),
    Case("reacted: two of them, one is taken back", [HELLO, Reacted(1, "👍", on=True), Reacted(1, "❤️", on=True)],
         [Reacted(1, "👍", on=False)]),
    Case("reacted: the last is taken back", [Message("hello", reactions=[Reaction("👍", [ANNA])])],
         [Reacted(1, "👍", on=False)]),
    Case("reacted: beside somebody else's", [Message("hello", reactions=[Reaction("👍", [UUID(int=0xD)])])],
         [Reacted(1, "👍", on=True), Reacted(1, "❤️", on=False)]),
    Case("reacted: under what was deleted", [HELLO, Deleted(1)], [Reacted(1, "👍", on=True)]),
    Case("reacted: under something that is no message", [Opened(1)], [Reacted(1, "👍", on=True)]),
    Case("edited: file, quote and reactions stay",
         [HELLO, Message("one", [FILE], quote(1), [Reaction("👍", [IGOR])])], [Edited(2, "two")]),
    Case("edited: a note, twice", [Note("one")], [Edited(1, "two"), Edited(1, "three")]),
    Case("edited: after the deletion", [HELLO, Deleted(1)], [Edited(1, "again")]),
    Case("deleted: files, quote and reactions go with the text",
         [HELLO, Message("one", [FILE], quote(1), [Reaction("👍", [IGOR])])], [Deleted(2)]),
    Case("deleted: earlier edits and quotes are emptied, others stay",
         [HELLO, Edited(1, "hello again"), Message("yes", quote=quote(1)), Note("look", quote=quote(1)),
          Message("other"), Edited(5, "others"), Message("to the other", quote=quote(5)),
          Message("of elsewhere", quote=quote(1, ELSEWHERE))],
         [Deleted(1)]),
    Case("deleted: twice keeps the first time", [HELLO, Deleted(1)], [Deleted(1)]),
    Case("deleted: in another conversation, only quotes of it are emptied",
         [HELLO, Edited(1, "hello again"), Message("as I said", quote=quote(1, ELSEWHERE)),
          Message("yes", quote=quote(1))],
         [Deleted(1)], ELSEWHERE),
    Case("opened", [HELLO, Closed(1)], [Opened(2)]),
    Case("closed", [HELLO], [Closed(1)]),
    Case("assigned: to somebody and back", [HELLO], [Assigned(IGOR, "Igor", 7), Assigned(None)]),
    Case("assigned: by routing", [HELLO], [Assigned(IGOR, "Igor", None, "offer")]),
    Case("held: and taken off", [HELLO], [Held(on=True), Held(on=False)]),
    Case("overdue: nothing else changes", [HELLO], [Overdue("first_answer", NOON, "Support")]),
    Case("promised: nothing else changes", [HELLO], [Promised(NOON, "closed")]),
    Case("joined: and gone again", [HELLO], [Joined(ANNA, "Anna", on=True), Joined(ANNA, "Anna", on=False)]),
    Case("labelled", [HELLO], [Labelled(["vip"], []), Labelled([], ["vip"])]),
    Case("described", [HELLO], [Described("order", "Order", "A-17"), Described("order", "Order", "")]),
    Case("snoozed", [HELLO], [Snoozed(NOON), Snoozed(None)]),
    Case("woken", [HELLO, Snoozed(None)], [Woken("customer")]),
    Case("task", [HELLO], [TaskNoted(UUID(int=0x7), "added", "call back", "Igor", NOON)]),
    Case("secret_asked", [HELLO], [SecretAsked(UUID(int=0x5E), "card", "for the refund")]),
    Case("secret_given: the field knows", [HELLO, SecretAsked(UUID(int=0x5E), "card")], [SecretGiven(2)]),
    Case("secret_given: under something else", [HELLO], [SecretGiven(1)]),
    Case("secret_closed: asked, or given",
         [HELLO, SecretAsked(UUID(int=0x5E), "card"), SecretAsked(UUID(int=0x5F), "code_word"), SecretGiven(3)],
         [SecretClosed(2, "withdrawn"), SecretClosed(3, "expired")]),
    Case("history_cleared: the company keeps it", [HELLO, Closed(1)], [HistoryCleared(2)]),
    Case("erased: what people wrote is gone, what happened stays",
         [HELLO, Message("two", [FILE], quote(1), [Reaction("👍", [IGOR])]), Edited(1, "hello again"),
          Note("between us"), Labelled(["vip"], []), SecretAsked(UUID(int=0x5E), "card", "for the refund"),
          Described("order", "Order", "A-17"), Deleted(1)],
         [Erased(8), Message("after it")]),
    Case("rated: a score, then whether it was solved", [HELLO, Closed(1)], [Rated(1, 4), Rated(1, 4, solved=True)]),
    Case("merged: nothing else changes", [HELLO],
         [Merged(ELSEWHERE, into=False, on=True, was="open", waiting_since=NOON),
          Merged(ELSEWHERE, into=False, on=False, was="open")]),
    Case("split: nothing else changes", [HELLO], [Split(ELSEWHERE, off=True, seqs=[1], excerpt="hello")]),
    Case("carried: as it was said", [HELLO], [Carried(quote(1, ELSEWHERE), NOON, "customer", ANNA, "hello", [FILE])]),
    Case("carried: emptied with the message it repeats, others stay",
         [HELLO, Carried(quote(1, ELSEWHERE), NOON, "customer", ANNA, "hello", [FILE]),
          Carried(quote(2, ELSEWHERE), NOON, "operator", IGOR, "yes")],
         [Deleted(1)], ELSEWHERE),
    Case("carried: erased with what people wrote",
         [HELLO, Carried(quote(1, ELSEWHERE), NOON, "customer", ANNA, "hello"),
          Split(ELSEWHERE, off=True, seqs=[1], excerpt="hello")], [Erased(3)]),
    Case("greeted: words of the widget, for operators", [HELLO], [Greeted("Can we help?")]),
    Case("callback_asked: by a customer, for now or later", [HELLO],
         [CallbackAsked(UUID(int=0xCA), None), CallbackAsked(UUID(int=0xCB), NOON)]),
    Case("callback_ended", [HELLO, CallbackAsked(UUID(int=0xCA), None)], [CallbackEnded(UUID(int=0xCA), "failed")]),
    Case("call_began: nothing else changes", [HELLO], [CallBegan(UUID(int=0xCC), "callback", IGOR, "Igor")]),
    Case("call_ended: nothing else changes", [HELLO],
         [CallEnded(UUID(int=0xCC), "callback", "talked", 192, IGOR, "Igor"),
          CallEnded(UUID(int=0xCD), "inbound", "gave_up", 0, None, "")]),
    Case("call_recorded: nothing else changes", [HELLO], [CallRecorded(UUID(int=0xCC), 192, kept=True)]),
    Case("hidden: it keeps its place, and its changes change nothing", [HELLO], [Hidden(), Hidden()]),
)  # fmt: skip


def event(seq: int, body: Body, conversation: UUID = HERE) -> Event:
    actor: tuple[ActorType, UUID, str] = ("customer", ANNA, "")
    ours = (
        Note
        | Assigned
        | Labelled
        | Described
        | Held
        | Joined
        | Snoozed
        | Woken
        | TaskNoted
        | SecretAsked
        | Merged
        | Split
        | Carried
    )
    if isinstance(body, ours):
        actor = ("operator", IGOR, "Igor")
    elif isinstance(body, Hidden):
        actor = ("system", NOBODY, "")
    at = NOON + timedelta(seconds=seq, milliseconds=seq)
    return Event(conversation, seq, UUID(int=0x1000 + seq), at, *actor, body)


def fold_case(case: Case) -> tuple[list[Event], list[Event], list[Event]]:
    """What is held before, what is told, what is held after."""
    held: dict[int, Event] = {}
    for seq, body in enumerate(case.before, 1):
        apply(held, event(seq, body))
    before = list(held.values())
    told = [event(seq, body, case.conversation) for seq, body in enumerate(case.told, len(before) + 1)]
    for one in told:
        apply(held, one)
    return before, told, list(held.values())


def render() -> str:
    cases = []
    for case in CASES:
        before, told, after = fold_case(case)
        cases.append({"name": case.name, "before": _plain(before), "told": _plain(told), "after": _plain(after)})
    return msgspec.json.format(msgspec.json.encode({"types": TYPES, "cases": cases}), indent=1).decode() + "\n"


def _plain(value: Any) -> Any:
    """Builtins, with times as the wire has them."""
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Event):
        return _plain(msgspec.to_builtins(value, builtin_types=(datetime,)))
    return value


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
