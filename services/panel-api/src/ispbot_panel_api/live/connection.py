"""One browser's live socket: a bounded queue of events, the latest state of everything else, and when to give up."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fastapi import WebSocket, WebSocketDisconnect
from prometheus_client import Counter
from pydantic import ValidationError

from ispbot_panel_api.auth.sessions import Staff
from ispbot_panel_api.live.models import CloseCode, PingFrame
from ispbot_panel_api.live.ring import Entry
from ispbot_panel_api.live.told import Part
from ispbot_panel_api.users.store import User

ENDED = Counter("ispbot_panel_live_sockets_ended_total", "Live sockets ended by the server, and why.", ["why"])

PING_EVERY_S = 20
SILENT_AFTER_S = 70.0
QUEUE_LIMIT = 500
_STATES_LIMIT = 100
_FRAME_LIMIT = 1024
_CLOSE_LIMIT_S = 2.0
_PONG = '{"type":"pong","cursor":null}'

PartsOf = Callable[[Entry, User], Awaitable[list[Part] | None]]
"""What a person hears of an event; None when it is not known now whether they may."""


class Connection:
    """Writes frames in order; never holds more than a bounded amount for a browser that does not read."""

    def __init__(self, socket: WebSocket, staff: Staff, parts_of: PartsOf) -> None:
        self.staff = staff
        self._socket = socket
        self._parts_of = parts_of
        self._events: deque[Entry] = deque()
        self._states: dict[str, str] = {}
        self._news = asyncio.Event()
        self._ended = asyncio.Event()
        self._code = CloseCode.SILENT
        self._cursor = 0

    @property
    def user(self) -> User:
        """Whose browser this is."""
        return self.staff.user

    def offer(self, entry: Entry) -> None:
        """Queue an event; a browser that is too far behind is cut (it comes back with its cursor)."""
        if len(self._events) >= QUEUE_LIMIT:
            self.end(CloseCode.SLOW_BROWSER)
            return
        self._events.append(entry)
        self._news.set()

    def show(self, key: str, frame: str) -> None:
        """Set the latest state of something; an unsent earlier one is replaced."""
        if key in self._states or len(self._states) < _STATES_LIMIT:
            self._states[key] = frame
            self._news.set()

    def end(self, code: CloseCode) -> None:
        """End this connection with a close code."""
        if not self._ended.is_set():
            self._code = code
            self._ended.set()
            ENDED.labels(code.name.lower()).inc()

    async def serve(self, opening: list[str], missed: list[Entry], cursor: int) -> None:
        """Send the opening frames, what was missed, and then what happens, until either side ends it."""
        self._cursor = cursor
        works = [
            asyncio.create_task(work)
            for work in (self._read(), self._write(opening, missed), self._ended.wait())
        ]  # fmt: skip
        try:
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for work in works:
                work.cancel()
            results = await asyncio.gather(*works, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
                raise result
        with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):  # the browser may have gone first
            async with asyncio.timeout(_CLOSE_LIMIT_S):
                await self._socket.close(int(self._code))

    async def _read(self) -> None:
        while True:
            try:
                async with asyncio.timeout(SILENT_AFTER_S):
                    text = await self._socket.receive_text()
                PingFrame.model_validate_json(text[:_FRAME_LIMIT])
            except TimeoutError:
                return self.end(CloseCode.SILENT)
            except (ValidationError, KeyError):  # KeyError: a binary frame
                return self.end(CloseCode.BAD_FRAME)
            self.show("pong", _PONG)

    async def _write(self, opening: list[str], missed: list[Entry]) -> None:
        for frame in opening:
            await self._socket.send_text(frame)
        for entry in missed:
            await self._tell(entry)
        while True:
            await self._news.wait()
            self._news.clear()
            while self._events:
                await self._tell(self._events.popleft())
            states, self._states = self._states, {}
            for frame in states.values():
                await self._socket.send_text(frame)

    async def _tell(self, entry: Entry) -> None:
        parts = await self._parts_of(entry, self.user)
        if parts is None:
            await self._socket.send_text(reset_frame("too_old"))
            parts = []
        for part in parts[:-1]:
            await self._socket.send_text(part.frame(self._cursor))
        self._cursor = entry.seq
        if parts:
            await self._socket.send_text(parts[-1].frame(entry.seq))


def reset_frame(reason: str) -> str:
    """Return the frame that makes the browser read everything anew."""
    return Part("reset", f'{{"reason":"{reason}"}}').frame(None)
