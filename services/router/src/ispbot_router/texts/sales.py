"""Plans, promotions and coverage."""

from collections.abc import Sequence
from datetime import date

from ispbot_contracts.settings import Plan, Promotion
from ispbot_router.texts.figures import money, short_date


def plans(offered: Sequence[Plan]) -> str:
    """Return the plans on offer."""
    return "\n\n".join(["📶 *Nuestros planes*", *(_plan(plan) for plan in offered)])


def _plan(plan: Plan) -> str:
    down, up = f"{plan.down_mbps.normalize():f}", f"{plan.up_mbps.normalize():f}" if plan.up_mbps else ""
    speed = f"{down} Mbps de bajada y {up} de subida" if up else f"{down} Mbps"
    lines = [f"*{plan.name}* · {money(plan.price)} por mes", speed]
    if plan.description.strip():
        lines.append(plan.description.strip())
    lines += [f"✔️ {benefit}" for benefit in plan.benefits]
    return "\n".join(lines)


NO_PLANS = "Los planes te los cuenta un asesor, según tu zona. ¿Querés que te comunique?"


def promotions(valid: Sequence[Promotion], today: date) -> str:
    """Return today's promotions."""
    return "\n\n".join(["🏷️ *Promociones vigentes*", *(_promotion(promotion, today) for promotion in valid)])


def _promotion(promotion: Promotion, today: date) -> str:
    until = f"\n_Hasta el {short_date(promotion.valid_to, today)}_" if promotion.valid_to else ""
    return f"*{promotion.title}*\n{promotion.description.strip()}{until}"


NO_PROMOTIONS = "Hoy no tenemos promociones vigentes, pero mirá nuestros planes. 😉"

ASK_LOCATION = (
    "📍 Mandame la *ubicación* de tu casa y te digo si llegamos.\n"
    "En WhatsApp: tocá 📎 (o el +) → *Ubicación* → *Enviar mi ubicación actual*.\n*0.* Volver"
)
ASK_LOCATION_AGAIN = (
    "Para ver la cobertura necesito la *ubicación*, no alcanza con la dirección escrita: tocá 📎 (o el +) → *Ubicación*.\n"
    "Si no podés mandarla, escribí *asesor* y lo vemos con una persona.\n*0.* Volver"
)


def covered(zone: str) -> str:
    """We serve that place."""
    return f"✅ ¡Buenas noticias! Tenemos cobertura en esa ubicación (*{zone}*)."


def not_yet(zone: str) -> str:
    """The place lies in a zone without service."""
    return f"📍 Esa ubicación está en *{zone}*, donde todavía no damos servicio. Un asesor puede anotarte para cuando lleguemos."


NOT_COVERED = "📍 Por ahora no llegamos a esa ubicación. 😕 Si querés, un asesor puede verificarlo o anotarte para cuando lleguemos."
NO_MAP = "📍 ¡Gracias! Un asesor tiene que verificar la cobertura en esa ubicación. ¿Querés que te comunique?"


def your_zone(zone: str) -> str:
    """A customer sent a place that we serve."""
    return f"📍 Recibí tu ubicación: está en *{zone}*, dentro de nuestra cobertura."
