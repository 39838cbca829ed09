"""Frames of the live socket ``/api/live`` and its close codes.

``cursor`` marks a place in the stream of ticket events: the browser keeps the last one that is not null and names it
as ``since`` when it comes back. Frames without a cursor tell a present state and need no replay. One event can lead to
several frames: only the last of them carries its cursor, so that a connection cut between them repeats all of them
(they carry versions) and loses none.
"""

from enum import IntEnum
from typing import Annotated, Literal

from pydantic import Field

from ispbot_panel_api.health.models import HealthView
from ispbot_panel_api.mode.models import OperationView
from ispbot_panel_api.shapes import Body, Ref, View
from ispbot_panel_api.tickets.models import Counts, MessageView, TicketRow
from ispbot_panel_api.whatsapp.models import LinkView


class CloseCode(IntEnum):
    """Why the server ended a live socket."""

    RESTARTING = 1012
    """The process stops: come back with ``since``."""
    SLOW_BROWSER = 4000
    """The browser did not read fast enough: come back with ``since``."""
    SILENT = 4001
    """No ping for too long."""
    SESSION_ENDED = 4401
    """Logged out, revoked, expired or deactivated: go to the login page."""
    FORBIDDEN = 4403
    """Wrong origin, or the password must be changed first."""
    BAD_FRAME = 4400
    """The browser sent something that is no frame."""


class HelloData(View):
    """``online`` are the ids of the colleagues with an open panel."""

    online: list[str]
    ping_every_s: int


class HelloFrame(View):
    """The first frame. What follows comes after ``cursor``."""

    type: Literal["hello"]
    cursor: str
    data: HelloData


class ResetData(View):
    """Why what was missed can not be told one by one: too old, of another stream, or the user's rights changed."""

    reason: Literal["too_old", "unknown_cursor", "permissions_changed"]


class ResetFrame(View):
    """What was missed is unknown (after hello), or other rights hold from now on: fetch everything again."""

    type: Literal["reset"]
    cursor: None
    data: ResetData


class TicketChangedData(View):
    """``actor`` is the agent who did it, null for the bot or the customer."""

    change: Literal["opened", "taken", "transferred", "closed", "updated"]
    ticket: TicketRow
    actor: Ref | None


class TicketChangedFrame(View):
    """A ticket that the user may see changed."""

    type: Literal["ticket_changed"]
    cursor: str
    data: TicketChangedData


class TicketGoneData(View):
    """Which ticket."""

    ticket_id: str


class TicketGoneFrame(View):
    """The user may not see this ticket (any more): drop it from every list."""

    type: Literal["ticket_gone"]
    cursor: str
    data: TicketGoneData


class MessageData(View):
    """A line and where it stands."""

    contact_id: str
    ticket_id: str | None
    message: MessageView


class TicketMessageFrame(View):
    """A new line in a conversation."""

    type: Literal["ticket_message"]
    cursor: str
    data: MessageData


class MessageUpdatedFrame(View):
    """A line changed: ticks, media, edit, deletion, reaction."""

    type: Literal["message_updated"]
    cursor: str
    data: MessageData


class NoticeData(View):
    """Something to tell the user, once. ``text`` is ready to show."""

    kind: Literal["new_ticket", "reply", "transferred", "waiting_warning", "waiting_critical"]
    ticket_id: str
    title: str
    text: str


class NoticeFrame(View):
    """A notification; of events it carries the event's cursor."""

    type: Literal["notice"]
    cursor: str | None
    data: NoticeData


class CountsFrame(View):
    """The tabs' numbers after a change."""

    type: Literal["counts"]
    cursor: None
    data: Counts


class WhatsAppFrame(View):
    """The state of the link."""

    type: Literal["whatsapp"]
    cursor: None
    data: LinkView


class ModeFrame(View):
    """The mode of operation and the emergency texts."""

    type: Literal["mode"]
    cursor: None
    data: OperationView


class HealthFrame(View):
    """What does not work now."""

    type: Literal["health"]
    cursor: None
    data: HealthView


class TypingData(View):
    """Who types in which conversation; ``agent`` is null when the customer does."""

    contact_id: str
    agent: Ref | None
    typing: bool


class TypingFrame(View):
    """Somebody types, or stopped. Without news for 10 s it has stopped."""

    type: Literal["typing"]
    cursor: None
    data: TypingData


class PresenceData(View):
    """The ids of the colleagues with an open panel."""

    online: list[str]


class PresenceFrame(View):
    """Somebody came or went."""

    type: Literal["presence"]
    cursor: None
    data: PresenceData


class PongFrame(View):
    """The answer to a ping."""

    type: Literal["pong"]
    cursor: None


LiveFrame = Annotated[
    HelloFrame
    | ResetFrame
    | TicketChangedFrame
    | TicketGoneFrame
    | TicketMessageFrame
    | MessageUpdatedFrame
    | NoticeFrame
    | CountsFrame
    | WhatsAppFrame
    | ModeFrame
    | HealthFrame
    | TypingFrame
    | PresenceFrame
    | PongFrame,
    Field(discriminator="type"),
]


class PingFrame(Body):
    """All that a browser sends: every ``ping_every_s`` seconds."""

    type: Literal["ping"]
