"""The queue as each agent sees it."""

import pytest

from ispbot_contracts.common import AgentRef
from ispbot_contracts.tickets import TakeTicket, TransferTicket
from ispbot_tickets.domain.queue import fold
from ispbot_tickets.handlers.open_ticket import open_ticket

ANA = AgentRef(id="u-ana", name="Ana")
LUIS = AgentRef(id="u-luis", name="Luis")


async def contacts(world, view: str, agent: AgentRef = ANA, **fields):
    return [row.contact_id for row in (await world.queue(view, agent, **fields)).rows]


@pytest.fixture
async def floor(world, store):
    """Tickets: c0 and c1 wait for support, c2 waits for sales, Ana has c3, Luis has c4 (sales) and c5."""
    for n in range(6):
        department = "ventas" if n in {2, 4} else "soporte"
        await open_ticket(world.wants_person(f"c{n}", department=department), store=store)
    rows = {row.contact_id: row.ticket_id for row in (await world.queue()).rows}
    for contact, agent in (("c3", ANA), ("c4", LUIS), ("c5", LUIS)):
        await world.ask(TakeTicket(ticket_id=rows[contact], agent=agent))
    return rows


async def test_who_waits_longest_stands_first(world, floor):
    assert await contacts(world, "pending") == ["c0", "c1", "c2"]


async def test_an_operator_sees_waiting_tickets_of_own_departments_and_only_own_ones_in_progress(world, floor):
    operator = {"departments": ["soporte"], "only_agent": True}
    assert await contacts(world, "pending", **operator) == ["c0", "c1"]
    assert await contacts(world, "in_progress", **operator) == ["c3"]
    assert await contacts(world, "mine", **operator) == ["c3"]
    counts = (await world.queue("pending", **operator)).counts
    assert (counts.pending, counts.in_progress, counts.mine) == (2, 1, 1)


async def test_a_supervisor_sees_everything_and_own_ones_apart(world, floor):
    assert await contacts(world, "in_progress") == ["c3", "c4", "c5"]
    assert await contacts(world, "mine", LUIS) == ["c4", "c5"]


async def test_a_ticket_transferred_to_me_from_another_department_is_mine(world, floor):
    await world.ask(TransferTicket(ticket_id=floor["c4"], agent=LUIS, to_agent=ANA))
    assert await contacts(world, "mine", departments=["soporte"], only_agent=True) == ["c3", "c4"]


async def test_pages_follow_each_other_without_gap_or_repetition(world, store):
    for n in range(7):
        await open_ticket(world.wants_person(f"p{n}"), store=store)
    seen, cursor = [], None
    while True:
        page = await world.queue(limit=3, cursor=cursor)
        seen.append([row.contact_id for row in page.rows])
        cursor = page.next
        if cursor is None:
            break
    assert seen == [["p0", "p1", "p2"], ["p3", "p4", "p5"], ["p6"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("paez", ["ca"]),
        ("CAROLINA pá", ["ca"]),
        ("5550004", ["ca"]),
        ("#2", ["ru"]),
        ("factura", ["ru"]),
        ("nadie", []),
        ("  ", ["ca", "ru"]),
    ],
)
async def test_search_finds_name_phone_number_and_reason_without_accents(world, store, words, found):
    await open_ticket(world.wants_person("ca", customer_name="Carolina Páez", phone="5493515550004"), store=store)
    await open_ticket(
        world.wants_person("ru", customer_name="Rubén Sosa", phone="5493515559103", reason="Factura"), store=store
    )
    assert await contacts(world, "pending", q=words) == found


def test_folding_removes_accents_and_case():
    assert fold("Ñandú ÁÉÍÓÚ") == "nandu aeiou"
