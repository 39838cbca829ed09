"""The lines of all conversations: written once, changed under their version, read by page."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from cachetools import LRUCache
from pymongo import DESCENDING, DeleteOne, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError

from ispbot_contracts.content import text_of
from ispbot_runtime.errors import Retryable
from ispbot_runtime.inserts import GroupedInserts
from ispbot_runtime.mongo import Document
from ispbot_tickets import metrics
from ispbot_tickets.domain.line import Line
from ispbot_tickets.store.mapping import line_document, line_of, wa_key

_TRIES = 20
_MOVE_BATCH = 500
_WORDS_LOOKBACK = 40
_DUPLICATE_KEY = 11000
_WRITTEN_KEPT = 2_000


class Lines:
    """The collection of lines."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection
        self._inserts = GroupedInserts(collection)
        self._written: LRUCache[str, Line] = LRUCache(_WRITTEN_KEPT)

    async def get(self, message_id: str) -> Line | None:
        """Return a line by its id."""
        document = await self._collection.find_one({"_id": message_id})
        return line_of(document) if document else None

    async def by_wa_id(self, contact_id: str, wa_id: str) -> Line | None:
        """Return a line by WhatsApp's id of it."""
        document = await self._collection.find_one({"wa_key": wa_key(contact_id, wa_id)})
        return line_of(document) if document else None

    async def at(self, contact_id: str, seq: int) -> Line | None:
        """Return the line at a place of a conversation."""
        document = await self._collection.find_one({"contact_id": contact_id, "seq": seq})
        return line_of(document) if document else None

    def recall(self, contact_id: str, wa_id: str) -> Line | None:
        """Return a message of ours as this process last wrote it: its ticks then need no read.

        Another process may have written since: good for changes that only go forward; ``change`` notices the rest.
        """
        return self._written.get(wa_key(contact_id, wa_id))

    async def add(self, line: Line) -> Line | None:
        """Write a new line and return it as it stands; writing twice is once.

        None when WhatsApp's message is already here under another id.
        """
        if not await self._inserts.insert(line_document(line)):
            return await self.get(line.message_id)
        metrics.ARCHIVED.labels(line.kind, line.direction or "none").inc()
        self._remember(line)
        return line

    async def change(self, line: Line, decide: Callable[[Line], Line], *, cause: str) -> Line:
        """Store what ``decide`` makes of a line, decided anew when somebody else was faster.

        Raises DuplicateKeyError when the line would get a WhatsApp id that another line has.
        """
        for _ in range(_TRIES):
            after = decide(line)
            if after is line:
                return line
            after = replace(after, version=line.version + 1, cause=cause)
            document = line_document(after)
            identity = {"_id": document.pop("_id"), "version": line.version}
            if (await self._collection.update_one(identity, {"$set": document})).modified_count == 1:
                self._remember(after)
                return after
            metrics.CONFLICTS.labels("line").inc()
            self._forget(line)
            line = await self.get(line.message_id) or line
        raise Retryable(f"line {line.message_id} is too busy", delay_s=0.5)

    def _remember(self, line: Line) -> None:
        if line.direction == "out" and line.wa_id is not None:
            self._written[wa_key(line.contact_id, line.wa_id)] = line

    def _forget(self, line: Line) -> None:
        if line.wa_id is not None:
            self._written.pop(wa_key(line.contact_id, line.wa_id), None)

    async def remove_echo(self, contact_id: str, wa_id: str, *, keep: str) -> None:
        """Remove the line that our own message left when it came back as if typed on the company's phone."""
        removed = await self._collection.delete_one({"wa_key": wa_key(contact_id, wa_id), "_id": {"$ne": keep}})
        metrics.ECHOES.inc(removed.deleted_count)

    async def page(self, contact_id: str, *, before: tuple[int, str] | None, limit: int) -> list[Line]:
        """Return up to ``limit`` lines older than a place, newest first."""
        query: Document = {"contact_id": contact_id}
        if before is not None:
            query["seq"] = {"$lte": before[0]}
        found = self._collection.find(query).sort([("contact_id", DESCENDING), ("seq", DESCENDING)]).limit(limit + 8)
        lines = sorted((line_of(document) for document in await found.to_list()), key=_place, reverse=True)
        return [line for line in lines if before is None or _place(line) < before][:limit]

    async def words(self, contact_id: str, limit: int) -> list[str]:
        """Return what the customer wrote last, oldest first, at most ``limit`` texts."""
        lines = await self.page(contact_id, before=None, limit=_WORDS_LOOKBACK)
        said = [text_of(line.content) for line in lines if line.kind == "message" and line.direction == "in"]
        return [text for text in said if text.strip()][:limit][::-1]

    async def move(self, source: str, target: str) -> None:
        """Give every line of one contact to another; a message that both had stays once."""
        while True:
            batch = await self._collection.find({"contact_id": source}).limit(_MOVE_BATCH).to_list()
            if not batch:
                return
            try:
                await self._collection.bulk_write([_moved(document, target) for document in batch], ordered=False)
            except BulkWriteError as error:
                await self._drop_doubles(batch, error.details.get("writeErrors", []))

    async def _drop_doubles(self, batch: Sequence[Document], errors: Sequence[Document]) -> None:
        if any(error["code"] != _DUPLICATE_KEY for error in errors):
            raise Retryable("lines could not be moved")
        await self._collection.bulk_write([DeleteOne({"_id": batch[error["index"]]["_id"]}) for error in errors])


def _place(line: Line) -> tuple[int, str]:
    return line.seq, line.message_id


def _moved(document: Document, target: str) -> UpdateOne:
    values: Document = {"contact_id": target}
    if document.get("wa_id") is not None:
        values["wa_key"] = wa_key(target, document["wa_id"])
    return UpdateOne({"_id": document["_id"]}, {"$set": values, "$inc": {"version": 1}})
