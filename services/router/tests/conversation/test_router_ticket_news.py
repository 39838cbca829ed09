"""Who hears of a ticket: the groups of the staff, and a customer who did not ask for it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from ticket_events import BRUNO, opened, view

from ispbot_contracts.base import derive_id
from ispbot_contracts.common import AgentRef, Area
from ispbot_contracts.settings import BotMode, OperationSettings
from ispbot_contracts.tickets import TicketTransferred
from ispbot_router.handlers.follow_ticket import ticket_transferred

CORDOBA = ZoneInfo("America/Argentina/Cordoba")


class TestTheGroups:
    async def test_a_new_ticket_is_announced_in_the_group_of_its_area(self, world):
        phone = world.phone()
        [notice] = await opened(phone, view(phone), words=("hola", "no anda internet"))
        assert (notice.group, notice.contact_id) == ("111@g.us", derive_id("group", "111@g.us"))
        assert notice.content.text == (
            "🎫 *Nuevo ticket #12* · soporte\n👤 Nélida Correa\n📱 +54 9 351 555-0001\n📍 Centro\n"
            "📝 Pidió hablar con una persona\n💬 «no anda internet»"
        )
        [sales] = await opened(phone, view(phone, 13, area=Area.SALES))
        assert sales.group == "222@g.us"

    async def test_a_ticket_opened_by_others_silences_the_bot_too(self, world):
        phone = world.phone()
        await phone.writes("hola")
        await opened(phone, view(phone))
        assert await phone.writes("1") == []

    async def test_a_customer_who_did_not_ask_for_a_person_reads_why_the_bot_falls_silent(self, world):
        phone = world.phone()
        await phone.writes("hola", "promesa de pago")
        ticket = view(phone, department="administracion", reason="Promesa de pago sin confirmar")
        words, notice = await opened(phone, ticket, unasked=True)
        assert words.contact_id == phone.contact
        assert "necesita que lo vea una persona" in words.content.text
        assert "*Administración*" in words.content.text
        assert notice.group == "111@g.us"
        assert [message.id for message in await opened(phone, ticket, unasked=True)] == [words.id, notice.id]
        assert await phone.writes("reintentar") == []

    async def test_at_night_they_also_read_when_somebody_answers(self, world):
        world.moment = datetime(2026, 11, 24, 2, 0, tzinfo=CORDOBA)
        phone = world.phone()
        await phone.writes("hola")
        words, _ = await opened(phone, view(phone), unasked=True)
        assert "necesita que lo vea una persona" in words.content.text
        assert "no hay nadie atendiendo" in words.content.text

    async def test_who_is_with_people_already_is_told_nothing(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        [notice] = await opened(phone, view(phone), unasked=True)
        assert notice.group is not None

    @pytest.mark.parametrize(
        ("to_agent", "to_department", "group", "to"),
        [(BRUNO, None, "333@g.us", "Bruno"), (None, "administracion", "111@g.us", "Administración")],
    )
    async def test_a_transfer_is_announced_to_whom_it_goes(self, world, to_agent, to_department, group, to):
        phone = world.phone()
        event = TicketTransferred.start(
            "x",
            contact_id="c1",
            ticket=view(phone),
            by=AgentRef(id="a2", name="Ana"),
            to_agent=to_agent,
            to_department=to_department,
        )
        [notice] = await ticket_transferred(event, desk=world.desk)
        assert notice.group == group
        assert f"transferido a *{to}* por Ana" in notice.content.text

    async def test_an_agent_without_a_group_of_their_own_is_not_announced(self, world):
        event = TicketTransferred.start(
            "x",
            contact_id="c1",
            ticket=view(world.phone()),
            by=BRUNO,
            to_agent=AgentRef(id="a9", name="Zoe"),
            to_department=None,
        )
        assert await ticket_transferred(event, desk=world.desk) == ()

    async def test_a_stopped_bot_announces_nothing(self, world):
        await world.set(OperationSettings(mode=BotMode.STOPPED))
        phone = world.phone()
        assert await opened(phone, view(phone), unasked=True) == []
