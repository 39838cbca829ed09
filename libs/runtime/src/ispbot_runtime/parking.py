"""What is kept of a message that could not be handled: its failed tries, and the letter in the dead-letter stream.

Everything a person needs to judge a dead letter travels in one JSON header beside the untouched body.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from nats.aio.msg import Msg
from pydantic import AwareDatetime, StringConstraints, ValidationError

from ispbot_contracts.base import Frozen, utc_now
from ispbot_contracts.streams import published_subject

ONLY_HEADER = "Ispbot-Only"
"""Names the one consumer that a replayed message is for: every other one acknowledges it unhandled."""
REPLAY_HEADER = "Ispbot-Replay"
PARKED_HEADER = "Ispbot-Parked"
HISTORY_KEPT = 20

Why = Literal["poison", "malformed", "unknown", "failed", "deadly"]
"""Refused by its handler, unreadable, of a kind nobody here knows, failed too often, took the process down too often."""

Reason = Annotated[str, StringConstraints(strip_whitespace=True)]


class FailedTry(Frozen):
    """One try that did not work: when, in which process, and what happened."""

    at: AwareDatetime
    replica: str
    reason: Reason

    @classmethod
    def now(cls, replica: str, reason: str) -> "FailedTry":
        """Note a failure of this moment."""
        return cls(at=utc_now(), replica=replica, reason=reason[:400])


class Replay(Frozen):
    """What a replayed message carries on from the letter it came from."""

    letter: str
    replays: int
    tries: int
    first_at: AwareDatetime
    history: list[FailedTry]


class Parked(Frozen):
    """The record of a dead letter. ``tries`` counts failed tries over all replays; ``history`` keeps the last of them."""

    letter: str
    service: str
    consumer: str
    stream: str
    sequence: int
    subject: str
    message: str
    message_id: str | None
    correlation_id: str | None
    why: Why
    reason: str
    stored_at: AwareDatetime
    first_at: AwareDatetime
    last_at: AwareDatetime
    tries: int
    replays: int
    history: list[FailedTry]
    headers: dict[str, str]


def bounded(history: Sequence[FailedTry]) -> list[FailedTry]:
    """Return the last tries of a history."""
    return list(history[-HISTORY_KEPT:])


def as_header(value: Frozen) -> str:
    """Return a value as a header: plain ASCII, so that every reader of the bus gets it back unharmed."""
    return json.dumps(value.model_dump(mode="json"), separators=(",", ":"))


def one_line(text: str) -> str:
    """Return a text as a header that people read in the bus's own tools."""
    return " ".join(text.split()).encode("ascii", "backslashreplace").decode()


def describe(error: ValidationError) -> str:
    """Return what is wrong with a message without quoting it (texts and phones stay out of logs)."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['type']}" for item in found[:10])


def replay_of(headers: Mapping[str, str] | None) -> Replay | None:
    """Return what a message carries on when it is a replay."""
    raw = (headers or {}).get(REPLAY_HEADER)
    try:
        return Replay.model_validate_json(raw) if raw else None
    except ValidationError:
        return None


def letter_id(consumer: str, stream: str, sequence: int, stored_at: datetime) -> str:
    """Return the id of the letter that a message of a consumer becomes: parking it twice makes one letter."""
    return f"{consumer}:{stream}:{sequence}:{int(stored_at.timestamp())}"


def own_headers(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return the sender's headers: without the server's and without ours."""
    return {key: value for key, value in (headers or {}).items() if not key.startswith(("Nats-", "Ispbot-"))}


def parked_record(
    msg: Msg, *, service: str, consumer: str, message: str, why: Why, reason: str, history: Sequence[FailedTry],
    tries: int, first_at: datetime | None,
) -> Parked:  # fmt: skip
    """Return the record of a message that is parked now, going on from its former letter when it is a replay."""
    meta, before = msg.metadata, replay_of(msg.headers)
    whole = [*(before.history if before else ()), *history]
    now = utc_now()
    return Parked(
        letter=letter_id(consumer, meta.stream, meta.sequence.stream, meta.timestamp),
        service=service, consumer=consumer, stream=meta.stream, sequence=meta.sequence.stream,
        subject=published_subject(msg.subject), message=message, message_id=_text(msg.data, "id"),
        correlation_id=_text(msg.data, "correlation_id"), why=why, reason=reason[:800], stored_at=meta.timestamp,
        first_at=before.first_at if before else first_at or now, last_at=now,
        tries=tries + (before.tries if before else 0), replays=before.replays if before else 0,
        history=bounded(whole), headers=own_headers(msg.headers) | _kept(msg.headers),
    )  # fmt: skip


def _text(body: bytes, field: str) -> str | None:
    """Return a text field of a body that may be anything."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    value = found.get(field) if isinstance(found, dict) else None
    return value[:200] if isinstance(value, str) else None


def _kept(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Return the server's and our headers as they were, for people: a replay sends only the sender's own."""
    shown = ("Nats-Msg-Id", ONLY_HEADER)
    return {key: value for key, value in (headers or {}).items() if key in shown}
