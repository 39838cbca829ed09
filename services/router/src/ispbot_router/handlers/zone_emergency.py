"""Emergencia por zonas: customers in affected zones read the notice first, the others notice nothing."""

from dataclasses import replace

from ispbot_contracts.base import derive_id
from ispbot_contracts.settings import OperationSettings
from ispbot_router.turn import Turn


def add_zone_emergency(turn: Turn) -> None:
    """Put the notice before this answer, once per conversation and notice."""
    emergency = turn.desk.settings(OperationSettings).zone_emergency
    if not emergency.enabled:
        return
    notice = derive_id("zone-emergency", emergency.message, *sorted(emergency.zone_ids))
    if turn.session.zone_notice == notice or not _is_affected(turn, frozenset(emergency.zone_ids)):
        return
    turn.prepend("zone_emergency", emergency.message)
    turn.session = replace(turn.session, zone_notice=notice)


def _is_affected(turn: Turn, zone_ids: frozenset[str]) -> bool:
    """By the places in the management system and the last one they sent."""
    places = [account.position for account in turn.session.identity.accounts] + [turn.session.position]
    zones = turn.desk.zones()
    return any(zone.zone_id in zone_ids for place in places if place is not None for zone in zones.zones_at(place))
