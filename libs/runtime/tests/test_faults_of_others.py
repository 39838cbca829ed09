"""Whose fault it is: a question nobody can read is the asker's, everything after it ours; no log line quotes either."""

import pytest
from pydantic import BaseModel, TypeAdapter
from pymongo.errors import OperationFailure
from structlog.testing import capture_logs

from ispbot_contracts.ai import AiUsage, GetAiUsage
from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.whatsapp import MessageReceived, TypingSeen
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.outbox import Outbox
from ispbot_runtime.testing import eventually

PHONE = "5493515550001"


class Wire(BaseModel):
    """What a vendor answers."""

    debt: int


async def test_a_vendors_nonsense_inside_a_handler_is_our_fault_not_the_askers(make_bus):
    bus = await make_bus("ai")

    async def answer(query: GetAiUsage) -> AiUsage:
        Wire.model_validate({"debt": PHONE + "x"})
        raise AssertionError

    bus.answer(GetAiUsage, answer)
    await bus.start()
    with capture_logs() as logs, pytest.raises(Unavailable, match="ValidationError"):
        await bus.ask(GetAiUsage())
    assert [line["event"] for line in logs] == ["query_failed"]


async def test_a_question_that_can_not_be_read_is_told_to_the_asker_and_not_quoted(make_bus):
    bus = await make_bus("ai")

    async def answer(query: GetAiUsage) -> AiUsage:
        raise AssertionError

    bus.answer(GetAiUsage, answer)
    await bus.start()
    with capture_logs() as logs:
        reply = await bus.nc.request(GetAiUsage.subject(), TypeAdapter(dict).dump_json({"days": PHONE + "x"}))
    assert b"malformed question" in reply.data
    [line] = [line for line in logs if line["event"] == "query_malformed"]
    assert (line["reason"], PHONE in str(logs)) == ("days: int_parsing", False)


async def test_a_hint_that_can_not_be_read_is_not_quoted_and_the_next_one_comes(make_bus):
    bus = await make_bus("panel-api")
    seen = []

    async def handle(hint: TypingSeen) -> None:
        seen.append(hint.contact_id)

    await bus.listen(TypingSeen, handle)
    with capture_logs() as logs:
        await bus.nc.publish(f"live.{TypingSeen.name}", TypeAdapter(dict).dump_json({"contact_id": f"+{PHONE}"}))
        await bus.hint(TypingSeen(contact_id="c1", typing=True))
        await eventually(lambda: seen == ["c1"])
    assert [line["event"] for line in logs] == ["hint_malformed"]
    assert PHONE not in str(logs)


def received() -> MessageReceived:
    return MessageReceived.start(
        "m1", contact_id="c1", chat_kind="direct", chat="1@lid", wa_id="1", from_me=False, phone=None, push_name=None,
        sent_at=utc_now(), content=TextContent(text="hola"),
    )  # fmt: skip


async def test_a_database_that_does_not_let_us_in_is_told_without_what_it_quotes(bus):
    async def handle(message: MessageReceived) -> None:
        raise OperationFailure(f'not authorized to execute command {{ find: "contacts", filter: "{PHONE}" }}', 13)

    bus.consume("work", {MessageReceived: handle}, order="none")
    with capture_logs() as logs:
        await bus.start()
        await bus.publish(received())
        await eventually(lambda: any(line["event"] == "message_retried" for line in logs))
    assert {line["reason"] for line in logs if line["event"] == "message_retried"} == {"code 13"}


async def test_an_outbox_that_can_not_be_emptied_says_so_by_the_databases_code(bus, database):
    await database["things"].insert_one({"_id": "t1", "outbox": [{"id": "m1"}]})
    await database.command("collMod", "things", validator={"never": {"$exists": True}})
    with capture_logs() as logs:
        await Outbox(database["things"], bus).flush("t1", [received()])
    assert [(line["event"], line["reason"]) for line in logs] == [("outbox_left_to_relay", "code 121")]
