"""The link: its state, what staff can ask of it, and the hints of somebody typing."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import AwareDatetime

from ispbot_contracts.base import ContactId, Ephemeral, Event, Frozen, Query


class _Owned:
    owner: ClassVar[str] = "wa"


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


class SendState(Frozen):
    """The traffic light of sending: how freely the number may write, and what holds it back."""

    light: Literal["green", "amber", "red"]
    """Green: nothing is held back. Amber: notices wait, replies leave. Red: nothing leaves."""
    reason: str
    """One Spanish sentence for people."""
    cold_used: int
    """People who never wrote that were written to today (the company's local day)."""
    cold_left: int
    paused_until: AwareDatetime | None = None
    """WhatsApp's own pause: of writing to people who never wrote, or of everything while the account is banned."""
    quiet_until: AwareDatetime | None = None
    """End of the quiet hours, None outside of them."""
    waiting_replies: int
    waiting_notices: int
    unconfirmed: int
    """Messages that may have left and wait for a receipt."""


class GetSendState(_Owned, Query[SendState]):
    """Estado de envíos: the traffic light, the budget and what waits."""

    name: ClassVar[str] = "get_send_state"
    answer: ClassVar = SendState


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
