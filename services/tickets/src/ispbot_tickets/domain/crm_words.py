"""What staff read of our writes into the management system: what was not done, why, and what to do."""

from ispbot_contracts.crm_writes import CrmWriteFailed

SYSTEM = "Sistema"
SOMEBODY = "Cliente"

_TITLES = {
    ("case", "refused"): "Este ticket no se cargó en el sistema de gestión",
    ("case", "unknown"): "No se sabe si este ticket quedó cargado en el sistema de gestión",
    ("lead", "refused"): "El interesado no se cargó en el sistema de gestión",
    ("lead", "unknown"): "No se sabe si el interesado quedó cargado en el sistema de gestión",
    ("promise", "refused"): "Promesa de pago no registrada",
    ("promise", "unknown"): "Promesa de pago sin confirmar",
    ("payment", "refused"): "Pago no registrado en el sistema de gestión",
    ("payment", "unknown"): "Pago sin confirmar en el sistema de gestión",
    ("undo_payment", "refused"): "Pago no anulado en el sistema de gestión",
    ("undo_payment", "unknown"): "Anulación de un pago sin confirmar en el sistema de gestión",
}
_TO_DO = {
    (
        "case",
        "refused",
    ): "Cargalo a mano si hace falta. Si pasa con todos, revisá Ajustes Generales → Integraciones ISP.",
    ("case", "unknown"): "Si no figura, cargalo a mano.",
    ("lead", "refused"): "Cargalo a mano. Si pasa con todos, revisá Ajustes Generales → Integraciones ISP.",
    ("lead", "unknown"): "Si no figura, cargalo a mano.",
    ("promise", "refused"): "Registrala a mano o avisale al cliente que no quedó.",
    ("promise", "unknown"): "Si no figura, registrala a mano. Después avisale al cliente cómo quedó.",
    ("payment", "refused"): "Revisá los datos del pago y registralo a mano.",
    ("payment", "unknown"): "Si no figura, registralo a mano.",
    ("undo_payment", "refused"): "Si corresponde, anulalo a mano.",
    ("undo_payment", "unknown"): "Si el pago sigue figurando, anulalo a mano.",
}
_NO_CHAT = "No se sabe desde qué chat se pidió: desde este ticket no se le puede escribir al cliente."


def title(event: CrmWriteFailed) -> str:
    """Return in a few words what was not done."""
    return _TITLES[event.write, event.outcome]


def failed(event: CrmWriteFailed, *, reachable: bool) -> str:
    """Return the note: what was not done and for whom, why, what to do. ``reachable``: the contact has a chat."""
    who = f" (cliente {event.customer_id})" if event.customer_id and event.ticket_id is None else ""
    what_to_do = _TO_DO[event.write, event.outcome]
    words = [f"{title(event)}{who}.", event.reason, what_to_do, *([] if reachable or event.ticket_id else [_NO_CHAT])]
    return "\n".join(words)


def filed(number: str) -> str:
    """Say under which number a ticket stands in the management system."""
    return f"Cargado en el sistema de gestión con el número {number}"


def nameless(customer_id: str) -> str:
    """Return what a customer is called whose name nobody told."""
    return f"{SOMEBODY} {customer_id}"
