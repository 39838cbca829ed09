"""Lines that come from the stream: each exactly once, however often and wherever its message comes."""

from collections.abc import Callable
from dataclasses import replace

from pymongo.errors import DuplicateKeyError

from ispbot_contracts.base import Message
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import UndecryptableContent
from ispbot_contracts.tickets import MessageArchived, QuotedView
from ispbot_contracts.whatsapp import MessageReceived, MessageSendFailed, MessageSent
from ispbot_tickets import metrics
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.line import Draft, Line
from ispbot_tickets.domain.wording import preview_of
from ispbot_tickets.handlers.announce import archived, millis, updated
from ispbot_tickets.handlers.change_lines import new_words
from ispbot_tickets.store.store import Store

Learn = Callable[[Conversation], Conversation]


def _nothing_learnt(conversation: Conversation) -> Conversation:
    return conversation


async def archive_received(event: MessageReceived, *, store: Store) -> list[Message]:
    """Archive a customer's message, or one that staff wrote on the company's own phone."""
    conversation = await store.conversations.load(event.contact_id)
    contact_id = conversation.contact_id
    at = millis(event.sent_at)
    expected = event.from_me or isinstance(event.content, UndecryptableContent) or conversation.may_have(at)
    known = await store.lines.by_wa_id(contact_id, event.wa_id) if expected else None
    if known is not None and known.message_id != event.id:
        return await _again(event, known, store=store)

    def learn(before: Conversation) -> Conversation:
        name = event.group_name if event.chat_kind == "group" else event.push_name
        after = before.known_as(name=None if event.from_me else name, phone=event.phone)
        return after if after.kind == event.chat_kind else replace(after, kind=event.chat_kind)

    draft = Draft(
        message_id=event.id,
        at=at,
        kind="message",
        direction="out" if event.from_me else "in",
        author=_author(event),
        content=event.content,
        wa_id=event.wa_id,
        quoted=await quoted_view(contact_id, event.quoted_wa_id, store=store),
        status="sent" if event.from_me else None,
    )
    outputs = await archive(draft, cause=event, conversation=conversation, store=store, learn=learn, known=known)
    if outputs:
        return [*outputs]
    known = await store.lines.by_wa_id(contact_id, event.wa_id)
    return await _again(event, known, store=store) if known is not None else []


async def _again(event: MessageReceived, line: Line, *, store: Store) -> list[Message]:
    """Take what WhatsApp brings under the id of a line that stands already.

    What could not be decrypted gets its words, which come seconds later at the second try; anything else is an echo.
    """
    conversation = await store.conversations.load(line.contact_id)
    quoted = await quoted_view(line.contact_id, event.quoted_wa_id, store=store)

    def decrypt(before: Line) -> Line:
        after = before.decrypted(event.content, quoted)
        return before if after is before else conversation.catch_up(after)

    line = await store.lines.change(line, decrypt, cause=event.id)
    if line.cause != event.id:
        metrics.ECHOES.inc()
        return []
    await store.conversations.change(line.contact_id, lambda before: before.stands_at(event.id, line))
    return await new_words(event, line, store=store)


async def archive_sent(event: MessageSent, *, store: Store) -> list[Message]:
    """Archive what the bot said, or mark a line that waits (an agent's) or was given up as sent."""
    conversation = await store.conversations.load(event.contact_id)
    has_place = conversation.seq_of(event.send_id) is not None or conversation.may_have(millis(event.sent_at))
    expected = event.author.kind is AuthorKind.AGENT or has_place
    line = await store.lines.get(event.send_id) if expected else None
    if line is None:
        draft = await _sent_draft(event, conversation.contact_id, store=store)
        outputs = await archive(draft, cause=event, conversation=conversation, store=store)
        if all(output.message.wa_id == event.wa_id for output in outputs):
            return [*outputs]
        line = await store.lines.get(event.send_id)
    if line is None:
        return []
    if line.wa_id == event.wa_id:
        return [_told_again(event, line, conversation)]

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
    conversation = await store.conversations.load(event.contact_id)
    if line is None:
        return [*await archive(_failed_draft(event), cause=event, conversation=conversation, store=store)]
    line = await store.lines.change(
        line, lambda before: before.moved_to("failed", failure=event.reason), cause=event.id
    )  # fmt: skip
    return [_told_again(event, line, conversation)]


def _told_again(event: MessageSent | MessageSendFailed, line: Line, conversation: Conversation) -> Message:
    """Return what to tell of a line that is there already. When it was not written before this event (an agent's is), a
    crash may have come between writing and telling it."""
    if event.author.kind is AuthorKind.AGENT or line.cause == event.id:
        return updated(event, line)
    return archived(event, line, conversation)


async def _sent_draft(event: MessageSent, contact_id: str, *, store: Store) -> Draft:
    return Draft(
        message_id=event.send_id,
        at=millis(event.sent_at),
        kind="message",
        direction="out",
        author=event.author,
        content=event.content,
        wa_id=event.wa_id,
        quoted=await quoted_view(contact_id, event.quoted_wa_id, store=store),
        status="sent",
        ticket_id=event.ticket_id,
    )


def _failed_draft(event: MessageSendFailed) -> Draft:
    return Draft(
        message_id=event.send_id,
        at=millis(event.occurred_at),
        kind="message",
        direction="out",
        author=event.author,
        content=event.content,
        status="failed",
        failure=event.reason,
        ticket_id=event.ticket_id,
    )


async def archive(
    draft: Draft,
    *,
    cause: Message,
    conversation: Conversation,
    store: Store,
    learn: Learn = _nothing_learnt,
    known: Line | None = None,
) -> list[MessageArchived]:
    """Give a new line its place, then write it: two writes.

    The place is remembered in the conversation, so that a crash between the two counts nothing twice; the written line
    is the sign that all is done (``known``: it was found). Empty when WhatsApp's message is already here under another id.
    """
    if known is not None:
        return [archived(cause, known, conversation)]

    def add(before: Conversation) -> Conversation:
        return before if before.seq_of(draft.message_id) is not None else learn(before).add(draft)

    changed = await store.conversations.change(conversation.contact_id, add, known=conversation)
    line = changed.conversation.place(draft)
    if line is None:
        raise LookupError(f"line {draft.message_id} has no place in its conversation")
    stored = await store.lines.add(line)
    if stored is None and draft.direction == "out" and draft.wa_id is not None:
        await store.lines.remove_echo(line.contact_id, draft.wa_id, keep=line.message_id)
        stored = await store.lines.add(line)
    if stored is None:
        return []
    return [archived(cause, stored, changed.conversation)]


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
