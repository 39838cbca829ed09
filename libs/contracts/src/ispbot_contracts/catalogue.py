"""Every message, query and hint there is, for checks and generated documents."""

import inspect
from types import ModuleType
from typing import Any

from ispbot_contracts import ai, crm, crm_fields, crm_writes, health, notices, scheduler
from ispbot_contracts.base import Ephemeral, Message, Query
from ispbot_contracts.tickets import messages as ticket_messages
from ispbot_contracts.tickets import queries as ticket_queries
from ispbot_contracts.whatsapp import link, messages

_MODULES: tuple[ModuleType, ...] = (
    messages,
    link,
    ticket_messages,
    ticket_queries,
    crm,
    crm_fields,
    crm_writes,
    notices,
    scheduler,
    ai,
    health,
)


def _defined(base: type) -> list[type[Any]]:
    found = []
    for module in _MODULES:
        for _, value in inspect.getmembers(module, inspect.isclass):
            own = value.__module__ == module.__name__ and not value.__name__.startswith("_")
            if own and "[" not in value.__name__ and issubclass(value, base):
                found.append(value)
    return found


MESSAGES: list[type[Message]] = _defined(Message)
QUERIES: list[type[Query[Any]]] = _defined(Query)
HINTS: list[type[Ephemeral]] = _defined(Ephemeral)

_BY_SUBJECT = {(m.owner, m.flavour, m.name): m for m in MESSAGES}


def message_type(subject: str) -> type[Message] | None:
    """Return the type behind a published or stored subject, None when this version does not know it."""
    tokens = subject.split(".")
    if len(tokens) < 3:
        return None
    return _BY_SUBJECT.get((tokens[0], tokens[1], tokens[2]))  # type: ignore[arg-type]  # any text may come in
