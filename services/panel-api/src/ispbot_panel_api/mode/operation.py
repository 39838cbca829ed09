"""Use cases of Herramientas: modes, emergency texts, and what a change would do."""

from ispbot_contracts.settings import BotMode, OperationSettings, ZoneEmergency, ZonesSettings
from ispbot_contracts.tickets import GetTicketStats, TicketStats
from ispbot_panel_api.audit.log import AuditLog, Origin
from ispbot_panel_api.failures import invalid
from ispbot_panel_api.mode.models import EmergencyBody, ImpactView, ModeBody, OperationView
from ispbot_panel_api.users.store import User
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.settings_store import SettingsConflict, SettingsStore

_STATS_LIMIT_S = 2.0
_EFFECTS: dict[BotMode, list[str]] = {
    BotMode.COMPLETE: [
        "El bot vuelve a atender todas las consultas, con menús y automatizaciones.",
        "Los avisos del sistema de gestión se siguen enviando.",
    ],
    BotMode.GATEWAY_ONLY: [
        "El bot deja de responder: los mensajes de los clientes se guardan, pero nadie les contesta.",
        "Los avisos del sistema de gestión se siguen enviando.",
        "No se abren tickets nuevos desde el bot.",
    ],
    BotMode.EMERGENCY: [
        "Cada cliente que escriba recibe el mensaje de emergencia; no hay menús ni consultas.",
        "Los avisos del sistema de gestión se siguen enviando.",
        "No se abren tickets nuevos desde el bot.",
    ],
    BotMode.STOPPED: [
        "El bot no responde a nadie y los avisos del sistema de gestión no se envían.",
        "Todo debe manejarse a mano desde OmniChat.",
        "No se abren tickets nuevos desde el bot.",
    ],
}


def operation_view(value: OperationSettings, revision: int) -> OperationView:
    """Return the mode and the emergency texts with their revision."""
    zones = value.zone_emergency
    return OperationView(
        mode=value.mode,
        emergency_message=value.emergency_message,
        zones_enabled=zones.enabled,
        zone_ids=zones.zone_ids,
        zone_message=zones.message,
        revision=revision,
    )


async def impact_of(to: BotMode, *, current: OperationSettings, bus: Bus) -> ImpactView:
    """Return what switching to a mode would do now; numbers that do not come in time are left out and said so."""
    try:
        stats: TicketStats | None = await bus.ask(GetTicketStats(), timeout_s=_STATS_LIMIT_S)
    except (Unavailable, Refusal):
        stats = None
    sentences = [f"El modo ya es {to.value}: no cambia nada."] if to is current.mode else list(_EFFECTS[to])
    if to is not current.mode:
        sentences += _numbers(to, stats)
    if to is BotMode.EMERGENCY and to is not current.mode:
        sentences.append(f"Mensaje que se enviará: «{current.emergency_message}»")
    return ImpactView(
        current=current.mode,
        to=to,
        sentences=sentences,
        open_chats=stats.open_chats if stats else None,
        open_tickets=stats.pending + stats.in_progress if stats else None,
    )


def _numbers(to: BotMode, stats: TicketStats | None) -> list[str]:
    if stats is None:
        return ["No se pudo contar los chats y tickets abiertos: el servicio de tickets no responde."]
    tickets = stats.pending + stats.in_progress
    chats = {
        0: "Ningún cliente escribió en la última hora.",
        1: "1 cliente escribió en la última hora y lo va a notar.",
    }.get(stats.open_chats, f"{stats.open_chats} clientes escribieron en la última hora y lo van a notar.")
    if to is BotMode.COMPLETE or tickets == 0:
        return [chats]
    held = "1 ticket abierto sigue" if tickets == 1 else f"{tickets} tickets abiertos siguen"
    return [chats, f"{held} en OmniChat: se pueden atender con normalidad."]


async def change_mode(
    body: ModeBody, *, user: User, origin: Origin, settings: SettingsStore, audit: AuditLog
) -> OperationView:
    """Switch the mode if nobody else changed the section. Raises SettingsConflict."""
    stored = await settings.read(OperationSettings)
    after = stored.value.model_copy(update={"mode": body.mode})
    async with audit.change(
        "mode.change", actor=user, origin=origin, before={"mode": stored.value.mode.value}
    ) as entry:
        revision = await _write(after, settings=settings, expected=body.revision, found=stored.revision)
        entry.after = {"mode": body.mode.value}
    return operation_view(after, revision)


async def change_emergency(
    body: EmergencyBody, *, user: User, origin: Origin, settings: SettingsStore, audit: AuditLog, zones: ZonesSettings
) -> OperationView:
    """Change the emergency texts if nobody else changed the section. Raises Failure or SettingsConflict."""
    _check_zones(body, zones)
    stored = await settings.read(OperationSettings)
    emergency = ZoneEmergency(enabled=body.zones_enabled, zone_ids=body.zone_ids, message=body.zone_message)
    after = stored.value.model_copy(update={"emergency_message": body.message, "zone_emergency": emergency})
    async with audit.change("emergency.change", actor=user, origin=origin, before=_texts(stored.value)) as entry:
        revision = await _write(after, settings=settings, expected=body.revision, found=stored.revision)
        entry.after = _texts(after)
    return operation_view(after, revision)


async def _write(value: OperationSettings, *, settings: SettingsStore, expected: int, found: int) -> int:
    if expected != found:
        raise SettingsConflict(f"section operation is at revision {found}, not {expected}")
    return await settings.write(value, revision=found)


def _check_zones(body: EmergencyBody, zones: ZonesSettings) -> None:
    drawn = {zone.zone_id for zone in zones.zones if len(zone.perimeter) > 2}
    if not set(body.zone_ids) <= drawn:
        raise invalid("zone_ids", "Una de las zonas ya no existe o no tiene perímetro. Volvé a elegirlas.")
    if body.zones_enabled and not body.zone_ids:
        raise invalid("zone_ids", "Elegí al menos una zona afectada.")
    if body.zones_enabled and not body.zone_message:
        raise invalid("zone_message", "Escribí el mensaje para los clientes de esas zonas.")


def _texts(value: OperationSettings) -> dict[str, object]:
    return value.model_dump(mode="json", exclude={"mode"})
