"""Where arrivals come from. A network that waits for ``taken`` keeps them itself; for one that does not, the spool does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Protocol

from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.inbound.leftovers import Leftovers
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

    def __init__(self, transport: WhatsAppTransport, spool: Spool, leftovers: Leftovers) -> None:
        self._transport = transport
        self._spool = spool
        self._leftovers = leftovers
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
        refusals, number = self._spool.refusals, 0
        taken = self._leftovers.take()
        for file in taken:
            for record in file.records:
                number += 1
                arrival = from_record(record)
                if arrival is None:
                    file.damaged = True
                    metrics.SPOOL_DAMAGED.inc()
                    log.error("spool_record_not_understood", file=file.path.name)
                else:
                    kept, token = self._written_down(arrival)
                    file.numbers.append(token)
                    yield kept
                if number % _AT_A_TIME == 0:
                    await asyncio.sleep(0)
        if number:
            await self._spool.sync_now()
            log.info("spool_taken_over", arrivals=number)
        copied = self._spool.refusals == refusals
        for file in taken:
            file.copied = copied
        self._leftovers.forget()

    def _keep(self, arrival: Kept) -> Kept:
        return self._written_down(arrival)[0]

    def _written_down(self, arrival: Kept) -> tuple[Kept, int]:
        if not isinstance(arrival, GroupSeen) and arrival.account is None:
            arrival = replace(arrival, account=self._account)
        token = self._spool.append(to_record(replace(arrival, token=None)))
        return replace(arrival, token=token), token
