"""The link's states and reasons as staff read them."""

from ispbot_contracts.whatsapp import SessionState
from ispbot_panel_api.whatsapp.models import LinkState

_WAITING_QR = {SessionState.QR, SessionState.QR_EXPIRED, SessionState.PAIRING}
LABELS: dict[LinkState, str] = {
    "connected": "CONECTADO",
    "waiting_qr": "ESPERANDO QR",
    "disconnected": "DESCONECTADO",
}

_BY_REASON = {
    "rounds_exhausted": "Nadie escaneó el código. Pedí un QR nuevo cuando tengas el celular a mano.",
    "phone_unlinked": "El dispositivo se desvinculó desde el celular. Volvé a escanear el QR.",
    "unlinked": "El número se desvinculó desde el panel. Escaneá el QR para vincularlo.",
    "restarted": "El bot se está reiniciando. Tarda unos segundos.",
    "new_qr": "Se está generando un código nuevo.",
    "spool_full": "Hay demasiados mensajes esperando a la base de datos. WhatsApp guarda los nuevos hasta que haya lugar.",
    "passkey_required": "WhatsApp pide una llave de acceso para vincular este número. Vinculalo con un código por teléfono.",
}
_BY_STATE = {
    SessionState.STOPPED: "El servicio de WhatsApp está detenido.",
    SessionState.STARTING: "Conectando con WhatsApp…",
    SessionState.QR: "Escaneá el código con WhatsApp Business: Dispositivos vinculados, Vincular un dispositivo.",
    SessionState.QR_EXPIRED: "El código venció; se está generando otro.",
    SessionState.PAIRING: "El celular aceptó; se está completando la vinculación.",
    SessionState.RECONNECTING: "Se perdió la conexión con WhatsApp; se está reconectando solo.",
    SessionState.LOGGED_OUT: "WhatsApp cerró la sesión. Volvé a escanear el QR.",
    SessionState.REPLACED: "La sesión se abrió en otro lugar. Reiniciá el bot para recuperarla.",
    SessionState.BANNED: "WhatsApp suspendió este número por un tiempo. El bot espera a que termine.",
    SessionState.OUTDATED: "WhatsApp pide una versión más nueva del sistema. Actualizalo.",
    SessionState.NOT_BUSINESS: (
        "La cuenta es de WhatsApp común y ISPBot solo funciona con WhatsApp Business. Instalá WhatsApp Business en el celular "
        "y volvé a vincular."
    ),
    SessionState.FAILED: "WhatsApp rechazó la conexión. Reiniciá el bot; si sigue, desvinculá y volvé a escanear el QR.",
}
GATEWAY_SILENT = "El servicio de WhatsApp no responde. Se reinicia solo; si sigue así, revisá sus registros."
NEVER_STARTED = "El servicio de WhatsApp todavía no arrancó."


def link_state(state: SessionState) -> LinkState:
    """Return which of the manual's three states it is."""
    if state is SessionState.CONNECTED:
        return "connected"
    return "waiting_qr" if state in _WAITING_QR else "disconnected"


def reason_of(state: SessionState, reason: str | None) -> str | None:
    """Return why the link is as it is and what to do; None when it is connected."""
    if state is SessionState.CONNECTED:
        return None
    return _BY_REASON.get(reason or "", _BY_STATE[state])
