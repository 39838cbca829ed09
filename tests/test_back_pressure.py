"""What the whole system does when a neighbour hangs or there is no room: the others go on, nothing is lost, the panel says it."""

import asyncio
import json
import os
import re
import resource
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from nats.js import api
from websockets.asyncio.client import ClientConnection, connect

from bench.chaos import prepare
from ispbot_launcher.running import Running
from ispbot_runtime.bus import Bus
from ispbot_runtime.testing import eventually
from tests.staff import Panel

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

_FULL_AT = 4096
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(200)


@pytest.fixture
async def bus(running: Running, linked) -> AsyncIterator[Bus]:
    bus = await prepare(running)
    yield bus
    await bus.stop()


class Screen:
    """An open panel: what its live socket last said of the parts."""

    def __init__(self) -> None:
        self.alerts: dict[str, dict[str, str]] = {}

    async def follow(self, socket: ClientConnection) -> None:
        async for raw in socket:
            frame = json.loads(raw)
            if frame["type"] == "health":
                self.alerts = {alert["id"]: alert for alert in frame["data"]["alerts"]}

    async def says(self, trouble: str) -> dict[str, str]:
        """Wait until it shows a trouble (``service:problem``) and return how it is worded."""
        await eventually(lambda: trouble in self.alerts, timeout_s=60)
        return self.alerts[trouble]

    async def is_over(self, trouble: str) -> None:
        await eventually(lambda: trouble not in self.alerts, timeout_s=60)


@pytest.fixture
async def screen(running: Running, admin: Panel) -> AsyncIterator[Screen]:
    screen = Screen()
    cookies = "; ".join(f"{name}={value}" for name, value in admin.http.cookies.items())
    headers = {"Cookie": cookies, "Origin": running.panel_url}
    async with connect(f"{running.panel_url.replace('http', 'ws', 1)}/api/live", additional_headers=headers) as socket:
        following = asyncio.create_task(screen.follow(socket))
        yield screen
        following.cancel()


@asynccontextmanager
async def slow_provider(running: Running, seconds: float) -> AsyncIterator[None]:
    async with httpx.AsyncClient(base_url=running.isp_url, timeout=15, trust_env=False) as http:
        (await http.post("/_sim/faults", json={"kind": "latency", "latency_s": seconds})).raise_for_status()
        try:
            yield
        finally:
            (await http.delete("/_sim/faults")).raise_for_status()


def frozen(running: Running, name: str) -> AbstractContextManager[None]:
    """Stop a part without ending it: it holds its connections and answers nothing."""
    pid = running.part(name).pid
    assert pid is not None
    return stopped(pid)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def no_room(bus: Bus, stream: str) -> AsyncIterator[None]:
    """Let a stream refuse what is new, as a full disk makes it do."""
    before = (await bus.js.stream_info(stream)).config
    used = (await bus.js.stream_info(stream)).state.bytes
    await bus.js.update_stream(replace(before, max_bytes=max(used, 1), discard=api.DiscardPolicy.NEW))
    try:
        yield
    finally:
        await bus.js.update_stream(before)


def fill_the_disk(running: Running, *names: str) -> None:
    """Let every write of a part's present process fail; one started anew has room again."""
    for name in names:
        pid = running.part(name).pid
        assert pid is not None
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_FULL_AT, resource.RLIM_INFINITY))


async def ticket_of(admin: Panel, number: str) -> str:
    rows = []

    async def there() -> bool:
        page = await admin.get("/api/tickets", view="pending")
        rows[:] = [row for row in page["rows"] if re.sub(r"\D", "", row["phone"] or "") == number]
        return bool(rows)

    await eventually(there, timeout_s=30)
    return rows[0]["id"]


async def shown(admin: Panel, ticket: str, text: str) -> bool:
    page = await admin.get(f"/api/tickets/{ticket}/messages")
    return any(message["text"] == text for message in page["messages"])


async def picture(admin: Panel, ticket: str) -> dict[str, Any]:
    page = await admin.get(f"/api/tickets/{ticket}/messages")
    return next(message for message in page["messages"] if message["media"])


async def stored(admin: Panel, ticket: str) -> bool:
    return bool((await picture(admin, ticket))["media"]["state"] == "stored")


async def test_a_hanging_management_system_delays_only_who_asks_it(linked, screen, bus, running: Running):
    asking, *others = [
        linked.phone(number) for number in ("5493515550002", "5493515550001", "5493517100001", "5493517100002")
    ]
    for phone in others:
        await phone.say("hola")
        await phone.expect(timeout_s=20)
    answered: list[str] = []

    async def ask(phone, words: str) -> None:
        await phone.say(words)
        await phone.expect(timeout_s=30)
        answered.append(phone.number)

    async with slow_provider(running, 20):
        waiting = asyncio.create_task(ask(asking, "saldo"))
        await asyncio.gather(*(ask(phone, "menú") for phone in others))
        await waiting
        assert answered[-1] == asking.number, "who asks nothing of the system is not held up by who does"
        told = await screen.says("crm-adapter:crm")
        assert (told["part"], told["what"]) == ("Sistema de gestión", "No puede consultar el sistema de gestión.")
        await asking.say("asesor")
        await asking.expect("Te responde una persona", timeout_s=30)
    await screen.is_over("crm-adapter:crm")


async def test_a_database_that_hangs_loses_nothing_and_the_panel_says_so(linked, screen, bus, running: Running):
    phones = [linked.phone(f"54935172{number:05d}") for number in range(6)]
    with frozen(running, "database"):
        await asyncio.gather(*(phone.say("hola") for phone in phones))
        told = await screen.says("router:database")
        assert told["what"] == "No llega a su base de datos."
        await asyncio.gather(*(phone.say("menú") for phone in phones))
    await asyncio.gather(*(eventually(lambda phone=phone: len(phone.inbox) == 2, timeout_s=90) for phone in phones))
    await screen.is_over("router:database")
    assert [len(phone.inbox) for phone in phones] == [2] * len(phones)


async def test_a_full_bus_loses_nothing_and_the_panel_says_so(linked, screen, bus):
    phones = [linked.phone(f"54935173{number:05d}") for number in range(4)]
    async with no_room(bus, "WA"):
        for phone in phones:
            await phone.say("hola")
        told = await screen.says("gateway-wa:bus_storage")
        assert "lugar" in told["what"]
        await asyncio.gather(*(phone.say("menú") for phone in phones))
    await asyncio.gather(*(eventually(lambda phone=phone: len(phone.inbox) == 2, timeout_s=90) for phone in phones))
    await screen.is_over("gateway-wa:bus_storage")
    assert [len(phone.inbox) for phone in phones] == [2] * len(phones)


async def test_after_a_full_disk_bus_and_database_come_back_by_themselves_and_nothing_is_lost(
    linked, screen, bus, running: Running
):
    phones = [linked.phone(f"54935176{number:05d}") for number in range(6)]
    before = {name: running.part(name).restarts for name in ("nats", "database")}
    with stopped(running.process.pid):  # who starts them anew does so only after the panel had its time to say it
        fill_the_disk(running, "database")
        await asyncio.gather(*(phone.say("hola") for phone in phones))
        await screen.says("router:database")
        fill_the_disk(running, "nats")
    await eventually(lambda: all(running.part(name).restarts > before[name] for name in before), timeout_s=90)
    await asyncio.gather(*(phone.say("menú") for phone in phones))
    await asyncio.gather(*(eventually(lambda phone=phone: len(phone.inbox) == 2, timeout_s=90) for phone in phones))
    await eventually(lambda: not screen.alerts, timeout_s=60)
    assert [len(phone.inbox) for phone in phones] == [2] * len(phones)


async def test_a_full_media_store_keeps_words_flowing_and_the_file_comes_when_there_is_room(linked, screen, admin, bus):
    phone = linked.phone("5493517400001")
    await phone.say("hola")
    await phone.expect(timeout_s=20)
    await phone.say("asesor")
    await phone.expect("Te responde una persona", timeout_s=20)
    ticket = await ticket_of(admin, phone.number)
    async with no_room(bus, "OBJ_media"):
        await phone.send_file(PNG, "image/png", kind="image", caption="el comprobante")
        await phone.say("les mandé la foto")
        await eventually(lambda: shown(admin, ticket, "les mandé la foto"), timeout_s=30)
        told = await screen.says("gateway-wa:media_store")
        assert told["customers"].startswith("Los textos se contestan igual")
        assert (await picture(admin, ticket))["media"]["state"] == "pending"
    await eventually(lambda: stored(admin, ticket), timeout_s=60)
    await screen.is_over("gateway-wa:media_store")


async def test_a_stuck_analysis_delays_nobody(linked, screen, admin, bus, running: Running):
    phone = linked.phone("5493517500001")
    with frozen(running, "ai"):
        told = await screen.says("ai:silent")
        assert (told["part"], told["what"]) == ("Análisis con IA", "No responde.")
        await phone.say("hola")
        await phone.expect(timeout_s=20)
        await phone.say("asesor")
        await phone.expect("Te responde una persona", timeout_s=20)
        await ticket_of(admin, phone.number)
    await screen.is_over("ai:silent")
