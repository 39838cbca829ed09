"""Owner: ai. What models and local readers make of texts and pictures."""

from typing import ClassVar, Literal

from ispbot_contracts.base import ContactId, Event, Frozen, Query


class _Owned:
    owner: ClassVar[str] = "ai"


AnalysisKind = Literal["classification", "summary", "sentiment", "reply", "receipt", "faq"]


class TicketSummarised(_Owned, Event):
    """The reason and the one-line summary of a new ticket."""

    name: ClassVar[str] = "ticket_summarised"
    contact_id: ContactId
    ticket_id: str
    reason: str
    """A class of the reason catalogue, in Spanish as staff read it ("Sin servicio", "Factura y pagos"...)."""
    summary: str
    provider: str
    model: str | None
    confidence: float
    degraded: bool
    """True when the preferred provider failed and the local one answered."""


class AiUsage(Frozen):
    """Analyses done, per kind and per local day (oldest first)."""

    total: int
    by_kind: dict[str, int]
    by_day: list[int]


class GetAiUsage(_Owned, Query[AiUsage]):
    """How much was analysed in the last ``days`` days."""

    name: ClassVar[str] = "get_ai_usage"
    answer: ClassVar = AiUsage
    days: int = 30
