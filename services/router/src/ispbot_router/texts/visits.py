"""Arranging a visit."""

from typing import Literal

Kind = Literal["technical", "installation"]

_NAMES: dict[Kind, str] = {"technical": "visita técnica", "installation": "visita comercial"}


def offer_slots(kind: Kind) -> str:
    """Head the list of free times."""
    return f"🗓️ Estos son los próximos turnos para tu *{_NAMES[kind]}*. ¿Cuál te queda bien?"


SLOT_GONE = "Ese horario se acaba de ocupar. 😕 Te paso los que quedan libres:"


def no_slots(kind: Kind) -> str:
    """There is no free time."""
    return f"En este momento no tengo turnos libres para una {_NAMES[kind]}. Un asesor puede coordinarla con vos."


def ask_address(kind: Kind, *, name_too: bool) -> str:
    """Ask where to go."""
    what = (
        "tu *nombre* y la *dirección* (calle, número y barrio)"
        if name_too
        else "la *dirección* (calle, número y barrio)"
    )
    why = "para la instalación" if kind == "installation" else "donde está el servicio"
    return f"📍 ¿A dónde vamos? Escribime {what} {why}, o mandame la ubicación.\n*0.* Cancelar"


ADDRESS_TOO_SHORT = "Necesito la dirección completa (calle y número), o la ubicación de WhatsApp. 📍\n*0.* Cancelar"
SENT_PLACE = "la ubicación que mandaste"


def confirm(kind: Kind, when: str, where: str) -> str:
    """Read the visit back before booking it."""
    return f"¿Confirmamos tu *{_NAMES[kind]}*?\n📅 {when}\n📍 {where}"


CONFIRM_YES = "Sí, confirmar"
CONFIRM_SLOT = "Otro horario"
CONFIRM_ADDRESS = "Otra dirección"


def booked(kind: Kind, *, number: int, when: str, where: str, technician: str) -> str:
    """The visit stands."""
    return (
        f"✅ ¡Listo! Tu *{_NAMES[kind]}* quedó agendada (n.º {number}).\n📅 {when}\n📍 {where}\n👷 {technician}\n\n"
        "Si no vas a poder recibirnos, escribí *asesor* y la cambiamos."
    )


def stands(kind: Kind, *, number: int, when: str, where: str, technician: str) -> str:
    """The visit was booked after all, when nobody could say so at once."""
    return (
        f"📌 Ya pude ver la agenda: tu *{_NAMES[kind]}* sí quedó agendada (n.º {number}).\n📅 {when}\n📍 {where}\n👷 {technician}\n\n"
        "Si ya no la querés, escribí *asesor* y la cancelamos."
    )


CANCELLED = "Dale, no agendamos nada."
NOT_BOOKED = (
    "Ya pude ver la agenda: la visita que habías pedido no quedó agendada. Si todavía la querés, escribí *visita*."
)
STILL_UNKNOWN = (
    "Todavía no pude ver si tu visita quedó agendada: la agenda no me responde. 😕\n"
    "Si quedó, te aviso por acá; si no, te lo digo cuando me vuelvas a escribir."
)


def notice(kind: Kind, *, number: int, name: str, phone: str | None, when: str, where: str, technician: str) -> str:
    """Tell the group."""
    who = f"{name} · {phone}" if phone else name
    return f"🗓️ *{_NAMES[kind].capitalize()} agendada* (n.º {number})\n👤 {who}\n📅 {when}\n📍 {where}\n👷 {technician}"
