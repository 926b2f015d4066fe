"""`okno demo`: an example shop, written through the same doors as real conversations, marked and removable."""

import asyncio
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from okno.access.api import Access
from okno.access.keys import Keys, load_keys
from okno.access.types import PERMISSIONS, Actor, NewOperator, Role
from okno.analytics.api import forget_demo as forget_figures
from okno.cli.connect import database_address, opened
from okno.cli.demo_texts import SHOPS, Scene, Shop
from okno.cli.settings import Settings
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations, Sender, Writer
from okno.conversations.types import SendMessage, SendNote
from okno.db.pool import Database
from okno.files.api import Files
from okno.kit.clock import Clock, SystemClock
from okno.kit.errors import Conflict
from okno.kit.ids import uuid7
from okno.kit.tasks import Tasks
from okno.visits.api import Visits
from okno.visits.types import PageView

CONTACTS = 300
DAYS = 60
STILL_OPEN = 24  # the latest conversations are not over yet
SHOWN_EVERY = 100
SEED = 2_026
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"


class SetClock(SystemClock):
    """Shows the time of the story that is being written."""

    def __init__(self) -> None:
        self.at = super().now()

    def now(self) -> datetime:
        return self.at


class Story(NamedTuple):
    """One conversation to write. `ends` false leaves it open after `lines` lines."""

    contact: int
    at: datetime
    scene: Scene
    lines: int
    ends: bool


def plan_stories(shop: Shop, now: datetime, count: int, dice: random.Random) -> Iterator[Story]:
    """In order of time; more by day than by night; the last ones are still going on."""
    starts = []
    for _ in range(count):
        day = now - timedelta(days=dice.uniform(0, DAYS))
        at = day.replace(hour=min(23, max(0, round(dice.gauss(13, 4)))), minute=dice.randrange(60))
        starts.append(min(at, now - timedelta(hours=dice.uniform(1, 20))))
    starts.sort()
    for number, at in enumerate(starts):
        ends = number < count - STILL_OPEN
        scene = dice.choice(shop.scenes)
        # The open ones belong to different people: a contact has one open conversation.
        contact = count - 1 - number if not ends else dice.randrange(STILL_OPEN, CONTACTS)
        lines = len(scene.lines) if ends else dice.randint(1, len(scene.lines))
        start = at if ends else now - timedelta(minutes=dice.uniform(2, 50))
        yield Story(contact, start, scene, lines, ends)


class Shopkeeper:
    """Writes stories, each through the product's own commands with the clock of the story."""

    def __init__(self, database: Database, settings: Settings, locale: str) -> None:
        keys = load_keys(settings.home / "master.key")
        self.shop = SHOPS[locale]
        self.locale = locale
        self.clock = SetClock()
        self.access = Access(database, keys, self.clock)
        self.contacts = Contacts(database, keys, self.clock)
        self.visits = Visits(database, keys, self.clock, settings.url)
        self.writer = Writer(database, self.clock)
        files = _files(settings, database, self.access, keys, self.clock)
        self.conversations = Conversations(database, self.writer, self.clock, self.access, files)
        self.dice = random.Random(SEED)  # noqa: S311 - an example, no secret
        self.operators: list[Actor] = []
        self.people: dict[int, tuple[UUID, UUID]] = {}
        self.workspace_id = self.inbox_id = 0
        self.key = ""

    async def prepare(self) -> None:
        """Operators and the inbox. Raises `Conflict` when the example is loaded already."""
        self.workspace_id = await self.access.ensure_workspace("okno", self.locale)
        if await self.access.count_demo(self.workspace_id):
            raise Conflict("the example is loaded; `okno demo clear` removes it")
        inbox = await self.visits.ensure_site_inbox(self.workspace_id, "Сайт" if self.locale == "ru" else "Site")
        self.inbox_id, self.key = inbox.id, inbox.key
        for number, (name, role) in enumerate(self.shop.operators, 1):
            chosen: Role = "supervisor" if role == "supervisor" else "operator"
            new = NewOperator(f"demo{number}@example.com", name, chosen)
            operator, _ = await self.access.create_operator(self.workspace_id, new, demo=True)
            rights = PERMISSIONS[chosen] | {"see_all"}
            self.operators.append(Actor(self.workspace_id, operator.id, name, chosen, rights))

    async def write(self, story: Story) -> None:
        dice = self.dice
        shop = self.shop
        self.clock.at = story.at
        contact_id, visitor_id = await self._person(story.contact)
        await self._visit(visitor_id)
        conversation_id = await self.conversations.open_for_contact(
            self.workspace_id, contact_id, inbox_id=self.inbox_id, channel="site", team_id=0
        )
        operator = dice.choice(self.operators)
        words = {"order": f"{dice.randint(10_000, 99_999)}", "good": dice.choice(shop.goods)}
        words["city"] = dice.choice(shop.cities)
        taken = False
        for who, text in story.scene.lines[: story.lines]:
            if who != "c" and not taken:
                self._pass(60 * 60 * 9 if story.scene.overnight else dice.uniform(10, 180))
                await self.conversations.assign(operator, conversation_id, operator.operator_id)
                taken = True
            self._pass(dice.uniform(5, 90))
            await self._say(conversation_id, who, text.format(**words), contact_id, operator)
        if not story.ends:
            return
        if story.scene.label:
            await self.conversations.set_labels(operator, conversation_id, [story.scene.label])
        self._pass(dice.uniform(20, 200))
        await self.conversations.close(operator, conversation_id)

    async def _say(self, conversation_id: UUID, who: str, text: str, contact_id: UUID, operator: Actor) -> None:
        what = SendNote(text) if who == "n" else SendMessage(text)
        customer = who == "c"
        sender: Sender = ("customer", contact_id) if customer else ("operator", operator.operator_id)
        ack = await self.conversations.send(*(self.workspace_id, conversation_id, sender, uuid7(), what), rights="own")
        if customer:
            await self.conversations.mark_read_by_customer(self.workspace_id, conversation_id, ack.seq, got=False)
        else:
            await self.conversations.mark_read(operator, conversation_id, ack.seq)

    async def _person(self, number: int) -> tuple[UUID, UUID]:
        if number not in self.people:
            shop = self.shop
            name = f"{self.dice.choice(shop.first_names)} {self.dice.choice(shop.last_names)}"
            visitor_id = uuid7()
            contact_id = await self.contacts.ensure_contact(
                *(self.workspace_id, visitor_id, self.inbox_id),
                name=name if self.dice.random() < 0.85 else "",  # noqa: PLR2004 - some stay guests
                email=f"customer{number}@example.com" if self.dice.random() < 0.6 else "",  # noqa: PLR2004
                locale=self.locale,
            )
            await self.contacts.mark_demo(self.workspace_id, contact_id)
            self.people[number] = contact_id, visitor_id
        return self.people[number]

    async def _visit(self, visitor_id: UUID) -> None:
        dice = self.dice
        visit_id = uuid7()
        address = f"203.0.113.{dice.randint(1, 250)}"  # kept free for examples
        source = dice.choice(("", "https://www.google.com/", "https://yandex.ru/", "https://t.me/"))
        for path, title in dice.sample(self.shop.pages, dice.randint(1, 3)):
            view = PageView(
                *(visitor_id, visit_id, f"https://shop.example.com{path}", title),
                referrer=source,
                search=dice.choice(self.shop.searches) if "catalog" in path else "",
            )
            await self.visits.record(
                self.key,
                view,
                ip=address,
                user_agent=BROWSER,
            )

    def _pass(self, seconds: float) -> None:
        self.clock.at = min(self.clock.at + timedelta(seconds=seconds), SystemClock().now())


def load(settings: Settings, locale: str | None, conversations: int) -> None:
    """Half a minute on an idle machine; progress is shown."""

    async def work(url: str) -> None:
        async with opened(url) as database:
            keeper = Shopkeeper(database, settings, locale or settings.locale)
            await keeper.prepare()
            writing = asyncio.create_task(keeper.writer.run())
            try:
                stories = plan_stories(keeper.shop, SystemClock().now(), conversations, keeper.dice)
                for number, story in enumerate(stories, 1):
                    await keeper.write(story)
                    if number % SHOWN_EVERY == 0 and sys.stdout.isatty():
                        print(f"\r{number:,} of {conversations:,} dialogues", end="", flush=True)
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
        print(f"\nthe example shop is open: {settings.url}/. Remove it with: okno demo clear")

    with database_address(settings) as url:
        # Sixteen thousand commits need not wait for the disk one by one: after a power cut the example is loaded anew.
        asyncio.run(work(f"{url}{'&' if '?' in url else '?'}synchronous_commit=off"))


def _files(settings: Settings, database: Database, access: Access, keys: Keys, clock: Clock) -> Files:
    folder = settings.home / "files"
    return Files.at(
        *(folder, settings.files_url), database=database, access=access, keys=keys, clock=clock, tasks=Tasks()
    )


def clear(settings: Settings) -> None:
    """Everything of the example's people, whoever wrote it."""

    async def work(url: str) -> int:
        async with opened(url) as database:
            keys, clock = load_keys(settings.home / "master.key"), SystemClock()
            access = Access(database, keys, clock)
            files = _files(settings, database, access, keys, clock)
            await forget_figures(database)
            conversations = Conversations(database, Writer(database, clock), clock, access, files)
            count = await conversations.delete_demo()
            await Visits(database, keys, clock, settings.url).delete_demo()
            await Contacts(database, keys, clock).delete_demo()
            await access.delete_demo()
            return count

    with database_address(settings) as url:
        count = asyncio.run(work(url))
    print(f"{count:,} example conversations removed" if count else "there is no example here")
