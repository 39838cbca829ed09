"""Messages that may have left: a receipt confirms them, time ends them. Sending again would be a guess."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from ispbot_contracts.base import Message, utc_now
from ispbot_contracts.whatsapp import SendMessage
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.outbound.ledger import Ledger
from ispbot_gateway_wa.outbound.results import failed, sent
from ispbot_gateway_wa.patience import patiently
from ispbot_gateway_wa.ports import ReceiptIn
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

UNKNOWN_AFTER = timedelta(minutes=10)
_LOOK_EVERY_S = 5.0

Emit = Callable[[Message], Awaitable[None]]


class Unconfirmed:
    """What waits for a receipt, by WhatsApp id; usually nothing."""

    def __init__(self, ledger: Ledger, emit: Emit, *, unknown_after: timedelta = UNKNOWN_AFTER) -> None:
        self._ledger = ledger
        self._emit = emit
        self._unknown_after = unknown_after
        self._waiting: dict[str, tuple[SendMessage, datetime]] = {}

    async def recover(self) -> None:
        """Take up what an earlier process left."""
        for command, wa_id, since in await self._ledger.all_unconfirmed():
            self._waiting[wa_id] = (command, since)
        metrics.UNCONFIRMED.set(len(self._waiting))

    async def add(self, command: SendMessage, wa_id: str) -> None:
        """Wait for the end of a message that may have left."""
        since = utc_now()
        await self._ledger.unconfirmed(command, wa_id, since)
        self._waiting[wa_id] = (command, since)
        metrics.UNCONFIRMED.set(len(self._waiting))
        log.warning("send_unconfirmed", send_id=command.id)

    async def on_receipt(self, receipt: ReceiptIn) -> None:
        """A phone has it: it did leave."""
        for wa_id in receipt.wa_ids:
            waiting = self._waiting.get(wa_id)
            if waiting is None:
                continue
            command = waiting[0]
            await self._emit(sent(command, wa_id, receipt.at))
            await self._ledger.confirmed(command.id, wa_id, receipt.at)
            await self._forget(wa_id, command)
            metrics.SENDS.labels("confirmed_by_receipt").inc()

    async def run(self) -> None:
        """Run for the life of the term: end what waited too long."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            await patiently("unconfirmed", lambda: self.expire(utc_now()))

    async def expire(self, now: datetime) -> None:
        """Report as unknown what has waited too long."""
        for wa_id, (command, since) in tuple(self._waiting.items()):
            if now - since < self._unknown_after:
                continue
            failure = failed(command, "unknown_outcome", "no receipt came: it may have arrived or not")
            await self._emit(failure)
            await self._ledger.failed(failure)
            await self._forget(wa_id, command)
            metrics.SENDS.labels("unknown_outcome").inc()

    async def _forget(self, wa_id: str, command: SendMessage) -> None:
        await self._ledger.resolved(command.id)
        self._waiting.pop(wa_id, None)
        metrics.UNCONFIRMED.set(len(self._waiting))
