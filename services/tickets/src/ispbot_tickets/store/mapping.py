"""Domain values to documents and back."""

from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from pydantic import TypeAdapter

from ispbot_contracts.tickets import TicketStatus, TicketView
from ispbot_runtime.mongo import Document
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.line import Line

ValueT = TypeVar("ValueT", Conversation, Line, TicketView)

ACTIVE_SLOT_S = 300
"""Recent activity is indexed in slots, so that most messages leave the index alone."""

_CONVERSATION = TypeAdapter(Conversation)
_LINE = TypeAdapter(Line)


def active_slot(at: datetime) -> int:
    """Return the slot of a moment."""
    return int(at.timestamp()) // ACTIVE_SLOT_S


def wa_key(contact_id: str, wa_id: str) -> str:
    """Return the unique key of a WhatsApp message: its id is chosen by the sender, so it counts per contact only."""
    return f"{contact_id}:{wa_id}"


def conversation_document(conversation: Conversation) -> Document:
    """Return the document of a conversation; fields that only exist while they mean something are left out."""
    document: Document = _plain(_CONVERSATION.dump_python(conversation))
    document["_id"] = document.pop("contact_id")
    del document["untold"]
    if conversation.ticket is None:
        del document["ticket"]
    if conversation.moved_to is not None:
        return document
    if conversation.last_inbound_at is not None and conversation.kind == "direct":
        document["active_slot"] = active_slot(conversation.last_inbound_at)
    return document


def conversation_of(document: Document) -> Conversation:
    """Return the conversation of a document."""
    return _CONVERSATION.validate_python({**document, "contact_id": document["_id"], "untold": "outbox_at" in document})


def line_document(line: Line) -> Document:
    """Return the document of a line."""
    document: Document = _plain(_LINE.dump_python(line))
    document["_id"] = document.pop("message_id")
    if line.wa_id is not None:
        document["wa_key"] = wa_key(line.contact_id, line.wa_id)
    return document


def line_of(document: Document) -> Line:
    """Return the line of a document."""
    return _LINE.validate_python({**document, "message_id": document["_id"]})


def ticket_document(view: TicketView) -> Document:
    """Return the document of a ticket as the histories keep it."""
    document: Document = _plain(view.model_dump())
    document["_id"] = document.pop("ticket_id")
    if view.status is not TicketStatus.CLOSED:
        document["queue"] = True
    return document


def ticket_of(document: Document) -> TicketView:
    """Return the ticket of a document."""
    return TicketView.model_validate({**document, "ticket_id": document["_id"]})


def _plain(value: Any) -> Any:
    """Return the value with plain strings in place of enumerations and lists in place of tuples."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value
