"""State and its events in one write: events wait inside the document until they are on the bus.

Use it where nothing would come again after a crash (an answer to a question, a timer). A handler of a stream message
does not need it: the message comes again and its outputs have the same ids.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from ispbot_contracts.base import Message, utc_now
from ispbot_runtime import metrics
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Retryable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Document, words_of

log = get_logger(__name__)

_SWEEP_EVERY_S = 2.0
_LEFT_BEHIND_AFTER = timedelta(seconds=5)


def outbox_push(messages: Sequence[Message]) -> dict[str, dict[str, Any]]:
    """Return the update operators that keep ``messages`` in the document: merge them into the state's own update.

    ``outbox_at`` is the moment of the oldest that waits: later ones do not put it off.
    """
    fields = outbox_fields(messages)
    return {"$push": {"outbox": {"$each": fields["outbox"]}}, "$min": {"outbox_at": fields["outbox_at"]}}


def outbox_fields(messages: Sequence[Message]) -> dict[str, Any]:
    """Return the fields that keep ``messages`` in a new document."""
    entries = [
        {"id": message.id, "subject": message.subject, "body": message.model_dump_json()} for message in messages
    ]
    return {"outbox": entries, "outbox_at": utc_now()}


class Outbox:
    """Publishes what waits in the documents of one collection."""

    def __init__(self, collection: AsyncCollection[Document], bus: Bus) -> None:
        self._collection = collection
        self._bus = bus

    async def earlier(self, document_id: Any, message: Message) -> list[Document]:
        """Return what waits in the document before ``message``: ``id``, ``subject`` and ``body`` of each, in order."""
        document = await self._collection.find_one({"_id": document_id}, {"outbox": 1}) or {}
        return list(takewhile(lambda entry: entry["id"] != message.id, document.get("outbox", [])))

    async def flush(self, document_id: Any, messages: Sequence[Message], *, earlier: Sequence[Document] = ()) -> None:
        """Publish right after the write, after what waited there ``earlier``; what fails is left to the relay.

        Nothing can have waited in a new document; for others the caller knows from the state it changed, or reads it.
        """
        try:
            await self._publish(earlier)
            for message in messages:
                await self._bus.publish(message)
            await self._forget(document_id, [entry["id"] for entry in earlier] + [message.id for message in messages])
        except (Retryable, PyMongoError) as error:
            log.warning("outbox_left_to_relay", collection=self._collection.name, reason=words_of(error))

    async def _publish(self, entries: Sequence[Document]) -> None:
        for entry in entries:
            await self._bus.publish_raw(entry["subject"], entry["body"].encode(), {"Nats-Msg-Id": entry["id"]})

    async def _forget(self, document_id: Any, ids: list[str]) -> None:
        await self._collection.update_one({"_id": document_id}, {"$pull": {"outbox": {"id": {"$in": ids}}}})
        await self._collection.update_one({"_id": document_id, "outbox": {"$size": 0}}, {"$unset": {"outbox_at": ""}})

    async def relay(self) -> None:
        """Run for ever: publish what a crash left behind."""
        while True:
            try:
                await self.sweep()
            except (Retryable, PyMongoError) as error:
                log.warning("outbox_relay_waits", collection=self._collection.name, reason=words_of(error))
            await asyncio.sleep(_SWEEP_EVERY_S)

    async def sweep(self, *, older_than: timedelta = _LEFT_BEHIND_AFTER) -> int:
        """Publish what has waited longer than ``older_than``; returns how many documents that were."""
        before = utc_now() - older_than
        waiting = await self._collection.find({"outbox_at": {"$lt": before}}, {"outbox": 1}).limit(200).to_list()
        metrics.OUTBOX_PENDING.labels(self._collection.name).set(len(waiting))
        for document in waiting:
            entries = document.get("outbox", [])
            await self._publish(entries)
            await self._forget(document["_id"], [entry["id"] for entry in entries])
        return len(waiting)
