"""Who answers: pure decisions. No I/O, no clock, no await."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from okno.routing.hours.api import Schedule, next_change, open_at
from okno.routing.types import AssignReason, Candidate, Decision, Duty, LeaveReason, Route, Waiting, Wish

Sort = tuple[int, int, int, int | None, int, str]
Standing = tuple[int, float, datetime, UUID]


def fits(waiting: Waiting, candidate: Candidate) -> bool:
    """Whether he may serve it at all: team, skill and language. His load and presence are not looked at."""
    if waiting.team_id and waiting.team_id not in candidate.teams:
        return False
    if waiting.conversation_team_id and waiting.conversation_team_id not in candidate.teams and not candidate.see_all:
        return False
    if waiting.skill_id is None:
        if candidate.specialist:
            return False
    elif candidate.skills.get(waiting.skill_id, 0) < waiting.skill_level:
        return False
    return not (waiting.language and candidate.languages and waiting.language not in candidate.languages)


def has_room(waiting: Waiting, candidate: Candidate) -> bool:
    """Whether it would not carry him above his capacity."""
    return candidate.load_percent + waiting.use_percent <= candidate.limit_percent


def room(candidate: Candidate) -> int:
    """What he could still take, in percent of a chat."""
    return max(candidate.limit_percent - candidate.load_percent, 0)


def standing(waiting: Waiting, candidate: Candidate) -> Standing:
    """The lesser goes first: better skill, then less load, then longer idle; the id decides what is left."""
    load = candidate.load_percent / candidate.limit_percent
    return (-_level(waiting, candidate), load, candidate.idle_since, candidate.operator_id)


def _level(waiting: Waiting, candidate: Candidate) -> int:
    return candidate.skills.get(waiting.skill_id, 0) if waiting.skill_id is not None else 0


class _Pool:
    """Those who fit one sort of waiting conversations, best first. Loads change meanwhile: that is seen on the way."""

    __slots__ = ("heap",)

    def __init__(self, waiting: Waiting, candidates: Iterable[Candidate]) -> None:
        able = (c for c in candidates if c.there and has_room(waiting, c) and fits(waiting, c))
        self.heap = [(standing(waiting, c), c) for c in able]
        heapq.heapify(self.heap)

    def best(self, waiting: Waiting, now: datetime) -> Candidate | None:
        """The best who has room and has not refused it lately; he stays in the pool."""
        passed: list[tuple[Standing, Candidate]] = []
        found = None
        while self.heap and found is None:
            key, candidate = self.heap[0]
            present = standing(waiting, candidate)
            if not has_room(waiting, candidate):
                heapq.heappop(self.heap)
            elif present != key:
                heapq.heapreplace(self.heap, (present, candidate))
            elif waiting.refused.get(candidate.operator_id, now) > now:
                passed.append(heapq.heappop(self.heap))
            else:
                found = candidate
        for item in passed:
            heapq.heappush(self.heap, item)
        return found


def plan_assignment(
    line: Iterable[Waiting], candidates: Sequence[Candidate], now: datetime, *, limit: int
) -> list[Decision]:
    """Who gets which conversation: priority, then who waits longest; for him the better skill, less load, longer idle.

    At most `limit` decisions. Loads and idle times of `candidates` are moved on with every decision, so that the next
    one counts with it. What is in a `pull` queue is nobody's to give.
    """
    by_id = {c.operator_id: c for c in candidates}
    pools: dict[Sort, _Pool] = {}
    decisions: list[Decision] = []
    for waiting in sorted((w for w in line if w.mode != "pull"), key=lambda w: w.rank):
        if len(decisions) >= limit:
            break
        sort = waiting[6:12]  # what `fits` and `has_room` look at
        pool = pools.get(sort)
        if pool is None:
            pool = pools[sort] = _Pool(waiting, candidates)
        bound = by_id.get(waiting.preferred) if waiting.preferred else None
        chosen = bound if bound is not None and _suits(waiting, bound, now) else None
        how: AssignReason = "automatic" if chosen is None else "sticky"
        if chosen is None:
            if bound is not None and _waits_for(waiting, bound, now):
                continue
            chosen = pool.best(waiting, now)
        if chosen is None:
            continue
        if waiting.mode == "offer":
            how = "offer"
        before = (chosen.load_percent, chosen.limit_percent, chosen.idle_since)
        free = max(len(pool.heap), 1)
        decisions.append(Decision(waiting, chosen.operator_id, how, *before, free, _level(waiting, chosen)))
        chosen.load_percent += waiting.use_percent
        chosen.idle_since = now
    return decisions


def _suits(waiting: Waiting, bound: Candidate, now: datetime) -> bool:
    """Whether the customer's own operator takes it now. A specialist takes his own customers without a skill, too."""
    if not bound.there or not has_room(waiting, bound) or waiting.refused.get(bound.operator_id, now) > now:
        return False
    if waiting.conversation_team_id and waiting.conversation_team_id not in bound.teams and not bound.see_all:
        return False
    return waiting.skill_id is None or fits(waiting, bound)


def _waits_for(waiting: Waiting, bound: Candidate, now: datetime) -> bool:
    """Whether nobody else gets it yet: a strict bind to somebody who is there and busy. Never to somebody away."""
    if not (waiting.strict and waiting.preferred_until and waiting.preferred_until > now):
        return False
    return bound.there and waiting.refused.get(bound.operator_id, now) <= now


def next_due(line: Iterable[Waiting], now: datetime) -> datetime | None:
    """When time alone changes what `plan_assignment` says: a strict bind ends, a refusal is forgotten."""
    times = (at for w in line for at in (w.preferred_until if w.strict else None, *w.refused.values()))
    return min((at for at in times if at and at > now), default=None)


# -- which queue, and whether it waits at all ----------------------------------------------------------------------


class QueueKey(NamedTuple):
    """What decides which conversations come to a queue."""

    id: int
    team_id: int
    is_default: bool


def queue_of(
    queues: Sequence[QueueKey], by_inbox: Mapping[int, int], inbox_id: int, team_id: int, *, inbox_team_id: int
) -> int | None:
    """The queue of a conversation: its inbox's while it is with the inbox's team, then its team's, then the default."""
    if team_id == inbox_team_id and inbox_id in by_inbox:
        return by_inbox[inbox_id]
    if team_id:
        for queue in queues:
            if queue.team_id == team_id:
                return queue.id
    return next((q.id for q in queues if q.is_default), None)


class Facts(NamedTuple):
    """A conversation as routing sees it. `answered`: the last message is no customer's.

    `merged`: it continues elsewhere.
    """

    status: str
    turn: str
    assignee_id: UUID | None
    waiting_since: datetime | None
    answered: bool = False
    merged: bool = False


def asks_already(route: Route, known: Wish) -> bool:
    """Whether a place in the queue is already what a rule says."""
    skill = (route.skill, route.skill_level) if route.skill else (known.skill, known.skill_level)
    wanted = Wish(route.queue or known.queue, *skill, route.priority or known.priority)
    return wanted == known


def waits(facts: Facts) -> bool:
    """Whether it stands in a queue: the customer waits and it is nobody's."""
    return facts.status == "open" and facts.assignee_id is None and facts.turn != "bot" and bool(facts.waiting_since)


def leave_reason(facts: Facts) -> LeaveReason:
    """Why it stands in the queue no more."""
    if facts.merged:
        return "merged"
    if facts.status != "open":
        return "closed" if facts.answered else "abandoned"
    if facts.assignee_id is not None:
        return "taken"
    return "bot" if facts.turn == "bot" else "answered"


def kept_place(waiting_since: datetime, entered_at: datetime, left_at: datetime | None) -> datetime:
    """The place of a conversation that comes back: its former one, unless the customer was answered since."""
    return min(entered_at, waiting_since) if left_at is None or waiting_since <= left_at else waiting_since


def answer_due_s(assigned_at: datetime, waiting_since: datetime | None, answer_s: int) -> float | None:
    """Seconds after `assigned_at` at which an unanswered conversation is taken back; null: it is not."""
    if not answer_s or waiting_since is None:
        return None
    return max((waiting_since - assigned_at).total_seconds(), 0.0) + answer_s


def duty_at(schedule: Schedule | None, extra_until: datetime | None, now: datetime) -> tuple[Duty, datetime | None]:
    """Whether an operator with these shifts works now, and when that ends; null: never."""
    if schedule is None:
        return "free", None
    until = next_change(schedule, now)
    if open_at(schedule, now):
        return "on", until
    if extra_until is None or extra_until <= now:
        return "off", until
    return "extra", min(extra_until, until) if until else extra_until
