"""The notice ledger: one document per notice, every move a guarded write (docs/decisions/0013)."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import BulkWriteError

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.content import MediaContent, TextContent
from ispbot_contracts.notices import NoticeState
from ispbot_crm_adapter.notices import metrics
from ispbot_crm_adapter.notices.documents import OVER, ack_owed, file_document, step, unknown
from ispbot_crm_adapter.notices.moves import (
    CAME_FROM,
    FILES,
    SENDING,
    SILENT_FOR,
    UNCLEAR,
    FetchedFile,
    expired,
    lane_of,
    send_key,
)
from ispbot_runtime.mongo import Database, Document, ensure_indexes

S = NoticeState

_DUPLICATE_KEY = 11000
_ASK_AGAIN = (timedelta(seconds=90), timedelta(minutes=11))
"""The gateway is asked again when it stays silent: once soon (we died before publishing), then after the bus forgot the first."""

_CLAIM_FIELDS = ("lane", "due_at", "attempt", "send_key", "expires_at")
INDEXES = {
    "notices": [
        IndexModel([("lane", ASCENDING), ("due_at", ASCENDING)], name="work", sparse=True),
        IndexModel([("open_until", ASCENDING)], name="open_until", sparse=True),
        IndexModel([("slot", ASCENDING)], name="slot", unique=True, sparse=True),
        IndexModel([("send_key", ASCENDING)], name="by_send_key", unique=True),
        IndexModel([("wa_id", ASCENDING)], name="by_wa_id", sparse=True),
        IndexModel([("ack_owed", ASCENDING), ("ack_at", ASCENDING)], name="acks", sparse=True),
        IndexModel([("received_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        IndexModel([("state", ASCENDING), ("received_at", DESCENDING), ("_id", DESCENDING)], name="by_state"),
        IndexModel([("forget_at", ASCENDING)], name="forget", expireAfterSeconds=0),
    ],
    "early_receipts": [IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=3600)],
}


class Ledger:
    """Keeps notices. What a move's guard does not match has happened already or is no longer possible."""

    def __init__(self, database: Database) -> None:
        self.notices = database["notices"]
        self.early_receipts = database["early_receipts"]
        self._database = database

    async def prepare(self) -> None:
        """Create the indexes."""
        await ensure_indexes(self._database, INDEXES)

    # -- in -----------------------------------------------------------------------------------------------------------

    async def add(self, documents: Sequence[Document]) -> None:
        """Write new notices; those already there are left as they are."""
        if not documents:
            return
        try:
            await self.notices.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE_KEY for one in error.details["writeErrors"]):
                raise

    async def lease_files(self, now: datetime, lease: timedelta, limit: int) -> list[Document]:
        """Take notices whose files are to be fetched; one that is never finished comes again when the lease is over."""
        due = await self._due(FILES, now, limit)
        taken = [one for one in due if await self._move_due(one, now + lease)]
        return [one | {"due_at": now + lease} for one in taken]

    async def ready(
        self, notice: Document, parts: Sequence[TextContent | MediaContent], files: Sequence[FetchedFile], now: datetime
    ) -> bool:  # fmt: skip
        """Note the files of a notice and let it wait for its turn; False when somebody else did."""
        changed = await self.notices.update_one(
            {"_id": notice["_id"], "state": S.ACCEPTED.value, "due_at": notice["due_at"]},
            {
                "$set": {
                    "state": S.WAITING.value,
                    "lane": lane_of(urgent=notice["urgent"]),
                    "due_at": notice["release_at"],
                    "parts": [part.model_dump(mode="json") for part in parts],
                    "files": [file_document(file) for file in files],
                },
                "$push": step(S.WAITING, now),
            },
        )
        return changed.modified_count == 1

    async def look_again(self, notice: Document, at: datetime) -> None:
        """Fetch its files once more later."""
        await self.notices.update_one(
            {"_id": notice["_id"], "state": S.ACCEPTED.value, "due_at": notice["due_at"]},
            {"$set": {"due_at": at}, "$inc": {"file_tries": 1}},
        )

    # -- out ----------------------------------------------------------------------------------------------------------

    async def slots_taken(self) -> list[int | None]:
        """Return the slot of each notice in the hands of the gateway; None of one that an earlier release handed over."""
        return [one.get("slot") for one in await self.notices.find({"lane": SENDING}, {"slot": 1}).to_list()]

    async def candidates(self, lane: str, now: datetime, limit: int) -> list[Document]:
        """Return the notices of a lane whose turn it is, oldest first, as far as claiming them needs."""
        return await self._due(lane, now, limit, _CLAIM_FIELDS)

    async def claim(
        self, candidates: Sequence[Document], slots: Sequence[int], now: datetime
    ) -> tuple[list[Document], list[Document]]:
        """Take what of the candidates is still there to be taken, each into a slot of its own; each goes to one caller.

        Returns those taken and those whose slot somebody else was faster to fill. There is no second notice in a slot
        whoever claims and however many do: an index forbids it.
        """
        if not candidates:
            return [], []
        crowded: list[Document] = []
        claims = {one["_id"]: derive_id(one["send_key"], "attempt", str(one["attempt"] + 1)) for one in candidates}
        token = uuid.uuid4().hex
        writes = [
            UpdateOne(
                {"_id": one["_id"], "state": S.WAITING.value, "attempt": one["attempt"], "send_key": one["send_key"]},
                {
                    "$set": {
                        "state": S.SENDING.value, "lane": SENDING, "due_at": now + _ASK_AGAIN[0], "claim": token,
                        "command_id": claims[one["_id"]], "attempt": one["attempt"] + 1, "reason": None, "slot": slot,
                    },
                    "$unset": {"open_until": ""},
                    "$push": step(S.SENDING, now),
                },
            )
            for one, slot in zip(candidates, slots, strict=True)
        ]  # fmt: skip
        try:
            await self.notices.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE_KEY for one in error.details["writeErrors"]):
                raise
            crowded = [candidates[one["index"]] for one in error.details["writeErrors"]]
        mine = await self.notices.find({"_id": {"$in": list(claims)}, "claim": token}).to_list()
        metrics.MOVES.labels(S.SENDING.value).inc(len(mine))
        return sorted(mine, key=lambda one: (one["received_at"], one["_id"])), crowded

    async def unanswered(self, now: datetime, limit: int) -> list[Document]:
        """Return notices the gateway has been silent about for too long, each to one caller."""
        due = await self._due(SENDING, now, limit)
        return [one for one in due if await self._move_due(one, now + _ASK_AGAIN[1])]

    async def ask_at_once(self, now: datetime) -> None:
        """Let everything the gateway is silent about be asked about now; the bus drops what it already has."""
        await self.notices.update_many({"lane": SENDING, "due_at": {"$gt": now}}, {"$set": {"due_at": now}})

    async def expire(self, now: datetime) -> int:
        """Give up what can not leave in time."""
        over: Document = {"open_until": {"$lte": now}}
        if await self.notices.find_one(over, {"_id": 1}) is None:
            return 0
        count = 0
        for part, reason in ((0, expired(0)), ({"$gt": 0}, expired(1))):
            change = {"$set": {"state": S.EXPIRED.value, "reason": reason}, "$unset": OVER}
            moved = await self.notices.update_many(
                over | {"part": part}, change | {"$push": step(S.EXPIRED, now, reason)}
            )
            count += moved.modified_count
        metrics.MOVES.labels(S.EXPIRED.value).inc(count)
        return count

    async def give_up_silent(self, now: datetime) -> int:
        """End as unknown what the gateway has been silent about for long after its end, and stop listening for the oldest."""
        silent = await self.notices.update_many(
            {"lane": SENDING, "expires_at": {"$lte": now - SILENT_FOR}},
            {
                "$set": unknown(now) | {"reason": "no_outcome"},
                "$unset": {"slot": ""},
                "$push": step(S.UNKNOWN, now, "no_outcome"),
            },
        )
        await self.notices.update_many({"lane": UNCLEAR, "due_at": {"$lte": now}}, {"$unset": OVER})
        if silent.modified_count:
            metrics.MOVES.labels(S.UNKNOWN.value).inc(silent.modified_count)
        return silent.modified_count

    # -- what others ask ----------------------------------------------------------------------------------------------

    async def find(self, notice_id: str) -> Document | None:
        """Return one notice."""
        return await self.notices.find_one({"_id": notice_id})

    async def cancel(self, notice_id: str, agent_id: str, now: datetime) -> bool:
        """Take it back while it is still ours; False when it is not."""
        came_from = [state.value for state in CAME_FROM[S.CANCELLED]]
        changed = await self.notices.update_one(
            {"_id": notice_id, "state": {"$in": came_from}},
            {
                "$set": {"state": S.CANCELLED.value, "reason": "cancelled"},
                "$unset": OVER,
                "$push": step(S.CANCELLED, now, "cancelled", by=agent_id),
            },
        )
        return changed.modified_count == 1

    async def retry(self, notice: Document, agent_id: str | None, at: datetime, expires_at: datetime) -> bool:
        """Send the part that is still owed, and what follows it, under a new send key; False when somebody was faster."""
        now, tries = utc_now(), notice["tries"] + 1
        files_again = not notice.get("parts")
        part = 0 if files_again else notice["part"]
        changed = await self.notices.update_one(
            {"_id": notice["_id"], "state": notice["state"], "tries": notice["tries"], "part": notice["part"]},
            {
                "$set": {
                    "state": (S.ACCEPTED if files_again else S.WAITING).value,
                    "lane": FILES if files_again else lane_of(urgent=notice["urgent"]),
                    "due_at": at, "release_at": at, "expires_at": expires_at, "open_until": expires_at, "tries": tries, "attempt": 0, "part": part,
                    "send_key": send_key(notice["_id"], tries=tries, part=part), "reason": "retried" if agent_id else "try_again",
                } | ack_owed(notice["source"], notice["source_id"], at),
                "$unset": {"wa_id": ""},
                "$push": step(S.WAITING, now, "retried" if agent_id else "try_again", by=agent_id),
            },
        )  # fmt: skip
        return changed.modified_count == 1

    # -- inside -------------------------------------------------------------------------------------------------------

    async def _due(self, lane: str, now: datetime, limit: int, fields: Sequence[str] | None = None) -> list[Document]:
        if limit <= 0:
            return []
        found = self.notices.find({"lane": lane, "due_at": {"$lte": now}}, list(fields) if fields else None)
        return await found.sort("due_at", ASCENDING).limit(limit).to_list()

    async def _move_due(self, notice: Document, due_at: datetime) -> bool:
        guard = {"_id": notice["_id"], "lane": notice["lane"], "due_at": notice["due_at"]}
        return (await self.notices.update_one(guard, {"$set": {"due_at": due_at}})).modified_count == 1
