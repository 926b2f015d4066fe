"""Everything said in a conversation is taken out of it, wherever it was copied to; its numbers and times stay."""

from datetime import datetime
from typing import Any
from uuid import UUID

from okno.conversations import rules, store
from okno.conversations.append import Draft, Stored, append, millis
from okno.conversations.bodies import Erased, Message, Note
from okno.conversations.hands import Sender, draft_of
from okno.conversations.search.api import forget
from okno.conversations.store import SQL
from okno.db.pool import Connection
from okno.files.api import Files
from okno.kit.errors import OknoError
from okno.kit.wire import encode

PAGE = 500


async def erase_in(
    tx: Connection, files: Files, workspace_id: int, conversation_id: UUID, sender: Sender, now: datetime
) -> tuple[Draft, Stored] | None:
    """In the caller's transaction: bodies, files, drafts, preview, search. Null when nothing is left to erase.

    The event that marks it is given to `announce` after the commit.
    """
    at = millis(now)
    locked = await tx.fetchrow(SQL["lock_conversation"], workspace_id, conversation_id)
    if locked is None:
        return None
    changed, files_gone, seq = False, list[UUID](), 0
    while True:
        rows: list[Any] = await tx.fetch(SQL["list_events_after"], workspace_id, conversation_id, seq, PAGE)
        for row in rows:
            seq = row["seq"]
            body = store.parse_body(row["body"].encode())
            bare = rules.bare(body, at)
            if bare is body:
                continue
            changed = True
            if isinstance(body, Message | Note):
                files_gone += [file.id for file in body.attachments]
            await tx.execute(SQL["set_body"], workspace_id, conversation_id, seq, encode(bare).decode())
        if len(rows) < PAGE:
            break
    if files_gone:
        await files.forget_in(tx, workspace_id, files_gone)
    await tx.execute(SQL["delete_drafts"], workspace_id, conversation_id)
    await tx.execute(SQL["set_preview"], workspace_id, conversation_id, "")
    await tx.execute(SQL["forget_news"], str(conversation_id))
    await forget(tx, workspace_id, [conversation_id])
    if not changed:
        return None
    draft = draft_of(workspace_id, conversation_id, sender, Erased(seq))
    outcome = (await append(tx, [draft], at))[0]
    if isinstance(outcome, OknoError):
        raise outcome
    return draft, outcome
