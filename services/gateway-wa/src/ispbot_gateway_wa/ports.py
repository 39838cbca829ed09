"""The WhatsApp link as the gateway sees it: one ordered queue of facts, a few methods, typed errors.

A transport reports what happened and does as it is told. When to open again, what a ban means and who may pair is decided
once for all transports in ``domain.link`` and ``session``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from ispbot_contracts.content import Content
from ispbot_contracts.whatsapp import GroupInfo, WaAccount

RemoteMedia = dict[str, Any]
"""How a transport finds a file again: JSON values only, so that a download survives a restart."""

# -- what happens to the link -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QrShown:
    """A code to scan, valid until ``expires_at``."""

    text: str
    seq: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class QrEnded:
    """The round of codes is over without a pairing: timeout, error, outdated, passkey_required, ..."""

    reason: str


@dataclass(frozen=True, slots=True)
class Paired:
    """The phone accepted; the link comes up within seconds."""


@dataclass(frozen=True, slots=True)
class LinkUp:
    """Logged in and ready to send."""

    account: WaAccount


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The connection is gone. ``heals``: the transport comes back by itself; otherwise it waits to be opened."""

    reason: str
    heals: bool


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """The phone ended the link; the session is deleted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another process opened the same session."""


@dataclass(frozen=True, slots=True)
class Banned:
    """The account rests until ``until``; None when WhatsApp did not say."""

    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Outdated:
    """WhatsApp refuses this version of the client."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Login refused for a reason that does not pass by itself."""

    reason: str


LinkFact = QrShown | QrEnded | Paired | LinkUp | LinkDown | LoggedOut | Replaced | Banned | Outdated | Refused


# -- what arrives -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A message with its content; ``remote`` when there is a file to fetch."""

    content: Content
    remote: RemoteMedia | None = None


@dataclass(frozen=True, slots=True)
class Edited:
    """New words for an earlier message."""

    target_id: str
    content: Content


@dataclass(frozen=True, slots=True)
class Revoked:
    """An earlier message was deleted for everyone."""

    target_id: str


@dataclass(frozen=True, slots=True)
class Reacted:
    """An emoji on an earlier message; empty removes it."""

    target_id: str
    emoji: str


@dataclass(frozen=True, slots=True)
class MessageIn:
    """Something reached the number. Addresses are WhatsApp's (``digits@lid``, ``digits@s.whatsapp.net``, ``...@g.us``)."""

    chat: str
    sender: str
    sender_alt: str | None
    """The sender's other address (phone for a LID), when told."""
    recipient_alt: str | None
    """Only ``from_me``: the customer's other address."""
    wa_id: str
    from_me: bool
    push_name: str | None
    sent_at: datetime
    offline: bool
    body: Said | Edited | Revoked | Reacted
    quoted_wa_id: str | None = None
    token: int | None = None
    """What ``taken`` must name when the message is safe."""
    account: str | None = None
    """The number it came to, when it is not the one linked now (it waited in the spool)."""


@dataclass(frozen=True, slots=True)
class ReceiptIn:
    """A phone got or read our messages."""

    chat: str
    sender: str
    status: Literal["delivered", "read"]
    wa_ids: tuple[str, ...]
    at: datetime
    token: int | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class TypingIn:
    """A customer types, or stopped."""

    chat: str
    typing: bool


@dataclass(frozen=True, slots=True)
class GroupSeen:
    """The name of a group, new or changed."""

    address: str
    name: str
    token: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that concerns nobody here (a group we left) and only has to be taken."""

    token: int


Arrival = MessageIn | ReceiptIn | TypingIn | GroupSeen | Skipped
TransportEvent = LinkFact | Arrival


# -- what leaves --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that is answered."""

    wa_id: str
    from_me: bool


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to send. ``key`` makes trying again recognisable: the same key is the same message."""

    key: str
    to: str
    content: Content
    file: bytes | None = None
    quote: Quote | None = None
    may_leave: Callable[[], bool] = _always
    """Asked at the last moment, after the file is uploaded: False and the transport raises NotConnected in place of sending."""


@dataclass(frozen=True, slots=True)
class SentReceipt:
    """WhatsApp has the message."""

    wa_id: str
    sent_at: datetime


class WhatsAppTransport(Protocol):
    """One link of one account. ``open`` and ``close`` may alternate as often as needed."""

    waits_for_taken: bool
    """The network keeps what was not ``taken``. False: it was told before we saw the arrival, so we must keep it."""

    async def next_event(self) -> TransportEvent:
        """Return the next fact or arrival, in the order they happened."""

    async def taken(self, tokens: Sequence[int]) -> None:
        """Tell the network that these arrivals are safe with us (no effect where the network can not know)."""

    def left(self) -> list[Arrival]:
        """After ``shutdown``: the arrivals that nobody asked for and that the network will not bring again."""

    async def open(self) -> None:
        """Begin to connect: codes when there is no session, else login. What becomes of it arrives as facts."""

    async def close(self) -> None:
        """Drop the connection and keep the session."""

    def hurry(self) -> None:
        """The process ends: whoever closes the link waits no longer than seconds for what is under way."""

    async def shutdown(self) -> None:
        """Close for good and give everything back."""

    async def unlink(self) -> None:
        """Log out at WhatsApp when connected, delete the session here in any case, and close."""

    async def pair_code(self, phone: str) -> str:
        """Return the code to type on the phone. Raises PairingRefused; only while codes are shown."""

    async def send(self, message: Outbound) -> SentReceipt:
        """Send. Raises NotConnected, SendUnknown, Rejected or NoWhatsApp."""

    async def find_sent(self, key: str) -> str | None:
        """Return the id of a message with this key that may have left, None when sending is harmless. Raises NotConnected."""

    async def mark_read(self, chat: str, sender: str, wa_ids: Sequence[str]) -> None:
        """Show blue ticks. Raises NotConnected."""

    async def typing(self, chat: str, *, on: bool) -> None:
        """Show or hide "escribiendo". Raises NotConnected."""

    async def download(self, remote: RemoteMedia, *, max_bytes: int) -> bytes:
        """Return a file, checked against its hash. Raises MediaGone, MediaCorrupt, MediaUnreachable or NotConnected."""

    async def groups(self) -> list[GroupInfo]:
        """Return the account's groups. Raises NotConnected."""

    async def phone_of(self, lid: str) -> str | None:
        """Return the phone address of a LID, None when it was never learnt. Raises NotConnected."""
