"""What kinds of messages are called in front of people."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "ticket_summarised": "Resumen de un ticket",
    "case_filed": "Ticket creado en el sistema de gestión",
    "crm_write_failed": "Pedido que el sistema de gestión rechazó",
    "deliver_notice": "Aviso del sistema de gestión para un cliente",
    "file_case": "Crear un ticket en el sistema de gestión",
    "file_lead": "Crear un interesado en el sistema de gestión",
    "lead_filed": "Interesado creado en el sistema de gestión",
    "payment_registered": "Pago registrado",
    "payment_undone": "Pago anulado",
    "register_payment": "Registrar un pago",
    "undo_payment": "Anular un pago",
    "visit_booked": "Visita agendada",
    "message_archived": "Mensaje guardado en la conversación",
    "message_updated": "Cambio de un mensaje guardado",
    "open_ticket": "Pedido de atención de una persona",
    "ticket_closed": "Ticket cerrado",
    "ticket_opened": "Ticket abierto",
    "ticket_taken": "Ticket tomado",
    "ticket_transferred": "Ticket transferido",
    "ticket_updated": "Cambio de un ticket",
    "contact_identified": "Contacto reconocido por su teléfono",
    "contact_merged": "Unión de dos contactos de una persona",
    "media_failed": "Archivo que no se pudo bajar",
    "media_stored": "Archivo guardado",
    "message_deleted": "Mensaje borrado por WhatsApp",
    "message_edited": "Mensaje editado",
    "message_received": "Mensaje de un cliente",
    "message_send_failed": "Respuesta que no se pudo enviar",
    "message_sent": "Respuesta enviada",
    "notice_settled": "Resultado de un aviso",
    "reaction_received": "Reacción de un cliente",
    "receipt_received": "Tildes de WhatsApp",
    "send_message": "Respuesta por enviar",
    "send_notice": "Aviso por enviar",
    "session_changed": "Cambio del enlace con WhatsApp",
}
_OF_THE_LINK: Mapping[str, str] = {"group_seen": "Datos de un grupo"}
"""What the gateway sets aside that never becomes a message of the bus."""


def kind_words(message: str) -> str:
    """Return the words for a kind; of one that this version does not know, its code."""
    return KINDS.get(message) or _OF_THE_LINK.get(message, message)
