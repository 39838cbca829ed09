"""State and its events in one write: events wait inside the document until they are on the bus.

Use it where nothing would come again after a crash (an answer to a question, a timer). A handler of a stream message
does not need it: the message comes again and its outputs have the same ids.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import PyMongoError

from ispbot_contracts.base import Message, utc_now
from ispbot_runtime import metrics
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Document

log = get_logger(__name__)

_SWEEP_EVERY_S = 2.0
_LEFT_BEHIND_AFTER = timedelta(seconds=5)


def outbox_push(messages: Sequence[Message]) -> dict[str, dict[str, Any]]:
    """Return the update operators that keep ``messages`` in the document: merge them into the state's own update."""
    entries = [
        {"id": message.id, "subject": message.subject, "body": message.model_dump_json()} for message in messages
    ]
    return {"$push": {"outbox": {"$each": entries}}, "$set": {"outbox_at": utc_now()}}


class Outbox:
    """Publishes what waits in the documents of one collection."""

    def __init__(self, collection: AsyncCollection[Document], bus: Bus) -> None:
        self._collection = collection
        self._bus = bus

    async def flush(self, document_id: Any, messages: Sequence[Message]) -> None:
        """Publish right after the write; what fails is left to the relay."""
        try:
            for message in messages:
                await self._bus.publish(message)
            await self._forget(document_id, [message.id for message in messages])
        except (Unavailable, PyMongoError) as error:
            log.warning("outbox_left_to_relay", collection=self._collection.name, reason=str(error))

    async def _forget(self, document_id: Any, ids: list[str]) -> None:
        await self._collection.update_one({"_id": document_id}, {"$pull": {"outbox": {"id": {"$in": ids}}}})
        await self._collection.update_one({"_id": document_id, "outbox": {"$size": 0}}, {"$unset": {"outbox_at": ""}})

    async def relay(self) -> None:
        """Run for ever: publish what a crash left behind."""
        while True:
            try:
                await self.sweep()
            except (Unavailable, PyMongoError) as error:
                log.warning("outbox_relay_waits", collection=self._collection.name, reason=str(error))
            await asyncio.sleep(_SWEEP_EVERY_S)

    async def sweep(self, *, older_than: timedelta = _LEFT_BEHIND_AFTER) -> int:
        """Publish what has waited longer than ``older_than``; returns how many documents that were."""
        before = utc_now() - older_than
        waiting = await self._collection.find({"outbox_at": {"$lt": before}}, {"outbox": 1}).limit(200).to_list()
        metrics.OUTBOX_PENDING.labels(self._collection.name).set(len(waiting))
        for document in waiting:
            entries = document.get("outbox", [])
            for entry in entries:
                await self._bus.publish_raw(entry["subject"], entry["body"].encode(), {"Nats-Msg-Id": entry["id"]})
            await self._forget(document["_id"], [entry["id"] for entry in entries])
        return len(waiting)
