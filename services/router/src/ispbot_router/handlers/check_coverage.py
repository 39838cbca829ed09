"""Verificar cobertura: a place on the map is answered with its zone."""

from dataclasses import replace

from ispbot_contracts.common import LatLng
from ispbot_contracts.settings import MenuAction, Zone
from ispbot_router.domain.menu import Spot
from ispbot_router.domain.session import Step
from ispbot_router.handlers.tell_sales import tell_sales
from ispbot_router.texts import people
from ispbot_router.texts import sales as texts
from ispbot_router.turn import Turn


async def ask_location(turn: Turn, _: Spot) -> str | None:
    """Ask for a location."""
    turn.ask("ask_location", texts.ASK_LOCATION, Step.LOCATION)
    return None


def take_location(turn: Turn, place: LatLng) -> None:
    """Answer a location, asked for or not."""
    turn.session = replace(turn.session, position=place)
    turn.understood()
    zones = turn.desk.zones()
    zone = zones.zone_at(place)
    if not zones:
        turn.offer("coverage", texts.NO_MAP, turn.follow_ups(MenuAction.ADVISOR))
        return
    tell_sales(turn, people.lead_coverage(zone.name if zone and zone.offers_service else None), always=True)
    _answer(turn, zone)


def _answer(turn: Turn, zone: Zone | None) -> None:
    if zone is None:
        turn.offer("coverage", texts.NOT_COVERED, turn.follow_ups(MenuAction.ADVISOR))
    elif not zone.offers_service:
        turn.offer("coverage", texts.not_yet(zone.name), turn.follow_ups(MenuAction.ADVISOR))
    elif turn.session.identity.accounts:
        choices = turn.follow_ups(MenuAction.CONNECTION, MenuAction.BOOK_TECHNICAL, MenuAction.PLANS)
        turn.offer("coverage", texts.your_zone(zone.name), choices)
    else:
        choices = turn.follow_ups(MenuAction.PLANS, MenuAction.BOOK_INSTALLATION, MenuAction.ADVISOR)
        turn.offer("coverage", texts.covered(zone.name), choices)
