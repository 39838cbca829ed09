"""What a system can not do as it is configured: each vendor's ``lacks`` says why, and everything else is offered."""

from collections.abc import Mapping
from dataclasses import dataclass

from ispbot_contracts.crm import Capability


@dataclass(frozen=True)
class Lack:
    """Why something can not be had and what to do about it, for people."""

    why: str
    remedy: str | None = None

    def __str__(self) -> str:
        return f"{self.why} {self.remedy}" if self.remedy else self.why


Lacks = Mapping[Capability, Lack]

PROMISES_OFF = Lack("Las promesas de pago están apagadas.", "Encendelas en esta pantalla, en Promesas de pago.")


def present(wanted: Mapping[Capability, Lack | None]) -> dict[Capability, Lack]:
    """Return the lacks that there are; None stands for what is offered."""
    return {capability: lack for capability, lack in wanted.items() if lack is not None}
