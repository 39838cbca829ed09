"""Only the first tick of a kind says something new."""

from datetime import UTC, datetime

from ispbot_gateway_wa.inbound.ticks import Ticks
from ispbot_gateway_wa.ports import ReceiptIn


def receipt(sender: str, status: str, *wa_ids: str) -> ReceiptIn:
    return ReceiptIn("g@g.us", sender, status, wa_ids, datetime(2026, 11, 28, tzinfo=UTC))


def test_the_second_member_of_a_group_says_nothing_new():
    ticks = Ticks()
    first = receipt("ana", "delivered", "W1", "W2")
    assert ticks.news(first) == first
    assert ticks.news(first) == first, "not told yet: it may be tried again"
    ticks.told(first)
    assert ticks.news(receipt("beto", "delivered", "W2", "W1")) is None
    assert ticks.news(receipt("beto", "delivered", "W1", "W3")).wa_ids == ("W3",)
    assert ticks.news(receipt("beto", "read", "W1")).wa_ids == ("W1",)
