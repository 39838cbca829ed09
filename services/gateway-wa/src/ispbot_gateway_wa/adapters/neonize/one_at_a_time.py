"""One send at a time goes into the library, and one that was given up keeps its place until the library lets it go.

Why: whatsmeow serialises sends with a lock of its own that it takes before it writes down the mark of a message (what
``find_sent`` looks for) and holds until the answer, or 75 s. A second send would wait in there unmarked and leave whenever
its turn came, after we had given it up, found no mark and sent it again.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ispbot_gateway_wa.failures import NotConnected, SendUnknown

_ANSWER_LIMIT_S = 50.0
"""For turn and answer together, below the limit of a handler (60 s); the library itself gives up after 75 s."""
_TURN_LIMIT_S = 20.0

ResultT = TypeVar("ResultT")


class OneAtATime:
    """The library's only way out."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._inside: dict[str, asyncio.Task[Any]] = {}

    def inside(self, key: str) -> bool:
        """Tell whether a send with this key is in the library now: nobody knows yet whether it leaves."""
        return key in self._inside

    async def send(self, key: str, work: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
        """Return what ``work`` returns, once those before it have landed.

        Raises NotConnected when its turn does not come in time (``work`` was not begun), SendUnknown when no answer does
        (``work`` goes on), and what ``work`` raises.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + _ANSWER_LIMIT_S
        try:
            async with asyncio.timeout(_TURN_LIMIT_S):
                await self._lock.acquire()
        except TimeoutError as error:
            raise NotConnected("the library is still busy with the send before it") from error
        call = self._inside[key] = asyncio.create_task(work())
        call.add_done_callback(lambda _: self._landed(key))  # also when its caller is gone
        try:
            async with asyncio.timeout_at(until):
                return await asyncio.shield(call)
        except TimeoutError as error:
            raise SendUnknown(f"no answer within {_ANSWER_LIMIT_S:.0f} s") from error

    def _landed(self, key: str) -> None:
        call = self._inside.pop(key)
        if not call.cancelled():
            call.exception()  # told to whoever waits; nobody may
        self._lock.release()
