"""Which ticks of our messages are told: each member of a group and each device of a customer sends its own, and only the
first of a kind says something new. A memory, lost on restart without harm: whoever hears a tick twice knows it.
"""

from dataclasses import replace

from cachetools import LRUCache

from ispbot_gateway_wa.ports import ReceiptIn

_REMEMBERED = 20_000


class Ticks:
    """Remembers what was told of each message."""

    def __init__(self) -> None:
        self._told: LRUCache[tuple[str, str], None] = LRUCache(_REMEMBERED)

    def news(self, receipt: ReceiptIn) -> ReceiptIn | None:
        """Return the receipt with the messages it says something new about, None when there are none."""
        fresh = tuple(wa_id for wa_id in receipt.wa_ids if (wa_id, receipt.status) not in self._told)
        return replace(receipt, wa_ids=fresh) if fresh else None

    def told(self, receipt: ReceiptIn) -> None:
        """Remember that this is on the bus."""
        for wa_id in receipt.wa_ids:
            self._told[wa_id, receipt.status] = None
