"""Two contacts turn out to be one person: one conversation, its lines in the order of time, at most one open ticket.

Each step can be repeated; the order of the steps is what makes a crash harmless: the absorbed conversation first points
to the kept one (whoever comes late is led there), then its lines and tickets move, then what it counted is taken over.
"""

from dataclasses import replace

from ispbot_contracts.base import Message, derive_id
from ispbot_contracts.common import AgentRef, Author, AuthorKind
from ispbot_contracts.content import TextContent, text_of
from ispbot_contracts.tickets import TicketStatus, TicketUpdated
from ispbot_contracts.whatsapp import ContactIdentified, ContactMerged
from ispbot_runtime.logs import get_logger
from ispbot_tickets.domain import wording
from ispbot_tickets.domain.conversation import Conversation, two_open
from ispbot_tickets.domain.line import Draft
from ispbot_tickets.handlers.announce import archived, millis, now, ticket_updated
from ispbot_tickets.store.store import Store

log = get_logger(__name__)

SYSTEM = AgentRef(id="system", name="Sistema")


async def merge_contacts(event: ContactMerged, *, store: Store) -> None:
    """Move everything of the absorbed contact to the kept one."""
    kept = await store.conversations.load(event.contact_id)
    if kept.contact_id == event.absorbed_id:
        log.warning("contacts_merged_both_ways", contact_id=event.contact_id)
        return
    await store.merges.note(event.absorbed_id, kept.contact_id, now())
    absorbed = await _point(event.absorbed_id, kept.contact_id, store=store)
    await store.lines.move(absorbed.contact_id, kept.contact_id)
    await store.tickets.move(absorbed.contact_id, kept.contact_id)

    def absorb(before: Conversation) -> Conversation:
        after = before.absorb(absorbed)
        if after is before:
            return before
        after = after.known_as(name=None, phone=event.phone)
        draft = _joined(event, before, absorbed)
        return after.add(draft) if draft else after

    def announce(before: Conversation, after: Conversation) -> list[Message]:
        return _announce(event, before, absorbed, after)

    changed = await store.conversations.change(kept.contact_id, absorb, announce=announce)
    await store.finish(changed)
    log.info("contacts_merged", contact_id=changed.conversation.contact_id, absorbed_id=absorbed.contact_id)


async def identify_contact(event: ContactIdentified, *, store: Store) -> list[Message]:
    """Keep the phone of a contact known only by LID so far."""
    changed = await store.conversations.change(
        event.contact_id, lambda before: before.known_as(name=None, phone=event.phone)
    )
    return ticket_updated(event, changed.conversation) if changed.conversation.open_ticket else []


async def _point(absorbed_id: str, kept_id: str, *, store: Store) -> Conversation:
    """Lead the absorbed contact to the kept one and return its conversation as it was."""
    while True:
        stored = await store.conversations.stored(absorbed_id)
        if stored is not None and stored.moved_to is not None:
            return stored
        before = stored or Conversation(absorbed_id)
        after = replace(before, moved_to=kept_id, version=before.version + 1)
        if await store.conversations.save(before, after):
            return after


def _joined(event: ContactMerged, before: Conversation, absorbed: Conversation) -> Draft | None:
    both = two_open(before.ticket, absorbed.ticket)
    if both is None:
        return None
    younger, older = both
    return Draft(
        message_id=derive_id(event.id, "joined"),
        at=millis(event.occurred_at),
        kind="event",
        direction=None,
        author=Author(kind=AuthorKind.SYSTEM),
        content=TextContent(text=wording.tickets_joined(younger.number, older.number)),
        ticket_id=older.ticket_id,
    )


def _announce(event: ContactMerged, before: Conversation, absorbed: Conversation, after: Conversation) -> list[Message]:
    """Tell of the ticket that stays, and of the one that does not.

    The younger one's end is an update, not a "closed": the person is still being attended, so nobody gives them back
    to the bot. The closing of the one that stays names it.
    """
    outputs: list[Message] = ticket_updated(event, after) if after.open_ticket else []
    both = two_open(before.ticket, absorbed.ticket)
    draft = _joined(event, before, absorbed)
    if both is None or draft is None:
        return outputs
    younger, _ = both
    ended = replace(
        younger,
        status=TicketStatus.CLOSED,
        waiting_since=None,
        closed_at=draft.at,
        closed_by=SYSTEM,
        close_comment=text_of(draft.content),
    )
    line = after.place(draft)
    if line is None:
        raise LookupError(f"line {draft.message_id} has no place in its conversation")
    view = after.view(ended)
    gone = TicketUpdated.caused_by(event, view.ticket_id, contact_id=after.contact_id, ticket=view)
    return [*outputs, gone, archived(event, line, after)]
