"""The notice ledger: one document per notice, every move a guarded write (docs/decisions/0013)."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import BulkWriteError

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.content import MediaContent, TextContent
from ispbot_contracts.notices import DeliverNotice, NoticeState
from ispbot_crm_adapter.notices import metrics
from ispbot_crm_adapter.notices.moves import CAME_FROM, FILES, SENDING, FetchedFile, lane_of, send_key
from ispbot_runtime.mongo import Database, Document, ensure_indexes

S = NoticeState

_DUPLICATE_KEY = 11000
_STEPS_KEPT = 40
_ASK_AGAIN = (timedelta(seconds=90), timedelta(minutes=11))
"""The gateway is asked again when it stays silent: once soon (we died before publishing), then after the bus forgot the first."""

_CLAIM_FIELDS = ("lane", "due_at", "attempt", "send_key", "expires_at")
OVER = {"lane": "", "due_at": "", "open_until": ""}
"""What goes when there is nothing left to do."""

INDEXES = {
    "notices": [
        IndexModel([("lane", ASCENDING), ("due_at", ASCENDING)], name="work", sparse=True),
        IndexModel([("open_until", ASCENDING)], name="open_until", sparse=True),
        IndexModel([("send_key", ASCENDING)], name="by_send_key", unique=True),
        IndexModel([("wa_id", ASCENDING)], name="by_wa_id", sparse=True),
        IndexModel([("ack_owed", ASCENDING), ("ack_at", ASCENDING)], name="acks", sparse=True),
        IndexModel([("received_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        IndexModel([("state", ASCENDING), ("received_at", DESCENDING), ("_id", DESCENDING)], name="by_state"),
        IndexModel([("forget_at", ASCENDING)], name="forget", expireAfterSeconds=0),
    ],
    "early_receipts": [IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=3600)],
}


def step(state: NoticeState, at: datetime, reason: str | None = None, **detail: Any) -> dict[str, Any]:
    """Return the update that adds a line to a notice's history."""
    entry = {"at": at, "state": state.value, "reason": reason} | detail
    return {"timeline": {"$each": [entry], "$slice": -_STEPS_KEPT}}


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

    async def sending_count(self) -> int:
        """Return how many are in the hands of the gateway."""
        return await self.notices.count_documents({"lane": SENDING})

    async def candidates(self, lane: str, now: datetime, limit: int) -> list[Document]:
        """Return the notices of a lane whose turn it is, oldest first, as far as claiming them needs."""
        return await self._due(lane, now, limit, _CLAIM_FIELDS)

    async def claim(self, candidates: Sequence[Document], now: datetime) -> list[Document]:
        """Take what of the candidates is still there to be taken; each goes to one caller."""
        if not candidates:
            return []
        claims = {one["_id"]: derive_id(one["send_key"], "attempt", str(one["attempt"] + 1)) for one in candidates}
        token = uuid.uuid4().hex
        await self.notices.bulk_write(
            [
                UpdateOne(
                    {"_id": one["_id"], "state": S.WAITING.value, "attempt": one["attempt"], "send_key": one["send_key"]},
                    {
                        "$set": {
                            "state": S.SENDING.value, "lane": SENDING, "due_at": now + _ASK_AGAIN[0], "claim": token,
                            "command_id": claims[one["_id"]], "attempt": one["attempt"] + 1, "reason": None,
                        },
                        "$unset": {"open_until": ""},
                        "$push": step(S.SENDING, now),
                    },
                )
                for one in candidates
            ],
            ordered=False,
        )  # fmt: skip
        mine = await self.notices.find({"_id": {"$in": list(claims)}, "claim": token}).to_list()
        metrics.MOVES.labels(S.SENDING.value).inc(len(mine))
        return sorted(mine, key=lambda one: (one["received_at"], one["_id"]))

    async def unanswered(self, now: datetime, limit: int) -> list[Document]:
        """Return notices the gateway has been silent about for too long, each to one caller."""
        due = await self._due(SENDING, now, limit)
        return [one for one in due if await self._move_due(one, now + _ASK_AGAIN[1])]

    async def expire(self, now: datetime) -> int:
        """Give up what can not leave in time."""
        over = await self.notices.update_many(
            {"open_until": {"$lte": now}},
            {
                "$set": {"state": S.EXPIRED.value, "reason": "expired"},
                "$unset": OVER,
                "$push": step(S.EXPIRED, now, "expired"),
            },
        )
        if over.modified_count:
            metrics.MOVES.labels(S.EXPIRED.value).inc(over.modified_count)
        return over.modified_count

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
        """Begin anew under a new send key; False when somebody was faster."""
        now, tries = utc_now(), notice["tries"] + 1
        files_again = not notice.get("parts")
        changed = await self.notices.update_one(
            {"_id": notice["_id"], "state": notice["state"], "tries": notice["tries"]},
            {
                "$set": {
                    "state": (S.ACCEPTED if files_again else S.WAITING).value,
                    "lane": FILES if files_again else lane_of(urgent=notice["urgent"]),
                    "due_at": at, "release_at": at, "expires_at": expires_at, "open_until": expires_at, "tries": tries, "attempt": 0, "part": 0,
                    "send_key": send_key(notice["_id"], tries=tries, part=0), "reason": "retried" if agent_id else "try_again",
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


def ack_owed(source: str, source_id: str, at: datetime) -> Document:
    """Return the mark that a queue must be told how this one ended; what was pushed has no queue."""
    return {"ack_owed": source_id, "ack_at": at} if source == "altwha" else {}


def file_document(file: FetchedFile) -> Document:
    """Return a file as the ledger keeps it."""
    media = file.media.model_dump(mode="json") if file.media is not None else None
    return {"url": file.url, "media": media, "problem": file.problem}


def new_document(
    command: DeliverNotice, *, has_files: bool, customer_name: str | None, release_at: datetime, forget_after: timedelta,
    search: str,
) -> Document:  # fmt: skip
    """Return the ledger's document of a command."""
    state = S.ACCEPTED if has_files else S.WAITING
    return ack_owed(command.source, command.source_id, command.occurred_at) | {
        "_id": command.id,
        "send_key": send_key(command.id, tries=0, part=0),
        "source": command.source,
        "source_id": command.source_id,
        "source_name": command.source_name,
        "external_id": command.external_id,
        "recipient_key": command.recipient_key,
        "phone": command.phone,
        "customer_name": customer_name,
        "text": command.text,
        "search": search,
        "file_urls": command.file_urls,
        "files": [],
        "file_tries": 0,
        "parts": [] if has_files else [TextContent(text=command.text).model_dump(mode="json")],
        "part": 0,
        "tries": 0,
        "attempt": 0,
        "urgent": command.urgent,
        "kind": command.kind,
        "state": state.value,
        "reason": None,
        "lane": FILES if has_files else lane_of(urgent=command.urgent),
        "due_at": command.occurred_at if has_files else release_at,
        "release_at": release_at,
        "received_at": command.occurred_at,
        "expires_at": command.expires_at,
        "open_until": command.expires_at,
        "forget_at": max(command.occurred_at + forget_after, command.expires_at + timedelta(days=1)),
        "timeline": [{"at": command.occurred_at, "state": state.value, "reason": None}],
    }


def states(of: Iterable[NoticeState]) -> list[str]:
    """Return states as the ledger writes them."""
    return [state.value for state in of]
