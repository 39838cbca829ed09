"""Herramientas on the wire."""

from typing import Annotated

from pydantic import Field

from ispbot_contracts.settings import BotMode
from ispbot_panel_api.shapes import Body, View

Revision = Annotated[int, Field(ge=0)]


class OperationView(View):
    """The mode and the emergency texts. A change must name ``revision``."""

    mode: BotMode
    emergency_message: str
    zones_enabled: bool
    zone_ids: list[str]
    zone_message: str
    revision: int


class ImpactView(View):
    """What a change of mode would do now: sentences in Spanish and the numbers behind them (null: not known now)."""

    current: BotMode
    to: BotMode
    sentences: list[str]
    open_chats: int | None
    open_tickets: int | None


class ModeBody(Body):
    """A change of mode, made on the state of ``revision``."""

    mode: BotMode
    revision: Revision


class EmergencyBody(Body):
    """The emergency texts, made on the state of ``revision``."""

    message: Annotated[str, Field(min_length=1, max_length=2000)]
    zones_enabled: bool
    zone_ids: list[Annotated[str, Field(max_length=40)]]
    zone_message: Annotated[str, Field(max_length=2000)]
    revision: Revision


class ZoneView(View):
    """A coverage zone; only one with a perimeter can be in emergency."""

    id: str
    name: str
    has_perimeter: bool


class ZoneList(View):
    """The coverage zones."""

    zones: list[ZoneView]
