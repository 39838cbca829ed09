"""What a process remembers of its own lines saves reads and never stands in the way of what others wrote."""

from datetime import UTC, datetime

import pytest

from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_runtime.errors import Retryable
from ispbot_tickets.domain.line import Line, Receipt
from ispbot_tickets.store.lines import Lines

DELIVERED = Receipt(status="delivered")


def line_of(message_id: str) -> Line:
    return Line(
        message_id=message_id, contact_id="c1", seq=1, at=datetime(2026, 11, 28, tzinfo=UTC), kind="message", direction="out",
        author=Author(kind=AuthorKind.BOT), content=TextContent(text="hola"), media_state="none", wa_id="W1", status="sent",
    )  # fmt: skip


async def test_each_of_several_ticks_finds_the_line_without_a_read(database):
    lines = Lines(database["lines"])
    await lines.add(line_of("m1"))
    for status, cause in (("delivered", "t1"), ("delivered", "t2"), ("read", "t3")):
        remembered = lines.recall("c1", "W1")
        assert remembered is not None
        await lines.change(remembered, lambda before, status=status: before.change(Receipt(status=status)), cause=cause)
    stored = await lines.get("m1")
    assert (stored.status, stored.version, stored.cause) == ("read", 3, "t3")


async def test_a_remembered_line_that_another_process_replaced_is_forgotten(database):
    lines, others = Lines(database["lines"]), Lines(database["lines"])
    await lines.add(line_of("echo"))
    await database["lines"].delete_one({"_id": "echo"})
    await others.add(line_of("m1"))
    with pytest.raises(Retryable):
        await lines.change(lines.recall("c1", "W1"), lambda before: before.change(DELIVERED), cause="t1")
    assert lines.recall("c1", "W1") is None
    found = await lines.by_wa_id("c1", "W1")
    assert found.message_id == "m1"
