"""Webhooks of rules: what happened, posted to another program, signed. Jobs of the worker's process do it."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec

from okno.access.keys import Keys
from okno.automation import rules
from okno.automation.store import SQL, Ready, ready_of
from okno.automation.types import WebhookAct
from okno.db.pool import Database
from okno.integrations.api import CALL_FAULTS, make_client, parse_networks, post_bounded, said_of
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Unavailable
from okno.kit.wire import utc_text

JOB = "automation.webhook"
OK = range(200, 300)


def key_of(keys: Keys, rule_id: UUID) -> str:
    """What a rule's webhooks are signed with; it follows from the master key and is stored nowhere."""
    return keys.sign("webhook", str(rule_id))


def signature_of(key: str, at_s: int, body: bytes) -> str:
    """`t=<seconds>,v1=<hex>`: HMAC-SHA256 by `key` over the seconds, a dot and the body."""
    digest = hmac.new(key.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={digest}"


class Webhooks:
    """Sends them. `networks` beside the public ones may be called."""

    def __init__(self, database: Database, keys: Keys, clock: Clock, networks: str = "") -> None:
        self._db = database
        self._keys = keys
        self._clock = clock
        self._allowed = parse_networks(networks)
        self._client: httpx.AsyncClient | None = None

    async def aclose(self) -> None:
        if self._client:
            await self._client.aclose()
            self._client = None

    async def purge(self) -> None:
        """Forget runs of long ago."""
        await self._db.execute(SQL["purge_runs"], self._clock.now() - timedelta(days=limits.RULE_RUNS_DAYS))

    async def run(self, payload: str) -> None:
        """One job. Raises `Unavailable` while the other side does not take it: it is tried again."""
        workspace, rule_text, conversation, seq_text, place_text = payload.split(":")
        run = (int(workspace), UUID(rule_text), UUID(conversation), int(seq_text))
        record = await self._db.fetchrow(SQL["find_rule"], *run[:2])
        told = await self._db.fetchrow(SQL["find_told"], run[0], run[2], run[3])
        if record is None or told is None:
            return
        rule, place = ready_of(record), int(place_text)
        act = rule.acts[place] if place < len(rule.acts) else None
        if not isinstance(act, WebhookAct):
            return  # the rule was changed meanwhile
        error = await self._post(rule, act.url, _body(rule, told), rules.act_id(rule.id, run[2], run[3], place))
        if error:
            detail = f"webhook: {error}"[: limits.RULE_DETAIL_LEN]
            await self._db.execute(SQL["end_run"], *run, "failed", detail)
            raise Unavailable(detail)
        await self._db.execute(SQL["mend_run"], *run)

    async def _post(self, rule: Ready, url: str, body: bytes, delivery: UUID) -> str:
        """Why it was not taken; empty when it was."""
        at_s = int(self._clock.now().timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "okno",
            "okno-delivery": str(delivery),
            "okno-signature": signature_of(key_of(self._keys, rule.id), at_s, body),
        }
        self._client = self._client or make_client(self._allowed)
        try:
            status = await post_bounded(self._client, url, headers, body, limits.WEBHOOK_S_MAX)
        except CALL_FAULTS as error:
            return said_of(error, limits.WEBHOOK_S_MAX)
        return "" if status in OK else f"it answered {status}"


def _body(rule: Ready, told: Any) -> bytes:
    conversation = {name: told[name] for name in ("id", "channel", "status", "episode", "language")}
    conversation |= {"inbox": told["inbox_id"], "assignee": told["assignee_id"], "team": told["team_id"] or None}
    conversation |= {"labels": list(told["labels"])}
    event = {name: told[name] for name in ("seq", "actor", "actor_id")}
    event |= {"id": told["client_id"], "at": utc_text(told["created_at"])}
    event |= {"body": msgspec.Raw(told["body"].encode())}
    return msgspec.json.encode(
        {
            "rule": {"id": rule.id, "name": rule.name, "trigger": rule.trigger},
            "conversation": conversation,
            "contact": {"id": told["contact_id"], "name": told["contact_name"]},
            "event": event,
        }
    )
