"""Messages that may have left: a receipt confirms them, time ends them. Sending again would be a guess."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from cachetools import LRUCache

from ispbot_contracts.base import Message, utc_now
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.outbound.ledger import UNKNOWN_OUTCOME, Ledger, Unclear
from ispbot_gateway_wa.outbound.outgoing import Outgoing
from ispbot_gateway_wa.outbound.results import failed, sent
from ispbot_gateway_wa.patience import patiently
from ispbot_gateway_wa.ports import ReceiptIn
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

UNKNOWN_AFTER = timedelta(minutes=10)
_LOOK_EVERY_S = 5.0
_OWN_IDS = 10_000
_EARLY_IDS = 10_000
_NO_RECEIPT = "no receipt came: it may have arrived or not"

Emit = Callable[[Message], Awaitable[None]]


class Unconfirmed:
    """What a receipt may still tell the end of, by WhatsApp id; usually nothing."""

    def __init__(self, ledger: Ledger, emit: Emit, *, unknown_after: timedelta = UNKNOWN_AFTER) -> None:
        self._ledger = ledger
        self._emit = emit
        self._unknown_after = unknown_after
        self._waiting: dict[str, Unclear] = {}
        self._own_ids: LRUCache[str, None] = LRUCache(_OWN_IDS)
        self._early_ids: LRUCache[str, None] = LRUCache(_EARLY_IDS)

    @property
    def count(self) -> int:
        """How many wait for a receipt and were not told as unknown."""
        return sum(not unclear.told_unknown for unclear in self._waiting.values())

    async def recover(self) -> None:
        """Take up what an earlier process left."""
        for unclear in await self._ledger.all_unclear():
            self._waiting[unclear.wa_id] = unclear
            await self._confirm_if_receipted(unclear)
        metrics.UNCONFIRMED.set(self.count)

    # -- what the sender tells ----------------------------------------------------------------------------------------

    def confirmed(self, wa_id: str) -> None:
        """It is in the ledger that WhatsApp has it: its receipts need no keeping."""
        self._own_ids[wa_id] = None

    def is_own(self, wa_id: str) -> bool:
        """Tell whether this process sent the message."""
        return wa_id in self._own_ids

    async def add(self, outgoing: Outgoing, wa_id: str) -> None:
        """Wait for the end of a message that may have left; its receipt may be here already."""
        unclear = Unclear(outgoing, wa_id, utc_now())
        await self._ledger.unconfirmed(outgoing, wa_id, unclear.since)
        self._waiting[wa_id] = unclear
        log.warning("send_unconfirmed", send_id=outgoing.send_id)
        await self._confirm_if_receipted(unclear)
        metrics.UNCONFIRMED.set(self.count)

    async def _confirm_if_receipted(self, unclear: Unclear) -> None:
        at = await self._ledger.receipt_of(unclear.wa_id)
        if at is not None:
            await self._confirm(unclear, at)

    # -- what WhatsApp tells ------------------------------------------------------------------------------------------

    async def on_receipt(self, receipt: ReceiptIn) -> None:
        """A phone has it: it did leave."""
        for wa_id in receipt.wa_ids:
            unclear = self._waiting.get(wa_id)
            if unclear is not None:
                await self._confirm(unclear, receipt.at)
            elif wa_id not in self._own_ids and wa_id not in self._early_ids:
                await self._keep(wa_id, receipt.at)

    async def _keep(self, wa_id: str, at: datetime) -> None:
        """Keep the receipt of an id nobody knows: its send may have no answer yet, or an earlier process died before it.

        One row per id, for a day (``ledger.EARLY_KEPT``), whatever the number of ticks and of group members.
        """
        await self._ledger.early_receipt(wa_id, at)
        self._early_ids[wa_id] = None
        unclear = self._waiting.get(wa_id)
        if unclear is not None:  # its send became unclear meanwhile, and found no receipt
            await self._confirm(unclear, at)

    async def _confirm(self, unclear: Unclear, at: datetime) -> None:
        for event in sent(unclear.outgoing, unclear.wa_id, at):
            await self._emit(event)
        await self._ledger.receipted(unclear.outgoing.send_id, unclear.wa_id, at)
        self._waiting.pop(unclear.wa_id, None)
        metrics.UNCONFIRMED.set(self.count)
        metrics.SENDS.labels("corrected_by_receipt" if unclear.told_unknown else "confirmed_by_receipt").inc()

    async def run(self) -> None:
        """Run for the life of the term: end what waited too long."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            await patiently("unconfirmed", lambda: self.expire(utc_now()))

    async def expire(self, now: datetime) -> None:
        """Report as unknown what has waited too long; it stays open to a late receipt as long as the ledger keeps it."""
        for unclear in tuple(self._waiting.values()):
            if unclear.told_unknown or now - unclear.since < self._unknown_after:
                continue
            for event in failed(unclear.outgoing, UNKNOWN_OUTCOME, _NO_RECEIPT):
                await self._emit(event)
            await self._ledger.unknown(unclear.outgoing.send_id, _NO_RECEIPT)
            if unclear.wa_id in self._waiting:  # no receipt came meanwhile
                self._waiting[unclear.wa_id] = replace(unclear, told_unknown=True)
            metrics.UNCONFIRMED.set(self.count)
            metrics.SENDS.labels(UNKNOWN_OUTCOME).inc()
