"""Streams, buckets and consumers: made and migrated by whoever starts, several at once, old and new side by side."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import nats
import pytest
from nats.js import api

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.streams import DEAD_STREAM, PARTITIONS, STREAMS, TOPOLOGY_VERSION, TRIES_BUCKET
from ispbot_contracts.whatsapp import MessageReceived
from ispbot_runtime.bus import Bus
from ispbot_runtime.durables import VERSION_KEY, ensure_consumer, list_consumers, version_of
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.testing import eventually
from ispbot_runtime.topology import TopologyRefused, ensure_topology

RACER = Path(__file__).parent / "programs" / "topology.py"


@pytest.fixture
async def js(config: CommonSettings):
    """Return a JetStream context on an empty bus."""
    nc = await nats.connect(config.nats_url.get_secret_value())
    yield nc.jetstream()
    await nc.close()


def received(n: int) -> MessageReceived:
    return MessageReceived.start(
        f"m{n}", contact_id="c1", chat_kind="direct", chat="1@lid", wa_id=str(n), from_me=False, phone=None,
        push_name=None, sent_at=utc_now(), content=TextContent(text=str(n)),
    )  # fmt: skip


async def test_four_replicas_that_start_together_on_an_empty_bus_agree(js, config):
    racers = [
        await asyncio.create_subprocess_exec(sys.executable, str(RACER), config.nats_url.get_secret_value())
        for _ in range(4)
    ]
    assert [await racer.wait() for racer in racers] == [0] * 4
    names = {info.config.name for info in await js.streams_info()}
    assert names >= {spec.name for spec in STREAMS} | {DEAD_STREAM, f"KV_{TRIES_BUCKET}", "OBJ_media"}
    consumers = await list_consumers(js, "WA")
    assert set(consumers) == {f"racer-work-wa-p{n}" for n in range(PARTITIONS)} | {"racer-aside-wa"}
    assert {version_of(info.config.metadata) for info in consumers.values()} == {TOPOLOGY_VERSION}


async def test_streams_of_an_older_version_are_upgraded_and_keep_their_messages(js):
    await js.add_stream(api.StreamConfig(name="WA", subjects=["wa.*.*.*"], max_bytes=1024**2))
    await js.create_key_value(api.KeyValueConfig(bucket=TRIES_BUCKET, history=1))
    await js.publish("wa.evt.message_received.c1", b"old")
    await ensure_topology(js)
    info = await js.stream_info("WA")
    assert (info.config.max_bytes, info.config.allow_direct, info.state.messages) == (4 * 1024**3, True, 1)
    assert (await js.stream_info(f"KV_{TRIES_BUCKET}")).config.max_age == 24 * 3600
    await ensure_topology(js)


async def test_a_stream_of_a_newer_version_is_left_alone(js):
    await ensure_topology(js)
    config = (await js.stream_info("AI")).config
    await js.update_stream(
        replace(config, max_bytes=7 * 1024**2, metadata={VERSION_KEY: str(TOPOLOGY_VERSION + 1)})
    )  # fmt: skip
    await ensure_topology(js)
    assert (await js.stream_info("AI")).config.max_bytes == 7 * 1024**2


async def test_what_can_not_be_changed_is_refused_with_its_name(js):
    await js.add_stream(api.StreamConfig(name="WA", subjects=["wa.*.*.*"], storage=api.StorageType.MEMORY))
    with pytest.raises(TopologyRefused, match=r"stream WA: .*storage"):
        await ensure_topology(js)


class TestConsumers:
    wanted = api.ConsumerConfig(
        durable_name="one-work-wa", ack_policy=api.AckPolicy.EXPLICIT, ack_wait=10, max_deliver=-1, max_ack_pending=4,
        filter_subjects=["wa.evt.message_received.*.*"],
    )  # fmt: skip

    async def ensure(self, js) -> api.ConsumerInfo:
        await ensure_consumer(js, "WA", self.wanted, await list_consumers(js, "WA"))
        return await js.consumer_info("WA", "one-work-wa")

    async def test_a_changed_limit_and_filter_are_brought_up_to_date(self, bus):
        old = replace(self.wanted, ack_wait=30, filter_subjects=["wa.evt.contact_identified.*.*"])
        await bus.js.add_consumer("WA", old)
        info = await self.ensure(bus.js)
        assert (info.config.ack_wait, info.config.filter_subjects) == (10, self.wanted.filter_subjects)

    async def test_an_older_replica_does_not_narrow_the_filter_of_a_newer_one(self, bus):
        newer = replace(self.wanted, filter_subjects=["wa.evt.>"], metadata={VERSION_KEY: str(TOPOLOGY_VERSION + 1)})
        await bus.js.add_consumer("WA", newer)
        assert (await self.ensure(bus.js)).config.filter_subjects == ["wa.evt.>"]

    @pytest.mark.parametrize("crash", [False, True])
    async def test_one_that_can_not_be_changed_goes_on_from_what_was_acknowledged(self, bus, crash):
        js = bus.js
        await js.add_consumer("WA", replace(self.wanted, ack_policy=api.AckPolicy.ALL))
        for n in range(5):
            await bus.publish(received(n))
        pull = await js.pull_subscribe_bind("one-work-wa", "WA")
        messages = await pull.fetch(4)
        await messages[1].ack_sync()
        if crash:  # it had put up the stand-in and deleted the old one
            place = replace(
                self.wanted, durable_name="one-work-wa-moving", opt_start_seq=3,
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
            )  # fmt: skip
            await js.add_consumer("WA", place)
            await js.delete_consumer("WA", "one-work-wa")
        info = await self.ensure(js)
        assert (info.config.ack_policy, info.num_pending) == (api.AckPolicy.EXPLICIT, 3)
        assert set(await list_consumers(js, "WA")) == {"one-work-wa"}
        assert (await self.ensure(js)).config.opt_start_seq == 3


async def test_the_first_bus_server_may_be_away(config):
    bus = Bus(config.model_copy(update={"nats_url": _both(config)}), "one")
    await bus.connect()
    await eventually(lambda: bus.connected)
    await bus.stop()


def _both(config: CommonSettings):
    return type(config.nats_url)(f"nats://127.0.0.1:1, {config.nats_url.get_secret_value()}")
