"""Everything that was said on the bus since a run began, kept in the order of the streams."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig, DeliverPolicy

from ispbot_contracts.base import Message
from ispbot_contracts.catalogue import message_type
from ispbot_contracts.streams import STREAMS
from ispbot_runtime.bus import Bus

_LOOK_S = 0.05
Found = TypeVar("Found")
MessageT = TypeVar("MessageT", bound=Message)


class NotHappened(Exception):
    """What a story waited for did not come; the text says what."""


class Record:
    """Follows all streams from now on."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._by_stream: dict[str, list[Message]] = {spec.name: [] for spec in STREAMS}

    async def start(self) -> None:
        """Begin to follow."""
        for spec in STREAMS:
            last = (await self._bus.js.stream_info(spec.name)).state.last_seq
            await self._bus.js.subscribe(
                ">", stream=spec.name, ordered_consumer=True, cb=self._keeper(self._by_stream[spec.name]),
                config=ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=last + 1),
            )  # fmt: skip

    @staticmethod
    def _keeper(kept: list[Message]) -> Callable[[Msg], Awaitable[None]]:
        async def keep(msg: Msg) -> None:
            kind = message_type(msg.subject)
            if kind is not None:
                kept.append(kind.model_validate_json(msg.data))

        return keep

    def messages(self) -> list[Message]:
        """Return what was said, stream by stream; the same id twice is one message."""
        return list({each.id: each for said in self._by_stream.values() for each in reversed(said)}.values())[::-1]

    def of(self, kind: type[MessageT]) -> list[MessageT]:
        """Return the messages of a type, oldest first."""
        return [each for each in self.messages() if isinstance(each, kind)]


async def until(look: Callable[[], Awaitable[Found | None]], what: str, *, limit_s: float) -> Found:
    """Look until something is found and return it. Raises NotHappened."""
    async with asyncio.timeout(limit_s + 30):
        deadline = asyncio.get_running_loop().time() + limit_s
        while asyncio.get_running_loop().time() < deadline:
            found = await look()
            if found:
                return found
            await asyncio.sleep(_LOOK_S)
    raise NotHappened(f"{what} did not happen within {limit_s:.0f} s")
