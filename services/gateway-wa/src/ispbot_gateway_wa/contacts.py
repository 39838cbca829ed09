"""The contact store: finds or makes a contact by address, learns pairs, merges. One writer: the lease holder.

A merge or a learnt phone is noted in the document (``pending``) before anybody is told and struck out afterwards, so that
a crash in between repeats it: the events have the same ids.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC
from typing import Any

from cachetools import LRUCache
from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import ContactId, Message, derive_id, utc_now
from ispbot_contracts.whatsapp import ContactIdentified, ContactMerged
from ispbot_gateway_wa.domain.addresses import first_contact_id, kind_of, phone_digits
from ispbot_gateway_wa.domain.contacts import Contact, keeper_of
from ispbot_gateway_wa.telling import Gate
from ispbot_runtime.inserts import GroupedInserts
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Database, Document

log = get_logger(__name__)

COLLECTION = "contacts"
INDEXES = {
    COLLECTION: [
        IndexModel([("identities", ASCENDING)], name="identity", unique=True, sparse=True),
        IndexModel([("pending.at", ASCENDING)], name="pending", sparse=True),
    ]
}
_CACHED = 50_000
_TRIES = 5

Emit = Callable[[Message], Awaitable[None]]


class Contacts:
    """Contacts by address, cached."""

    def __init__(self, database: Database, emit: Emit) -> None:
        self._collection = database[COLLECTION]
        self._inserts = GroupedInserts(self._collection)
        self._emit = emit
        self._by_address: LRUCache[str, Contact] = LRUCache(_CACHED)
        self._by_id: LRUCache[str, Contact] = LRUCache(_CACHED)
        self._learning = asyncio.Lock()
        self.gate = Gate()

    async def recover(self) -> None:
        """Finish what a crash cut in half."""
        for document in await self._collection.find({"pending.at": {"$exists": True}}).to_list():
            await self._finish(document["_id"], document["pending"])

    async def by_id(self, contact_id: ContactId) -> Contact | None:
        """Return a contact; the one it was merged into when it was."""
        cached = self._by_id.get(contact_id)
        if cached is not None:
            return cached
        document = await self._collection.find_one({"_id": contact_id})
        if document is not None and document.get("merged_into"):
            return await self.by_id(document["merged_into"])
        return self._remember(_contact(document)) if document is not None else None

    async def current_id(self, contact_id: ContactId) -> ContactId:
        """Return the id that holds now for what may have been merged (or is a group, which never is)."""
        contact = await self.by_id(contact_id)
        return contact.contact_id if contact is not None else contact_id

    async def find(self, address: str) -> Contact | None:
        """Return the contact of an address without making one."""
        cached = self._by_address.get(address)
        if cached is not None:
            return cached
        document = await self._collection.find_one({"identities": address})
        return self._remember(_contact(document)) if document is not None else None

    def cached(self, address: str) -> Contact | None:
        """Return the contact of an address when it is at hand."""
        return self._by_address.get(address)

    async def resolve(
        self, address: str, alt: str | None, *, name: str | None = None, wrote_from: str | None = None
    ) -> Contact:
        """Return the contact of a person seen under one or two addresses; make, extend or merge as needed."""
        addresses = [one for one in (address, alt) if one is not None and kind_of(one) in {"lid", "phone"}] or [address]
        contact = self._by_address.get(address)
        if contact is None or not contact.identities.issuperset(addresses):
            contact = await self._learn(addresses, name=name, wrote_from=wrote_from)
        return await self._touch(contact, name=name, wrote_from=wrote_from)

    # -- learning -----------------------------------------------------------------------------------------------------

    async def _learn(self, addresses: list[str], *, name: str | None, wrote_from: str | None) -> Contact:
        for _ in range(_TRIES):
            found = await self._collection.find({"identities": {"$in": addresses}}).to_list()
            try:
                if not found:
                    return await self._make(addresses, name=name, wrote_from=wrote_from)
                if len(found) == 1 and set(addresses) <= set(found[0]["identities"]):
                    return self._remember(_contact(found[0]))
                async with self._learning:  # rare: a pair was learnt
                    return await self._join(addresses)
            except DuplicateKeyError:
                continue  # another message of the same person was first
        raise RuntimeError("a contact keeps changing under our hands: two gateways write")

    async def _make(self, addresses: list[str], *, name: str | None, wrote_from: str | None) -> Contact:
        first = next((one for one in addresses if kind_of(one) == "lid"), addresses[0])
        contact = Contact(
            first_contact_id(first), frozenset(addresses), utc_now(), chat=wrote_from, name=name,
            has_written=wrote_from is not None,
        )  # fmt: skip
        document = {
            "_id": contact.contact_id, "identities": sorted(addresses), "created_at": contact.created_at,
            "chat": contact.chat, "name": contact.name, "has_written": contact.has_written,
        }  # fmt: skip
        if not await self._inserts.insert(document):
            kept = await self.by_id(contact.contact_id)
            if kept is None or kept.identities & set(addresses):
                raise DuplicateKeyError("made a moment ago: look again")
            async with self._learning:  # its first address had moved to another contact
                return await self._extend(kept, addresses)
        return self._remember(contact)

    async def _join(self, addresses: list[str]) -> Contact:
        found = await self._collection.find({"identities": {"$in": addresses}}).to_list()
        contact = _contact(found[0])
        for other in found[1:]:
            contact = await self._merge(contact, _contact(other))
        return await self._extend(contact, addresses)

    async def _extend(self, contact: Contact, addresses: list[str]) -> Contact:
        new = [one for one in addresses if one not in contact.identities]
        if not new:
            return self._remember(contact)
        extended = replace(contact, identities=contact.identities | set(new))
        update: Document = {"$addToSet": {"identities": {"$each": new}}}
        learnt = next((one for one in new if kind_of(one) == "phone"), None)
        pending: Document | None = None
        if learnt is not None and contact.phone_address is None:
            pending = {"at": utc_now(), "kind": "identified", "phone": phone_digits(learnt)}
            update["$set"] = {"pending": pending}
        await self._collection.update_one({"_id": contact.contact_id}, update)
        if pending is not None:
            await self._finish(contact.contact_id, pending)
        return self._remember(extended)

    async def _merge(self, one: Contact, other: Contact) -> Contact:
        keep, absorb = keeper_of(one, other)
        pending: Document = {
            "at": utc_now(), "kind": "merged", "absorbed": absorb.contact_id, "identities": sorted(absorb.identities),
            "phone": keep.phone or absorb.phone,
        }  # fmt: skip
        merged = replace(
            keep, identities=keep.identities | absorb.identities, chat=keep.chat or absorb.chat,
            name=keep.name or absorb.name, has_written=keep.has_written or absorb.has_written,
        )  # fmt: skip
        async with self.gate.closed(keep.contact_id, absorb.contact_id):
            await self._collection.update_one({"_id": keep.contact_id}, {"$set": {"pending": pending}})
            await self._finish(keep.contact_id, pending)
            self._remember(merged)
        log.info("contacts_merged", contact_id=keep.contact_id, absorbed_id=absorb.contact_id)
        return merged

    async def _finish(self, contact_id: ContactId, pending: Document) -> None:
        if pending["kind"] == "merged":
            absorbed = pending["absorbed"]
            await self._collection.update_one(
                {"_id": absorbed}, {"$set": {"merged_into": contact_id}, "$unset": {"identities": ""}}
            )
            await self._collection.update_one(
                {"_id": contact_id}, {"$addToSet": {"identities": {"$each": pending["identities"]}}}
            )
            self._by_id.pop(absorbed, None)
            await self._emit(
                ContactMerged.start(
                    derive_id("contact_merged", contact_id, absorbed),
                    contact_id=contact_id, absorbed_id=absorbed, phone=pending["phone"],
                )
            )  # fmt: skip
        else:
            await self._emit(
                ContactIdentified.start(
                    derive_id("contact_identified", contact_id, pending["phone"]),
                    contact_id=contact_id, phone=pending["phone"],
                )
            )  # fmt: skip
        await self._collection.update_one({"_id": contact_id}, {"$unset": {"pending": ""}})

    async def _touch(self, contact: Contact, *, name: str | None, wrote_from: str | None) -> Contact:
        changes: dict[str, Any] = {}
        if name and name != contact.name:
            changes["name"] = name
        if wrote_from and wrote_from != contact.chat:
            changes["chat"] = wrote_from
        if wrote_from and not contact.has_written:
            changes["has_written"] = True
        if not changes:
            return contact
        await self._collection.update_one({"_id": contact.contact_id}, {"$set": changes})
        return self._remember(replace(contact, **changes))

    def _remember(self, contact: Contact) -> Contact:
        self._by_id[contact.contact_id] = contact
        for address in contact.identities:
            self._by_address[address] = contact
        return contact


def _contact(document: Document) -> Contact:
    created_at = document["created_at"]
    return Contact(
        contact_id=document["_id"],
        identities=frozenset(document.get("identities", [])),
        created_at=created_at if created_at.tzinfo else created_at.replace(tzinfo=UTC),
        chat=document.get("chat"),
        name=document.get("name"),
        has_written=document.get("has_written", False),
    )
