"""What an ISPCube account can not do with these settings."""

from ispbot_contracts.crm import Capability
from ispbot_contracts.settings import IspcubeSettings
from ispbot_crm_adapter.lacks import PROMISES_OFF, Lack, present

_CONNECTION = Lack(
    "La API de ISPCube dice si el cliente está activo o suspendido, pero no si está en línea.",
    "El bot contesta con ese estado, sin decir si la conexión está en línea.",
)
_MAINTENANCE = Lack(
    "La API de ISPCube no informa mantenimientos por zona.", "Avisá los cortes con la emergencia en Herramientas."
)
NO_LEADS = Lack("La API de ISPCube no recibe interesados.", "Sus consultas quedan como tickets de ventas en OmniChat.")
_BUTTON = Lack(
    "No está indicado que tu empresa tenga el botón de MercadoPago de ISPCube.",
    "Si lo tiene, encendelo en Funciones opcionales. Si no, se contrata en ISPCube.",
)
_TILL = Lack("Falta la caja donde entran los cobros.", "Completala en Funciones opcionales con su número en ISPCube.")
_QUEUE = Lack(
    "ISPCube no tiene una cola de donde buscarlos: los envía a nuestro gateway.",
    "Pedile a su soporte que configure los datos de Avisos del ISP (gateway).",
)


def lacks(settings: IspcubeSettings, *, promises: bool) -> dict[Capability, Lack]:
    """Return why each thing that is not offered is not."""
    return present(
        {
            Capability.CONNECTION: _CONNECTION,
            Capability.AREA_MAINTENANCE: _MAINTENANCE,
            Capability.PAYMENT_PROMISE: None if promises else PROMISES_OFF,
            Capability.PAYMENT_LINK: None if settings.mercadopago_links else _BUTTON,
            Capability.TICKETS: _tickets(settings),
            Capability.LEADS: NO_LEADS,
            Capability.PAYMENTS: _TILL if settings.payment_destiny_id is None else None,
            Capability.MESSAGING_PULL: _QUEUE,
        }
    )


def _tickets(settings: IspcubeSettings) -> Lack | None:
    needed = {
        "la categoría": settings.ticket_category_id,
        "el estado inicial": settings.ticket_status_id,
        "el usuario asignado": settings.ticket_assigned_user_id,
    }
    missing = [name for name, value in needed.items() if value is None]
    if not missing:
        return None
    listed = " y ".join(part for part in (", ".join(missing[:-1]), missing[-1]) if part)
    verb = "Falta" if len(missing) == 1 else "Faltan"
    return Lack(f"{verb} {listed} de los tickets.", "Hacen falta los tres números, en Funciones opcionales.")
