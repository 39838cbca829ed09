"""The bus layer: order, retries, parking, questions."""

import asyncio
from typing import ClassVar

import pytest

from ispbot_contracts.ai import AiUsage, GetAiUsage
from ispbot_contracts.base import utc_now
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Poison, Refusal, Retryable, Unavailable
from ispbot_runtime.testing import eventually, published


def received(contact: str, n: int) -> MessageReceived:
    return MessageReceived.start(
        f"{contact}-{n}", contact_id=contact, chat_kind="direct", chat="1@lid", wa_id=str(n), from_me=False, phone=None,
        push_name=None, sent_at=utc_now(), content=TextContent(text=str(n)),
    )  # fmt: skip


def reply(cause: MessageReceived) -> SendMessage:
    return SendMessage.caused_by(
        cause, "reply", contact_id=cause.contact_id, content=TextContent(text="ok"), author=Author(kind=AuthorKind.BOT)
    )


@pytest.mark.parametrize("order", ["partition", "lane"])
async def test_messages_of_one_contact_are_handled_in_order_even_when_one_is_retried(make_bus, order):
    bus = await make_bus("one")
    seen: dict[str, list[str]] = {}
    failed: set[str] = set()

    async def handle(message: MessageReceived):
        if message.content.text == "3" and message.contact_id not in failed:
            failed.add(message.contact_id)
            raise Retryable("neighbour away", delay_s=0.1)
        seen.setdefault(message.contact_id, []).append(message.content.text)

    bus.consume("test", {MessageReceived: handle}, order=order)
    await bus.start()
    contacts = [f"c{i}" for i in range(20)]
    for n in range(8):
        await asyncio.gather(*(bus.publish(received(contact, n)) for contact in contacts))
    await eventually(lambda: sum(map(len, seen.values())) == 160)
    assert all(texts == [str(n) for n in range(8)] for texts in seen.values())
    assert failed == set(contacts)


async def test_two_replicas_share_the_work_and_keep_the_order(make_bus):
    first, second = await make_bus("twin"), await make_bus("twin")
    seen: dict[str, list[tuple[str, str]]] = {}

    def handler(who):
        async def handle(message: MessageReceived):
            await asyncio.sleep(0.001)
            seen.setdefault(message.contact_id, []).append((message.content.text, who))

        return handle

    for bus, who in ((first, "a"), (second, "b")):
        bus.consume("test", {MessageReceived: handler(who)}, order="partition")
        await bus.start()
    contacts = [f"c{i}" for i in range(40)]
    for n in range(10):
        await asyncio.gather(*(first.publish(received(contact, n)) for contact in contacts))
    await eventually(lambda: sum(map(len, seen.values())) == 400)
    assert all([text for text, _ in rows] == [str(n) for n in range(10)] for rows in seen.values())
    assert {who for rows in seen.values() for _, who in rows} == {"a", "b"}


async def test_a_redelivered_message_publishes_its_outputs_once(make_bus):
    bus = await make_bus("once")
    tries = []

    async def handle(message: MessageReceived):
        tries.append(message.id)
        if len(tries) == 1:
            await bus.publish(reply(message))
            raise Retryable("died before the ack", delay_s=0.05)
        return [reply(message)]

    bus.consume("test", {MessageReceived: handle}, order="partition")
    await bus.start()
    await bus.publish(received("c1", 1))
    await eventually(lambda: len(tries) == 2)
    await published(bus, "wa.cmd.send_message.*.*", 1)
    await eventually(lambda: _pending(bus))
    assert (await bus.js.stream_info("WA")).state.messages == 2


class SlowToOne(Bus):
    """A bus on which one message takes its time to be stored."""

    def __init__(self, config, slow_id):
        super().__init__(config, "slow")
        self.slow_id, self.go_on = slow_id, asyncio.Event()

    async def publish(self, message):
        if message.id == self.slow_id:
            await self.go_on.wait()
        await super().publish(message)


async def test_outputs_of_one_contact_keep_their_order_and_do_not_hold_up_those_of_others(config):
    cause = received("c1", 1)

    def said(step: str, to: str) -> SendMessage:
        return SendMessage.caused_by(
            cause, step, contact_id=to, content=TextContent(text=step), author=Author(kind=AuthorKind.BOT)
        )

    outputs = [said("first", "c1"), said("second", "c1"), said("third", "c2")]
    bus = SlowToOne(config, outputs[0].id)
    await bus.connect()

    async def handle(message: MessageReceived):
        return outputs

    bus.consume("test", {MessageReceived: handle}, order="partition")
    await bus.start()
    await bus.publish(cause)
    [early] = await published(bus, "wa.cmd.send_message.*.*", 1)
    bus.go_on.set()
    stored = await published(bus, "wa.cmd.send_message.*.*", 3)
    assert early == stored[0]
    assert [SendMessage.model_validate_json(body).content.text for body in stored] == ["third", "first", "second"]
    await bus.stop()


async def _pending(bus):
    info = await bus.js.consumers_info("WA")
    return all(consumer.num_ack_pending == 0 and consumer.num_pending == 0 for consumer in info)


async def test_poison_is_parked_with_its_reason_and_the_next_message_goes_on(make_bus):
    bus = await make_bus("sad")
    seen = []

    async def handle(message: MessageReceived):
        if message.content.text == "0":
            raise Poison("no sense at all")
        seen.append(message.content.text)

    bus.consume("test", {MessageReceived: handle}, order="partition")
    await bus.start()
    await bus.publish(received("c1", 0))
    await bus.publish(received("c1", 1))
    await eventually(lambda: seen == ["1"])
    subscription = await bus.js.subscribe("dead.>", ordered_consumer=True)
    parked = await subscription.next_msg(5)
    assert parked.subject == "dead.sad.sad-test-wa"
    assert parked.headers["Ispbot-Reason"] == "no sense at all"
    assert b'"text":"0"' in parked.data


class TestQuestions:
    usage: ClassVar[AiUsage] = AiUsage(total=1, by_kind={}, by_day=[1])

    async def test_an_answer_comes_back_typed(self, make_bus):
        bus = await make_bus("ai")

        async def answer(query: GetAiUsage) -> AiUsage:
            return AiUsage(total=query.days, by_kind={"summary": 1}, by_day=[])

        bus.answer(GetAiUsage, answer)
        await bus.start()
        assert (await bus.ask(GetAiUsage(days=7))).total == 7

    async def test_a_refusal_reaches_the_asker_with_its_code(self, make_bus):
        bus = await make_bus("ai")

        async def answer(query: GetAiUsage) -> AiUsage:
            raise Refusal("no_such_thing", "No existe.", id="7")

        bus.answer(GetAiUsage, answer)
        await bus.start()
        with pytest.raises(Refusal) as refused:
            await bus.ask(GetAiUsage())
        assert (refused.value.code, refused.value.details) == ("no_such_thing", {"id": "7"})

    async def test_a_bug_in_the_answerer_is_unavailable_at_once_not_a_silence(self, make_bus):
        bus = await make_bus("ai")

        async def answer(query: GetAiUsage) -> AiUsage:
            raise ZeroDivisionError

        bus.answer(GetAiUsage, answer)
        await bus.start()
        with pytest.raises(Unavailable, match="ZeroDivisionError"):
            await asyncio.wait_for(bus.ask(GetAiUsage(), timeout_s=30), 5)

    async def test_nobody_answering_is_unavailable_within_the_time_limit(self, make_bus):
        bus = await make_bus("alone")
        await bus.start()
        with pytest.raises(Unavailable, match="get_ai_usage"):
            await bus.ask(GetAiUsage(), timeout_s=0.5)

    async def test_an_answerer_that_starts_a_little_later_is_waited_for(self, make_bus):
        asker, late = await make_bus("asker"), await make_bus("ai")
        await asker.start()

        async def answer(query: GetAiUsage) -> AiUsage:
            return self.usage

        late.answer(GetAiUsage, answer)
        question = asyncio.create_task(asker.ask(GetAiUsage(), timeout_s=5))
        await asyncio.sleep(0)
        await late.start()
        assert await question == self.usage
