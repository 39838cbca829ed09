"""The bus topology: one stream per owner, its subjects partitioned by key on the server (facts: order without a coordinator)."""

from dataclasses import dataclass
from datetime import timedelta

PARTITIONS = 32
"""How many ordered lanes the keys of a stream are spread over. Changing it moves keys: drain first."""

TOPOLOGY_VERSION = 1
"""Count it up when a stream or the filter of a consumer changes: older replicas then leave the new ones alone."""

DUPLICATE_WINDOW = timedelta(minutes=10)
"""Longer than the longest gap between two tries of the same publish."""

SETTINGS_BUCKET = "settings"
SESSION_BUCKET = "wa_session"
LEASE_BUCKET = "wa_lease"
MEDIA_BUCKET = "media"
TRIES_BUCKET = "delivery_tries"
"""Failed tries of messages that are still being tried, ``<durable>.<stream sequence>``; forgotten when they are done."""
NOTICE_WINDOW_BUCKET = "notice_window"
"""When each notice came first; kept longer than the longest duplicate window (a day)."""


@dataclass(frozen=True)
class StreamSpec:
    """A stream, how long it keeps messages and how much of the disk it may use."""

    name: str
    owner: str
    max_age: timedelta
    max_bytes: int

    @property
    def subjects(self) -> list[str]:
        """What is published."""
        return [f"{self.owner}.*.*.*"]

    @property
    def transform(self) -> tuple[str, str]:
        """Published subject to stored subject: the partition of the key stands before the key."""
        return (
            f"{self.owner}.*.*.*",
            f"{self.owner}.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}.{{{{partition({PARTITIONS},3)}}}}.{{{{wildcard(3)}}}}",
        )


_GIB = 1024**3

STREAMS: tuple[StreamSpec, ...] = (
    StreamSpec("WA", "wa", timedelta(days=7), 4 * _GIB),
    StreamSpec("TICKETS", "tickets", timedelta(days=7), 4 * _GIB),
    StreamSpec("SCHEDULER", "scheduler", timedelta(days=7), _GIB),
    StreamSpec("AI", "ai", timedelta(days=7), _GIB),
    StreamSpec("CRM", "crm", timedelta(days=7), _GIB),
)

DEAD_STREAM = "DEAD"
DEAD_MAX_BYTES = 1024**3
DEAD_SUBJECT = "dead"
"""Parked messages: ``dead.<service>.<durable>``."""


def stream_of(owner: str) -> StreamSpec:
    """Return the stream of an owner; KeyError-free by construction of the catalogue."""
    return next(spec for spec in STREAMS if spec.owner == owner)


def published_subject(stored: str) -> str:
    """Return the subject a stored message was published on: the partition that the stream put before the key is gone."""
    tokens = stored.split(".")
    return ".".join([*tokens[:3], *tokens[4:]]) if len(tokens) == 5 else stored


def stored_subject(owner: str, flavour: str, name: str, partition: int | None = None) -> str:
    """Return the stored subject filter of a message type, of one partition or of all."""
    return f"{owner}.{flavour}.{name}.{'*' if partition is None else partition}.*"
