"""What became of every write into the management system (docs/decisions/0011-crm-writes-ledger.md).

began -> done | refused | unknown; never_left when it surely was not written and may be tried again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import utc_now
from ispbot_runtime.mongo import Database, Document

COLLECTION = "writes"
_KEPT = timedelta(days=400)
INDEXES = {
    COLLECTION: [
        IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=int(_KEPT.total_seconds())),
        IndexModel([("source", ASCENDING), ("customer_id", ASCENDING), ("kind", ASCENDING)], name="by_customer"),
        IndexModel([("kind", ASCENDING), ("state", ASCENDING), ("attempted_at", ASCENDING)], name="open"),
        IndexModel([("owed", ASCENDING)], name="owed", sparse=True),
    ]
}


class WriteState(StrEnum):
    """What is known about a write."""

    BEGAN = "began"
    """It may have been written, or not: look at the vendor's before trying again."""
    NEVER_LEFT = "never_left"
    """It did not go out, or the vendor does not have it although it had time: the next try is a first one."""
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class WriteEntry:
    """One row of the ledger. ``noted`` is what the kind of write needs to remember."""

    write_id: str
    kind: str
    source: str
    customer_id: str
    state: WriteState
    at: datetime
    attempted_at: datetime
    noted: Mapping[str, str]
    fresh: bool = False
    """Written just now: nobody tried before."""
    reference: str | None = None
    reason: str = ""


class WriteLedger:
    """The collection ``writes``."""

    def __init__(self, database: Database) -> None:
        self._rows = database[COLLECTION]

    async def begin(
        self, write_id: str, kind: str, source: str, customer_id: str, noted: Mapping[str, object]
    ) -> WriteEntry:
        """Write down that it is about to be done, or return what is known of it."""
        now = utc_now()
        row: Document = {
            "_id": write_id, "kind": kind, "source": source, "customer_id": customer_id, "state": WriteState.BEGAN.value,
            "at": now, "attempted_at": now, "noted": {name: str(value) for name, value in noted.items()},
        }  # fmt: skip
        try:
            await self._rows.insert_one(row)
        except DuplicateKeyError:
            return await self.read(write_id)
        return _entry(row, fresh=True)

    async def read(self, write_id: str) -> WriteEntry:
        """Return a row that is there. Raises KeyError."""
        found = await self.find(write_id)
        if found is None:
            raise KeyError(write_id)
        return found

    async def find(self, write_id: str) -> WriteEntry | None:
        """Return a row, None when there is none."""
        row = await self._rows.find_one({"_id": write_id})
        return _entry(row) if row else None

    async def try_again(self, write_id: str) -> bool:
        """Claim another try; only one process gets it."""
        found = await self.find(write_id)
        if found is None or found.state not in (WriteState.BEGAN, WriteState.NEVER_LEFT):
            return False
        claimed = await self._rows.find_one_and_update(
            {"_id": write_id, "state": found.state.value, "attempted_at": found.attempted_at},
            {"$set": {"state": WriteState.BEGAN.value, "attempted_at": utc_now()}},
            return_document=ReturnDocument.AFTER,
        )
        return claimed is not None

    async def never_left(self, write_id: str) -> None:
        """It surely was not written: the next try is a first one."""
        await self._rows.update_one(
            {"_id": write_id, "state": WriteState.BEGAN.value}, {"$set": {"state": WriteState.NEVER_LEFT.value}}
        )

    async def was_not_written(self, entry: WriteEntry) -> None:
        """It is not there after the try that ``entry`` tells of: the next try is a first one, unless one is under way."""
        await self._rows.update_one(
            {"_id": entry.write_id, "state": WriteState.BEGAN.value, "attempted_at": entry.attempted_at},
            {"$set": {"state": WriteState.NEVER_LEFT.value}},
        )

    async def note_anew(self, write_id: str, noted: Mapping[str, object]) -> None:
        """Note something else for a write that was not written yet; nothing when there is no such row."""
        fields = {name: str(value) for name, value in noted.items()}
        query = {"_id": write_id, "state": WriteState.NEVER_LEFT.value}
        await self._rows.update_one(query, {"$set": {"noted": fields}})

    async def end(
        self, write_id: str, state: WriteState, *, reference: str | None = None, reason: str = "", owed: bool = False
    ) -> None:
        """Write down how it ended; the first end stands. ``owed``: staff are to be told, and ``was_told`` ends that."""
        open_states = [WriteState.BEGAN.value, WriteState.NEVER_LEFT.value]
        ended = {"state": state.value, "reference": reference, "reason": reason, "ended_at": utc_now()}
        await self._rows.update_one(
            {"_id": write_id, "state": {"$in": open_states}}, {"$set": ended | ({"owed": True} if owed else {})}
        )

    async def owed(self, kind: str) -> list[WriteEntry]:
        """Return what ended, in whatever system, and staff were perhaps not told of."""
        return [_entry(row) for row in await self._rows.find({"kind": kind, "owed": True}).limit(50).to_list()]

    async def was_told(self, write_id: str) -> None:
        """Staff will hear of it."""
        await self._rows.update_one({"_id": write_id}, {"$unset": {"owed": ""}})

    async def of_customer(self, source: str, customer_id: str, kind: str, since: datetime) -> list[WriteEntry]:
        """Return a customer's writes since a moment that stand or may stand, oldest first."""
        query = {
            "source": source, "customer_id": customer_id, "kind": kind, "at": {"$gte": since},
            "state": {"$in": [WriteState.BEGAN.value, WriteState.DONE.value, WriteState.UNKNOWN.value]},
        }  # fmt: skip
        return [_entry(row) for row in await self._rows.find(query).sort([("at", 1), ("_id", 1)]).limit(100).to_list()]

    async def left_open(self, kind: str, source: str, before: datetime) -> list[WriteEntry]:
        """Return what was begun before a moment and has no end."""
        query = {"kind": kind, "source": source, "state": WriteState.BEGAN.value, "attempted_at": {"$lt": before}}
        return [_entry(row) for row in await self._rows.find(query).limit(50).to_list()]


def _entry(row: Document, *, fresh: bool = False) -> WriteEntry:
    return WriteEntry(
        write_id=row["_id"], kind=row["kind"], source=row["source"], customer_id=row["customer_id"],
        state=WriteState(row["state"]), at=_aware(row["at"]), attempted_at=_aware(row["attempted_at"]),
        noted=row.get("noted", {}), fresh=fresh, reference=row.get("reference"), reason=row.get("reason") or "",
    )  # fmt: skip


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
