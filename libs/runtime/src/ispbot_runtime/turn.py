"""Order across two keys: a message that ends another key waits until the consumer is done with that key.

Partitions do not wait for each other, so the last message of a contact that was merged away could be handled after the
next one of the contact that took it over. It only ever waits for messages that stand before it in the stream, so two
consumers' partitions never wait for each other in a circle.
"""

import asyncio
from collections.abc import Sequence

from nats.js import JetStreamContext, api
from nats.js.errors import NotFoundError

from ispbot_contracts.base import Message
from ispbot_runtime.errors import Retryable

_LOOK_AGAIN_S = 0.2


class Turn:
    """Knows how far one consumer in partitions is with a key."""

    def __init__(self, js: JetStreamContext, *, stream: str, durable: str, filters: Sequence[str]) -> None:
        self._js, self._stream, self._durable, self._filters = js, stream, durable, filters

    async def wait(self, message: Message, sequence: int) -> None:
        """Return when it is the turn of ``message``, stored at ``sequence``. Raises Retryable when it is not yet."""
        if message.after_field is None:
            return
        key = str(getattr(message, message.after_field))
        found = await asyncio.gather(*(self._last(subject, key) for subject in self._filters))
        last = max((each for each in found if each is not None), default=None)
        if last is not None and not await self._is_done(*last, before=sequence):
            raise Retryable(f"{message.name}: messages of {key} are still to be handled", delay_s=_LOOK_AGAIN_S)

    async def _last(self, subject: str, key: str) -> tuple[int, str] | None:
        """Return the position and the partition of the last message of a key, asked of the stream's leader."""
        try:
            found = await self._js.get_last_msg(self._stream, subject.removesuffix("*") + key)
        except NotFoundError:
            return None
        return found.seq or 0, (found.subject or "").split(".")[-2]

    async def _is_done(self, last: int, partition: str, *, before: int) -> bool:
        """One message is in flight per partition: one behind ``before`` in flight means that all before it are done."""
        info = await self._js.consumer_info(self._stream, f"{self._durable}-p{partition}")
        return _sequence(info.ack_floor) >= last or _sequence(info.delivered) > before


def _sequence(info: api.SequenceInfo | None) -> int:
    return (info.stream_seq or 0) if info is not None else 0
