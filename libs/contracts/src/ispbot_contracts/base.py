"""The three kinds of message: events (past tense), commands (imperative), queries (a question with an answer).

Events and commands travel on JetStream under ``<owner>.<evt|cmd>.<name>.<key>``; the key is what must stay in order
(a contact, a ticket, a visit) and is one token. Queries are request/reply under ``<owner>.req.<name>``.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

ContactId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,64}$")]
"""Our own id of a person (never a phone, never a WhatsApp JID)."""

_KEY_RE = re.compile(r"^[A-Za-z0-9_-]{1,128}$")


class Frozen(BaseModel):
    """Base of every shared value: immutable, tolerant of fields added later by a newer sender.

    Its errors name the field and the rule, never the value: they end in logs, and values are what customers wrote.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def derive_id(*parts: str) -> str:
    """Return the id that the same parts always give: 32 hex digits, used to make doing twice harmless."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


class Message(Frozen):
    """An event or a command. ``id`` is also its JetStream deduplication id.

    ``correlation_id`` is the id of the message that started it all (usually the customer's message); ``causation_id``
    is the id of the message that led to this one.
    """

    owner: ClassVar[str]
    flavour: ClassVar[Literal["evt", "cmd"]]
    name: ClassVar[str]
    key_field: ClassVar[str] = "contact_id"
    after_field: ClassVar[str | None] = None
    """The field with a key that ends with this message: what was published under it comes before this message."""

    id: str
    occurred_at: AwareDatetime
    correlation_id: str
    causation_id: str | None = None

    @property
    def key(self) -> str:
        """The token whose messages stay in order."""
        key = str(getattr(self, self.key_field))
        if not _KEY_RE.match(key):
            raise ValueError(f"{self.name}: the ordering key {key!r} must be one token of letters, digits, _ or -")
        return key

    @property
    def subject(self) -> str:
        """The subject this message is published on."""
        return f"{self.owner}.{self.flavour}.{self.name}.{self.key}"

    @classmethod
    def start(cls, message_id: str, *, occurred_at: datetime | None = None, **fields: Any) -> Self:
        """Make a message that starts a new correlation."""
        return cls(id=message_id, occurred_at=occurred_at or utc_now(), correlation_id=message_id, **fields)

    @classmethod
    def caused_by(cls, cause: "Message", step: str, *, occurred_at: datetime | None = None, **fields: Any) -> Self:
        """Make the message that ``cause`` leads to at ``step``: doing it twice gives the same id."""
        return cls(
            id=derive_id(cause.id, cls.name, step),
            occurred_at=occurred_at or utc_now(),
            correlation_id=cause.correlation_id,
            causation_id=cause.id,
            **fields,
        )


class Event(Message):
    """Something that happened."""

    flavour: ClassVar[Literal["evt", "cmd"]] = "evt"


class Command(Message):
    """Something that its owner is asked to do; it survives until done."""

    flavour: ClassVar[Literal["evt", "cmd"]] = "cmd"


class Ephemeral(Frozen):
    """A live hint (someone types) on plain NATS under ``live.<name>``: lost without harm."""

    name: ClassVar[str]

    @property
    def subject(self) -> str:
        """The subject this hint is published on."""
        return f"live.{self.name}"


AnswerT = TypeVar("AnswerT", bound=BaseModel)


class Query(Frozen, Generic[AnswerT]):
    """A question that needs an answer now. ``answer`` is the model of the reply."""

    owner: ClassVar[str]
    name: ClassVar[str]
    answer: ClassVar[type[BaseModel]]

    @classmethod
    def subject(cls) -> str:
        """The request subject of this question."""
        return f"{cls.owner}.req.{cls.name}"


class RefusalInfo(Frozen):
    """Why a question was refused: a stable code for programs and a Spanish sentence for people."""

    code: str
    message: str
    details: dict[str, str] = {}


class ReplyEnvelope(Frozen):
    """What travels back: exactly one of the three is set."""

    ok: dict[str, Any] | None = None
    refusal: RefusalInfo | None = None
    error: str | None = None
