"""The public door of working together: snoozes, tasks, mentions, views."""

from okno.access.api import Access
from okno.bus.leases import Lease
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations
from okno.db.pool import Database
from okno.kit.clock import Clock
from okno.kit.tasks import Tasks as Supervisor
from okno.teamwork.mentions import Mentions
from okno.teamwork.snoozes import Snoozes
from okno.teamwork.tasks import Tasks
from okno.teamwork.timers import Timers
from okno.teamwork.views import Views

__all__ = ["Mentions", "Snoozes", "Tasks", "Teamwork", "Views"]


class Teamwork:
    """The parts, and the one loop of their due times."""

    def __init__(
        self,
        database: Database,
        access: Access,
        contacts: Contacts,
        conversations: Conversations,
        clock: Clock,
        supervisor: Supervisor,
    ) -> None:
        self.snoozes = Snoozes(database, conversations, clock)
        self.tasks = Tasks(database, conversations, contacts, clock, access)
        self.mentions = Mentions(database, conversations, clock, access)
        self.views = Views(database, conversations, clock)
        self.timers = Timers(clock, [self.snoozes, self.tasks])
        self.snoozes.changed = self.tasks.changed = self.timers.wake
        self._lease = Lease(database, clock, supervisor, "teamwork.timers")

    async def run(self) -> None:
        """The loop of due times, in one process at a time; supervised by the composition root."""
        await self._lease.run(self.timers.run)
