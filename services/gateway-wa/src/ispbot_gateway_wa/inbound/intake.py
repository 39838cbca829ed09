"""Where arrivals come from. A network that waits for ``taken`` keeps them itself; for one that does not, the spool does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Protocol

from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.inbound.records import Kept, from_record, to_record
from ispbot_gateway_wa.inbound.spool import Spool
from ispbot_gateway_wa.ports import GroupSeen, LinkUp, MessageIn, ReceiptIn, TransportEvent, WhatsAppTransport
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_AT_A_TIME = 50


class Intake(Protocol):
    """What is asked for the next event and told what is safe."""

    async def next_event(self) -> TransportEvent:
        """Return the next fact or arrival."""

    async def taken(self, tokens: Sequence[int]) -> None:
        """These arrivals are on the bus."""


class SpooledIntake:
    """Writes every arrival down before anybody looks at it; ``taken`` strikes it out."""

    def __init__(self, transport: WhatsAppTransport, spool: Spool) -> None:
        self._transport = transport
        self._spool = spool
        self._account: str | None = None

    async def next_event(self) -> TransportEvent:
        """Return the next fact, or an arrival that is written down."""
        event = await self._transport.next_event()
        if isinstance(event, LinkUp):
            self._account = event.account.number
        return self._keep(event) if isinstance(event, MessageIn | ReceiptIn | GroupSeen) else event

    async def taken(self, tokens: Sequence[int]) -> None:
        """Strike out what the bus has."""
        for token in tokens:
            self._spool.done(token)

    def keep_left(self) -> None:
        """Write down what the closed transport still had in hand."""
        for arrival in self._transport.left():
            if isinstance(arrival, MessageIn | ReceiptIn | GroupSeen):
                self._keep(arrival)

    async def take_over(self) -> AsyncIterator[Kept]:
        """Give what earlier processes left, written down anew in our own file. Long files leave time for other work."""
        number = 0
        for number, record in enumerate(self._spool.take_over(), start=1):
            arrival = from_record(record)
            if arrival is None:
                metrics.SPOOL_DAMAGED.inc()
                log.error("spool_record_not_understood")
            else:
                yield self._keep(arrival)
            if number % _AT_A_TIME == 0:
                await asyncio.sleep(0)
        if number:
            await self._spool.sync_now()
            log.info("spool_taken_over", arrivals=number)
        self._spool.forget_taken()

    def _keep(self, arrival: Kept) -> Kept:
        if not isinstance(arrival, GroupSeen) and arrival.account is None:
            arrival = replace(arrival, account=self._account)
        return replace(arrival, token=self._spool.append(to_record(replace(arrival, token=None))))
