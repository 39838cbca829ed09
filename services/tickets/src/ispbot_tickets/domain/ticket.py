"""A ticket and its moves: each returns a new ticket or raises a refusal."""

from dataclasses import dataclass, replace
from datetime import datetime

from ispbot_contracts.common import AgentRef, Area, CustomerRef
from ispbot_contracts.tickets import TicketStatus
from ispbot_tickets.domain.refusals import NoTransferTarget, NotYours, TicketClosed, TicketTaken

CONFIDENT = 0.5
"""From this confidence on, the class that was read replaces the reason that the menu gave."""


@dataclass(frozen=True)
class Ticket:
    """One case of one contact. ``waiting_since`` is when the customer began to wait for a person."""

    ticket_id: str
    number: int
    status: TicketStatus
    area: Area
    department: str
    customer: CustomerRef | None
    customer_name: str
    reason: str
    opened_at: datetime
    waiting_since: datetime | None
    zone_id: str | None = None
    zone_name: str | None = None
    summary: str | None = None
    assignee: AgentRef | None = None
    closed_at: datetime | None = None
    closed_by: AgentRef | None = None
    close_comment: str | None = None
    joined_ids: tuple[str, ...] = ()
    """Tickets of the same person that went on in this one."""

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to act."""
        return self.status is not TicketStatus.CLOSED

    def is_held_by(self, agent: AgentRef) -> bool:
        """Tell whether this agent is the one attending."""
        return self.assignee is not None and self.assignee.id == agent.id

    def take(self, agent: AgentRef) -> "Ticket":
        """Give a pending ticket to an agent; taking one's own again changes nothing. Raises TicketTaken, TicketClosed."""
        self._must_be_open()
        if self.is_held_by(agent):
            return self
        if self.assignee is not None:
            raise TicketTaken(self.assignee.id, self.assignee.name)
        return replace(self, status=TicketStatus.IN_PROGRESS, assignee=agent)

    def transfer(
        self, by: AgentRef, *, to_agent: AgentRef | None, to_department: str | None, at: datetime, override: bool
    ) -> "Ticket":
        """Hand over to an agent, or back to a department's queue. Raises NotYours, TicketClosed, NoTransferTarget."""
        self.check_holder(by, override=override)
        department = to_department or self.department
        if to_agent is not None:
            return replace(self, status=TicketStatus.IN_PROGRESS, assignee=to_agent, department=department)
        if to_department is None:
            raise NoTransferTarget
        return replace(
            self,
            status=TicketStatus.PENDING,
            assignee=None,
            department=department,
            waiting_since=self.waiting_since or at,
        )

    def close(self, by: AgentRef, *, comment: str | None, at: datetime, override: bool) -> "Ticket":
        """Resolve the case; the same agent closing again changes nothing. Raises NotYours, TicketClosed."""
        if not self.is_open and self.closed_by is not None and self.closed_by.id == by.id:
            return self
        self.check_holder(by, override=override)
        return replace(
            self,
            status=TicketStatus.CLOSED,
            waiting_since=None,
            closed_at=at,
            closed_by=by,
            close_comment=(comment or "").strip() or None,
        )

    def check_holder(self, agent: AgentRef, *, override: bool = False) -> None:
        """Raise TicketClosed or NotYours unless this agent may act on the ticket."""
        self._must_be_open()
        if not override and not self.is_held_by(agent):
            raise NotYours(self.assignee.name if self.assignee else None)

    def customer_wrote(self, at: datetime) -> "Ticket":
        """The customer waits, since their first message after our last answer."""
        return self if self.waiting_since is not None else replace(self, waiting_since=at)

    def answered(self) -> "Ticket":
        """A person answered: nobody waits."""
        return replace(self, waiting_since=None)

    def joined_by(self, other: "Ticket") -> "Ticket":
        """Go on with another open ticket of the same person in this one."""
        return replace(self, joined_ids=(*self.joined_ids, *other.joined_ids, other.ticket_id))

    def summarised(self, *, summary: str, reason: str, confidence: float) -> "Ticket":
        """Keep the one-line summary, and the class read from the words when it is sure enough."""
        reason = reason_of(self.reason, read=reason, confidence=confidence)
        return replace(self, summary=summary or self.summary, reason=reason)

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise TicketClosed(self.closed_by.name if self.closed_by else None)


def reason_of(told: str, *, read: str, confidence: float) -> str:
    """Return the reason to show: what was read in the words when that is sure enough, else what the menu told."""
    return read if confidence >= CONFIDENT else told
