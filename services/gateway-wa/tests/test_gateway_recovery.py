"""Gateways that die, stand by and take over: real processes, real kill signals."""

import asyncio
import os
import signal
import subprocess
import sys

import httpx
import pytest

from ispbot_contracts.base import derive_id
from ispbot_contracts.streams import LEASE_BUCKET
from ispbot_contracts.whatsapp import ListGroups, MessageReceived, MessageSent, RestartSession, SessionState
from ispbot_runtime.testing import TEST_KEY, eventually, free_port

NELIDA = "5493515550001"


@pytest.fixture
def spawn(world, config, nats_url, mongo_uri, tmp_path):
    """Start a gateway process; both of a test share the device's credentials, as on a shared volume."""
    running = []

    shared_bus = nats_url

    def start(name: str = "one", *, nats_url: str | None = None) -> subprocess.Popen:
        port = free_port()
        log = (tmp_path / f"{name}-{port}.log").open("wb")
        environment = {
            **os.environ, "ISPBOT_NATS_URL": nats_url or shared_bus, "ISPBOT_MONGO_URI": mongo_uri, "ISPBOT_MONGO_PREFIX": config.mongo_prefix,
            "ISPBOT_HTTP_PORT": str(port), "ISPBOT_DATA_DIR": str(tmp_path / "data"), "ISPBOT_SECRET_KEY": TEST_KEY,
            "ISPBOT_WA_TRANSPORT": "simulated", "ISPBOT_WA_NETWORK_URL": world.server.url,
        }  # fmt: skip
        process = subprocess.Popen([sys.executable, "-m", "ispbot_gateway_wa"], env=environment, stdout=log, stderr=log)
        process.port = port
        process.log = tmp_path / f"{name}-{port}.log"
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait(5)


async def stop(process, how: int) -> int:
    process.send_signal(how)
    return await asyncio.to_thread(process.wait, 60)


async def standing_by(http: httpx.AsyncClient) -> None:
    async def ready() -> bool:
        try:
            body = (await http.get("/readyz")).json()
        except httpx.TransportError:
            return False
        return body["ready"] and "standby" in body["degraded"]["whatsapp"]

    await eventually(ready, timeout_s=60)


async def served_by_another_than(world, holder) -> None:
    async def served() -> bool:
        status = await world.status()
        return status is not None and status.state is SessionState.CONNECTED and status.holder != holder

    await eventually(served, timeout_s=60)


async def contact_of(world):
    await world.net.phone(NELIDA).say("hola")
    return (await world.event(MessageReceived)).contact_id


async def nothing_waits(world):
    """Whether WhatsApp has an answer to each delivery; that of the last one follows its event."""
    return (await world.net.stats())["deliveries"]["waiting"] == 0


async def test_a_killed_gateway_loses_and_doubles_nothing(world, spawn):
    process = spawn()
    await world.pair()
    contact_id = await contact_of(world)
    phones = [world.net.phone(f"54935155500{n:02}") for n in range(20, 30)]

    async def write(first: int) -> None:
        for n in range(first, first + 10):
            await asyncio.gather(*(phone.say(f"{n}") for phone in phones))

    async def answer(first: int) -> None:
        for n in range(first, first + 40):
            await world.send(contact_id, f"r{n}", id=derive_id("answer", str(n)))

    await asyncio.gather(write(0), answer(0))
    await eventually(lambda: len(world.all(MessageSent)) >= 5)
    await stop(process, signal.SIGKILL)
    await asyncio.gather(write(10), answer(40))
    spawn()
    await eventually(
        lambda: len(world.all(MessageReceived)) >= 201 and len({sent.send_id for sent in world.all(MessageSent)}) == 80,
        timeout_s=40,
    )
    received = [(event.phone, event.content.text) for event in world.all(MessageReceived)]
    assert len(received) == len(set(received)) == 201
    for phone in phones:
        assert [text for number, text in received if number == phone.number] == [str(n) for n in range(20)]
    assert [seen.text for seen in world.net.phone(NELIDA).inbox] == [f"r{n}" for n in range(80)]
    await eventually(lambda: nothing_waits(world))


async def test_messages_wait_at_whatsapp_while_there_is_no_gateway(world, spawn):
    process = spawn()
    await world.pair()
    await contact_of(world)
    assert await stop(process, signal.SIGTERM) == 0
    for n in range(5):
        await world.net.phone(NELIDA).say(f"esperando {n}")
    spawn()
    await world.event(MessageReceived, 6, timeout_s=60)  # a process may still be starting
    waited = world.all(MessageReceived)[1:]
    assert [event.content.text for event in waited] == [f"esperando {n}" for n in range(5)]
    assert all(event.offline for event in waited)


async def test_the_standby_takes_over_when_the_holder_dies(world, spawn):
    first = spawn("first")
    await world.pair()
    holder = (await world.status()).holder
    second = spawn("second")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{second.port}", trust_env=False) as http:
        await standing_by(http)
    contact_id = await contact_of(world)
    await stop(first, signal.SIGKILL)
    await world.net.phone(NELIDA).say("¿hay alguien?")
    await world.event(MessageReceived, 2, timeout_s=30)
    await served_by_another_than(world, holder)
    await world.send(contact_id, "acá estamos")
    await world.net.phone(NELIDA).expect("acá estamos")


async def test_a_clean_stop_hands_over_at_once_and_only_the_holder_answers(world, spawn):
    first = spawn("first")
    holder = (await world.pair()).holder
    second = spawn("second")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{second.port}", trust_env=False) as http:
        await standing_by(http)
        for _ in range(10):
            await world.bus.ask(ListGroups())
        assert await stop(first, signal.SIGTERM) == 0
        assert b"lease_released" in first.log.read_bytes()  # nobody waits for it to run out
        await served_by_another_than(world, holder)
        await world.bus.ask(ListGroups(), timeout_s=30)
        text = (await http.get("/metrics")).text
        assert "ispbot_wa_lease_held 1.0" in text
        assert 'ispbot_wa_session_state{state="connected"} 1.0' in text


async def test_a_holder_whose_lease_was_taken_stops_serving(world, start_gateway):
    gateway = await start_gateway()
    await world.pair()
    bucket = await world.bus.js.key_value(LEASE_BUCKET)
    await bucket.put("main", b"somebody else")
    await eventually(lambda: (gateway.limit() or "").startswith("standby"))
    await world.state(SessionState.STOPPED)
    await bucket.delete("main")
    await world.state(SessionState.CONNECTED)
    await world.bus.ask(RestartSession())


async def test_logs_name_no_phone_and_no_text(world, spawn):
    process = spawn()
    await world.pair()
    contact_id = await contact_of(world)
    await world.net.fault("ack_error", code=404)
    await world.send(contact_id, "texto privado")
    await world.net.fault("media_missing", times=None)
    await world.net.phone(NELIDA).send_file(b"x" * 30, "image/png", kind="image", caption="otro secreto")
    await world.event(MessageReceived, 2)
    await eventually(lambda: b"media_failed" in process.log.read_bytes())
    text = process.log.read_text()
    assert not [secret for secret in (NELIDA, "3515550001", "texto privado", "otro secreto", "hola") if secret in text]
