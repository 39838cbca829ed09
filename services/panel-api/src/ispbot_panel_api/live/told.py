"""One ticket event as each person may hear of it: which frames, in which order."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cachetools import LRUCache
from pydantic import BaseModel, ValidationError

from ispbot_contracts.base import Event
from ispbot_contracts.catalogue import message_type
from ispbot_contracts.common import AgentRef
from ispbot_contracts.settings import AttentionSettings
from ispbot_contracts.tickets import (
    MessageArchived,
    MessageUpdated,
    TicketClosed,
    TicketOpened,
    TicketStatus,
    TicketTaken,
    TicketTransferred,
    TicketUpdated,
    TicketView,
)
from ispbot_panel_api.live.models import MessageData, NoticeData, TicketChangedData, TicketGoneData
from ispbot_panel_api.live.ring import Entry
from ispbot_panel_api.permissions import Permission
from ispbot_panel_api.tickets.access import sees
from ispbot_panel_api.tickets.views import agent_ref, message_view, ticket_row
from ispbot_panel_api.users.store import User
from ispbot_runtime.logs import get_logger
from ispbot_runtime.parking import describe

log = get_logger(__name__)

_KEPT_TICKETS = 5000
_PREVIEW = 160
TicketEvent = TicketOpened | TicketTaken | TicketTransferred | TicketClosed | TicketUpdated


@dataclass(frozen=True)
class Part:
    """A frame without its cursor; ``data`` is JSON."""

    type: str
    data: str

    def frame(self, cursor: int | None) -> str:
        """Return the frame as it is sent."""
        place = "null" if cursor is None else f'"{cursor}"'
        return f'{{"type":"{self.type}","cursor":{place},"data":{self.data}}}'


def part(frame_type: str, data: BaseModel) -> Part:
    """Return a part of its data."""
    return Part(frame_type, data.model_dump_json())


def read_event(entry: Entry) -> Event | None:
    """Return the event of an entry, None when this version does not know it or can not read it."""
    kind = message_type(entry.subject)
    if kind is None or not issubclass(kind, Event):
        log.info("live_event_unknown", subject=entry.subject)
        return None
    try:
        return kind.model_validate_json(entry.raw)
    except ValidationError as error:
        log.error("live_event_unreadable", subject=entry.subject, seq=entry.seq, reason=describe(error))
        return None


class TicketIndex:
    """The newest copy of recent tickets, by id and by contact: says who may hear of a line or of typing."""

    def __init__(self) -> None:
        self._by_id: LRUCache[str, TicketView] = LRUCache(maxsize=_KEPT_TICKETS)
        self._open: LRUCache[str, TicketView] = LRUCache(maxsize=_KEPT_TICKETS)

    def learn(self, ticket: TicketView) -> None:
        """Take a copy of a ticket if it is newer."""
        known = self._by_id.get(ticket.ticket_id)
        if known is not None and known.version > ticket.version:
            return
        self._by_id[ticket.ticket_id] = ticket
        if ticket.status is not TicketStatus.CLOSED:
            self._open[ticket.contact_id] = ticket
        elif (current := self._open.get(ticket.contact_id)) and current.ticket_id == ticket.ticket_id:
            del self._open[ticket.contact_id]

    def learn_from(self, event: Event) -> None:
        """Take the ticket that an event carries."""
        ticket: TicketView | None = getattr(event, "ticket", None)
        if ticket is not None:
            self.learn(ticket)

    def by_id(self, ticket_id: str) -> TicketView | None:
        """Return a ticket if it was seen lately."""
        return self._by_id.get(ticket_id)

    def open_of(self, contact_id: str) -> TicketView | None:
        """Return a contact's open ticket if it was seen lately."""
        return self._open.get(contact_id)


class Told:
    """An event with its frames, each made once for all who hear of it."""

    def __init__(self, seq: int, event: Event, attention: Callable[[], AttentionSettings]) -> None:
        self.seq = seq
        self.event = event
        self._attention = attention

    def parts_for(self, user: User, ticket_of_line: TicketView | None) -> list[Part]:
        """Return what this person hears; ``ticket_of_line`` is the ticket of a changed line, when it has one."""
        match self.event:
            case MessageArchived(ticket=ticket):
                return self._line(user, ticket)
            case MessageUpdated():
                visible = _sees(user, ticket_of_line)
                return [self._message] if visible else []
            case TicketOpened() | TicketTaken() | TicketTransferred() | TicketClosed() | TicketUpdated():
                return self._ticket(self.event, user)
            case _:
                return []

    def _line(self, user: User, ticket: TicketView | None) -> list[Part]:
        if not _sees(user, ticket):
            return []
        parts = [self._message]
        if ticket is not None:
            parts.append(self._changed)
            if self._is_reply_to(user, ticket):
                parts.append(self._reply_notice)
        return parts

    def _is_reply_to(self, user: User, ticket: TicketView) -> bool:
        event = self.event
        inbound = isinstance(event, MessageArchived) and event.message.direction == "in"
        return inbound and ticket.assignee is not None and ticket.assignee.id == user.id

    def _ticket(self, event: TicketEvent, user: User) -> list[Part]:
        if not sees(user, event.ticket):
            return [] if isinstance(event, TicketOpened) else [self._gone]
        parts = [self._changed]
        if isinstance(event, TicketOpened):
            parts.append(self._opened_notice)
        elif isinstance(event, TicketTransferred) and _is(user, event.to_agent) and not _is(user, event.by):
            parts.append(self._transferred_notice)
        return parts

    @cached_property
    def _message(self) -> Part:
        event = self.event
        if isinstance(event, MessageArchived):
            ticket_id = event.ticket.ticket_id if event.ticket else event.message.ticket_id
            data = MessageData(contact_id=event.contact_id, ticket_id=ticket_id, message=message_view(event.message))
            return part("ticket_message", data)
        changed = _must(MessageUpdated, event)
        data = MessageData(
            contact_id=changed.contact_id, ticket_id=changed.ticket_id, message=message_view(changed.message)
        )
        return part("message_updated", data)

    @cached_property
    def _changed(self) -> Part:
        change, actor = _what(self.event)
        row = ticket_row(self._ticket_view, self._attention())
        return part("ticket_changed", TicketChangedData(change=change, ticket=row, actor=agent_ref(actor)))

    @cached_property
    def _gone(self) -> Part:
        return part("ticket_gone", TicketGoneData(ticket_id=self._ticket_view.ticket_id))

    @cached_property
    def _opened_notice(self) -> Part:
        ticket = self._ticket_view
        return _notice(
            "new_ticket", ticket, f"Nuevo ticket #{ticket.number}", f"{ticket.customer_name}: {ticket.reason}"
        )

    @cached_property
    def _reply_notice(self) -> Part:
        ticket = self._ticket_view
        return _notice("reply", ticket, f"{ticket.customer_name} respondió", ticket.preview or ticket.reason)

    @cached_property
    def _transferred_notice(self) -> Part:
        event = _must(TicketTransferred, self.event)
        ticket = event.ticket
        title = f"{event.by.name} te transfirió el ticket #{ticket.number}"
        return _notice("transferred", ticket, title, f"{ticket.customer_name}: {ticket.reason}")

    @property
    def _ticket_view(self) -> TicketView:
        ticket: TicketView = getattr(self.event, "ticket")  # noqa: B009 - only asked of events that carry one
        return ticket


def waiting_notice(ticket: TicketView, minutes: int, *, critical: bool) -> Part:
    """Return the notice of a ticket that waits too long."""
    title = f"El ticket #{ticket.number} espera hace {minutes} minutos"
    kind = "waiting_critical" if critical else "waiting_warning"
    return _notice(kind, ticket, title, f"{ticket.customer_name}: {ticket.reason}")


def _notice(kind: Any, ticket: TicketView, title: str, text: str) -> Part:
    return part("notice", NoticeData(kind=kind, ticket_id=ticket.ticket_id, title=title, text=text[:_PREVIEW]))


def _what(event: Event) -> tuple[Any, AgentRef | None]:
    match event:
        case TicketOpened():
            return "opened", None
        case TicketTaken(agent=agent):
            return "taken", agent
        case TicketTransferred(by=by):
            return "transferred", by
        case TicketClosed(by=by):
            return "closed", by
        case _:
            return "updated", None


def _sees(user: User, ticket: TicketView | None) -> bool:
    return user.may(Permission.OMNICHAT_ALL) or (ticket is not None and sees(user, ticket))


def _is(user: User, agent: AgentRef | None) -> bool:
    return agent is not None and agent.id == user.id


def _must(kind: type[Any], event: Event) -> Any:
    if not isinstance(event, kind):
        raise TypeError(f"{kind.__name__} expected, got {type(event).__name__}")
    return event
