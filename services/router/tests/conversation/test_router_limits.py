"""Loops between machines and messages that come late."""

from datetime import timedelta

from ispbot_contracts.settings import BotSettings


class TestLoopGuard:
    async def test_two_machines_talking_fall_silent_with_one_call_for_a_person(self, world):
        await world.set(BotSettings())
        phone = world.phone()
        answers, tickets = [], []
        for number in range(40):
            answers += await phone.writes("menú" if number % 2 else "1")
            tickets += phone.tickets
            world.later(seconds=1)
        assert len(answers) == 13
        assert [ticket.reason for ticket in tickets] == ["Posible conversación entre robots: el bot dejó de responder"]

    async def test_the_same_answer_again_and_again_is_noticed_earlier(self, world):
        await world.set(BotSettings(same_reply_max=4))
        phone = world.phone()
        await phone.writes("hola")
        answers = [await phone.writes("menú") for _ in range(6)]
        assert [len(answer) for answer in answers] == [1, 1, 1, 1, 1, 0]
        assert "Te responde una persona" in answers[4][0]

    async def test_a_slow_customer_never_meets_the_guard(self, world):
        await world.set(BotSettings())
        phone = world.phone()
        for _ in range(30):
            assert len(await phone.writes("menú")) == 1
            world.later(seconds=45)
        assert phone.tickets == []

    async def test_a_bot_that_does_not_make_sense_is_left_to_a_person(self, world):
        phone = world.phone("c9", None)
        answers = [await phone.writes(f"Su consulta es importante para nosotros ({n})") for n in range(10)]
        assert [len(answer) for answer in answers] == [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]


class TestLateMessages:
    async def test_messages_from_while_we_were_away_are_answered_once_and_with_no_menu(self, world):
        phone = world.phone()
        hours_ago = world.now() - timedelta(hours=2)
        [answer] = await phone.deliver(phone.message("hola", sent_at=hours_ago))
        assert "Ya estamos de vuelta" in answer
        assert "*1.*" not in answer
        for text in ("hay alguien?", "1", "asesor"):
            assert await phone.deliver(phone.message(text, sent_at=hours_ago + timedelta(minutes=5))) == []
        assert "¡Hola, Nélida!" in (await phone.writes("menú"))[0]

    async def test_a_late_number_never_chooses_from_an_old_menu(self, world):
        phone = world.phone()
        await phone.writes("hola")
        world.later(minutes=30)
        await phone.deliver(phone.message("1", sent_at=world.now() - timedelta(minutes=25)))
        assert "¿En qué te puedo ayudar?" in (await phone.writes("1"))[0]

    async def test_each_absence_is_excused_anew(self, world):
        phone = world.phone()
        for _ in range(2):
            assert len(await phone.deliver(phone.message("hola", sent_at=world.now() - timedelta(hours=1)))) == 1
            await phone.writes("hola")

    async def test_a_chat_with_a_person_gets_no_excuse_from_the_bot(self, world):
        phone = world.phone()
        await phone.writes("hola", "asesor")
        assert await phone.deliver(phone.message("y?", sent_at=world.now() - timedelta(hours=1))) == []

    async def test_the_limit_is_a_setting(self, world):
        await world.set(BotSettings(late_message_min=120))
        phone = world.phone()
        assert (
            "¡Hola, Nélida!"
            in (await phone.deliver(phone.message("hola", sent_at=world.now() - timedelta(hours=1))))[0]
        )
