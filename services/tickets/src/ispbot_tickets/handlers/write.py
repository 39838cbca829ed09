"""What an agent writes: answers that leave, and notes that never do. The same ``client_id`` again has one effect."""

from collections.abc import Sequence

from ispbot_contracts.base import Message, derive_id
from ispbot_contracts.common import AgentRef, Author, AuthorKind
from ispbot_contracts.content import TextContent
from ispbot_contracts.tickets import AddNote, MessageArchived, MessageWritten, ReplyToTicket
from ispbot_contracts.whatsapp import SendMessage
from ispbot_tickets.domain import refusals
from ispbot_tickets.domain.conversation import Conversation
from ispbot_tickets.domain.line import Draft, Line
from ispbot_tickets.handlers.announce import now, started
from ispbot_tickets.handlers.archive import quote
from ispbot_tickets.handlers.work_ticket import holding
from ispbot_tickets.store.store import Store


async def reply_to_ticket(query: ReplyToTicket, *, store: Store) -> MessageWritten:
    """Answer the customer: the line is queued and its sending ordered in one write."""
    message_id = derive_id(query.ticket_id, "reply", query.client_id)
    written = await store.lines.get(message_id)
    if written is not None:
        return MessageWritten(message=written.view())
    conversation = await holding(query.ticket_id, store=store)
    quoted = await _quoted(query.quoted_message_id, conversation, store=store)
    draft = Draft(
        message_id=message_id,
        at=now(),
        kind="message",
        direction="out",
        author=_author(query.agent),
        content=query.content,
        quoted=quote(quoted) if quoted else None,
        status="queued",
        client_id=query.client_id,
        ticket_id=query.ticket_id,
    )

    def add(before: Conversation) -> Conversation:
        if before.seq_of(message_id) is not None:
            return before
        before.ticket_named(query.ticket_id).check_holder(query.agent)
        return before.add(draft)

    def announce(_: Conversation, after: Conversation) -> Sequence[Message]:
        send = started(
            SendMessage,
            message_id,
            contact_id=after.contact_id,
            content=query.content,
            author=draft.author,
            quoted_wa_id=quoted.wa_id if quoted else None,
            ticket_id=query.ticket_id,
        )
        return [send, _archived(after, draft)]

    changed = await store.conversations.change(conversation.contact_id, add, announce=announce, known=conversation)
    await store.finish(changed)
    return MessageWritten(message=_placed(changed.conversation, draft).view())


async def add_note(query: AddNote, *, store: Store) -> MessageWritten:
    """Write an internal note, also into a closed ticket."""
    message_id = derive_id(query.ticket_id, "note", query.client_id)
    written = await store.lines.get(message_id)
    if written is not None:
        return MessageWritten(message=written.view())
    contact_id = await _contact_of(query.ticket_id, store=store)
    draft = Draft(
        message_id=message_id,
        at=now(),
        kind="note",
        direction=None,
        author=_author(query.agent),
        content=TextContent(text=query.text),
        client_id=query.client_id,
        ticket_id=query.ticket_id,
    )
    changed = await store.conversations.change(
        contact_id,
        lambda before: before if before.seq_of(message_id) is not None else before.add(draft),
        announce=lambda _, after: [_archived(after, draft)],
    )
    await store.finish(changed)
    return MessageWritten(message=_placed(changed.conversation, draft).view())


async def _contact_of(ticket_id: str, *, store: Store) -> str:
    kept = await store.tickets.get(ticket_id)
    if kept is None:
        raise refusals.TicketNotFound(ticket_id)
    return kept.contact_id


async def _quoted(message_id: str | None, conversation: Conversation, *, store: Store) -> Line | None:
    if message_id is None:
        return None
    line = await store.lines.get(message_id)
    if line is None or line.contact_id != conversation.contact_id:
        raise refusals.MessageNotFound(message_id)
    if line.wa_id is None:
        raise refusals.QuoteNotSent
    return line


def _placed(conversation: Conversation, draft: Draft) -> Line:
    line = conversation.place(draft)
    if line is None:
        raise LookupError(f"line {draft.message_id} has no place in its conversation")
    return line


def _archived(after: Conversation, draft: Draft) -> MessageArchived:
    line = _placed(after, draft)
    event_id = derive_id(line.message_id, MessageArchived.name)
    return started(
        MessageArchived, event_id, contact_id=after.contact_id, message=line.view(), ticket=after.open_view()
    )  # fmt: skip


def _author(agent: AgentRef) -> Author:
    return Author(kind=AuthorKind.AGENT, id=agent.id, name=agent.name)
