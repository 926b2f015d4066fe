"""The public door of privacy: the vault of masked fields, and a person's data as a whole."""

import asyncio

from okno.access.api import Access
from okno.attributes.api import Attributes
from okno.bus.leases import Lease
from okno.channels.site.api import Site
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations
from okno.db.pool import Database
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.tasks import Tasks
from okno.mailer.api import Mailer
from okno.privacy.persons import Persons
from okno.privacy.vault import Vault
from okno.visits.api import Visits

__all__ = ["Persons", "Privacy", "Vault"]


class Privacy:
    """Its parts, each in a file of its own."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        contacts: Contacts,
        visits: Visits,
        attributes: Attributes,
        conversations: Conversations,
        site: Site,
        mailer: Mailer,
    ) -> None:
        self._access = access
        self._lease_of = (database, clock)
        self.vault = Vault(database, clock, access, conversations)
        self.persons = Persons(database, clock, access, contacts, visits, attributes, conversations, site, mailer)

    def start(self, tasks: Tasks) -> None:
        """The loops of this process; what must be done once over all has a lease."""
        tasks.loop(self.vault.run, name="secrets")
        lease = Lease(*self._lease_of, tasks, "privacy")
        tasks.loop(lambda: lease.run(self._keep_rules), name="retention")

    async def _keep_rules(self) -> None:
        """Erase what is due, and forget what is old."""
        while True:
            await self.persons.run_retention()
            await self._access.audit.forget()
            await asyncio.sleep(limits.RETENTION_EVERY_S)
