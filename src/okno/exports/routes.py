"""HTTP of exports."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.params import Parameter
from litestar.response import Stream

from okno.access.types import Actor, Locale
from okno.channels.site.api import Guest
from okno.exports.api import Exports, Wanted
from okno.exports.types import (
    Copy,
    Format,
    LetterQueued,
    OwnTranscriptLetter,
    PersonExport,
    TranscriptLetter,
    TranscriptOptions,
    TranscriptSettings,
    TranscriptSettingsChange,
)
from okno.kit import limits
from okno.kit.openapi import SIGNED_IN, BytesAnswer, problems

ZoneQuery = Annotated[str, Parameter(max_length=64, pattern=r"^[A-Za-z0-9/_+-]*$")]
PartQuery = Annotated[
    int,
    Parameter(
        ge=0,
        le=limits.TRANSCRIPT_PARTS_MAX,
        description=f"Of a long conversation: {limits.TRANSCRIPT_EVENTS} events are a part; 0 is the last one",
    ),
]


class CopyAnswer(BytesAnswer):
    content_types = ("text/plain", "text/html", "application/pdf")


class PackageAnswer(BytesAnswer):
    content_types = ("application/zip",)


def _file(copy: Copy) -> Response[bytes]:
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in copy.name)
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(copy.name, safe='')}",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(copy.content, headers=headers, media_type=copy.media_type)


@get(
    "/conversations/{conversation_id:uuid}/transcript",
    operation_id="save_transcript",
    operation_class=CopyAnswer,
    responses=problems(*SIGNED_IN, 404, 429),
    summary="A copy of a conversation",
)
async def save_transcript(
    exports: Exports,
    actor: Actor,
    conversation_id: UUID,
    format: Format = "pdf",  # noqa: A002 - the word of the wire
    locale: Locale | None = None,
    time_zone: ZoneQuery = "",
    part: PartQuery = 0,
    internal: bool = False,  # noqa: FBT001, FBT002 - of the query
) -> Response[bytes]:
    """What the customer sees; `internal` with private notes needs the right `export`. Who saved it is logged."""
    wanted = Wanted(format, locale, time_zone, part, internal)
    return _file(await exports.transcripts.save(actor, conversation_id, wanted))


@post(
    "/conversations/{conversation_id:uuid}/transcript/letter",
    operation_id="send_transcript",
    status_code=202,
    responses=problems(*SIGNED_IN, 404, 409, 413, 429),
    summary="Send the customer a copy",
)
async def send_transcript(
    exports: Exports, actor: Actor, conversation_id: UUID, data: TranscriptLetter
) -> LetterQueued:
    """Only to an address of his own; notes are never in it."""
    return await exports.transcripts.send(actor, conversation_id, data)


@get(
    "/transcripts/settings",
    operation_id="get_transcript_settings",
    responses=problems(*SIGNED_IN),
    summary="What customers may take with them",
)
async def get_transcript_settings(exports: Exports, actor: Actor) -> TranscriptSettings:
    return await exports.transcripts.get_settings(actor.workspace_id)


@patch(
    "/transcripts/settings",
    operation_id="change_transcript_settings",
    responses=problems(*SIGNED_IN),
    summary="Change what customers may take with them",
)
async def change_transcript_settings(
    exports: Exports, actor: Actor, data: TranscriptSettingsChange
) -> TranscriptSettings:
    return await exports.transcripts.change_settings(actor, data)


@get(
    "/transcript",
    operation_id="get_own_transcript_options",
    responses=problems(401, 403, 404),
    summary="How one may take a copy",
)
async def get_own_transcript_options(exports: Exports, guest: Guest) -> TranscriptOptions:
    return await exports.transcripts.options(guest)


@get(
    "/conversations/{conversation_id:uuid}/transcript",
    operation_id="save_own_transcript",
    operation_class=CopyAnswer,
    responses=problems(401, 403, 404, 429),
    summary="A copy of one's own conversation",
)
async def save_own_transcript(
    exports: Exports,
    guest: Guest,
    conversation_id: UUID,
    format: Format = "pdf",  # noqa: A002 - the word of the wire
    locale: Locale | None = None,
    time_zone: ZoneQuery = "",
    part: PartQuery = 0,
) -> Response[bytes]:
    wanted = Wanted(format, locale, time_zone, part)
    return _file(await exports.transcripts.save_own(guest, conversation_id, wanted))


@post(
    "/conversations/{conversation_id:uuid}/transcript/letter",
    operation_id="send_own_transcript",
    status_code=202,
    responses=problems(401, 403, 404, 409, 413, 429),
    summary="Have a copy sent to oneself",
)
async def send_own_transcript(
    exports: Exports, guest: Guest, conversation_id: UUID, data: OwnTranscriptLetter
) -> LetterQueued:
    """To the address letters go to already; none can be given here."""
    return await exports.transcripts.send_own(guest, conversation_id, data)


@get(
    "/contacts/{contact_id:uuid}/exports",
    operation_id="list_exports",
    responses=problems(*SIGNED_IN, 404),
    summary="Packages with everything kept of a person",
)
async def list_exports(exports: Exports, actor: Actor, contact_id: UUID) -> list[PersonExport]:
    return await exports.persons.list_exports(actor, contact_id)


@post(
    "/contacts/{contact_id:uuid}/exports",
    operation_id="export_person",
    status_code=202,
    responses=problems(*SIGNED_IN, 404, 409, 429),
    summary="Have everything kept of a person packed",
)
async def export_person(exports: Exports, actor: Actor, contact_id: UUID) -> PersonExport:
    """All of his contacts, conversations, files and visits; a zip of JSON, pages to read and the files."""
    return await exports.persons.ask(actor, contact_id)


@get(
    "/contacts/{contact_id:uuid}/exports/{export_id:uuid}/package",
    operation_id="take_export",
    operation_class=PackageAnswer,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Take a package",
)
async def take_export(exports: Exports, actor: Actor, contact_id: UUID, export_id: UUID) -> Stream:
    """While it is kept; who took it is logged."""
    package = await exports.persons.take(actor, contact_id, export_id)
    headers = {
        "content-disposition": f'attachment; filename="{package.name}"',
        "content-length": str(package.size_bytes),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Stream(package.content, headers=headers, media_type="application/zip")


@delete(
    "/contacts/{contact_id:uuid}/exports/{export_id:uuid}",
    operation_id="delete_export",
    responses=problems(*SIGNED_IN, 404),
    summary="Delete a package before its time",
)
async def delete_export(exports: Exports, actor: Actor, contact_id: UUID, export_id: UUID) -> None:
    await exports.persons.delete(actor, contact_id, export_id)


ROUTER = Router(
    "/",
    tags=["exports"],
    route_handlers=[
        *(save_transcript, send_transcript, get_transcript_settings, change_transcript_settings),
        *(list_exports, export_person, take_export, delete_export),
    ],
)
WIDGET = Router(
    "/widget/{key:str}",
    tags=["widget"],
    security=[{"visitor": []}],
    route_handlers=[get_own_transcript_options, save_own_transcript, send_own_transcript],
)
