"""A lane consumer that starts again after a crash goes on in order, without waiting."""

import asyncio

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import MessageReceived
from ispbot_runtime.testing import eventually


def received(n: int) -> MessageReceived:
    return MessageReceived.start(
        f"m{n}", contact_id="c1", chat_kind="direct", chat="1@lid", wa_id=str(n), from_me=False, phone=None,
        push_name=None, sent_at=utc_now(), content=TextContent(text=str(n)),
    )  # fmt: skip


async def test_what_the_dead_process_had_in_hand_comes_first_and_at_once(make_bus):
    dead, heir = await make_bus("gate"), await make_bus("gate")
    taken, seen = [], []
    for_ever = asyncio.Event()

    async def handle(message: MessageReceived):
        taken.append(message.content.text)
        if message.content.text == "2":
            await for_ever.wait()

    async def go_on(message: MessageReceived):
        seen.append(message.content.text)

    await dead.start()
    await heir.start()
    await dead.lane_consumer("work", {MessageReceived: handle}, in_flight=4).start()
    for n in range(6):
        await dead.publish(received(n))
    await eventually(lambda: taken == ["0", "1", "2"])
    for _ in range(2):  # an heir that dies at once changes nothing
        consumer = heir.lane_consumer("work", {MessageReceived: go_on}, in_flight=4)
        await consumer.start()
    await heir.publish(received(6))
    await eventually(lambda: len(seen) >= 5, timeout_s=5)
    await eventually(lambda: seen[-1] == "6", timeout_s=5)
    assert list(dict.fromkeys(seen)) == ["2", "3", "4", "5", "6"]
    names = {info.name for info in await heir.js.consumers_info("WA")}
    assert len(names) == 1
    for_ever.set()


async def test_a_quiet_restart_repeats_nothing(make_bus):
    bus = await make_bus("gate")
    await bus.start()
    seen = []

    async def handle(message: MessageReceived):
        seen.append(message.content.text)

    for n in range(3):
        async with bus.consuming(bus.lane_consumer("work", {MessageReceived: handle})):
            await bus.publish(received(n))
            await eventually(lambda n=n: seen == [str(i) for i in range(n + 1)])
            await eventually(lambda: acknowledged(bus))


async def acknowledged(bus) -> bool:
    return all(info.num_ack_pending == 0 and info.num_pending == 0 for info in await bus.js.consumers_info("WA"))
