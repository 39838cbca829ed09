"""What people read about notices."""

from ispbot_contracts.notices import NoticeState

TOO_BIG = "El mensaje pasa de {limit} KiB. Mandá los archivos como enlace (parámetro url), no adentro."
TOO_MANY = "Mandá como mucho {limit} mensajes por pedido."
TOO_MANY_RECIPIENTS = "Son demasiados destinatarios: mandá como mucho {limit} por mensaje. No se tomó ninguno."
TOO_MANY_FILES = "Son demasiados archivos: mandá como mucho {limit} por mensaje. No se tomó el mensaje."
UNSUPPORTED_TYPE = (
    "Mandá los datos como formulario (application/x-www-form-urlencoded o multipart/form-data) o como JSON."
)
FILE_UPLOAD = "No se aceptan archivos adentro del pedido: mandá su enlace en el parámetro url."
INCOMPLETE = "El pedido no llegó completo. Reintentá."
NOT_JSON = "El cuerpo dice ser JSON pero no se puede leer."
BAD_FORM = "El formulario multipart está incompleto."
NO_KEY = "Falta el token. Mandalo como «Authorization: Bearer TOKEN», en la cabecera apikey o en el parámetro token."
WRONG_KEY = (
    "El token no es válido. Creá una integración en Ajustes Generales → Avisos del ISP (gateway) y pegá su token en el "
    "sistema de gestión."
)
THROTTLED = "Demasiados intentos con un token inválido. Esperá un minuto."
ADDRESS = (
    "Esta dirección no está permitida para la integración. Creá una que la permita en Ajustes Generales → Avisos del ISP "
    "(gateway)."
)
DISABLED = "La recepción de avisos está apagada en Ajustes Generales → Avisos del ISP (gateway)."
STOPPED = "El bot está en modo Detenido. Reintentá más tarde."
BUS_AWAY = "El sistema no puede guardar el mensaje ahora. Reintentá en unos segundos."
BUSY = "Hay demasiados pedidos a la vez. Reintentá en unos segundos."
NO_PHONE = "Falta el destinatario: mandá el teléfono en el parámetro to."
BAD_PHONE = "El teléfono no se entiende. Mandalo con código de área, por ejemplo 2915048080 o 5492915048080."
NO_TEXT = "Falta el mensaje: mandá el texto en el parámetro message o un archivo en url."
LONG_TEXT = "El mensaje pasa de {limit} caracteres."
BAD_FILE_URL = "El enlace del archivo tiene que empezar con http:// o https://."
TAKEN = "Mensaje recibido"

NOT_FOUND = "Ese aviso no existe o ya se borró."
NOT_RETRYABLE = "Solo se puede reintentar un aviso que falló, que venció o que quedó sin confirmar."
TOO_LATE = "Ya no se puede cancelar: el aviso se está enviando o ya terminó."
BAD_CURSOR = "La página pedida no existe. Empezá de nuevo."

STATES = {
    NoticeState.ACCEPTED: "Recibido; buscando el archivo adjunto",
    NoticeState.WAITING: "En espera de su turno",
    NoticeState.SENDING: "Entregado al envío de WhatsApp",
    NoticeState.SENT: "Enviado",
    NoticeState.DELIVERED: "Entregado en el teléfono",
    NoticeState.READ: "Leído",
    NoticeState.FAILED: "No se pudo enviar",
    NoticeState.UNKNOWN: "No se sabe si salió",
    NoticeState.EXPIRED: "Venció antes de poder salir",
    NoticeState.CANCELLED: "Cancelado",
}

REASONS = {
    "not_on_whatsapp": "El número no tiene WhatsApp.",
    "cold_contact_limit": "WhatsApp no permite escribirle ahora a quien nunca nos escribió.",
    "rejected": "WhatsApp rechazó el mensaje.",
    "expired": "Venció antes de poder salir.",
    "expired_partly": "Salió solo una parte: el resto venció antes de poder salir.",
    "media_missing": "El archivo ya no está guardado.",
    "unknown_outcome": "Puede que haya llegado: WhatsApp no lo confirmó.",
    "no_outcome": "Puede que haya llegado: el envío nunca dijo qué pasó.",
    "quiet_hours": "Espera el fin del horario de descanso.",
    "cold_budget": "Espera a mañana: hoy ya se escribió a todos los contactos nuevos permitidos.",
    "paused": "WhatsApp pausó los envíos; sigue solo cuando termine.",
    "retried": "Reintentado desde el panel.",
    "cancelled": "Cancelado desde el panel.",
    "try_again": "Se intenta otra vez en unos minutos.",
    "next_part": "Falta otra parte del mensaje.",
}

FILE_PROBLEMS = {
    "dns": "no se encontró el servidor del archivo",
    "connection_refused": "el servidor del archivo no atiende",
    "connection_failed": "no se pudo conectar con el servidor del archivo",
    "connect_timeout": "el servidor del archivo no atendió la conexión a tiempo",
    "no_connection_free": "había demasiados archivos a la vez",
    "timeout": "el servidor del archivo tardó demasiado",
    "tls": "el certificado del servidor del archivo no es válido",
    "reset": "el servidor del archivo cortó la conexión",
    "http_status": "el servidor del archivo respondió con un error",
    "too_big": "el archivo es demasiado grande",
    "forbidden_address": "la dirección del archivo no está permitida",
    "invalid_url": "el enlace del archivo no es válido",
    "unexpected": "el enlace del archivo no se pudo procesar",
    "file_type": "el enlace no es un PDF ni una imagen",
}


def reason(code: str | None) -> str | None:
    """Return the sentence of a reason, None when there is none."""
    return REASONS.get(code, code) if code is not None else None


def file_problem(code: str) -> str:
    """Return why a file is sent as a link."""
    return f"Se mandó el enlace: {FILE_PROBLEMS.get(code, 'no se pudo bajar el archivo')}."
