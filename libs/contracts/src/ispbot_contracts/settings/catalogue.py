"""Planes (D10), Promociones (D11) and Zonas de Cobertura (D12)."""

from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import Field

from ispbot_contracts.common import LatLng, Money
from ispbot_contracts.settings.base import Part, Section

EntryId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class Plan(Part):
    """An Internet plan on offer."""

    plan_id: EntryId
    name: Annotated[str, Field(min_length=1, max_length=80)]
    down_mbps: Annotated[Decimal, Field(gt=0)]
    up_mbps: Annotated[Decimal, Field(gt=0)] | None = None
    price: Money
    description: str = ""
    benefits: list[str] = []
    offered: bool = True


class PlansSettings(Section):
    """The catalogue of plans, in the order shown."""

    section: ClassVar[str] = "plans"
    plans: list[Plan] = []


class Promotion(Part):
    """A temporary offer."""

    promotion_id: EntryId
    title: Annotated[str, Field(min_length=1, max_length=80)]
    description: str
    valid_from: date | None = None
    valid_to: date | None = None


class PromotionsSettings(Section):
    """The offers."""

    section: ClassVar[str] = "promotions"
    promotions: list[Promotion] = []


class Zone(Part):
    """A coverage zone; without a perimeter it can not be found by location."""

    zone_id: EntryId
    name: Annotated[str, Field(min_length=1, max_length=80)]
    perimeter: list[LatLng] = []
    """Vertices of a simple polygon, not closed; three or more when drawn."""
    technician_id: str | None = None
    offers_service: bool = True


class ZonesSettings(Section):
    """The coverage zones."""

    section: ClassVar[str] = "zones"
    zones: list[Zone] = []
