"""Two versions of one message side by side, and a kind that nobody here knows (rules: libs/contracts/README.md)."""

import asyncio
from typing import ClassVar

from ispbot_contracts.base import Message, utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import MessageReceived
from ispbot_runtime.bus import Bus
from ispbot_runtime.delivery import Patience
from ispbot_runtime.parking import PARKED_HEADER, Parked
from ispbot_runtime.testing import eventually

CONTACTS = ("c1", "c2", "c3")
QUICK = Patience(backoff_s=(0.05,), max_failures=3, max_unknown=4, pause_unknown_s=0.05)


class MessageReceivedV2(MessageReceived):
    """The same fact after its meaning changed."""

    name: ClassVar[str] = "message_received_v2"
    language: str


def old(contact: str, n: int) -> MessageReceived:
    return MessageReceived.start(f"{contact}-{n}", **_fields(contact, n))


def new(contact: str, n: int) -> MessageReceivedV2:
    return MessageReceivedV2.start(f"{contact}-{n}-v2", language="es", **_fields(contact, n))


def _fields(contact: str, n: int) -> dict:
    return {
        "contact_id": contact, "chat_kind": "direct", "chat": "1@lid", "wa_id": str(n), "from_me": False, "phone": None,
        "push_name": None, "sent_at": utc_now(), "content": TextContent(text=str(n)),
    }  # fmt: skip


class Reader:
    """Remembers what each contact's messages were, in the order in which they were handled."""

    def __init__(self) -> None:
        self.seen: dict[str, list[str]] = {contact: [] for contact in CONTACTS}

    async def handle(self, message: MessageReceived) -> None:
        version = "new" if isinstance(message, MessageReceivedV2) else "old"
        self.seen[message.contact_id].append(f"{version} {message.wa_id}")

    def has(self, *expected: str) -> bool:
        return all(seen == list(expected) for seen in self.seen.values())


async def send(bus: Bus, *makers: object, numbers: range) -> None:
    for n in numbers:
        for make in makers:
            await asyncio.gather(*(bus.publish(make(contact, n)) for contact in CONTACTS))


async def parked(bus: Bus) -> int:
    return (await bus.js.stream_info("DEAD")).state.messages


async def test_a_sender_upgraded_first_tells_both_and_each_reader_has_its_own_in_order(make_bus):
    sender, behind, ahead = await make_bus("gateway-wa"), await make_bus("tickets"), await make_bus("router")
    readers = Reader(), Reader()
    behind.consume("read", {MessageReceived: readers[0].handle}, order="partition")
    await behind.start()
    await send(sender, old, numbers=range(2))
    await send(sender, old, new, numbers=range(2, 4))
    ahead.consume("read", {MessageReceivedV2: readers[1].handle}, order="partition")
    await ahead.start()
    await send(sender, old, new, numbers=range(4, 6))
    await eventually(lambda: readers[0].has(*(f"old {n}" for n in range(6))))
    await eventually(lambda: readers[1].has(*(f"new {n}" for n in range(2, 6))))
    assert await parked(sender) == 0


async def test_a_reader_upgraded_first_takes_the_old_ones_until_the_sender_tells_new_ones(make_bus):
    sender, ahead = await make_bus("gateway-wa"), await make_bus("router")
    reader = Reader()
    ahead.consume(
        "read", {MessageReceived: reader.handle, MessageReceivedV2: reader.handle}, order="partition"
    )  # fmt: skip
    await ahead.start()
    await send(sender, old, numbers=range(3))
    await send(sender, new, numbers=range(3, 6))
    await eventually(lambda: reader.has("old 0", "old 1", "old 2", "new 3", "new 4", "new 5"))
    assert await parked(sender) == 0


async def test_an_old_replica_leaves_new_kinds_to_the_new_one_beside_it(config, make_bus):
    patient = Patience(pause_unknown_s=0.5)
    behind, ahead = Bus(config, "router", patience=patient), Bus(config, "router", patience=patient)
    reader = Reader()
    both = {MessageReceived: reader.handle, MessageReceivedV2: reader.handle}
    sender = await make_bus("gateway-wa")
    for replica, handlers in ((behind, {MessageReceived: reader.handle}), (ahead, both)):
        await replica.connect()
        replica.consume("read", handlers, order="partition")
        await replica.start()
    try:
        await send(sender, new, numbers=range(4))
        await eventually(lambda: reader.has("new 0", "new 1", "new 2", "new 3"), timeout_s=60)
        assert await parked(sender) == 0
    finally:
        await behind.stop()
        await ahead.stop()


async def test_a_kind_nobody_knows_is_parked_with_its_reason_and_the_rest_of_the_partition_goes_on(config, make_bus):
    sender = await make_bus("gateway-wa")
    behind, gone = Bus(config, "router", patience=QUICK), await make_bus("router")
    reader = Reader()
    await behind.connect()
    behind.consume("read", {MessageReceived: reader.handle}, order="partition")
    await behind.start()
    known: dict[type[Message], object] = {MessageReceived: reader.handle, MessageReceivedV2: reader.handle}
    gone.consume("read", known, order="partition")
    await gone.start()
    await gone.stop()
    try:
        await sender.publish(new("c1", 0))
        await send(sender, old, numbers=range(1, 3))
        await eventually(lambda: reader.has("old 1", "old 2"))
        letters = await sender.js.subscribe("dead.>", ordered_consumer=True)
        letter = await letters.next_msg(10)
        record = Parked.model_validate_json(letter.headers[PARKED_HEADER])
        assert (record.why, record.message, record.message_id, record.tries) == (
            "unknown", "message_received_v2", "c1-0-v2", QUICK.max_unknown,
        )  # fmt: skip
        assert record.reason.startswith("no handler for wa.evt.message_received_v2.")
        assert await parked(sender) == 1
    finally:
        await behind.stop()
