"""A message that ends another key comes after everything of that key, whatever partition each is in."""

import asyncio

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import ContactMerged, MessageReceived
from ispbot_runtime.errors import Poison
from ispbot_runtime.testing import eventually


def received(contact: str, n: int) -> MessageReceived:
    return MessageReceived.start(
        f"{contact}-{n}", contact_id=contact, chat_kind="direct", chat="1@lid", wa_id=str(n), from_me=False, phone=None,
        push_name=None, sent_at=utc_now(), content=TextContent(text=str(n)),
    )  # fmt: skip


def merged(kept: str, absorbed: str) -> ContactMerged:
    return ContactMerged.start(f"{kept}-{absorbed}", contact_id=kept, absorbed_id=absorbed, phone=None)


class World:
    """A consumer that can be held up at a message of its choice."""

    def __init__(self, bus) -> None:
        self.bus, self.seen, self.holds = bus, [], {}
        bus.consume("test", {MessageReceived: self._received, ContactMerged: self._merged}, order="partition")

    def hold(self, name: str) -> asyncio.Event:
        self.holds[name] = asyncio.Event()
        return self.holds[name]

    async def _received(self, message: MessageReceived) -> None:
        name = f"{message.contact_id}-{message.content.text}"
        if name in self.holds:
            await self.holds[name].wait()
        if message.content.text == "0":
            raise Poison("no sense at all")
        self.seen.append(name)

    async def _merged(self, message: ContactMerged) -> None:
        self.seen.append(message.id)

    async def tell(self, *messages) -> None:
        for message in messages:
            await self.bus.publish(message)


@pytest.fixture
async def world(make_bus) -> World:
    bus = await make_bus("one")
    world = World(bus)
    await bus.start()
    return world


async def test_the_next_word_of_the_kept_contact_comes_after_the_last_one_of_the_absorbed(world):
    go_on = world.hold("lid-2")
    await world.tell(*(received("lid", n) for n in (1, 2, 3)), merged("kept", "lid"), received("kept", 4))
    await world.tell(received("another", 1))
    await eventually(lambda: "another-1" in world.seen)
    assert "kept-lid" not in world.seen
    go_on.set()
    await eventually(lambda: len(world.seen) == 6)
    assert [name for name in world.seen if name != "another-1"] == ["lid-1", "lid-2", "lid-3", "kept-lid", "kept-4"]


async def test_a_contact_without_a_word_or_with_a_parked_one_is_not_waited_for(world):
    await world.tell(received("lid", 0), merged("kept", "lid"), merged("kept", "silent"), received("kept", 1))
    await eventually(lambda: world.seen == ["kept-lid", "kept-silent", "kept-1"])


async def test_merges_that_wait_for_each_others_partition_never_wait_in_a_circle(world):
    holds = [world.hold("b-1"), world.hold("a-1")]
    await world.tell(received("b", 1), received("a", 1), merged("a", "b"), received("a", 2), merged("b", "a"))
    await world.tell(received("b", 2), received("a", 3), received("b", 3))
    for go_on in holds:
        go_on.set()
    await eventually(lambda: len(world.seen) == 8)
    assert world.seen.index("a-b") > world.seen.index("b-1")
    assert world.seen.index("b-a") > world.seen.index("a-2")
