"""Visits in MongoDB. ``occupies`` holds the blocks of a live visit under a unique index: no double booking, ever."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import Message
from ispbot_contracts.scheduler import Visit
from ispbot_runtime.mongo import Database, Document, ensure_indexes, next_number
from ispbot_runtime.outbox import outbox_push

INDEXES = {
    "visits": [
        IndexModel([("occupies", ASCENDING)], unique=True, sparse=True, name="no_double_booking"),
        IndexModel([("starts_at", ASCENDING), ("_id", ASCENDING)], name="calendar"),
        IndexModel([("outbox_at", ASCENDING)], sparse=True, name="outbox"),
    ]
}

_LONGEST_VISIT = timedelta(hours=8)


class BlocksTaken(Exception):
    """Another visit of the technician occupies the time."""


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
        document = await self.visits.find_one({"_id": visit_id})
        return _visit(document) if document else None

    async def add(self, visit: Visit, occupies: Sequence[str], events: Sequence[Message]) -> None:
        """Store a visit with its events in one write. Raises BlocksTaken; the same visit again is no error."""
        pushed = outbox_push(events)
        document: dict[str, Any] = {
            "_id": visit.visit_id,
            **visit.model_dump(mode="python", exclude={"visit_id"}),
            "occupies": list(occupies),
            "outbox": pushed["$push"]["outbox"]["$each"],
            **pushed["$set"],
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
