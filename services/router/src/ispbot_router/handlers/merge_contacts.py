"""Two contacts turned out to be one person."""

from collections.abc import Sequence

from ispbot_contracts.base import Message
from ispbot_contracts.whatsapp import ContactMerged
from ispbot_router.store import Sessions


async def merge_contacts(event: ContactMerged, *, sessions: Sessions) -> Sequence[Message]:
    """Go on with one conversation."""
    await sessions.merge(event, event.contact_id, event.absorbed_id)
    return ()
