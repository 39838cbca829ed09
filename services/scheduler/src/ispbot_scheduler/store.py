"""Visits in MongoDB. ``occupies`` holds the blocks of a live visit under a unique index: no double booking, ever.

A booking that was given up keeps the place of its visit for a day: a document with nothing but ``given_up_at``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import Message, derive_id, utc_now
from ispbot_contracts.scheduler import Visit
from ispbot_runtime.mongo import Database, Document, ensure_indexes, next_number
from ispbot_runtime.outbox import outbox_fields

_GIVEN_UP_KEPT = timedelta(days=1)
"""Longer than any request is under way."""

INDEXES = {
    "visits": [
        IndexModel([("occupies", ASCENDING)], unique=True, sparse=True, name="no_double_booking"),
        IndexModel([("starts_at", ASCENDING), ("_id", ASCENDING)], name="calendar"),
        IndexModel([("outbox_at", ASCENDING)], sparse=True, name="outbox"),
        IndexModel(
            [("given_up_at", ASCENDING)], expireAfterSeconds=int(_GIVEN_UP_KEPT.total_seconds()), name="given_up"
        ),
    ]
}

_LONGEST_VISIT = timedelta(hours=8)


class BlocksTaken(Exception):
    """Another visit of the technician occupies the time, or the booking was given up."""


def visit_id_of(booking_key: str) -> str:
    """Return the id of the visit that a booking makes."""
    return derive_id("visit", booking_key)


class VisitStore:
    """The scheduler's own collection."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.visits = database["visits"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._database, INDEXES)

    async def next_number(self) -> int:
        """Return a visit number nobody else has."""
        return await next_number(self._database, "visit")

    async def find(self, visit_id: str) -> Visit | None:
        """Return a visit."""
        document = await self.visits.find_one({"_id": visit_id, "given_up_at": None})
        return _visit(document) if document else None

    async def find_or_give_up(self, visit_id: str) -> Visit | None:
        """Return a visit; without one, keep its place so that it is never added."""
        try:
            await self.visits.insert_one({"_id": visit_id, "given_up_at": utc_now()})
        except DuplicateKeyError:
            return await self.find(visit_id)
        return None

    async def add(self, visit: Visit, occupies: Sequence[str], events: Sequence[Message]) -> None:
        """Store a visit with its events in one write. Raises BlocksTaken; the same visit again is no error."""
        document: dict[str, Any] = {
            "_id": visit.visit_id,
            **visit.model_dump(mode="python", exclude={"visit_id"}),
            "occupies": list(occupies),
            **outbox_fields(events),
        }
        try:
            await self.visits.insert_one(document)
        except DuplicateKeyError as error:
            if await self.find(visit.visit_id) is None:
                raise BlocksTaken from error

    async def taken_blocks(self, from_at: datetime, to_at: datetime) -> list[str]:
        """Return the occupied blocks of visits around a span."""
        span = {"starts_at": {"$gte": from_at - _LONGEST_VISIT, "$lt": to_at}}
        found = await self.visits.find(span, {"occupies": 1}).to_list()
        return [block for document in found for block in document.get("occupies", [])]

    async def between(self, from_at: datetime, to_at: datetime, limit: int) -> list[Visit]:
        """Return visits that start in the span, earliest first."""
        cursor = self.visits.find({"starts_at": {"$gte": from_at, "$lt": to_at}}).sort([("starts_at", 1), ("_id", 1)])
        return [_visit(document) for document in await cursor.limit(limit).to_list()]


def _visit(document: Document) -> Visit:
    return Visit.model_validate({**document, "visit_id": document["_id"]})
