"""The catalogue of reasons, as staff read them in the queue."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a customer asks for a person."""

    NO_SERVICE = "Sin servicio"
    SLOW_SERVICE = "Servicio lento"
    WIFI = "WiFi y equipos"
    VISIT = "Visita técnica"
    BILLING = "Factura y pagos"
    """Invoices, ways to pay, and what follows a debt: suspension and reconnection."""
    PAYMENT_PROOF = "Comprobante de pago"
    INSTALLATION = "Planes e instalación"
    """Plans, prices, coverage, becoming a customer."""
    MOVING = "Mudanza"
    CANCELLATION = "Baja del servicio"
    OTHER = "Otro motivo"
