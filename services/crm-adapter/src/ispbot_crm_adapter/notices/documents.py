"""What the notice ledger writes: a new notice, a line of its history, what is set and unset with a move."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from ispbot_contracts.content import TextContent
from ispbot_contracts.notices import DeliverNotice, NoticeState
from ispbot_crm_adapter.notices.moves import FILES, LISTENED_FOR, UNCLEAR, FetchedFile, lane_of, send_key
from ispbot_runtime.mongo import Document

S = NoticeState

_STEPS_KEPT = 40

OVER = {"lane": "", "due_at": "", "open_until": "", "slot": ""}
"""What goes when there is nothing left to do."""


def step(state: NoticeState, at: datetime, reason: str | None = None, **detail: Any) -> dict[str, Any]:
    """Return the update that adds a line to a notice's history."""
    entry = {"at": at, "state": state.value, "reason": reason} | detail
    return {"timeline": {"$each": [entry], "$slice": -_STEPS_KEPT}}


def ack_owed(source: str, source_id: str, at: datetime) -> Document:
    """Return the mark that a queue must be told how this one ended; what was pushed has no queue."""
    return {"ack_owed": source_id, "ack_at": at} if source == "altwha" else {}


def unknown(now: datetime) -> Document:
    """Return what is set on a notice of which nobody knows whether it left: it is over, and still listened for."""
    return {"state": S.UNKNOWN.value, "lane": UNCLEAR, "due_at": now + LISTENED_FOR, "ack_at": now}


def file_document(file: FetchedFile) -> Document:
    """Return a file as the ledger keeps it."""
    media = file.media.model_dump(mode="json") if file.media is not None else None
    return {"url": file.url, "media": media, "problem": file.problem}


def new_document(
    command: DeliverNotice, *, has_files: bool, customer_name: str | None, release_at: datetime, forget_after: timedelta,
    search: str,
) -> Document:  # fmt: skip
    """Return the ledger's document of a command."""
    state = S.ACCEPTED if has_files else S.WAITING
    return ack_owed(command.source, command.source_id, command.occurred_at) | {
        "_id": command.id,
        "send_key": send_key(command.id, tries=0, part=0),
        "source": command.source,
        "source_id": command.source_id,
        "source_name": command.source_name,
        "external_id": command.external_id,
        "recipient_key": command.recipient_key,
        "phone": command.phone,
        "customer_name": customer_name,
        "text": command.text,
        "search": search,
        "file_urls": command.file_urls,
        "files": [],
        "file_tries": 0,
        "parts": [] if has_files else [TextContent(text=command.text).model_dump(mode="json")],
        "part": 0,
        "tries": 0,
        "attempt": 0,
        "urgent": command.urgent,
        "kind": command.kind,
        "state": state.value,
        "reason": None,
        "lane": FILES if has_files else lane_of(urgent=command.urgent),
        "due_at": command.occurred_at if has_files else release_at,
        "release_at": release_at,
        "received_at": command.occurred_at,
        "expires_at": command.expires_at,
        "open_until": command.expires_at,
        "forget_at": max(command.occurred_at + forget_after, command.expires_at + timedelta(days=1)),
        "timeline": [{"at": command.occurred_at, "state": state.value, "reason": None}],
    }


def states(of: Iterable[NoticeState]) -> list[str]:
    """Return states as the ledger writes them."""
    return [state.value for state in of]
