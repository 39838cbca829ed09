"""Arrivals of the real link while the bus is away, after a kill, and when there is no more room."""

import asyncio
from dataclasses import replace

import pytest
from cuttable import wire_to
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from neonize_rig import ACCOUNT, FakeGo, info, jid, message_event, session_file, source
from transport_rigs import NeonizeRig

from ispbot_contracts.settings import CompanySettings, SendingSettings
from ispbot_contracts.whatsapp import MessageReceived, SessionState
from ispbot_gateway_wa.adapters.neonize.read import message_of
from ispbot_gateway_wa.adapters.neonize.store import SqliteStore
from ispbot_gateway_wa.adapters.neonize.transport import NeonizeTransport
from ispbot_gateway_wa.gateway import Gateway
from ispbot_gateway_wa.inbound.records import to_record
from ispbot_gateway_wa.inbound.spool import Spool
from ispbot_runtime.bus import Bus
from ispbot_runtime.media import MediaStore
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_runtime.testing import eventually


@pytest.fixture
async def wire(nats_url):
    async with wire_to(nats_url) as wire:
        yield wire


@pytest.fixture
async def link_up(world, config, wire, settings_store, tmp_path):
    """Start a gateway over the real library's entry points whose only way to the bus is the wire."""
    started = []

    async def start(go: FakeGo, **changes) -> tuple[Gateway, NeonizeRig]:
        address = type(config.nats_url)(f"nats://127.0.0.1:{wire.port}")
        bus = Bus(config.model_copy(update={"nats_url": address}), "gateway-wa")
        await bus.connect()
        await bus.start()
        watch = SettingsWatch(settings_store, bus)
        await watch.start(SendingSettings, CompanySettings)

        def transport() -> NeonizeTransport:
            return NeonizeTransport(SqliteStore(session_file(tmp_path)), secret=b"s", gocode=go)

        gateway = Gateway(
            bus=bus, database=changes.pop("database", world.database), media=MediaStore(bus), watch=watch, make_transport=transport,
            media_max_bytes=1024, spool_folder=tmp_path / "spool", **changes,
        )  # fmt: skip
        rig = NeonizeRig(go, None)
        started.append((gateway, gateway.start(), bus, watch, rig))
        return gateway, rig

    yield start
    for gateway, task, bus, watch, rig in started:
        await gateway.stop()
        task.result()
        await watch.stop()
        await bus.stop()
        await rig.close()


async def pair(world, rig):
    await world.state(SessionState.QR)
    await rig.scan()
    await world.state(SessionState.CONNECTED)


def texts(world):
    return [event.content.text for event in world.all(MessageReceived)]


def files(tmp_path):
    return [one.name for one in (tmp_path / "spool").glob("*.spool")]


async def test_what_comes_while_the_bus_is_away_arrives_in_order_when_it_is_back(world, link_up, wire, tmp_path):
    gateway, rig = await link_up(FakeGo())
    await pair(world, rig)
    await rig.say("antes")
    await world.event(MessageReceived)
    wire.cut()
    for number in range(20):
        await rig.say(f"n{number}")
    await eventually(lambda: "standby" in (gateway.limit() or ""), timeout_s=30)  # the lease and the link are given up
    assert "wait for a process" in gateway.spool_limit()
    assert texts(world) == ["antes"]
    wire.mend()
    await world.event(MessageReceived, 21, timeout_s=40)
    await world.state(SessionState.CONNECTED)
    await rig.say("después")
    await world.event(MessageReceived, 22)
    assert texts(world) == ["antes", *(f"n{number}" for number in range(20)), "después"]
    await eventually(lambda: gateway._term.spool.limit() is None and gateway._term.spool._bytes == 0)
    assert gateway.spool_limit() is None
    assert len(files(tmp_path)) == 1


async def test_what_a_killed_process_had_not_told_comes_first_and_once(world, link_up, tmp_path):
    def event(number):
        where = source(jid("111", "lid"), jid("111", "lid"), jid("5493515550001", "s.whatsapp.net"))
        return message_event(info(f"K{number}", where), e2e.Message(conversation=f"k{number}"))

    gateway, rig = await link_up(FakeGo())
    await pair(world, rig)
    rig.go.session.tell(event(0))
    await world.event(MessageReceived)
    await gateway.stop()
    killed = Spool(tmp_path / "spool", max_bytes=1 << 20)
    killed.open("000000000000-killed")  # what it leaves: one told and not struck out, two untold, and half a line
    for number in range(3):
        killed.append(to_record(replace(message_of(event(number), offline=False), account=ACCOUNT)))
    await killed.close()
    with (tmp_path / "spool" / "000000000000-killed.spool").open("ab") as file:
        file.write(b"0000 A 4 {half")
    _, rig = await link_up(FakeGo())
    await world.event(MessageReceived, 3)  # before anybody has linked the number again
    await pair(world, rig)
    rig.go.session.tell(event(3))
    await world.event(MessageReceived, 4)
    assert texts(world) == ["k0", "k1", "k2", "k3"]


async def test_a_full_spool_closes_the_link_until_there_is_room(world, link_up):
    gateway, rig = await link_up(FakeGo(), spool_max_bytes=3000)
    await pair(world, rig)
    gate = asyncio.Event()
    emit = gateway._term._bus.publish

    async def slow(message):
        if message.name == "message_received":
            await gate.wait()
        await emit(message)

    gateway._term._bus.publish = slow  # the bus is slow, not away
    for number in range(20):
        await rig.say(f"n{number}")
    status = await world.state(SessionState.RECONNECTING)
    assert status.reason == "spool_full"
    assert "full" in gateway.spool_limit()
    gate.set()
    await world.state(SessionState.CONNECTED)
    await world.event(MessageReceived, 20)
    assert texts(world) == [f"n{number}" for number in range(20)]
    assert gateway.spool_limit() is None
