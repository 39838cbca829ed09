"""Counts the requests of a system that charges for them: per company period, persisted, with an alarm."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from ispbot_crm_adapter import metrics
from ispbot_crm_adapter.errors import CrmUnreachable
from ispbot_runtime.mongo import Database

CUT_DAY = 28
"""ISPCube closes its month on this day (official document): the 28th belongs to the new period."""
WARN_AT = 0.8
CONNECTIONS_FACTOR = 2.5
"""Requests per month and active connection that are included (official document)."""
COLLECTION = "meter"
INDEXES = {
    COLLECTION: [
        IndexModel([("source", ASCENDING), ("day", ASCENDING)], name="by_day"),
        IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=400 * 24 * 3600),
    ]
}

Level = Literal["ok", "warning", "over"]


def period_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the period that ``day`` is in."""
    this_cut = day.replace(day=CUT_DAY)
    start = this_cut if day >= this_cut else (day.replace(day=1) - timedelta(days=1)).replace(day=CUT_DAY)
    next_cut = (start.replace(day=1) + timedelta(days=32)).replace(day=CUT_DAY)
    return start, next_cut - timedelta(days=1)


def level_of(used: int, allowance: int | None) -> Level:
    """Return how near the allowance is."""
    if allowance is None or used < WARN_AT * allowance:
        return "ok"
    return "warning" if used < allowance else "over"


@dataclass
class Meter:
    """The counter of one system. ``fixed_allowance`` and ``stop`` are the settings'; ``allowance`` is what is in force."""

    source: str
    tz: ZoneInfo
    fixed_allowance: int | None = None
    stop: bool = False
    asked_allowance: int | None = None
    stored: dict[date, Counter[str]] = field(default_factory=dict)
    """Of the period, as last read from the database: all replicas together."""
    waiting: dict[date, Counter[str]] = field(default_factory=dict)

    @property
    def allowance(self) -> int | None:
        """What the contract includes; None while nobody knows."""
        return self.fixed_allowance or self.asked_allowance

    def today(self) -> date:
        """The company's day."""
        return datetime.now(self.tz).date()

    def count(self, operation: str) -> None:
        """One request goes out."""
        self.waiting.setdefault(self.today(), Counter())[operation] += 1

    def days(self) -> dict[date, Counter[str]]:
        """Return the period's days with what was asked on each."""
        start, end = period_of(self.today())
        both = {day: Counter(counts) for day, counts in self.stored.items() if start <= day <= end}
        for day, counts in self.waiting.items():
            if start <= day <= end:
                both.setdefault(day, Counter()).update(counts)
        return both

    @property
    def used(self) -> int:
        """Requests of the period."""
        return sum(counts.total() for counts in self.days().values())

    @property
    def level(self) -> Level:
        """How near the allowance is."""
        return level_of(self.used, self.allowance)

    def enter(self) -> None:
        """Ask to send a request. Raises CrmUnreachable (``allowance_used``) where the settings stop at the allowance."""
        if self.stop and self.level == "over":
            raise CrmUnreachable("allowance_used")


@dataclass
class MeterStore:
    """Keeps the counts; a crash loses those of the last second at most."""

    database: Database

    async def sync(self, meter: Meter) -> None:
        """Add what was counted to the database and read the period, other replicas' requests included."""
        batch, meter.waiting = meter.waiting, {}
        updates = [
            UpdateOne(
                {"_id": f"{meter.source}:{day.isoformat()}"},
                {
                    "$inc": {f"operations.{name}": count for name, count in counts.items()},
                    "$setOnInsert": {
                        "source": meter.source, "day": day.isoformat(), "at": datetime(day.year, day.month, day.day, tzinfo=meter.tz),
                    },
                },
                upsert=True,
            )
            for day, counts in batch.items()
        ]  # fmt: skip
        if updates:
            try:
                await self.database[COLLECTION].bulk_write(updates, ordered=False)
            except PyMongoError:
                for day, counts in batch.items():
                    meter.waiting.setdefault(day, Counter()).update(counts)
                raise
        start, end = period_of(meter.today())
        query = {"source": meter.source, "day": {"$gte": start.isoformat(), "$lte": end.isoformat()}}
        found = await self.database[COLLECTION].find(query).limit(40).to_list()
        meter.stored = {date.fromisoformat(row["day"]): Counter(row["operations"]) for row in found}
        self._show(meter)

    @staticmethod
    def _show(meter: Meter) -> None:
        metrics.METER_USED.set(meter.used)
        metrics.METER_ALLOWANCE.set(meter.allowance or 0)

    async def known_allowance(self, meter: Meter) -> int | None:
        """Return what was asked in this period."""
        start, _ = period_of(meter.today())
        row = await self.database["meter_allowances"].find_one({"_id": meter.source, "period": start.isoformat()})
        return int(row["allowance"]) if row else None

    async def keep_allowance(self, meter: Meter, connections: int) -> None:
        """Note what the number of connections allows in this period."""
        start, _ = period_of(meter.today())
        meter.asked_allowance = int(connections * CONNECTIONS_FACTOR)
        document = {"period": start.isoformat(), "allowance": meter.asked_allowance}
        await self.database["meter_allowances"].update_one({"_id": meter.source}, {"$set": document}, upsert=True)
