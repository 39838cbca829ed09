"""One contact's conversation with the bot: who they are, where they stand, what was offered. Pure; times are aware UTC."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from ispbot_contracts.common import LatLng
from ispbot_router.domain.loop_guard import Answer
from ispbot_router.domain.menu import Bot

_KEPT_FOR_LATER = 3
_CLOSED_KEPT = 8
_CLOCK_OF_THE_ARCHIVE = timedelta(milliseconds=1)


class Step(StrEnum):
    """What the next message answers."""

    NEW = "new"
    """Nothing was said yet in this conversation."""
    MENU = "menu"
    """A submenu is on the screen."""
    FOLLOW_UP = "follow_up"
    """An answer with what can be done next is on the screen."""
    DOCUMENT = "document"
    """DNI or customer number."""
    ACCOUNT = "account"
    """Which of several contracts."""
    LOCATION = "location"
    """A place on the map, to tell the coverage."""
    SLOT = "slot"
    """When somebody should come."""
    ADDRESS = "address"
    """Where somebody should come."""
    CONFIRM = "confirm"
    """Yes to the visit."""
    FILE = "file"
    """What the file is that was sent."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One numbered option as it was shown; its number is its position."""

    token: str
    label: str


@dataclass(frozen=True, slots=True)
class Account:
    """What the conversation needs of a contract; money is always asked anew."""

    customer_id: str
    number: str
    name: str
    address: str | None
    plan: str | None
    position: LatLng | None
    speed: str | None = None
    """Contracted speed as people read it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the contact is in the management system. Several accounts and none chosen: must be asked."""

    accounts: tuple[Account, ...] = ()
    chosen: str | None = None
    by: Literal["phone", "document", "number"] | None = None
    asked_at: datetime | None = None
    as_last_seen: bool = False
    """Told from memory, for the system did not answer: to be asked again before anything of a contract is shown."""
    source: str = ""
    """The system whose ids these are (``CustomersFound.source``); empty: known before that was told."""

    def is_of(self, source: str) -> bool:
        """Tell whether the ids mean these people in the system ``source``."""
        return not source or not self.source or self.source == source

    @property
    def account(self) -> Account | None:
        """The contract that is talked about; never a guess among several."""
        if len(self.accounts) == 1:
            return self.accounts[0]
        return next((account for account in self.accounts if account.customer_id == self.chosen), None)


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """A free time that was shown."""

    starts_at: datetime
    ends_at: datetime
    technician_id: str
    technician_name: str


@dataclass(frozen=True, slots=True)
class VisitDraft:
    """A visit being arranged. ``key`` makes booking it twice one booking."""

    kind: Literal["technical", "installation"]
    slots: tuple[OfferedSlot, ...]
    slot: OfferedSlot | None = None
    key: str | None = None
    address: str | None = None
    position: LatLng | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """People attend: the bot is silent until the ticket closes or ``until`` passes."""

    reason: str
    until: datetime
    ticket_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unheard:
    """A message while people attend, as it came (``body`` is its JSON)."""

    sent_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Session:
    """The conversation of one contact."""

    contact_id: str
    step: Step = Step.NEW
    bot: Bot = Bot.SALES
    node_id: str | None = None
    offered: tuple[Choice, ...] = ()
    misses: int = 0
    """Messages in a row that were not understood."""
    identity: Identity = Identity()
    pending: str | None = None
    """What to do once it is known who they are."""
    retry: str | None = None
    """What failed for want of a neighbour and the word *reintentar* does again."""
    visit: VisitDraft | None = None
    unsettled: VisitDraft | None = None
    """A visit they said yes to and the agenda gave no answer. No move drops it: only the agenda's answer does."""
    position: LatLng | None = None
    """The last place they sent."""
    lead_told: bool = False
    """The sales group knows about this conversation."""
    last_at: datetime | None = None
    answers: tuple[Answer, ...] = ()
    emergency_at: datetime | None = None
    late_at: datetime | None = None
    zone_notice: str | None = None
    """Which zone emergency they were told about in this conversation."""
    handover: Handover | None = None
    closed_tickets: tuple[str, ...] = ()
    """The tickets that closed last: what is merged in or comes late must not leave the chat to people for one of them."""
    heard_until: datetime | None = None
    """Messages sent up to here were read by people: late ones are not words to the bot."""
    unheard: tuple[Unheard, ...] = ()
    """The newest messages while people attend: those that nobody read before the case was closed are words to the bot."""

    @property
    def account(self) -> Account | None:
        """The contract that is talked about."""
        return self.identity.account

    @property
    def place(self) -> LatLng | None:
        """Where the customer is: by the management system, else the last place they sent."""
        return self.account.position if self.account and self.account.position else self.position

    def begun_anew(self) -> "Session":
        """Forget where the conversation stood; remember who they are."""
        several = len(self.identity.accounts) > 1
        return replace(
            self, step=Step.NEW, bot=Bot.SALES, node_id=None, offered=(), misses=0, pending=None, retry=None, visit=None,
            lead_told=False, zone_notice=None, handover=None, unheard=(),
            identity=replace(self.identity, chosen=None) if several else self.identity,
        )  # fmt: skip

    def is_idle(self, now: datetime, limit: timedelta) -> bool:
        """Tell whether the silence was so long that the conversation starts again."""
        return self.last_at is not None and now - self.last_at > limit

    def asked(self, step: Step, choices: tuple[Choice, ...] = ()) -> "Session":
        """Remember what was asked and the options shown with it."""
        return replace(self, step=step, offered=choices)

    def at_menu(self, bot: Bot, node_id: str, choices: tuple[Choice, ...]) -> "Session":
        """Stand at a submenu, out of every other question."""
        return replace(
            self, step=Step.MENU, bot=bot, node_id=node_id, offered=choices, visit=None, pending=None, retry=None
        )

    def with_identity(self, identity: Identity) -> "Session":
        """Change who they are."""
        return replace(self, identity=identity)

    def retry_later(self, token: str) -> "Session":
        """Remember what could not be done now."""
        return replace(self, retry=token)

    def understood(self) -> "Session":
        """Forget earlier misses."""
        return replace(self, misses=0) if self.misses else self

    def missed(self) -> "Session":
        """Count a message that was not understood."""
        return replace(self, misses=self.misses + 1)

    def is_with_people(self, now: datetime) -> bool:
        """Tell whether people attend and the bot is silent."""
        return self.handover is not None and now < self.handover.until

    def awaits_ticket(self) -> bool:
        """Tell whether people attend and it is not known under which ticket."""
        return self.handover is not None and self.handover.ticket_id is None

    def handed_over(self, reason: str, until: datetime, ticket_id: str | None = None) -> "Session":
        """Leave the chat to people."""
        return replace(self.begun_anew(), handover=Handover(reason=reason, until=until, ticket_id=ticket_id))

    def person_spoke(self, until: datetime) -> "Session":
        """Stay silent at least until ``until``: one of the people in the chat said something."""
        if self.handover is None or until <= self.handover.until:
            return self
        return replace(self, handover=replace(self.handover, until=until))

    def customer_spoke(self, message: Unheard, until: datetime) -> "Session":
        """Stay silent at least until ``until``, and remember the message: the case may have been closed before it."""
        return replace(self.person_spoke(until), unheard=(*self.unheard, message)[-_KEPT_FOR_LATER:])

    def given_back(self, heard_until: datetime | None) -> "Session":
        """Take the chat back from people, who have read what was sent up to ``heard_until``."""
        return replace(self.begun_anew(), heard_until=heard_until)

    def tickets_closed(self, *ticket_ids: str) -> "Session":
        """Remember that tickets are closed."""
        others = (each for each in self.closed_tickets if each not in ticket_ids)
        return replace(self, closed_tickets=(*others, *ticket_ids)[-_CLOSED_KEPT:])

    def given_back_if_closed(self, tickets: Sequence[str]) -> "Session":
        """Take the chat back when its ticket is one of these, which were closed under another name of the contact."""
        if self.handover is None or self.handover.ticket_id not in tickets:
            return self
        return self.given_back(self.heard_until)

    def was_heard(self, sent_at: datetime) -> bool:
        """Tell whether people have read a message of that moment before they closed the case."""
        return self.heard_until is not None and sent_at < self.heard_until + _CLOCK_OF_THE_ARCHIVE

    def merged_with(self, other: "Session") -> "Session":
        """Return the one conversation of two contacts that are the same person: the livelier one, silent if either is."""
        closed = tuple(dict.fromkeys((*other.closed_tickets, *self.closed_tickets)))[-_CLOSED_KEPT:]
        mine, theirs = self.given_back_if_closed(other.closed_tickets), other.given_back_if_closed(self.closed_tickets)
        newer, older = (mine, theirs) if _later(mine.last_at, theirs.last_at) else (theirs, mine)
        held = [session.handover for session in (newer, older) if session.handover is not None]
        handover = max(held, key=lambda each: each.until, default=None)
        if handover is not None and len({each.ticket_id for each in held}) > 1:
            handover = replace(handover, ticket_id=None)  # of two tickets one survives: whichever closes gives back
        return replace(
            newer,
            contact_id=self.contact_id,
            identity=newer.identity if newer.identity.accounts else older.identity,
            position=newer.position or older.position,
            answers=tuple(sorted({*newer.answers, *older.answers}, key=lambda answer: answer.at)),
            handover=handover,
            unsettled=newer.unsettled or older.unsettled,
            closed_tickets=closed,
            unheard=tuple(sorted((*newer.unheard, *older.unheard), key=lambda each: each.sent_at))[-_KEPT_FOR_LATER:],
        )


def _later(one: datetime | None, other: datetime | None) -> bool:
    return other is None or (one is not None and one >= other)
