"""A customer needs a person: one open ticket per contact, with its own number."""

from dataclasses import replace
from datetime import timedelta

from ispbot_contracts.ai import TicketSummarised
from ispbot_contracts.base import Message, derive_id, utc_now
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import OpenTicket, TicketOpened, TicketStatus, TicketView
from ispbot_runtime.errors import Poison, Retryable
from ispbot_runtime.logs import get_logger
from ispbot_tickets.domain import wording
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.line import Draft
from ispbot_tickets.domain.ticket import Ticket, reason_of
from ispbot_tickets.handlers.announce import millis, ticket_updated
from ispbot_tickets.handlers.archive import archive
from ispbot_tickets.store.store import Store

log = get_logger(__name__)

WORDS = 10
_WORDS_COME_WITHIN = timedelta(seconds=2)
_WORDS_RETRY_S = 0.1
_MERGE_RETRY_S = 0.2
_WRITTEN_WITHIN = timedelta(minutes=2)
"""A case that is not written or that no conversation holds so long after is not on its way: its opening or closing was set aside."""


async def open_ticket(command: OpenTicket, *, store: Store) -> list[Message]:
    """Open a ticket, or tell the one that is open that the customer asked again."""
    ticket_id = derive_id(command.id, "ticket")
    conversation = await store.conversations.load(command.contact_id)
    current = conversation.ticket
    if current is not None and current.ticket_id == ticket_id:
        return await _opened(command, conversation, store=store)
    if current is not None and await store.tickets.get(ticket_id) is not None:
        return []  # its case was closed and another one opened since
    if conversation.open_ticket is not None or await _was_asked_again(command, conversation, store=store):
        return await _asked_again(command, conversation, store=store)
    await _wait_for_words(command, conversation, store=store)
    if current is not None:
        await store.tickets.save(conversation.view(current))  # before another ticket takes its room
    ticket = _new_ticket(command, ticket_id, await store.numbers.next())

    def opened(before: Conversation) -> Conversation:
        if before.open_ticket is not None:
            return before
        return replace(before.known_as(name=None, phone=command.phone), ticket=ticket)

    changed = await store.conversations.change(command.contact_id, opened, known=conversation)
    if changed.conversation.ticket != ticket:
        return await _asked_again(command, changed.conversation, store=store)
    log.info("ticket_opened", ticket_id=ticket_id, number=ticket.number, area=ticket.area.value)
    return await _opened(command, changed.conversation, store=store)


async def summarise_ticket(event: TicketSummarised, *, store: Store) -> list[Message]:
    """Show the one-line summary and the class of the reason in the queue.

    Raises Poison for a ticket that nobody wrote: waiting for it for ever would hold up a whole partition.
    """
    kept = await store.tickets.get(event.ticket_id)
    fresh = utc_now() - event.occurred_at < _WRITTEN_WITHIN
    if kept is None and fresh:
        raise Retryable("the ticket is not written yet")
    if kept is None:
        raise Poison("the summary is of a ticket that nobody wrote")
    conversation = await store.conversations.load(kept.contact_id)
    if not conversation.holds(event.ticket_id):
        if kept.status is not TicketStatus.CLOSED and fresh:
            raise Retryable("the ticket is on its way to another conversation", delay_s=_MERGE_RETRY_S)
        await _summarise_past(event, kept, store=store)
        return []

    def summarised(before: Conversation) -> Conversation:
        if before.ticket is None or not before.holds(event.ticket_id):
            return before
        summary = wording.shorten(event.summary)
        ticket = before.ticket.summarised(summary=summary, reason=event.reason, confidence=event.confidence)
        return before.with_ticket(ticket)

    changed = await store.conversations.change(conversation.contact_id, summarised, known=conversation)
    return ticket_updated(event, changed.conversation)


async def _summarise_past(event: TicketSummarised, past: TicketView, *, store: Store) -> None:
    if past.summary is None:
        summary = wording.shorten(event.summary)
        reason = reason_of(past.reason, read=event.reason, confidence=event.confidence)
        changes = {"summary": summary, "reason": reason, "version": past.version + 1}
        await store.tickets.save(past.model_copy(update=changes))


async def _wait_for_words(command: OpenTicket, conversation: Conversation, *, store: Store) -> None:
    """The message that led to this may still be on its way to the archive; its words belong to the new ticket.

    Raises Retryable for a short while.
    """
    from_a_message = command.correlation_id != command.id
    fresh = utc_now() - command.occurred_at < _WORDS_COME_WITHIN
    if from_a_message and fresh and not await _is_archived(command.correlation_id, conversation, store=store):
        raise Retryable("the message that asks for a person is not archived yet", delay_s=_WORDS_RETRY_S)


async def _is_archived(message_id: str, conversation: Conversation, *, store: Store) -> bool:
    """Tell whether a message stands here, under its own id or in the place of one that could not be decrypted."""
    if await store.lines.get(message_id) is not None:
        return True
    seq = conversation.seq_of(message_id)
    return seq is not None and await store.lines.at(conversation.contact_id, seq) is not None


async def _opened(command: OpenTicket, conversation: Conversation, *, store: Store) -> list[Message]:
    view = conversation.open_view()
    if view is None:
        return []  # closed already: the queue has seen it
    await store.tickets.save(view)  # before anybody hears of it: leads from the ticket to the conversation
    words = await store.lines.words(conversation.contact_id, WORDS)
    return [TicketOpened.caused_by(command, "opened", contact_id=conversation.contact_id, ticket=view, words=words)]


def _asked_again_id(command: OpenTicket) -> str:
    return derive_id(command.id, "line")


async def _was_asked_again(command: OpenTicket, conversation: Conversation, *, store: Store) -> bool:
    """Tell whether this command found a ticket open when it first came: the ticket may have been closed since."""
    if conversation.ticket is None:
        return False
    line_id = _asked_again_id(command)
    return conversation.seq_of(line_id) is not None or await store.lines.get(line_id) is not None


async def _asked_again(command: OpenTicket, conversation: Conversation, *, store: Store) -> list[Message]:
    at = millis(command.occurred_at)
    draft = Draft(
        message_id=_asked_again_id(command),
        at=at,
        kind="event",
        direction=None,
        author=Author(kind=AuthorKind.SYSTEM),
        content=TextContent(text=wording.asked_again(command.reason)),
    )

    def waits(before: Conversation) -> Conversation:
        return before.with_ticket(before.open_ticket.customer_wrote(at)) if before.open_ticket else before

    known = await store.lines.get(draft.message_id)
    outputs = await archive(draft, cause=command, conversation=conversation, store=store, learn=waits, known=known)
    return [*outputs, *ticket_updated(command, await store.conversations.load(command.contact_id))]


def _new_ticket(command: OpenTicket, ticket_id: str, number: int) -> Ticket:
    at = millis(command.occurred_at)
    return Ticket(
        ticket_id=ticket_id,
        number=number,
        status=TicketStatus.PENDING,
        area=command.area,
        department=command.department,
        customer=command.customer,
        customer_name=command.customer_name,
        reason=command.reason,
        opened_at=at,
        waiting_since=at,
        zone_id=command.zone_id,
        zone_name=command.zone_name,
    )
