"""What we remember of the system's customers, for when it can not be asked. A copy: losing it loses nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, UpdateMany, UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError

from ispbot_contracts.base import utc_now
from ispbot_contracts.crm import CustomerAccount, Invoice
from ispbot_crm_adapter import meter, write_ledger
from ispbot_crm_adapter.identity import By, document_keys, number_key
from ispbot_crm_adapter.ports import DirectoryEntry
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Database, Document, ensure_indexes

log = get_logger(__name__)

_READ_LIMIT_S = 0.8
_NAMES_LIMIT_S = 5.0
"""Nobody waits for the names of many."""
_WRITE_PAUSE_S = 0.2
_AT_ONCE = 200
"""Entries in one write: a thousand at once outlived the connection's time limit on a busy machine."""
_CLAIM = timedelta(minutes=15)
"""Longer than listing everybody takes."""
_ENTRY = ["customer_id", "number", "phones", "documents"]
_FIELD_OF: dict[By, str] = {"phone": "phones", "document": "documents", "number": "number"}


def _lookup(name: str, field_name: str) -> IndexModel:
    return IndexModel([("source", ASCENDING), (field_name, ASCENDING)], name=name)


_RECOGNISE = [_lookup("by_phone", "phones"), _lookup("by_document", "documents"), _lookup("by_number", "number")]
_FORGET = IndexModel([("account_as_of", ASCENDING)], name="forget", expireAfterSeconds=90 * 24 * 3600)
"""Who was not asked about for three months is no longer remembered."""
INDEXES = {
    "snapshots": [*_RECOGNISE, _FORGET],
    "directory": [*_RECOGNISE, _lookup("by_run", "run")],
    **write_ledger.INDEXES,
    **meter.INDEXES,
}


@dataclass(frozen=True)
class Snapshot:
    """A customer as last seen; ``invoices`` is None when only the customer was asked for."""

    account: CustomerAccount
    account_as_of: datetime
    invoices: list[Invoice] | None
    invoices_as_of: datetime | None


@dataclass(frozen=True)
class Listing:
    """The last whole listing, how many a later one gave that nobody believes yet, and why there is no list to be had."""

    as_of: datetime | None
    customers: int | None = None
    doubted: int | None = None
    no_list: str | None = None


@dataclass
class CrmStore:
    """Snapshots of answers and the directory of who there is. Snapshots are written behind, many at once."""

    database: Database
    _pending: dict[str, dict[str, Any]] = field(default_factory=dict)
    _moved: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self.database, INDEXES)

    # -- snapshots ----------------------------------------------------------------------------------------------------

    def remember(
        self, source: str, account: CustomerAccount, phones: list[str], as_of: datetime, invoices: list[Invoice] | None = None
    ) -> None:  # fmt: skip
        """Keep an answer; it reaches the database within a moment."""
        document: dict[str, Any] = {
            "source": source,
            "customer_id": account.customer_id,
            "number": number_key(account.number),
            "phones": phones,
            "documents": document_keys(account.document),
            "account": account.model_dump(mode="json"),
            "account_as_of": as_of,
        }
        if invoices is not None:
            document |= {"invoices": [invoice.model_dump(mode="json") for invoice in invoices], "invoices_as_of": as_of}
        self._pending.setdefault(f"{source}:{account.customer_id}", {}).update(document)
        self._wake.set()

    def remember_phone(self, source: str, phone: str, customer_ids: list[str]) -> None:
        """Keep whose phone this is, as the system itself just said: it is taken from everybody else who was seen with it."""
        self._moved[source, phone] = customer_ids
        self._wake.set()

    async def write_behind(self) -> None:
        """Run for ever: write what was remembered."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.flush()
            await asyncio.sleep(_WRITE_PAUSE_S)

    async def flush(self) -> None:
        """Write what waits; what the database does not take is dropped, the next answer brings it again."""
        batch, self._pending = self._pending, {}
        moved, self._moved = self._moved, {}
        seen = [UpdateOne({"_id": key}, {"$set": document}, upsert=True) for key, document in batch.items()]
        taken = [
            UpdateMany(
                {"source": source, "phones": phone, "customer_id": {"$nin": theirs}}, {"$pull": {"phones": phone}}
            )
            for (source, phone), theirs in moved.items()
        ]
        for updates in (seen, taken):
            if not updates:
                continue
            try:
                await self.database["snapshots"].bulk_write(updates, ordered=False)
            except PyMongoError as error:
                log.warning("crm_snapshots_not_written", count=len(updates), reason=type(error).__name__)

    async def snapshots(self, source: str, by: By, value: str) -> list[Snapshot]:
        """Return the customers last seen with this phone, document or number; none when the database is away."""
        return await self._seen({"source": source, _FIELD_OF[by]: value})

    async def snapshot(self, source: str, customer_id: str) -> Snapshot | None:
        """Return this customer as last seen; None when never, or when the database is away."""
        return next(iter(await self._seen({"_id": f"{source}:{customer_id}"})), None)

    async def _seen(self, query: dict[str, Any]) -> list[Snapshot]:
        try:
            async with asyncio.timeout(_READ_LIMIT_S):
                found = await self.database["snapshots"].find(query).limit(20).to_list()
        except (PyMongoError, TimeoutError) as error:
            log.warning("crm_snapshots_not_read", reason=type(error).__name__)
            return []
        return [_snapshot(document) for document in found]

    # -- the directory ------------------------------------------------------------------------------------------------

    async def listed(self, source: str, by: By, value: str) -> list[str]:
        """Return the ids of the customers the directory knows by this phone, document or number."""
        found = await self._directory({"source": source, _FIELD_OF[by]: value})
        return sorted((document["customer_id"] for document in found), key=lambda text: (len(text), text))

    async def _directory(self, query: dict[str, Any], *, limit: int = 20) -> list[Document]:
        try:
            async with asyncio.timeout(_READ_LIMIT_S):
                return await self.database["directory"].find(query, {"customer_id": 1}).limit(limit).to_list()
        except (PyMongoError, TimeoutError) as error:
            log.warning("crm_directory_not_read", reason=type(error).__name__)
            return []

    async def listed_without(self, source: str, by: By, customer_ids: list[str]) -> list[str]:
        """Return those of these customers whom the directory has without any phone, document or number."""
        ids = [f"{source}:{each}" for each in customer_ids]
        query = {"_id": {"$in": ids}, _FIELD_OF[by]: {"$in": [None, "", []]}}
        return [document["customer_id"] for document in await self._directory(query)]

    async def directory_tells(self, source: str, by: By) -> bool:
        """Tell whether the directory knows anybody's phone, document or number."""
        return bool(await self._directory({"source": source, _FIELD_OF[by]: {"$gt": ""}}, limit=1))

    async def names_of(self, source: str, phones: list[str]) -> dict[str, str]:
        """Return the names the directory knows by phone; several people on one phone are all named."""
        query = {"source": source, "phones": {"$in": phones}, "name": {"$gt": ""}}
        try:
            async with asyncio.timeout(_NAMES_LIMIT_S):
                found = await self.database["directory"].find(query, {"phones": 1, "name": 1}).limit(1000).to_list()
        except (PyMongoError, TimeoutError) as error:
            log.warning("crm_directory_not_read", reason=type(error).__name__)
            return {}
        names: dict[str, dict[str, None]] = {}
        for document in found:
            for phone in document["phones"]:
                names.setdefault(phone, {})[document["name"]] = None
        return {phone: " / ".join(list(names[phone])[:3]) for phone in phones if phone in names}

    async def everybody(self, source: str) -> AsyncIterator[DirectoryEntry]:
        """Yield the whole directory, in the order of the ids: who is written meanwhile is not missed. Raises PyMongoError."""
        mine = {"_id": {"$gte": f"{source}:", "$lt": f"{source};"}}  # ";" follows ":"
        async for one in self.database["directory"].find(mine, _ENTRY, sort=[("_id", ASCENDING)], batch_size=1000):
            yield DirectoryEntry(one["customer_id"], one["number"], one["phones"], one["documents"])

    async def claim_sync(self, source: str) -> bool:
        """Tell whether this process is the one to refresh the directory now; a claim that is never finished runs out."""
        now, runs = utc_now(), self.database["directory_runs"]
        try:
            await runs.insert_one({"_id": source, "next_at": now + _CLAIM})
        except DuplicateKeyError:
            due = {"_id": source, "next_at": {"$lte": now}}
            return (await runs.update_one(due, {"$set": {"next_at": now + _CLAIM}})).modified_count == 1
        return True

    async def postpone_sync(self, source: str, wait: timedelta, *, no_list: str | None = None) -> bool:
        """Try again after ``wait``. ``no_list`` says why there is no list to be had; returns whether that is news."""
        noted: dict[str, Any] = {"next_at": utc_now() + wait} | ({"no_list": no_list} if no_list is not None else {})
        before = await self.database["directory_runs"].find_one_and_update({"_id": source}, {"$set": noted})
        return no_list is None or before is None or before.get("no_list") != no_list

    async def ask_for_list_again(self, source: str) -> None:
        """Where there was no list to be had, try at once."""
        refused = {"_id": source, "no_list": {"$ne": None}}
        await self.database["directory_runs"].update_one(refused, {"$set": {"next_at": utc_now()}})

    async def list_customers(self, source: str, run: str, entries: Iterable[DirectoryEntry]) -> None:
        """Write one page of the directory."""
        updates = [
            UpdateOne(
                {"_id": f"{source}:{entry.customer_id}"},
                {
                    "$set": {
                        "source": source,
                        "customer_id": entry.customer_id,
                        "number": entry.number,
                        "phones": entry.phones,
                        "documents": entry.documents,
                        "name": entry.name,
                        "run": run,
                    }
                },
                upsert=True,
            )
            for entry in entries
        ]
        for start in range(0, len(updates), _AT_ONCE):
            await self.database["directory"].bulk_write(updates[start : start + _AT_ONCE], ordered=False)

    async def finish_sync(self, source: str, run: str, customers: int, again_in: timedelta) -> None:
        """Note that the directory is whole, and forget who was missing in this listing and in the one before it.

        Pages move while they are read: who is missing once may just have slipped between two of them.
        """
        before = await self.database["directory_runs"].find_one({"_id": source}) or {}
        gone = {"source": source, "run": {"$lt": before.get("run") or run}}
        await self.database["directory"].delete_many(gone)
        now = utc_now()
        done = {"completed_at": now, "next_at": now + again_in, "run": run, "customers": customers}
        done |= {"doubted": None, "no_list": None}
        await self.database["directory_runs"].update_one({"_id": source}, {"$set": done})

    async def doubt_sync(self, source: str, run: str, customers: int, wait: timedelta) -> None:
        """Keep the directory of before: this listing came out much too short, another one must say the same."""
        noted = {"next_at": utc_now() + wait, "run": run, "doubted": customers, "no_list": None}
        await self.database["directory_runs"].update_one({"_id": source}, {"$set": noted})

    async def listing(self, source: str) -> Listing | None:
        """Return what is known of the listings; None when there was none, or when the database is away."""
        try:
            async with asyncio.timeout(_READ_LIMIT_S):
                run = await self.database["directory_runs"].find_one({"_id": source})
        except (PyMongoError, TimeoutError) as error:
            log.warning("crm_directory_not_read", reason=type(error).__name__)
            return None
        if run is None:
            return None
        return Listing(run.get("completed_at"), run.get("customers"), run.get("doubted"), run.get("no_list"))

    async def directory_as_of(self, source: str) -> datetime | None:
        """Return when the directory was last whole; None when never, or when the database is away."""
        listing = await self.listing(source)
        return listing.as_of if listing is not None else None


def _snapshot(document: dict[str, Any]) -> Snapshot:
    invoices = document.get("invoices")
    return Snapshot(
        account=CustomerAccount.model_validate(document["account"]),
        account_as_of=document["account_as_of"],
        invoices=[Invoice.model_validate(invoice) for invoice in invoices] if invoices is not None else None,
        invoices_as_of=document.get("invoices_as_of"),
    )
