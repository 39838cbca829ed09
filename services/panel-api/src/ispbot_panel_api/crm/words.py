"""What the systems can do, as staff read it."""

from ispbot_contracts.crm import Capability

LABELS: dict[Capability, str] = {
    Capability.IDENTIFY: "Identificar al cliente",
    Capability.BALANCE: "Consultar saldo y vencimiento",
    Capability.INVOICE_PDF: "Enviar la factura en PDF",
    Capability.CONNECTION: "Saber si la conexión está en línea",
    Capability.AREA_MAINTENANCE: "Saber si hay mantenimiento en la zona",
    Capability.PAYMENT_PROMISE: "Registrar promesas de pago",
    Capability.PAYMENT_LINK: "Enviar un enlace de pago",
    Capability.TICKETS: "Crear tickets en el sistema de gestión",
    Capability.CONTRACTED_SPEED: "Mostrar la velocidad contratada",
    Capability.LEADS: "Registrar interesados",
    Capability.PAYMENTS: "Registrar pagos",
    Capability.MESSAGING_PUSH: "Recibir sus avisos en nuestro gateway",
    Capability.MESSAGING_PULL: "Buscar sus avisos en su cola",
}


def label_of(capability: Capability) -> str:
    """Return a capability's name; one that this version does not know keeps its own."""
    return LABELS.get(capability, capability.value)
