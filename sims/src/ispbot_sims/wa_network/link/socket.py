"""A device's WebSocket with one writer: passing frames first, then kept deliveries in order."""

import asyncio
from collections import deque
from collections.abc import Callable

from pydantic_core import to_json
from starlette.websockets import WebSocket, WebSocketDisconnect

from ispbot_sims.wa_network.core.deliveries import DeviceQueue
from ispbot_sims.wa_network.core.entities import Json


class LinkSocket:
    """Writes frames in order and ends the connection once. Implements ``core.links.Link``."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._is_silent: Callable[[], bool] = lambda: False
        self._out: deque[Json] = deque()
        self._wake = asyncio.Event()
        self._close_code: int | None = None

    def push(self, frame: Json) -> None:
        """Write a frame that is not kept."""
        self._out.append(frame)
        self._wake.set()

    def end(self, close_code: int, frame: Json | None = None) -> None:
        """Write a last frame and close."""
        if self._close_code is None:
            self._out.clear()
            if frame is not None:
                self._out.append(frame)
            self._close_code = close_code
            self._wake.set()

    def ring(self) -> None:
        """There may be something to write."""
        self._wake.set()

    def silent_while(self, is_silent: Callable[[], bool]) -> None:
        """Answer pings and nothing else while ``is_silent`` says so."""
        self._is_silent = is_silent

    def is_silent(self) -> bool:
        """Tell whether only pings are answered now."""
        return self._is_silent()

    def fall_silent(self) -> None:
        """Answer pings and nothing else until the connection ends."""
        self._is_silent = lambda: True

    @property
    def ending(self) -> bool:
        """No more frames are taken from the device."""
        return self._close_code is not None

    async def write_all(self, queue: DeviceQueue | None) -> None:
        """Write until the connection ends. ``queue`` gives the deliveries of a logged-in device."""
        waited = queue.attach(self.ring) if queue is not None else 0
        caught_up = queue is None
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._drain()
                if self._close_code is not None:
                    await self._websocket.close(self._close_code)
                    return
                while queue is not None and not self.is_silent() and not self.ending:
                    if not caught_up and queue.next_is_live():
                        caught_up = True
                        await self._write({"t": "offline_done", "count": waited})
                    frame = queue.next_frame()
                    if frame is None:
                        break
                    await self._write(frame)
                    await self._drain()  # an ack is never overtaken by the receipts of the same message
                if self._out or self.ending:
                    self._wake.set()
        except (WebSocketDisconnect, RuntimeError):
            return  # the device went away while we wrote: its deliveries wait for the next login
        finally:
            if queue is not None:
                queue.detach(self.ring)

    async def _drain(self) -> None:
        while self._out:
            await self._write(self._out.popleft())

    async def _write(self, frame: Json) -> None:
        await self._websocket.send_text(to_json(frame).decode())
