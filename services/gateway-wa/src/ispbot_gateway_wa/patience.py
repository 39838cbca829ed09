"""Work that nobody would bring again: repeated until the database and the bus take it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nats.errors import BadHeaderError, BadSubjectError, MaxPayloadError
from nats.errors import Error as NatsError
from pymongo.errors import PyMongoError

from ispbot_runtime.errors import Retryable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import is_of_the_server

log = get_logger(__name__)

_FIRST_S = 0.25
_CAP_S = 5.0
_NEVER = (MaxPayloadError, BadSubjectError, BadHeaderError)
"""What the bus raises of a message that no waiting cures."""

ResultT = TypeVar("ResultT")


async def patiently(what: str, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Return what ``work`` returns; while a neighbour is away or full, or whenever the work says that it may succeed later
    (any Retryable), it is done again from its start (it must stand that).

    Raises what no waiting cures: the error is of the work itself.
    """
    pause = _FIRST_S
    while True:
        try:
            return await work()
        except (PyMongoError, NatsError, Retryable) as error:
            if isinstance(error, _NEVER) or (isinstance(error, PyMongoError) and not is_of_the_server(error)):
                raise
            log.warning("work_tried_again", work=what, reason=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(_CAP_S, pause * 2)
