"""A visit they said yes to while the agenda gave no answer: nobody is told what is not so."""

import pytest

from ispbot_contracts.scheduler import BookVisit, SettleBooking, Visit, VisitBooked
from ispbot_contracts.settings import BotMode, OperationSettings
from ispbot_contracts.whatsapp import ContactMerged
from ispbot_router.handlers.merge_contacts import merge_contacts
from ispbot_router.handlers.settle_visit import visit_booked
from ispbot_runtime.errors import Retryable


async def unanswered(world, agenda: str, phone=None):
    """Let a customer say yes; the agenda is "deaf" (nothing is booked) or "broken" (booked, and the answer is lost)."""
    phone = phone or world.phone()
    await phone.writes("hola", "visita", "1")
    world.around.agenda_is = agenda
    assert "no puedo ver la agenda" in (await phone.writes("sí"))[0]
    return phone


def asked(world, kind: type) -> list:
    return [query for query in world.around.asked if isinstance(query, kind)]


def event_of(world, **changes) -> VisitBooked:
    [(key, visit)] = world.around.visits.items()
    fields = {"occurred_at": world.now(), "visit_id": visit.visit_id, "visit": visit, "booking_key": key} | changes
    return VisitBooked.start("booked", **fields)


async def told(world, event: VisitBooked) -> list:
    return list(await visit_booked(event, desk=world.desk, sessions=world.sessions))


LEAVING = ["0", "menú", "hola", "salir", "saldo", "asesor", "visita"]


@pytest.mark.parametrize("words", LEAVING)
async def test_who_leaves_a_visit_that_was_booked_is_told_so_and_so_is_the_group(world, words):
    phone = await unanswered(world, "broken")
    world.around.agenda_is = "fine"
    [truth, *_] = await phone.writes(words)
    assert "sí quedó agendada (n.º 1).\n📅 miércoles 25/11, de 10:30 a 12:00" in truth
    assert "escribí *asesor* y la cancelamos" in truth
    assert not any("no agendamos nada" in text for text in phone.texts)
    [notice] = phone.notices
    assert notice.group == "111@g.us"
    assert "Nélida Correa · +54 9 351 555-0001" in notice.content.text
    assert asked(world, SettleBooking)[0].booking_key == asked(world, BookVisit)[0].booking_key


@pytest.mark.parametrize("words", LEAVING)
async def test_who_leaves_a_visit_that_was_not_booked_is_told_so(world, words):
    phone = await unanswered(world, "deaf")
    world.around.agenda_is = "fine"
    [truth, *more] = await phone.writes(words)
    assert truth == "Dale, no agendamos nada."
    assert more
    assert (await phone.session()).unsettled is None
    assert (phone.notices, world.around.visits) == ([], {})


async def test_while_the_agenda_is_away_the_bot_says_that_it_does_not_know_and_tells_later(world):
    phone = await unanswered(world, "broken")
    [honest, menu] = await phone.writes("0")
    assert honest.startswith("Todavía no pude ver si tu visita quedó agendada")
    assert "Mi cuenta" in menu
    world.around.agenda_is = "fine"
    [truth, _] = await phone.writes("0")
    assert "sí quedó agendada (n.º 1)" in truth
    assert len(phone.notices) == 1
    assert len(await phone.writes("menú")) == 1


async def test_that_it_does_not_know_is_said_once(world):
    phone = await unanswered(world, "broken")
    await phone.writes("0")
    [account_menu] = await phone.writes("1")
    assert "Consultar saldo" in account_menu


async def test_no_second_visit_is_begun_while_the_first_one_is_not_known(world):
    phone = await unanswered(world, "broken")
    await phone.writes("0")
    assert "no puedo ver la agenda" in (await phone.writes("visita"))[0]
    assert len(asked(world, BookVisit)) == 1


async def test_after_a_silence_the_truth_comes_first(world):
    phone = await unanswered(world, "broken")
    world.around.agenda_is = "fine"
    world.later(days=2)
    [truth, greeting] = await phone.writes("hola")
    assert "sí quedó agendada (n.º 1)" in truth
    assert "¡Hola, Nélida!" in greeting


async def test_after_a_silence_a_visit_that_was_not_booked_is_told_too(world):
    phone = await unanswered(world, "deaf")
    world.around.agenda_is = "fine"
    world.later(days=2)
    [truth, _] = await phone.writes("hola")
    assert "la visita que habías pedido no quedó agendada" in truth


@pytest.mark.parametrize("words", ["gracias", "qwerty"])
async def test_words_that_leave_nothing_let_the_booking_be_tried_again(world, words):
    phone = await unanswered(world, "deaf")
    world.around.agenda_is = "fine"
    await phone.writes(words)
    assert "quedó agendada (n.º 1)" in (await phone.writes("reintentar"))[0]
    assert (await phone.session()).unsettled is None
    assert asked(world, SettleBooking) == []


async def test_a_time_that_was_taken_meanwhile_settles_it(world):
    phone = await unanswered(world, "deaf")
    world.around.agenda_is = "fine"
    await world.phone("c2", "5493515550002").writes("hola", "visita", "1", "sí")
    assert "Ese horario se acaba de ocupar." in (await phone.writes("reintentar"))[0]
    assert (await phone.session()).unsettled is None


async def test_another_visit_is_not_booked_while_the_first_is_not_settled(world):
    other = world.phone("c2", "5493515550002")
    await other.writes("hola", "visita", "1")
    first = (await (await unanswered(world, "deaf")).session()).unsettled
    merged = ContactMerged.start("merge", contact_id="c2", absorbed_id="c1", phone="5493515550002")
    await merge_contacts(merged, sessions=world.sessions)
    assert "no puedo ver la agenda" in (await other.writes("sí"))[0]
    assert (await other.session()).unsettled == first
    assert {query.booking_key for query in asked(world, BookVisit)} == {first.key}
    world.around.agenda_is = "fine"
    assert "la visita que habías pedido no quedó agendada" in (await other.writes("reintentar"))[0]


class TestTheAgendasEvent:
    async def test_a_visit_that_was_never_confirmed_is_told_once_without_being_asked_for(self, world):
        phone = await unanswered(world, "broken")
        event = event_of(world)
        with pytest.raises(Retryable):
            await told(world, event)
        world.later(minutes=2)
        [words, notice] = await told(world, event)
        assert (words.contact_id, words.group, notice.group) == ("c1", None, "111@g.us")
        assert "sí quedó agendada (n.º 1)" in words.content.text
        assert [message.id for message in await told(world, event)] == [words.id, notice.id]
        world.around.agenda_is = "fine"
        assert len(await phone.writes("0")) == 1
        assert phone.notices == []
        assert asked(world, SettleBooking) == []

    async def test_what_was_told_is_not_told_by_the_event(self, world):
        await world.phone().writes("hola", "visita", "1", "sí")
        assert await told(world, event_of(world)) == []

    async def test_an_event_that_overtakes_the_answer_waits_for_it(self, world):
        phone = world.phone()
        await phone.writes("hola", "visita", "1")
        yes, world.sessions._save, save = phone.message("sí"), _die, world.sessions._save
        with pytest.raises(ConnectionError):
            await phone.deliver(yes)
        world.sessions._save = save
        with pytest.raises(Retryable):
            await told(world, event_of(world))
        assert "quedó agendada" in (await phone.deliver(yes))[0]
        assert await told(world, event_of(world)) == []

    async def test_an_answer_that_never_came_is_waited_for_a_minute(self, world):
        phone = world.phone()
        await phone.writes("hola", "visita", "1")
        world.sessions._save, save = _die, world.sessions._save
        with pytest.raises(ConnectionError):
            await phone.writes("sí")
        world.sessions._save = save
        event = event_of(world)
        world.later(minutes=2)
        assert len(await told(world, event)) == 2
        assert (await phone.session()).visit is None

    async def test_a_visit_booked_by_staff_is_not_the_bots_business(self, world):
        await unanswered(world, "broken")
        assert await told(world, event_of(world, booking_key=None)) == []
        assert await told(world, event_of(world, booking_key="the panel's")) == []

    async def test_a_bot_that_is_stopped_keeps_the_truth_for_later(self, world):
        phone = await unanswered(world, "broken")
        await world.set(OperationSettings(mode=BotMode.STOPPED))
        assert await told(world, event_of(world)) == []
        await world.set(OperationSettings())
        world.around.agenda_is = "fine"
        assert "sí quedó agendada" in (await phone.writes("hola"))[0]


async def test_a_merge_keeps_what_is_not_settled(world):
    await unanswered(world, "broken", world.phone("lid"))
    world.later(minutes=1)
    kept = world.phone("keep")
    world.around.agenda_is = "fine"
    await kept.writes("hola", "visita", "2")
    event = ContactMerged.start("merge", contact_id="keep", absorbed_id="lid", phone=None)
    await merge_contacts(event, sessions=world.sessions)
    [truth, booked] = await kept.writes("sí")
    assert "sí quedó agendada (n.º 1)" in truth
    assert "quedó agendada (n.º 2)" in booked
    assert len({notice.id for notice in kept.notices}) == 2


async def _die(*_) -> Visit:
    raise ConnectionError
