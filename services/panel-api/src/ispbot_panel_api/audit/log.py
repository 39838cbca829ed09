"""The audit log: who changed what, when, from where, before and after. Written before the change, finished after it."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from pymongo import DESCENDING, IndexModel

from ispbot_contracts.base import utc_now
from ispbot_panel_api.failures import Failure
from ispbot_panel_api.users.store import User
from ispbot_runtime.errors import Refusal
from ispbot_runtime.mongo import Database

COLLECTION = "audit"
INDEXES = [
    IndexModel([("at", DESCENDING)]),
    IndexModel([("actor.id", 1), ("at", DESCENDING)]),
    IndexModel([("action", 1), ("at", DESCENDING)]),
]


@dataclass(frozen=True)
class Origin:
    """Where a request came from."""

    address: str
    agent: str


@dataclass
class Entry:
    """What a change fills in while it happens. Never put a password or a token here."""

    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = field(default=None)


class AuditLog:
    """Keeps a record of every change."""

    def __init__(self, database: Database) -> None:
        self._entries = database[COLLECTION]

    @asynccontextmanager
    async def change(
        self, action: str, *, actor: User, origin: Origin, target: str | None = None, before: dict[str, Any] | None = None
    ) -> AsyncIterator[Entry]:  # fmt: skip
        """Record what happens inside: no record, no change; a change that fails stays on record with its reason."""
        entry_id = secrets.token_hex(12)
        entry = Entry(before=before)
        await self._entries.insert_one(
            {
                "_id": entry_id,
                "at": utc_now(),
                "actor": {"id": actor.id, "username": actor.username, "role": actor.role.value},
                "action": action,
                "target": target,
                "before": before,
                "after": None,
                "outcome": "started",
                "address": origin.address,
                "agent": origin.agent[:200],
                "correlation_id": structlog.contextvars.get_contextvars().get("correlation_id"),
            }
        )
        try:
            yield entry
        except (Refusal, Failure) as refusal:
            await self._finish(entry_id, entry, f"refused:{refusal.code}")
            raise
        except BaseException as error:
            await self._finish(entry_id, entry, f"failed:{type(error).__name__}")
            raise
        await self._finish(entry_id, entry, "done")

    async def _finish(self, entry_id: str, entry: Entry, outcome: str) -> None:
        await self._entries.update_one(
            {"_id": entry_id}, {"$set": {"before": entry.before, "after": entry.after, "outcome": outcome}}
        )
