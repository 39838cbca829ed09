"""Faults on demand and the record of what was asked, for tests and demonstrations."""

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

_REMEMBERED = 2000


class FaultKind(StrEnum):
    """How an answer can go wrong."""

    LATENCY = "latency"
    HTTP_500 = "http_500"
    HTML = "html"
    ERROR_200 = "error_200"
    BAD_TOKEN = "bad_token"
    FORBIDDEN = "forbidden"
    """The user is known, but not allowed to ask this (MikroWisp says the same as of a wrong token)."""
    RESET = "reset"
    ANSWER_LOST = "answer_lost"
    """It is done, and then the line is cut: the caller can not know."""
    EMPTY = "empty"
    TRUNCATED = "truncated"
    UNSUPPORTED = "unsupported"
    IGNORES_FILTER = "ignores_filter"
    """The customer search gives page one of everybody, as servers do with a filter they do not know."""
    PADDED_IDS = "padded_ids"
    NUMBER_IDS = "number_ids"
    NEW_WORDS = "new_words"
    """States that nobody has heard of."""


@dataclass
class Fault:
    """One fault: of a command (lower case, ``*`` for all, ``pdf`` for invoice files), for some times or until cleared."""

    kind: FaultKind
    command: str = "*"
    times: int | None = None
    latency_s: float = 0.0
    text: str = ""

    def hits(self, command: str) -> bool:
        """Tell whether it applies to a command."""
        return self.command in ("*", command)


@dataclass
class FaultBoard:
    """The faults in force."""

    active: list[Fault] = field(default_factory=list)

    def take(self, command: str) -> list[Fault]:
        """Return the faults that strike this request and count them down."""
        struck = [fault for fault in self.active if fault.hits(command)]
        for fault in struck:
            if fault.times is not None:
                fault.times -= 1
        self.active = [fault for fault in self.active if fault.times is None or fault.times > 0]
        return struck


@dataclass(frozen=True)
class SeenRequest:
    """One request: which command with which filters (never the token)."""

    at: str
    command: str
    filters: dict[str, Any]


@dataclass
class RequestLog:
    """What was asked, newest last, and how often."""

    recent: deque[SeenRequest] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, command: str, body: dict[str, Any]) -> None:
        """Remember a request."""
        filters = {key: value for key, value in body.items() if key != "token"}
        self.recent.append(SeenRequest(datetime.now(UTC).isoformat(), command, filters))
        self.counts[command] += 1

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "total": self.counts.total(),
            "counts": dict(self.counts),
            "recent": [asdict(seen) for seen in self.recent],
        }
