"""Lines that come from the stream: each exactly once, however often and wherever its message comes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import Message
from ispbot_contracts.common import Author, AuthorKind, DeliveryStatus
from ispbot_contracts.tickets import QuotedView
from ispbot_contracts.whatsapp import MessageReceived, MessageSendFailed, MessageSent
from ispbot_tickets import metrics
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.line import Draft, Line
from ispbot_tickets.domain.wording import preview_of
from ispbot_tickets.handlers.announce import archived, millis, updated
from ispbot_tickets.store.store import Store

Learn = Callable[[Conversation], Conversation]


def _nothing_learnt(conversation: Conversation) -> Conversation:
    return conversation


async def archive_received(event: MessageReceived, *, store: Store) -> list[Message]:
    """Archive a customer's message, or one that staff wrote on the company's own phone."""
    known, conversation = await asyncio.gather(
        store.lines.by_wa_id(event.contact_id, event.wa_id), store.conversations.load(event.contact_id)
    )
    contact_id = conversation.contact_id
    if known is None and contact_id != event.contact_id:
        known = await store.lines.by_wa_id(contact_id, event.wa_id)
    if known is not None and known.message_id != event.id:
        metrics.ECHOES.inc()
        return []

    def learn(before: Conversation) -> Conversation:
        name = event.group_name if event.chat_kind == "group" else event.push_name
        after = before.known_as(name=None if event.from_me else name, phone=event.phone)
        return after if after.kind == event.chat_kind else replace(after, kind=event.chat_kind)

    draft = Draft(
        message_id=event.id,
        at=millis(event.sent_at),
        kind="message",
        direction="out" if event.from_me else "in",
        author=_author(event),
        content=event.content,
        wa_id=event.wa_id,
        quoted=await quoted_view(contact_id, event.quoted_wa_id, store=store),
        status="sent" if event.from_me else None,
    )
    return await archive(draft, cause=event, conversation=conversation, store=store, learn=learn, known=known)


async def archive_sent(event: MessageSent, *, store: Store) -> list[Message]:
    """Archive what the bot said, or mark an agent's waiting line as sent."""
    line = await store.lines.get(event.send_id)
    if line is None:
        return await _archive_outgoing(event, status="sent", failure=None, store=store)
    if line.wa_id == event.wa_id:
        return [updated(event, line)]
    conversation = await store.conversations.load(event.contact_id)

    def sent(before: Line) -> Line:
        return conversation.catch_up(before.sent_as(event.wa_id))

    try:
        line = await store.lines.change(line, sent, cause=event.id)
    except DuplicateKeyError:
        await store.lines.remove_echo(line.contact_id, event.wa_id, keep=line.message_id)
        line = await store.lines.change(line, sent, cause=event.id)
    return [updated(event, line)]


async def archive_send_failed(event: MessageSendFailed, *, store: Store) -> list[Message]:
    """Keep what could not be sent, with the reason."""
    line = await store.lines.get(event.send_id)
    if line is None:
        return await _archive_outgoing(event, status="failed", failure=event.reason, store=store)
    line = await store.lines.change(
        line, lambda before: before.moved_to("failed", failure=event.reason), cause=event.id
    )  # fmt: skip
    return [updated(event, line)]


async def _archive_outgoing(
    event: MessageSent | MessageSendFailed, *, status: DeliveryStatus, failure: str | None, store: Store
) -> list[Message]:
    conversation = await store.conversations.load(event.contact_id)
    wa_id = event.wa_id if isinstance(event, MessageSent) else None
    quoted_wa_id = event.quoted_wa_id if isinstance(event, MessageSent) else None
    draft = Draft(
        message_id=event.send_id,
        at=millis(event.sent_at if isinstance(event, MessageSent) else event.occurred_at),
        kind="message",
        direction="out",
        author=event.author,
        content=event.content,
        wa_id=wa_id,
        quoted=await quoted_view(conversation.contact_id, quoted_wa_id, store=store),
        status=status,
        failure=failure,
        ticket_id=event.ticket_id,
    )
    return await archive(draft, cause=event, conversation=conversation, store=store)


async def archive(
    draft: Draft,
    *,
    cause: Message,
    conversation: Conversation,
    store: Store,
    learn: Learn = _nothing_learnt,
    known: Line | None = None,
) -> list[Message]:
    """Give a new line its place, then write it: two writes.

    The place is remembered in the conversation, so that a crash between the two counts nothing twice; the written line
    is the sign that all is done (``known``: it was found).
    """
    if known is not None:
        return [archived(cause, known, conversation)]

    def add(before: Conversation) -> Conversation:
        return before if before.seq_of(draft.message_id) is not None else learn(before).add(draft)

    changed = await store.conversations.change(conversation.contact_id, add, known=conversation)
    line = changed.conversation.place(draft)
    if line is None:
        raise LookupError(f"line {draft.message_id} has no place in its conversation")
    if not await store.lines.add(line):
        if draft.direction == "in" or draft.wa_id is None:
            metrics.ECHOES.inc()
            return []
        await store.lines.remove_echo(line.contact_id, draft.wa_id, keep=line.message_id)
        await store.lines.add(line)
    return [archived(cause, line, changed.conversation)]


async def quoted_view(contact_id: str, wa_id: str | None, *, store: Store) -> QuotedView | None:
    """Return what a quoted message said, None when nothing is quoted or it is older than the archive."""
    line = await store.lines.by_wa_id(contact_id, wa_id) if wa_id else None
    return quote(line) if line else None


def quote(line: Line) -> QuotedView:
    """Return a line as another one quotes it."""
    return QuotedView(message_id=line.message_id, text=preview_of(line.content), author=line.author)


def _author(event: MessageReceived) -> Author:
    if event.from_me:
        return Author(kind=AuthorKind.PHONE)
    return Author(kind=AuthorKind.CUSTOMER, name=event.sender_name or event.push_name)
