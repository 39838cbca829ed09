"""What staff look for in the ledger: words and digits, page by page, and who was not reached."""

from datetime import timedelta

import pytest

from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import ListNotices, NoticeState, NoticesUnreached
from ispbot_runtime.errors import Refusal


async def test_who_was_not_reached_is_listed(start_notices, gateway, ask, database, ledger_holds):
    gateway.verdict, gateway.reason = "failed", "not_on_whatsapp"
    _, push = await start_notices()
    await push.json([{"to": f"351555{number:04}", "message": "Hola"} for number in range(5)])
    await ledger_holds("failed", 5)
    gateway.verdict, gateway.reason = "sent", None
    await push.json([{"to": f"351556{number:04}", "message": "Hola"} for number in range(3)])
    await ledger_holds("sent", 3)
    await database["notices"].update_one({"state": "sent"}, {"$set": {"sent_at": utc_now() - timedelta(days=2)}})
    page = await ask(NoticesUnreached(limit=4))
    rest = await ask(NoticesUnreached(limit=4, cursor=page.next))
    rows = page.rows + rest.rows
    assert (len(page.rows), len(rest.rows), rest.next) == (4, 2, None)
    assert len({row.notice_id for row in rows}) == 6
    assert {row.reason_text for row in rows} == {"El número no tiene WhatsApp.", None}


async def test_digits_find_a_phone_and_also_an_invoice_or_an_amount_in_the_text(
    start_notices, gateway, ask, ledger_holds
):
    _, push = await start_notices()
    texts = {"3515550001": "Factura 00012345: $ 15.250,00", "3515552345": "Hoy vence"}
    await push.json([{"to": phone, "message": text} for phone, text in texts.items()])
    await ledger_holds("sent", 2)
    for q, phones in {
        "00012345": {"5493515550001"}, "2345": {"5493515550001", "5493515552345"}, "15.250": {"5493515550001"},
        "351555": {"5493515550001", "5493515552345"}, "+54 9 351 555-2345": {"5493515552345"},
    }.items():  # fmt: skip
        assert {row.phone for row in (await ask(ListNotices(q=q))).rows} == phones, q


async def test_the_ledger_is_searched_counted_and_paged(start_notices, gateway, ask, ledger_holds):
    _, push = await start_notices()
    await push.json([{"to": f"351555{number:04}", "message": f"Facturación número {number}"} for number in range(12)])
    await ledger_holds("sent", 12)
    seen, cursor = [], None
    while True:
        page = await ask(ListNotices(limit=5, cursor=cursor))
        seen += [row.notice_id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert (len(seen), len(set(seen)), page.counts[NoticeState.SENT]) == (12, 12, 12)
    assert [row.text for row in (await ask(ListNotices(q="facturacion 11"))).rows] == ["Facturación número 11"]
    assert [row.phone for row in (await ask(ListNotices(q="0351 15-555-0003"))).rows] == ["5493515550003"]
    assert (await ask(ListNotices(q="----"))).rows == []
    assert (await ask(ListNotices(source_id="otra"))).rows == []
    assert (await ask(ListNotices(state=NoticeState.FAILED))).rows == []
    with pytest.raises(Refusal, match="invalid_cursor"):
        await ask(ListNotices(cursor="mal"))
