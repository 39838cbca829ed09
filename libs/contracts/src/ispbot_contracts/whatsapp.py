"""Owner: gateway-wa. The WhatsApp link, what came in, what to send, and who a contact is."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import AwareDatetime

from ispbot_contracts.base import Command, ContactId, Ephemeral, Event, Frozen, Query, derive_id
from ispbot_contracts.common import Author, DeliveryStatus
from ispbot_contracts.content import Content, MediaInfo

ChatKind = Literal["direct", "group"]


def group_contact_id(address: str) -> ContactId:
    """Return the ordering key of a group: the ``contact_id`` of what is said in it and sent to it."""
    return derive_id("group", address)


class _Owned:
    owner: ClassVar[str] = "wa"


class MessageReceived(_Owned, Event):
    """A message reached the number, or staff wrote it on the company's own phone (``from_me``).

    ``id`` derives from (account, chat, wa_id), so a repeated delivery has the same id. The text never waits for media:
    MediaStored or MediaFailed follows.
    """

    name: ClassVar[str] = "message_received"

    contact_id: ContactId
    chat_kind: ChatKind
    chat: str
    """The address to answer to, as WhatsApp gave it (opaque outside the gateway)."""
    wa_id: str
    from_me: bool
    phone: str | None
    """International digits without plus, when WhatsApp told them; never parsed out of a LID."""
    push_name: str | None
    group_name: str | None = None
    sender_name: str | None = None
    sent_at: AwareDatetime
    """WhatsApp's own time of the message."""
    offline: bool = False
    """It waited in WhatsApp's queue while we were away."""
    content: Content
    quoted_wa_id: str | None = None


class MessageEdited(_Owned, Event):
    """The sender changed the words of an earlier message."""

    name: ClassVar[str] = "message_edited"
    contact_id: ContactId
    target_wa_id: str
    from_me: bool
    content: Content
    edited_at: AwareDatetime


class MessageDeleted(_Owned, Event):
    """The sender deleted an earlier message for everyone."""

    name: ClassVar[str] = "message_deleted"
    contact_id: ContactId
    target_wa_id: str
    from_me: bool


class ReactionReceived(_Owned, Event):
    """An emoji on an earlier message; empty text removes it."""

    name: ClassVar[str] = "reaction_received"
    contact_id: ContactId
    target_wa_id: str
    from_me: bool
    emoji: str


class MediaStored(_Owned, Event):
    """The file of a received message is in the object store."""

    name: ClassVar[str] = "media_stored"
    contact_id: ContactId
    wa_id: str
    media: MediaInfo


class MediaFailed(_Owned, Event):
    """The file of a received message could not be fetched; staff see it and why."""

    name: ClassVar[str] = "media_failed"
    contact_id: ContactId
    wa_id: str
    reason: Literal["expired", "unreachable", "corrupt", "too_large"]


class MessageSent(_Owned, Event):
    """WhatsApp took an outgoing message. ``send_id`` is the id of the SendMessage command."""

    name: ClassVar[str] = "message_sent"
    contact_id: ContactId
    send_id: str
    wa_id: str
    sent_at: AwareDatetime
    author: Author
    content: Content
    ticket_id: str | None = None
    quoted_wa_id: str | None = None


class MessageSendFailed(_Owned, Event):
    """An outgoing message will not leave (or it is unknown whether it left), with the reason."""

    name: ClassVar[str] = "message_send_failed"
    contact_id: ContactId
    send_id: str
    reason: Literal["not_on_whatsapp", "cold_contact_limit", "rejected", "expired", "media_missing", "unknown_outcome"]
    detail: str
    author: Author
    content: Content
    ticket_id: str | None = None


class ReceiptReceived(_Owned, Event):
    """The customer's phone got or read our messages."""

    name: ClassVar[str] = "receipt_received"
    contact_id: ContactId
    wa_ids: list[str]
    status: DeliveryStatus
    at: AwareDatetime


class ContactMerged(_Owned, Event):
    """Two contacts turned out to be one person (LID and phone learnt): keep ``contact_id``."""

    name: ClassVar[str] = "contact_merged"
    contact_id: ContactId
    absorbed_id: ContactId
    phone: str | None


class ContactIdentified(_Owned, Event):
    """The phone of a contact known only by LID was learnt."""

    name: ClassVar[str] = "contact_identified"
    contact_id: ContactId
    phone: str


class SendMessage(_Owned, Command):
    """Send one message. ``id`` is the send key: sending it twice has one effect.

    Exactly one of ``contact_id`` alone (a person) or with ``group`` (a group's WhatsApp address) is meant: for groups the
    ``contact_id`` is the ordering key derived from the group's address.
    """

    name: ClassVar[str] = "send_message"
    contact_id: ContactId
    group: str | None = None
    content: Content
    author: Author
    quoted_wa_id: str | None = None
    ticket_id: str | None = None
    priority: Literal["reply", "notice"] = "reply"
    expires_at: AwareDatetime | None = None


class SessionState(StrEnum):
    """The link's state machine."""

    STOPPED = "stopped"
    STARTING = "starting"
    QR = "qr"
    QR_EXPIRED = "qr_expired"
    PAIRING = "pairing"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    LOGGED_OUT = "logged_out"
    REPLACED = "replaced"
    BANNED = "banned"
    OUTDATED = "outdated"
    NOT_BUSINESS = "not_business"
    FAILED = "failed"


class QrCode(Frozen):
    """The code to scan: the whole text to draw and until when it works."""

    text: str
    seq: int
    expires_at: AwareDatetime


class WaAccount(Frozen):
    """The linked account."""

    number: str
    name: str | None
    platform: str
    business: bool | None
    """None when the platform is not known: warned about, not refused."""


class SessionStatus(Frozen):
    """The present state of the link: kept in the ``wa_session`` bucket under the number's slot (``main``)."""

    slot: str = "main"
    state: SessionState
    since: AwareDatetime
    reason: str | None = None
    """Machine word for the cause: phone_unlinked, replaced, rounds_exhausted, network, ..."""
    qr: QrCode | None = None
    pair_code: str | None = None
    account: WaAccount | None = None
    banned_until: AwareDatetime | None = None
    holder: str | None = None
    """Which gateway process holds the lease."""


class SessionChanged(_Owned, Event):
    """The link changed state (QR texts are left out: they live in the bucket only)."""

    name: ClassVar[str] = "session_changed"
    key_field: ClassVar[str] = "slot"
    slot: str
    status: SessionStatus


class Done(Frozen):
    """An answer without content."""

    ok: bool = True


class RestartSession(_Owned, Query[Done]):
    """Reiniciar Bot: reconnect and keep the session."""

    name: ClassVar[str] = "restart_session"
    answer: ClassVar = Done


class UnlinkSession(_Owned, Query[Done]):
    """Desvincular: log out from WhatsApp and show a new QR."""

    name: ClassVar[str] = "unlink_session"
    answer: ClassVar = Done


class NewQr(_Owned, Query[Done]):
    """Start a new round of QR codes."""

    name: ClassVar[str] = "new_qr"
    answer: ClassVar = Done


class PairCode(Frozen):
    """The code to type on the phone (``ABCD-EFGH``)."""

    code: str


class RequestPairCode(_Owned, Query[PairCode]):
    """Link by phone number in place of a QR."""

    name: ClassVar[str] = "request_pair_code"
    answer: ClassVar = PairCode
    phone: str


class GroupInfo(Frozen):
    """A group of the linked account."""

    address: str
    name: str
    members: int


class GroupList(Frozen):
    """The account's groups."""

    groups: list[GroupInfo]


class ListGroups(_Owned, Query[GroupList]):
    """Which groups can be chosen for notifications."""

    name: ClassVar[str] = "list_groups"
    answer: ClassVar = GroupList


class TypingSeen(Ephemeral):
    """A customer is typing, or stopped."""

    name: ClassVar[str] = "typing_seen"
    contact_id: ContactId
    typing: bool


class ShowTyping(Ephemeral):
    """An agent is typing: show it to the customer."""

    name: ClassVar[str] = "show_typing"
    contact_id: ContactId
    typing: bool
