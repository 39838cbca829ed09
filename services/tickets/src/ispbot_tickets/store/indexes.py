"""The collections and their indexes: every query of this service uses one.

Conversations are written with every message and each index costs there, so what can be found by ticket is indexed in
the tickets.
"""

from collections.abc import Mapping, Sequence

from pymongo import ASCENDING, DESCENDING, IndexModel

CONVERSATIONS = "conversations"
LINES = "lines"
TICKETS = "tickets"
COUNTERS = "counters"
DAYS = "days"
MERGES = "merges"

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    CONVERSATIONS: [
        IndexModel([("active_slot", ASCENDING)], name="active", sparse=True),
        IndexModel([("outbox_at", ASCENDING)], name="outbox", sparse=True),
    ],
    LINES: [
        IndexModel([("contact_id", ASCENDING), ("seq", ASCENDING)], name="place"),
        IndexModel([("wa_key", ASCENDING)], name="whatsapp_id", unique=True, sparse=True),
    ],
    TICKETS: [
        IndexModel([("contact_id", ASCENDING), ("number", DESCENDING)], name="of_contact"),
        IndexModel([("queue", ASCENDING)], name="queue", sparse=True),
    ],
    MERGES: [IndexModel([("at", ASCENDING)], name="at")],
}
