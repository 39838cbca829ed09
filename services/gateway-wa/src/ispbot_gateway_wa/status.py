"""The present state of the link: in the ``wa_session`` bucket for whoever looks, and as events without the QR."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError
from pydantic import ValidationError

from ispbot_contracts.base import derive_id
from ispbot_contracts.streams import SESSION_BUCKET
from ispbot_contracts.whatsapp import SessionChanged, SessionStatus
from ispbot_gateway_wa.domain.link import Link
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

SLOT = "main"
_RETRY_S = 0.5
_KEPT = 64
"""While the bus is away the oldest states are forgotten: the last one is what counts."""


class _Stored(SessionStatus):
    """The state with its writer's fencing number: a holder that was held up never overwrites a later one's."""

    fence: int = 0


async def stored_status(bus: Bus) -> SessionStatus | None:
    """Return the last state anybody wrote, None when there is none."""
    bucket = await bus.js.key_value(SESSION_BUCKET)
    with suppress(KeyNotFoundError):
        entry = await bucket.get(SLOT)
        try:
            return SessionStatus.model_validate_json(entry.value or b"")
        except ValidationError as error:
            log.warning("stored_status_unreadable", reason=str(error.error_count()))
    return None


@dataclass(frozen=True)
class _Fact:
    status: SessionStatus
    number: int


class StatusBoard:
    """Writes each new state in order, without ever holding up the link."""

    def __init__(self, bus: Bus, *, holder: str, fence: int) -> None:
        self._bus = bus
        self._holder = holder
        self._fence = fence
        self._waiting: deque[_Fact] = deque(maxlen=_KEPT)
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._number = 0
        self._last_told: SessionStatus | None = None

    def show(self, link: Link) -> None:
        """Queue a state to be written."""
        status = SessionStatus(
            slot=SLOT, state=link.state, since=link.since, reason=link.reason, qr=link.qr, pair_code=link.pair_code,
            account=link.account, banned_until=link.banned_until, holder=self._holder,
        )  # fmt: skip
        self._number += 1
        self._waiting.append(_Fact(status, self._number))
        self._idle.clear()
        self._news.set()

    async def run(self) -> None:
        """Run for the life of the term."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                await self._write(self._waiting.popleft())
            self._idle.set()

    async def flush(self, *, limit_s: float) -> None:
        """Wait until everything is written, not longer than ``limit_s``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._idle.wait()

    async def _write(self, fact: _Fact) -> None:
        while True:
            try:
                if await self._stored(fact.status):
                    await self._tell(fact)
            except (NatsError, Unavailable) as error:
                log.warning("status_not_written", state=fact.status.state, reason=str(error))
                await asyncio.sleep(_RETRY_S)
            else:
                return

    async def _stored(self, status: SessionStatus) -> bool:
        """Store a state by compare-and-set; False when a later holder has written its own already."""
        bucket = await self._bus.js.key_value(SESSION_BUCKET)
        body = _Stored(**status.model_dump(), fence=self._fence).model_dump_json().encode()
        try:
            entry = await bucket.get(SLOT)
        except KeyNotFoundError:
            await bucket.create(SLOT, body)
            return True
        with suppress(ValidationError):
            if _Stored.model_validate_json(entry.value or b"").fence > self._fence:
                log.warning("status_of_an_earlier_holder", state=status.state)
                return False
        await bucket.update(SLOT, body, last=entry.revision)
        return True

    async def _tell(self, fact: _Fact) -> None:
        public = fact.status.model_copy(update={"qr": None, "pair_code": None})
        if public == self._last_told:
            return  # only the code changed
        self._last_told = public
        event_id = derive_id("session", SLOT, str(self._fence), str(fact.number))
        await self._bus.publish(SessionChanged.start(event_id, slot=SLOT, status=public))
