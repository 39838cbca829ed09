"""What became of our writes into the management system, told to staff where they look: in the conversation.

A write of a ticket is told on that ticket, also when it is closed. What failed of a customer's money needs a person:
it is noted on the contact's open ticket, and opens one when there is none.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ispbot_contracts.base import Message, derive_id
from ispbot_contracts.common import Area, Author, AuthorKind, CustomerRef
from ispbot_contracts.content import TextContent
from ispbot_contracts.crm_writes import CaseFiled, CrmWriteFailed, LeadFiled
from ispbot_contracts.tickets import MessageArchived, TicketOpened, TicketStatus
from ispbot_runtime.errors import Retryable
from ispbot_runtime.logs import get_logger
from ispbot_tickets.domain import crm_words
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.line import Draft, LineKind
from ispbot_tickets.domain.ticket import Ticket
from ispbot_tickets.handlers.announce import millis
from ispbot_tickets.handlers.archive import archive
from ispbot_tickets.store.store import Store

log = get_logger(__name__)

_AGAIN_S = 0.2
_OF_A_TICKET = frozenset({"case", "lead"})
_DESKS = {
    "case": (Area.SUPPORT, "soporte"),
    "lead": (Area.SALES, "ventas"),
    "promise": (Area.SUPPORT, "administracion"),
    "payment": (Area.RECEIPTS, "administracion"),
    "undo_payment": (Area.RECEIPTS, "administracion"),
}
"""Whose a ticket is that is opened because a write failed."""


async def tell_failed_write(event: CrmWriteFailed, *, store: Store, department: Callable[[str], str]) -> list[Message]:
    """Note it on the ticket it is of, else on the contact's open one, else on a new one: once, however often it is told.

    Raises Retryable when the open ticket is closed at that very moment.
    """
    conversation = await store.conversations.load(event.contact_id)
    note_id = derive_id(event.id, "note")
    known = await store.lines.get(note_id)
    told_on = await _ticket_of(event, conversation, store=store)
    ticket = None
    if known is None and told_on is None and conversation.open_ticket is None:
        ticket = await _new_ticket(event, conversation, store=store, department=department)

    def call_somebody(before: Conversation) -> Conversation:
        if told_on is not None or before.open_ticket is not None:
            return before
        if ticket is None:
            raise Retryable("the ticket that a failed write was to be told on has just been closed", delay_s=_AGAIN_S)
        return replace(before, ticket=ticket)

    reachable = conversation.last is not None
    draft = _draft(event, note_id, "note", crm_words.failed(event, reachable=reachable), told_on)
    told = await archive(draft, cause=event, conversation=conversation, store=store, learn=call_somebody, known=known)
    log.info("failed_write_told", write=event.write, outcome=event.outcome, write_id=event.write_id)
    return [*await _opened(event, told, store=store, unasked=reachable), *told]


async def tell_filed(event: CaseFiled | LeadFiled, *, store: Store) -> list[Message]:
    """Write the management system's number into the conversation; nothing when it tells none or no ticket led to it."""
    number = event.case_id if isinstance(event, CaseFiled) else event.lead_id
    if number is None or event.ticket_id is None:
        return []
    conversation = await store.conversations.load(event.contact_id)
    draft = _draft(event, derive_id(event.id, "line"), "event", crm_words.filed(number), event.ticket_id)
    known = await store.lines.get(draft.message_id)
    return [*await archive(draft, cause=event, conversation=conversation, store=store, known=known)]


def _own_ticket_id(event: CrmWriteFailed) -> str:
    return derive_id(event.id, "ticket")


async def _ticket_of(event: CrmWriteFailed, conversation: Conversation, *, store: Store) -> str | None:
    """Return the ticket that it is told on, open or not; None when it must be one that somebody works on.

    A case or lead never opens one: the new ticket would be filed too, and refused again.
    """
    if event.ticket_id is not None:
        return event.ticket_id
    if event.write in _OF_A_TICKET and conversation.ticket is not None:
        return conversation.ticket.ticket_id
    own = _own_ticket_id(event)
    return own if conversation.holds(own) or await store.tickets.get(own) is not None else None


async def _opened(
    event: CrmWriteFailed, told: Sequence[MessageArchived], *, store: Store, unasked: bool
) -> list[Message]:
    """Tell of the ticket that was opened for it; nothing once it is closed: the queue has seen it."""
    own = [line.ticket for line in told if line.ticket is not None and line.ticket.ticket_id == _own_ticket_id(event)]
    for view in own:
        await store.tickets.save(view)  # before anybody hears of it: leads from the ticket to the conversation
        log.info("ticket_opened", ticket_id=view.ticket_id, number=view.number, area=view.area.value)
    return [
        TicketOpened.caused_by(event, "opened", contact_id=view.contact_id, ticket=view, words=[], unasked=unasked)
        for view in own
    ]


async def _new_ticket(
    event: CrmWriteFailed, conversation: Conversation, *, store: Store, department: Callable[[str], str]
) -> Ticket:
    if conversation.ticket is not None:
        await store.tickets.save(conversation.view(conversation.ticket))  # before another ticket takes its room
    area, wanted = _DESKS[event.write]
    at = millis(event.occurred_at)
    customer = _customer(event, conversation)
    return Ticket(
        ticket_id=_own_ticket_id(event),
        number=await store.numbers.next(),
        status=TicketStatus.PENDING,
        area=area,
        department=department(wanted),
        customer=customer,
        customer_name=customer.name if customer else conversation.name or crm_words.SOMEBODY,
        reason=crm_words.title(event),
        opened_at=at,
        waiting_since=at,
    )


def _customer(event: CrmWriteFailed, conversation: Conversation) -> CustomerRef | None:
    """Return the customer as the contact's last ticket knows them, else with the id in place of the number."""
    last = conversation.ticket.customer if conversation.ticket else None
    if event.customer_id is None or (last is not None and last.customer_id == event.customer_id):
        return last
    name = conversation.name or crm_words.nameless(event.customer_id)
    return CustomerRef(customer_id=event.customer_id, number=event.customer_id, name=name)


def _draft(event: Message, line_id: str, kind: LineKind, words: str, ticket_id: str | None) -> Draft:
    return Draft(
        message_id=line_id,
        at=millis(event.occurred_at),
        kind=kind,
        direction=None,
        author=Author(kind=AuthorKind.SYSTEM, name=crm_words.SYSTEM),
        content=TextContent(text=words),
        ticket_id=ticket_id,
    )
