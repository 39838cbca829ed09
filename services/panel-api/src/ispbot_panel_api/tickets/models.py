"""OmniChat on the wire: the queue, a conversation's lines, and the actions on a ticket."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from ispbot_contracts.common import Area, AuthorKind, DeliveryStatus, DepartmentId
from ispbot_contracts.tickets import TicketStatus
from ispbot_panel_api.shapes import Body, Ref, View

QueueView = Literal["pending", "in_progress", "mine"]
ClientId = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{10,64}$")]
Text = Annotated[str, Field(min_length=1, max_length=4096)]
LineKind = Literal[
    "text", "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "choice", "poll",
    "unsupported", "undecryptable", "note", "event",
]  # fmt: skip


class AuthorView(View):
    """Who wrote a line; ``id`` is the agent's when an agent did."""

    kind: AuthorKind
    id: str | None
    name: str | None


class TicketRow(View):
    """A ticket as the queue shows it. Of two copies the one with the higher ``version`` is true."""

    id: str
    number: int
    version: int
    status: TicketStatus
    area: Area
    department: Ref
    contact_id: str
    customer_id: str | None
    customer_name: str
    phone: str | None
    reason: str
    summary: str | None
    opened_at: AwareDatetime
    waiting_since: AwareDatetime | None
    assignee: Ref | None
    zone: str | None
    unread: int
    last_message_at: AwareDatetime | None
    preview: str
    preview_author: AuthorView | None


class Counts(View):
    """The tabs' numbers as this user sees them."""

    pending: int
    in_progress: int
    mine: int


class TicketPage(View):
    """A page of the queue, longest waiting first; ``next`` goes into ``before`` for the following page."""

    rows: list[TicketRow]
    next: str | None
    counts: Counts


class TicketDetail(View):
    """One ticket with how it ended. Its steps stand in the conversation as lines of kind ``event``."""

    ticket: TicketRow
    closed_at: AwareDatetime | None
    closed_by: Ref | None
    close_comment: str | None


class MediaView(View):
    """A file of a line; ``url`` is null until it is stored. ``reason`` says in Spanish why it never will be."""

    url: str | None
    mime: str
    name: str | None
    size: int | None
    seconds: int | None
    state: Literal["pending", "stored", "failed"]
    reason: str | None


class LocationView(View):
    """A place on the map."""

    lat: float
    lng: float
    name: str | None
    address: str | None


class ContactCardView(View):
    """A shared address book entry."""

    name: str
    phones: list[str]


class QuotedLine(View):
    """The line that another one answers."""

    id: str
    text: str
    author: AuthorView


class MessageView(View):
    """One line of a conversation. Of two copies the one with the higher ``version`` is true."""

    id: str
    seq: int
    version: int
    at: AwareDatetime
    direction: Literal["in", "out"] | None
    author: AuthorView
    kind: LineKind
    text: str
    media: MediaView | None
    location: LocationView | None
    contact_cards: list[ContactCardView]
    poll_options: list[str]
    quoted: QuotedLine | None
    reactions: list[str]
    edited: bool
    deleted: bool
    status: DeliveryStatus | None
    failure: str | None
    ticket_id: str | None
    client_id: str | None


class MessagePage(View):
    """Lines, oldest first; ``next`` goes into ``before`` for older ones."""

    messages: list[MessageView]
    next: str | None


class LocationBody(Body):
    """A place to send."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lng: Annotated[float, Field(ge=-180, le=180)]
    name: Annotated[str, Field(max_length=200)] | None = None
    address: Annotated[str, Field(max_length=300)] | None = None


class ReplyBody(Body):
    """An answer to the customer: exactly one of ``text``, ``media_id`` (with ``caption``) and ``location``.

    ``client_id`` is made by the browser: the same one again has one effect.
    """

    client_id: ClientId
    text: Text | None = None
    media_id: Annotated[str, Field(max_length=64)] | None = None
    caption: Annotated[str, Field(max_length=1024)] | None = None
    location: LocationBody | None = None
    quoted_id: Annotated[str, Field(max_length=128)] | None = None

    @model_validator(mode="after")
    def _one_content(self) -> "ReplyBody":
        if sum(part is not None for part in (self.text, self.media_id, self.location)) != 1:
            raise ValueError("escribí un texto, adjuntá un archivo o elegí una ubicación (una sola cosa por mensaje)")
        return self


class NoteBody(Body):
    """An internal note that never leaves."""

    client_id: ClientId
    text: Text


class TransferBody(Body):
    """Where the ticket goes: exactly one of the two."""

    agent_id: Annotated[str, Field(max_length=64)] | None = None
    department: DepartmentId | None = None

    @model_validator(mode="after")
    def _one_target(self) -> "TransferBody":
        if (self.agent_id is None) == (self.department is None):
            raise ValueError("elegí un agente o un departamento")
        return self


class CloseBody(Body):
    """An optional comment for the history."""

    comment: Annotated[str, Field(max_length=1000)] | None = None


class TypingBody(Body):
    """Whether the agent is typing now."""

    typing: bool
