"""People who never wrote to us: how many may be written to in a day, and WhatsApp's own pause (error 463).

Both are in the database before the message leaves, so neither a restart nor a take-over gives the day a second budget.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import ContactId, utc_now
from ispbot_contracts.settings import CompanySettings, SendingSettings
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.domain.hours import next_day
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Database
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

COLLECTION = "cold_contacts"
PAUSES = "send_pauses"
KEPT = timedelta(days=40)
PAUSE = timedelta(hours=24)
"""Neither link is told how long WhatsApp's time-lock lasts; reports name a day."""
_COLD = "cold"
INDEXES = {
    COLLECTION: [
        IndexModel([("day", ASCENDING)], name="day"),
        IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=int(KEPT.total_seconds())),
    ]
}


class ColdBudget:
    """One number's writing to people who never wrote. One writer: the lease holder."""

    def __init__(self, database: Database, watch: SettingsWatch, now: Callable[[], datetime] = utc_now) -> None:
        self._contacts = database[COLLECTION]
        self._pauses = database[PAUSES]
        self._watch = watch
        self._now = now
        self._charging = asyncio.Lock()
        self._day = ""
        self._today: set[ContactId] = set()
        self._paused_until: datetime | None = None

    async def recover(self) -> None:
        """Read the pause and what today has used."""
        row = await self._pauses.find_one({"_id": _COLD})
        if row is not None:
            until: datetime = row["until"]
            self._paused_until = until if until.tzinfo else until.replace(tzinfo=UTC)
            metrics.COLD_PAUSED_UNTIL.set(self._paused_until.timestamp())
        await self._turn_day()

    @property
    def paused_until(self) -> datetime | None:
        """Until when WhatsApp refuses people who never wrote, None when it does not."""
        until = self._paused_until
        return until if until is not None and until > self._now() else None

    async def used_and_left(self) -> tuple[int, int]:
        """Return how many people today's budget went to, and how many are left."""
        await self._turn_day()
        return len(self._today), max(0, self._per_day - len(self._today))

    async def available_at(self, contact_id: ContactId | None) -> datetime | None:
        """Return when this person may be written to, None when they may be now."""
        used, left = await self.used_and_left()
        if left or (contact_id in self._today and used):
            return None
        return next_day(self._now(), self._watch.current(CompanySettings).tz)

    async def charge(self, contact_id: ContactId) -> bool:
        """Take one person out of the budget; once a day whatever is sent to them. False when nothing is left."""
        async with self._charging:
            if await self.available_at(contact_id) is not None:
                return False
            if contact_id in self._today:
                return True
            row = {"_id": f"{self._day}:{contact_id}", "day": self._day, "at": self._now()}
            try:
                await self._contacts.insert_one(row)
            except DuplicateKeyError:
                log.debug("cold_contact_charged_before")
            self._today.add(contact_id)
            metrics.COLD_USED.set(len(self._today))
            return True

    async def pause(self) -> datetime:
        """WhatsApp refused somebody who never wrote: leave such people alone for a while. Returns until when."""
        until = (self._now() + PAUSE).replace(microsecond=0)
        await self._pauses.update_one({"_id": _COLD}, {"$set": {"until": until}}, upsert=True)
        self._paused_until = until
        metrics.COLD_PAUSED_UNTIL.set(until.timestamp())
        log.warning("cold_sends_paused", until=until.isoformat())
        return until

    @property
    def _per_day(self) -> int:
        return self._watch.current(SendingSettings).cold_per_day

    async def _turn_day(self) -> None:
        day = self._now().astimezone(self._watch.current(CompanySettings).tz).date().isoformat()
        if day == self._day:
            return
        rows = await self._contacts.find({"day": day}).to_list()
        self._today = {row["_id"].partition(":")[2] for row in rows}
        self._day = day
        metrics.COLD_USED.set(len(self._today))
