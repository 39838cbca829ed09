"""Leaving the chat to people and getting it back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from ticket_events import closed, opened, view

from ispbot_contracts.base import derive_id
from ispbot_contracts.common import Area, Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.settings import BotMode, OperationSettings
from ispbot_contracts.whatsapp import MessageSent
from ispbot_router.handlers.agent_spoke import agent_spoke

CORDOBA = ZoneInfo("America/Argentina/Cordoba")


async def agent_writes(phone, *, ticket_id: str | None = "t12", kind: AuthorKind = AuthorKind.AGENT, ident: str = "s1"):
    event = MessageSent.start(
        ident, contact_id=phone.contact, send_id=ident, wa_id=ident, sent_at=phone.world.now(), author=Author(kind=kind, id="a1"),
        content=TextContent(text="hola"), ticket_id=ticket_id,
    )  # fmt: skip
    return await agent_spoke(event, desk=phone.world.desk, sessions=phone.world.sessions)


class TestHandingOver:
    async def test_the_ticket_says_who_wants_what_and_where(self, world):
        phone = world.phone()
        [answer] = await phone.writes("hola", "2", "5")
        assert answer == (
            "🙋 Listo, le aviso al equipo de *Soporte*. Te responde una persona por este mismo chat.\n"
            "Mientras tanto, contanos con detalle qué necesitás."
        )
        [ticket] = phone.tickets
        assert (ticket.area, ticket.department, ticket.reason) == (
            Area.SUPPORT,
            "soporte",
            "Problemas con mi servicio › Hablar con soporte técnico",
        )
        assert (ticket.customer.number, ticket.customer_name, ticket.zone_name) == ("1001", "Nélida Correa", "Centro")

    @pytest.mark.parametrize(
        ("path", "department"), [(["1"], "administracion"), (["2"], "soporte"), ([], "soporte"), (["3"], "ventas")]
    )
    async def test_the_word_asesor_calls_the_nearest_team(self, world, path, department):
        phone = world.phone()
        await phone.writes("hola", *path, "asesor")
        assert phone.tickets[0].department == department

    async def test_a_visitor_goes_to_sales(self, world):
        phone = world.phone("c9", "5493515559999", "Pepe")
        await phone.writes("quiero hablar con una persona")
        assert (phone.tickets[0].area, phone.tickets[0].customer_name) == (Area.SALES, "Pepe")

    async def test_a_nameless_hidden_contact_still_gets_a_ticket(self, world):
        phone = world.phone("c9", None)
        await phone.writes("asesor")
        assert phone.tickets[0].customer_name == "Contacto sin nombre"

    async def test_the_bot_is_silent_from_then_on(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        assert await phone.writes("menú", "1", "hola?") == []
        assert phone.outputs == []

    @pytest.mark.parametrize(
        ("local", "says"),
        [
            ((2026, 11, 24, 20, 0), "te respondemos mañana desde las 9"), ((2026, 11, 24, 7, 0), "te respondemos hoy desde las 9"),
            ((2026, 11, 28, 14, 0), "te respondemos el lunes 30/11 desde las 9"), ((2026, 12, 25, 10, 0), "te respondemos mañana desde las 9"),
        ],
    )  # fmt: skip
    async def test_out_of_hours_the_customer_learns_when_somebody_answers(self, world, local, says):
        world.moment = datetime(*local, tzinfo=CORDOBA)
        phone = world.phone()
        [answer] = await phone.writes("asesor")
        assert "no hay nadie atendiendo (atendemos lun a vie de 9 a 18, sáb de 9 a 13)" in answer
        assert says in answer
        assert len(phone.tickets) == 1


class TestGivingBack:
    async def test_a_closed_ticket_gives_the_chat_back_and_says_so_once(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        await opened(phone, view(phone))
        [goodbye] = await closed(phone, view(phone))
        assert goodbye.content.text == "✅ Cerramos tu caso *#12*. Si necesitás algo más, escribí *menú* y te ayudo. 😊"
        assert [message.id for message in await closed(phone, view(phone))] == [goodbye.id]
        assert "¡Hola, Nélida!" in (await phone.writes("menú"))[0]

    async def test_an_older_ticket_closing_does_not_take_the_chat_from_a_newer_one(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        await opened(phone, view(phone, 13))
        assert await closed(phone, view(phone, 12)) == []
        assert await phone.writes("sigo esperando") == []

    async def test_words_that_the_agent_has_read_are_not_answered_when_they_arrive_after_the_closing(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        await opened(phone, view(phone))
        delayed = phone.message("se me cortó de nuevo")
        world.later(seconds=30)
        [_] = await closed(phone, view(phone), heard_until=delayed.sent_at)
        assert await phone.deliver(delayed) == []
        unread = phone.message("y ahora?", sent_at=delayed.sent_at + timedelta(seconds=1))
        assert len(await phone.deliver(unread)) == 1, "what nobody has read is answered"

    async def test_words_after_the_closing_that_overtook_it_are_answered_with_it(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        await opened(phone, view(phone))
        await phone.writes("gracias!")
        read = phone.last
        world.later(seconds=30)
        assert await phone.writes("saldo") == [], "the closing has not come yet"
        unread = phone.last
        [goodbye, balance] = await closed(phone, view(phone), heard_until=read.sent_at)
        assert "Cerramos tu caso" in goodbye.content.text
        assert "18.500" in balance.content.text
        assert (balance.id, balance.correlation_id) == (derive_id(unread.id, "send_message", "answer-1"), unread.id)
        assert await phone.deliver(unread) == [], "it comes again: it is answered already"
        assert [m.id for m in await closed(phone, view(phone), heard_until=read.sent_at)] == [goodbye.id, balance.id]
        assert (await phone.session()).unheard == ()

    async def test_words_that_ask_for_a_person_again_open_the_next_case(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        await opened(phone, view(phone))
        read = phone.message("gracias!")
        await phone.deliver(read)
        world.later(seconds=30)
        await phone.writes("asesor", "hay alguien?")
        outputs = await closed(phone, view(phone), heard_until=read.sent_at)
        assert [type(output).__name__ for output in outputs].count("OpenTicket") == 1
        assert await phone.writes("hola?") == [], "people attend again"

    async def test_what_the_agent_has_read_to_the_millisecond_is_not_answered(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        await opened(phone, view(phone))
        words = phone.message("ya anda", sent_at=world.now().replace(microsecond=123_456))
        await phone.deliver(words)
        assert len(await closed(phone, view(phone), heard_until=words.sent_at.replace(microsecond=123_000))) == 1

    async def test_of_a_long_case_only_the_newest_words_are_kept(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor", *(f"palabra {n}" for n in range(20)))
        kept = (await phone.session()).unheard
        assert [f"palabra {n}" in each.body for n, each in zip((17, 18, 19), kept, strict=True)] == [True] * 3

    async def test_last_words_that_leave_after_the_closing_do_not_silence_the_bot_again(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        await opened(phone, view(phone))
        await closed(phone, view(phone))
        await agent_writes(phone)
        assert len(await phone.writes("menú")) == 1

    @pytest.mark.parametrize("mode", [BotMode.STOPPED, BotMode.GATEWAY_ONLY])
    async def test_a_bot_that_does_not_answer_takes_the_chat_back_in_silence(self, world, mode):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        await world.set(OperationSettings(mode=mode))
        assert await closed(phone, view(phone)) == []
        await world.set(OperationSettings())
        assert len(await phone.writes("hola")) == 1


class TestThePause:
    async def test_it_expires_a_day_after_the_last_word_of_anybody(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        world.later(hours=20)
        assert await phone.writes("hay alguien?") == []
        world.later(hours=20)
        await agent_writes(phone)
        world.later(hours=23)
        assert await phone.writes("gracias") == []
        world.later(hours=25)
        assert "¡Hola, Nélida!" in (await phone.writes("hola"))[0]

    async def test_words_typed_on_the_companys_own_phone_pause_the_bot_for_that_chat(self, world):
        phone, other = world.phone("c1"), world.phone("c2", "5493515550002")
        await phone.writes("hola")
        await phone.sends(TextContent(text="Hola Nélida, soy Bruno"), from_me=True)
        assert phone.outputs == []
        assert await phone.writes("1") == []
        assert len(await other.writes("hola")) == 1
        world.later(hours=25)
        assert len(await phone.writes("hola")) == 1

    async def test_old_words_of_the_companys_phone_pause_nothing(self, world):
        phone = world.phone()
        await phone.sends(TextContent(text="vieja"), from_me=True, sent_at=world.now().replace(year=2025))
        assert len(await phone.writes("hola")) == 1

    async def test_an_agent_who_writes_outside_any_ticket_pauses_the_bot(self, world):
        phone = world.phone()
        await agent_writes(phone, ticket_id=None)
        assert await phone.writes("hola") == []

    async def test_the_bots_own_messages_pause_nothing(self, world):
        phone = world.phone()
        await agent_writes(phone, ticket_id=None, kind=AuthorKind.BOT)
        assert len(await phone.writes("hola")) == 1
