"""The live socket: nothing lost, nothing twice, only what one may see, and a clear end."""

import asyncio
import socket as sockets

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ispbot_contracts.base import derive_id
from ispbot_contracts.common import AgentRef
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import (
    MessageArchived,
    MessageUpdated,
    TicketClosed,
    TicketOpened,
    TicketTaken,
    TicketTransferred,
)
from ispbot_panel_api.live.models import CloseCode
from ispbot_runtime.testing import eventually

BRUNO = AgentRef(id="bruno", name="Bruno")


@pytest.fixture
def tell(bus):
    """Return a function that publishes a ticket event."""

    async def tell(kind, ticket, n=0, **fields):
        event = kind.start(
            derive_id(kind.name, ticket.ticket_id, str(ticket.version), str(n)), contact_id=ticket.contact_id, ticket=ticket,
            **fields,
        )  # fmt: skip
        await bus.publish(event)

    return tell


@pytest.fixture
def say(bus, make_line):
    """Return a function that publishes numbered lines of a conversation."""

    async def say(ticket, *numbers, **changes):
        for n in numbers:
            fields = {"seq": n, "content": TextContent(text=str(n)), "contact_id": "ct1"} | changes
            line = make_line(f"m{n}", **fields)
            await bus.publish(
                MessageArchived.start(f"e{n}", contact_id=line.contact_id, message=line, ticket=ticket)
            )  # fmt: skip

    return say


async def texts(live, count):
    return [(await live.until("ticket_message"))["data"]["message"]["text"] for _ in range(count)]


async def test_a_browser_that_comes_back_gets_exactly_what_it_missed(panel, desk, make_ticket, say):
    _, token = await panel.enrol("supervisor")
    ticket = make_ticket()
    async with panel.live(token) as live:
        assert (await live.next())["type"] == "hello"
        await say(ticket, 1, 2)
        assert await texts(live, 2) == ["1", "2"]
        await live.until("ticket_changed")
    await say(ticket, 3, 4, 5)
    async with panel.live(token, since=live.cursor) as back:
        assert (await back.next()) == {
            "type": "hello", "cursor": live.cursor, "data": {"online": back and panel.parts.presence.online(), "ping_every_s": 20},
        }  # fmt: skip
        await say(ticket, 6)
        assert await texts(back, 4) == ["3", "4", "5", "6"]


async def test_it_continues_across_a_restart_and_on_another_replica(start_panel, desk, make_ticket, say):
    one = await start_panel()
    _, token = await one.enrol("supervisor")
    ticket = make_ticket()
    async with one.live(token) as live:
        await live.next()
        await say(ticket, 1)
        await texts(live, 1)
        await live.until("ticket_changed")
    await say(ticket, 2, 3)
    other = await start_panel()
    async with other.live(token, since=live.cursor) as back:
        assert (await back.next())["type"] == "hello"
        assert await texts(back, 2) == ["2", "3"]


async def test_lines_that_arrive_while_a_browser_catches_up_come_once_and_in_order(panel, desk, make_ticket, say):
    _, token = await panel.enrol("supervisor")
    ticket = make_ticket()
    await say(ticket, *range(1, 60))
    await eventually(lambda: panel.parts.hub._feed.ring.head > 58)
    first = panel.parts.hub._feed.ring.after(panel.parts.hub._feed.ring.floor)[0].seq - 1
    async with panel.live(token, since=str(first)) as live:
        await live.next()
        sending = asyncio.create_task(say(ticket, *range(60, 120)))
        assert await texts(live, 119) == [str(n) for n in range(1, 120)]
        await sending


async def test_a_cursor_that_is_too_old_or_unknown_resets_the_browser(panel, desk, say, make_ticket):
    _, token = await panel.enrol("supervisor")
    await say(make_ticket(), 1)
    await eventually(lambda: panel.parts.hub._feed.ring.head > 0)
    ring = panel.parts.hub._feed.ring
    ring.floor += 1
    for since, reason in ((str(ring.floor - 1), "too_old"), ("soon", "unknown_cursor")):
        async with panel.live(token, since=since) as live:
            assert (await live.next())["cursor"] == str(ring.head)
            assert (await live.next())["data"] == {"reason": reason}


async def test_the_feed_goes_on_where_it_was_when_its_consumer_is_gone(panel, bus, desk, make_ticket, say):
    _, token = await panel.enrol("supervisor")
    feed = panel.parts.hub._feed
    async with panel.live(token) as live:
        await live.next()
        await say(make_ticket(), 1)
        assert await texts(live, 1) == ["1"]
        await bus.js.delete_consumer("TICKETS", feed._consumer)
        await say(make_ticket(), 2, 3)
        await feed._follow()
        await say(make_ticket(), 4)
        assert await texts(live, 3) == ["2", "3", "4"]


async def test_operators_hear_of_own_and_waiting_tickets_of_their_departments_only(panel, desk, make_ticket, tell, say):
    ana, token = await panel.enrol("operator", "soporte", name="Ana")
    waiting, foreign = make_ticket("t1"), make_ticket("t2", department="ventas", contact_id="c2")
    mine = make_ticket("t3", status="in_progress", assignee=ana.ref, department="ventas", contact_id="c3")
    others = make_ticket("t4", status="in_progress", assignee=BRUNO, contact_id="c4")
    async with panel.live(token) as live:
        await live.next()
        await tell(TicketOpened, foreign, words=[])
        await say(foreign, 1, ticket_id="t2", contact_id="c2")
        await say(None, 2, ticket_id=None, contact_id="c9")
        await say(others, 3, ticket_id="t4", contact_id="c4")
        await tell(TicketOpened, waiting, words=[])
        await say(mine, 4, ticket_id="t3", contact_id="c3")
        opened = await live.next()
        assert (opened["type"], opened["data"]["ticket"]["id"], opened["data"]["change"]) == (
            "ticket_changed",
            "t1",
            "opened",
        )
        assert (await live.next())["data"]["kind"] == "new_ticket"
        line = await live.next()
        assert (line["type"], line["data"]["ticket_id"]) == ("ticket_message", "t3")
        assert (await live.next())["data"]["change"] == "updated"
        reply = await live.next()
        assert (reply["data"]["kind"], reply["data"]["ticket_id"]) == ("reply", "t3")


async def test_a_ticket_that_somebody_else_takes_disappears_for_the_operator(panel, desk, make_ticket, tell):
    _, token = await panel.enrol("operator", "soporte")
    async with panel.live(token) as live:
        await live.next()
        await tell(TicketTaken, make_ticket(status="in_progress", assignee=BRUNO), agent=BRUNO)
        gone = await live.next()
        assert (gone["type"], gone["data"]) == ("ticket_gone", {"ticket_id": "t1"})


async def test_a_transfer_is_noticed_by_who_gets_the_ticket(panel, desk, make_ticket, tell):
    ana, token = await panel.enrol("operator", "ventas", name="Ana")
    async with panel.live(token) as live:
        await live.next()
        ticket = make_ticket(status="in_progress", assignee=ana.ref)
        await tell(TicketTransferred, ticket, by=BRUNO, to_agent=ana.ref, to_department=None)
        changed = await live.next()
        assert changed["data"]["actor"] == {"id": "bruno", "name": "Bruno"}
        notice = await live.next()
        assert (notice["data"]["kind"], notice["data"]["title"]) == (
            "transferred",
            "Bruno te transfirió el ticket #4300",
        )


async def test_ticks_of_a_line_reach_the_operator_who_holds_the_ticket(panel, bus, desk, make_ticket, make_line):
    ana, token = await panel.enrol("operator", "soporte")
    desk.add(make_ticket("t1", status="in_progress", assignee=ana.ref))
    desk.add(make_ticket("t2", status="in_progress", assignee=BRUNO))
    async with panel.live(token) as live:
        await live.next()
        for ticket_id in ("t2", "t1"):
            line = make_line(f"m{ticket_id}", direction="out", status="read", version=3, ticket_id=ticket_id)
            event = MessageUpdated.start(f"u{ticket_id}", contact_id="ct1", message=line, ticket_id=ticket_id)
            await bus.publish(event)
        updated = await live.next()
        assert (updated["type"], updated["data"]["message"]["id"]) == ("message_updated", "mt1")
        assert updated["data"]["message"]["status"] == "read"


async def test_a_changed_role_resets_and_a_revoked_session_ends_the_socket(panel, desk):
    _, admin_token = await panel.enrol("administrator")
    operator, token = await panel.enrol("operator", "soporte")
    async with panel.client(admin_token) as browser, panel.live(token) as live:
        await live.next()
        await browser.patch(f"/api/users/{operator.id}", json={"departments": ["soporte", "ventas"]})
        assert (await live.next())["data"] == {"reason": "permissions_changed"}
        await browser.patch(f"/api/users/{operator.id}", json={"active": False})
        await asyncio.wait_for(live.socket.wait_closed(), 10)
        assert live.socket.close_code == CloseCode.SESSION_ENDED


async def test_without_a_session_or_from_another_site_there_is_no_socket(panel):
    _, token = await panel.enrol("operator", "soporte")
    async with panel.live("wrong") as live:
        with pytest.raises(ConnectionClosed):
            await live.next()
        assert live.socket.close_code == CloseCode.SESSION_ENDED
    with pytest.raises(InvalidStatus):
        async with panel.live(token, origin="https://evil.example"):
            pass


async def test_before_the_first_password_change_the_socket_is_closed(panel):
    user, token = await panel.enrol("operator", "soporte")
    await panel.parts.users.change(user, must_change_password=True)
    async with panel.live(token) as live:
        with pytest.raises(ConnectionClosed):
            await live.next()
        assert live.socket.close_code == CloseCode.FORBIDDEN


async def test_a_browser_that_does_not_read_is_cut_and_finds_everything_when_it_comes_back(
    panel, desk, make_ticket, say, monkeypatch
):
    monkeypatch.setattr("ispbot_panel_api.live.connection.QUEUE_LIMIT", 100)
    _, token = await panel.enrol("supervisor")
    hub, ticket, numbers = panel.parts.hub, make_ticket(), range(1, 301)
    async with panel.live(token) as healthy:
        hello = await healthy.next()
        _, writer = await asyncio.open_connection("127.0.0.1", panel.port, limit=1024)
        writer.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        writer.write(
            f"GET /api/live?since={hello['cursor']} HTTP/1.1\r\nHost: 127.0.0.1:{panel.port}\r\nOrigin: {panel.url}\r\n"
            f"Cookie: ispbot_session={token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await eventually(lambda: len(hub._connections) == 2)
        for start in range(1, 301, 50):
            batch = range(start, start + 50)
            await asyncio.gather(*(say(ticket, n, content=TextContent(text=f"{n} {'x' * 40_000}")) for n in batch))
            assert len(await texts(healthy, 50)) == 50
        await eventually(lambda: len(hub._connections) == 1, timeout_s=20)
        writer.close()
    async with panel.live(token, since=hello["cursor"]) as back:
        await back.next()
        again = await texts(back, len(numbers))
    assert sorted(int(line.split()[0]) for line in again) == list(numbers)


async def test_pings_are_answered_and_nonsense_ends_the_socket(panel, desk):
    _, token = await panel.enrol("operator", "soporte")
    async with panel.live(token) as live:
        await live.next()
        await live.socket.send('{"type":"ping"}')
        assert (await live.next())["type"] == "pong"
        await live.socket.send('{"type":"take over"}')
        with pytest.raises(ConnectionClosed):
            await live.next()
        assert live.socket.close_code == CloseCode.BAD_FRAME


async def test_a_closed_ticket_is_told_with_who_closed_it(panel, desk, make_ticket, tell):
    _, token = await panel.enrol("supervisor")
    async with panel.live(token) as live:
        await live.next()
        await tell(TicketClosed, make_ticket(status="closed", closed_by=BRUNO, version=4), by=BRUNO, comment=None)
        closed = await live.next()
        assert (closed["data"]["change"], closed["data"]["actor"]["name"]) == ("closed", "Bruno")
