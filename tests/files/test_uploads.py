"""A file goes from one party to the other, whole, once, and to nobody else."""

import io
import os

import pytest
from PIL import Image

from okno.app.wiring import App
from okno.files import storage
from okno.kit import limits
from okno.kit.ids import uuid7
from tests.files.conftest import TUS, Staff, Visitor, make_staff, make_visitor, png


async def test_a_photo_reaches_the_operator(visitor: Visitor, staff: Staff) -> None:
    """A customer's photo would not arrive, or would arrive changed."""
    content = png(1600, 900)
    file = await visitor.upload(content, "Чек № 7.png")
    sent = await visitor.send(file, text="вот чек")
    assert sent.status_code == 201, sent.text
    conversation = sent.json()["conversation"]
    body = (await staff.events(conversation))[-1]["body"]
    (attached,) = body["attachments"]
    assert (attached["id"], attached["name"], attached["media_type"]) == (file, "Чек № 7.png", "image/png")
    assert (attached["width"], attached["height"], attached["preview"]) == (1600, 900, True)
    assert "url" not in attached
    got = await staff.fetch(file)
    assert got.status_code == 200
    assert Image.open(io.BytesIO(got.content)).tobytes() == Image.open(io.BytesIO(content)).tobytes()
    assert len(got.content) == attached["size_bytes"]
    preview = await staff.fetch(file, preview=True)
    assert max(Image.open(io.BytesIO(preview.content)).size) == limits.PREVIEW_PX_MAX
    assert preview.headers["content-type"] == "image/webp"


async def test_an_upload_resumes_after_cuts(app: App, visitor: Visitor) -> None:
    """A bad link would cost the customer the whole upload."""
    content = os.urandom(700_000)
    made = await visitor.create(len(content), "a.pdf", "application/pdf")
    content = b"%PDF-1.7\n" + content[9:]
    location = made.headers["location"]

    class Cut(Exception):
        pass

    offset = 0
    for step in (100_000, 250_000, 1):
        assert (await visitor.patch(location, offset, content[offset : offset + step])).status_code == 204
        offset += step
        assert (await visitor.head(location)).headers["upload-offset"] == str(offset)
    assert (await visitor.patch(location, offset - 1, b"x")).status_code == 409
    assert (await visitor.patch(location, offset, content[offset:])).status_code == 204
    got = await visitor.fetch(location.rsplit("/", 1)[1])
    assert got.content == content


async def test_creation_is_idempotent_by_its_id(app: App, http, visitor: Visitor) -> None:
    """A lost answer would leave the customer with two half files, or let a stranger take an id over."""
    file = str(uuid7())
    first = await visitor.create(10, id=file)
    assert first.status_code == 201
    assert first.headers["location"].endswith(file)
    assert (await visitor.create(10, id=file)).headers["location"] == first.headers["location"]
    other = await make_visitor(app, http)
    assert (await other.create(10, id=file)).status_code == 409
    assert (await other.head(first.headers["location"])).status_code == 404
    assert (await other.patch(first.headers["location"], 0, b"x")).status_code == 404
    assert (await visitor.create(10, id="not-an-id")).status_code == 422


async def test_unfinished_files_are_not_sent(visitor: Visitor) -> None:
    """A message would show a file that is not there."""
    made = await visitor.create(10)
    file = made.headers["location"].rsplit("/", 1)[1]
    refused = await visitor.send(file)
    assert refused.status_code == 422
    assert file in refused.json()["detail"]


async def test_a_file_is_in_one_message(visitor: Visitor, staff: Staff) -> None:
    """A file of a private note would show in a message to the customer."""
    mine = await visitor.upload(png())
    conversation = (await visitor.send(mine)).json()["conversation"]
    file, event = await staff.upload(png()), str(uuid7())
    first = await staff.send(conversation, file, note=True, event=event)
    again = await staff.send(conversation, file, note=True, event=event)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["seq"] == again.json()["seq"]
    assert (await staff.send(conversation, file)).status_code == 422
    assert await visitor.links(file) == []
    assert len(await staff.links(file, mine)) == 2


async def test_nobody_else_gets_a_link(app: App, http, visitor: Visitor) -> None:
    """A stranger would see a customer's passport."""
    file = await visitor.upload(png())
    await visitor.send(file)
    stranger = await make_visitor(app, http)
    await stranger.send(await stranger.upload(png()))
    assert await stranger.links(file) == []
    team = await app.access.create_team((await make_staff(app, http, "owner")).actor, f"t{uuid7()}")
    await app.database.execute(
        "UPDATE conversation SET team_id = $1 WHERE id = (SELECT conversation_id FROM attachment WHERE id = $2)",
        team.id,
        file,
    )
    assert await (await make_staff(app, http)).links(file) == []
    assert len(await (await make_staff(app, http, "operator", frozenset({team.id}))).links(file)) == 1
    (link,) = await visitor.links(file)
    for broken in (link["url"].replace("&s=", "&s=A"), link["url"].replace("?e=", "?e=1"), link["url"] + "&v=p"):
        assert (await http.get(broken)).status_code == 404
    assert (await http.get(link["url"])).status_code == 200


async def test_a_deleted_message_takes_its_files_along(app: App, visitor: Visitor, staff: Staff) -> None:
    """What was deleted for everybody would still be open to whoever kept the address."""
    file = await visitor.upload(png())
    conversation = (await visitor.send(file)).json()
    (link,) = await staff.links(file)
    assert (await staff.http.get(link["url"])).status_code == 200
    supervisor = await make_staff(app, staff.http, "supervisor")
    answer = await supervisor.http.post(
        f"/api/v1/conversations/{conversation['conversation']}/events?id={uuid7()}",
        headers=supervisor.headers,
        json={"type": "deleted", "seq": conversation["seq"]},
    )
    assert answer.status_code == 201, answer.text
    assert (await staff.http.get(link["url"])).status_code == 404
    assert (await staff.http.get(link["preview_url"])).status_code == 404
    assert await staff.links(file) == []


async def test_parts_of_a_file_are_served(visitor: Visitor) -> None:
    """A voice note could not be wound forward."""
    content = b"%PDF-" + os.urandom(600_000)
    file = await visitor.upload(content, "a.pdf", "application/pdf")
    whole = await visitor.fetch(file)
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, first, after in (
        ("bytes=0-0", 0, 1),
        ("bytes=300000-", 300_000, 600_005),
        ("bytes=-5", 600_000, 600_005),
    ):
        part = await visitor.fetch(file, range=asked)
        assert part.status_code == 206
        assert part.content == content[first:after]
        assert part.headers["content-range"] == f"bytes {first}-{after - 1}/600005"
    assert (await visitor.fetch(file, range="bytes=600005-")).status_code == 416
    assert (await visitor.fetch(file, **{"if-none-match": whole.headers["etag"]})).status_code == 304


@pytest.mark.parametrize("size", [0, limits.UPLOAD_BYTES_MAX + 1])
async def test_sizes_are_refused_before_a_byte_travels(visitor: Visitor, size: int) -> None:
    """A phone would send a gigabyte to be told that it was too much."""
    assert (await visitor.create(size)).status_code == (413 if size else 422)


async def test_more_than_announced_is_refused(visitor: Visitor) -> None:
    """A disk would fill behind the limit's back."""
    location = (await visitor.create(10)).headers["location"]
    assert (await visitor.patch(location, 0, b"x" * 11)).status_code == 413

    async def endless():
        for _ in range(100):
            yield b"x" * 100

    assert (await visitor.patch(location, 0, endless())).status_code == 413


async def test_the_protocol_tells_what_it_can(visitor: Visitor) -> None:
    """A stock client in another origin would not read its own upload's state."""
    options = await visitor.http.options(f"{visitor.base}/files")
    assert options.headers["tus-version"] == "1.0.0"
    assert options.headers["tus-extension"] == "creation,termination"
    assert options.headers["tus-max-size"] == str(limits.UPLOAD_BYTES_MAX)
    asked = {"origin": "https://shop.example", "access-control-request-method": "PATCH"}
    preflight = await visitor.http.options(f"{visitor.base}/files/{uuid7()}", headers=asked)
    assert {"tus-resumable", "upload-offset", "authorization"} <= set(
        preflight.headers["access-control-allow-headers"].split(", ")
    )
    old = await visitor.http.post(f"{visitor.base}/files", headers={**visitor.headers, "upload-length": "1"})
    assert old.status_code == 412
    assert old.headers["content-type"] == "application/problem+json"
    assert old.headers["tus-resumable"] == "1.0.0"
    assert "upload-offset" in old.headers["access-control-expose-headers"]


async def test_a_file_can_be_taken_back_before_it_is_sent(visitor: Visitor) -> None:
    """A wrong photo would stay on the server."""
    file = await visitor.upload(png())
    address = f"{visitor.base}/files/{file}"
    assert (await visitor.http.delete(address, headers={**visitor.headers, **TUS})).status_code == 204
    assert (await visitor.head(address)).status_code == 404
    assert await visitor.links(file) == []
    sent = await visitor.upload(png())
    await visitor.send(sent)
    refused = await visitor.http.delete(f"{visitor.base}/files/{sent}", headers={**visitor.headers, **TUS})
    assert refused.status_code == 409


async def test_asking_for_the_head_alone(visitor: Visitor) -> None:
    """A player that asks how long a file is would take it for empty."""
    content = b"%PDF-" + os.urandom(5_000)
    file = await visitor.upload(content, "a.pdf", "application/pdf")
    (link,) = await visitor.links(file)
    got = await visitor.http.head(link["url"])
    assert (got.status_code, got.headers.get_list("content-length"), got.content) == (200, ["5005"], b"")


async def test_a_workspace_decides_what_it_takes(app: App, visitor: Visitor, http) -> None:
    """A clinic that wants scans only would be sent programs and films."""
    owner = await make_staff(app, http, "owner")
    change = {"upload_bytes_max": 1_000, "upload_types": ["image/*", "application/pdf"]}
    try:
        answer = await http.patch("/api/v1/workspace", headers=owner.headers, json=change)
        assert answer.json()["upload_types"] == change["upload_types"]
        assert (await visitor.create(1_001)).status_code == 413
        assert (await visitor.create(10, "a.zip", "application/zip")).status_code == 415
        assert (await visitor.create(10, "a.pdf", "application/pdf")).status_code == 201
    finally:
        whole = {"upload_bytes_max": limits.UPLOAD_BYTES_MAX, "upload_types": []}
        await http.patch("/api/v1/workspace", headers=owner.headers, json=whole)


async def test_bytes_that_are_missing_are_not_found(app: App, visitor: Visitor) -> None:
    """A folder that was restored without its files would answer with broken pictures instead of saying so."""
    file = await visitor.upload(png())
    await app.files._store.delete([storage.file_of(file), storage.preview_of(file)])
    assert (await visitor.fetch(file)).status_code == 404
    assert (await visitor.fetch(file, preview=True)).status_code == 404
