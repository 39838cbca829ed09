"""The queue as one agent sees it: which tickets, in which order, which page."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ispbot_contracts.tickets import QueueCounts, TicketStatus, TicketView

View = Literal["pending", "in_progress", "mine"]
_LAST = "~"


@dataclass(frozen=True)
class Onlooker:
    """Who looks. ``departments`` None sees all; ``only_agent`` hides what others attend."""

    agent_id: str
    departments: frozenset[str] | None
    only_agent: bool

    def sees(self, ticket: TicketView, view: View) -> bool:
        """Tell whether a ticket belongs on a tab."""
        if ticket.status is TicketStatus.PENDING:
            return view == "pending" and self._of_own_departments(ticket)
        if self._holds(ticket):
            return view in {"mine", "in_progress"}
        return view == "in_progress" and not self.only_agent and self._of_own_departments(ticket)

    def counts(self, tickets: Iterable[TicketView]) -> QueueCounts:
        """Return the tabs' numbers."""
        seen = list(tickets)
        return QueueCounts(
            pending=sum(self.sees(ticket, "pending") for ticket in seen),
            in_progress=sum(self.sees(ticket, "in_progress") for ticket in seen),
            mine=sum(self.sees(ticket, "mine") for ticket in seen),
        )

    def _holds(self, ticket: TicketView) -> bool:
        return ticket.assignee is not None and ticket.assignee.id == self.agent_id

    def _of_own_departments(self, ticket: TicketView) -> bool:
        return self.departments is None or ticket.department in self.departments


def place_in_queue(ticket: TicketView) -> str:
    """Return the sort key, which is also the cursor: who waits longest first, then who does not wait, by number."""
    waiting = ticket.waiting_since.isoformat() if ticket.waiting_since else _LAST
    return f"{waiting}|{ticket.number:012}"


def page_of(tickets: Sequence[TicketView], *, cursor: str | None, limit: int) -> tuple[list[TicketView], str | None]:
    """Return the tickets behind the cursor, and the next cursor when there are more."""
    ordered = sorted(tickets, key=place_in_queue)
    rest = [ticket for ticket in ordered if cursor is None or place_in_queue(ticket) > cursor]
    page = rest[:limit]
    return page, place_in_queue(page[-1]) if len(rest) > limit else None


def matches(ticket: TicketView, words: str) -> bool:
    """Tell whether every word is found in the name, phone, number, customer number or reason, without accents."""
    text = fold(" ".join(filter(None, _searched(ticket))))
    return all(word in text for word in fold(words).removeprefix("#").split())


def fold(text: str) -> str:
    """Return the text in lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _searched(ticket: TicketView) -> list[str | None]:
    customer = ticket.customer
    return [
        ticket.customer_name,
        ticket.phone,
        str(ticket.number),
        customer.name if customer else None,
        customer.number if customer else None,
        ticket.reason,
        ticket.summary,
    ]
