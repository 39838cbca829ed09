"""The send ledger: what became of every send id, so that a command that comes again never sends twice.

never_left -> (sending) -> confirmed | failed, and left_unconfirmed when nobody knows: a receipt confirms it, time ends it
as unknown, and a receipt that comes still later corrects that.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import utc_now
from ispbot_contracts.whatsapp import FailureReason
from ispbot_gateway_wa.outbound.outgoing import Outgoing
from ispbot_runtime.inserts import GroupedInserts
from ispbot_runtime.mongo import Database, Document

COLLECTION = "sends"
EARLY = "early_receipts"
UNKNOWN_OUTCOME: FailureReason = "unknown_outcome"
KEPT = timedelta(days=30)
EARLY_KEPT = timedelta(days=1)
INDEXES = {
    COLLECTION: [
        IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=int(KEPT.total_seconds())),
        IndexModel([("unconfirmed_since", ASCENDING)], name="unconfirmed", sparse=True),
    ],
    EARLY: [IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=int(EARLY_KEPT.total_seconds()))],
}


class SendState(StrEnum):
    """What is known about a send."""

    SENDING = "sending"
    """It may have left, or not: ask the transport before trying again."""
    NEVER_LEFT = "never_left"
    LEFT_UNCONFIRMED = "left_unconfirmed"
    CONFIRMED = "confirmed"
    FAILED = "failed"


@dataclass(frozen=True)
class Entry:
    """One row of the ledger."""

    send_id: str
    state: SendState
    attempt: int
    fresh: bool = False
    """Written just now: this is the first time this command is seen."""
    wa_id: str | None = None
    sent_at: datetime | None = None
    failure: str | None = None
    detail: str = ""

    @property
    def key(self) -> str:
        """The key of the present attempt. A new one is used only after an attempt that surely never left."""
        return f"{self.send_id}.{self.attempt}"


@dataclass(frozen=True)
class Unclear:
    """A message that may have left."""

    outgoing: Outgoing
    wa_id: str
    since: datetime
    told_unknown: bool = False


class Ledger:
    """Two rows per send, written once each: that it began, and how it ended. (Inserts that come together are one write on the
    embedded database, updates are not; only the rare unclear sends are updated.)

    ``fence`` is the lease's number: what an earlier holder still wants to write about a send that a later one took over
    is ignored.
    """

    def __init__(self, database: Database, *, fence: int) -> None:
        self._rows = database[COLLECTION]
        self._inserts = GroupedInserts(self._rows)
        self._early = database[EARLY]
        self._fence = fence

    async def begin(self, send_id: str) -> Entry:
        """Write down that a message is about to be sent, or return what is known of it."""
        row: Document = {
            "_id": send_id, "at": utc_now(), "state": SendState.SENDING.value, "attempt": 0, "fence": self._fence,
        }  # fmt: skip
        if not await self._inserts.insert(row):
            return await self._known(send_id)
        return Entry(send_id, SendState.SENDING, 0, fresh=True)

    async def look_up(self, send_id: str) -> Entry | None:
        """Return what is known of a send without beginning it, None when it never began."""
        rows = {row["_id"]: row async for row in self._rows.find({"_id": {"$in": [send_id, _end(send_id)]}})}
        if _end(send_id) in rows:
            return _ended(send_id, rows[_end(send_id)])
        began = rows.get(send_id)
        return Entry(send_id, SendState(began["state"]), int(began["attempt"])) if began is not None else None

    async def _known(self, send_id: str) -> Entry:
        entry = await self.look_up(send_id)
        if entry is None:
            raise LookupError(f"the row of {send_id} is gone: it expired while it was being sent")
        if entry.state is SendState.NEVER_LEFT:
            entry = replace(entry, state=SendState.SENDING, attempt=entry.attempt + 1, fresh=True)
        if entry.state is SendState.SENDING:
            ours = {"state": entry.state.value, "attempt": entry.attempt, "fence": self._fence}
            await self._rows.update_one({"_id": send_id}, {"$set": ours})
        return entry

    async def never_left(self, send_id: str) -> None:
        """It surely did not leave: the next try is a first one."""
        await self._rows.update_one(
            {"_id": send_id, "fence": self._fence}, {"$set": {"state": SendState.NEVER_LEFT.value}}
        )

    async def confirmed(self, send_id: str, wa_id: str, sent_at: datetime) -> None:
        """WhatsApp has it. The first end stands."""
        await self._inserts.insert({"_id": _end(send_id), "at": utc_now(), **_sent_row(wa_id, sent_at)})

    async def failed(self, send_id: str, reason: str, detail: str) -> None:
        """It will not be sent. The first end stands."""
        row = {"state": SendState.FAILED.value, "failure": reason, "detail": detail}
        await self._inserts.insert({"_id": _end(send_id), "at": utc_now(), **row})

    # -- unclear sends ------------------------------------------------------------------------------------------------

    async def unconfirmed(self, outgoing: Outgoing, wa_id: str, since: datetime) -> None:
        """It may have left under ``wa_id``: what was to be sent is kept to tell the end later."""
        row = {
            "state": SendState.LEFT_UNCONFIRMED.value, "wa_id": wa_id, "unconfirmed_since": since,
            "outgoing": outgoing.model_dump_json(),
        }  # fmt: skip
        await self._rows.update_one({"_id": outgoing.send_id}, {"$set": row})

    async def unknown(self, send_id: str, detail: str) -> None:
        """No receipt came in time: told as unknown, and still open to a late one."""
        await self.failed(send_id, UNKNOWN_OUTCOME, detail)
        await self._rows.update_one({"_id": send_id}, {"$set": {"told_unknown": True}})

    async def receipted(self, send_id: str, wa_id: str, sent_at: datetime) -> None:
        """A receipt proved that an unclear send left, perhaps after it was told as unknown."""
        await self._rows.update_one(
            {"_id": _end(send_id)}, {"$set": {"at": utc_now(), **_sent_row(wa_id, sent_at)}}, upsert=True
        )
        await self._rows.update_one(
            {"_id": send_id}, {"$unset": {"unconfirmed_since": "", "outgoing": "", "told_unknown": ""}}
        )

    async def all_unclear(self) -> list[Unclear]:
        """Return everything whose end a receipt may still tell."""
        rows = await self._rows.find({"unconfirmed_since": {"$exists": True}}).to_list()
        return [
            Unclear(
                outgoing=Outgoing.model_validate_json(row["outgoing"]), wa_id=row["wa_id"],
                since=_aware(row["unconfirmed_since"]), told_unknown=bool(row.get("told_unknown")),
            )
            for row in rows
        ]  # fmt: skip

    async def early_receipt(self, wa_id: str, at: datetime) -> None:
        """Keep a receipt whose send is not known (yet): it must count also after a crash. The first one stands."""
        with suppress(DuplicateKeyError):
            await self._early.insert_one({"_id": wa_id, "at": at})

    async def receipt_of(self, wa_id: str) -> datetime | None:
        """Return when an early receipt of this message came, None when there was none."""
        row = await self._early.find_one({"_id": wa_id})
        return _aware(row["at"]) if row is not None else None


def _sent_row(wa_id: str, sent_at: datetime) -> Document:
    return {"state": SendState.CONFIRMED.value, "wa_id": wa_id, "sent_at": sent_at}


def _end(send_id: str) -> str:
    return f"{send_id}:end"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ended(send_id: str, row: Document) -> Entry:
    sent_at = row.get("sent_at")
    return Entry(
        send_id=send_id, state=SendState(row["state"]), attempt=0, wa_id=row.get("wa_id"),
        sent_at=_aware(sent_at) if sent_at else None, failure=row.get("failure"), detail=row.get("detail", ""),
    )  # fmt: skip
