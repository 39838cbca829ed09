"""The traffic light of sending, for people."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ispbot_contracts.whatsapp import SendState, SessionState
from ispbot_gateway_wa.domain.link import Link
from ispbot_gateway_wa.outbound.outflow import Outflow

_CLOCK = "%d/%m %H:%M"


async def send_state(link: Link, outflow: Outflow, deaf_since: datetime | None, tz: ZoneInfo) -> SendState:
    """Return how freely the number may write, and what holds it back."""
    used, left = await outflow.cold.used_and_left()
    replies, notices = await outflow.waiting()
    paused, quiet = outflow.cold.paused_until, outflow.notices.quiet_now()

    def shown(light: str, reason: str, until: datetime | None = paused) -> SendState:
        return SendState(
            light=light, reason=reason, cold_used=used, cold_left=left, paused_until=until, quiet_until=quiet,
            waiting_replies=replies, waiting_notices=notices, unconfirmed=outflow.unconfirmed.count,
        )  # fmt: skip

    if link.state is SessionState.BANNED and link.banned_until is not None:
        return shown("red", f"WhatsApp suspendió la cuenta hasta el {_at(link.banned_until, tz)}.", link.banned_until)
    if link.state is not SessionState.CONNECTED:
        return shown("red", "WhatsApp no está conectado: no sale ningún mensaje.")
    amber = _amber(deaf_since=deaf_since, paused=paused, quiet=quiet, cold_left=left, tz=tz)
    return shown("amber", amber) if amber is not None else shown("green", "Los envíos salen con normalidad.")


def _amber(
    *, deaf_since: datetime | None, paused: datetime | None, quiet: datetime | None, cold_left: int, tz: ZoneInfo
) -> str | None:
    """Return the gravest thing that holds some messages back, None when nothing does."""
    if deaf_since is not None:
        return (
            f"No llega nada de WhatsApp desde el {_at(deaf_since, tz)} y a esta hora suele llegar. "
            "Reconectar y reiniciar no alcanzó: revisá el teléfono de la empresa."
        )
    if paused is not None:
        until = _at(paused, tz)
        return f"WhatsApp no deja escribir a quienes nunca escribieron hasta el {until}. Las respuestas salen."
    if quiet is not None:
        return f"Horario de descanso: los avisos esperan hasta el {_at(quiet, tz)}. Las respuestas salen."
    if cold_left == 0:
        return "Se usó el cupo diario para quienes nunca escribieron. Los demás avisos salen."
    return None


def _at(moment: datetime, tz: ZoneInfo) -> str:
    return moment.astimezone(tz).strftime(_CLOCK)
