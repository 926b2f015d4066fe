"""Articles: what the company knows, in its own words. Written by hand or imported; searched by later slices."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec import UNSET

from okno.access.api import require
from okno.access.types import Actor
from okno.db.pool import Connection, Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, NotFound
from okno.kit.ids import uuid7
from okno.knowledge import rules
from okno.knowledge.types import Article, ArticleChange, ArticleLine, NewArticle

SQL = load_queries("okno.knowledge")


class Articles:
    """Everybody who signs in reads them; the right `templates` is needed to write."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    async def list_articles(self, actor: Actor) -> list[ArticleLine]:
        """By folder and title, without their texts."""
        records = await self._db.fetch(SQL["list_articles"], actor.workspace_id, limits.ARTICLES_MAX)
        return [ArticleLine(r["id"], r["folder"], r["title"], r["changed_at"]) for r in records]

    async def get_article(self, actor: Actor, article_id: UUID) -> Article:
        r = await self._db.fetchrow(SQL["find_article"], actor.workspace_id, article_id)
        if r is None:
            raise NotFound("there is no such article")
        return Article(r["id"], r["folder"], r["title"], r["text"], r["changed_at"])

    async def create_article(self, actor: Actor, new: NewArticle) -> Article:
        require(actor, "templates")
        async with self._db.transaction() as tx:
            article_id, _ = await self.put_imported(
                tx, actor.workspace_id, None, {"title": new.title, "text": new.text, "folder": new.folder}
            )
        return await self.get_article(actor, article_id)

    async def change_article(self, actor: Actor, article_id: UUID, change: ArticleChange) -> Article:
        require(actor, "templates")
        before = await self.get_article(actor, article_id)
        folder, title, text = (
            getattr(before if getattr(change, field) is UNSET else change, field)
            for field in ("folder", "title", "text")
        )
        values = (folder.strip(), title.strip(), text, self._clock.now())
        await self._db.execute(SQL["change_article"], actor.workspace_id, article_id, *values)
        return await self.get_article(actor, article_id)

    async def delete_article(self, actor: Actor, article_id: UUID) -> None:
        require(actor, "templates")
        if await self._db.fetchval(SQL["delete_article"], actor.workspace_id, article_id) is None:
            raise NotFound("there is no such article")

    # -- for imports, in their transaction -------------------------------------------------------------------------

    async def find_titled(self, tx: Connection, workspace_id: int, title: str) -> UUID | None:
        found: UUID | None = await tx.fetchval(SQL["find_titled"], workspace_id, title[: limits.NAME_LEN_MAX])
        return found

    async def put_imported(
        self, tx: Connection, workspace_id: int, found: UUID | None, fields: Mapping[str, str]
    ) -> tuple[UUID, dict[str, list[str]]]:
        """Make one, or change `found`; what was replaced, each with what it became."""
        title = fields["title"].strip()[: limits.NAME_LEN_MAX]
        folder, text = fields.get("folder", "").strip()[: limits.NAME_LEN_MAX], fields["text"]
        rules.check_article(title, text)
        now = self._clock.now()
        if found is None:
            if await tx.fetchval(SQL["count_articles"], workspace_id) >= limits.ARTICLES_MAX:
                raise Conflict(f"there are {limits.ARTICLES_MAX} articles already")
            article_id = uuid7()
            await tx.execute(SQL["insert_article"], workspace_id, article_id, folder, title, text, now)
            return article_id, {}
        r: Any = await tx.fetchrow(SQL["find_article"], workspace_id, found)
        folder = folder or r["folder"]
        await tx.execute(SQL["change_article"], workspace_id, found, folder, title, text, now)
        return found, {"folder": [r["folder"], folder], "title": [r["title"], title], "text": [r["text"], text]}

    async def take_back_imported(
        self, tx: Connection, workspace_id: int, article_id: UUID, was: Mapping[str, list[str]] | None
    ) -> bool:
        """Remove what was made (`was` null), or put back what was replaced where nobody has changed it since."""
        if was is None:
            await tx.fetchval(SQL["delete_article"], workspace_id, article_id)
            return True
        r = await tx.fetchrow(SQL["find_article"], workspace_id, article_id)
        if r is None:
            return True
        values = {field: old if r[field] == new else r[field] for field, (old, new) in was.items()}
        after = (values["folder"], values["title"], values["text"], self._clock.now())
        await tx.execute(SQL["change_article"], workspace_id, article_id, *after)
        return all(r[field] == new for field, (_, new) in was.items())
