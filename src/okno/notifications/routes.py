"""HTTP of notifications: for customers' browsers, for those who hold a letter, for operators."""

from typing import Annotated

from litestar import Router, get, patch, post, put
from litestar.params import Parameter

from okno.access.types import Actor
from okno.channels.site.api import Guest
from okno.kit import limits
from okno.kit.openapi import SIGNED_IN, CursorQuery, PageLimit, problems
from okno.notifications.api import Notifications
from okno.notifications.types import (
    AlertCount,
    AlertPage,
    AlertSettings,
    AlertSettingsChange,
    AlertsRead,
    LetterOpened,
    LetterToken,
    NewPush,
    NoticeSettings,
    NoticeSettingsChange,
    PushEnd,
    PushOptions,
    Reach,
    ReachChange,
    SelfTest,
    SelfTestResult,
)

VISITOR_SECURITY: list[dict[str, list[str]]] = [{"visitor": []}]
TokenQuery = Annotated[str, Parameter(min_length=20, max_length=1_000, pattern=r"^[A-Za-z0-9_-]+$")]


@get(
    "/push",
    operation_id="get_push_options",
    responses=problems(),
    summary="What a browser subscribes with",
    security=[{}],
)
async def get_push_options(notifications: Notifications) -> PushOptions:
    return notifications.push_options()


@post(
    "/reach",
    operation_id="change_reach",
    status_code=200,
    responses=problems(401, 404),
    summary="How the customer is told of answers",
)
async def change_reach(notifications: Notifications, guest: Guest, data: ReachChange) -> Reach:
    """An e-mail address given here is a claim; it is masked in the answer."""
    return await notifications.customers.change_reach(guest, data)


@put("/push", operation_id="subscribe_visitor", status_code=204, responses=problems(401, 404), summary="Take pushes")
async def subscribe_visitor(notifications: Notifications, guest: Guest, data: NewPush) -> None:
    await notifications.customers.subscribe(guest, data)


@post(
    "/push/end",
    operation_id="unsubscribe_visitor",
    status_code=204,
    responses=problems(401, 404),
    summary="Take no pushes any more",
)
async def unsubscribe_visitor(notifications: Notifications, guest: Guest, data: PushEnd) -> None:
    await notifications.customers.unsubscribe(guest, data.endpoint)


@post(
    "/open",
    operation_id="open_letter",
    status_code=200,
    responses=problems(404),
    summary="Come back from a letter",
    security=[{}],
)
async def open_letter(notifications: Notifications, data: LetterToken) -> LetterOpened:
    """The token of a letter's link proves the address it was sent to; the answer lets one browser in."""
    return await notifications.customers.open_letter(data.token)


@post(
    "/stop",
    operation_id="stop_letters",
    status_code=204,
    responses=problems(404),
    summary="No more letters to this address",
    security=[{}],
)
async def stop_letters(notifications: Notifications, token: TokenQuery) -> None:
    """What mail programs call for List-Unsubscribe (RFC 8058); the body is not read."""
    await notifications.customers.stop_letters(token)


@get(
    "/notices/settings",
    operation_id="get_notice_settings",
    responses=problems(*SIGNED_IN),
    summary="When customers are told",
)
async def get_notice_settings(notifications: Notifications, actor: Actor) -> NoticeSettings:
    return await notifications.customers.get_settings(actor.workspace_id)


@patch(
    "/notices/settings",
    operation_id="change_notice_settings",
    responses=problems(*SIGNED_IN),
    summary="Change when customers are told",
)
async def change_notice_settings(
    notifications: Notifications, actor: Actor, data: NoticeSettingsChange
) -> NoticeSettings:
    return await notifications.customers.change_settings(actor, data)


@get("/alerts", operation_id="list_alerts", responses=problems(*SIGNED_IN), summary="What waits for you")
async def list_alerts(
    notifications: Notifications, actor: Actor, cursor: CursorQuery = None, limit: PageLimit = limits.PAGE_DEFAULT
) -> AlertPage:
    return await notifications.operators.list_alerts(actor, cursor, limit)


@post(
    "/alerts/read",
    operation_id="read_alerts",
    status_code=200,
    responses=problems(*SIGNED_IN),
    summary="Mark as read",
)
async def read_alerts(notifications: Notifications, actor: Actor, data: AlertsRead) -> AlertCount:
    return AlertCount(await notifications.operators.read(actor, data))


@get(
    "/alerts/settings",
    operation_id="get_alert_settings",
    responses=problems(*SIGNED_IN),
    summary="How you are told",
)
async def get_alert_settings(notifications: Notifications, actor: Actor) -> AlertSettings:
    return await notifications.operators.get_settings(actor)


@patch(
    "/alerts/settings",
    operation_id="change_alert_settings",
    responses=problems(*SIGNED_IN),
    summary="Change how you are told",
)
async def change_alert_settings(notifications: Notifications, actor: Actor, data: AlertSettingsChange) -> AlertSettings:
    return await notifications.operators.change_settings(actor, data)


@put(
    "/alerts/push",
    operation_id="subscribe_operator",
    status_code=204,
    responses=problems(*SIGNED_IN),
    summary="Take pushes in this browser",
)
async def subscribe_operator(notifications: Notifications, actor: Actor, data: NewPush) -> None:
    await notifications.operators.subscribe(actor, data)


@post(
    "/alerts/push/end",
    operation_id="unsubscribe_operator",
    status_code=204,
    responses=problems(*SIGNED_IN),
    summary="Take no pushes here any more",
)
async def unsubscribe_operator(notifications: Notifications, actor: Actor, data: PushEnd) -> None:
    await notifications.operators.unsubscribe(actor, data.endpoint)


@post(
    "/alerts/test",
    operation_id="test_alerts",
    status_code=200,
    responses=problems(*SIGNED_IN, 429),
    summary="Try every way",
)
async def test_alerts(notifications: Notifications, actor: Actor, data: SelfTest) -> SelfTestResult:
    """A frame to your consoles, a push to this browser, a letter to your address; and what the other side said."""
    return await notifications.operators.test(actor, data)


ROUTER = Router(
    "/",
    tags=["notifications"],
    route_handlers=[
        get_push_options,
        Router(
            "/widget/{key:str}",
            security=VISITOR_SECURITY,
            route_handlers=[change_reach, subscribe_visitor, unsubscribe_visitor],
        ),
        Router("/letters", route_handlers=[open_letter, stop_letters]),
        get_notice_settings,
        change_notice_settings,
        list_alerts,
        read_alerts,
        get_alert_settings,
        change_alert_settings,
        subscribe_operator,
        unsubscribe_operator,
        test_alerts,
    ],
)
