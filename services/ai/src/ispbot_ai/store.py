"""The usage ledger and its daily counters."""

from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.ai import AiUsage, AnalysisKind
from ispbot_runtime.mongo import Database, ensure_indexes

_LEDGER_KEPT = timedelta(days=400)
_IDS_REMEMBERED = 2000

INDEXES = {
    "ai_usage": [
        IndexModel([("at", ASCENDING)], expireAfterSeconds=int(_LEDGER_KEPT.total_seconds()), name="retention")
    ],
}


class UsageStore:
    """Counts every analysis once, also when its message is delivered again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ledger = database["ai_usage"]
        self._daily = database["ai_usage_daily"]

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._database, INDEXES)

    async def record(self, usage_id: str, *, kind: AnalysisKind, day: str, at: datetime, facts: dict[str, Any]) -> None:
        """Record one analysis of the local ``day`` (ISO date). The same ``usage_id`` again changes nothing.

        Both writes are harmless when repeated: a redelivery makes up for the one that a crash prevented.
        """
        await self._count(usage_id, kind, day)
        await self._ledger.update_one(
            {"_id": usage_id}, {"$setOnInsert": {"kind": kind, "at": at, **facts}}, upsert=True
        )

    async def _count(self, usage_id: str, kind: AnalysisKind, day: str) -> None:
        not_counted = {"_id": day, "ids": {"$ne": usage_id}}
        count = {"$inc": {f"kinds.{kind}": 1}, "$push": {"ids": {"$each": [usage_id], "$slice": -_IDS_REMEMBERED}}}
        if (await self._daily.update_one(not_counted, count)).matched_count:
            return
        try:
            await self._daily.insert_one({"_id": day, "kinds": {kind: 1}, "ids": [usage_id]})
        except DuplicateKeyError:
            # The day is there: it holds the id already, or another first analysis of the day was faster.
            await self._daily.update_one(not_counted, count)

    async def usage(self, days: list[str]) -> AiUsage:
        """Return the counters of the given local days, oldest first."""
        found = await self._daily.find({"_id": {"$in": days}}, {"kinds": 1}).to_list()
        kinds = {document["_id"]: document.get("kinds", {}) for document in found}
        by_kind: dict[str, int] = {}
        for counts in kinds.values():
            for kind, count in counts.items():
                by_kind[kind] = by_kind.get(kind, 0) + count
        by_day = [sum(kinds.get(day, {}).values()) for day in days]
        return AiUsage(total=sum(by_day), by_kind=by_kind, by_day=by_day)
