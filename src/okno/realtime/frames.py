"""The socket protocol, version 1: JSON text frames, one struct a frame, tag `t`. The same for widget and console.

A connection goes: `hello` -> `welcome` -> (`open` -> `snapshot`)* -> live. Whatever is committed between the moment a
thread is subscribed and its snapshot is buffered and follows the snapshot, so nothing falls between.
"""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from okno.conversations.types import Ack, ConversationRow, Counters, EventRaw, Receipt, Send, Thread
from okno.kit import limits
from okno.kit.errors import Problem
from okno.kit.ids import QuickUuid
from okno.kit.wire import NO_NUL, RAW, Answer, MessageText, OptionalName, OptionalText, Seq, Wire
from okno.notifications.types import Alert
from okno.routing.types import Desk
from okno.telephony.types import Call
from okno.welcome.types import OnlineVisitor

PROTOCOL_VERSION = 1
WhisperFate = Literal["seen", "sent", "edited", "declined"]
Token = Annotated[str, Meta(max_length=4_096, pattern=NO_NUL, extra=RAW)]


class ClientFrame(Wire, tag_field="t", frozen=True):
    """What a client sends."""


class VisitorHello(ClientFrame, tag="visitor", frozen=True):
    """First frame of a widget.

    `token` is what an earlier `welcome` gave; without one `visitor` is the id the browser's page views go by.
    `identity` is the site's signed JWT, `after` the last `seq` the client holds of each conversation.
    """

    version: int
    key: Annotated[str, Meta(max_length=64, pattern=NO_NUL)]
    token: Token | None = None
    visitor: UUID | None = None
    identity: Token | None = None
    name: OptionalName = ""
    email: Annotated[str, Meta(max_length=limits.EMAIL_LEN_MAX, pattern=NO_NUL)] = ""
    locale: Annotated[str, Meta(max_length=16, pattern=NO_NUL)] = ""
    after: Annotated[dict[UUID, Seq], Meta(max_length=limits.PAGE_MAX)] = {}


class OperatorHello(ClientFrame, tag="operator", frozen=True):
    """First frame of a console; the session cookie came with the upgrade, else `key` is an API key."""

    version: int
    key: Token | None = None


class Open(ClientFrame, tag="open", frozen=True):
    """Subscribe to a thread. `after` is the last `seq` the client holds; null asks for the latest page."""

    conversation: UUID
    after: Seq | None = None


class Close(ClientFrame, tag="close", frozen=True):
    """Unsubscribe from a thread."""

    conversation: UUID


class List(ClientFrame, tag="list", frozen=True):
    """Subscribe to the list (operators). `cursor` is what the last `rows` gave; null asks for a snapshot of the tab."""

    cursor: Seq | None = None


class SendFrame(ClientFrame, tag="send", frozen=True):
    """Append an event. `conversation` null (visitors): the contact's open one, made when there is none."""

    id: QuickUuid
    body: Send
    conversation: QuickUuid | None = None


class Repair(ClientFrame, tag="repair", frozen=True):
    """Ask for the events `after < seq <= until` again: the client saw a gap."""

    conversation: UUID
    after: Seq
    until: Seq


class Read(ClientFrame, tag="read", frozen=True):
    """Everything up to `seq` is on the reader's screen (`read`) or device (`got`)."""

    conversation: UUID
    seq: Seq
    got: bool = False


class Typing(ClientFrame, tag="typing", frozen=True):
    """The party is writing; an empty `draft` with `on` false ends it.

    A visitor's draft reaches operators only, an operator's those who watch him.
    """

    conversation: UUID
    on: bool
    draft: OptionalText = ""


class Look(ClientFrame, tag="look", frozen=True):
    """An operator has this conversation before his eyes, and no other; null: none. Colleagues are told."""

    conversation: UUID | None = None


class Watch(ClientFrame, tag="watch", frozen=True):
    """A supervisor looks over the shoulder of whoever has this conversation: drafts come as they are typed. Null: ends.

    Needs the right `supervise`.
    """

    conversation: UUID | None = None


class Visitors(ClientFrame, tag="visitors", frozen=True):
    """An operator looks at who is on the site (`on`), or no more. Places are named in `locale`.

    Needs the right `visitors`.
    """

    on: bool
    locale: Literal["ru", "en"] = "en"


class Whisper(ClientFrame, tag="whisper", frozen=True):
    """Words for the operator who has the conversation, of a supervisor. `propose`: as wording for his reply.

    Not stored: refused with 404 when no console of his is connected.
    """

    id: UUID
    conversation: UUID
    text: MessageText
    propose: bool = False


class WhisperAnswer(ClientFrame, tag="whisper_answer", frozen=True):
    """What the operator did with it; its author is told."""

    id: UUID
    conversation: UUID
    to: UUID
    fate: WhisperFate


class Ping(ClientFrame, tag="ping", frozen=True):
    """Beat of the client; `pong` comes back at once."""

    n: Seq = 0


ClientFrames = (
    VisitorHello
    | OperatorHello
    | Open
    | Close
    | List
    | SendFrame
    | Repair
    | Read
    | Typing
    | Look
    | Watch
    | Visitors
    | Whisper
    | WhisperAnswer
    | Ping
)


class ServerFrame(Answer, tag_field="t", omit_defaults=True, frozen=True):
    """What the server sends."""


class VisitorWelcome(ServerFrame, tag="visitor", frozen=True):
    """`token` replaces the one the client holds; `conversation` is where a message would go, null before the first."""

    version: int
    token: str
    visitor: UUID
    contact: UUID | None
    name: str
    conversation: UUID | None
    conversations: list[UUID]
    verified: bool
    draft_preview: bool
    beat_visible_s: float
    beat_hidden_s: float


class OperatorWelcome(ServerFrame, tag="operator", frozen=True):
    version: int
    operator: UUID
    name: str
    beat_visible_s: float
    beat_hidden_s: float


class Snapshot(ServerFrame, tag="snapshot", frozen=True):
    """The answer to `open`: state and the events after the client's cursor, or the latest page.

    `reset` true: the client's cursor was too old or null, these events replace what it holds; older ones come by REST.
    """

    thread: Thread
    receipt: Receipt
    events: list[EventRaw]
    reset: bool
    more_before: bool


class Events(ServerFrame, tag="events", frozen=True):
    """One batch: new events of open threads, and acks of this connection's own sends.

    A connection gets no event for its own send, the ack carries what it does not know yet; unless the text was masked:
    then the event stands for what was sent.
    """

    events: list[EventRaw] = []
    acks: list[Ack] = []


class Repaired(ServerFrame, tag="repaired", frozen=True):
    """The answer to `repair`; at most REPAIR_EVENTS_MAX, ask again for the rest."""

    conversation: UUID
    events: list[EventRaw]


class Refused(ServerFrame, tag="refused", frozen=True):
    """A frame was not accepted; `id` names the send it belongs to. `retry`: nothing is wrong with it, send it again."""

    problem: Problem
    id: UUID | None = None
    retry: bool = False


class ReceiptFrame(ServerFrame, tag="receipt", frozen=True):
    receipt: Receipt


class ThreadFrame(ServerFrame, tag="thread", frozen=True):
    """The head of an open thread has changed; a customer's new conversation is announced by it, too."""

    thread: Thread


class TypingFrame(ServerFrame, tag="typing", frozen=True):
    conversation: UUID
    actor: Literal["customer", "operator", "bot", "system"]
    actor_id: UUID
    name: str
    on: bool
    draft: str = ""


class Here(Answer, frozen=True):
    """Who looks at a conversation, and who of them writes."""

    conversation: UUID
    looking: list[UUID]
    writing: list[UUID]


class Presence(ServerFrame, tag="presence", frozen=True):
    """Operators at conversations of the list that have come, gone, begun to write or stopped: all who are there now."""

    here: list[Here]


class AlertFrame(ServerFrame, tag="alert", frozen=True):
    """Something waits for this operator; told to his own connections only. `alert` null: only the count has changed."""

    unread: int
    alert: Alert | None = None
    sound: bool = False


class Rows(ServerFrame, tag="rows", frozen=True):
    """Changed rows of the list and exact counters; `gone` are rows this reader may no longer see.

    `reset` true: the changes were too many; the client drops its list and reads its tab again from `cursor` on.
    """

    rows: list[ConversationRow]
    cursor: int
    counters: Counters | None = None
    gone: list[UUID] = []
    reset: bool = False


class VisitorsFrame(ServerFrame, tag="visitors", frozen=True):
    """Visitors who came or changed, the ids of those who are `gone`, and how many there are in all.

    `reset` true: these are all who are shown, the newest VISITORS_SHOWN_MAX.
    """

    visitors: list[OnlineVisitor]
    total: int
    gone: list[UUID] = []
    reset: bool = False


class DeskFrame(ServerFrame, tag="desk", frozen=True):
    """One's own desk (operators), after the hello and whenever it changes: state, load, offers."""

    desk: Desk


class CallFrame(ServerFrame, tag="call", frozen=True):
    """A call has changed: told to whom it rings, who speaks, and who was rung and is to stop showing it (operators)."""

    call: Call


class PlaceFrame(ServerFrame, tag="place", frozen=True):
    """A customer's place in the queue, from 1, and the seconds he is expected to wait; 0: he waits there no more."""

    conversation: UUID
    place: int
    expected_s: int = 0


class WatchedFrame(ServerFrame, tag="watched", frozen=True):
    """Somebody watches a conversation one has (operators): drafts are wanted. `names` is empty where hidden."""

    conversation: UUID
    on: bool
    names: list[str] = []


class WhisperFrame(ServerFrame, tag="whisper", frozen=True):
    """A supervisor's words, for this operator alone."""

    id: UUID
    conversation: UUID
    by: UUID
    name: str
    text: str
    propose: bool = False


class WhisperDone(ServerFrame, tag="whisper_done", frozen=True):
    """What became of one's own whisper."""

    id: UUID
    conversation: UUID
    name: str
    fate: WhisperFate


class Pong(ServerFrame, tag="pong", frozen=True):
    n: int


Farewell = Literal["resume", "signed-out", "blocked", "version"]


class Bye(ServerFrame, tag="bye", frozen=True):
    """The server closes next. `resume`: connect again at once; `signed-out`: the right to be here has ended."""

    reason: Farewell


ServerFrames = (
    VisitorWelcome
    | OperatorWelcome
    | Snapshot
    | Events
    | Repaired
    | Refused
    | ReceiptFrame
    | ThreadFrame
    | TypingFrame
    | AlertFrame
    | Presence
    | Rows
    | DeskFrame
    | CallFrame
    | VisitorsFrame
    | PlaceFrame
    | WatchedFrame
    | WhisperFrame
    | WhisperDone
    | Pong
    | Bye
)


def _quick(_: type, text: str) -> QuickUuid:
    """Ids on the path of every message are of the quicker kind. Raises `ValueError`, which becomes `Malformed`."""
    return QuickUuid(text)


parse_client_frame = msgspec.json.Decoder(ClientFrames, dec_hook=_quick).decode
