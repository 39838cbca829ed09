"""What happens to a message after it came: edits, deletions, reactions, files, ticks. Early ones wait for their message."""

from ispbot_contracts.base import Message
from ispbot_contracts.whatsapp import (
    MediaFailed,
    MediaStored,
    MessageDeleted,
    MessageEdited,
    ReactionReceived,
    ReceiptReceived,
)
from ispbot_tickets import metrics
from ispbot_tickets.domain import wording
from ispbot_tickets.domain.conversation import ParkedChange
from ispbot_tickets.domain.line import Change, Deletion, Edit, Line, MediaArrived, MediaLost, Reaction, Receipt
from ispbot_tickets.handlers.announce import millis, ticket_updated, updated
from ispbot_tickets.store.store import Store


async def edit_message(event: MessageEdited, *, store: Store) -> list[Message]:
    """Show the new words and keep the old ones as a revision."""
    edit = Edit(content=event.content, at=millis(event.edited_at), from_me=event.from_me)
    return await _change_target(event, edit, store=store)


async def delete_message(event: MessageDeleted, *, store: Store) -> list[Message]:
    """Mark the line as deleted; the row stays."""
    return await _change_target(event, Deletion(from_me=event.from_me), store=store)


async def react(event: ReactionReceived, *, store: Store) -> list[Message]:
    """Show, replace or remove an emoji."""
    return await _change_target(event, Reaction(emoji=event.emoji, from_me=event.from_me), store=store)


async def store_media(event: MediaStored, *, store: Store) -> list[Message]:
    """The file of a message can be shown."""
    return await change_line(event, event.contact_id, event.wa_id, MediaArrived(media=event.media), store=store)


async def lose_media(event: MediaFailed, *, store: Store) -> list[Message]:
    """The file of a message will not come, and why."""
    return await change_line(event, event.contact_id, event.wa_id, MediaLost(reason=event.reason), store=store)


async def move_ticks(event: ReceiptReceived, *, store: Store) -> list[Message]:
    """Move the ticks of our messages forward."""
    outputs: list[Message] = []
    for wa_id in event.wa_ids:
        outputs += await change_line(event, event.contact_id, wa_id, Receipt(status=event.status), store=store)
    return outputs


async def _change_target(
    event: MessageEdited | MessageDeleted | ReactionReceived, change: Edit | Deletion | Reaction, *, store: Store
) -> list[Message]:
    """Change the message that the event names; what stands under the event's own id is shown as what it turned out to be."""
    outputs = await change_line(event, event.contact_id, event.target_wa_id, change, store=store)
    if event.wa_id is None or event.wa_id == event.target_wa_id:
        return outputs
    placeholder = await _line_of(event.contact_id, event.wa_id, store=store)
    if placeholder is None:
        return outputs
    words = wording.changed(change.kind)
    line = await store.lines.change(placeholder, lambda before: before.turned_out_as(words), cause=event.id)
    return [*outputs, *await new_words(event, line, store=store)] if line.cause == event.id else outputs


async def _line_of(contact_id: str, wa_id: str, *, store: Store) -> Line | None:
    """Return a message of a contact, or of the person that the contact was merged into."""
    line = await store.lines.by_wa_id(contact_id, wa_id)
    if line is not None:
        return line
    conversation = await store.conversations.load(contact_id)
    return await store.lines.by_wa_id(conversation.contact_id, wa_id) if conversation.contact_id != contact_id else None


async def change_line(event: Message, contact_id: str, wa_id: str, change: Change, *, store: Store) -> list[Message]:
    """Apply a change to a message, or keep it until the message comes.

    A change that came before gives the same event again; one that says nothing new gives none.
    """
    line = store.lines.recall(contact_id, wa_id) if isinstance(change, Receipt) else None
    line = line or await _line_of(contact_id, wa_id, store=store)
    if line is None:
        await _park(event, contact_id, wa_id, change, store=store)
        return []
    line = await store.lines.change(line, lambda before: before.change(change), cause=event.id)
    if line.cause != event.id:
        return []
    words_changed = isinstance(change, Edit | Deletion)
    return await new_words(event, line, store=store) if words_changed else [updated(event, line)]


async def new_words(event: Message, line: Line, *, store: Store) -> list[Message]:
    """Follow the new words of a line in what lists show, and tell both."""
    after = await store.conversations.change(line.contact_id, lambda before: before.line_changed(line))
    last = after.conversation.last
    shown = after.conversation.open_ticket is not None and last is not None and last.message_id == line.message_id
    return [updated(event, line), *(ticket_updated(event, after.conversation) if shown else [])]


async def _park(event: Message, contact_id: str, wa_id: str, change: Change, *, store: Store) -> None:
    parked = ParkedChange(cause=event.id, wa_id=wa_id, change=change, parked_at=millis(event.occurred_at))
    await store.conversations.change(contact_id, lambda before: before.park(parked))
    metrics.PARKED.labels(change.kind).inc()
