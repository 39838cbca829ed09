"""What an ISPBrain server can not do with this configuration; nobody has described its API, so much can be completed."""

from ispbot_contracts.crm import Capability
from ispbot_contracts.settings import IspbrainApi
from ispbot_crm_adapter.lacks import PROMISES_OFF, Lack, present

_BALANCE = Lack(
    "No está configurado dónde está la deuda del cliente.",
    "Completá el dato Saldo, o la ruta Deuda de un cliente, en Avanzado.",
)
_INVOICES = Lack("Falta la ruta de las facturas de un cliente.", "Completala en Avanzado, en Rutas de la API.")
_INVOICE_FILE = Lack(
    "No está configurado dónde está el archivo de la factura.",
    "Completá Archivo PDF en Avanzado, en Dónde está cada dato de la factura.",
)
_ONLINE = Lack(
    "No está configurado dónde dice ISPBrain si la conexión está en línea.",
    "Si tu servidor lo informa, completá En línea en Avanzado. Mientras tanto se informa activo o suspendido.",
)
_MAINTENANCE = Lack(
    "No se conoce que la API de ISPBrain informe mantenimientos por zona.",
    "Avisá los cortes con la emergencia en Herramientas.",
)
_PROMISE = Lack(
    "Falta configurar la plantilla de promesa de pago.", "Completala en Avanzado con lo que te indique Crenein."
)
_LINK = Lack("No se conoce que la API de ISPBrain dé enlaces de pago.")
_TICKET = Lack("Falta configurar la plantilla de ticket.", "Completá su ruta en Avanzado. Por ejemplo /tickets.")
_SPEED = Lack("No se conoce dónde informa la API de ISPBrain la velocidad contratada.")
NO_LEADS = Lack(
    "No se conoce cómo cargar interesados por la API de ISPBrain.",
    "Sus consultas quedan como tickets de ventas en OmniChat.",
)
_PAYMENT = Lack("Falta configurar la plantilla de pago.", "Completala en Avanzado con lo que te indique Crenein.")
_PUSH_WHY = "ISPBrain no envía sus avisos a un gateway: el bot los busca en su cola AltWha."
_PUSH = Lack(_PUSH_WHY, "Completá Cuenta de AltWha para recibirlos.")
_PUSH_PULLED = Lack(_PUSH_WHY)
_PULL = Lack("Falta la cuenta de AltWha.", "Completá Cuenta de AltWha y apagá antes el agente de ISPBrain.")


def lacks(form: IspbrainApi, *, promises: bool) -> dict[Capability, Lack]:
    """Return why each thing that is not offered is not: menus and screens hide it."""
    endpoints, fields = form.endpoints, form.fields
    no_promise = None if endpoints.promise.path else _PROMISE
    return present(
        {
            Capability.BALANCE: None if fields.customer.balance or endpoints.pending else _BALANCE,
            Capability.INVOICE_PDF: _invoice_file(form),
            Capability.CONNECTION: None if fields.connection.online else _ONLINE,
            Capability.AREA_MAINTENANCE: _MAINTENANCE,
            Capability.PAYMENT_PROMISE: no_promise if promises else PROMISES_OFF,
            Capability.PAYMENT_LINK: _LINK,
            Capability.TICKETS: None if endpoints.new_ticket.path else _TICKET,
            Capability.CONTRACTED_SPEED: _SPEED,
            Capability.LEADS: NO_LEADS,
            Capability.PAYMENTS: None if endpoints.payment.path else _PAYMENT,
            Capability.MESSAGING_PUSH: _PUSH_PULLED if form.altwha_account else _PUSH,
            Capability.MESSAGING_PULL: None if form.altwha_account else _PULL,
        }
    )


def _invoice_file(form: IspbrainApi) -> Lack | None:
    if not form.endpoints.invoices:
        return _INVOICES
    return None if form.fields.invoice.pdf else _INVOICE_FILE
