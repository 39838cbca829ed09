"""The directory in this process's memory: who has a phone, document or number, without asking the database each time."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from pymongo.errors import PyMongoError

from ispbot_crm_adapter import metrics
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.identity import By
from ispbot_crm_adapter.ports import DirectoryEntry
from ispbot_crm_adapter.store import CrmStore
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_LOOK_EVERY_S = 2.0
"""One small read: has somebody finished listing everybody?"""
_MOST_CUSTOMERS = 200_000
"""More stay in the database."""
_MOST_IDS = 20
"""Of one key, as the database's answer has."""

Ids = tuple[str, ...]


@dataclass
class Held:
    """One whole directory; customers with one phone and one document share one tuple."""

    source: str
    as_of: datetime
    customers: int = 0
    ids: dict[By, dict[str, Ids]] = field(default_factory=lambda: {"phone": {}, "document": {}, "number": {}})

    def add(self, entry: DirectoryEntry) -> None:
        """Put a customer under each of their keys."""
        own = (entry.customer_id,)
        self.customers += 1
        _put(self.ids["phone"], entry.phones, own)
        _put(self.ids["document"], entry.documents, own)
        _put(self.ids["number"], [entry.number], own)


@dataclass
class CustomerIndex:
    """The last whole directory of the system in use; the database answers while there is none."""

    store: CrmStore
    most: int = _MOST_CUSTOMERS
    held: Held | None = None
    doubted: tuple[str, int, int] | None = None
    """Source, how many a short listing gave, and how many there were before; None while listings are believed."""
    refused: tuple[str, str] | None = None
    """Source, and why its list of everybody is not to be had (a code of CannotList)."""
    _too_many: tuple[str, datetime] | None = None

    async def listed(self, source: str, by: By, value: str) -> list[str]:
        """Return the ids of the customers known by this phone, document or number."""
        held = self.held
        if held is None or held.source != source:
            return await self.store.listed(source, by, value)
        return list(held.ids[by].get(value, ()))

    async def tells(self, source: str, by: By) -> bool:
        """Tell whether the directory knows anybody's phone, document or number: not every system's list has them."""
        held = self.held
        if held is None or held.source != source:
            return await self.store.directory_tells(source, by)
        return bool(held.ids[by])

    async def as_of(self, source: str) -> datetime | None:
        """Return when the directory that answers was last whole; None when never."""
        held = self.held
        if held is None or held.source != source:
            return await self.store.directory_as_of(source)
        return held.as_of

    def doubt(self, source: str) -> tuple[int, int] | None:
        """Return how many customers the last listing gave and how many there were, while it is not believed."""
        return self.doubted[1:] if self.doubted is not None and self.doubted[0] == source else None

    def no_list(self, source: str) -> str | None:
        """Return why the list of everybody is not to be had, None when it is."""
        return self.refused[1] if self.refused is not None and self.refused[0] == source else None

    async def refresh(self, source: str) -> None:
        """Take in the newest whole directory, if it is another one than the held. Raises PyMongoError."""
        if self.held is not None and self.held.source != source:
            self._hold(None)
        listing = await self.store.listing(source)
        if listing is None:
            return
        as_of, there_were = listing.as_of, listing.customers or 0
        self.doubted = (source, listing.doubted, there_were) if listing.doubted is not None else None
        self.refused = (source, listing.no_list) if listing.no_list is not None else None
        if as_of is None or (self.held is not None and self.held.as_of == as_of) or self._too_many == (source, as_of):
            return
        held = Held(source, as_of)
        async for entry in self.store.everybody(source):
            if held.customers == self.most:
                log.warning("crm_index_too_many_customers", most=self.most)
                self._too_many = (source, as_of)
                self._hold(None)
                return
            held.add(entry)
        self._hold(held)
        log.info("crm_index_loaded", customers=held.customers)

    def _hold(self, held: Held | None) -> None:
        self.held = held
        metrics.INDEX_CUSTOMERS.set(held.customers if held is not None else 0)


async def keep_index(crm: CurrentCrm, index: CustomerIndex) -> None:
    """Run for ever: hold what this or another replica listed last."""
    while True:
        opened = crm.opened
        if opened is not None:
            try:
                await index.refresh(opened.source)
            except PyMongoError as error:
                log.warning("crm_index_not_loaded", reason=type(error).__name__)
        await asyncio.sleep(_LOOK_EVERY_S)


def _put(ids: dict[str, Ids], keys: Iterable[str], own: Ids) -> None:
    for key in keys:
        others = ids.get(key)
        if others is None:
            ids[key] = own
        elif own[0] not in others and len(others) < _MOST_IDS:
            ids[key] = tuple(sorted(others + own, key=lambda text: (len(text), text)))
