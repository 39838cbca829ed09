"""The collections and their indexes: every query of this service uses one."""

from collections.abc import Mapping, Sequence

from pymongo import ASCENDING, DESCENDING, IndexModel

CONVERSATIONS = "conversations"
LINES = "lines"
TICKETS = "tickets"
COUNTERS = "counters"
DAYS = "days"

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    CONVERSATIONS: [
        IndexModel([("ticket.ticket_id", ASCENDING)], name="ticket", sparse=True),
        IndexModel([("queue", ASCENDING)], name="queue", sparse=True),
        IndexModel([("active_slot", ASCENDING)], name="active", sparse=True),
        IndexModel([("moved_at", ASCENDING)], name="moved", sparse=True),
        IndexModel([("outbox_at", ASCENDING)], name="outbox", sparse=True),
    ],
    LINES: [
        IndexModel([("contact_id", ASCENDING), ("seq", ASCENDING)], name="place"),
        IndexModel([("wa_key", ASCENDING)], name="whatsapp_id", unique=True, sparse=True),
    ],
    TICKETS: [
        IndexModel([("contact_id", ASCENDING), ("number", DESCENDING)], name="of_contact"),
    ],
}
