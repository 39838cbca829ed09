"""What came in, what to send, and who a contact is."""

from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from ispbot_contracts.base import Command, ContactId, Event, derive_id
from ispbot_contracts.common import Author, DeliveryStatus
from ispbot_contracts.content import Content, MediaContent, MediaInfo, TextContent

ChatKind = Literal["direct", "group"]


def group_contact_id(address: str) -> ContactId:
    """Return the ordering key of a group: the ``contact_id`` of what is said in it and sent to it."""
    return derive_id("group", address)


def recipient_key_of(phone: str) -> str:
    """Return the ordering key of a phone that may never have written: international digits without plus."""
    return derive_id("phone", phone)


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
    """The sender changed the words of an earlier message.

    ``wa_id`` is WhatsApp's id of the edit itself: what stands under it did not decrypt at first and is no message. The same
    holds for MessageDeleted and ReactionReceived.
    """

    name: ClassVar[str] = "message_edited"
    contact_id: ContactId
    target_wa_id: str
    from_me: bool
    content: Content
    edited_at: AwareDatetime
    wa_id: str | None = None


class MessageDeleted(_Owned, Event):
    """The sender deleted an earlier message for everyone."""

    name: ClassVar[str] = "message_deleted"
    contact_id: ContactId
    target_wa_id: str
    from_me: bool
    wa_id: str | None = None


class ReactionReceived(_Owned, Event):
    """An emoji on an earlier message; empty text removes it."""

    name: ClassVar[str] = "reaction_received"
    contact_id: ContactId
    target_wa_id: str
    from_me: bool
    emoji: str
    wa_id: str | None = None


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
    """WhatsApp took an outgoing message. ``send_id`` is the id of the SendMessage command, or the ``notice_id`` of a notice."""

    name: ClassVar[str] = "message_sent"
    contact_id: ContactId
    send_id: str
    wa_id: str
    sent_at: AwareDatetime
    author: Author
    content: Content
    ticket_id: str | None = None
    quoted_wa_id: str | None = None


FailureReason = Literal[
    "not_on_whatsapp", "cold_contact_limit", "rejected", "expired", "media_missing", "unknown_outcome"
]
NoticeReason = Literal[
    "not_on_whatsapp", "cold_contact_limit", "rejected", "expired", "media_missing", "unknown_outcome", "quiet_hours",
    "cold_budget", "paused",
]  # fmt: skip
"""The last three only defer: quiet hours, the day's budget of people who never wrote, or WhatsApp's own pause."""


class MessageSendFailed(_Owned, Event):
    """An outgoing message will not leave (or it is unknown whether it left), with the reason.

    ``unknown_outcome`` can be followed by MessageSent when the phone's receipt comes late: the later one counts.
    """

    name: ClassVar[str] = "message_send_failed"
    contact_id: ContactId
    send_id: str
    reason: FailureReason
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
    """Two contacts turned out to be one person (LID and phone learnt): keep ``contact_id``.

    Nothing is told of ``absorbed_id`` after it.
    """

    name: ClassVar[str] = "contact_merged"
    after_field: ClassVar[str | None] = "absorbed_id"
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


class SendNotice(_Owned, Command):
    """Send one notice to a phone, also to one that never wrote. ``notice_id`` is the send key: one message, however often asked.

    It waits behind every reply. When it comes back as ``deferred`` its sender asks again at ``retry_at``: the same
    ``notice_id`` with a new ``id`` (the bus forgets repeated ids within its duplicate window).
    """

    name: ClassVar[str] = "send_notice"
    key_field: ClassVar[str] = "recipient_key"
    recipient_key: str
    """``recipient_key_of(phone)``."""
    notice_id: str
    phone: Annotated[str, Field(pattern=r"^[1-9]\d{6,14}$")]
    """International digits without plus."""
    content: TextContent | MediaContent
    """A file must already be in the object store."""
    author: Author
    ticket_id: str | None = None
    expires_at: AwareDatetime | None = None
    urgent: bool = False
    """It leaves in quiet hours too; pacing and the budget for strangers hold for it as for any other."""


class NoticeSettled(_Owned, Event):
    """What became of a notice. ``sent`` and ``failed`` are ends; ``deferred`` asks its sender to come again at ``retry_at``.

    A notice that was sent is also told as MessageSent of the customer's contact. ``unknown_outcome`` (it may have arrived)
    can be followed by ``sent`` when the phone's receipt comes late: the later one counts.
    """

    name: ClassVar[str] = "notice_settled"
    key_field: ClassVar[str] = "recipient_key"
    recipient_key: str
    notice_id: str
    outcome: Literal["sent", "failed", "deferred"]
    reason: NoticeReason | None = None
    """Why it failed or was deferred; None when sent."""
    detail: str = ""
    contact_id: ContactId | None = None
    wa_id: str | None = None
    retry_at: AwareDatetime | None = None
    """Only ``deferred``."""
