"""The traffic light of sending, for people."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ispbot_contracts.whatsapp import SendState, SessionState
from ispbot_gateway_wa.domain.link import Link
from ispbot_gateway_wa.outbound.outflow import Outflow

_CLOCK = "%d/%m %H:%M"


async def send_state(link: Link, outflow: Outflow, tz: ZoneInfo) -> SendState:
    """Return how freely the number may write, and what holds it back."""
    used, left = await outflow.cold.used_and_left()
    replies, notices = await outflow.waiting()
    paused, quiet = outflow.cold.paused_until, outflow.notices.quiet_now()

    def shown(light: str, reason: str, until: datetime | None = paused) -> SendState:
        return SendState(
            light=light, reason=reason, cold_used=used, cold_left=left, paused_until=until, quiet_until=quiet,
            waiting_replies=replies, waiting_notices=notices, unconfirmed=outflow.unconfirmed.count,
        )  # fmt: skip

    def at(moment: datetime) -> str:
        return moment.astimezone(tz).strftime(_CLOCK)

    if link.state is SessionState.BANNED and link.banned_until is not None:
        return shown("red", f"WhatsApp suspendió la cuenta hasta el {at(link.banned_until)}.", link.banned_until)
    if link.state is not SessionState.CONNECTED:
        return shown("red", "WhatsApp no está conectado: no sale ningún mensaje.")
    if paused is not None:
        return shown(
            "amber",
            f"WhatsApp no deja escribir a quienes nunca escribieron hasta el {at(paused)}. Las respuestas salen.",
        )
    if quiet is not None:
        return shown("amber", f"Horario de descanso: los avisos esperan hasta el {at(quiet)}. Las respuestas salen.")
    if left == 0:
        return shown("amber", "Se usó el cupo diario para quienes nunca escribieron. Los demás avisos salen.")
    return shown("green", "Los envíos salen con normalidad.")
