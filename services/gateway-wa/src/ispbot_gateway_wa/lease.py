"""One process serves the number: a lease in the ``wa_lease`` bucket, with its revision as the fencing number.

The holder renews often and counts itself out early, by its own clock; another process takes over by compare-and-set once
the entry has not moved for longer than that. The bucket's own time to live is only the last resort.
"""

import asyncio
import time
from contextlib import suppress

from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from ispbot_contracts.streams import LEASE_BUCKET
from ispbot_gateway_wa import metrics
from ispbot_runtime.bus import Bus
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

KEY = "main"
RENEW_EVERY_S = 1.0
HOLDS_FOR_S = 4.0
"""Without a renewal for this long the holder counts itself out."""
TAKEN_AFTER_S = 5.5
"""An entry that has not moved for this long may be taken: longer than ``HOLDS_FOR_S``, so there are never two holders."""
_TRY_EVERY_S = 0.5


class Lease:
    """The right to serve the number."""

    def __init__(self, bus: Bus, holder: str) -> None:
        self._bus = bus
        self._holder = holder
        self._revision = 0
        self._renewed_at = 0.0
        self._seen: tuple[int, float] = (0, 0.0)
        self.fence = 0
        """Grows with every new holder."""
        self.seen_holder: str | None = None
        """Who was seen to hold it."""

    @property
    def held(self) -> bool:
        """True while nobody else can be the holder."""
        return self._revision > 0 and time.monotonic() - self._renewed_at < HOLDS_FOR_S

    async def acquire(self) -> None:
        """Wait until the number is ours."""
        while True:
            asked_at = time.monotonic()
            try:
                revision = await self._try(await self._bus.js.key_value(LEASE_BUCKET))
            except NatsError as error:
                log.debug("lease_not_asked", reason=str(error))
                revision = None
            if revision is not None:
                self._revision = self.fence = revision
                self._renewed_at = asked_at
                metrics.LEASE_HELD.set(1)
                metrics.LEASE_FENCE.set(revision)
                self._saw(self._holder)
                log.info("lease_acquired", holder=self._holder, fence=revision)
                return
            await asyncio.sleep(_TRY_EVERY_S)

    async def _try(self, bucket: KeyValue) -> int | None:
        body = self._holder.encode()
        try:
            entry = await bucket.get(KEY)
        except KeyNotFoundError:
            with suppress(KeyWrongLastSequenceError):
                return await bucket.create(KEY, body)
            return None
        revision = entry.revision or 0
        self._saw((entry.value or b"").decode(errors="replace"))
        if revision != self._seen[0]:
            self._seen = (revision, time.monotonic())
        if time.monotonic() - self._seen[1] < TAKEN_AFTER_S:
            return None
        with suppress(KeyWrongLastSequenceError):
            return await bucket.update(KEY, body, last=revision)
        return None

    def _saw(self, holder: str) -> None:
        if holder != self.seen_holder:
            self.seen_holder = holder
            metrics.LEASE_HOLDER.clear()
            metrics.LEASE_HOLDER.labels(holder).set(1)

    async def keep(self) -> None:
        """Renew until the lease is lost, then return."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            asked_at = time.monotonic()
            try:
                async with asyncio.timeout(max(0.1, HOLDS_FOR_S - (asked_at - self._renewed_at))):
                    await self._renew(await self._bus.js.key_value(LEASE_BUCKET))
                self._renewed_at = asked_at
            except (KeyWrongLastSequenceError, KeyNotFoundError):
                self._lost("taken_by_another")
                return
            except (NatsError, TimeoutError) as error:
                log.warning("lease_not_renewed", reason=f"{type(error).__name__}: {error}")
            if not self.held:
                self._lost("not_renewed_in_time")
                return

    async def _renew(self, bucket: KeyValue) -> None:
        body = self._holder.encode()
        try:
            self._revision = await bucket.update(KEY, body, last=self._revision)
        except KeyWrongLastSequenceError:
            entry = await bucket.get(KEY)
            if entry.value != body:
                raise
            # our own renewal whose answer was lost
            self._revision = await bucket.update(KEY, body, last=entry.revision or 0)

    async def release(self) -> None:
        """Give the number back so that another process takes it at once."""
        if self._revision == 0:
            return
        metrics.LEASE_HELD.set(0)
        try:
            async with asyncio.timeout(2.0):
                bucket = await self._bus.js.key_value(LEASE_BUCKET)
                await bucket.delete(KEY, last=self._revision)
            log.info("lease_released", holder=self._holder)
        except (NatsError, TimeoutError) as error:
            log.warning("lease_not_released", reason=str(error))
        self._revision = 0

    def _lost(self, reason: str) -> None:
        self._revision = 0
        metrics.LEASE_HELD.set(0)
        metrics.LEASE_FENCE.set(0)
        log.warning("lease_lost", holder=self._holder, reason=reason)
