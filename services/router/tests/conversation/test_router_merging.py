"""Two contacts become one while their tickets come and go: the two kinds of event travel on streams with no order between them."""

import pytest

from ispbot_contracts.common import AgentRef, Area
from ispbot_contracts.tickets import TicketClosed, TicketOpened, TicketStatus, TicketView
from ispbot_contracts.whatsapp import ContactMerged
from ispbot_router.handlers.follow_ticket import ticket_closed, ticket_opened
from ispbot_router.handlers.merge_contacts import merge_contacts
from ispbot_router.store import Sessions

MERGED = ContactMerged.start("merge", contact_id="keep", absorbed_id="lid", phone="5493515550001")


def view(phone, ticket_id: str) -> TicketView:
    return TicketView(
        ticket_id=ticket_id, number=12, version=1, status=TicketStatus.PENDING, area=Area.SUPPORT, department="soporte",
        contact_id=phone.contact, customer=None, customer_name="Nélida Correa", phone=phone.number, reason="Pidió hablar con una persona",
        summary=None, opened_at=phone.world.now(), waiting_since=None, assignee=None, zone_id=None, zone_name=None, unread=0,
        last_message_at=None, preview="", preview_author=None, closed_at=None, closed_by=None, close_comment=None,
    )  # fmt: skip


async def opened(phone, ticket_id: str):
    event = TicketOpened.start(
        f"opened-{ticket_id}", occurred_at=phone.world.now(), contact_id=phone.contact, ticket=view(phone, ticket_id), words=[]
    )  # fmt: skip
    return await ticket_opened(event, desk=phone.world.desk, sessions=phone.world.sessions)


async def closed(phone, ticket_id: str, *joined: str):
    event = TicketClosed.start(
        f"closed-{ticket_id}", occurred_at=phone.world.now(), contact_id=phone.contact, ticket=view(phone, ticket_id),
        by=AgentRef(id="a1", name="Bruno"), comment=None, heard_until=None,
        joined_ids=list(joined),
    )  # fmt: skip
    return await ticket_closed(event, desk=phone.world.desk, sessions=phone.world.sessions)


async def merge(world) -> None:
    await merge_contacts(MERGED, sessions=world.sessions)


@pytest.fixture
def absorbed(world):
    return world.phone("lid", None)


@pytest.fixture
def kept(world):
    return world.phone("keep")


async def test_a_case_that_closed_before_the_merge_came_leaves_nobody_in_silence(world, absorbed, kept):
    await absorbed.writes("asesor")
    await opened(absorbed, "t1")
    assert len(await closed(kept, "t1")) == 1, "tickets has merged already"
    await merge(world)
    assert "Mi cuenta" in (await kept.writes("menú"))[0]
    assert len(await absorbed.writes("menú")) == 1


@pytest.mark.parametrize("older", ["kept", "absorbed"])
class TestTwoOpenCasesJoined:
    """Tickets made one of two open cases and told the closing of that one: t1, which t2 had joined."""

    @pytest.fixture
    async def both_open(self, absorbed, kept, older):
        one, other = (kept, absorbed) if older == "kept" else (absorbed, kept)
        for phone, ticket_id in ((one, "t1"), (other, "t2")):
            await phone.writes("asesor")
            await opened(phone, ticket_id)

    @pytest.mark.usefixtures("both_open")
    async def test_closed_before_the_merge_comes_nobody_is_left_in_silence(self, world, absorbed, kept):
        assert len(await closed(kept, "t1", "t2")) == 1
        assert len(await kept.writes("menú")) == 1
        for _ in range(2):
            await merge(world)
            assert len(await closed(kept, "t1", "t2")) == 1
        assert (await kept.session()).handover is None
        assert len(await absorbed.writes("menú")) == 1

    @pytest.mark.usefixtures("both_open")
    async def test_closed_after_the_merge_too(self, world, absorbed, kept):
        await merge(world)
        assert await absorbed.writes("hola?") == []
        for _ in range(2):
            assert len(await closed(kept, "t1", "t2")) == 1
        assert len(await absorbed.writes("menú")) == 1

    @pytest.mark.usefixtures("both_open")
    async def test_an_opening_that_comes_last_changes_nothing(self, world, absorbed, kept):
        await closed(kept, "t1", "t2")
        await merge(world)
        for ticket_id in ("t1", "t2"):
            await opened(absorbed, ticket_id)
        assert len(await kept.writes("menú")) == 1

    @pytest.mark.usefixtures("both_open")
    async def test_an_older_closing_that_names_no_other_ends_its_own_case(self, world, kept, older):
        await closed(kept, "t1")
        await merge(world)
        assert (await kept.session()).closed_tickets == ("t1",)
        assert (await kept.session()).handover.ticket_id == "t2"
        assert len(await closed(kept, "t2")) == 1
        assert len(await kept.writes("menú")) == 1


async def test_an_opening_told_after_closing_and_merge_ends_the_silence_that_waited_for_it(world, absorbed, kept):
    await absorbed.writes("asesor")
    await closed(kept, "t1")
    await merge(world)
    assert await kept.writes("menú") == []
    await opened(absorbed, "t1")
    assert len(await kept.writes("menú")) == 1


async def test_a_case_that_closed_while_another_one_holds_the_chat_is_remembered_too(world, absorbed, kept):
    await absorbed.writes("asesor")
    await opened(absorbed, "t1")
    await opened(kept, "t9")
    await closed(kept, "t1")
    await merge(world)
    assert (await kept.session()).handover.ticket_id == "t9"
    assert len(await closed(kept, "t9")) == 1


async def test_an_open_case_of_the_absorbed_contact_still_keeps_the_bot_silent(world, absorbed, kept):
    await closed(kept, "t0")
    await absorbed.writes("asesor")
    await opened(absorbed, "t1")
    await merge(world)
    assert await kept.writes("hola?") == []
    assert len(await closed(kept, "t1")) == 1
    assert len(await kept.writes("menú")) == 1


async def test_an_opening_that_comes_again_after_the_merge_lets_either_ticket_give_the_chat_back(world, absorbed, kept):
    await opened(kept, "t1")
    await opened(absorbed, "t2")
    await merge(world)
    await opened(absorbed, "t2")
    assert len(await closed(kept, "t1")) == 1
    assert len(await kept.writes("menú")) == 1


async def test_an_opening_that_comes_after_the_closing_does_not_silence_the_bot(world, absorbed, kept):
    await closed(kept, "t1")
    await merge(world)
    await opened(absorbed, "t1")
    assert len(await kept.writes("menú")) == 1


async def test_only_the_last_closed_cases_are_remembered(world, kept):
    for number in range(20):
        await closed(kept, f"t{number}")
    assert (await kept.session()).closed_tickets == tuple(f"t{number}" for number in range(12, 20))


async def test_what_moves_the_absorbed_conversation_while_it_is_merged_is_not_lost(
    world, absorbed, database, monkeypatch
):
    other, read = Sessions(database), world.sessions._collection.find_one
    await absorbed.writes("hola")

    async def read_and_be_overtaken(*args):
        document = await read(*args)
        monkeypatch.undo()
        here, world.sessions = world.sessions, other
        await opened(absorbed, "t1")
        world.sessions = here
        return document

    monkeypatch.setattr(world.sessions._collection, "find_one", read_and_be_overtaken)
    await merge(world)
    assert (await world.phone("keep").session()).handover.ticket_id == "t1"


async def test_a_merge_that_died_amid_its_work_is_finished_when_it_comes_again(world, absorbed, kept, monkeypatch):
    await absorbed.writes("asesor")
    await opened(absorbed, "t1")

    async def die(*_):
        raise ConnectionError

    monkeypatch.setattr(world.sessions, "once", die)
    with pytest.raises(ConnectionError):
        await merge(world)
    monkeypatch.undo()
    await closed(kept, "t0")
    for _ in range(2):
        await merge(world)
    assert (await kept.session()).handover.ticket_id == "t1"
