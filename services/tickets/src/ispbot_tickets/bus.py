"""Entry points: which message and which question leads to which use case."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel

from ispbot_contracts import tickets as contract
from ispbot_contracts import whatsapp
from ispbot_contracts.ai import TicketSummarised
from ispbot_contracts.base import Query
from ispbot_contracts.crm_writes import CaseFiled, CrmWriteFailed, LeadFiled
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal
from ispbot_tickets import metrics
from ispbot_tickets.domain.refusals import TicketRefusal
from ispbot_tickets.handlers import (
    archive,
    change_lines,
    look,
    merge_contacts,
    open_ticket,
    tell_crm_writes,
    work_ticket,
    write,
)
from ispbot_tickets.handlers.chronicle import Chronicle
from ispbot_tickets.store.store import Store

QueryT = TypeVar("QueryT", bound=Query[Any])
Answer = Callable[[QueryT], Awaitable[BaseModel]]


@dataclass(frozen=True)
class Surroundings:
    """What the use cases know of the company, always current."""

    local_day: Callable[[datetime], date]
    department_name: Callable[[str], str]
    department: Callable[[str], str]
    """The id of a department that there is: the wanted one, else the first."""


def register(bus: Bus, store: Store, surroundings: Surroundings) -> None:
    """Register everything this service consumes and answers."""
    _consume(bus, store, Chronicle(store, surroundings.local_day, surroundings.department_name))
    _consume_writes(bus, store, surroundings)
    _answer(bus, store, surroundings)


def _consume(bus: Bus, store: Store, chronicle: Chronicle) -> None:
    bus.consume(
        "archive",
        {
            whatsapp.MessageReceived: partial(archive.archive_received, store=store),
            whatsapp.MessageSent: partial(archive.archive_sent, store=store),
            whatsapp.MessageSendFailed: partial(archive.archive_send_failed, store=store),
            whatsapp.MessageEdited: partial(change_lines.edit_message, store=store),
            whatsapp.MessageDeleted: partial(change_lines.delete_message, store=store),
            whatsapp.ReactionReceived: partial(change_lines.react, store=store),
            whatsapp.MediaStored: partial(change_lines.store_media, store=store),
            whatsapp.MediaFailed: partial(change_lines.lose_media, store=store),
            whatsapp.ReceiptReceived: partial(change_lines.move_ticks, store=store),
            whatsapp.ContactMerged: partial(merge_contacts.merge_contacts, store=store),
            whatsapp.ContactIdentified: partial(merge_contacts.identify_contact, store=store),
            contract.OpenTicket: partial(open_ticket.open_ticket, store=store),
            contract.TicketOpened: chronicle.opened,
            contract.TicketTaken: chronicle.taken,
            contract.TicketTransferred: chronicle.transferred,
            contract.TicketClosed: chronicle.closed,
            contract.TicketUpdated: chronicle.updated,
            TicketSummarised: partial(open_ticket.summarise_ticket, store=store),
        },
        order="partition",
    )


def _consume_writes(bus: Bus, store: Store, surroundings: Surroundings) -> None:
    """Rare, and each stands for itself: no order, so one durable in place of one per partition."""
    failed = partial(tell_crm_writes.tell_failed_write, store=store, department=surroundings.department)
    filed = partial(tell_crm_writes.tell_filed, store=store)
    bus.consume("writes", {CrmWriteFailed: failed, CaseFiled: filed, LeadFiled: filed}, order="none")


def _answer(bus: Bus, store: Store, surroundings: Surroundings) -> None:
    async def stats(_: contract.GetTicketStats) -> contract.TicketStats:
        return await look.get_ticket_stats(store=store, local_day=surroundings.local_day)

    bus.answer(contract.ListTickets, refusing(partial(look.list_tickets, store=store)))
    bus.answer(contract.GetTicket, refusing(partial(look.get_ticket, store=store)))
    bus.answer(contract.ListMessages, refusing(partial(look.list_messages, store=store)))
    bus.answer(contract.GetMessage, refusing(partial(look.get_message, store=store)))
    bus.answer(contract.PreviousTickets, refusing(partial(look.previous_tickets, store=store)))
    bus.answer(contract.GetTicketStats, stats)
    bus.answer(contract.TakeTicket, refusing(partial(work_ticket.take_ticket, store=store)))
    bus.answer(contract.TransferTicket, refusing(partial(work_ticket.transfer_ticket, store=store)))
    bus.answer(contract.CloseTicket, refusing(partial(work_ticket.close_ticket, store=store)))
    bus.answer(contract.MarkSeen, refusing(partial(work_ticket.mark_seen, store=store)))
    bus.answer(contract.ReplyToTicket, refusing(partial(write.reply_to_ticket, store=store)))
    bus.answer(contract.AddNote, refusing(partial(write.add_note, store=store)))


def refusing(use_case: Answer[QueryT]) -> Answer[QueryT]:
    """Answer a domain refusal with its code and its Spanish sentence."""

    async def answer(query: QueryT) -> BaseModel:
        try:
            return await use_case(query)
        except TicketRefusal as refusal:
            metrics.REFUSED.labels(refusal.code).inc()
            raise Refusal(refusal.code, refusal.message, **refusal.details) from refusal

    return answer
