"""Mensajes apartados on the real dead-letter stream: list, look, replay, discard, and who may."""

import pytest

from ispbot_contracts.catalogue import MESSAGES
from ispbot_contracts.streams import DEAD_SUBJECT
from ispbot_panel_api.parked.words import KINDS, kind_words
from ispbot_runtime.testing import eventually


@pytest.fixture
async def admin(panel):
    _, token = await panel.enrol("administrator")
    async with panel.client(token) as browser:
        yield browser


@pytest.fixture
async def letters(panel, bus, admin):
    """Park two messages of two services, as an older version did: with few headers."""
    for service in ("router", "tickets"):
        headers = {"Ispbot-Subject": "tickets.evt.ticket_closed.k1", "Ispbot-Reason": "broken"}
        await bus.publish_raw(f"{DEAD_SUBJECT}.{service}.{service}-c", b'{"text":"hola"}', headers)

    async def both() -> bool:
        return (await admin.get("/api/parked")).json()["total"] == 2

    await eventually(both)


async def test_the_list_shows_no_words_of_customers_and_counts_each_part(admin, letters):
    answer = await admin.get("/api/parked")
    assert "hola" not in answer.text
    page = answer.json()
    assert sorted((one["part"], one["count"]) for one in page["services"]) == [("Bot", 1), ("Tickets", 1)]
    only = (await admin.get("/api/parked", params={"service": "router"})).json()
    assert [(row["part"], row["kind_text"]) for row in only["rows"]] == [("Bot", "Ticket cerrado")]


def test_every_kind_of_message_has_words():
    assert KINDS.keys() == {kind.name for kind in MESSAGES}
    assert kind_words("group_seen") == "Datos de un grupo"
    assert kind_words("of_a_newer_version") == "of_a_newer_version"


async def test_looking_at_one_shows_its_body_and_is_on_record(admin, letters, panel):
    [row] = (await admin.get("/api/parked", params={"service": "router"})).json()["rows"]
    detail = (await admin.get(f"/api/parked/{row['seq']}")).json()
    assert detail["body"] == '{\n  "text": "hola"\n}'
    [entry] = await panel.service.database["audit"].find({"action": "parked.inspect"}).to_list()
    assert (entry["target"], entry["outcome"]) == (str(row["seq"]), "done")


async def test_a_discarded_one_is_gone_and_its_words_are_not_kept(admin, letters, panel):
    [row] = (await admin.get("/api/parked", params={"service": "router"})).json()["rows"]
    assert (await admin.post(f"/api/parked/{row['seq']}/discard")).status_code == 200
    again = await admin.post(f"/api/parked/{row['seq']}/discard")
    assert (again.status_code, again.json()["code"]) == (409, "dead_letter_gone")
    [entry] = await panel.service.database["audit"].find({"action": "parked.discard"}).to_list()
    assert (entry["before"]["message"], entry["outcome"], "hola" in str(entry)) == ("ticket_closed", "done", False)


async def test_a_replay_that_nobody_would_take_is_refused_and_stays(admin, letters):
    [row] = (await admin.get("/api/parked", params={"service": "router"})).json()["rows"]
    answer = await admin.post(f"/api/parked/{row['seq']}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "consumer_gone")
    done = (await admin.post("/api/parked/replay", json={"service": "router"})).json()
    assert (done["replayed"], done["failed"], done["left"]) == (0, 1, 1)
