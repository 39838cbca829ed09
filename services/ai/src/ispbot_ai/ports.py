"""The provider port: who can analyse texts. The local provider is always there; a model's adapter joins beside it."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class Analysis(Generic[ValueT]):
    """A result with where it came from. ``confidence`` is 0 to 1; tokens are None for local work."""

    value: ValueT
    provider: str
    model: str | None
    confidence: float
    tokens_in: int | None = None
    tokens_out: int | None = None


class AiProvider(Protocol):
    """Analyses customers' words. Raises ProviderFailed when it can not answer now."""

    name: str

    async def classify(self, words: list[str], hint: str) -> Analysis[str]:
        """Return the reason of contact, one of ``reasons.REASONS``. ``hint`` is what the customer chose in the menu."""

    async def summarise(self, words: list[str], hint: str) -> Analysis[str]:
        """Return one line of at most ``SUMMARY_MAX`` characters that only says what the customer said."""


class ProviderFailed(Exception):
    """The provider did not give a usable answer."""


SUMMARY_MAX = 120
