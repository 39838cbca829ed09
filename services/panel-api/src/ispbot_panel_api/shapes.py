"""Bases and small values of the panel's HTTP API."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ispbot_contracts.common import Money
from ispbot_contracts.settings import AttentionSettings


class View(BaseModel):
    """Base of everything answered: no defaults, so that no field is optional in the generated TypeScript."""

    model_config = ConfigDict(frozen=True)


class Body(BaseModel):
    """Base of everything asked: unknown fields are refused, spaces around texts go away."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Problem(View):
    """Every answer that is not a success: a stable code for programs, a Spanish sentence that says what to do."""

    code: str
    message: str
    field: str | None
    details: dict[str, str]


class Done(View):
    """An answer without content."""

    ok: bool


class Ref(View):
    """Something with a name: an agent or a department."""

    id: str
    name: str


class MoneyView(View):
    """An amount as a decimal string with two places, and its ISO 4217 currency."""

    amount: Annotated[str, Field(pattern=r"^-?\d+\.\d{2}$", examples=["18500.00"])]
    currency: str

    @classmethod
    def of(cls, money: Money) -> "MoneyView":
        """Return the wire form of an amount."""
        return cls(amount=f"{money.amount:.2f}", currency=money.currency)


def department_ref(department_id: str, attention: AttentionSettings) -> Ref:
    """Return a department with its name; one that was removed since keeps its id as its name."""
    names = {department.department_id: department.name for department in attention.departments}
    return Ref(id=department_id, name=names.get(department_id, department_id))
