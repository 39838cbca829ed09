"""The ledger of a chaos run: what the phones sent and hold, against the archive, the tickets and the bus."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from nats.errors import TimeoutError as NothingMore

from bench.chaos_people import Story
from ispbot_contracts.base import Message, derive_id
from ispbot_contracts.content import text_of
from ispbot_contracts.streams import STREAMS, stored_subject, stream_of
from ispbot_contracts.tickets import ArchivedMessage, ListMessages, TicketClosed, TicketOpened
from ispbot_contracts.whatsapp import MessageReceived, SendMessage
from ispbot_launcher.running import Running
from ispbot_runtime.bus import Bus
from ispbot_sims.wa_network.client.network import WaNetworkClient

_PAGE = 200
_AT_ONCE = 8
_CONSUMERS_PAGE = 256
"""As the server cuts it."""
_SILENT_S = 1.0
_TRACED = 12
MessageT = TypeVar("MessageT", bound=Message)


@dataclass
class Chat:
    """Everything that is known about one phone's conversation."""

    story: Story
    screen: list[dict[str, Any]]
    archive: list[ArchivedMessage]
    received: list[MessageReceived]
    opened: list[TicketOpened]
    closed: list[TicketClosed]
    problems: list[str] = field(default_factory=list)
    suspects: list[str] = field(default_factory=list)
    """Correlation ids worth a look in the logs."""

    def wrong(self, text: str, correlation_id: str | None = None) -> None:
        """Note a difference."""
        self.problems.append(text)
        if correlation_id is not None:
            self.suspects.append(correlation_id)


async def read_stream(bus: Bus, kind: type[MessageT]) -> list[MessageT]:
    """Return every stored message of a kind, oldest first."""
    stream = stream_of(kind.owner).name
    subject = stored_subject(kind.owner, kind.flavour, kind.name)
    held = await bus.js.stream_info(stream, subjects_filter=subject)
    total = sum((held.state.subjects or {}).values())
    found: list[MessageT] = []
    subscription = await bus.js.subscribe(subject, stream=stream, ordered_consumer=True)
    try:
        while len(found) < total:
            found.append(kind.model_validate_json((await subscription.next_msg(_SILENT_S * 10)).data))
    except NothingMore:
        raise AssertionError(f"{stream} holds {total} {kind.name}, {len(found)} could be read") from None
    finally:
        await subscription.unsubscribe()
    return found


async def backlog(bus: Bus) -> int:
    """Return how many deliveries the durable consumers still wait for or hold."""
    left = 0
    for spec in STREAMS:
        offset = 0
        while page := await bus.js.consumers_info(spec.name, offset=offset):
            left += sum((each.num_pending or 0) + (each.num_ack_pending or 0) for each in page if each.name)
            offset += len(page)
            if len(page) < _CONSUMERS_PAGE:
                break
    return left


async def collect(bus: Bus, net: WaNetworkClient, stories: Iterable[Story]) -> list[Chat]:
    """Read every side of every chat."""
    received, opened, closed = (
        _by_contact(await read_stream(bus, MessageReceived)),
        _by_contact(await read_stream(bus, TicketOpened)),
        _by_contact(await read_stream(bus, TicketClosed)),
    )
    contacts = {each.phone: contact for contact, events in received.items() for each in events if each.phone}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def chat(story: Story) -> Chat:
        contact = contacts.get(story.phone, "")
        async with gate:
            return Chat(
                story=story,
                screen=await net.get(f"/api/phones/{story.phone}/chat", limit="5000"),
                archive=await _archive(bus, contact) if contact else [],
                received=received.get(contact, []),
                opened=_distinct(opened.get(contact, [])),
                closed=_distinct(closed.get(contact, [])),
            )

    return list(await asyncio.gather(*map(chat, stories)))


def check(chat: Chat) -> None:
    """Compare all sides of a chat and note every difference in ``chat.problems``."""
    if chat.story.stuck is not None:
        chat.wrong(f"somebody gave up: {chat.story.stuck}")
    causes = _check_inbound(chat)
    expected = _check_answers(chat, causes)
    _check_tickets(chat)
    _check_outbound(chat, expected)


def _check_inbound(chat: Chat) -> dict[str, MessageReceived]:
    """Sent = published = archived, once, in the order of the phone; return the events by their WhatsApp id."""
    ids: dict[str, set[str]] = defaultdict(set)
    for event in chat.received:
        ids[event.wa_id].add(event.id)
    lines = [line for line in chat.archive if line.direction == "in"]
    archived = Counter(line.wa_id for line in lines)
    for wrote in chat.story.wrote:
        if len(ids[wrote.wa_id]) != 1:
            chat.wrong(f"{wrote.text!r} ({wrote.wa_id}) became {len(ids[wrote.wa_id])} events")
        if archived[wrote.wa_id] != 1:
            chat.wrong(f"{wrote.text!r} ({wrote.wa_id}) is archived {archived[wrote.wa_id]} times", *ids[wrote.wa_id])
    order = [wrote.wa_id for wrote in chat.story.wrote]
    if [line.wa_id for line in lines] != order:
        chat.wrong(
            f"the archive's order differs from the phone's at {_first_difference([x.wa_id for x in lines], order)}"
        )
    return {event.wa_id: event for event in chat.received}


def _check_answers(chat: Chat, causes: dict[str, MessageReceived]) -> list[str]:
    """Return the ids of the messages that the bot owes, in order."""
    expected = []
    for wrote in chat.story.wrote:
        event = causes.get(wrote.wa_id)
        if event is not None and wrote.wants == "answer":
            expected.append(derive_id(event.id, SendMessage.name, "answer-1"))
    return expected


def _check_tickets(chat: Chat) -> None:
    """As many cases as the customer asked for, each opened once and closed once."""
    opened = Counter(event.ticket.ticket_id for event in chat.opened)
    closed = Counter(event.ticket.ticket_id for event in chat.closed)
    if len(opened) != chat.story.cases or max(opened.values(), default=1) != 1:
        chat.wrong(f"{chat.story.cases} cases were asked for, opened: {dict(opened)}")
    if opened != closed:
        chat.wrong(f"opened {dict(opened)}, closed {dict(closed)}")


def _check_outbound(chat: Chat, owed: Sequence[str]) -> None:
    """What the archive says we sent is what we owe, and what the phone holds; each once and in order."""
    lines = [line for line in chat.archive if line.direction == "out" and line.kind == "message"]
    correlation = {derive_id(event.id, SendMessage.name, "answer-1"): event.correlation_id for event in chat.received}
    goodbyes = [derive_id(event.id, SendMessage.name, "closed") for event in chat.closed]
    archived = Counter(line.message_id for line in lines)
    agent = [line for line in lines if line.author.kind == "agent"]
    texts = [text_of(line.content) for line in agent]
    if texts != chat.story.replies:
        chat.wrong(f"agent: archived {texts}, accepted {chat.story.replies}")
    wanted = Counter([*owed, *goodbyes, *(line.message_id for line in agent)])
    for message_id in wanted | archived:
        if archived[message_id] != wanted[message_id]:
            words = next((text_of(line.content)[:60] for line in lines if line.message_id == message_id), "")
            chat.wrong(
                f"outgoing {message_id} {words!r}: owed {wanted[message_id]}, archived {archived[message_id]}",
                correlation.get(message_id),
            )
    for line in lines:
        if line.status not in {"sent", "delivered", "read"}:
            chat.wrong(
                f"outgoing {line.message_id} is {line.status} ({line.failure})", correlation.get(line.message_id)
            )
    held = [message["id"] for message in chat.screen if not message["mine"]]
    by_wa_id = {line.wa_id: line.message_id for line in lines}
    seen = Counter(by_wa_id.get(wa_id, f"unknown {wa_id}") for wa_id in held)
    for message_id in seen | wanted:
        if seen[message_id] != wanted[message_id]:
            chat.wrong(
                f"outgoing {message_id}: owed {wanted[message_id]}, on the phone {seen[message_id]}",
                correlation.get(message_id),
            )
    _check_order(chat, [by_wa_id[wa_id] for wa_id in held if wa_id in by_wa_id], owed, "answers")
    _check_order(
        chat, [by_wa_id[wa_id] for wa_id in held if wa_id in by_wa_id], [line.message_id for line in agent], "replies"
    )


def _check_order(chat: Chat, held: Sequence[str], owed: Sequence[str], what: str) -> None:
    wanted = set(owed)
    shown = [message_id for message_id in held if message_id in wanted]
    if shown != [message_id for message_id in owed if message_id in set(shown)]:
        chat.wrong(f"{what} on the phone are out of order at {_first_difference(shown, owed)}")


def trace(chat: Chat, running: Running) -> str:
    """Return all that is known about a chat: the differences, the phone, the archive, the events and the logs."""
    texts = {wrote.wa_id: wrote for wrote in chat.story.wrote}
    lines = [f"=== {chat.story.phone}: {len(chat.problems)} differences", *(f"  ! {text}" for text in chat.problems)]
    lines.append("--- the phone's screen")
    for message in chat.screen:
        arrow = ">" if message["mine"] else "<"
        text = message["content"].get("text") or message["content"]["kind"]
        wants = texts[message["id"]].wants if message["id"] in texts else ""
        lines.append(f"  {message['ts_ms']} {arrow} {message['id']} {wants:8} {text[:70]!r}")
    lines.append("--- the archive")
    lines.extend(
        f"  {line.seq} {line.at:%H:%M:%S.%f} {line.kind} {line.direction} {line.author.kind} {line.message_id} {line.wa_id} {line.status} {text_of(line.content)[:60]!r}"
        for line in chat.archive
    )
    lines.append("--- events")
    lines.extend(f"  {e.occurred_at:%H:%M:%S.%f} received {e.id} {e.wa_id} offline={e.offline}" for e in chat.received)
    lines.extend(f"  {e.occurred_at:%H:%M:%S.%f} opened {e.ticket.ticket_id} #{e.ticket.number}" for e in chat.opened)
    lines.extend(f"  {e.occurred_at:%H:%M:%S.%f} closed {e.ticket.ticket_id} #{e.ticket.number}" for e in chat.closed)
    lines.append("--- logs of the suspects")
    lines.extend(_log_lines(running, set(chat.suspects[:_TRACED])))
    return "\n".join(lines)


def _log_lines(running: Running, correlation_ids: set[str]) -> list[str]:
    found: list[str] = []
    for part in running.services():
        found.extend(
            f"  {part.name}: {line[:400]}"
            for line in running.log(part.name).splitlines()
            if any(each in line for each in correlation_ids)
        )
    return sorted(found, key=_logged_at)


def _logged_at(line: str) -> str:
    try:
        fact = json.loads(line.partition(": ")[2])
    except ValueError:
        return ""
    return str(fact.get("at", ""))


async def _archive(bus: Bus, contact_id: str) -> list[ArchivedMessage]:
    lines: list[ArchivedMessage] = []
    cursor: str | None = None
    while True:
        page = await bus.ask(ListMessages(contact_id=contact_id, cursor=cursor, limit=_PAGE))
        lines = [*page.messages, *lines]
        cursor = page.next
        if cursor is None:
            return lines


def _by_contact(events: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        found[event.contact_id].append(event)
    return found


def _distinct(events: Iterable[Any]) -> list[Any]:
    """The same event twice on the bus (a repeat after the deduplication window) is one event."""
    return list({event.id: event for event in events}.values())


def _first_difference(one: Sequence[Any], other: Sequence[Any]) -> str:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return f"{place}: {left} instead of {right}"
    return f"{min(len(one), len(other))}: {len(one)} instead of {len(other)} in all"
