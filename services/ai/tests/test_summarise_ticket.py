"""New tickets get a reason and a line, once; switched off means nothing."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from ispbot_ai.adapters.local.provider import LocalProvider
from ispbot_ai.handlers.ai_usage import ai_usage
from ispbot_ai.handlers.summarise_ticket import summarise_ticket
from ispbot_ai.store import UsageStore
from ispbot_contracts.ai import GetAiUsage, TicketSummarised
from ispbot_contracts.base import utc_now
from ispbot_contracts.common import Area
from ispbot_contracts.settings import AiSettings, CompanySettings
from ispbot_contracts.tickets import TicketOpened, TicketStatus, TicketView
from ispbot_runtime.testing import eventually, published


def opened(number: int = 1, *, at: datetime | None = None) -> TicketOpened:
    ticket = TicketView(
        ticket_id=f"t{number}", number=number, version=1, status=TicketStatus.PENDING, area=Area.SUPPORT, department="soporte",
        contact_id="c1", customer=None, customer_name="Ana", phone=None, reason="Hablar con un asesor", summary=None,
        opened_at=utc_now(), waiting_since=utc_now(), assignee=None, zone_id=None, zone_name=None, unread=1, last_message_at=None,
        preview="", preview_author=None, closed_at=None, closed_by=None, close_comment=None,
    )  # fmt: skip
    words = ["hola", "no tengo internet desde anoche"]
    return TicketOpened.start(
        f"opened-{number}", occurred_at=at or utc_now(), contact_id="c1", ticket=ticket, words=words
    )


@pytest.fixture
async def store(database):
    store = UsageStore(database)
    await store.prepare()
    return store


async def test_a_new_ticket_gets_its_reason_and_summary(bus, store, start_watch):
    watch = await start_watch(AiSettings, CompanySettings)
    handler = partial(summarise_ticket, provider=LocalProvider(), store=store, watch=watch)
    bus.consume("tickets", {TicketOpened: handler}, order="none")
    await bus.start()
    await bus.publish(opened())
    [raw] = await published(bus, "ai.evt.ticket_summarised.*.*", 1)
    summarised = TicketSummarised.model_validate_json(raw)
    assert (summarised.reason, summarised.summary) == ("Sin servicio", "No tengo internet desde anoche")
    assert (summarised.ticket_id, summarised.correlation_id, summarised.provider) == ("t1", "opened-1", "local")


async def test_the_same_ticket_delivered_twice_is_counted_once_with_the_same_event(store, start_watch):
    watch = await start_watch(AiSettings, CompanySettings)
    event = opened()
    first = await summarise_ticket(event, provider=LocalProvider(), store=store, watch=watch)
    second = await summarise_ticket(event, provider=LocalProvider(), store=store, watch=watch)
    assert first[0].id == second[0].id
    usage = await ai_usage(GetAiUsage(days=7), store=store, watch=watch)
    assert (usage.total, usage.by_kind) == (2, {"classification": 1, "summary": 1})


async def test_usage_is_counted_on_the_companys_own_day(store, start_watch):
    watch = await start_watch(AiSettings, CompanySettings)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await summarise_ticket(opened(1, at=yesterday), provider=LocalProvider(), store=store, watch=watch)
    await summarise_ticket(opened(2), provider=LocalProvider(), store=store, watch=watch)
    usage = await ai_usage(GetAiUsage(days=3), store=store, watch=watch)
    assert usage.by_day == [0, 2, 2]


async def test_switched_off_analyses_nothing(store, start_watch, settings_store):
    await settings_store.write(AiSettings(classification="off", summary="off"), revision=0)
    watch = await start_watch(AiSettings, CompanySettings)
    await eventually(lambda: watch.current(AiSettings).summary == "off")
    assert await summarise_ticket(opened(), provider=LocalProvider(), store=store, watch=watch) == []
    assert (await ai_usage(GetAiUsage(), store=store, watch=watch)).total == 0
