"""How the library's Go functions are called: in daemon threads, side by side, but connect and stop alone.

Why: an unpaired ``Neonize()`` never returns, so a normal thread would keep the process from ending; and a connect or stop
beside any other call ends the process with "concurrent map read and map write" (facts: neonize, sections 2, 3 and 5).
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

IN_FLIGHT_LIMIT_S = 80.0
_LAST_LIMIT_S = 5.0
"""At the end of the process, which is given 20 s. What hangs has long entered the library, so a stop beside it is safe."""
_SESSION = "Neonize"


def in_daemon_thread(function: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
    """Run a blocking function in a thread that never keeps the process from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    def run() -> None:
        result, failure = None, None
        try:
            result = function(*args)
        except BaseException as error:  # noqa: BLE001 - carried to whoever waits, in the other thread
            failure = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name=f"neonize-{getattr(function, '__name__', 'call')}", daemon=True).start()
    return future


class Ffi:
    """Stands in for the library's own caller (``_NewAClient__client``): every attribute is an async Go function."""

    def __init__(self, gocode: Any) -> None:
        self._gocode = gocode
        self._turnstile = asyncio.Lock()
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._session: asyncio.Future[Any] | None = None
        self._wait: asyncio.Timeout | None = None
        self._hurried = False

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def call(*args: Any) -> Any:
            if name == _SESSION:  # blocks for the whole session; started while ``alone`` is held
                self._session = in_daemon_thread(getattr(self._gocode, name), *args)
                return await self._session
            return await self._beside_others(getattr(self._gocode, name), *args)

        return call

    async def _beside_others(self, function: Callable[..., Any], *args: Any) -> Any:
        async with self._turnstile:
            self._in_flight += 1
            self._idle.clear()
        future = in_daemon_thread(function, *args)
        future.add_done_callback(self._landed)  # when the thread is done, even if its caller gave up
        return await asyncio.shield(future)

    def _landed(self, future: asyncio.Future[Any]) -> None:
        if not future.cancelled():
            future.exception()
        self._in_flight -= 1
        if self._in_flight == 0:
            self._idle.set()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Hold every other call off, after those in flight have landed."""
        async with self._turnstile:
            try:
                async with asyncio.timeout(_LAST_LIMIT_S if self._hurried else IN_FLIGHT_LIMIT_S) as self._wait:
                    await self._idle.wait()
            except TimeoutError:
                log.error("library_calls_hang", in_flight=self._in_flight)
            finally:
                self._wait = None
            yield

    def hurry(self) -> None:
        """The process ends: calls in flight are waited for a few seconds only, from now on and where it waits already."""
        self._hurried = True
        if self._wait is not None:
            self._wait.reschedule(asyncio.get_running_loop().time() + _LAST_LIMIT_S)

    async def stop(self, uuid: bytes) -> None:
        """Stop a session; call inside ``alone``. An unpaired one leaves its thread behind (about 0.6 MB)."""
        await in_daemon_thread(self._gocode.Stop, uuid)
        session, self._session = self._session, None
        if session is not None and not session.done():
            session.set_result(b"")
