"""One customer's phone, as a test holds it."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ispbot_sims.wa_network.client.network import WaNetworkClient

Json = dict[str, Any]
TickName = Literal["pending", "sent", "delivered", "read", "played"]
_ORDER: tuple[TickName, ...] = ("pending", "sent", "delivered", "read", "played")


class NotSeen(AssertionError):
    """What was expected on a phone did not come in time; the message lists what came."""


@dataclass(slots=True, frozen=True)
class Seen:
    """A message on a phone's screen. ``at`` is when this client heard of it (seconds since 1970)."""

    id: str
    text: str
    content: Json
    author: str
    ts_ms: int
    media_url: str | None
    quoted_id: str | None
    at: float
    raw: Json = field(repr=False)

    @property
    def kind(self) -> str:
        """The kind of its content."""
        return str(self.content["kind"])


@dataclass(slots=True, frozen=True)
class Tick:
    """A tick under one of the phone's own messages. ``at`` is when this client heard of it."""

    phone: str
    id: str
    tick: TickName
    at_ms: int
    at: float


def seen(view: Json) -> Seen:
    """Read a message of the API."""
    content = view["content"]
    return Seen(
        id=view["id"],
        text=content.get("text") or content.get("caption") or "",
        content=content,
        author=view["author"]["number"],
        ts_ms=view["ts_ms"],
        media_url=view["media_url"],
        quoted_id=(view["quoted"] or {}).get("message_id"),
        at=time.time(),
        raw=view,
    )


class PhoneClient:
    """Writes from a phone and waits for what comes to it."""

    def __init__(self, network: "WaNetworkClient", number: str) -> None:
        self.number = number
        self._network = network
        self._inbox: list[Seen] = []
        self._unread_from = 0
        self._ticks: dict[str, TickName] = {}
        self._typing: str | None = None
        self._news = asyncio.Event()

    # --- what it does

    async def say(self, text: str, **extra: Any) -> str:
        """Write a text and return its message id. ``extra``: to, quoted_id, mentioned, id."""
        return await self._post({"text": text, **extra})

    async def send(self, content: Json, **extra: Any) -> str:
        """Send any content of the wire and return its message id."""
        return await self._post({"content": content, **extra})

    async def send_file(
        self, data: bytes, mime: str, *, kind: str, caption: str | None = None, name: str | None = None, **fields: Any
    ) -> str:
        """Send a picture, video, audio (``ptt=True`` for a voice note), document or sticker."""
        media = await self._network.upload(data, mime)
        content = {"kind": kind, "media": media, "caption": caption, "file_name": name, **fields}
        return await self.send({name: value for name, value in content.items() if value is not None})

    async def send_location(self, latitude: float, longitude: float) -> str:
        """Send a place."""
        return await self.send({"kind": "location", "latitude": latitude, "longitude": longitude})

    async def react(self, message_id: str, emoji: str) -> str:
        """React to a message; an empty emoji takes it off."""
        return await self.send({"kind": "reaction", "target_id": message_id, "emoji": emoji})

    async def edit(self, message_id: str, text: str) -> str:
        """Change the words of an own message."""
        return await self.send({"kind": "edit", "target_id": message_id, "text": text})

    async def delete(self, message_id: str) -> str:
        """Delete an own message for everyone."""
        return await self.send({"kind": "revoke", "target_id": message_id})

    async def read(self, *ids: str) -> int:
        """Read the chat (or only ``ids``): blue ticks for the company. Return how many were news."""
        answer: Json = await self._network.post(f"/api/phones/{self.number}/read", {"ids": list(ids) or None})
        return int(answer["read"])

    async def type(self, state: str = "composing") -> None:
        """Show "escribiendo" to the company."""
        await self._network.post(f"/api/phones/{self.number}/typing", {"state": state})

    async def configure(self, **fields: Any) -> Json:
        """Create or change the phone: name, story, hide_number, by_phone, online, auto_read, saved."""
        answer: Json = await self._network.post("/api/phones", {"number": self.number, **fields})
        return answer

    async def screen(self, to: str | None = None) -> list[Json]:
        """The whole chat as the phone shows it, oldest first."""
        params = {"to": to} if to else {}
        answer: list[Json] = await self._network.get(f"/api/phones/{self.number}/chat", **params)
        return answer

    async def statuses(self) -> list[Json]:
        """The estados this phone sees now."""
        accounts: list[Json] = await self._network.get(f"/api/phones/{self.number}/statuses")
        return [status for account in accounts for status in account["statuses"]]

    # --- what it sees

    async def expect(self, wanted: str | Callable[[Seen], bool] | None = None, *, timeout_s: float = 10.0) -> Seen:
        """Wait for the next message to this phone that fits; earlier ones that do not fit are passed over.

        ``wanted``: a piece of its text, a test, or None for any message.

        Raises:
            NotSeen: nothing fitting came in time.
        """
        start = self._unread_from
        fits = _test(wanted)

        def found() -> bool:
            while self._unread_from < len(self._inbox):
                self._unread_from += 1
                if fits(self._inbox[self._unread_from - 1]):
                    return True
            return False

        if not await self._until(found, timeout_s):
            came = [message.text or message.kind for message in self._inbox[start:]]
            raise NotSeen(f"{self.number} waited {timeout_s} s for {wanted!r}; what came: {came}")
        return self._inbox[self._unread_from - 1]

    async def expect_tick(self, message_id: str, tick: TickName, *, timeout_s: float = 10.0) -> TickName:
        """Wait until one of its own messages has at least that tick.

        Raises:
            NotSeen: it did not get there in time.
        """
        least = _ORDER.index(tick)
        if not await self._until(lambda: _ORDER.index(self._ticks.get(message_id, "pending")) >= least, timeout_s):
            raise NotSeen(f"{message_id} is {self._ticks.get(message_id)}, not {tick}")
        return self._ticks[message_id]

    async def expect_typing(self, state: str = "composing", *, timeout_s: float = 10.0) -> None:
        """Wait until the company is shown typing (or stops).

        Raises:
            NotSeen: it was not shown in time.
        """
        if not await self._until(lambda: self._typing == state, timeout_s):
            raise NotSeen(f"{self.number} did not see {state}")

    @property
    def inbox(self) -> list[Seen]:
        """Everything that came since this client started."""
        return list(self._inbox)

    def hear(self, event: Json) -> None:
        """Take an event of the stream (called by the network client)."""
        match event["type"]:
            case "message" if not event["message"]["mine"]:
                self._inbox.append(seen(event["message"]))
            case "message":
                self._ticks[event["message"]["id"]] = event["message"]["tick"]
            case "receipt":
                self._ticks[event["id"]] = event["tick"]
            case "typing":
                self._typing = event["state"]
            case _:
                return
        self._news.set()

    async def _until(self, done: Callable[[], bool], timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                while not done():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def _post(self, body: Json) -> str:
        answer: Json = await self._network.post(f"/api/phones/{self.number}/messages", body)
        return str(answer["id"])


def _test(wanted: str | Callable[[Seen], bool] | None) -> Callable[[Seen], bool]:
    if wanted is None:
        return lambda _: True
    if isinstance(wanted, str):
        piece = wanted.casefold()
        return lambda message: piece in message.text.casefold()
    return wanted
