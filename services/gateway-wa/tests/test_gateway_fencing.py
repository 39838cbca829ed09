"""Two gateway processes on one bus: whatever happens to the holder, one of them sends, and once."""

import asyncio
import signal

import httpx
from cuttable import wire_to
from test_gateway_recovery import (  # noqa: F401 - a fixture among them
    NELIDA,
    contact_of,
    served_by_another_than,
    spawn,
    standing_by,
    stop,
)

from ispbot_contracts.base import derive_id
from ispbot_contracts.whatsapp import MessageSent
from ispbot_runtime.testing import eventually

MANY = 60


def metrics_of(process):
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", trust_env=False)


async def two(world, spawn, first_nats_url=None):  # noqa: F811 - the fixture
    first = spawn("first", nats_url=first_nats_url)
    await world.pair()
    second = spawn("second")
    async with metrics_of(second) as http:
        await standing_by(http)
    return first, second, (await world.status()).holder


async def answer(world, contact_id, numbers):
    for number in numbers:
        await world.send(contact_id, f"r{number}", id=derive_id("fence", str(number)))


async def all_once(world):
    await eventually(lambda: len({sent.send_id for sent in world.all(MessageSent)}) == MANY, timeout_s=90)
    assert [seen.text for seen in world.net.phone(NELIDA).inbox] == [f"r{number}" for number in range(MANY)]


async def test_a_holder_that_was_held_up_past_its_lease_sends_nothing_more(world, spawn):  # noqa: F811
    first, second, holder = await two(world, spawn)
    contact_id = await contact_of(world)
    await answer(world, contact_id, range(20))
    await eventually(lambda: len(world.all(MessageSent)) >= 3)
    first.send_signal(signal.SIGSTOP)
    await answer(world, contact_id, range(20, 40))
    await served_by_another_than(world, holder)
    first.send_signal(signal.SIGCONT)
    await answer(world, contact_id, range(40, MANY))
    await all_once(world)
    async with metrics_of(first) as http:
        await standing_by(http)
        degraded = (await http.get("/readyz")).json()["degraded"]["whatsapp"]
        new_holder = (await world.status()).holder
        assert degraded == f"standby: {new_holder} serves the number"
        assert "ispbot_wa_lease_held 0.0" in (await http.get("/metrics")).text
    async with metrics_of(second) as http:
        text = (await http.get("/metrics")).text
        assert f'ispbot_wa_lease_holder{{holder="{new_holder}"}} 1.0' in text
        assert "ispbot_wa_lease_held 1.0" in text


async def test_a_holder_that_alone_lost_the_bus_gives_way(world, spawn, nats_url):  # noqa: F811
    async with wire_to(nats_url) as wire:
        first, _, holder = await two(world, spawn, f"nats://127.0.0.1:{wire.port}")
        contact_id = await contact_of(world)
        await answer(world, contact_id, range(20))
        await eventually(lambda: len(world.all(MessageSent)) >= 3)
        wire.cut()
        await answer(world, contact_id, range(20, 40))
        await served_by_another_than(world, holder)
        wire.mend()
        await answer(world, contact_id, range(40, MANY))
        await all_once(world)
        async with metrics_of(first) as http:
            await standing_by(http)
        assert await stop(first, signal.SIGTERM) == 0


async def test_a_killed_holder_is_replaced_and_every_answer_leaves_once(world, spawn):  # noqa: F811
    first, _, holder = await two(world, spawn)
    contact_id = await contact_of(world)
    await asyncio.gather(answer(world, contact_id, range(40)), stop(first, signal.SIGKILL))
    await served_by_another_than(world, holder)
    await answer(world, contact_id, range(40, MANY))
    await all_once(world)
