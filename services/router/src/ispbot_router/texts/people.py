"""Leaving the chat to people, and giving it back."""

from datetime import datetime

from ispbot_contracts.common import Area
from ispbot_router.texts.figures import clock, day_name


def waiting(department: str) -> str:
    """Somebody of the department will answer."""
    return (
        f"🙋 Listo, le aviso al equipo de *{department}*. Te responde una persona por este mismo chat.\n"
        "Mientras tanto, contanos con detalle qué necesitás."
    )


def a_person_looks(department: str) -> str:
    """Somebody of the department was called although nobody asked: something that the bot began needs a person."""
    return (
        f"🙋 Lo que pediste necesita que lo vea una persona: ya le avisé al equipo de *{department}*. "
        "Te responden por este mismo chat."
    )


def out_of_hours(week: str, opening: datetime | None, now: datetime) -> str:
    """Nobody attends now; times are local."""
    hours = f" (atendemos {week})" if week else ""
    when = f"{day_name(opening, now)} desde las {clock(opening)}" if opening else "apenas volvamos"
    return f"🌙 En este momento no hay nadie atendiendo{hours}. Ya quedó registrado y te respondemos {when}."


LEAVE_IT_WRITTEN = "Mientras tanto, dejanos escrito con detalle qué necesitás."
CAN_NOT_HELP = "No logro entenderte y no quiero hacerte perder tiempo."


def closed(number: int) -> str:
    """The case is resolved and the bot is back."""
    return f"✅ Cerramos tu caso *#{number}*. Si necesitás algo más, escribí *menú* y te ayudo. 😊"


FILE_RECEIVED = "📎 Recibí tu archivo. ¿Qué es?"
FILE_IS_RECEIPT = "Es un comprobante de pago"
FILE_IS_OTHER = "Es otra cosa: hablar con un asesor"


def receipt_received(department: str) -> str:
    """The receipt will be checked."""
    return f"🧾 ¡Gracias! Recibí tu comprobante y se lo paso a *{department}*. Te avisamos por este chat cuando esté verificado."


REASON_ASKED = "Pidió hablar con una persona"
REASON_RECEIPT = "Comprobante de pago"
REASON_FILE = "Envió un archivo"
REASON_NOT_UNDERSTOOD = "El bot no entendió la consulta"
REASON_LOOP = "Posible conversación entre robots: el bot dejó de responder"
NAMELESS = "Contacto sin nombre"

_AREAS = {Area.SUPPORT: "soporte", Area.SALES: "ventas", Area.RECEIPTS: "comprobantes"}


def ticket_notice(
    *, number: int, area: Area, name: str, customer_number: str | None, phone: str | None, reason: str, zone: str | None,
    last_words: str | None,
) -> str:  # fmt: skip
    """Tell the group about a new case."""
    lines = [
        f"🎫 *Nuevo ticket #{number}* · {_AREAS[area]}",
        f"👤 {name}{f' (cliente {customer_number})' if customer_number else ''}",
    ]
    if phone:
        lines.append(f"📱 {phone}")
    if zone:
        lines.append(f"📍 {zone}")
    lines.append(f"📝 {reason}")
    if last_words:
        lines.append(f"💬 «{last_words}»")
    return "\n".join(lines)


def transfer_notice(*, number: int, name: str, reason: str, by: str, to: str) -> str:
    """Tell the group about a case that was handed to it."""
    return f"🔁 *Ticket #{number}* transferido a *{to}* por {by}\n👤 {name}\n📝 {reason}"


def lead_notice(*, what: str, name: str, phone: str | None) -> str:
    """Tell the sales group that somebody is interested."""
    return f"💼 *Nuevo interesado*\n👤 {name}{f' · {phone}' if phone else ''}\n📝 {what}"


LEAD_PLANS = "Consultó los planes"
LEAD_PROMOTIONS = "Consultó las promociones"


def lead_coverage(zone: str | None) -> str:
    """Return what somebody asked who sent a location."""
    return (
        f"Consultó cobertura: está en *{zone}*"
        if zone
        else "Consultó cobertura: su ubicación queda *fuera* de las zonas"
    )
