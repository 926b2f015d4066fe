"""Rows to structs, and to what conditions look at."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import msgspec

from okno.automation.rules import Facts
from okno.automation.types import Condition, Rule, RuleAct, Trigger
from okno.conversations.bodies import Body, Labelled, Message, Overdue, Rated
from okno.db.queries import load_queries
from okno.kit import limits

SQL = load_queries("okno.automation")
parse_condition = msgspec.json.Decoder(Condition).decode
parse_acts = msgspec.json.Decoder(list[RuleAct]).decode
parse_body = msgspec.json.Decoder(Body).decode


class Ready(msgspec.Struct, frozen=True):
    """A rule that is switched on."""

    id: UUID
    name: str
    trigger: Trigger
    condition: Condition
    acts: list[RuleAct]
    stop: bool


def ready_of(r: Any) -> Ready:
    return Ready(r["id"], r["name"], r["trigger"], parse_condition(r["condition"]), parse_acts(r["acts"]), r["stop"])


def rule_of(r: Any, key: str) -> Rule:
    return Rule(
        *(r["id"], r["place"], r["name"], r["trigger"]),
        parse_condition(r["condition"]),
        parse_acts(r["acts"]),
        *(r["enabled"], r["stop"]),
        key,
        *(r["changed_at"], r["runs"], r["failed"], r["last_at"]),
    )


def facts_of(r: Any) -> dict[str, tuple[str, ...]]:
    """Of the conversation, its customer and his last visit; an attribute never hides what everybody has."""
    facts: dict[str, list[str]] = defaultdict(list)
    for line in r["values"]:
        field, _, value = line.partition("=")
        facts[field].append(value)
    own = {
        "contact.name": (r["name"],),
        "contact.verified": (_flag(r["verified"]),),
        "contact.language": (r["locale"],),
        "contact.email": _addresses(r, "email"),
        "contact.phone": _addresses(r, "phone"),
        "contact.site_id": _addresses(r, "site"),
        "conversation.inbox": (str(r["inbox_id"]),),
        "conversation.channel": (r["channel"],),
        "conversation.team": (str(r["team_id"]),) if r["team_id"] else (),
        "conversation.labels": tuple(r["labels"]),
        "conversation.language": (r["language"],),
        "conversation.episode": (str(r["episode"]),),
        "conversation.assigned": (_flag(r["assignee_id"] is not None),),
        "visit.page": tuple(r["page"]),
        "visit.pages": tuple(r["pages"]),
        "visit.source": (r["source"] or "",),
        "visit.device": (r["device"] or "",),
        "visit.count": (str(r["visits"]),),
        "visit.events": tuple(r["tracked"]),
        "visit.data": tuple(r["data"]),
    }
    return {field: tuple(values) for field, values in facts.items()} | own


def event_facts_of(r: Any, quoted: str) -> Facts:
    """Of the event that woke the rule; `quoted` is the type of what it quotes."""
    body = parse_body(r["body"].encode())
    facts: dict[str, tuple[str, ...]] = {"event.type": (r["type"],), "event.actor": (r["actor"],)}
    match body:
        case Message():
            facts |= {
                "message.text": (body.text[: limits.RULE_TEXT_LEN],),
                "message.files": tuple(file.name for file in body.attachments),
                "message.quoted": (body.quote.excerpt,) if body.quote else (),
                "message.quoted_type": (quoted,),
            }
        case Labelled():
            facts |= {"event.added": tuple(body.added), "event.removed": tuple(body.removed)}
        case Rated():
            facts |= {"event.score": (str(body.score),), "event.comment": (body.comment,)}
            facts |= {"event.solved": (_flag(body.solved),) if body.solved is not None else ()}
        case Overdue():
            facts |= {"event.clock": (body.clock,), "event.policy": (body.policy,)}
        case _:
            pass
    return facts


def text_of(r: Any) -> str:
    """What a list shows of the event."""
    body = parse_body(r["body"].encode())
    return body.text[: limits.QUERY_LEN_MAX] if isinstance(body, Message) else ""


def quote_of(r: Any) -> tuple[UUID, int] | None:
    """The event a message quotes: its conversation and number."""
    body = parse_body(r["body"].encode())
    return (body.quote.conversation, body.quote.seq) if isinstance(body, Message) and body.quote else None


def _addresses(r: Any, kind: str) -> tuple[str, ...]:
    return tuple(one.removeprefix(f"{kind}:") for one in r["addresses"] if one.startswith(f"{kind}:"))


def _flag(value: object) -> str:
    return "true" if value else "false"
