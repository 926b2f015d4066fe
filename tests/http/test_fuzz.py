"""The whole API held to its own description: no 5xx, no answer it does not document, everything reached.

`make soak` asks with 100 examples an operation, sort of input and actor, `make test` with a few; both are seeded.
"""
# ruff: noqa: PLC0415, BLE001 - schemathesis takes seconds to load; whatever a check raises is a finding

import asyncio
import os
import random
import warnings
from collections import Counter, defaultdict
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from okno.access.types import NewOperator
from okno.kit.ids import uuid7
from okno.notifications.customers import Pass
from okno.visits.types import Inbox
from tests.files.conftest import png
from tests.http.fuzz_journeys import automate, copies, join, look, telephone, welcome
from tests.support.live import Live, enter, other_workspace, say

SOAK = bool(os.environ.get("OKNO_SOAK"))
EXAMPLES = 100 if SOAK else 1
PASSWORD = "correct horse battery"
ACTORS = ("visitor", "operator", "owner")
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
TUS = {"tus-resumable": "1.0.0"}
STREAMS = {"read_stream"}  # its answer never ends: it is read by the journey below


class World:
    """A company of its own with one of everything; ids other operations answered with are used again."""

    def __init__(self, live: Live, workspace_id: int, inbox: Inbox, loop: asyncio.AbstractEventLoop) -> None:
        self.live, self.workspace_id, self.inbox, self.loop = live, workspace_id, inbox, loop
        self.pools: dict[str, list[str]] = defaultdict(list)
        self.reached: set[str] = set()
        self.answers: Counter[str] = Counter()
        self.staff: dict[str, UUID] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.chance = random.Random(7)
        self.document: dict[str, Any] = {}
        self.links: dict[str, dict[str, str]] = {}

    async def prepare(self) -> None:
        access = self.live.app.access
        for role in ("operator", "owner"):
            new = NewOperator(f"{uuid7()}@example.com", "Igor", role)
            operator, _ = await access.create_operator(self.workspace_id, new)
            await access.set_password(self.workspace_id, operator.id, PASSWORD)
            self.staff[role] = operator.id
        for actor in ACTORS:
            await self.sign_in(actor)
        self.keep("key", self.inbox.key)
        self.keep("inbox_id", str(self.inbox.id))

    async def sign_in(self, actor: str) -> None:
        """Anew after the fuzzing has logged an actor out, disabled or degraded him."""
        if actor == "visitor":
            wire, welcome = await enter(self.live, self.inbox.key)
            ack = await say(wire, "hello")
            wire.cut()
            self.headers[actor] = {"authorization": f"Bearer {welcome['token']}"}
            self.keep("conversation_id", ack["conversation"])
            return
        await self.live.app.database.execute(
            "UPDATE operator SET role = $2, disabled_at = NULL WHERE id = $1", self.staff[actor], actor
        )
        me, secret = await self.live.app.access.start_session(self.workspace_id, self.staff[actor])
        self.headers[actor] = {"cookie": f"okno_session={secret}", "x-csrf-token": me.csrf}

    async def episode(self, conversation: str) -> int:
        sql = "SELECT episode FROM conversation WHERE id = $1"
        return int(await self.live.app.database.fetchval(sql, UUID(conversation)))

    async def letter(self) -> str:
        """The token of a letter that was sent to the visitor's address."""
        customers = self.live.app.notifications.customers
        record = await self.live.app.database.fetchrow(
            "SELECT c.id, c.contact_id, i.address FROM conversation c JOIN identity i ON i.contact_id = c.contact_id"
            " WHERE c.workspace_id = $1 AND i.type = 'email' LIMIT 1",
            self.workspace_id,
        )
        until = self.live.app.clock.now() + timedelta(days=1)
        carried = (self.workspace_id, self.inbox.id, record["contact_id"], record["id"], record["address"], until)
        return customers._seal(Pass(*carried))

    async def make_contact(self) -> UUID:
        contact = uuid7()
        sql = "INSERT INTO contact (workspace_id, id, created_at) VALUES ($1, $2, now())"
        await self.live.app.database.execute(sql, self.workspace_id, contact)
        return contact

    def keep(self, name: str, value: Any) -> None:
        if value is not None and str(value) not in self.pools[name]:
            self.pools[name] = [*self.pools[name][-8:], str(value)]

    def wait(self, coroutine: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(coroutine, self.loop)
        return future.result(60)

    def learn(self, document: dict[str, Any]) -> None:
        """The links of the description: which answer names which parameter."""
        self.document = document
        for item in document["paths"].values():
            for operation in item.values():
                for response in operation.get("responses", {}).values():
                    for link in response.get("links", {}).values():
                        for name, where in link["parameters"].items():
                            if where.startswith("$response.body#"):
                                self.links.setdefault(operation["operationId"], {})[name] = where.split("#")[1]

    def heard(self, operation_id: str, response: Any) -> None:
        self.answers[f"{operation_id} {response.status_code}"] += 1
        if response.status_code < 300:
            self.reached.add(operation_id)
            for name, pointer in self.links.get(operation_id, {}).items():
                value: Any = response.json()
                for step in pointer.strip("/").split("/"):
                    if isinstance(value, list):
                        value = value[int(step)] if int(step) < len(value) else None
                    else:
                        value = value.get(step) if isinstance(value, dict) else None
                self.keep(name, value)

    def operations(self) -> list[str]:
        return sorted(o["operationId"] for item in self.document["paths"].values() for o in item.values())


def fuzz(world: World) -> list[str]:
    """Every operation with generated input, right and wrong, as every actor; the faults."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import requests
        import schemathesis
        from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
        from hypothesis.errors import HypothesisException
        from schemathesis import GenerationMode
        from schemathesis.checks import not_a_server_error
        from schemathesis.specs.openapi import checks as openapi

        wanted = [
            *(not_a_server_error, openapi.status_code_conformance, openapi.content_type_conformance),
            *(openapi.response_schema_conformance, openapi.response_headers_conformance),
        ]

        @schemathesis.serializer("application/offset+octet-stream", "image/png", "text/csv")
        def send_bytes(context: Any, value: Any) -> bytes:
            return value if isinstance(value, bytes) else str(value).encode(errors="replace")

        faults: dict[str, str] = {}
        with requests.Session() as session:
            document = session.get(f"{world.live.url}/openapi.json").json()
            world.learn(document)
            schema = schemathesis.openapi.from_dict(document)

            def ask(case: Any, actor: str) -> None:
                identity = case.operation.definition.raw["operationId"]
                for name in case.path_parameters or {}:
                    known = world.pools.get(name)
                    if known and identity not in STREAMS and world.chance.random() < 0.8:
                        case.path_parameters[name] = world.chance.choice(known)
                response = case.call(base_url=world.live.url, session=session, headers=world.headers[actor], timeout=30)
                session.cookies.clear()
                world.heard(identity, response)
                if response.status_code == 401 or identity in ("change_operator", "end_visitor"):
                    world.wait(world.sign_in(actor))
                try:
                    case.validate_response(response, checks=wanted)
                except (Exception, BaseExceptionGroup) as error:
                    faults.setdefault(f"{actor} {identity} {response.status_code}", f"{error}"[:1_500])

            for result in schema.get_all_operations():
                operation = result.ok()
                number = operation.definition.raw["operationId"]
                wrong_by = ACTORS if SOAK else (ACTORS[len(number) % len(ACTORS)],)
                for actor in ACTORS:
                    for mode in (GenerationMode.POSITIVE, *((GenerationMode.NEGATIVE,) if actor in wrong_by else ())):

                        @seed(sum(number.encode()))
                        @settings(
                            max_examples=EXAMPLES,
                            database=None,
                            deadline=None,
                            phases=[Phase.generate],
                            verbosity=Verbosity.quiet,
                            suppress_health_check=list(HealthCheck),
                        )
                        @given(case=operation.as_strategy(generation_mode=mode))
                        def run(case: Any) -> None:
                            ask(case, actor)

                        try:
                            run()
                        except (HypothesisException, NotImplementedError) as error:
                            if mode is GenerationMode.POSITIVE:
                                faults[f"{number} was not generated"] = repr(error)
            journey(world, session)
        return [f"{k}\n{v}" for k, v in faults.items()]


def _hours(go: Any, world: World) -> None:
    """Calendars, policies and a promise: no generator guesses a time zone, or comes when it is closed."""
    week = [{"day": 0, "from_min": 540, "to_min": 1080}]
    calendar = {"name": "Support", "time_zone": "Europe/Moscow", "week": week, "holidays": "RU"}
    made = go("create_calendar", "POST", "/api/v1/calendars", json=calendar).json()["id"]
    go("change_calendar", "PUT", f"/api/v1/calendars/{made}", json=calendar)
    day = (datetime.now(UTC).weekday() + 3) % 7
    later = {**calendar, "week": [{"day": day, "from_min": 540, "to_min": 1080}], "holidays": ""}
    go("change_calendar", "PUT", f"/api/v1/calendars/{made}", json=later)
    inbox = f"/api/v1/inboxes/{world.inbox.id}"
    go("change_inbox", "PATCH", inbox, json={"calendar": made})
    go("get_wait", "GET", f"/api/v1/widget/{world.inbox.key}/wait", "")
    go("make_promise", "POST", f"/api/v1/widget/{world.inbox.key}/promise", "visitor", json={"name": "Olga"})
    go("change_inbox", "PATCH", inbox, json={"calendar": None})
    policy = {"name": "All", "first_answer_s": 60}
    number = go("create_policy", "POST", "/api/v1/sla/policies", json=policy).json()["id"]
    go("change_policy", "PUT", f"/api/v1/sla/policies/{number}", json=policy)
    order = [one["id"] for one in go("list_policies", "GET", "/api/v1/sla/policies").json()]
    go("order_policies", "PUT", "/api/v1/sla/policies", json={"policies": order})
    go("list_clocks", "GET", f"/api/v1/conversations/{world.pools['conversation_id'][-1]}/clocks")
    go("delete_policy", "DELETE", f"/api/v1/sla/policies/{number}")
    go("delete_calendar", "DELETE", f"/api/v1/calendars/{made}")


def journey(world: World, session: Any) -> None:
    """What no generator guesses: passwords, one-time links, uploads, beacons, streams."""
    base, key = world.live.url, world.inbox.key
    access, owner = world.live.app.access, world.staff["owner"]
    world.wait(world.sign_in("owner"))
    world.wait(world.sign_in("visitor"))
    world.wait(world.live.app.database.execute("DELETE FROM login_failure"))
    world.wait(access.set_password(world.workspace_id, owner, PASSWORD))
    email = world.wait(access.get_operator(world.workspace_id, owner)).email

    def go(identity: str, method: str, path: str, actor: str = "owner", **more: Any) -> Any:
        headers = {**(world.headers[actor] if actor else {}), **more.pop("headers", {})}
        answer = session.request(method, base + path, headers=headers, timeout=30, **more)
        session.cookies.clear()
        world.heard(identity, answer)
        documented = next(
            o["responses"] for i in world.document["paths"].values() for o in i.values() if o["operationId"] == identity
        )
        assert str(answer.status_code) in documented, f"{identity} answered {answer.status_code}: {answer.text}"
        return answer

    go("login", "POST", "/api/v1/session", "", json={"email": email, "password": PASSWORD})
    go("get_session", "GET", "/api/v1/session")
    for prefix, names, actor in (
        ("/api/v1", ("create_upload", "get_upload", "append_upload", "end_upload", "list_file_links"), "owner"),
        (
            f"/api/v1/widget/{key}",
            ("create_own_upload", "get_own_upload", "append_own_upload", "end_own_upload", "list_own_file_links"),
            "visitor",
        ),
    ):
        create, get, append, end, links = names
        for finish in (True, False):
            body = b"twelve bytes"
            made = go(
                create,
                "POST",
                f"{prefix}/files",
                actor,
                headers={**TUS, "upload-length": "12", "upload-metadata": "filename YS50eHQ="},
            )
            place = made.headers["location"]
            go(get, "HEAD", place, actor, headers=TUS)
            headers = {**TUS, "upload-offset": "0", "content-type": "application/offset+octet-stream"}
            go(append, "PATCH", place, actor, headers=headers, data=body if finish else body[:5])
            if not finish:
                go(end, "DELETE", place, actor, headers=TUS)
            go(links, "POST", f"{prefix}/files/links", actor, json={"ids": [place.rsplit("/", 1)[1]]})
    go("change_reach", "POST", f"/api/v1/widget/{key}/reach", "visitor", json={"email": f"{uuid7()}@example.com"})
    browser = {"endpoint": f"https://fcm.googleapis.com/{uuid7()}", "p256dh": POINT, "auth": "AAAAAAAAAAAAAAAAAAAAAA"}
    go("subscribe_visitor", "PUT", f"/api/v1/widget/{key}/push", "visitor", json=browser)
    end = {"endpoint": browser["endpoint"]}
    go("unsubscribe_visitor", "POST", f"/api/v1/widget/{key}/push/end", "visitor", json=end)
    browser["endpoint"] += "owner"
    go("subscribe_operator", "PUT", "/api/v1/alerts/push", json=browser)
    go("unsubscribe_operator", "POST", "/api/v1/alerts/push/end", json={"endpoint": browser["endpoint"]})
    go("test_alerts", "POST", "/api/v1/alerts/test", json={})
    letter = world.wait(world.letter())
    go("open_letter", "POST", "/api/v1/letters/open", "", json={"token": letter})
    go("stop_letters", "POST", "/api/v1/letters/stop", "", params={"token": letter})
    go("set_photo", "PUT", "/api/v1/profile/photo", data=png(), headers={"content-type": "image/png"})
    view = {"visitor": str(uuid7()), "visit": str(uuid7()), "url": "https://shop.example/"}
    go("record_page_view", "POST", f"/api/v1/widget/{key}/page-views", "", json=view)
    basket = {"visitor": view["visitor"], "visit": view["visit"], "name": "basket", "data": "{}"}
    go("track_event", "POST", f"/api/v1/widget/{key}/tracked", "", json=basket)
    hello = {"t": "visitor", "version": 1, "key": key}
    stream = go("start_stream", "POST", "/realtime/sessions", "", json=hello).json()["session"]
    go("send_frame", "POST", f"/realtime/sessions/{stream}/frames", "", json={"t": "ping", "n": 1})
    go("read_stream", "GET", f"/realtime/sessions/{stream}/stream", "", stream=True).close()
    _hours(go, world)
    change = {"current": PASSWORD, "password": PASSWORD + "!"}
    go("change_password", "POST", "/api/v1/profile/password", json=change)
    contact = go("search_contacts", "GET", "/api/v1/contacts").json()[0]["id"]
    address = {"type": "email", "address": f"{uuid7()}@example.com"}
    found = go("add_identity", "POST", f"/api/v1/contacts/{contact}/identities", json=address).json()["identities"]
    go("remove_identity", "DELETE", f"/api/v1/contacts/{contact}/identities/{found[0]['id']}")
    mine = world.pools["conversation_id"][-1]
    customer = go("get_conversation", "GET", f"/api/v1/conversations/{mine}").json()["contact"]
    message = {"type": "message", "text": "hello"}
    go("send_event", "POST", f"/api/v1/conversations/{mine}/events", params={"id": str(uuid7())}, json=message)
    go("close_conversation", "POST", f"/api/v1/conversations/{mine}/closing")
    rating = {"conversation": mine, "episode": world.wait(world.episode(mine)), "score": 5}
    go("rate_episode", "POST", f"/api/v1/widget/{key}/ratings", "visitor", json=rating)
    go("send_own_message", "POST", f"/api/v1/widget/{key}/events", "visitor", params={"id": str(uuid7())}, json=message)
    go("assign_conversation", "POST", f"/api/v1/conversations/{mine}/assignment", json={"operator": str(owner)})
    go("hold_conversation", "PUT", f"/api/v1/conversations/{mine}/hold", json={"on": True})
    guest = f"/api/v1/conversations/{mine}/participants/{world.staff['operator']}"
    go("bring_in", "PUT", guest)
    go("let_go", "DELETE", guest)
    work_together(world, go, mine)
    route(world, go, mine)
    go("list_own_events", "GET", f"/api/v1/widget/{key}/conversations/{mine}/events", "visitor")
    imports = world.live.app.imports
    run = lambda number: world.wait(imports.run(world.workspace_id, UUID(number)))  # noqa: E731
    quick_work(go, contact, mine, run)
    period = {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z", "zone": "Europe/Moscow"}
    go("get_report", "GET", "/api/v1/reports/overview", params=period)
    go("search", "GET", "/api/v1/search", params={"q": "hello", "since": "2020-01-01T00:00:00Z"})
    role = {"name": f"role {uuid7()}", "role": "operator", "permissions": ["conversations"]}
    role_id = go("create_role", "POST", "/api/v1/roles", json=role).json()["id"]
    go("change_role", "PUT", f"/api/v1/roles/{role_id}", json={**role, "permissions": ["conversations", "reveal"]})
    go("delete_role", "DELETE", f"/api/v1/roles/{role_id}")
    secrets = f"/api/v1/conversations/{mine}/secrets"
    look(world, go, mine, customer)
    automate(go)
    telephone(world, go, mine)
    join(world, go, mine)
    welcome(world, go)
    copies(world, go, customer, mine)
    world.wait(world.live.app.database.execute("DELETE FROM secret"))
    secret = go("ask_secret", "POST", secrets, json={"purpose": "code_word"}).json()["id"]
    go("give_secret", "POST", f"/api/v1/widget/{key}/secrets/{secret}", "visitor", json={"value": "swordfish"})
    go("reveal_secret", "POST", f"{secrets}/{secret}/reveal")
    go("withdraw_secret", "DELETE", f"{secrets}/{secret}")
    new = {"type": "network", "value": "203.0.113.0/24", "reason": "spam"}
    block = go("block", "POST", "/api/v1/blocks", json=new).json()["id"]
    go("lift_block", "POST", f"/api/v1/blocks/{block}/lifting")
    go("clear_own_history", "POST", f"/api/v1/widget/{key}/history/clearing", "visitor")
    person = f"/api/v1/contacts/{contact}"
    go("hold_person", "PUT", f"{person}/hold", json={"reason": "court"})
    go("get_person_state", "GET", f"{person}/privacy")
    go("release_person", "DELETE", f"{person}/hold")
    go("erase_person", "POST", f"{person}/erasure")
    policy = {"days": 3650, "label": f"{uuid7()}", "enabled": False}
    policies = go("set_retention", "PUT", "/api/v1/retention", json=policy).json()
    go("count_retention", "POST", "/api/v1/retention/dry-run", json=policy)
    go("delete_retention", "DELETE", f"/api/v1/retention/{policies[-1]['id']}")
    for session_id in [s["id"] for s in go("list_sessions", "GET", "/api/v1/sessions").json()][:1]:
        go("end_session", "DELETE", f"/api/v1/sessions/{session_id}")
    secret = world.wait(access.links.create(world.workspace_id, owner, "reset"))
    go("get_link", "GET", f"/api/v1/links/{secret}", "")
    go("use_link", "POST", f"/api/v1/links/{secret}", "", json={"password": PASSWORD})


def quick_work(go: Any, contact: str, conversation: str, run_import: Any) -> None:
    """Templates, macros, attributes of one's own, imports."""
    key = f"k{uuid7().hex[-20:]}"
    new = {"subject": "contact", "key": key, "name": "Plan", "type": "text"}
    attribute = go("create_attribute", "POST", "/api/v1/attributes", json=new).json()["id"]
    go("create_attribute", "POST", "/api/v1/attributes", json={**new, "subject": "conversation"})
    go("change_attribute", "PATCH", f"/api/v1/attributes/{attribute}", json={"name": "Tariff"})
    for subject, number in (("contact", contact), ("conversation", conversation)):
        place = f"/api/v1/{subject}s/{number}/attributes"
        go(f"set_{subject}_attribute", "PUT", f"{place}/{key}", json={"value": "gold"})
        go(f"list_{subject}_attributes", "GET", place)
    label = f"urgent {key[-6:]}"
    go("set_labels", "PUT", f"/api/v1/conversations/{conversation}/labels", json={"labels": [label]})
    go("change_label", "PATCH", "/api/v1/labels", params={"label": label}, json={"colour": 1})
    go("delete_label", "DELETE", "/api/v1/labels", params={"label": label})
    text = {"name": "hello", "text": "Hello {{contact.name | friend}}", "scope": "everybody"}
    template = go("create_template", "POST", "/api/v1/templates", json=text).json()["id"]
    go("get_template", "GET", f"/api/v1/templates/{template}")
    go("change_template", "PATCH", f"/api/v1/templates/{template}", json={"folder": "greetings"})
    go("fill_template", "POST", f"/api/v1/conversations/{conversation}/templates/{template}")
    acts = [{"type": "reply", "template": template}, {"type": "assign", "to": "me"}]
    macro = go("create_macro", "POST", "/api/v1/macros", json={"name": "greet", "acts": acts}).json()["id"]
    go("get_macro", "GET", f"/api/v1/macros/{macro}")
    go("change_macro", "PATCH", f"/api/v1/macros/{macro}", json={"digit": 1})
    go("run_macro", "POST", f"/api/v1/conversations/{conversation}/macros/{macro}", json={"id": str(uuid7())})
    lines = b"name,email\nAnna,anna@shop.example\n"
    place = go(
        "create_import", "POST", "/api/v1/imports?kind=contacts", data=lines, headers={"content-type": "text/csv"}
    )
    place = f"/api/v1/imports/{place.json()['id']}"
    go("change_import", "PATCH", place, json={"known": "update"})
    go("get_import", "GET", place)
    go("list_import_faults", "GET", f"{place}/faults")
    go("start_import", "POST", f"{place}/start")
    run_import(place.rsplit("/", 1)[1])
    go("undo_import", "POST", f"{place}/undo")
    other = go(
        "create_import", "POST", "/api/v1/imports?kind=contacts", data=lines, headers={"content-type": "text/csv"}
    )
    go("delete_import", "DELETE", f"/api/v1/imports/{other.json()['id']}")
    words = {"title": "Returns", "text": "Within two weeks"}
    article = go("create_article", "POST", "/api/v1/articles", json=words).json()["id"]
    go("get_article", "GET", f"/api/v1/articles/{article}")
    go("change_article", "PATCH", f"/api/v1/articles/{article}", json={"folder": "help"})
    go("delete_article", "DELETE", f"/api/v1/articles/{article}")
    system = {"name": "CRM", "url": "http://127.0.0.1:9/?email={{contact.email}}"}
    place = go("create_crm_connector", "POST", "/api/v1/crm/connectors", json=system).json()["id"]
    place = f"/api/v1/crm/connectors/{place}"
    go("change_crm_connector", "PATCH", place, json={"fields": [{"label": "Plan", "path": "plan"}]})
    go("try_crm_connector", "POST", f"{place}/trial", json={"email": "anna@shop.example"})
    go("list_crm_cards", "GET", f"/api/v1/contacts/{contact}/crm")
    go("delete_crm_connector", "DELETE", place)
    go("delete_macro", "DELETE", f"/api/v1/macros/{macro}")
    go("delete_template", "DELETE", f"/api/v1/templates/{template}")
    go("delete_attribute", "DELETE", f"/api/v1/attributes/{attribute}")


def work_together(world: World, go: Any, conversation: str) -> None:
    """Put off, promised, kept under a name, shown as one."""
    go("snooze_conversation", "PUT", f"/api/v1/conversations/{conversation}/snooze", json={"until": None})
    go("wake_conversation", "DELETE", f"/api/v1/conversations/{conversation}/snooze")
    task = go("add_task", "POST", "/api/v1/tasks", json={"text": "Ring", "conversation": conversation}).json()["id"]
    go("change_task", "PATCH", f"/api/v1/tasks/{task}", json={"done": True})
    go("list_tasks_about", "GET", f"/api/v1/conversations/{conversation}/tasks")
    go("remove_task", "DELETE", f"/api/v1/tasks/{task}")
    two = [str(world.wait(world.make_contact())) for _ in range(2)]
    go("list_duplicates", "GET", f"/api/v1/contacts/{two[0]}/duplicates")
    merged = go("merge_contacts", "POST", f"/api/v1/contacts/{two[0]}/merges", json={"contact": two[1]}).json()
    go("undo_merge", "DELETE", f"/api/v1/contacts/{two[0]}/merges/{merged['merged'][0]['merge']}")
    view = go("add_view", "POST", "/api/v1/views", json={"name": "Waiting", "filter": {"waiting": True}}).json()["id"]
    go("change_view", "PATCH", f"/api/v1/views/{view}", json={"name": "Waiting for us"})
    go("remove_view", "DELETE", f"/api/v1/views/{view}")


def route(world: World, go: Any, conversation: str) -> None:
    """Settings of routing, a transfer, and an offer taken and one refused."""
    owner, app = world.staff["owner"], world.live.app
    skill = go("create_skill", "POST", "/api/v1/skills", json={"name": f"skill {uuid7()}"}).json()["id"]
    go("rename_skill", "PATCH", f"/api/v1/skills/{skill}", json={"name": f"skill {uuid7()}"})
    queue = go("create_queue", "POST", "/api/v1/queues", json={"name": f"queue {uuid7()}"}).json()["id"]
    go("change_queue", "PATCH", f"/api/v1/queues/{queue}", json={"mode": "pull"})
    go("change_seat", "PATCH", f"/api/v1/seats/{owner}", json={"skills": [{"skill": skill, "level": 3}]})
    go("change_desk", "PATCH", "/api/v1/desk", json={"state": "online", "takes_chats": True})
    place = f"/api/v1/conversations/{conversation}"
    go("consult", "POST", f"{place}/consultation", json={"operator": str(world.staff["operator"]), "question": "how?"})
    world.loop.call_soon_threadsafe(app.routing.desks.came, world.workspace_id, owner)
    for act, fate in (("decline_offer", "refusal"), ("accept_offer", "acceptance")):
        go("transfer_conversation", "POST", f"{place}/transfer", json={"queue": queue})
        offered = None
        while offered is None:
            offered = world.wait(app.database.fetchval(OFFER, world.workspace_id, UUID(conversation), owner))
        go(act, "POST", f"/api/v1/offers/{offered}/{fate}")
    go("get_whereabouts", "GET", f"{place}/whereabouts")
    go("delete_skill", "DELETE", f"/api/v1/skills/{skill}")
    go("delete_queue", "DELETE", f"/api/v1/queues/{queue}")


OFFER = """INSERT INTO offer (workspace_id, id, conversation_id, entry_id, operator_id, use_percent, why, offered_at,
       expires_at)
SELECT e.workspace_id, gen_random_uuid(), e.conversation_id, e.id, s.operator_id, 100, '{"how":"offer"}', now(),
       now() + interval '1 hour'
  FROM queue_entry e JOIN operator_state s ON s.workspace_id = $1 AND s.operator_id = $3 AND s.connected_until > now()
 WHERE e.workspace_id = $1 AND e.conversation_id = $2 AND e.left_at IS NULL ON CONFLICT DO NOTHING RETURNING id"""


@pytest.mark.timeout(7200 if SOAK else 300)
async def test_the_api_keeps_its_word(live: Live) -> None:
    """A program written after the description would meet an answer nobody told it of, or a bug of ours."""
    workspace_id, inbox = await other_workspace(live)
    world = World(live, workspace_id, inbox, asyncio.get_running_loop())
    await world.prepare()
    faults = await asyncio.to_thread(fuzz, world)
    await live.app.database.execute("DELETE FROM login_failure")
    missed = [o for o in world.operations() if o not in world.reached]
    print(f"{sum(world.answers.values())} requests, {len(world.operations())} operations; without a 2xx: {missed}")
    assert not faults, "\n\n".join([f"{len(faults)} faults", *faults])
    assert missed == []
