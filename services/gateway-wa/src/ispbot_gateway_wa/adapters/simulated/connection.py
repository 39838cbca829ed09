"""One connection to the simulated network: frames in order, questions with their answers."""

import asyncio
import itertools
import json
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from ispbot_gateway_wa.adapters.simulated.read import Frame
from ispbot_gateway_wa.failures import NotConnected, SendUnknown
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)


class Connection:
    """Reads until the socket closes; an answer goes to whoever asked, everything else to ``on_frame``."""

    def __init__(self, socket: ClientConnection, on_frame: Callable[[Frame], None]) -> None:
        self._socket = socket
        self._on_frame = on_frame
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._numbers = itertools.count(1)

    async def read(self) -> None:
        """Run until the socket closes."""
        try:
            async for raw in self._socket:
                self._dispatch(json.loads(raw))
        except ConnectionClosed as closed:
            log.debug("link_socket_closed", reason=str(closed))
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(SendUnknown("the connection was lost before the answer"))

    def _dispatch(self, frame: Frame) -> None:
        waiting = self._waiting.get(frame.get("req_id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(frame)
        elif "req_id" not in frame:
            self._on_frame(frame)

    async def tell(self, frame: Frame) -> None:
        """Send a frame that has no answer. Raises NotConnected."""
        try:
            await self._socket.send(json.dumps(frame))
        except ConnectionClosed as closed:
            raise NotConnected("the connection is gone") from closed

    async def ask(self, frame: Frame, *, limit_s: float) -> Frame:
        """Send a frame and return its answer. Raises NotConnected (never left) or SendUnknown (no answer)."""
        req_id = str(next(self._numbers))
        waiting: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = waiting
        try:
            await self.tell({**frame, "req_id": req_id})
            return await asyncio.wait_for(waiting, limit_s)
        except TimeoutError as error:
            raise SendUnknown(f"no answer within {limit_s:.0f} s") from error
        finally:
            del self._waiting[req_id]
            if waiting.done() and not waiting.cancelled():
                waiting.exception()  # the answer may have failed after we stopped waiting

    async def close(self) -> None:
        """Close the socket."""
        with suppress(ConnectionClosed):
            await self._socket.close()
