"""ISPBrain's queue of outgoing messages."""

from datetime import datetime

import pytest

from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.adapters.ispbrain.altwha import acknowledge, pacing, pending_messages
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.notices.altwha_queue import AltwhaQueue


@pytest.fixture
def vendor():
    return "ispbrain"


@pytest.fixture
async def line(crm_settings, company, limits):
    client = open_client(crm_settings(), Locale.of(company), limits).client
    yield client.line
    await client.aclose()


@pytest.fixture
async def queued(side):
    for body in (
        {"phone": "5493515550001", "message": "Tu factura vence mañana"},
        {"phone": "5493515550002", "message": "Corte programado", "urgent": True},
        {"phone": "5493515550003", "message": "De otra cuenta", "account": "8"},
    ):
        assert (await side.post("/altwha", json=body)).status_code == 201


@pytest.mark.usefixtures("queued")
async def test_what_waits_is_listed_acknowledged_and_gone(line, side):
    first, second = (await pending_messages(line, "7")).messages
    assert (first.phone, first.text, first.urgent) == ("5493515550001", "Tu factura vence mañana", False)
    assert [one.id for one in (await pending_messages(line, "7", urgent=True)).messages] == [second.id]
    at = datetime(2026, 11, 28, 9, 30, 5)  # noqa: DTZ001 - local time, as the vendor's agent writes it
    await acknowledge(line, first.id, sent=True, at=at)
    await acknowledge(line, second.id, sent=False, at=at)
    assert (await pending_messages(line, "7")).messages == []
    stored = {row["id"]: (row["status"], row["send_at"]) for row in (await side.get("/altwha")).json()}
    assert stored[1] == (1, "2026-11-28 09:30:05")
    assert stored[2][0] == 2


@pytest.mark.usefixtures("queued")
async def test_a_server_that_ignores_the_filters_does_not_make_us_send_again(line, cause):
    at = datetime(2026, 11, 28)  # noqa: DTZ001 - local time
    await acknowledge(line, "1", sent=True, at=at)
    await cause("ignores_filter")
    assert [one.id for one in (await pending_messages(line, "7")).messages] == ["2"]


@pytest.mark.usefixtures("queued")
async def test_an_ordinary_message_stays_ordinary_where_the_filter_of_urgent_ones_is_ignored(line, cause):
    await cause("ignores_filter")
    assert [one.id for one in (await pending_messages(line, "7", urgent=True)).messages] == ["2"]
    assert [one.urgent for one in (await pending_messages(line, "7")).messages] == [False, True]


@pytest.mark.parametrize("fault", [None, "ignores_filter"])
async def test_the_queue_is_read_past_its_first_page_urgent_ones_first_and_each_once(line, side, cause, fault):
    sent = 130
    for number in range(sent + 5):
        body = {"phone": "5493515550001", "message": f"aviso {number}", "urgent": number == sent + 4}
        assert (await side.post("/altwha", json=body)).status_code == 201
    for row in (await side.get("/altwha")).json()[:sent]:
        await acknowledge(line, str(row["id"]), sent=True, at=datetime(2026, 11, 28))  # noqa: DTZ001 - local time
    if fault is not None:
        await cause(fault)
    found = [message async for messages in AltwhaQueue(line, "here", "7").pending() for message in messages]
    assert [message.text for message in found] == [f"aviso {number}" for number in (134, 130, 131, 132, 133)]


async def test_the_accounts_pacing_is_read(line):
    found = await pacing(line, "7")
    assert (found.block, found.pause, found.delay) == ((5, 10), (30, 60), (2, 5))
