"""The conversation of one contact: where the next line stands, what lists show of it, and its one ticket.

There is at most one open ticket per contact because a conversation has room for one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from ispbot_contracts.common import AgentRef, Author, AuthorKind
from ispbot_contracts.tickets import TicketView
from ispbot_tickets.domain.line import Change, Draft, Line
from ispbot_tickets.domain.refusals import TicketClosed
from ispbot_tickets.domain.ticket import Ticket
from ispbot_tickets.domain.wording import DELETED, preview_of

RECENT = 8
"""How many of the newest lines a conversation remembers, to know what it has counted before a crash."""
MAX_PARKED = 64
PARKED_FOR = timedelta(hours=24)
_ANSWERERS = {AuthorKind.AGENT, AuthorKind.PHONE}


@dataclass(frozen=True)
class LastLine:
    """The newest message, as lists show it."""

    message_id: str
    at: datetime
    preview: str
    author: Author


@dataclass(frozen=True)
class RecentLine:
    """A place that was given to a line."""

    message_id: str
    seq: int


@dataclass(frozen=True)
class ParkedChange:
    """A change of a message that has not come yet."""

    cause: str
    wa_id: str
    change: Change
    parked_at: datetime


@dataclass(frozen=True)
class Conversation:
    """One contact's conversation. ``version`` grows with each stored change."""

    contact_id: str
    version: int = 0
    kind: Literal["direct", "group"] = "direct"
    name: str | None = None
    phone: str | None = None
    last_seq: int = 0
    last: LastLine | None = None
    unread: int = 0
    """Customer's messages since a person last read or answered."""
    last_inbound_at: datetime | None = None
    ticket: Ticket | None = None
    """The open ticket, or the last one until another opens."""
    recent: tuple[RecentLine, ...] = ()
    parked: tuple[ParkedChange, ...] = ()
    absorbed: tuple[str, ...] = ()
    """Contacts that turned out to be this person."""
    moved_to: str | None = None
    """The contact that took this one over."""
    untold: bool = False
    """Messages of an earlier change were not yet known to be on the bus when this was read."""

    @property
    def open_ticket(self) -> Ticket | None:
        """The ticket somebody still has to act on."""
        return self.ticket if self.ticket is not None and self.ticket.is_open else None

    def seq_of(self, message_id: str) -> int | None:
        """Return the place given to a recent line, None when it is not known (any more)."""
        return next((line.seq for line in self.recent if line.message_id == message_id), None)

    def may_have(self, at: datetime) -> bool:
        """Tell whether a line of that moment may stand here: none does when all are older."""
        return _clock(at) <= self.last_seq

    def add(self, draft: Draft) -> "Conversation":
        """Give a new line the next place and count what it means: unread, who waits, what lists show.

        Places follow the clock as far as they can and always grow, so that two conversations that become one keep
        their order.
        """
        seq = max(self.last_seq + 1, _clock(draft.at))
        after = replace(self, last_seq=seq, recent=(*self.recent, RecentLine(draft.message_id, seq))[-RECENT:])
        if draft.kind != "message":
            return after
        last = LastLine(draft.message_id, draft.at, preview_of(draft.content), draft.author)
        after = replace(after, last=last)
        if draft.direction == "in":
            ticket = self.open_ticket.customer_wrote(draft.at) if self.open_ticket else self.ticket
            return replace(after, unread=self.unread + 1, last_inbound_at=draft.at, ticket=ticket)
        if draft.author.kind in _ANSWERERS:
            return replace(after, unread=0, ticket=self.open_ticket.answered() if self.open_ticket else self.ticket)
        return after

    def place(self, draft: Draft) -> Line | None:
        """Return the line of a draft that has been added, with the changes that came before it; None when not added."""
        seq = self.seq_of(draft.message_id)
        if seq is None:
            return None
        ticket_id = draft.ticket_id or (self.open_ticket.ticket_id if self.open_ticket else None)
        line = Line.place(draft, contact_id=self.contact_id, seq=seq, ticket_id=ticket_id)
        return self.catch_up(line)

    def catch_up(self, line: Line) -> Line:
        """Apply to a line the changes that came before it."""
        for parked in self.parked:
            if parked.wa_id == line.wa_id:
                line = line.change(parked.change)
        return line

    def park(self, parked: ParkedChange) -> "Conversation":
        """Keep a change for a message that has not come yet: bounded, and not for ever."""
        if any(known.cause == parked.cause and known.wa_id == parked.wa_id for known in self.parked):
            return self
        fresh = tuple(known for known in self.parked if parked.parked_at - known.parked_at < PARKED_FOR)
        return replace(self, parked=(*fresh, parked)[-MAX_PARKED:])

    def line_changed(self, line: Line) -> "Conversation":
        """Follow an edit or deletion of the newest message in what lists show."""
        if self.last is None or self.last.message_id != line.message_id:
            return self
        preview = DELETED if line.deleted else preview_of(line.content)
        return self if preview == self.last.preview else replace(self, last=replace(self.last, preview=preview))

    def stands_at(self, message_id: str, line: Line) -> "Conversation":
        """Remember that a message has the place of a line that stands already, and take back one it was given itself."""
        given = self.seq_of(message_id)
        if given == line.seq:
            return self
        others = (place for place in self.recent if place.message_id != message_id)
        after = replace(self, recent=(*others, RecentLine(message_id, line.seq))[-RECENT:])
        if given is None:
            return after
        last = LastLine(line.message_id, line.at, preview_of(line.content), line.author)
        is_last = self.last is not None and self.last.message_id == message_id
        return replace(after, last=last if is_last else self.last, unread=max(self.unread - 1, 0))

    def seen(self, by: AgentRef) -> "Conversation":
        """The agent who holds the ticket has read; others only look."""
        held = self.open_ticket is not None and self.open_ticket.is_held_by(by)
        return replace(self, unread=0) if held and self.unread else self

    def holds(self, ticket_id: str) -> bool:
        """Tell whether the open (or last) ticket is this one."""
        return self.ticket is not None and self.ticket.ticket_id == ticket_id

    def ticket_named(self, ticket_id: str) -> Ticket:
        """Return the ticket under this id. Raises TicketClosed when another one took its room."""
        if self.ticket is None or self.ticket.ticket_id != ticket_id:
            raise TicketClosed(None)
        return self.ticket

    def with_ticket(self, ticket: Ticket) -> "Conversation":
        """Return the conversation with its ticket moved; nobody has anything left to read in a closed one."""
        if ticket == self.ticket:
            return self
        return replace(self, ticket=ticket, unread=self.unread if ticket.is_open else 0)

    def known_as(self, *, name: str | None, phone: str | None) -> "Conversation":
        """Learn the contact's WhatsApp name and phone."""
        name, phone = name or self.name, phone or self.phone
        return self if (name, phone) == (self.name, self.phone) else replace(self, name=name, phone=phone)

    def absorb(self, other: "Conversation") -> "Conversation":
        """Take over the conversation of the same person: the newer last line, all unread, the older open ticket."""
        if other.contact_id in self.absorbed:
            return self
        newest = max((last for last in (self.last, other.last) if last), key=lambda last: last.at, default=None)
        inbound = max((at for at in (self.last_inbound_at, other.last_inbound_at) if at), default=None)
        return replace(
            self,
            version=max(self.version, other.version),
            name=self.name or other.name,
            phone=self.phone or other.phone,
            last_seq=max(self.last_seq, other.last_seq),
            last=newest,
            unread=self.unread + other.unread,
            last_inbound_at=inbound,
            ticket=joined(self.ticket, other.ticket),
            parked=(*self.parked, *other.parked)[-MAX_PARKED:],
            recent=(*self.recent, *other.recent)[-RECENT:],
            absorbed=(*self.absorbed, *other.absorbed, other.contact_id),
        )

    def view(self, ticket: Ticket) -> TicketView:
        """Return a ticket of this conversation as others see it."""
        return TicketView(
            ticket_id=ticket.ticket_id,
            number=ticket.number,
            version=self.version,
            status=ticket.status,
            area=ticket.area,
            department=ticket.department,
            contact_id=self.contact_id,
            customer=ticket.customer,
            customer_name=ticket.customer_name,
            phone=self.phone,
            reason=ticket.reason,
            summary=ticket.summary,
            opened_at=ticket.opened_at,
            waiting_since=ticket.waiting_since,
            assignee=ticket.assignee,
            zone_id=ticket.zone_id,
            zone_name=ticket.zone_name,
            unread=self.unread if ticket.is_open else 0,
            last_message_at=self.last.at if self.last else None,
            preview=self.last.preview if self.last else "",
            preview_author=self.last.author if self.last else None,
            closed_at=ticket.closed_at,
            closed_by=ticket.closed_by,
            close_comment=ticket.close_comment,
        )

    def open_view(self) -> TicketView | None:
        """Return the open ticket as others see it."""
        return self.view(self.open_ticket) if self.open_ticket else None


def _clock(at: datetime) -> int:
    """Return a moment as a place: microseconds since 1970, exact in JSON numbers for the next two centuries."""
    return int(at.timestamp() * 1_000_000)


def two_open(one: Ticket | None, other: Ticket | None) -> tuple[Ticket, Ticket] | None:
    """Return the younger and the older of two contacts' open tickets, None when at most one is open."""
    if one is None or other is None or not (one.is_open and other.is_open):
        return None
    older, younger = sorted((one, other), key=lambda ticket: (ticket.opened_at, ticket.number))
    return younger, older


def joined(one: Ticket | None, other: Ticket | None) -> Ticket | None:
    """Return the one ticket of two contacts that are the same person: an open one before a closed one, the older of two
    open ones, joined by the younger."""
    both = two_open(one, other)
    if both is not None:
        younger, older = both
        return older.joined_by(younger)
    return max(
        (ticket for ticket in (one, other) if ticket is not None),
        key=lambda ticket: (ticket.is_open, ticket.number), default=None,
    )  # fmt: skip
