"""Every ticket there ever was, as the histories read it.

An open one lives in its conversation; what is kept here follows it, and leads from the ticket to the conversation.
"""

from pymongo import DESCENDING
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from ispbot_contracts.tickets import TicketStatus, TicketView
from ispbot_runtime.mongo import Document
from ispbot_tickets.store.mapping import ticket_document, ticket_of


class Tickets:
    """The collection of tickets."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def save(self, view: TicketView) -> None:
        """Keep this state unless a newer one is already kept."""
        document = ticket_document(view)
        identity = {"_id": document.pop("_id"), "version": {"$lt": view.version}}
        try:
            gone = {} if "queue" in document else {"$unset": {"queue": ""}}
            await self._collection.update_one(identity, {"$set": document, **gone}, upsert=True)
        except DuplicateKeyError:
            return  # a newer state is there

    async def get(self, ticket_id: str) -> TicketView | None:
        """Return the ticket as last kept."""
        document = await self._collection.find_one({"_id": ticket_id})
        return ticket_of(document) if document else None

    async def waiting_contacts(self) -> list[str]:
        """Return the contacts with an open ticket; one that was closed a moment ago may be among them."""
        documents = await self._collection.find({"queue": True}, {"contact_id": 1}).to_list()
        return [document["contact_id"] for document in documents]

    async def closed_of(self, contact_id: str, limit: int) -> list[TicketView]:
        """Return a contact's closed tickets, newest first."""
        query = {"contact_id": contact_id, "status": TicketStatus.CLOSED.value}
        found = self._collection.find(query).sort([("contact_id", DESCENDING), ("number", DESCENDING)]).limit(limit)
        return [ticket_of(document) for document in await found.to_list()]

    async def move(self, source: str, target: str) -> None:
        """Give a contact's tickets to another contact."""
        await self._collection.update_many({"contact_id": source}, {"$set": {"contact_id": target}})
