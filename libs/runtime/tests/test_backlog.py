"""What a service tells about itself: what waits, what is full, what is missing."""

import asyncio
from dataclasses import replace

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.health import ServiceHealth
from ispbot_contracts.streams import DEAD_STREAM
from ispbot_contracts.whatsapp import MessageReceived
from ispbot_runtime import backlog, metrics
from ispbot_runtime.beat import Beat
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.health import Health
from ispbot_runtime.testing import eventually


def received(contact: str, n: int) -> MessageReceived:
    return MessageReceived.start(
        f"{contact}-{n}", contact_id=contact, chat_kind="direct", chat="1@lid", wa_id=str(n), from_me=False, phone=None,
        push_name=None, sent_at=utc_now(), content=TextContent(text=str(n)),
    )  # fmt: skip


async def test_lag_and_the_oldest_message_are_seen_while_one_is_stuck(bus, monkeypatch):
    go_on, taken = asyncio.Event(), []

    async def handle(message: MessageReceived):
        taken.append(message.id)
        await go_on.wait()

    bus.consume("work", {MessageReceived: handle}, order="partition")
    await bus.start()
    for n in range(3):
        await bus.publish(received("c1", n))
    await eventually(lambda: taken == ["c1-0"])
    stored = (await bus.js.get_msg("WA", seq=1)).time
    await bus.backlog.look()
    seen = bus.backlog.seen
    assert (seen.lag, seen.oldest_of, seen.missing) == (3, "test-work-wa", ())
    assert seen.oldest_s == pytest.approx((utc_now() - stored).total_seconds(), abs=1)
    assert bus.backlog.too_old() is None
    monkeypatch.setattr(backlog, "TOO_OLD_S", 0.0)
    assert "test-work-wa has a message waiting for" in bus.backlog.too_old()
    partitions = [
        sample.value
        for sample in metrics.LAG.collect()[0].samples
        if sample.labels["consumer"] == "test-work-wa" and sample.value
    ]
    assert partitions == [3]
    go_on.set()

    async def nothing_waits() -> bool:
        await bus.backlog.look()
        return bus.backlog.seen.lag == 0 and bus.backlog.seen.oldest_s == 0.0

    await eventually(nothing_waits)


async def test_unread_messages_raise_the_alarm_before_they_are_dropped_and_read_ones_do_not(bus):
    config = (await bus.js.stream_info("WA")).config
    await bus.js.update_stream(replace(config, max_bytes=64 * 1024))

    async def handle(message: MessageReceived):
        return None

    bus.consume("work", {MessageReceived: handle}, order="none", in_flight=1)
    await bus.start()
    for n in range(200):
        await bus.publish(received("c1", n))

    async def all_read() -> bool:
        await bus.backlog.look()
        return bus.backlog.seen.lag == 0

    await eventually(all_read)
    assert (await bus.js.stream_info("WA")).state.bytes > 48 * 1024
    assert bus.backlog.filling_up() is None
    await asyncio.gather(*(consumer.stop() for consumer in bus._consumers))
    for n in range(200, 400):
        await bus.publish(received("c1", n))
    await bus.backlog.look()
    assert "stream WA (unread) is" in bus.backlog.filling_up()


async def test_a_consumer_that_somebody_deleted_makes_the_service_unready(bus):
    async def handle(message: MessageReceived):
        return None

    bus.consume("work", {MessageReceived: handle}, order="partition")
    await bus.start()
    await bus.backlog.look()
    assert bus.backlog.missing() is None
    await bus.js.delete_consumer("WA", "test-work-wa-p7")
    await bus.backlog.look()
    assert bus.backlog.missing() == "consumers not bound: test-work-wa-p7 (1 in all)"


async def test_a_bus_that_answers_with_an_error_is_not_silent(bus):
    await bus.js.delete_stream(DEAD_STREAM)
    for _ in range(3):
        await bus.backlog.look()
    assert (bus.backlog.seen, bus.backlog.silent()) == (None, None)


async def test_a_full_stream_is_unavailable_with_its_reason_and_readiness_says_so_until_there_is_room(bus):
    config = (await bus.js.stream_info(DEAD_STREAM)).config
    await bus.js.update_stream(replace(config, max_bytes=2000))
    health = Health("test", started=True)
    Beat(bus, health).watch()
    await bus.publish_raw("dead.test.c", b"x" * 1600, {"Nats-Msg-Id": "1"})
    with pytest.raises(Unavailable, match="no room for dead: maximum bytes exceeded"):
        await bus.publish_raw("dead.test.c", b"x" * 1600, {"Nats-Msg-Id": "2"})
    assert health.problems() == {"bus_storage": "the bus has no room for dead: maximum bytes exceeded"}
    await bus.js.purge_stream(DEAD_STREAM)
    await bus.publish_raw("dead.test.c", b"x" * 1600, {"Nats-Msg-Id": "2"})
    assert health.problems() == {}
    await bus.backlog.look()
    assert bus.backlog.seen.dead_letters == 1
    assert "dead letters is 8" in bus.backlog.filling_up()


async def test_everybody_hears_how_a_process_is_and_that_it_leaves(make_bus):
    one, panel = await make_bus("one"), await make_bus("panel")
    heard: list[ServiceHealth] = []

    async def hear(hint: ServiceHealth):
        heard.append(hint)

    await panel.listen(ServiceHealth, hear)
    await panel.nc.flush()
    await one.start()
    health = Health("one")
    health.limits["crm"] = lambda: "does not answer"
    beat = Beat(one, health)
    beat.watch_backlog()
    running = asyncio.create_task(beat.run())
    await eventually(lambda: bool(heard))
    running.cancel()
    first = heard[0]
    assert (first.service, first.instance, first.ready) == ("one", one.instance, False)
    assert (first.problems, first.degraded) == ({"start": "still starting"}, {"crm": "does not answer"})
    health.started = True
    await beat.leave()
    await eventually(lambda: heard[-1].leaving)
    assert (heard[-1].ready, heard[-1].problems) == (False, {})
