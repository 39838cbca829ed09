"""Owner: crm-adapter. Notices: what the management system wants its customers told, and what became of each."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from ispbot_contracts.base import Command, Frozen, Query

NoticeSource = Literal["push", "altwha"]
"""Pushed to our endpoint, or pulled from ISPBrain's AltWha queue."""


class _Owned:
    owner: ClassVar[str] = "crm"


class NoticeState(StrEnum):
    """Where a notice is. It only ever moves on; ``unknown`` can still become ``sent`` or ``failed``."""

    ACCEPTED = "accepted"
    """Safe, its files are being fetched."""
    WAITING = "waiting"
    """Ready: it waits for its turn, the end of quiet hours or a new try."""
    SENDING = "sending"
    """In the hands of the gateway."""
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody can tell whether it left; a receipt or the gateway's late word still decides."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class DeliverNotice(_Owned, Command):
    """Tell a customer something on the management system's behalf. ``id`` is the notice's id: asked twice, told once."""

    name: ClassVar[str] = "deliver_notice"
    key_field: ClassVar[str] = "recipient_key"
    recipient_key: str
    source: NoticeSource
    source_id: str
    """The integration that pushed it, or the AltWha account it was pulled from."""
    source_name: str
    external_id: str | None = None
    """Its id in the queue it was pulled from."""
    phone: Annotated[str, Field(pattern=r"^[1-9]\d{6,14}$")]
    """International digits without plus."""
    text: str
    file_urls: list[str] = []
    urgent: bool = False
    kind: str | None = None
    """The system's own word for what it is about (``factura``, ``corte``): chooses how long it stays worth sending."""
    release_at: AwareDatetime | None = None
    """Not before; None is at once."""
    expires_at: AwareDatetime


class NoticeFile(Frozen):
    """A file that goes with a notice; ``problem`` says in Spanish why its link is sent in its place."""

    url: str
    name: str | None
    stored: bool
    problem: str | None


class NoticeLine(Frozen):
    """One line of the ledger."""

    notice_id: str
    received_at: AwareDatetime
    source: NoticeSource
    source_id: str
    source_name: str
    phone: str
    customer_name: str | None
    text: str
    attachments: list[NoticeFile]
    urgent: bool
    kind: str | None
    state: NoticeState
    reason: str | None
    """Machine word for why it waits, failed or was given up."""
    reason_text: str | None
    """The same in Spanish, for people."""
    expires_at: AwareDatetime
    next_try_at: AwareDatetime | None
    sent_at: AwareDatetime | None
    delivered_at: AwareDatetime | None
    read_at: AwareDatetime | None


class NoticePage(Frozen):
    """A page of the ledger, newest first, and how many notices of the same search are in each state."""

    rows: list[NoticeLine]
    next: str | None
    counts: dict[NoticeState, int]


class ListNotices(_Owned, Query[NoticePage]):
    """The ledger. ``q`` finds words, a customer's name or a phone however it is written. Refusal: invalid_cursor."""

    name: ClassVar[str] = "list_notices"
    answer: ClassVar = NoticePage
    state: NoticeState | None = None
    q: Annotated[str, Field(max_length=100)] | None = None
    source_id: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class NoticeStep(Frozen):
    """One move of a notice."""

    at: AwareDatetime
    state: NoticeState
    reason: str | None
    text: str
    """What happened, in Spanish."""


class NoticeFound(Frozen):
    """A notice with its history, oldest step first."""

    notice: NoticeLine
    timeline: list[NoticeStep]


class GetNotice(_Owned, Query[NoticeFound]):
    """One notice. Refusal: notice_not_found."""

    name: ClassVar[str] = "get_notice"
    answer: ClassVar = NoticeFound
    notice_id: str


class RetryNotice(_Owned, Query[NoticeFound]):
    """Send a failed, expired or unclear notice after all. Refusals: notice_not_found, notice_not_retryable."""

    name: ClassVar[str] = "retry_notice"
    answer: ClassVar = NoticeFound
    notice_id: str
    agent_id: str


class CancelNotice(_Owned, Query[NoticeFound]):
    """Do not send it. Refusals: notice_not_found, notice_too_late (the gateway has it, or it is over)."""

    name: ClassVar[str] = "cancel_notice"
    answer: ClassVar = NoticeFound
    notice_id: str
    agent_id: str


class UnreachedPage(Frozen):
    """Notices whose customer was not reached, newest first."""

    rows: list[NoticeLine]
    next: str | None


class NoticesUnreached(_Owned, Query[UnreachedPage]):
    """Who was not reached: failed, unclear, expired, or sent and not on the phone after ``undelivered_h``. Refusal: invalid_cursor."""

    name: ClassVar[str] = "notices_unreached"
    answer: ClassVar = UnreachedPage
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    source_id: str | None = None
    undelivered_h: Annotated[int, Field(ge=1, le=720)] = 24
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200
