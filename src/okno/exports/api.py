"""The public door of exports: copies of dialogues, and a person's data as a whole."""

from okno.access.api import Access
from okno.contacts.api import Contacts
from okno.conversations.api import Conversations
from okno.db.pool import Database
from okno.exports.persons import JOB, PersonExports
from okno.exports.transcripts import Transcripts, Wanted
from okno.files.api import Files
from okno.kit.clock import Clock
from okno.mailer.api import Mailer
from okno.notifications.api import Notifications
from okno.visits.api import Visits

__all__ = ["JOB", "Exports", "PersonExports", "Transcripts", "Wanted"]


class Exports:
    """Its parts, each in a file of its own."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        contacts: Contacts,
        visits: Visits,
        conversations: Conversations,
        notifications: Notifications,
        mailer: Mailer,
        files: Files,
        public_url: str,
    ) -> None:
        self.transcripts = Transcripts(
            *(database, clock, access, contacts, visits, conversations, notifications, mailer, public_url)
        )
        self.persons = PersonExports(database, clock, access, contacts, files)
