"""Parked messages: what is kept, and how they come back."""

import asyncio
from collections import Counter

import pytest
from pymongo.errors import OperationFailure

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.streams import STREAMS, published_subject
from ispbot_contracts.whatsapp import MessageReceived
from ispbot_runtime.bus import Bus
from ispbot_runtime.dead_letters import DeadLetters, NoSuchConsumer, NoSuchLetter
from ispbot_runtime.delivery import Patience
from ispbot_runtime.errors import Poison, Retryable
from ispbot_runtime.testing import eventually

HASTY = Patience(backoff_s=(0.01, 0.02), max_failures=3)


def received(contact: str, n: int) -> MessageReceived:
    return MessageReceived.start(
        f"{contact}-{n}", contact_id=contact, chat_kind="direct", chat="1@lid", wa_id=str(n), from_me=False, phone=None,
        push_name=None, sent_at=utc_now(), content=TextContent(text=f"año {n}"),
    )  # fmt: skip


@pytest.fixture
async def hasty(config):
    """Return a function that makes the bus of a service which loses its patience soon."""
    made = []

    async def make(service: str) -> Bus:
        bus = Bus(config, service, patience=HASTY)
        await bus.connect()
        made.append(bus)
        return bus

    yield make
    for bus in made:
        await bus.stop()


async def letters_of(bus: Bus, count: int, **query):
    letters = DeadLetters(bus)

    async def there() -> bool:
        return (await letters.page(**query)).total == count

    await eventually(there)
    return (await letters.page(**query)).letters


async def settled(bus: Bus) -> bool:
    infos = [info for spec in STREAMS for info in await bus.js.consumers_info(spec.name)]
    return all(info.num_ack_pending == 0 and info.num_pending == 0 for info in infos)


async def test_a_letter_tells_what_was_tried_when_and_where(hasty):
    bus = await hasty("one")
    tries = Counter()

    async def handle(message: MessageReceived):
        tries[message.id] += 1
        raise ZeroDivisionError(f"ñandú {tries[message.id]}")

    bus.consume("work", {MessageReceived: handle}, order="partition")
    await bus.start()
    before = utc_now()
    await bus.js.publish(
        "wa.evt.message_received.c1", received("c1", 1).model_dump_json().encode(),
        headers={"Nats-Msg-Id": "c1-1", "Trace": "t1"},
    )  # fmt: skip
    (letter,) = await letters_of(bus, 1)
    assert (letter.service, letter.consumer, letter.why, letter.tries) == ("one", "one-work-wa", "failed", 3)
    assert (letter.subject, letter.message, letter.message_id) == (
        "wa.evt.message_received.c1", "message_received", "c1-1",
    )  # fmt: skip
    assert letter.correlation_id == "c1-1"
    assert [item.reason for item in letter.history] == [f"ZeroDivisionError: ñandú {n}" for n in (1, 2, 3)]
    assert {item.replica for item in letter.history} == {bus.instance}
    assert before <= letter.first_failed_at <= letter.last_failed_at <= utc_now()
    detail = await DeadLetters(bus).inspect(letter.seq)
    assert MessageReceived.model_validate_json(detail.body).content.text == "año 1"
    assert detail.headers == {"Trace": "t1", "Nats-Msg-Id": "c1-1"}
    with pytest.raises(NoSuchLetter):
        await DeadLetters(bus).inspect(letter.seq + 1)


async def test_what_two_replicas_tried_is_one_history(config, hasty):
    first, second = await hasty("twin"), await hasty("twin")
    second.instance = "other"
    for bus in (first, second):

        async def handle(message: MessageReceived):
            raise ZeroDivisionError

        bus.consume("work", {MessageReceived: handle}, order="partition")
        await bus.start()
    for n in range(8):
        await first.publish(received(f"c{n}", n))
    found = await letters_of(first, 8)
    assert all(letter.tries == len(letter.history) == 3 for letter in found)
    assert {item.replica for letter in found for item in letter.history} == {first.instance, "other"}


async def test_a_neighbour_that_is_away_never_counts_as_a_failed_try(hasty):
    bus = await hasty("one")
    tries = Counter()

    async def handle(message: MessageReceived):
        tries[message.id] += 1
        if tries[message.id] <= 12:
            raise Retryable("away", delay_s=0.01)
        if tries[message.id] <= 14:
            raise ZeroDivisionError

    bus.consume("work", {MessageReceived: handle}, order="partition")
    await bus.start()
    await bus.publish(received("c1", 1))
    await eventually(lambda: tries["c1-1"] == 15)
    await eventually(lambda: settled(bus))
    assert (await DeadLetters(bus).page()).total == 0


@pytest.mark.parametrize("code", [1, 18, 14031])
async def test_a_database_that_refuses_everything_never_counts_as_a_failed_try(hasty, code):
    bus, tries = await hasty("one"), Counter()

    async def handle(message: MessageReceived):
        tries[message.id] += 1
        if tries[message.id] <= 5:
            raise OperationFailure("internal server error", code)

    bus.consume("work", {MessageReceived: handle}, order="partition")
    await bus.start()
    await bus.publish(received("c1", 1))
    await eventually(lambda: tries["c1-1"] == 6, timeout_s=60)
    await eventually(lambda: settled(bus))
    assert (await DeadLetters(bus).page()).total == 0


async def test_a_question_that_no_database_understands_is_parked(hasty):
    bus = await hasty("one")

    async def handle(message: MessageReceived):
        raise OperationFailure("unknown operator: $like", 2)

    bus.consume("work", {MessageReceived: handle}, order="partition")
    await bus.start()
    await bus.publish(received("c1", 1))
    [letter] = await letters_of(bus, 1)
    assert letter.tries == 3


async def test_a_replay_reaches_only_the_consumer_that_parked_it_and_takes_effect_once(hasty):
    bus, other = await hasty("one"), await hasty("two")
    broken, effects, elsewhere = [True], [], []

    async def handle(message: MessageReceived):
        if broken[0] and message.wa_id == "0":
            raise Poison("no sense")
        effects.append(message.id)

    async def look_on(message: MessageReceived):
        elsewhere.append(message.id)

    bus.consume("work", {MessageReceived: handle}, order="partition")
    bus.consume("aside", {MessageReceived: look_on}, order="lane")
    other.consume("work", {MessageReceived: look_on}, order="partition")
    await bus.start()
    await other.start()
    await bus.publish(received("c1", 0))
    (letter,) = await letters_of(bus, 1)
    await eventually(lambda: elsewhere == ["c1-0", "c1-0"])
    broken[0] = False
    letters = DeadLetters(bus)
    outcomes = await asyncio.gather(*(letters.replay(letter.seq, by="a1") for _ in range(4)), return_exceptions=True)
    assert None in outcomes
    assert all(outcome is None or isinstance(outcome, NoSuchLetter) for outcome in outcomes)
    with pytest.raises(NoSuchLetter):
        await letters.replay(letter.seq, by="a1")
    await bus.publish(received("c1", 1))
    await eventually(lambda: "c1-1" in effects)
    await eventually(lambda: settled(bus))
    assert effects == ["c1-0", "c1-1"]
    assert sorted(elsewhere) == ["c1-0", "c1-0", "c1-1", "c1-1"]
    assert (await letters.page()).total == 0


async def test_a_replay_that_fails_again_goes_on_with_its_history(hasty):
    bus = await hasty("one")

    async def handle(message: MessageReceived):
        raise Poison("still no sense")

    bus.consume("work", {MessageReceived: handle}, order="partition")
    await bus.start()
    await bus.publish(received("c1", 0))
    (first,) = await letters_of(bus, 1)
    await DeadLetters(bus).replay(first.seq, by="a1")

    async def parked_again() -> bool:
        page = await DeadLetters(bus).page()
        return page.total == 1 and page.letters[0].replays == 1

    await eventually(parked_again)
    (second,) = (await DeadLetters(bus).page()).letters
    assert (second.tries, second.first_failed_at, second.subject) == (2, first.first_failed_at, first.subject)
    assert [item.reason for item in second.history] == ["still no sense", "replayed by a person", "still no sense"]


async def test_a_letter_whose_consumer_is_gone_is_kept_and_can_be_discarded(hasty):
    bus = await hasty("one")

    async def handle(message: MessageReceived):
        raise Poison("no sense")

    consumer = bus.lane_consumer("work", {MessageReceived: handle})
    async with bus.consuming(consumer):
        await bus.publish(received("c1", 0))
        (letter,) = await letters_of(bus, 1)
    for info in await bus.js.consumers_info("WA"):
        await bus.js.delete_consumer("WA", info.name)
    letters = DeadLetters(bus)
    with pytest.raises(NoSuchConsumer):
        await letters.replay(letter.seq, by="a1")
    assert (await letters.page()).total == 1
    await letters.discard(letter.seq, by="a1")
    assert (await letters.page()).letters == []
    with pytest.raises(NoSuchLetter):
        await letters.discard(letter.seq, by="a1")


async def test_the_list_is_newest_first_by_pages_and_by_service(bus):
    for n in range(25):
        await bus.publish_raw(f"dead.{'one' if n % 5 else 'two'}.c-x", b"{}", {"Nats-Msg-Id": str(n)})
    letters = DeadLetters(bus)
    for seq in (3, 24):
        await letters.discard(seq, by="a1")
    seen, before = [], None
    while True:
        page = await letters.page(before=before, limit=4)
        seen += [letter.seq for letter in page.letters]
        if page.next_before is None:
            break
        before = page.next_before
    assert seen == [n for n in range(25, 0, -1) if n not in {3, 24}]
    page = await letters.page(service="two", limit=2)
    assert ([letter.seq for letter in page.letters], page.next_before, page.total) == ([21, 16], 16, 5)
    assert page.by_service == {"one": 18, "two": 5}
    page = await letters.page(service="two", limit=3, before=16)
    assert ([letter.seq for letter in page.letters], page.next_before) == ([11, 6, 1], None)
    assert (await letters.page(service="nobody")).letters == []


def test_the_published_subject_is_found_from_the_stored_one():
    assert published_subject("wa.cmd.send_message.17.c1") == "wa.cmd.send_message.c1"
    assert published_subject(received("c1", 1).subject) == "wa.evt.message_received.c1"
