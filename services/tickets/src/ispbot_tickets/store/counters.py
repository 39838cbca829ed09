"""Ticket numbers and the numbers per day."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from ispbot_runtime.errors import Retryable
from ispbot_runtime.mongo import Document
from ispbot_tickets import metrics

_TRIES = 50
_REMEMBERED = 200
_TICKET_NUMBER = "ticket_number"


class Numbers:
    """Hands out ticket numbers: gaps may occur (a crash between the number and its ticket), doubles never."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection
        self._turn = asyncio.Lock()

    async def next(self) -> int:
        """Return a number that nobody else gets."""
        async with self._turn:
            for _ in range(_TRIES):
                last = await self._last()
                claim = await self._collection.update_one(
                    {"_id": _TICKET_NUMBER, "last": last}, {"$set": {"last": last + 1}}
                )
                if claim.modified_count == 1:
                    return last + 1
                metrics.CONFLICTS.labels("number").inc()
        raise Retryable("no ticket number could be claimed", delay_s=0.2)

    async def _last(self) -> int:
        document = await self._collection.find_one({"_id": _TICKET_NUMBER})
        if document is not None:
            last: int = document["last"]
            return last
        try:
            await self._collection.insert_one({"_id": _TICKET_NUMBER, "last": 0})
        except DuplicateKeyError:
            return await self._last()
        return 0


class Days:
    """Counters per local day, kept as things happen."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def count(self, day: date, what: Literal["opened", "closed"], event_id: str) -> None:
        """Count an event of a day once, however often it comes (the newest events are remembered)."""
        update = {"$inc": {what: 1}, "$push": {"recent": {"$each": [event_id], "$slice": -_REMEMBERED}}}
        identity = {"_id": day.isoformat(), "recent": {"$ne": event_id}}
        try:
            await self._collection.update_one(identity, update, upsert=True)
        except DuplicateKeyError:
            # The day is there: this event is counted already, or another first event of the day was faster.
            await self._collection.update_one(identity, update)

    async def last(self, days: int, today: date) -> Sequence[tuple[int, int]]:
        """Return (opened, closed) of the last ``days`` days, oldest first."""
        wanted = [(today - timedelta(days=back)).isoformat() for back in range(days - 1, -1, -1)]
        found = await self._collection.find({"_id": {"$in": wanted}}, {"recent": 0}).to_list()
        by_day = {document["_id"]: document for document in found}
        return [(by_day.get(day, {}).get("opened", 0), by_day.get(day, {}).get("closed", 0)) for day in wanted]
