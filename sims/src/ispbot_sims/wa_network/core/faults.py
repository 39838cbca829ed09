"""Things that go wrong on demand: once, a few times, or until cleared."""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from ispbot_sims.wa_network.core.entities import Json


class FaultKind(StrEnum):
    """What can go wrong. Those under "at once" happen when they are asked for; the others wait for their occasion."""

    ACK_DELAY = "ack_delay"
    """The network takes the message and answers after ``seconds``."""
    ACK_ERROR = "ack_error"
    """The send is refused with ``code``."""
    ACK_LOST = "ack_lost"
    """The message is taken, the connection drops before the ack: unknown outcome."""
    SEND_LOST = "send_lost"
    """The connection drops and the message is not taken."""
    NO_ACK = "no_ack"
    """The message is taken and never answered."""
    REACH_OUT_LOCK = "reach_out_lock"
    """463 for people who never wrote, after ``allow`` of them were let through."""
    DUPLICATE = "duplicate"
    """A customer's message reaches the device twice."""
    UNDECRYPTABLE = "undecryptable"
    """A customer's message reaches the device unreadable."""
    SECOND_TRY = "second_try"
    """A customer's message reaches the device unreadable, then readable: the phone was asked to send it again."""
    MEDIA_MISSING = "media_missing"
    """A download is answered with ``status`` (404 or 410)."""
    MEDIA_SLOW = "media_slow"
    """A download starts after ``seconds``."""
    MEDIA_CORRUPT = "media_corrupt"
    """A download brings other bytes."""
    SILENT = "silent"
    """Connected, but nothing arrives and nothing is answered (except pings)."""
    REFUSE_LOGIN = "refuse_login"
    """A login ends in ``how``: drop, outdated, connect_failure (with ``code``), main_device_gone or banned (the link is gone)."""
    DROP_CONNECTION = "drop_connection"
    """At once: the connection is cut."""
    STREAM_ERROR = "stream_error"
    """At once: stream error ``code``, then the connection is cut."""
    REPLACE = "replace"
    """At once: the same credentials appear elsewhere."""
    TEMP_BAN = "temp_ban"
    """At once: the account is banned for ``seconds`` with ``code``."""
    UNLINK = "unlink"
    """At once: the owner unlinks every device."""
    ZOMBIE = "zombie"
    """At once: the connections that are up answer pings and carry nothing else; a new connection is well again."""


AT_ONCE = frozenset(
    {
        FaultKind.DROP_CONNECTION,
        FaultKind.STREAM_ERROR,
        FaultKind.REPLACE,
        FaultKind.TEMP_BAN,
        FaultKind.UNLINK,
        FaultKind.ZOMBIE,
    }
)


@dataclass(slots=True)
class Fault:
    """An armed fault. ``times`` None lasts until cleared; ``account`` and ``phone`` narrow it down."""

    kind: FaultKind
    times: int | None = 1
    account: str | None = None
    phone: str | None = None
    seconds: float = 5.0
    code: int = 463
    status: int = 404
    how: str = "drop"
    allow: int = 0
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    def covers(self, account: str | None, phone: str | None) -> bool:
        """Tell whether it applies to this account and phone."""
        return self.account in (None, account) and self.phone in (None, phone)


class Faults:
    """The armed faults."""

    def __init__(self) -> None:
        self._armed: dict[str, Fault] = {}

    def arm(self, fault: Fault) -> Fault:
        """Add a fault."""
        self._armed[fault.id] = fault
        return fault

    def listed(self) -> list[Fault]:
        """Return all of them."""
        return list(self._armed.values())

    def clear(self, fault_id: str | None = None) -> int:
        """Take one away, or all; return how many went."""
        gone = [i for i in self._armed if fault_id in (None, i)]
        for i in gone:
            del self._armed[i]
        return len(gone)

    def peek(self, kind: FaultKind, *, account: str | None = None, phone: str | None = None) -> Fault | None:
        """Return the fault that applies without using it up."""
        return next((f for f in self._armed.values() if f.kind == kind and f.covers(account, phone)), None)

    def use(self, kind: FaultKind, *, account: str | None = None, phone: str | None = None) -> Fault | None:
        """Return the fault that applies and count it down."""
        fault = self.peek(kind, account=account, phone=phone)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self._armed[fault.id]
        return fault


def fault_view(fault: Fault) -> Json:
    """Return a fault as the API shows it."""
    return {
        "id": fault.id,
        "kind": fault.kind,
        "times": fault.times,
        "account": fault.account,
        "phone": fault.phone,
        "seconds": fault.seconds,
        "code": fault.code,
        "status": fault.status,
        "how": fault.how,
        "allow": fault.allow,
    }
