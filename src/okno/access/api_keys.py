"""Keys of the API: programs that act with a role of their own."""

from collections.abc import Callable
from uuid import UUID

from okno.access.keys import hash_secret, new_secret
from okno.access.rights import require
from okno.access.roles import within_rank
from okno.access.types import Actor, ApiKey, CreatedApiKey, NewApiKey
from okno.db.pool import Database
from okno.db.queries import load_queries
from okno.kit import limits
from okno.kit.clock import Clock
from okno.kit.errors import Conflict, Invalid, NotFound
from okno.kit.ids import uuid7

SQL = load_queries("okno.access")


class ApiKeys:
    """A secret is told once; its hash is kept. `changed` is told of a key that opens nothing any more."""

    def __init__(self, database: Database, clock: Clock, changed: Callable[[int, UUID], None]) -> None:
        self._db = database
        self._clock = clock
        self._changed = changed

    async def list_keys(self, actor: Actor) -> list[ApiKey]:
        require(actor, "api_keys")
        records = await self._db.fetch(SQL["list_api_keys"], actor.workspace_id, limits.API_KEYS_MAX)
        return [ApiKey(r["id"], r["name"], r["role"], r["created_at"], r["last_used_at"]) for r in records]

    async def create(self, actor: Actor, new: NewApiKey) -> CreatedApiKey:
        require(actor, "api_keys")
        within_rank(actor, new.role)
        if len(await self.list_keys(actor)) >= limits.API_KEYS_MAX:
            raise Conflict(f"there are {limits.API_KEYS_MAX} keys already: delete one first")
        known = {r["id"] for r in await self._db.fetch(SQL["list_teams"], actor.workspace_id, limits.TEAMS_MAX)}
        if not set(new.teams) <= known:
            raise Invalid("there is no such team", field="teams")
        key = ApiKey(uuid7(), new.name, new.role, self._clock.now(), None)
        secret = f"okno_{new_secret()}"
        values = (key.id, key.name, hash_secret(secret), key.role, sorted(set(new.teams)), key.created_at)
        await self._db.execute(SQL["insert_api_key"], actor.workspace_id, *values)
        return CreatedApiKey(key, secret)

    async def delete(self, actor: Actor, key_id: UUID) -> None:
        require(actor, "api_keys")
        if await self._db.fetchval(SQL["delete_api_key"], actor.workspace_id, key_id) is None:
            raise NotFound("there is no such key")
        self._changed(actor.workspace_id, key_id)
