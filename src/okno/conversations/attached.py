"""Files of conversations: who may see which, and how they get into a message."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from okno.access.types import Actor
from okno.conversations import rules
from okno.conversations.bodies import Attachment
from okno.conversations.store import SQL
from okno.db.pool import Database
from okno.files.api import Files
from okno.files.types import FileLink, FileRow


class Attached:
    """One scope for the timeline and its files: a file is seen by whoever sees its conversation, or uploaded it.

    Or by whoever sees the conversation its message was split off to.
    """

    def __init__(self, database: Database, files: Files) -> None:
        self._db = database
        self._files = files

    async def list_links(self, actor: Actor, ids: Sequence[UUID]) -> list[FileLink]:
        """Links of the files an operator may see; the others are left out."""
        rows = await self._files.list_ready(actor.workspace_id, ids)
        carried = await self._db.fetch(SQL["list_carried_files"], actor.workspace_id, [row.id for row in rows])
        conversations = {row.conversation_id for row in rows if row.conversation_id}
        conversations |= {r["into_id"] for r in carried}
        records = await self._db.fetch(SQL["list_scopes"], actor.workspace_id, list(conversations))
        seen = {r["id"] for r in records if rules.sees(actor, r)}
        elsewhere = {r["file_id"] for r in carried if r["into_id"] in seen}
        return [
            self._files.link(row)
            for row in rows
            if row.conversation_id in seen or row.id in elsewhere or row.owner_id == actor.operator_id
        ]

    async def list_links_for_customer(
        self, workspace_id: int, visitor_id: UUID, conversation_ids: Iterable[UUID], ids: Sequence[UUID]
    ) -> list[FileLink]:
        """Links of a visitor's own uploads and of messages in his contact's conversations; never of notes.

        What he has cleared from his sight is left out.
        """
        own = set(conversation_ids)

        def visible(row: FileRow) -> bool:
            return not row.cleared and (row.owner_id == visitor_id or (row.conversation_id in own and not row.note))

        rows = await self._files.list_ready(workspace_id, ids)
        return [self._files.link(row, customer=True) for row in rows if visible(row)]


def attachment_of(row: FileRow) -> Attachment:
    """What the event's body keeps."""
    return Attachment(
        *(row.id, row.name, row.media_type, row.size_bytes, row.width, row.height, row.duration_s),
        preview=row.preview == "made",
    )
