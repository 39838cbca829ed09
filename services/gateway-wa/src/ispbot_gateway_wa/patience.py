"""Work that nobody would bring again: repeated until the database or the bus is back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nats.errors import Error as NatsError
from pymongo.errors import ConnectionFailure

from ispbot_runtime.errors import Unavailable
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_FIRST_S = 0.25
_CAP_S = 5.0

ResultT = TypeVar("ResultT")


async def patiently(what: str, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Return what ``work`` returns; while a neighbour is away it is done again from its start (it must stand that)."""
    pause = _FIRST_S
    while True:
        try:
            return await work()
        except (ConnectionFailure, NatsError, Unavailable) as error:
            log.warning("neighbour_away", work=what, reason=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(_CAP_S, pause * 2)
