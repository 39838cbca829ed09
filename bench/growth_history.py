"""Contacts with a past, written straight into the services' databases in the services' own document shapes.

Per contact: the router's session (``Session``: identified by phone, nothing said yet today), the archive's conversation
(``Conversation``) and its lines (``Line``), made by the domain and the mapping with which the services store theirs.
"""

import asyncio
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from pymongo import AsyncMongoClient

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_router.domain.session import Account, Identity, Session
from ispbot_runtime.mongo import Document
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.line import Draft
from ispbot_tickets.store.indexes import CONVERSATIONS, LINES
from ispbot_tickets.store.mapping import conversation_document, line_document

_CONTACTS_AT_ONCE = 100
_SESSION = TypeAdapter(Session)
_CUSTOMER, _BOT = Author(kind=AuthorKind.CUSTOMER), Author(kind=AuthorKind.BOT)


def contact_id(place: int) -> str:
    """Return the id of the contact at a place."""
    return f"bench{place:07d}"


def session_of(place: int) -> Document:
    """Return the router's document of a contact that is known as a customer."""
    account = Account(f"c{place}", str(place), f"Cliente {place}", f"Calle {place}", "Fibra 300", None)
    session = Session(contact_id(place), identity=Identity(accounts=(account,), by="phone", asked_at=utc_now()))
    state = _SESSION.dump_python(session, mode="json", exclude={"contact_id"}, exclude_defaults=True)
    return {"_id": session.contact_id, "version": 1, "state": state, "done": []}


def archive_of(place: int, lines: int) -> tuple[Document, list[Document]]:
    """Return the archive's conversation of a contact, with ``lines`` lines of the last weeks."""
    conversation = Conversation(contact_id(place), name=f"Cliente {place}", phone=f"549351{place:07d}")
    documents = []
    for number in range(lines):
        inbound = number % 2 == 0
        draft = Draft(
            message_id=derive_id("growth", str(place), str(number)), at=utc_now() - timedelta(hours=2 * (lines - number)),
            kind="message", direction="in" if inbound else "out", author=_CUSTOMER if inbound else _BOT,
            content=TextContent(text=f"mensaje {number} de la historia del cliente {place}"),
            wa_id=f"GROWTH{place}X{number}", status=None if inbound else "read",
        )  # fmt: skip
        conversation = conversation.add(draft)
        line = conversation.place(draft)
        assert line is not None
        documents.append(line_document(line))
    document = conversation_document(conversation)
    return {**document, "version": lines}, documents


async def preload(mongo_uri: str, first: int, last: int, lines: int) -> None:
    """Write the contacts from place ``first`` up to, not including, ``last``."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_uri, tz_aware=True)
    router, tickets = client["ispbot_router"], client["ispbot_tickets"]
    try:
        for start in range(first, last, _CONTACTS_AT_ONCE):
            places = range(start, min(start + _CONTACTS_AT_ONCE, last))
            archives = [archive_of(place, lines) for place in places]
            await asyncio.gather(
                router["sessions"].insert_many([session_of(place) for place in places], ordered=False),
                tickets[CONVERSATIONS].insert_many([each for each, _ in archives], ordered=False),
                tickets[LINES].insert_many([line for _, found in archives for line in found], ordered=False),
            )
    finally:
        await client.close()
