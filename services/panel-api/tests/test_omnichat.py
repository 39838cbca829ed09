"""OmniChat and the dashboard through the API, with the neighbours answered by a small desk."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ispbot_contracts.common import AgentRef, CustomerRef
from ispbot_contracts.content import ContactCard, ContactsContent, LocationContent, MediaContent, MediaInfo, TextContent
from ispbot_contracts.crm import FindCustomers, GetAccount
from ispbot_contracts.tickets import CloseTicket, ListTickets, ReplyToTicket, TakeTicket, TransferTicket
from ispbot_panel_api.dashboard.cards import span_of
from ispbot_panel_api.dashboard.models import VisitDays
from ispbot_runtime.errors import Refusal

CLIENT = "01JD0000000000000000000000"
BRUNO = AgentRef(id="bruno", name="Bruno")


@pytest.fixture
async def ana(panel, desk):
    user, token = await panel.enrol("operator", "soporte", name="Ana")
    async with panel.client(token) as browser:
        browser.user = user
        yield browser


@pytest.fixture
async def boss(panel, desk):
    user, token = await panel.enrol("supervisor", name="Eva")
    async with panel.client(token) as browser:
        browser.user = user
        yield browser


async def test_the_queue_is_asked_for_as_the_user_may_see_it(ana, boss, desk, make_ticket):
    desk.add(make_ticket())
    page = (await ana.get("/api/tickets", params={"view": "pending", "q": "nélida", "before": "c1"})).json()
    assert page["counts"] == {"pending": 1, "in_progress": 0, "mine": 0}
    row = page["rows"][0]
    assert (row["department"], row["phone"]) == ({"id": "soporte", "name": "Soporte"}, "+54 9 351 555-0001")
    await boss.get("/api/tickets?view=in_progress")
    first, second = desk.asked_for(ListTickets)
    assert (first.departments, first.only_agent, first.q, first.cursor) == (["soporte"], True, "nélida", "c1")
    assert (second.departments, second.only_agent, second.agent_id) == (None, False, boss.user.id)


async def test_an_operator_gets_own_and_waiting_tickets_of_own_departments_and_no_others(ana, boss, desk, make_ticket):
    me = ana.user.ref
    desk.add(make_ticket("waiting"))
    desk.add(make_ticket("own", status="in_progress", assignee=me, department="ventas"))
    desk.add(make_ticket("closed", status="closed", assignee=me))
    desk.add(make_ticket("foreign", department="ventas"))
    desk.add(make_ticket("others", status="in_progress", assignee=BRUNO))
    for ticket_id, allowed in {"waiting": 1, "own": 1, "closed": 1, "foreign": 0, "others": 0}.items():
        for method, path in [("GET", ""), ("GET", "/messages"), ("GET", "/customer"), ("POST", "/seen")]:
            answer = await ana.request(method, f"/api/tickets/{ticket_id}{path}")
            assert answer.status_code == (200 if allowed else 403), (ticket_id, path)
            assert (await boss.request(method, f"/api/tickets/{ticket_id}{path}")).status_code == 200
    for path, body in [("reply", {"client_id": CLIENT, "text": "hola"}), ("note", {"client_id": CLIENT, "text": "x"})]:
        refused = await ana.post(f"/api/tickets/others/{path}", json=body)
        assert refused.json()["code"] == "ticket_not_visible"
    for path, body in [
        ("take", None),
        ("transfer", {"department": "ventas"}),
        ("close", {}),
        ("typing", {"typing": True}),
    ]:
        assert (await ana.post(f"/api/tickets/foreign/{path}", json=body)).status_code == 403
    assert desk.asked_for(ReplyToTicket) == desk.asked_for(TakeTicket) == desk.asked_for(TransferTicket) == []


async def test_a_ticket_that_is_not_there_is_404_and_a_lost_race_is_409(ana, desk, make_ticket, bus):

    assert (await ana.get("/api/tickets/nope")).status_code == 404
    desk.add(make_ticket())

    def taken(_):
        raise Refusal("ticket_taken", "Este ticket ya lo tomó Bruno.", agent="Bruno")

    desk._ticket, kept = taken, desk._ticket
    answer = await ana.get("/api/tickets/t1")
    desk._ticket = kept
    assert (answer.status_code, answer.json()["details"]) == (409, {"agent": "Bruno"})


async def test_supervisors_may_act_on_a_colleagues_ticket_and_operators_may_not(ana, boss, desk, make_ticket):
    desk.add(make_ticket(status="in_progress", assignee=ana.user.ref))
    for browser in (ana, boss):
        await browser.post("/api/tickets/t1/close", json={"comment": "Resuelto"})
        await browser.post("/api/tickets/t1/transfer", json={"agent_id": boss.user.id})
    assert [query.override for query in desk.asked_for(CloseTicket)] == [False, True]
    assert [query.to_agent.name for query in desk.asked_for(TransferTicket)] == ["Eva", "Eva"]


async def test_a_transfer_needs_one_target_that_exists(ana, desk, make_ticket):
    desk.add(make_ticket(status="in_progress", assignee=ana.user.ref))
    cases = [({}, None), ({"agent_id": "x", "department": "ventas"}, None), ({"agent_id": "x"}, "agent_id"), ({"department": "x"}, "department")]  # fmt: skip
    for body, field in cases:
        answer = await ana.post("/api/tickets/t1/transfer", json=body)
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await ana.post("/api/tickets/t1/transfer", json={"department": "ventas"})).status_code == 200


async def test_replies_carry_text_a_place_or_a_quote_and_the_browsers_own_id(ana, desk, make_ticket):
    desk.add(make_ticket(status="in_progress", assignee=ana.user.ref))
    line = (
        await ana.post("/api/tickets/t1/reply", json={"client_id": CLIENT, "text": "Hola", "quoted_id": "m9"})
    ).json()
    assert (line["client_id"], line["text"], line["status"], line["author"]["name"]) == (
        CLIENT,
        "Hola",
        "queued",
        "Ana",
    )
    place = {"client_id": CLIENT, "location": {"lat": -31.4, "lng": -64.2, "name": "Oficina"}}
    assert (await ana.post("/api/tickets/t1/reply", json=place)).json()["location"]["name"] == "Oficina"
    text, location = desk.asked_for(ReplyToTicket)
    assert (text.content, text.quoted_message_id) == (TextContent(text="Hola"), "m9")
    assert location.content.position.lat == -31.4
    for body in ({}, {"text": " "}, {"text": "a", "media_id": "b"}):
        assert (await ana.post("/api/tickets/t1/reply", json={"client_id": CLIENT} | body)).status_code == 422


async def test_a_page_of_a_conversation_shows_every_kind_of_line(ana, desk, make_ticket, make_line):
    desk.add(make_ticket())
    failed = MediaContent(kind="image", media=MediaInfo(mime="image/jpeg"), caption="la luz")
    stored = MediaContent(kind="voice", media=MediaInfo(mime="audio/ogg", seconds=7, object_key="k", size_bytes=9))
    for line in (
        make_line("a", content=failed, media_state="failed", media_failure="expired"),
        make_line("b", content=stored, media_state="stored"),
        make_line("c", content=LocationContent(position={"lat": 1, "lng": 2})),
        make_line("d", content=ContactsContent(cards=[ContactCard(name="Leo", phones=["+549"])])),
        make_line("e", kind="note", content=TextContent(text="ojo")),
        make_line("f", direction="out", status="failed", failure="not_on_whatsapp"),
    ):
        desk.lines[line.message_id] = line
    page = (await ana.get("/api/tickets/t1/messages?limit=20")).json()
    lines = {line["id"]: line for line in page["messages"]}
    assert page["next"] == "1.m0"
    assert (lines["a"]["text"], lines["a"]["media"]["state"], "WhatsApp ya no" in lines["a"]["media"]["reason"]) == (
        "la luz",
        "failed",
        True,
    )
    assert (lines["b"]["kind"], lines["b"]["media"]["url"], lines["b"]["media"]["seconds"]) == (
        "voice",
        "/api/media/b",
        7,
    )
    assert lines["c"]["location"] == {"lat": 1.0, "lng": 2.0, "name": None, "address": None}
    assert lines["d"]["contact_cards"] == [{"name": "Leo", "phones": ["+549"]}]
    assert (lines["e"]["kind"], lines["f"]["failure"]) == ("note", "Ese número no tiene WhatsApp.")


async def test_the_customer_panel_shows_the_account_and_lets_choose_among_own_contracts_only(ana, desk, make_ticket):
    desk.add(make_ticket())
    desk.accounts = ["10", "11"]
    shown = (await ana.get("/api/tickets/t1/customer")).json()
    account = shown["account"]
    assert [choice["customer_id"] for choice in shown["accounts"]] == ["10", "11"]
    assert (account["document"], account["balance"]) == ("•••••222", {"amount": "18500.00", "currency": "ARS"})
    assert account["connections"][0]["label"] == "En línea"
    assert desk.asked_for(FindCustomers)[0].value == "5493515550001"
    other = (await ana.get("/api/tickets/t1/customer?customer_id=11")).json()
    assert other["account"]["customer_id"] == "11"
    stranger = await ana.get("/api/tickets/t1/customer?customer_id=99")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "customer_not_found")


async def test_an_id_of_another_management_system_is_not_asked_about(ana, desk, make_ticket):
    foreign = CustomerRef(customer_id="77", number="77", name="Nélida Correa", source="viejo")
    desk.add(make_ticket(customer=foreign))
    desk.accounts = ["10"]
    shown = (await ana.get("/api/tickets/t1/customer")).json()
    assert [choice["customer_id"] for choice in shown["accounts"]] == ["10"]
    assert [(asked.customer_id, asked.source) for asked in desk.asked_for(GetAccount)] == [("10", "nuevo")]
    assert (await ana.get("/api/tickets/t1/customer?customer_id=77")).status_code == 404


async def test_the_customer_panel_says_when_it_is_old_or_nobody_is_found(ana, desk, make_ticket):
    desk.add(make_ticket())
    desk.stale = True
    assert (await ana.get("/api/tickets/t1/customer")).json()["stale"] is True
    desk.accounts = []
    unknown = (await ana.get("/api/tickets/t1/customer")).json()
    assert (unknown["account"], unknown["customer_name"]) == (None, "Nélida Correa")
    assert "No se encontró" in unknown["error"]


async def test_the_dashboard_shows_all_cards(boss):
    board = (await boss.get("/api/dashboard?visits_days=15")).json()
    assert board["unavailable"] == []
    assert (board["open_tickets"]["total"], board["tickets_by_status"]["closed_30d"]) == (3, 9)
    assert board["ai"]["by_type"][0] == {"kind": "classification", "label": "Clasificación", "count": 4}
    assert (board["visits"]["days"], board["visits"]["next"], board["bot"]["label"]) == (15, None, "DESCONECTADO")
    assert (await boss.get("/api/dashboard?visits_days=7")).status_code == 422


async def test_a_neighbour_that_is_away_leaves_its_cards_empty_and_said_so(panel):
    _, token = await panel.enrol("supervisor")
    async with panel.client(token) as browser:
        board = (await browser.get("/api/dashboard?visits_days=0", timeout=10)).json()
    assert board["bot"]["mode"] == "COMPLETE"
    assert {card["card"] for card in board["unavailable"]} == {"open_tickets", "tickets_by_status", "visits", "ai"}
    assert [board[card["card"]] for card in board["unavailable"]] == [None] * 4


def test_todays_visits_are_those_of_the_local_day():

    tz, late = ZoneInfo("America/Argentina/Cordoba"), datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
    begin, end = span_of(VisitDays.TODAY, late, tz)
    assert (begin.isoformat(), end.isoformat()) == ("2026-11-23T00:00:00-03:00", "2026-11-24T00:00:00-03:00")
    assert span_of(VisitDays.FIFTEEN, late, tz)[1].date().isoformat() == "2026-12-08"
