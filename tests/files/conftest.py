"""The whole app over HTTP, with a visitor, an operator, and an uploader that speaks tus."""

import base64
import io
import os
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from PIL import Image

from okno.access.types import Actor
from okno.app.wiring import App
from okno.http.cors import Cors
from okno.kit.ids import uuid7
from tests.conversations.people import make_operator

TUS = {"tus-resumable": "1.0.0"}


def png(width: int = 64, height: int = 48, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(out, "PNG", **options)
    return out.getvalue()


class Party:
    """Somebody who uploads and asks for links at `base`."""

    def __init__(self, http: httpx.AsyncClient, base: str, headers: dict[str, str]) -> None:
        self.http, self.base, self.headers = http, base, headers
        self.id = UUID(int=0)
        self.actor: Actor | None = None

    async def create(
        self, size: int, name: str = "photo.png", media_type: str = "image/png", **more: str
    ) -> httpx.Response:
        said = {"filename": name, "filetype": media_type, **more}
        metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in said.items())
        headers = {**self.headers, **TUS, "upload-length": str(size), "upload-metadata": metadata}
        return await self.http.post(f"{self.base}/files", headers=headers)

    async def patch(self, location: str, offset: int, content: Any) -> httpx.Response:
        headers = {
            **self.headers,
            **TUS,
            "upload-offset": str(offset),
            "content-type": "application/offset+octet-stream",
        }
        return await self.http.patch(location, headers=headers, content=content)

    async def head(self, location: str) -> httpx.Response:
        return await self.http.head(location, headers={**self.headers, **TUS})

    async def upload(self, content: bytes, name: str = "photo.png", media_type: str = "image/png") -> str:
        """The id of a whole, examined file."""
        made = await self.create(len(content), name, media_type)
        assert made.status_code == 201, made.text
        done = await self.patch(made.headers["location"], 0, content)
        assert done.status_code == 204, done.text
        return made.headers["location"].rsplit("/", 1)[1]

    async def links(self, *ids: str) -> list[dict[str, Any]]:
        answer = await self.http.post(f"{self.base}/files/links", headers=self.headers, json={"ids": list(ids)})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def fetch(self, file: str, *, preview: bool = False, **headers: str) -> httpx.Response:
        (link,) = await self.links(file)
        return await self.http.get(link["preview_url" if preview else "url"], headers=headers)


class Visitor(Party):
    async def send(self, *files: str, text: str = "") -> httpx.Response:
        body = {"text": text, "attachments": list(files), "type": "message"}
        return await self.http.post(f"{self.base}/events?id={uuid7()}", headers=self.headers, json=body)


class Staff(Party):
    async def send(self, conversation: str, *files: str, note: bool = False, event: str = "") -> httpx.Response:
        body = {"text": "", "attachments": list(files), "type": "note" if note else "message"}
        address = f"{self.base}/conversations/{conversation}/events?id={event or uuid7()}"
        return await self.http.post(address, headers=self.headers, json=body)

    async def events(self, conversation: str) -> list[dict[str, Any]]:
        return (await self.http.get(f"{self.base}/conversations/{conversation}/events", headers=self.headers)).json()[
            "events"
        ]


@pytest.fixture(scope="session")
async def http(app: App) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Cors(app.asgi()))
    async with httpx.AsyncClient(transport=transport, base_url="http://okno.test", timeout=60) as client:
        yield client


async def make_visitor(app: App, http: httpx.AsyncClient) -> Visitor:
    inbox = (await app.visits.list_inboxes(app.workspace_id))[0]
    visitor_id = uuid7()
    token = app.contacts.visitor_token(app.workspace_id, visitor_id)
    party = Visitor(http, f"/api/v1/widget/{inbox.key}", {"authorization": f"Bearer {token}"})
    party.id = visitor_id
    return party


async def make_staff(app: App, http: httpx.AsyncClient, role: Any = "operator", teams: Any = frozenset()) -> Staff:
    actor = await make_operator(app, role, teams)
    me, secret = await app.access.start_session(app.workspace_id, actor.operator_id)
    party = Staff(http, "/api/v1", {"cookie": f"okno_session={secret}", "x-csrf-token": me.csrf})
    party.id, party.actor = actor.operator_id, actor
    return party


@pytest.fixture
async def visitor(app: App, http: httpx.AsyncClient) -> Visitor:
    return await make_visitor(app, http)


@pytest.fixture
async def staff(app: App, http: httpx.AsyncClient) -> Staff:
    return await make_staff(app, http)
