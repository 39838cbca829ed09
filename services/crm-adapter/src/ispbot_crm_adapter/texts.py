"""What people read, in Spanish: why the management system can not be used and what to do."""

from collections.abc import Sequence
from datetime import date

from ispbot_contracts.settings import CrmVendor
from ispbot_crm_adapter.errors import CrmError, NoSuchCustomer
from ispbot_runtime.errors import Refusal

NOT_CONFIGURED = (
    "Todavía no hay un sistema de gestión configurado. Configuralo en Ajustes Generales → Integraciones ISP."
)
UNAVAILABLE = "El sistema de gestión no está respondiendo en este momento. Probá de nuevo en unos minutos."
CUSTOMER_NOT_FOUND = "No existe un cliente con ese número en el sistema de gestión."
NO_INVOICE = "El cliente no tiene facturas para enviar."
INVOICE_NOT_OF_CUSTOMER = "Esa factura no existe o no es de este cliente."
NO_PDF = "El sistema de gestión no entregó el archivo PDF de esta factura."
NOTHING_OWED = "El cliente no tiene deuda pendiente."
NO_LINK = "El sistema de gestión no entregó un enlace de pago para esta factura."
PROMISE_UNKNOWN = "No pudimos confirmar si la promesa de pago quedó registrada. Una persona lo va a revisar."
PROMISE_UNKNOWN_STAFF = (
    "No se pudo confirmar si la promesa de pago del cliente {customer_id} quedó registrada. Revisala en el sistema de "
    "gestión: no se vuelve a intentar."
)
WRITE_GIVEN_UP = "El sistema de gestión estuvo un día entero sin responder y no se pudo registrar."
WRITE_UNKNOWN = (
    "No se pudo confirmar si quedó registrado en el sistema de gestión. Revisalo allí: no se vuelve a intentar para no "
    "registrarlo dos veces."
)
NOT_OUR_PAYMENT = "Ese pago no lo registró ISPBot en este sistema: anulalo en el sistema de gestión."
ALREADY_PAID = "El cliente no tiene facturas impagas."
UNKNOWN_VENDOR = "Ese sistema de gestión no está soportado."
TOKEN_REQUIRED = "Escribí el token de la API para probar esta dirección."  # noqa: S105 - a sentence
NOT_ELSEWHERE = "Lo guardado no se manda a otro servidor."
URL_REQUIRED = "Ingresá la dirección del servidor."
INVALID_FORM = "La configuración no es válida. Revisá la dirección y los campos marcados."
NOBODY_TO_DETECT = (
    "El sistema no devolvió un cliente con ese dato. Probá con el número de cliente, o revisá la consulta configurada: "
    "puede que el servidor no conozca ese filtro."
)
FIELDS_DETECTED = "Esto es lo que el bot leería de este cliente. Si está bien, aplicá la propuesta."
FIELDS_NOT_READABLE = "Encontramos el cliente, pero faltan datos para leerlo ({trouble}). Elegí esos campos a mano."
_WITHOUT_A_LIST = (
    "Cada cliente se busca cuando escribe, y puede no reconocerse si su teléfono está cargado de otra forma."
)
NO_LIST = {
    "list_forbidden": f"El usuario de la API no tiene permiso para listar los clientes. {_WITHOUT_A_LIST} Dale ese permiso en el "
    "sistema de gestión y usá Probar Conexión: así se vuelve a pedir la lista.",
    "list_missing": f"El sistema de gestión no ofrece la lista de clientes. {_WITHOUT_A_LIST}",
}
"""Why there is no list of everybody, although the system answers."""

_REASONS = {
    "invalid_url": "La dirección no es válida. Escribila completa, por ejemplo {example}.",
    "forbidden_address": "Esa dirección no está permitida. Usá la dirección del servidor de gestión.",
    "dns": "No encontramos el servidor. Revisá que la dirección esté bien escrita.",
    "connection_refused": "El servidor rechazó la conexión. Revisá el puerto y que el sistema de gestión esté en línea.",
    "connection_failed": "No pudimos conectarnos al servidor. Revisá la dirección y que sea accesible desde este equipo.",
    "connect_timeout": "El servidor no atendió la conexión a tiempo. Revisá la dirección, que esté en línea y que ningún firewall "
    "la bloquee.",
    "no_connection_free": "Todas las conexiones con el sistema de gestión están ocupadas. Probá de nuevo en unos segundos.",
    "timeout": "El servidor no respondió a tiempo. Revisá que esté en línea y que no esté sobrecargado.",
    "tls": "El certificado de seguridad del servidor no es válido (autofirmado o vencido). Instalá uno válido o desactivá "
    "la verificación del certificado.",
    "reset": "El servidor cortó la conexión sin responder. Revisá el puerto y si corresponde http o https.",
    "circuit_open": "El sistema de gestión viene fallando y le damos unos segundos antes de volver a intentar.",
    "denied": "El sistema de gestión no aceptó las credenciales. Revisalas.",
    "forbidden": "El usuario no tiene permiso para esta consulta. Dale permisos de API en el sistema de gestión.",
    "not_json": "La dirección responde una página web y no la API. Revisá que sea la dirección de tu sistema de gestión.",
    "empty": "El servidor respondió vacío. Revisá que la API esté habilitada.",
    "cut_short": "La respuesta del servidor llegó cortada. Probá de nuevo; si se repite, revisá el servidor web o el proxy.",
    "shape": "El servidor respondió algo que no es de este sistema de gestión. Revisá la dirección y el sistema elegido.",
    "allowance_used": "Se usaron todas las consultas incluidas del mes y la configuración pide no pasarse: se responde con lo "
    "último que se sabe.",
    "too_big": "El servidor respondió más datos de lo esperado.",
}
_REASONS_OF_VENDOR = {
    CrmVendor.MIKROWISP: {
        "denied": "El token no es válido o no tiene permisos. Revisalo en el sistema de gestión (Ajustes → Usuarios → API).",
    },
    CrmVendor.ISPBRAIN: {
        "denied": "ISPBrain no aceptó las credenciales. Revisá usuario y contraseña (o la api-key) y, en opciones avanzadas, "
        "el encabezado con que se envían.",
        "forbidden": "El usuario de ISPBrain no tiene permiso para esta consulta. Dale permiso de lectura de clientes, "
        "conexiones y comprobantes.",
        "shape": "ISPBrain respondió algo distinto de lo configurado. Usá «Detectar campos» para ver su respuesta real y "
        "corregir el mapa de campos.",
    },
    CrmVendor.ISPCUBE: {
        "denied": "ISPCube no aceptó las credenciales. Revisá los cuatro datos: usuario, contraseña, api-key y client-id "
        "(número de empresa).",
        "forbidden": "El usuario de ISPCube no tiene permiso para esta consulta. Pedí que le habiliten clientes y "
        "comprobantes en la API.",
        "empty": "ISPCube respondió vacío. Revisá que la API esté habilitada para tu empresa.",
    },
}
_EXAMPLES = {
    CrmVendor.MIKROWISP: "https://mikrowisp.miempresa.com",
    CrmVendor.ISPCUBE: "https://miempresa.ispcube.com",
    CrmVendor.ISPBRAIN: "https://miempresa.ispbrain.io:4443",
}


def reason(error: CrmError, vendor: CrmVendor) -> str:
    """Return why, and what to do."""
    match error.code:
        case "http_status" if error.detail == "404":
            return "En esa dirección no hay una API de este sistema (HTTP 404). Revisá la dirección."
        case "http_status":
            return f"El servidor respondió con un error interno (HTTP {error.detail}). Revisá el sistema de gestión."
        case "redirect":
            return f"El servidor redirige a otra dirección ({error.detail}). Usá esa dirección."
        case "rejected":
            return quoted(error.detail)
    text = _REASONS_OF_VENDOR[vendor].get(error.code) or _REASONS.get(error.code, UNAVAILABLE)
    return text.format(example=_EXAMPLES[vendor])


def credentials_required(missing: Sequence[str]) -> str:
    """Return which credentials must be typed before an address can be tried."""
    *others, last = missing
    named = f"{', '.join(others)} y {last}" if others else last
    return f"Escribí {named} para probar esta dirección."


def quoted(said: str) -> str:
    """Return that the system answered, in its own words."""
    return f"El sistema de gestión respondió: «{said.strip().removesuffix('.')}»."


def write_refused(error: CrmError) -> str:
    """Return what the system answered, in its own words."""
    if isinstance(error, NoSuchCustomer):
        return CUSTOMER_NOT_FOUND
    return quoted(error.detail) if error.detail else "El sistema de gestión lo rechazó."


def directory_doubted(listed: int, before: int) -> str:
    """Return that the last list of customers is not used yet, and why."""
    return (
        f"La última lista de clientes vino incompleta ({listed} de {before}). Se sigue usando la anterior hasta que otra lista "
        "lo confirme."
    )


def promise_day(latest: date) -> str:
    """Return which days may be promised."""
    return f"La fecha tiene que ser entre hoy y el {latest:%d/%m/%Y}."


def promise_pending(until: date) -> str:
    """Return that there is a promise already."""
    return f"Ya hay una promesa de pago vigente hasta el {until:%d/%m/%Y}."


def promise_begun(until: date) -> str:
    """Return that it is not known yet whether a promise was recorded."""
    return f"Todavía estamos confirmando tu promesa de pago hasta el {until:%d/%m/%Y}. Probá de nuevo en unos minutos."


def promise_limit(per_month: int) -> str:
    """Return that the month's promises are used."""
    return f"Ya se usaron las promesas de pago de este mes (máximo {per_month})."


def unavailable(error: CrmError) -> Refusal:
    """Return the refusal that says the system can not be asked now."""
    return Refusal("crm_unavailable", UNAVAILABLE, reason=error.code)
