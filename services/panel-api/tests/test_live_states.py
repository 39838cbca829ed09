"""What a live socket shows beside the events: link, mode, counts, presence, typing, waiting too long."""

from datetime import timedelta

import pytest

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.settings import BotMode, OperationSettings
from ispbot_contracts.tickets import (
    TicketOpened,
    TicketTaken,
)
from ispbot_contracts.whatsapp import TypingSeen
from ispbot_panel_api.live.waiting import WaitingWatch


@pytest.fixture
def tell(bus):
    """Return a function that publishes a ticket event."""

    async def tell(kind, ticket, n=0, **fields):
        event = kind.start(
            derive_id(kind.name, ticket.ticket_id, str(ticket.version), str(n)), contact_id=ticket.contact_id, ticket=ticket,
            **fields,
        )  # fmt: skip
        await bus.publish(event)

    return tell


async def test_states_are_shown_at_once_and_when_they_change_to_those_who_may_see_them(panel, desk, settings_store):
    _, boss_token = await panel.enrol("supervisor")
    _, operator_token = await panel.enrol("operator", "soporte")
    async with panel.live(boss_token) as boss, panel.live(operator_token) as operator:
        assert (await boss.until("whatsapp"))["data"]["state"] == "disconnected"
        assert (await boss.until("mode"))["data"]["mode"] == "COMPLETE"
        await settings_store.write(OperationSettings(mode=BotMode.STOPPED), revision=0)
        assert (await boss.until("mode"))["data"] | {"revision": 0} == {
            "mode": "STOPPED", "emergency_message": OperationSettings().emergency_message, "zones_enabled": False,
            "zone_ids": [], "zone_message": "", "revision": 0,
        }  # fmt: skip
        seen = [(await operator.next(skip=()))["type"] for _ in range(2)]
        assert set(seen) <= {"hello", "counts", "presence"}


async def test_counts_follow_a_change_of_the_queue(panel, desk, make_ticket, tell):
    _, token = await panel.enrol("operator", "soporte")
    async with panel.live(token) as live:
        assert (await live.until("counts"))["data"] == {"pending": 0, "in_progress": 0, "mine": 0}
        await tell(TicketOpened, desk.add(make_ticket()), words=[])
        assert (await live.until("counts"))["data"] == {"pending": 1, "in_progress": 0, "mine": 0}


async def test_typing_and_presence_go_round(start_panel, bus, desk, make_ticket, tell):
    one, other = await start_panel(), await start_panel()
    ana, ana_token = await one.enrol("operator", "soporte", name="Ana")
    eva, eva_token = await one.enrol("supervisor", name="Eva")
    ticket = desk.add(make_ticket(status="in_progress", assignee=ana.ref))
    async with one.live(ana_token) as here:
        await here.next()
        await tell(TicketTaken, ticket, agent=ana.ref)
        assert (await here.next())["type"] == "ticket_changed"
        async with other.live(eva_token) as there, one.client(ana_token) as browser:
            assert set((await here.until("presence"))["data"]["online"]) == {ana.id, eva.id}
            await browser.post("/api/tickets/t1/typing", json={"typing": True})
            assert (await there.until("typing"))["data"] == {
                "contact_id": ticket.contact_id, "agent": {"id": ana.id, "name": "Ana"}, "typing": True,
            }  # fmt: skip
            await bus.hint(TypingSeen(contact_id=ticket.contact_id, typing=True))
            assert (await here.until("typing"))["data"]["agent"] is None
            agents = (await browser.get("/api/agents")).json()["agents"]
            assert {agent["id"]: agent["online"] for agent in agents}[eva.id] is True
        assert (await here.until("presence"))["data"]["online"] == [ana.id]


async def test_a_ticket_that_waits_too_long_is_noticed_once_per_level(panel, desk, make_ticket):

    _, token = await panel.enrol("operator", "soporte")
    parts, start = panel.parts, utc_now()
    waiting = WaitingWatch(bus=parts.bus, watch=parts.watch, hub=parts.hub)
    desk.add(make_ticket(waiting_since=start))
    desk.add(make_ticket("t2", department="ventas", waiting_since=start))
    async with panel.live(token) as live:
        await live.next()
        for minutes in (5, 11, 12, 31):
            await waiting.look(start + timedelta(minutes=minutes))
        notices = [(await live.until("notice"))["data"] for _ in range(2)]
    assert [notice["kind"] for notice in notices] == ["waiting_warning", "waiting_critical"]
    assert notices[0]["title"] == "El ticket #4300 espera hace 11 minutos"
