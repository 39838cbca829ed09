"""The catalogue of reasons, as staff read them."""

OTHER = "Otro motivo"

REASONS: tuple[str, ...] = (
    "Sin servicio",
    "Servicio lento",
    "WiFi y equipos",
    "Visita técnica",
    "Factura y pagos",
    "Comprobante de pago",
    "Reconexión",
    "Planes e instalación",
    "Cobertura",
    "Mudanza",
    "Baja del servicio",
    OTHER,
)
