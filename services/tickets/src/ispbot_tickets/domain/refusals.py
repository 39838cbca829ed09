"""Why an agent's wish is refused. ``code`` is for programs, ``message`` is what staff read."""

from typing import ClassVar


class TicketRefusal(Exception):
    """Root of the refusals."""

    code: ClassVar[str]

    def __init__(self, message: str, **details: str) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class TicketNotFound(TicketRefusal):
    """There is no such ticket."""

    code = "ticket_not_found"

    def __init__(self, ticket_id: str) -> None:
        super().__init__("Ese ticket no existe.", ticket_id=ticket_id)


class MessageNotFound(TicketRefusal):
    """There is no such line."""

    code = "message_not_found"

    def __init__(self, message_id: str) -> None:
        super().__init__("Ese mensaje no existe.", message_id=message_id)


class TicketTaken(TicketRefusal):
    """Somebody else was faster."""

    code = "ticket_taken"

    def __init__(self, agent_id: str, agent_name: str) -> None:
        super().__init__(f"Este ticket ya lo tomó {agent_name}.", agent=agent_name, agent_id=agent_id)


class NotYours(TicketRefusal):
    """Only the agent who holds the ticket may do this."""

    code = "not_yours"

    def __init__(self, holder: str | None) -> None:
        if holder is None:
            super().__init__("Primero tomá el ticket.")
        else:
            super().__init__(f"Este ticket lo tiene {holder}.", agent=holder)


class TicketClosed(TicketRefusal):
    """Nothing more happens in a closed ticket."""

    code = "ticket_closed"

    def __init__(self, closed_by: str | None) -> None:
        words = f"Este ticket ya lo cerró {closed_by}." if closed_by else "Este ticket ya está cerrado."
        super().__init__(words, **({"agent": closed_by} if closed_by else {}))


class NoTransferTarget(TicketRefusal):
    """A transfer needs an agent or a department."""

    code = "transfer_target_missing"

    def __init__(self) -> None:
        super().__init__("Elegí a qué agente o departamento transferir el ticket.")


class QuoteNotSent(TicketRefusal):
    """Only a message that WhatsApp knows can be quoted."""

    code = "quote_not_sent"

    def __init__(self) -> None:
        super().__init__("Ese mensaje todavía no se envió: no se puede citar.")
