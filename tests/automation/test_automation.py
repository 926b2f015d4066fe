"""Rules on real conversations: they route, mark, answer and tell, once each."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest

from okno.access.keys import Keys
from okno.app.wiring import App
from okno.attributes.types import NewAttribute
from okno.automation.api import Webhooks
from okno.automation.store import SQL as RULES_SQL
from okno.automation.types import (
    RouteAct,
    RuleAll,
    RuleChange,
    RuleLabelAct,
    RuleNot,
    RuleNoteAct,
    RuleReplyAct,
    RuleTest,
    RuleTrial,
    SlaAct,
    WebhookAct,
)
from okno.bus.events import TimelineSpan
from okno.conversations.bodies import Message, Note
from okno.conversations.types import QuoteRef, SendMessage
from okno.desk.types import LabelChange
from okno.kit import limits
from okno.kit.errors import Invalid, NotAllowed, Unavailable
from okno.kit.ids import uuid7
from okno.knowledge.types import NewTemplate
from okno.routing.sla.types import PolicyChange
from okno.routing.types import NewQueue, OperatorSkill, Transfer
from tests.routing.company import Company, until
from tests.support.live import Live, other_workspace, sign_in

ALWAYS = RuleAll([])
KEYS = Keys(bytes(range(32)))


async def events(company: Company, conversation: UUID, kind: type) -> list[Any]:
    page = await company.app.conversations.page_events(company.workspace_id, conversation)
    return [event for event in page.events if isinstance(event.body, kind)]


async def ran(company: Company, rule: Any, times: int = 1) -> list[Any]:
    """Its runs, once there are so many and none is on its way."""

    async def done() -> Any:
        runs = await company.app.automation.list_runs(company.owner, rule.id)
        return runs if len(runs) >= times and all(run.state != "running" for run in runs) else None

    return await until(done)


async def test_what_is_written_decides_where_it_waits(app: App) -> None:
    """A customer whose card was charged would wait among questions about lamps, and be served by chance."""
    company = await Company.found(app)
    skill = await app.routing.create_skill(company.owner, "payments")
    await company.operator()
    payer = await company.operator(specialist=True, skills=[OperatorSkill(skill.id, 4)])
    rule = await app.automation.create_rule(
        company.owner,
        RuleChange(
            "Payments",
            "began",
            RuleTest("message.text", "contains", ["списал", "charged"]),
            [RouteAct(skill=skill.id, skill_level=3, priority=5), RuleLabelAct(add=["money"])],
        ),
    )
    conversation = await company.write(text="С карты Списали дважды!")
    assert await company.holder(conversation) == payer.operator_id
    why = (await company.whereabouts(conversation)).why
    assert (why.skill, why.priority, why.rule) == ("payments", 5, "Payments")
    assert (await company.row(conversation)).labels == ["money"]
    (run,) = await ran(company, rule)
    assert (run.conversation, run.state, run.detail) == (conversation, "done", "")
    other = await company.write(text="Есть ли лампы?")
    assert await company.holder(other) != payer.operator_id
    assert (await company.row(other)).labels == []


async def test_a_queue_of_a_team_and_its_place_and_who_sends_it_on(app: App) -> None:
    """The team would not see what is sent to it, the place be lost, or the rule overrule an operator."""
    company = await Company.found(app)
    team = await app.access.create_team(company.owner, f"Loans {uuid7().hex[-6:]}")
    queue = await app.routing.create_queue(company.owner, NewQueue("Loans", "automatic", team.id))
    elsewhere = await app.routing.create_queue(company.owner, NewQueue("Elsewhere", "automatic"))
    route = RuleChange(
        "Loans", "message", RuleTest("message.text", "contains", ["loan"]), [RouteAct(queue=queue.id)], stop=True
    )
    rule = await app.automation.create_rule(company.owner, route)
    later = RuleChange("Later", "message", ALWAYS, [RuleLabelAct(add=["later"])])
    await app.automation.create_rule(company.owner, later)
    conversation = await company.write(text="hello")
    before = await company.place(conversation)
    assert before.queue == company.queue_id
    row = await company.row(conversation)
    await company.say(conversation, ("customer", row.contact), "I want a loan")
    await ran(company, rule)
    after = await company.place(conversation)
    assert (after.queue, after.entered_at) == (queue.id, before.entered_at)
    row = await company.row(conversation)
    assert (row.team, row.labels) == (team.id, ["later"])  # of the first message; the second stopped at the loan
    igor = await company.operator(teams=(team.id,))
    assert await company.holder(conversation) == igor.operator_id
    await app.routing.transfer(igor, conversation, Transfer(queue=elsewhere.id))
    assert (await company.place(conversation)).queue == elsewhere.id


async def test_a_rule_that_says_the_same_again_moves_nothing(app: App) -> None:
    """With every message of a customer who waits the offer would be taken back, and his place be written anew."""
    company = await Company.found(app, "offer")
    skill = await app.routing.create_skill(company.owner, "lamps")
    igor = await company.operator(skills=[OperatorSkill(skill.id, 3)])
    acts = [RouteAct(skill=skill.id, priority=4), RuleNoteAct("seen")]
    rule = await app.automation.create_rule(company.owner, RuleChange("Lamps", "message", ALWAYS, acts))
    policy = await app.sla.create_policy(company.owner, PolicyChange("Soon", label="nobody has it", first_answer_s=60))
    await app.automation.create_rule(company.owner, RuleChange("Soon", "message", ALWAYS, [SlaAct(policy.id)]))
    conversation = await company.write()
    offer = await company.offer(igor)
    assert (offer.why.rule, offer.why.priority) == ("Lamps", 4)
    await company.say(conversation, ("customer", (await company.row(conversation)).contact), "hello?")
    await ran(company, rule, 2)
    assert (await company.offer(igor)).id == offer.id
    sql = "SELECT priority, left_at IS NULL FROM queue_entry WHERE conversation_id = $1"
    assert await company.facts(sql, conversation) == [(4, True)]


async def test_an_automatic_answer_leaves_the_customer_waiting(app: App) -> None:
    """He would be told that he was heard and forgotten; or get the same words with every retry."""
    company = await Company.found(app)
    template = await app.knowledge.create_template(
        company.owner, NewTemplate("Heard", "{{contact.first_name}}, we have your question", "everybody")
    )
    gap = await app.knowledge.create_template(
        company.owner, NewTemplate("Gap", "Your number is {{contact.phone}}", "everybody")
    )
    acts = [RuleReplyAct(template.id), RuleNoteAct("Came from {{conversation.channel}}"), RuleReplyAct(gap.id)]
    rule = await app.automation.create_rule(company.owner, RuleChange("Heard", "began", ALWAYS, acts))
    conversation = await company.write()
    (run,) = await ran(company, rule)
    assert run.state == "failed"
    assert "contact.phone" in run.detail
    (_, answer) = await events(company, conversation, Message)
    assert (answer.actor, answer.body.text) == ("bot", "Anna, we have your question")
    (note,) = await events(company, conversation, Note)
    assert note.body.text == "Came from site"
    row = await company.row(conversation)
    assert row.waiting_since is not None
    await company.place(conversation)
    span = TimelineSpan(company.workspace_id, conversation, 0, row.last_seq)
    await app.automation.follow(company.workspace_id, [span])
    assert len(await events(company, conversation, Message)) == 2
    sql = "UPDATE automation_run SET state = 'running' WHERE conversation_id = $1"
    await app.database.execute(sql, conversation)  # as if the server had died before it was noted
    await app.automation.follow(company.workspace_id, [span])
    assert len(await events(company, conversation, Message)) == 2
    assert len(await events(company, conversation, Note)) == 1


async def test_a_policy_said_by_a_rule_holds(app: App) -> None:
    """A promise to gold customers would be kept on paper only."""
    company = await Company.found(app)
    await app.attributes.create_attribute(company.owner, NewAttribute("contact", "tier", "Tier", "choice", ["gold"]))
    slow = await app.sla.create_policy(company.owner, PolicyChange("Everybody", first_answer_s=3600))
    fast = await app.sla.create_policy(company.owner, PolicyChange("Gold", label="nobody has it", first_answer_s=60))
    gold = RuleTest("contact.tier", "is", ["gold"])
    rule = await app.automation.create_rule(company.owner, RuleChange("Gold", "began", gold, [SlaAct(fast.id)]))
    contact = await company.customer()
    await app.contacts.set_attribute(company.workspace_id, contact, "tier", "gold")
    conversation = await company.write(contact)
    await ran(company, rule)

    async def policy() -> Any:
        clocks = await app.sla.list_clocks(company.owner, conversation)
        return next((one.policy for one in clocks if one.clock == "first_answer" and one.policy == "Gold"), None)

    assert await until(policy) == "Gold"
    other = await company.write()

    async def usual() -> Any:
        return next((one.policy for one in await app.sla.list_clocks(company.owner, other)), None)

    assert await until(usual) == "Everybody"
    assert slow.id != fast.id


async def test_the_forecast_meets_what_the_rule_would(app: App) -> None:
    """An administrator would switch on a rule that meets everybody, or nobody."""
    company = await Company.found(app)
    lamps = [await company.write(text=f"a lamp {n}") for n in range(3)]
    chair = await company.write(text="a chair")
    igor = await company.operator(here=False)
    await company.answer(igor, chair)
    await company.say(lamps[0], ("customer", (await company.row(lamps[0])).contact), "and a chair")
    lamp = RuleTest("message.text", "contains", ["LAMP"])
    found = await app.automation.forecast(company.owner, RuleTrial("began", lamp))
    assert (found.looked_at, found.found) == (4, 3)
    assert {hit.conversation for hit in found.hits} == set(lamps)
    assert {hit.text for hit in found.hits} == {"a lamp 0", "a lamp 1", "a lamp 2"}
    now = await app.automation.forecast(company.owner, RuleTrial("message", RuleNot(lamp)))
    assert {hit.conversation for hit in now.hits} == {lamps[0], chair}
    answered = await app.automation.forecast(company.owner, RuleTrial("answered", ALWAYS))
    assert [hit.conversation for hit in answered.hits] == [chair]
    assert (await company.row(lamps[1])).labels == []


async def test_what_is_quoted_and_where_he_was_can_be_asked(app: App) -> None:
    """A rule on what a customer answers, or on what happened on the site, would meet nothing."""
    company = await Company.found(app)
    igor = await company.operator(here=False)
    conversation = await company.write(text="hello")
    await company.answer(igor, conversation)
    row = await company.row(conversation)
    db, visitor, visit = app.database, uuid7(), uuid7()
    await db.execute(
        "INSERT INTO visitor (workspace_id, id, inbox_id, contact_id, created_at) VALUES ($1, $2, $3, $4, now())",
        *(company.workspace_id, visitor, company.inbox_id, row.contact),
    )
    sql = "INSERT INTO visit (workspace_id, id, visitor_id, started_at, seen_at) VALUES ($1, $2, $3, now(), now())"
    await db.execute(sql, company.workspace_id, visit, visitor)
    sql = "INSERT INTO tracked (workspace_id, visit_id, at, name, data) VALUES ($1, $2, now(), 'card.charged', '{}')"
    await db.execute(sql, company.workspace_id, visit)
    condition = RuleAll(
        [
            RuleTest("message.quoted", "contains", ["at once"]),
            RuleTest("message.quoted_type", "is", ["message"]),
            RuleTest("visit.events", "is", ["card.charged"]),
            RuleTest("visit.count", "at_least", ["1"]),
        ]
    )
    rule = await app.automation.create_rule(
        company.owner, RuleChange("Quoted", "message", condition, [RuleLabelAct(add=["quoted"])])
    )
    seq = next(one.seq for one in await events(company, conversation, Message) if one.actor == "operator")
    said = SendMessage(text="is it?", quote=QuoteRef(conversation, seq))
    where = (company.workspace_id, conversation, ("customer", row.contact))
    await app.conversations.send(*where, uuid7(), said, rights="own")
    await ran(company, rule)
    assert (await company.row(conversation)).labels == ["quoted"]


async def test_a_loop_through_another_program_is_stopped(app: App) -> None:
    """A program that answers each webhook with a message would fill the conversation for ever."""
    company = await Company.found(app)
    act = RuleLabelAct(add=["again"])
    rule = await app.automation.create_rule(company.owner, RuleChange("Again", "message", ALWAYS, [act]))
    conversation = await company.write()
    contact = (await company.row(conversation)).contact
    for n in range(limits.RULE_RUNS_PER_HOUR_MAX + 2):
        await company.say(conversation, ("customer", contact), f"{n}")
    runs = await ran(company, rule, limits.RULE_RUNS_PER_HOUR_MAX + 3)
    assert [run.state for run in runs].count("done") == limits.RULE_RUNS_PER_HOUR_MAX
    assert [run.state for run in runs].count("stopped") == 3


async def test_rules_that_break_do_not_keep_customers_out_of_the_queue(app: App, monkeypatch: Any) -> None:
    """One broken rule would stop the service of a whole company; or never be done."""
    company = await Company.found(app)
    rule = await app.automation.create_rule(
        company.owner, RuleChange("Mark", "began", ALWAYS, [RuleLabelAct(add=["seen"])])
    )
    broken = True
    do = app.automation._acts.do

    async def fall(*arguments: Any) -> None:
        if broken:
            raise RuntimeError("boom")
        await do(*arguments)

    monkeypatch.setattr(app.automation._acts, "do", fall)
    conversation = await company.write()
    await company.place(conversation)
    broken = False
    await ran(company, rule)
    assert (await company.row(conversation)).labels == ["seen"]


async def test_a_renamed_label_is_renamed_in_rules(app: App) -> None:
    """A rule would go on putting the old word, and ask for it in vain."""
    company = await Company.found(app)
    asks = RuleAll([RuleNot(RuleTest("conversation.labels", "is", ["vip"])), RuleTest("contact.name", "is", ["vip"])])
    mark = RuleChange("Mark", "message", asks, [RuleLabelAct(add=["vip", "seen"], remove=["plain"])])
    rule = await app.automation.create_rule(company.owner, mark)
    conversation = await company.write()
    await app.conversations.set_labels(company.owner, conversation, ["vip", "plain"])
    await app.desk.labels.change_label(company.owner, "vip", LabelChange(name="gold"))
    await app.desk.labels.delete_label(company.owner, "plain")
    (after,) = await app.automation.list_rules(company.owner)
    assert after.acts == [RuleLabelAct(add=["gold", "seen"])]
    asked = RuleNot(RuleTest("conversation.labels", "is", ["gold"]))
    assert after.condition == RuleAll([asked, RuleTest("contact.name", "is", ["vip"])])
    assert after.id == rule.id


class Other:
    """A program that takes webhooks."""

    def __init__(self) -> None:
        self.status = 204
        self.got: list[tuple[dict[str, str], bytes]] = []
        other = self

        class Taken(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                other.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(other.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Taken)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"


@pytest.fixture
def other() -> Iterator[Other]:
    other = Other()
    yield other
    other.server.shutdown()
    other.server.server_close()


async def job_of(app: App, conversation: UUID) -> str:
    async def waits() -> Any:
        sql = "SELECT payload FROM okno_jobs.pgqueuer WHERE entrypoint = 'automation.webhook'"
        return next((p for r in await app.database.fetch(sql) if str(conversation) in (p := r[0].decode())), None)

    return str(await until(waits))


async def test_a_webhook_is_signed_and_goes_on_until_it_is_taken(app: App, other: Other) -> None:
    """Another program would miss what happened, or believe whoever writes to it."""
    company = await Company.found(app)
    rule = await app.automation.create_rule(company.owner, RuleChange("Tell", "began", ALWAYS, [WebhookAct(other.url)]))
    conversation = await company.write(text="tell them")
    await ran(company, rule)
    payload = await job_of(app, conversation)
    webhooks = Webhooks(app.database, KEYS, app.clock, "127.0.0.0/8")
    other.status = 503
    with pytest.raises(Unavailable, match="503"):
        await webhooks.run(payload)
    (run,) = await app.automation.list_runs(company.owner, rule.id)
    assert (run.state, run.detail) == ("failed", "webhook: it answered 503")
    other.status = 204
    await webhooks.run(payload)
    (run,) = await app.automation.list_runs(company.owner, rule.id)
    assert (run.state, run.detail) == ("done", "")
    (first, _), (headers, body) = other.got
    assert first["okno-delivery"] == headers["okno-delivery"]
    at, _, digest = headers["okno-signature"].removeprefix("t=").partition(",v1=")
    assert digest == hmac.new(rule.key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    told = json.loads(body)
    assert told["event"]["body"]["text"] == "tell them"
    assert (told["conversation"]["id"], told["contact"]["name"]) == (str(conversation), "Anna")
    await webhooks.aclose()
    closed = Webhooks(app.database, KEYS, app.clock)
    with pytest.raises(Unavailable, match="public"):
        await closed.run(payload)
    await closed.aclose()
    await app.automation.delete_rule(company.owner, rule.id)
    await webhooks.run(payload)
    assert len(other.got) == 2


async def test_rules_are_the_administrators_and_whole(app: App, live: Live) -> None:
    """An operator would read everything by a webhook; or a rule point at what is not there."""
    company = await Company.found(app)
    supervisor = await company.operator("supervisor", here=False)
    mark = RuleChange("Mark", "began", ALWAYS, [RuleLabelAct(add=["seen"])])
    with pytest.raises(NotAllowed):
        await app.automation.create_rule(supervisor, mark)
    for act, word in (
        (RouteAct(), "where to"),
        (RouteAct(skill=2**50), "skill"),
        (RouteAct(queue=2**50), "queue"),
        (SlaAct(2**50), "policy"),
        (RuleReplyAct(uuid7()), "template"),
        (RuleLabelAct(), "label"),
        (WebhookAct("ftp://x"), "https"),
        (WebhookAct("https://a:b@x"), "password"),
    ):
        with pytest.raises(Invalid, match=word):
            await app.automation.create_rule(company.owner, RuleChange("No", "began", ALWAYS, [act]))
    first = await app.automation.create_rule(company.owner, mark)
    second = await app.automation.create_rule(
        company.owner, RuleChange("Two", "closed", ALWAYS, mark.acts, enabled=False)
    )
    with pytest.raises(Invalid):
        await app.automation.order_rules(company.owner, [first.id])
    ordered = await app.automation.order_rules(company.owner, [second.id, first.id])
    assert [rule.name for rule in ordered] == ["Two", "Mark"]
    workspace_id, _ = await other_workspace(live)
    stranger = await sign_in(live, workspace_id, "owner")
    path = f"/api/v1/automation/rules/{first.id}"
    assert (await stranger.http.get(f"{path}/runs")).status_code == 404
    assert (await stranger.http.delete(path)).status_code == 404
    await stranger.http.aclose()
    assert len(await app.database.fetch(RULES_SQL["list_enabled"], company.workspace_id, 10)) == 1
