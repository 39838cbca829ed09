"""What the network knows: phones, accounts, linked devices, groups and messages. All times are milliseconds since 1970 (UTC)."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
"""A JSON object of the wire (see ``wire``)."""

STATUS = "status@broadcast"
STATUS_LIFETIME_MS = 24 * 3600 * 1000
SIDE_KINDS = frozenset({"reaction", "edit", "revoke"})
"""Contents that change another message and are not shown by themselves."""

Tick = Literal["pending", "sent", "delivered", "read", "played"]


class Refused(Exception):
    """The network refuses: ``code`` is the number a device gets in its ack, ``status`` the HTTP answer of the API."""

    def __init__(self, code: int, text: str, *, status: int = 400) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status


@dataclass(slots=True)
class Phone:
    """A customer's phone. ``saved``: the company has it in its address book; ``place``: its place in lists.

    ``by_phone``: its chats are of the older kind, addressed by phone number and without a LID.
    """

    number: str
    lid: str
    name: str
    story: str = ""
    hide_number: bool = False
    by_phone: bool = False
    online: bool = True
    auto_read: bool = False
    saved: bool = True
    place: int = 0


@dataclass(slots=True)
class Account:
    """The company's own WhatsApp account, with its phone."""

    number: str
    lid: str
    business: bool = True
    platform: str = "smba"
    push_name: str = ""
    business_name: str = ""
    banned_until_ms: int = 0
    ban_code: int = 0
    next_device: int = 1


@dataclass(slots=True)
class Device:
    """A linked companion (the gateway)."""

    id: str
    account: str
    index: int
    secret: str
    name: str
    linked_at_ms: int
    next_delivery: int = 1


@dataclass(slots=True)
class Group:
    """A group: number of each member -> is an administrator."""

    jid: str
    subject: str
    created_ms: int
    members: dict[str, bool]


@dataclass(slots=True)
class Msg:
    """One message. ``marks`` holds, per recipient's number, when it was delivered, read and played (0 = not yet)."""

    n: int
    id: str
    chat: str
    sender: str
    ts_ms: int
    content: Json
    quoted: Json | None = None
    mentioned: list[str] = field(default_factory=list)
    device: str | None = None
    pending: bool = False
    edited_ms: int = 0
    revoked: bool = False
    bot_tag: bool = False
    reactions: dict[str, str] = field(default_factory=dict)
    marks: dict[str, list[int]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of its content."""
        return str(self.content["kind"])

    @property
    def tick(self) -> Tick:
        """The tick its sender sees: what the slowest recipient has reached."""
        if self.pending:
            return "pending"
        marks = self.marks.values()
        for at, name in ((2, "played"), (1, "read"), (0, "delivered")):
            if self.marks and all(mark[at] for mark in marks):
                return name  # type: ignore[return-value]  # one of the three literals above
        return "sent"


@dataclass(slots=True)
class MediaFile:
    """A stored file. ``gone`` answers 410 from then on."""

    id: str
    mime: str
    length: int
    sha256: str
    gone: bool = False

    @property
    def direct_path(self) -> str:
        """Where a device downloads it."""
        return f"/link/files/{self.id}"


def direct_chat(account: str, phone: str) -> str:
    """The key of the chat between an account and a customer."""
    return f"{account}|{phone}"


def status_chat(number: str) -> str:
    """The key of somebody's estados."""
    return f"status|{number}"


def lid_of(number: str) -> str:
    """The LID of a number: 15 digits that say nothing about it and stay the same over restarts."""
    return str(10**14 + int.from_bytes(hashlib.sha256(b"lid:" + number.encode()).digest()[:8], "big") % (9 * 10**14))


def new_message_id() -> str:
    """A message id as a phone makes it."""
    return "3A" + secrets.token_hex(9).upper()


def pn(number: str) -> str:
    """The phone address of a number."""
    return f"{number}@s.whatsapp.net"


def at_lid(lid: str) -> str:
    """The LID address."""
    return f"{lid}@lid"


def user_of(address: str) -> str:
    """The part before the server, without a device index."""
    return address.partition("@")[0].partition(":")[0]


def server_of(address: str) -> str:
    """The part after the at sign."""
    return address.partition("@")[2]
