"""Two replicas attend one customer: what one remembers may be behind what the other one wrote."""

import pytest

from ispbot_contracts.common import CustomerRef
from ispbot_contracts.crm_writes import PromisePayment
from ispbot_contracts.scheduler import BookVisit
from ispbot_router.domain.session import Session
from ispbot_router.store import Sessions
from ispbot_router.verified import CopyUnverified, require_verified


@pytest.fixture
def other(world, database) -> Sessions:
    """Another replica's view of the conversations."""
    return Sessions(database)


def asked(world, kind: type) -> list:
    return [query for query in world.around.asked if isinstance(query, kind)]


async def by(sessions: Sessions, phone, text: str) -> list[str]:
    """Let that replica handle the message."""
    here, phone.world.sessions = phone.world.sessions, sessions
    answer = await phone.writes(text)
    phone.world.sessions = here
    return answer


async def test_a_visit_that_was_refused_at_another_replica_is_not_booked(world, other):
    phone = world.phone()
    await phone.writes("hola", "visita", "1")
    assert "Dale, no agendamos nada." in (await by(other, phone, "0"))[0]
    assert "Consultar saldo" in (await phone.writes("1"))[0]
    assert asked(world, BookVisit) == []


async def test_a_promise_that_was_left_at_another_replica_is_not_recorded(world, other):
    phone = world.phone()
    await phone.writes("hola", "promesa de pago")
    assert "Mi cuenta" in (await by(other, phone, "menú"))[0]
    assert "Consultar saldo" in (await phone.writes("1"))[0]
    assert (asked(world, PromisePayment), world.around.promises) == ([], {})


async def test_a_visit_that_both_replicas_agree_on_is_booked_once(world, other):
    phone = world.phone()
    await phone.writes("hola", "visita")
    assert "¿Confirmamos" in (await by(other, phone, "1"))[0]
    assert "quedó agendada (n.º 1)" in (await phone.writes("sí"))[0]
    assert len(asked(world, BookVisit)) == 1


async def test_only_what_writes_outside_reads_the_conversation_again(world):
    phone = world.phone()
    await phone.writes("hola")
    copies: list[Session] = []

    async def write_outside(session):
        copies.append(session)
        require_verified("anything")
        return session.missed(), []

    await world.sessions.once("c1", phone.message("uno"), write_outside)
    assert len(copies) == 2, "the remembered copy, then the one that was read"

    async def write_nothing(session):
        copies.append(session)
        return session.missed(), []

    await world.sessions.once("c1", phone.message("dos"), write_nothing)
    assert len(copies) == 3


async def test_every_question_that_is_not_known_to_read_only_wants_a_read_conversation(world):
    phone = world.phone()
    await phone.writes("hola", "visita", "1")
    refused: list[str] = []

    async def book(session):
        try:
            await world.desk.agenda.book(BookVisit.model_construct())
        except CopyUnverified as unverified:
            refused.append(str(unverified))
        try:
            await world.desk.crm.promise(
                CustomerRef(customer_id="1001", number="1001", name=""), world.now().date(), "key", "c1"
            )
        except CopyUnverified as unverified:
            refused.append(str(unverified))
        return session.missed(), []

    await world.sessions.once("c1", phone.message("uno"), book)
    assert refused == ["book_visit", "promise_payment"]
