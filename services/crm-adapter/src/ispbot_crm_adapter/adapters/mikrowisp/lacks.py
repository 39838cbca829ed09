"""What a MikroWisp server can not do with these settings."""

from ispbot_contracts.crm import Capability
from ispbot_contracts.settings import MikroWispSettings
from ispbot_crm_adapter.lacks import PROMISES_OFF, Lack, present

_DEPARTMENT = Lack(
    "Falta el departamento donde se crean los tickets.",
    "Completalo en Funciones opcionales con su número en MikroWisp.",
)
_GATEWAY = Lack(
    "Falta la pasarela de los enlaces de pago.", "Completala en Funciones opcionales como figura en MikroWisp."
)
_METHOD = Lack(
    "Falta la forma de pago con que se anotan los cobros.",
    "Completala en Funciones opcionales, por ejemplo Transferencia bancaria.",
)
_QUEUE = Lack(
    "MikroWisp no tiene una cola de donde buscarlos: los envía a nuestro gateway.",
    "Configurá su Gateway genérico con los datos de Avisos del ISP (gateway).",
)


def lacks(settings: MikroWispSettings, *, promises: bool) -> dict[Capability, Lack]:
    """Return why each thing that is not offered is not."""
    return present(
        {
            Capability.PAYMENT_PROMISE: None if promises else PROMISES_OFF,
            Capability.PAYMENT_LINK: None if settings.payment_gateway else _GATEWAY,
            Capability.TICKETS: _DEPARTMENT if settings.ticket_department is None else None,
            Capability.PAYMENTS: None if settings.payment_method else _METHOD,
            Capability.MESSAGING_PULL: _QUEUE,
        }
    )
