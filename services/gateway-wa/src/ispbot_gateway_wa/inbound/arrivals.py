"""Takes what the link brings, in order per chat, and gives it to the bus before the network may forget it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from cachetools import LRUCache

from ispbot_contracts.base import Message
from ispbot_contracts.content import Content
from ispbot_contracts.whatsapp import MessageReceived, TypingSeen, group_contact_id
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.attention import Attention
from ispbot_gateway_wa.contacts import Contacts
from ispbot_gateway_wa.domain.addresses import kind_of
from ispbot_gateway_wa.domain.contacts import Contact
from ispbot_gateway_wa.failures import NotConnected
from ispbot_gateway_wa.inbound.aside import Aside, told
from ispbot_gateway_wa.inbound.intake import Intake
from ispbot_gateway_wa.inbound.media import MediaFetcher
from ispbot_gateway_wa.inbound.normalise import direct_event, group_event, person_of, receipt_event
from ispbot_gateway_wa.inbound.ticks import Ticks
from ispbot_gateway_wa.lanes import Lanes
from ispbot_gateway_wa.patience import patiently
from ispbot_gateway_wa.ports import Arrival, GroupSeen, MessageIn, ReceiptIn, Said, Skipped, TypingIn, WhatsAppTransport
from ispbot_runtime.bus import Bus
from ispbot_runtime.logs import get_logger
from ispbot_runtime.parking import FailedTry

log = get_logger(__name__)

AT_ONCE = 64
_PAUSES_S = (0.5, 2.0, 5.0, 15.0)
_UNREAD_CHATS = 5000
_UNREAD_PER_CHAT = 50

OneT = TypeVar("OneT", MessageIn, ReceiptIn, GroupSeen)
Emit = Callable[[Message], Awaitable[None]]
OnReceipt = Callable[[ReceiptIn], Awaitable[None]]


class Unread:
    """Which messages of a chat still lack their blue ticks (a hint: lost on restart without harm)."""

    def __init__(self) -> None:
        self._chats: LRUCache[str, deque[tuple[str, str]]] = LRUCache(_UNREAD_CHATS)

    def add(self, chat: str, sender: str, wa_id: str) -> None:
        """Note a message that arrived."""
        self._chats.setdefault(chat, deque(maxlen=_UNREAD_PER_CHAT)).append((sender, wa_id))

    def take(self, chat: str) -> dict[str, list[str]]:
        """Return the unread ids by sender and forget them."""
        by_sender: dict[str, list[str]] = {}
        for sender, wa_id in self._chats.pop(chat, ()):
            by_sender.setdefault(sender, []).append(wa_id)
        return by_sender


class Arrivals:
    """One term's way in."""

    def __init__(
        self, *, bus: Bus, transport: WhatsAppTransport, intake: Intake, contacts: Contacts, media: MediaFetcher,
        unread: Unread, attention: Attention, aside: Aside, emit: Emit, on_receipt: OnReceipt,
    ) -> None:  # fmt: skip
        self._bus = bus
        self._transport = transport
        self._intake = intake
        self._contacts = contacts
        self._media = media
        self._unread = unread
        self._attention = attention
        self._aside = aside
        self._emit = emit
        self._on_receipt = on_receipt
        self._ticks = Ticks()
        self._group_names: dict[str, str] = {}
        self.account = ""
        """The linked number: part of every message's id."""
        self.lanes = Lanes(AT_ONCE)

    def arrived(self, arrival: Arrival) -> None:
        """Put an arrival on its chat's lane; never waits."""
        match arrival:
            case MessageIn():
                self._put(arrival.chat, arrival, self._message)
            case ReceiptIn():
                self._put(arrival.chat, arrival, self._receipt)
            case TypingIn():
                self.lanes.put(arrival.chat, lambda: patiently("typing", lambda: self._typing(arrival)))
            case GroupSeen():
                self._put(arrival.address, arrival, self._group_seen)
            case Skipped(token=token):
                self.lanes.put("", lambda: self._take(token))
        metrics.ARRIVALS_WAITING.set(self.lanes.waiting)

    def _put(self, lane: str, arrival: OneT, handle: Callable[[OneT], Awaitable[None]]) -> None:
        async def work() -> None:
            if await self._settled(arrival, handle):
                await self._take(arrival.token)

        self.lanes.put(lane, work)

    async def _settled(self, arrival: OneT, handle: Callable[[OneT], Awaitable[None]]) -> bool:
        """Handle an arrival, or set it aside after a few tries: one odd message must not stop the others, nor come for ever.

        Returns False when it is neither: it stays where it is kept until the next term.
        """
        tries: list[FailedTry] = []
        while True:
            try:
                await patiently("arrival", lambda: handle(arrival))
            except Exception as error:  # the link's edge of the process: a bug is retried, then set aside
                tries.append(FailedTry.now(self._bus.instance, told(error)))
                log.error("arrival_failed", arrival=type(arrival).__name__, failures=len(tries), exc_info=error)
            else:
                return True
            if len(tries) > len(_PAUSES_S):
                return await self._aside.keep(replace(arrival, token=None), tries)
            await asyncio.sleep(_PAUSES_S[len(tries) - 1])

    async def _take(self, token: int | None) -> None:
        if token is not None:
            await self._intake.taken((token,))
        metrics.ARRIVALS_WAITING.set(self.lanes.waiting)

    # -- messages -----------------------------------------------------------------------------------------------------

    async def _message(self, message: MessageIn) -> None:
        match kind_of(message.chat):
            case "lid" | "phone":
                if not message.from_me:
                    self._attention.asked(message.chat)
                event = direct_event(message.account or self.account, message, await self._customer(message))
            case "group":
                name = await self._group_name(message.chat)
                event = group_event(message.account or self.account, message, group_contact_id(message.chat), name)
            case "other":
                metrics.IGNORED.labels("not_a_chat").inc()
                return
        await self._emit(event)
        metrics.IN.labels(_kind(message)).inc()
        if isinstance(event, MessageReceived):
            await self._after(message, event)

    async def _after(self, message: MessageIn, event: MessageReceived) -> None:
        if not message.from_me:
            self._unread.add(message.chat, message.sender, message.wa_id)
        if isinstance(message.body, Said) and message.body.remote is not None:
            await self._media.owe(event, message.body.remote)

    async def _customer(self, message: MessageIn) -> Contact:
        address, alt = person_of(message)
        if alt is None and kind_of(address) == "lid" and self._contacts.cached(address) is None:
            alt = await self._phone_of(address)
        wrote = not message.from_me
        return await self._contacts.resolve(
            address, alt, name=message.push_name if wrote else None, wrote_from=address if wrote else None
        )

    async def _phone_of(self, lid: str) -> str | None:
        try:
            return await self._transport.phone_of(lid)
        except NotConnected:
            return None  # it is told with a later message

    # -- the rest -----------------------------------------------------------------------------------------------------

    async def _receipt(self, receipt: ReceiptIn) -> None:
        await self._on_receipt(receipt)
        news = self._ticks.news(receipt)
        if news is None:
            metrics.IGNORED.labels("receipt_repeated").inc()
            return
        if kind_of(receipt.chat) == "group":
            contact_id = group_contact_id(receipt.chat)
        else:
            contact = await self._contacts.find(receipt.chat)
            if contact is None:
                metrics.IGNORED.labels("receipt_of_unknown").inc()
                return
            contact_id = contact.contact_id
        await self._emit(receipt_event(receipt.account or self.account, news, contact_id))
        self._ticks.told(news)
        metrics.RECEIPTS.labels(receipt.status).inc()

    async def _typing(self, hint: TypingIn) -> None:
        contact = await self._contacts.find(hint.chat) if kind_of(hint.chat) in {"lid", "phone"} else None
        if contact is not None:
            await self._bus.hint(TypingSeen(contact_id=contact.contact_id, typing=hint.typing))

    async def _group_seen(self, group: GroupSeen) -> None:
        self._group_names[group.address] = group.name

    async def _group_name(self, address: str) -> str | None:
        if address not in self._group_names:
            try:
                self._group_names |= {group.address: group.name for group in await self._transport.groups()}
            except NotConnected:
                return None
            self._group_names.setdefault(address, "")
        return self._group_names[address] or None


def _kind(message: MessageIn) -> str:
    body = message.body
    content: Content | None = body.content if isinstance(body, Said) else None
    return content.kind if content is not None else type(body).__name__.lower()
