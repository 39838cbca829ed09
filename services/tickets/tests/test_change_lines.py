"""What happens to a line after it came: edits, deletions, reactions and ticks, early or late."""

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import MessageUpdated
from ispbot_contracts.whatsapp import (
    MessageDeleted,
    MessageEdited,
    ReactionReceived,
    ReceiptReceived,
)
from ispbot_tickets.handlers.change_lines import move_ticks
from ispbot_tickets.store.store import Store


def edited(wa_id: str, text: str, n: int = 1, **fields):
    return MessageEdited.start(
        f"edit-{wa_id}-{n}", contact_id="c1", target_wa_id=wa_id, from_me=fields.get("from_me", False),
        content=TextContent(text=text), edited_at=utc_now(),
    )  # fmt: skip


def receipt(status: str, *wa_ids: str):
    return ReceiptReceived.start(
        f"r-{status}-{wa_ids[0]}", contact_id="c1", wa_ids=list(wa_ids), status=status, at=utc_now()
    )


async def test_an_edit_shows_the_new_words_and_keeps_the_old_ones(world, store):
    await world.publish(world.received("c1", "me anda mal", wa_id="A"), edited("A", "me anda bien"))
    await world.quiet()
    (line,) = await world.lines("c1")
    assert (line.content.text, line.edited) == ("me anda bien", True)
    assert [old.content.text for old in (await store.lines.by_wa_id("c1", "A")).revisions] == ["me anda mal"]
    assert (await store.conversations.load("c1")).last.preview == "me anda bien"


async def test_an_edit_that_comes_before_its_message_is_applied_when_the_message_comes(world):
    await world.publish(edited("LATE", "corregido"))
    await world.quiet()
    await world.publish(world.received("c1", "original", wa_id="LATE"))
    (line,) = await world.has_lines("c1", 1)
    assert (line.content.text, line.edited) == ("corregido", True)


async def test_a_deletion_that_comes_first_is_not_lost_either(world):
    deleted = MessageDeleted.start("d1", contact_id="c1", target_wa_id="LATE", from_me=False)
    await world.publish(deleted, world.received("c1", "uy", wa_id="LATE"))
    (line,) = await world.has_lines("c1", 1)
    assert line.deleted


async def test_a_deleted_message_keeps_its_row(world, store):
    await world.publish(
        world.received("c1", "secreto", wa_id="A"),
        MessageDeleted.start("d1", contact_id="c1", target_wa_id="A", from_me=False),
    )
    await world.quiet()
    (line,) = await world.lines("c1")
    assert (line.deleted, line.content.text) == (True, "secreto")
    assert (await store.conversations.load("c1")).last.preview == "🚫 Mensaje eliminado"


async def test_nobody_edits_or_deletes_the_other_sides_message(world):
    await world.publish(
        world.sent("c1", "Tu saldo es $ 18.500", wa_id="OURS"),
        edited("OURS", "Tu saldo es $ 0"),
        MessageDeleted.start("d1", contact_id="c1", target_wa_id="OURS", from_me=False),
    )
    await world.quiet()
    (line,) = await world.lines("c1")
    assert (line.content.text, line.edited, line.deleted) == ("Tu saldo es $ 18.500", False, False)


async def test_a_reaction_is_shown_replaced_and_removed(world):
    async def reacted(n: int, emoji: str):
        await world.publish(
            ReactionReceived.start(f"x{n}", contact_id="c1", target_wa_id="A", from_me=False, emoji=emoji)
        )
        await world.quiet()
        return (await world.lines("c1"))[0].reactions

    await world.publish(world.received("c1", "gracias", wa_id="A"))
    assert [await reacted(1, "👍"), await reacted(2, "❤️"), await reacted(3, "")] == [["👍"], ["❤️"], []]


async def test_ticks_only_move_forward(world):
    await world.publish(world.sent("c1", "hola", wa_id="S"), receipt("read", "S"), receipt("delivered", "S"))
    await world.quiet()
    assert (await world.lines("c1"))[0].status == "read"
    assert len(await world.events(MessageUpdated)) == 1


async def test_a_tick_that_overtakes_its_message_is_applied_later(world):
    await world.publish(receipt("delivered", "S"), world.sent("c1", "hola", wa_id="S"))
    assert (await world.has_lines("c1", 1))[0].status == "delivered"


async def test_one_receipt_for_many_messages_moves_each(world):
    await world.publish(*(world.sent("c1", str(n), wa_id=f"S{n}") for n in range(3)), receipt("read", "S0", "S1", "S2"))
    await world.quiet()
    assert [line.status for line in await world.lines("c1")] == ["read"] * 3


async def test_ticks_handled_by_another_replica_meanwhile_are_neither_lost_nor_undone(store, world, database, make_bus):
    other = Store(database, await make_bus("other"))
    await world.publish(world.sent("c1", "hola", wa_id="A"))
    await world.has_lines("c1", 1)
    assert await move_ticks(receipt("read", "A"), store=other)
    assert await move_ticks(receipt("delivered", "A"), store=store) == []
    assert (await store.lines.by_wa_id("c1", "A")).status == "read"


async def test_a_tick_of_a_line_just_written_is_one_write_and_no_read(store, world, database):
    await world.publish(world.sent("c1", "hola", wa_id="A"))
    await world.has_lines("c1", 1)
    await world.quiet()
    before = await operations(database)
    [event] = await move_ticks(receipt("delivered", "A"), store=store)
    after = await operations(database)
    assert (event.message.status, after["query"] - before["query"], after["update"] - before["update"]) == (
        "delivered", 0, 1,
    )  # fmt: skip


async def operations(database) -> dict[str, int]:
    return (await database.client.admin.command("serverStatus"))["opcounters"]
