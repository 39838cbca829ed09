"""The send ledger: what became of every send id, so that a command that comes again never sends twice.

never_left -> (sending) -> confirmed | failed, and left_unconfirmed when nobody knows: a receipt confirms it, time ends it.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import utc_now
from ispbot_contracts.whatsapp import MessageSendFailed, SendMessage
from ispbot_gateway_wa.batch import BatchWriter
from ispbot_runtime.mongo import Database, Document

COLLECTION = "sends"
KEPT = timedelta(days=30)
INDEXES = {
    COLLECTION: [
        IndexModel([("at", ASCENDING)], name="expiry", expireAfterSeconds=int(KEPT.total_seconds())),
        IndexModel([("unconfirmed_since", ASCENDING)], name="unconfirmed", sparse=True),
    ]
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


class Ledger:
    """Two rows per send, written once each: that it began, and how it ended. (Inserts that come together are one write on the
    embedded database, updates are not; only the rare unclear sends are updated.)
    """

    def __init__(self, database: Database) -> None:
        self._rows = database[COLLECTION]
        self._writer = BatchWriter(self._rows)

    async def begin(self, command: SendMessage) -> Entry:
        """Write down that ``command`` is about to be sent, or return what is known of it."""
        row: Document = {"_id": command.id, "at": utc_now(), "state": SendState.SENDING.value, "attempt": 0}
        try:
            await self._writer.insert(row)
        except DuplicateKeyError:
            return await self._known(command.id)
        return Entry(command.id, SendState.SENDING, 0, fresh=True)

    async def _known(self, send_id: str) -> Entry:
        rows = {row["_id"]: row async for row in self._rows.find({"_id": {"$in": [send_id, _end(send_id)]}})}
        if _end(send_id) in rows:
            return _ended(send_id, rows[_end(send_id)])
        began = rows[send_id]
        attempt, state = int(began["attempt"]), SendState(began["state"])
        if state is not SendState.NEVER_LEFT:
            return Entry(send_id, state, attempt)
        await self._set(send_id, {"state": SendState.SENDING.value, "attempt": attempt + 1})
        return Entry(send_id, SendState.SENDING, attempt + 1, fresh=True)

    async def never_left(self, send_id: str) -> None:
        """It surely did not leave: the next try is a first one."""
        await self._set(send_id, {"state": SendState.NEVER_LEFT.value})

    async def confirmed(self, send_id: str, wa_id: str, sent_at: datetime) -> None:
        """WhatsApp has it."""
        await self._finish(send_id, {"state": SendState.CONFIRMED.value, "wa_id": wa_id, "sent_at": sent_at})

    async def failed(self, failure: MessageSendFailed) -> None:
        """It will not be sent."""
        row = {"state": SendState.FAILED.value, "failure": failure.reason, "detail": failure.detail}
        await self._finish(failure.send_id, row)

    async def _finish(self, send_id: str, row: Document) -> None:
        with suppress(DuplicateKeyError):  # the first end stands
            await self._writer.insert({"_id": _end(send_id), "at": utc_now(), **row})

    async def unconfirmed(self, command: SendMessage, wa_id: str, since: datetime) -> None:
        """It may have left under ``wa_id``: the command is kept to tell the end later."""
        await self._set(
            command.id,
            {
                "state": SendState.LEFT_UNCONFIRMED.value, "wa_id": wa_id, "unconfirmed_since": since,
                "command": command.model_dump_json(),
            },
        )  # fmt: skip

    async def resolved(self, send_id: str) -> None:
        """The end of an unclear send is written: forget its command."""
        await self._rows.update_one({"_id": send_id}, {"$unset": {"unconfirmed_since": "", "command": ""}})

    async def all_unconfirmed(self) -> list[tuple[SendMessage, str, datetime]]:
        """Return (command, wa_id, since) of everything whose end is not known."""
        rows = await self._rows.find({"unconfirmed_since": {"$exists": True}}).to_list()
        return [
            (SendMessage.model_validate_json(row["command"]), row["wa_id"], _aware(row["unconfirmed_since"]))
            for row in rows
        ]

    async def _set(self, send_id: str, values: Document) -> None:
        await self._rows.update_one({"_id": send_id}, {"$set": values})


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
