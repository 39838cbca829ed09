"""At least once in, exactly once out; and the whole service on the bus."""

import asyncio
from datetime import timedelta

import pytest

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.scheduler import VisitBooked
from ispbot_contracts.whatsapp import ContactMerged, MessageReceived, SendMessage
from ispbot_router.bootstrap import bootstrap
from ispbot_router.desk import SECTIONS
from ispbot_router.handlers.merge_contacts import merge_contacts
from ispbot_router.handlers.receive_message import receive_message
from ispbot_router.store import Sessions
from ispbot_runtime.health import Health
from ispbot_runtime.media import MediaStore
from ispbot_runtime.service import Service
from ispbot_runtime.testing import eventually, published


def bodies(messages) -> list[str]:
    return [message.model_dump_json() for message in messages]


class TestRedelivery:
    async def test_a_message_that_comes_again_gives_the_same_answer_and_does_not_move_twice(self, world):
        phone = world.phone()
        await phone.writes("hola", "1")
        first, message = list(phone.outputs), phone.last
        world.later(seconds=30)
        again = await receive_message(message, desk=world.desk, sessions=world.sessions)
        assert bodies(again) == bodies(first)
        assert "$ 18.500,00" in (await phone.writes("1"))[0]

    async def test_dying_between_the_answer_and_its_publishing_loses_and_doubles_nothing(self, world):
        phone = world.phone()
        await phone.writes("hola", "visita", "1", "sí")
        first = list(phone.outputs)
        world.around.slots = []
        world.around.crm_is = "broken"
        again = await receive_message(phone.last, desk=world.desk, sessions=world.sessions)
        assert bodies(again) == bodies(first)
        assert len(first) == 2
        assert len(world.around.visits) == 1

    async def test_dying_after_booking_and_before_remembering_books_once(self, world):
        phone = world.phone()
        await phone.writes("hola", "visita", "1")
        yes = phone.message("sí")

        async def die(*_):
            raise ConnectionError

        remember, world.sessions._save = world.sessions._save, die
        with pytest.raises(ConnectionError):
            await phone.deliver(yes)
        world.sessions._save = remember
        assert "quedó agendada (n.º 1)" in (await phone.deliver(yes))[0]
        assert len(world.around.visits) == 1

    async def test_two_replicas_with_the_same_message_agree_on_one_answer(self, world):
        phone = world.phone()
        await phone.writes("hola")
        message = phone.message("1")
        results = await asyncio.gather(
            *(receive_message(message, desk=world.desk, sessions=world.sessions) for _ in range(4))
        )
        assert len({tuple(bodies(result)) for result in results}) == 1

    async def test_two_messages_at_once_are_both_counted(self, world):
        phone = world.phone()
        await phone.writes("hola")
        both = [phone.message("qwerty"), phone.message("asdfgh")]
        await asyncio.gather(*(receive_message(message, desk=world.desk, sessions=world.sessions) for message in both))
        assert (await phone.session()).misses == 2

    async def test_the_document_of_a_talkative_contact_stays_small(self, world, database):
        phone = world.phone()
        for _ in range(30):
            await phone.writes("menú")
            world.later(minutes=1)
        document = await database["sessions"].find_one({"_id": "c1"})
        assert len(document["done"]) == 8
        assert len(document["state"]["answers"]) < 5


async def test_a_state_written_by_another_version_starts_the_conversation_anew(world, database):
    phone = world.phone()
    await phone.writes("hola", "1")
    tomorrow = {"$set": {"state.step": "a_step_of_tomorrow"}, "$inc": {"version": 1}}
    await database["sessions"].update_one({"_id": "c1"}, tomorrow)
    assert "¡Hola, Nélida!" in (await phone.writes("1"))[0]
    assert "Consultar saldo" in (await phone.writes("1"))[0]


class TestMerging:
    async def test_one_person_goes_on_with_one_conversation(self, world):
        hidden, shown = world.phone("lid1", None), world.phone("c9", "5493515559999")
        await shown.writes("hola")
        world.later(minutes=1)
        await hidden.writes("hola", "ya soy cliente", "27333444", "1")
        event = ContactMerged.start("merge", contact_id="c9", absorbed_id="lid1", phone="5493515559999")
        for _ in range(2):
            assert await merge_contacts(event, sessions=world.sessions) == ()
        [answer] = await shown.writes("1")
        assert "Saldo de Estela" in answer

    async def test_a_message_under_the_old_name_is_answered_under_the_kept_one(self, world):
        hidden, shown = world.phone("lid1", None), world.phone("c9", "5493515559999")
        await shown.writes("hola", "ya soy cliente", "27333444")
        await merge_contacts(
            ContactMerged.start("m", contact_id="c9", absorbed_id="lid1", phone=None), sessions=world.sessions
        )
        assert "Consultar saldo" in (await hidden.writes("1"))[0]
        assert hidden.replies[0].contact_id == "c9"

    async def test_a_contact_never_seen_before_may_be_merged(self, world):
        await merge_contacts(
            ContactMerged.start("m", contact_id="new", absorbed_id="none", phone=None), sessions=world.sessions
        )
        assert len(await world.phone("new").writes("hola")) == 1


async def test_groups_are_not_the_bots_business(world):
    phone = world.phone()
    assert await phone.sends(TextContent(text="hola"), chat_kind="group") == []
    assert await phone.session() is None


@pytest.fixture
async def service(around, config, make_bus, database, settings_store, start_watch):
    """The wired router, as the process runs it."""
    bus = await make_bus("router")
    made = Service(
        name="router", config=config, bus=bus, database=database, settings=settings_store, watch=await start_watch(*SECTIONS),
        media=MediaStore(bus), health=Health("router"),
    )  # fmt: skip
    await bootstrap(made)
    await bus.start()
    yield made
    for task in tuple(made._tasks):
        task.cancel()
    await asyncio.gather(*made._tasks, return_exceptions=True)


def received(contact: str, number: int, text: str) -> MessageReceived:
    return MessageReceived.start(
        f"{contact}-{number}", contact_id=contact, chat_kind="direct", chat="x@lid", wa_id=str(number), from_me=False,
        phone="5493515550001", push_name=None, sent_at=utc_now(), content=TextContent(text=text),
    )  # fmt: skip


class TestOnTheBus:
    async def test_a_message_on_the_stream_is_answered_on_the_stream_with_its_correlation(self, service, bus):
        message = received("c1", 1, "hola")
        await bus.publish(message)
        [raw] = await published(bus, "wa.cmd.send_message.*.*", 1)
        answer = SendMessage.model_validate_json(raw)
        assert (answer.contact_id, answer.correlation_id, answer.causation_id) == ("c1", message.id, message.id)
        assert answer.id == derive_id(message.id, "send_message", "answer-1")

    async def test_many_chats_are_answered_each_in_order(self, service, bus):
        contacts = [f"c{n}" for n in range(20)]
        texts = ["hola", "1", "1", "0"]
        for number, text in enumerate(texts):
            await asyncio.gather(*(bus.publish(received(contact, number, text)) for contact in contacts))
        answers = [SendMessage.model_validate_json(raw) for raw in await published(bus, "wa.cmd.send_message.*.*", 80)]
        for contact in contacts:
            said = [answer.content.text for answer in answers if answer.contact_id == contact]
            assert [
                "Mi cuenta y facturas" in said[0],
                "Consultar saldo" in said[1],
                "18.500" in said[2],
                "Consultar saldo" in said[3],
            ] == [True] * 4

    async def test_a_visit_whose_booking_was_never_answered_is_told_when_the_agenda_tells_of_it(
        self, service, bus, around
    ):
        for number, text in enumerate(["hola", "visita", "1"]):
            await bus.publish(received("c1", number, text))
        await published(bus, "wa.cmd.send_message.*.*", 3)
        around.agenda_is = "broken"
        await bus.publish(received("c1", 3, "sí"))
        await published(bus, "wa.cmd.send_message.*.*", 4)
        [(key, visit)] = around.visits.items()
        fields = {"visit_id": visit.visit_id, "visit": visit, "booking_key": key}
        await bus.publish(VisitBooked.start("booked", occurred_at=utc_now() - timedelta(minutes=2), **fields))
        *_, raw = await published(bus, "wa.cmd.send_message.*.*", 5)
        assert "sí quedó agendada (n.º 1)" in SendMessage.model_validate_json(raw).content.text

    async def test_the_service_says_what_limits_it(self, service, around):
        await eventually(lambda: service.health.limits["crm"]() is None)
        assert service.health.limits["crm"]() is None


async def test_a_replica_that_was_overtaken_goes_on_from_what_the_other_one_wrote(world, database):
    phone, here = world.phone(), world.sessions
    await phone.writes("hola")
    world.sessions = Sessions(database)
    await phone.writes("1")
    world.sessions = here
    assert "$ 18.500,00" in (await phone.writes("1"))[0]
