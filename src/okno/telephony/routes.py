"""HTTP of telephony."""

from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.params import Parameter
from litestar.response import Stream

from okno.access.types import Actor
from okno.channels.site.api import Guest
from okno.files.serving import serve
from okno.kit.openapi import SIGNED_IN, problems
from okno.telephony.api import Telephony
from okno.telephony.types import (
    Call,
    Callback,
    CallbackOffer,
    HoldCall,
    NewCall,
    NewCallback,
    PauseRecordingChange,
    PhoneAccess,
    PhoneHealth,
    PhoneSettings,
    PhoneSettingsChange,
    Recording,
    TransferCall,
)

AnyRequest = Request[None, None, State]
VISITOR_SECURITY: list[dict[str, list[str]]] = [{"visitor": []}]
LocaleQuery = Annotated[str, Parameter(pattern="^(ru|en)$")]


@get(
    "/telephony/settings",
    operation_id="get_phone_settings",
    responses=problems(*SIGNED_IN),
    summary="The way out to the telephone network",
)
async def get_phone_settings(telephony: Telephony, actor: Actor) -> PhoneSettings:
    return await telephony.get_settings(actor)


@patch(
    "/telephony/settings",
    operation_id="change_phone_settings",
    responses=problems(*SIGNED_IN),
    summary="Change the way out",
)
async def change_phone_settings(telephony: Telephony, actor: Actor, data: PhoneSettingsChange) -> PhoneSettings:
    return await telephony.change_settings(actor, data)


@get("/telephony/health", operation_id="get_phone_health", responses=problems(*SIGNED_IN), summary="How it is now")
async def get_phone_health(telephony: Telephony, actor: Actor) -> PhoneHealth:
    return await telephony.get_health(actor)


@get("/me/telephone", operation_id="get_own_telephone", responses=problems(*SIGNED_IN), summary="One's own telephone")
async def get_own_telephone(telephony: Telephony, actor: Actor) -> PhoneAccess:
    """What a browser or a softphone signs in with. The socket is one of this server: SIP over WebSocket (RFC 7118)."""
    return await telephony.get_access(actor)


@get("/me/calls", operation_id="list_own_calls", responses=problems(*SIGNED_IN), summary="Calls that ring or go on")
async def list_own_calls(telephony: Telephony, actor: Actor) -> list[Call]:
    return await telephony.list_own(actor)


@get(
    "/telephony/ready",
    operation_id="list_ready_operators",
    responses=problems(*SIGNED_IN),
    summary="Who can be rung now",
)
async def list_ready_operators(telephony: Telephony, actor: Actor) -> list[UUID]:
    """Is here, takes calls and speaks with nobody; longest idle first."""
    return await telephony.list_ready(actor)


@get(
    "/conversations/{conversation_id:uuid}/calls",
    operation_id="list_calls",
    responses=problems(*SIGNED_IN, 404),
    summary="Calls of a conversation",
)
async def list_calls(telephony: Telephony, actor: Actor, conversation_id: UUID) -> list[Call]:
    """The latest first."""
    return await telephony.list_calls(actor, conversation_id)


@post(
    "/conversations/{conversation_id:uuid}/calls",
    operation_id="call_customer",
    status_code=202,
    responses=problems(*SIGNED_IN, 404, 409, 429),
    summary="Call the customer",
)
async def call_customer(telephony: Telephony, actor: Actor, conversation_id: UUID, data: NewCall) -> None:
    """One's own telephone rings first; when it is taken, the customer is dialled."""
    await telephony.call_customer(actor, conversation_id, data.number)


@get("/calls/{call_id:uuid}", operation_id="get_call", responses=problems(*SIGNED_IN, 404), summary="A call")
async def get_call(telephony: Telephony, actor: Actor, call_id: UUID) -> Call:
    return await telephony.get_call(actor, call_id)


@put(
    "/calls/{call_id:uuid}/hold",
    operation_id="hold_call",
    status_code=202,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Music for the customer, or the conversation again",
)
async def hold_call(telephony: Telephony, actor: Actor, call_id: UUID, data: HoldCall) -> None:
    await telephony.hold(actor, call_id, on=data.on)


@post(
    "/calls/{call_id:uuid}/transfer",
    operation_id="transfer_call",
    status_code=202,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Hand the customer on to a colleague",
)
async def transfer_call(telephony: Telephony, actor: Actor, call_id: UUID, data: TransferCall) -> None:
    """He hears music while the colleague is rung, and goes to whoever is free when he does not answer."""
    await telephony.transfer(actor, call_id, data.operator)


@put(
    "/calls/{call_id:uuid}/recording",
    operation_id="pause_recording",
    status_code=202,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Interrupt the recording while something secret is said",
)
async def pause_recording(telephony: Telephony, actor: Actor, call_id: UUID, data: PauseRecordingChange) -> None:
    await telephony.pause_recording(actor, call_id, on=data.on)


@get(
    "/calls/{call_id:uuid}/recording",
    operation_id="get_recording",
    responses=problems(*SIGNED_IN, 404),
    summary="The recording of a call",
)
async def get_recording(telephony: Telephony, actor: Actor, call_id: UUID) -> Recording:
    return await telephony.get_recording(actor, call_id)


@get(
    "/calls/{call_id:uuid}/recording/audio",
    operation_id="get_recording_audio",
    responses=problems(*SIGNED_IN, 404, 416),
    summary="Its sound",
)
async def get_recording_audio(
    request: AnyRequest, telephony: Telephony, actor: Actor, call_id: UUID
) -> Response[bytes] | Response[None] | Stream:
    """Ogg Opus, the customer left and the operator right; parts can be asked for."""
    recording = await telephony.get_recording(actor, call_id)
    headers = {
        "etag": f'"{recording.sha256[:32]}"',
        "cache-control": "private, no-cache",
        "x-content-type-options": "nosniff",
        "content-disposition": f'inline; filename="{call_id}.ogg"',
    }
    read = partial(telephony.recordings.read, recording)
    return await serve(request, read, recording.size_bytes, "audio/ogg", headers)


@delete(
    "/calls/{call_id:uuid}",
    operation_id="hang_up_call",
    status_code=202,
    responses=problems(*SIGNED_IN, 404, 409),
    summary="Hang up",
)
async def hang_up_call(telephony: Telephony, actor: Actor, call_id: UUID) -> None:
    """By who speaks, or supervises."""
    await telephony.hang_up(actor, call_id)


@get(
    "/widget/{key:str}/callback",
    operation_id="get_callback_offer",
    responses=problems(401, 404),
    summary="Whether the customer can be called, and when",
    security=VISITOR_SECURITY,
)
async def get_callback_offer(telephony: Telephony, guest: Guest, locale: LocaleQuery = "ru") -> CallbackOffer:
    return await telephony.callbacks.offer(guest, locale)


@post(
    "/widget/{key:str}/callbacks",
    operation_id="ask_callback",
    responses=problems(401, 403, 404, 409, 429),
    summary="Ask to be called",
    security=VISITOR_SECURITY,
)
async def ask_callback(request: AnyRequest, telephony: Telephony, guest: Guest, data: NewCallback) -> Callback:
    """Operators are rung first, and the customer when one of them is there."""
    return await telephony.callbacks.ask(guest, data, request.client.host if request.client else "")


@delete(
    "/widget/{key:str}/callbacks/{callback_id:uuid}",
    operation_id="cancel_callback",
    responses=problems(401, 404),
    summary="Not to be called any more",
    security=VISITOR_SECURITY,
)
async def cancel_callback(telephony: Telephony, guest: Guest, callback_id: UUID) -> None:
    await telephony.callbacks.cancel(guest, callback_id)


ROUTER = Router(
    "/",
    tags=["telephony"],
    route_handlers=[
        *(get_phone_settings, change_phone_settings, get_phone_health, get_own_telephone, list_own_calls),
        *(list_ready_operators, list_calls, call_customer, get_call, hold_call, hang_up_call),
        *(transfer_call, pause_recording, get_recording, get_recording_audio),
        *(get_callback_offer, ask_callback, cancel_callback),
    ],
)
