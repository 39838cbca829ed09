"""The end state that a story leaves, so that two tellings can be compared: what the phone holds, what was said on the bus
and what the databases keep. Names stand in place of ids, and clocks, versions and places in the archive are left out.

Ticks may reach us one by one or together, so of ``receipt_received``, ``message_updated`` and the events of tickets the
state holds the last word about each message and each ticket, not how many words there were before it. Counters that
belong to no story (per day) are compared by how much one telling added (``counted``).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from pymongo import AsyncMongoClient

from bench.faults_story import Story, client_id
from ispbot_contracts.base import Message
from ispbot_contracts.common import DeliveryStatus
from ispbot_contracts.tickets import (
    MessageArchived,
    MessageUpdated,
    TicketClosed,
    TicketOpened,
    TicketTaken,
    TicketUpdated,
    TicketView,
)
from ispbot_contracts.whatsapp import ContactMerged, MessageReceived, ReceiptReceived
from ispbot_runtime.mongo import Document

Json = Any
_ID = re.compile(
    r"\bhttp-[0-9a-f]{16}\b|\b[0-9a-f]{24}\b|\b[0-9a-f]{32}\b|\b[0-9A-HJKMNP-TV-Z]{26}\b"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b3EB0[0-9A-F]{10,}\b|\b\d{15}(?=@lid)"
)
_CLOCK = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"
    r"|\b(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo|hoy|mañana|lun|mar|mié|jue|vie|sáb|dom)\b"
    r"(?: \d+ de \w+)?(?: \d+/\d+)?|\d\d?/\d\d?(?:/\d{4})?|\b\d\d?:\d\d\b|\blas \d\d?\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<=[#º] )\d+|(?<=[#º])\d+|(?<=n\.º )\d+")
_LEFT_OUT = {
    "version", "seq", "number", "outbox_at", "starts_at", "ends_at", "occupies", "technician", "technician_id", "created_at",
    "size_bytes", "position", "slots", "slot", "latency_ms", "active_slot",
    "answers", "offline",
}  # fmt: skip
"""Clocks, places and numbers handed out, and what depends on how fast a telling was (``answers`` are those of the last
minutes; every answer stands on the phone)."""
_LEFT_OUT_OF = {
    "ispbot_tickets.conversations": {"recent", "parked"},
    "ispbot_tickets.lines": {"cause"},
    "ispbot_gateway_wa.sends": {"fence"},
    "ispbot_router.sessions": {"done"},
}
"""What races even undisturbed: places given as people's lines and event lines came (the order of the messages is compared), ticks
that came before their line and waited for it (the line's tick is compared), so that no later tick changed it (``cause``), the
number of the gateway's lease, which eight events of a conversation came last: they come on two streams (what they led to is
compared on the bus and on the phone)."""
_NOT_OF_A_STORY = {
    "ispbot_tickets.counters": "gaps in numbers are allowed",
    "ispbot_tickets.days": "counted",
    "ispbot_ai.ai_usage_daily": "counted",
    "ispbot_scheduler.counters": "gaps in numbers are allowed",
    "ispbot_panel_api.sessions": "of the agent's browser",
    "ispbot_panel_api.login_throttle": "of the agent's browser",
    "ispbot_crm_adapter.snapshots": "a cache",
    "ispbot_crm_adapter.directory": "a copy of the provider's customers",
    "ispbot_crm_adapter.directory_runs": "a copy of the provider's customers",
}
"""Collections that are not compared document by document, and why."""
_OF_THE_MOMENT = {"preview", "preview_author", "unread", "waiting_since"}
"""Of a ticket in an event: how far the archive was just then."""
_AUDIT = "ispbot_panel_api.audit"
_TRIED = re.compile(r"'(?:action|target)': '[^']*'")
_BIG = 10**11
AGAIN = "<again>"
_ALWAYS_THE_SAME = {
    "phone", "order of the archive", "bus visit_booked", "bus ticket_closed", "bus contact_merged", "ispbot_scheduler.visits",
    "ispbot_tickets.tickets", "last word on tickets",
}  # fmt: skip
_UNDERSTOOD = re.compile(r"'(?:summary|reason)': (?:\{[^{}]*\}|'[^']*'|\"[^\"]*\"|None)(?:, )?")
_OF_A_LINE = ("message_id", "contact_id", "kind", "direction", "author", "content", "client_id", "ticket_id")
"""What of an archived line is the same whenever it is told."""
_OF_TICKS = (ReceiptReceived, MessageUpdated, TicketUpdated)
_RANK = {status: rank for rank, status in enumerate(get_args(DeliveryStatus))}
_SHOWN = 160
"""Characters shown on both sides of where two lines part."""


class Names:
    """Stands names in place of the ids of one story."""

    def __init__(self, story: Story, messages: Sequence[Message], screen: Sequence[Json]) -> None:
        self._names: dict[str, str] = {story.phone: "<phone>", f"Persona {story.number}": "<person>"}
        for place, wa_id in enumerate(story.sent):
            self._names[wa_id] = f"<sent {place}>"
        for place, message in enumerate(
            [each for each in screen if not each["mine"] and each["id"] not in story.again]
        ):
            self._names[message["id"]] = f"<got {place}>"
        self._names |= dict.fromkeys(story.again, AGAIN)
        self.mine = self._messages_of(story, messages)
        counts: Counter[str] = Counter()
        for message in self.mine:
            if not isinstance(message, (*_OF_TICKS, MessageArchived)):
                self._names.setdefault(message.id, f"<{message.name} {counts[message.name]}>")
                counts[message.name] += 1
            if isinstance(message, TicketOpened):
                self._names[message.ticket.ticket_id] = "<ticket>"
                self._names |= {client_id(letter, message.ticket.ticket_id): f"<client {letter}>" for letter in "NR"}
        self._pattern = re.compile("|".join(sorted(map(re.escape, self._names), key=len, reverse=True)))

    def _messages_of(self, story: Story, messages: Sequence[Message]) -> list[Message]:
        sent = set(story.sent)
        contacts = dict.fromkeys(
            each.contact_id for each in messages if isinstance(each, MessageReceived) and each.wa_id in sent
        )
        for each in messages:
            if isinstance(each, ContactMerged) and contacts.keys() & {each.contact_id, each.absorbed_id}:
                contacts |= dict.fromkeys((each.contact_id, each.absorbed_id))
        for place, contact in enumerate(contacts):
            self._names[contact] = f"<contact {place}>"
        own = {*contacts, *sent}
        return [each for each in messages if own & {str(value) for value in _leaves(each.model_dump())}]

    def is_named(self, document: Document) -> bool:
        """Tell whether a document is of this story."""
        return any(str(value) in self._names for value in _leaves(document))

    def put(self, value: Json) -> Json:
        """Return a value with names in it."""
        if isinstance(value, Mapping):
            left_out = _LEFT_OUT | ({"ticket_id"} if _is_of_the_bot(value) else set())
            return {self.put(key): self.put(one) for key, one in sorted(value.items()) if key not in left_out}
        if isinstance(value, (list, tuple)):
            return [self.put(one) for one in value]
        if isinstance(value, datetime) or (isinstance(value, (int, float)) and value > _BIG):
            return "<time>"
        if isinstance(value, (str, bytes)):
            text = value if isinstance(value, str) else value.decode(errors="replace")
            text = self._pattern.sub(lambda found: self._names[found.group()], text)
            return _CLOCK.sub("<time>", _NUMBER.sub("<n>", _ID.sub("<id>", text)))
        return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def _is_of_the_bot(line: Mapping[str, Json]) -> bool:
    """Tell a line of the bot: whether "somebody will answer" is archived before or after the ticket opens is a race."""
    author = line.get("author")
    return isinstance(author, Mapping) and author.get("kind") == "bot"


def _leaves(value: Json) -> list[Json]:
    if isinstance(value, Mapping):
        return [leaf for key, one in value.items() for leaf in (key, *_leaves(one))]
    if isinstance(value, (list, tuple)):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


async def end_state(
    story: Story, *, messages: Sequence[Message], screen: Sequence[Json], client: AsyncMongoClient[Document]
) -> dict[str, list[str]]:
    """Return the state as lists of lines, one list per place where state is kept."""
    names = Names(story, messages, screen)
    state = {"phone": [_shown(names, message) for message in screen if message["id"] not in story.again]}
    state |= _said(names) | _last_words(names)
    lines = await client["ispbot_tickets"]["lines"].find({"kind": "message"}).sort("seq").to_list()
    placed = [str(names.put(line["wa_id"])) for line in lines if names.is_named(line)]
    state["order of the archive"] = [place for place in placed if place != AGAIN]
    for database in sorted(await client.list_database_names()):
        if database in {"admin", "config", "local"}:
            continue
        for collection in sorted(await client[database].list_collection_names()):
            place = f"{database}.{collection}"
            if place in _NOT_OF_A_STORY:
                continue
            found = await client[database][collection].find().to_list()
            left_out = _LEFT_OUT_OF.get(place, set())
            state[place] = sorted(
                str(names.put({key: value for key, value in document.items() if key not in left_out}))
                for document in found
                if names.is_named(document)
            )
    return state


async def counted(client: AsyncMongoClient[Document]) -> Counter[str]:
    """Return the counters kept per day, summed up: how much a telling adds must never depend on what went wrong."""
    result: Counter[str] = Counter()
    async for day in client["ispbot_tickets"]["days"].find():
        result.update({what: day.get(what, 0) for what in ("opened", "closed")})
    async for day in client["ispbot_ai"]["ai_usage_daily"].find():
        result.update(day["kinds"])
    return result


def _shown(names: Names, message: Json) -> str:
    side = ">" if message["mine"] else "<"
    return f"{side} {names.put(message['id'])} {message['tick']} {names.put(_without_addresses(message['content']))}"


def _without_addresses(content: Json) -> Json:
    return {key: value for key, value in content.items() if key != "media"}


def _said(names: Names) -> dict[str, list[str]]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for message in names.mine:
        if isinstance(message, _OF_TICKS):
            continue
        body = message.model_dump(exclude={"id", "occurred_at", "correlation_id", "causation_id"})
        if isinstance(message, MessageArchived):
            line = _without_contact_of_events(body["message"])
            by_name["message_archived"].append(str(names.put({key: line[key] for key in _OF_A_LINE if key in line})))
        else:
            if isinstance(body.get("ticket"), dict):
                body["ticket"] = {key: one for key, one in body["ticket"].items() if key not in _OF_THE_MOMENT}
            cause = "" if message.causation_id is None else f" because of {names.put(message.causation_id)}"
            by_name[message.name].append(f"{names.put(message.id)}{cause} {names.put(body)}")
    # Lines of people and lines of events are archived side by side; the places of the messages are compared on their own.
    return {f"bus {name}": sorted(lines) if name == "message_archived" else lines for name, lines in by_name.items()}


def _without_contact_of_events(line: Json) -> Json:
    """Leave out under which name a line about a ticket is told: the two contacts of a story may be one by then. In the
    archive it is compared.
    """
    return {key: value for key, value in line.items() if key != "contact_id" or line["kind"] != "event"}


def _last_words(names: Names) -> dict[str, list[str]]:
    """Return what the bus last said about each tick, line and ticket."""
    ticks: dict[str, DeliveryStatus] = {}
    lines: dict[str, Json] = {}
    tickets: dict[str, TicketView] = {}
    for message in names.mine:
        if isinstance(message, ReceiptReceived):
            for wa_id in message.wa_ids:
                ticks[wa_id] = max(message.status, ticks.get(wa_id, message.status), key=_RANK.__getitem__)
        elif isinstance(message, (MessageArchived, MessageUpdated)):
            lines[message.message.message_id] = _without_contact_of_events(message.message.model_dump())
        elif isinstance(message, (TicketOpened, TicketTaken, TicketClosed, TicketUpdated)):
            known = tickets.get(message.ticket.ticket_id)
            if known is None or known.version <= message.ticket.version:
                tickets[message.ticket.ticket_id] = message.ticket
    return {
        "last word on ticks": sorted(f"{names.put(wa_id)} {status}" for wa_id, status in ticks.items()),
        "last word on lines": sorted(str(names.put(line)) for line in lines.values()),
        "last word on tickets": sorted(
            str(names.put(ticket.model_dump(exclude=_OF_THE_MOMENT))) for ticket in tickets.values()
        ),
    }


def differences(wanted: Mapping[str, list[str]], found: Mapping[str, list[str]]) -> list[str]:
    """Return how two states differ, one line each."""
    result: list[str] = []
    for place in sorted(wanted.keys() | found.keys()):
        here, there = wanted.get(place, []), found.get(place, [])
        if here == there:
            continue
        more = list((Counter(there) - Counter(here)).elements())
        less = list((Counter(here) - Counter(there)).elements())
        result.extend(f"{place}: {_parting(*pair)}" for pair in zip(less, more, strict=False))
        result.extend(f"{place}: only here: {line}" for line in more[len(less) :])
        result.extend(f"{place}: missing: {line}" for line in less[len(more) :])
        if not more and not less:
            result.append(f"{place}: another order: {there}")
    return result


def after_trying_again(state: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return what must be the same although the customer had to write *reintentar* on the way: not what was understood of
    a case, which comes from the customer's last words."""
    same = {place: lines for place, lines in state.items() if place in _ALWAYS_THE_SAME}
    return {place: [_UNDERSTOOD.sub("", line) for line in lines] for place, lines in same.items()}


def each_tried_once(state: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return what must be the same although the agent had to repeat a call: of the audit, which keeps every try and how
    far it came, what was tried at all."""
    tried = {", ".join(_TRIED.findall(line)) for line in state[_AUDIT]}
    return {**state, _AUDIT: sorted(tried)}


def _parting(wanted: str, found: str) -> str:
    """Show where two lines part."""
    same = next((at for at, (one, other) in enumerate(zip(wanted, found, strict=False)) if one != other), 0)
    span = slice(max(0, same - _SHOWN), same + _SHOWN)
    return f"wanted …{wanted[span]}… found …{found[span]}…"
