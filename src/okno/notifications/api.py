"""The public door of notifications: customers who left, and operators for whom something waits."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from okno.access.api import Access
from okno.bus.events import News
from okno.channels.site.api import Guest
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.tasks import Tasks
from okno.mailer.api import Mailer
from okno.notifications.customers import Customers
from okno.notifications.operators import Operators
from okno.notifications.types import PushOptions
from okno.notifications.webpush import Pusher, new_key
from okno.visits.api import Visits

__all__ = ["Customers", "Guest", "Notifications", "Operators"]

SQL = load_queries("okno.notifications")
SEAL = "vapid"
TIDY_S = 3_600.0


class Notifications:
    """Both halves, the keys of push, and the one loop that waits for what is due."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        contacts: Contacts,
        visits: Visits,
        conversations: Conversations,
        mailer: Mailer,
        tasks: Tasks,
        public_url: str,
        push_hosts: Sequence[str] = (),
    ) -> None:
        self._db = database
        self._clock = clock
        self._access = access
        self.pusher = Pusher(clock, public_url, push_hosts)
        self.customers = Customers(
            *(database, clock, access, contacts, visits, conversations, mailer, self.pusher, public_url)
        )
        self.operators = Operators(*(database, clock, access, conversations, mailer, self.pusher, tasks, public_url))
        self._wake = asyncio.Event()
        self._tidied = 0.0

    async def load_key(self) -> None:
        """The installation's key pair; made and sealed at the first start. Raises `MasterKeyLost`."""
        public_key, der = new_key()
        await self._db.execute(SQL["insert_push_key"], public_key, self._access.keys.seal(SEAL, der))
        record = await self._db.fetchrow(SQL["find_push_key"])
        assert record is not None  # noqa: S101 - just inserted, or there before
        self.pusher.use(record["public_key"], self._access.keys.unseal(SEAL, record["sealed"]))

    def push_options(self) -> PushOptions:
        return PushOptions(self.pusher.public_key)

    async def hear_timeline(self, news: News) -> None:
        if await self.customers.begin(news.spans):
            self._wake.set()
        await self.operators.hear_spans(news.spans)

    async def hear_news(self, news: News) -> None:
        await self.operators.hear(news.topic, news.payload)
        self._wake.set()

    async def run(self) -> None:
        """For ever: sleep until the earliest due time, or until something begins. Harmless in several processes."""
        while True:
            self._wake.clear()
            if await self.step():
                continue
            due_at: datetime | None = await self._db.fetchval(SQL["next_due"])
            wait_s = (due_at - self._clock.now()).total_seconds() if due_at else limits.NOTICE_LOOK_S_MAX
            try:
                await asyncio.wait_for(self._wake.wait(), min(max(wait_s, 0.0), limits.NOTICE_LOOK_S_MAX))
            except TimeoutError:
                continue

    async def step(self) -> int:
        """What is due now; how much there was."""
        if self._clock.monotonic() - self._tidied > TIDY_S:
            self._tidied = self._clock.monotonic()
            await self.operators.forget_old()
        return await self.customers.step() + await self.operators.step()

    async def forget(self, workspace_id: int, contact_id: UUID, conversation_ids: Sequence[UUID]) -> None:
        """Of an erased person: where he is reached, what waits for him, and his words in operators' alerts."""
        await self._db.execute(SQL["forget_person"], workspace_id, contact_id, list(conversation_ids))

    async def close(self) -> None:
        await self.pusher.close()
