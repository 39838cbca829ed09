"""Conversations: read whole, written whole under their version, so that nobody's change is lost."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import Message
from ispbot_runtime.errors import Retryable
from ispbot_runtime.mongo import Document
from ispbot_runtime.outbox import outbox_fields, outbox_push
from ispbot_tickets import metrics
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.store.mapping import active_slot, conversation_document, conversation_of

_TRIES = 20
_MAX_MOVES = 10
_AT_ONCE = 16
"""Long lists of ids cost the embedded server more than their number: several short ones in place of one."""
_NOT_IN_LISTS = {"recent": 0, "parked": 0, "outbox": 0}

Decide = Callable[[Conversation], Conversation]
Announce = Callable[[Conversation, Conversation], Sequence[Message]]
"""Makes the messages of a change from the conversation before and after it."""


def _silently(_before: Conversation, _after: Conversation) -> Sequence[Message]:
    return ()


@dataclass(frozen=True)
class Changed:
    """A stored conversation with the messages that its document keeps until they are on the bus."""

    conversation: Conversation
    messages: Sequence[Message] = ()


class Conversations:
    """The collection of conversations."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def load(self, contact_id: str) -> Conversation:
        """Return the contact's conversation (that of the person it was merged into), a new one when there is none."""
        for _ in range(_MAX_MOVES):
            found = await self.stored(contact_id)
            if found is None:
                return Conversation(contact_id)
            if found.moved_to is None:
                return found
            contact_id = found.moved_to
        raise Retryable(f"contact {contact_id} was merged too many times in a row")

    async def stored(self, contact_id: str) -> Conversation | None:
        """Return exactly this contact's conversation, merged or not."""
        document = await self._collection.find_one({"_id": contact_id}, {"outbox": 0})
        return conversation_of(document) if document else None

    async def of(self, contact_ids: Sequence[str]) -> list[Conversation]:
        """Return the conversations of several contacts."""
        groups = [contact_ids[start : start + _AT_ONCE] for start in range(0, len(contact_ids), _AT_ONCE)]
        found = await asyncio.gather(
            *(self._collection.find({"_id": {"$in": list(group)}}, _NOT_IN_LISTS).to_list() for group in groups)
        )
        return [conversation_of(document) for documents in found for document in documents]

    async def active_since(self, moment: datetime) -> int:
        """Return how many people wrote since a moment (to the slot)."""
        return await self._collection.count_documents({"active_slot": {"$gte": active_slot(moment)}})

    async def change(
        self, contact_id: str, decide: Decide, *, announce: Announce = _silently, known: Conversation | None = None
    ) -> Changed:
        """Store what ``decide`` makes of the conversation; decided anew when somebody else was faster.

        ``announce`` makes the messages that are kept in the same write (questions); ``known`` saves the first read.
        What ``decide`` raises is passed on; nothing is written when it returns the same conversation.
        """
        before = known
        for _ in range(_TRIES):
            before = before or await self.load(contact_id)
            after = decide(before)
            if after is before:
                return Changed(before)
            after = replace(after, version=after.version + 1)
            messages = announce(before, after)
            if await self.save(before, after, messages):
                return Changed(after, messages)
            metrics.CONFLICTS.labels("conversation").inc()
            before = None
        raise Retryable(f"conversation {contact_id} is too busy", delay_s=0.5)

    async def save(self, before: Conversation, after: Conversation, messages: Sequence[Message] = ()) -> bool:
        """Write ``after`` if the stored conversation is still ``before``."""
        document = conversation_document(after)
        if before.version == 0:
            return await self._insert(document | (outbox_fields(messages) if messages else {}))
        old = conversation_document(before)
        changed = {key: value for key, value in document.items() if key != "_id" and old.get(key) != value}
        gone = {key: "" for key in old if key not in document}
        push = outbox_push(messages) if messages else {}
        update = {**push, "$set": changed, **({"$unset": gone} if gone else {})}
        result = await self._collection.update_one({"_id": after.contact_id, "version": before.version}, update)
        return result.modified_count == 1

    async def _insert(self, document: Document) -> bool:
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            return False
        return True

    async def unannounced(self, before: datetime) -> list[list[Document]]:
        """Return the outboxes that have waited since ``before`` a moment."""
        waiting = self._collection.find({"outbox_at": {"$lt": before}}, {"outbox": 1}).limit(200)
        return [document.get("outbox", []) for document in await waiting.to_list()]
