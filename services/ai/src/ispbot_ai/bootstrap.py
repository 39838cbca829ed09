"""Where the ai service's parts meet."""

from functools import partial

from ispbot_ai.adapters.local.provider import LocalProvider
from ispbot_ai.handlers.ai_usage import ai_usage
from ispbot_ai.handlers.summarise_ticket import summarise_ticket
from ispbot_ai.store import UsageStore
from ispbot_contracts.ai import GetAiUsage
from ispbot_contracts.tickets import TicketOpened
from ispbot_runtime.service import Service

_IN_FLIGHT = 16


async def bootstrap(service: Service) -> None:
    """Wire the ai service."""
    store = UsageStore(service.database)
    await store.prepare()
    summarise = partial(summarise_ticket, provider=LocalProvider(), store=store, watch=service.watch)
    service.bus.consume("tickets", {TicketOpened: summarise}, order="none", in_flight=_IN_FLIGHT)
    service.bus.answer(GetAiUsage, partial(ai_usage, store=store, watch=service.watch))
