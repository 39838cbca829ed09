"""Conversations in MongoDB: one document per contact, at most one read and one write per event.

What this process wrote last is remembered, so that a contact's next event needs no read and no parsing; the version tells
when another replica was there meanwhile. Work that writes outside (``verified.py``) is begun again on what the database holds.
The document remembers the last events with what they led to. An event that comes again gives the same messages with the
same ids and never moves the conversation twice; two writers of one contact are told apart by the version.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache
from pydantic import TypeAdapter, ValidationError
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import Message
from ispbot_contracts.catalogue import message_type
from ispbot_router import metrics
from ispbot_router.domain.session import Session
from ispbot_router.verified import CopyUnverified, working_on_a_copy
from ispbot_runtime.errors import Poison
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Database, Document

log = get_logger(__name__)

Outcome = tuple[Session, Sequence[Message]]
Work = Callable[[Session], Awaitable[Outcome]]

_SESSION = TypeAdapter(Session)
_WRITTEN_KEPT = 5_000
_REMEMBERED = 8
"""Events kept per contact; one is in flight at a time, so this outlasts every redelivery."""


@dataclass(frozen=True, slots=True)
class Written:
    """A document as this process wrote it, and the conversation that it says."""

    document: Document
    session: Session


class Sessions:
    """The router's own collection."""

    def __init__(self, database: Database) -> None:
        self._collection = database["sessions"]
        self._written: LRUCache[str, Written] = LRUCache(_WRITTEN_KEPT)

    async def once(self, contact_id: str, event: Message, work: Work) -> list[Message]:
        """Let ``work`` move the contact's conversation, exactly once per event; returns the messages to publish."""
        while True:
            own = self._written.pop(contact_id, None)
            document = own.document if own is not None else await self._load(contact_id)
            remembered = document.get("done", []) if document else []
            for entry in remembered:
                if entry["id"] == event.id:
                    metrics.REPEATED.inc()
                    return [_restored(output) for output in entry["outputs"]]
            session = own.session if own is not None else _session(document, contact_id)
            try:
                with working_on_a_copy(may_be_behind=own is not None):
                    changed, outputs = await work(session)
            except CopyUnverified:
                continue
            if changed is session and not outputs:
                if own is None:
                    return []
                continue  # decided on a copy that may be behind: look once more
            entry = {"id": event.id, "outputs": [_kept(output) for output in outputs]}
            if await self._save(changed, document, [*remembered, entry][-_REMEMBERED:]):
                return list(outputs)
            log.info("session_changed_meanwhile", contact_id=contact_id)

    async def merge(self, event: Message, kept_id: str, absorbed_id: str) -> None:
        """Make two conversations one; the absorbed contact's document then only says where to look.

        That is the first thing written, so what comes meanwhile under the absorbed name moves the kept conversation. The
        absorbed state waits in its document until it has been joined.
        """
        absorbed = await self._lead_on(absorbed_id, kept_id)
        self._written.pop(absorbed_id, None)
        if absorbed is None:
            return
        other = _session(absorbed, absorbed_id)

        async def join(session: Session) -> Outcome:
            return session.merged_with(other), []

        await self.once(kept_id, event, join)
        await self._collection.update_one({"_id": absorbed_id}, {"$unset": {"state": "", "done": ""}})

    async def _lead_on(self, absorbed_id: str, kept_id: str) -> Document | None:
        """Let the absorbed document lead to the kept one; returns it while its state is not joined."""
        while True:
            document = await self._collection.find_one({"_id": absorbed_id})
            if document is None:
                try:
                    await self._collection.insert_one({"_id": absorbed_id, "merged_into": kept_id})
                except DuplicateKeyError:
                    continue
                return None
            if "merged_into" in document:
                return document if "state" in document else None
            result = await self._collection.update_one(
                {"_id": absorbed_id, "version": document["version"]},
                {"$set": {"merged_into": kept_id}, "$unset": {"version": ""}},
            )
            if result.modified_count == 1:
                return document
            log.info("session_changed_meanwhile", contact_id=absorbed_id)

    async def find(self, contact_id: str) -> Session | None:
        """Return the contact's conversation."""
        document = await self._load(contact_id)
        return _session(document, contact_id) if document else None

    async def _load(self, contact_id: str) -> Document | None:
        seen = {contact_id}
        document = await self._collection.find_one({"_id": contact_id})
        while document is not None and "merged_into" in document:
            target = document["merged_into"]
            if target in seen:
                raise Poison(f"contacts {sorted(seen)} are merged in a circle")
            seen.add(target)
            document = await self._collection.find_one({"_id": target}) or {"_id": target}
        return document

    async def _save(self, session: Session, document: Document | None, done: list[dict[str, Any]]) -> bool:
        state = _SESSION.dump_python(session, mode="json", exclude={"contact_id"}, exclude_defaults=True)
        if document is None or "version" not in document:
            written = {"_id": session.contact_id, "version": 1, "state": state, "done": done}
            try:
                await self._collection.insert_one(written)
            except DuplicateKeyError:
                return False
        else:
            written = {"_id": document["_id"], "version": document["version"] + 1, "state": state, "done": done}
            result = await self._collection.update_one(
                {"_id": document["_id"], "version": document["version"]},
                {"$set": {"state": state, "done": done}, "$inc": {"version": 1}},
            )
            if result.modified_count != 1:
                return False
        self._written[written["_id"]] = Written(written, session)
        return True


def _session(document: Document | None, contact_id: str) -> Session:
    if document is None:
        return Session(contact_id)
    try:
        return _SESSION.validate_python({**document.get("state", {}), "contact_id": document["_id"]})
    except (
        ValidationError
    ) as error:  # written by a version that knew other states: better greeted anew than never answered
        log.error("session_unreadable", contact_id=document["_id"], problems=error.error_count())
        return Session(document["_id"])


def _kept(message: Message) -> dict[str, str]:
    return {"subject": message.subject, "body": message.model_dump_json()}


def _restored(entry: dict[str, str]) -> Message:
    kind = message_type(entry["subject"])
    if kind is None:
        raise Poison(f"this version does not know the remembered message {entry['subject']}")
    return kind.model_validate_json(entry["body"])
