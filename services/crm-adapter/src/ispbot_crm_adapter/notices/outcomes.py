"""What the gateway says of notices, and what the customers' phones say, written into the ledger many at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import NoticeState
from ispbot_contracts.whatsapp import NoticeSettled, ReceiptReceived
from ispbot_crm_adapter.notices import metrics
from ispbot_crm_adapter.notices.batching import Batcher
from ispbot_crm_adapter.notices.documents import OVER, states, step, unknown
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_crm_adapter.notices.moves import CAME_FROM, SENDING, UNCLEAR, again_at, lane_of, send_key
from ispbot_runtime.mongo import Document

S = NoticeState

_DUPLICATE_KEY = 11000
_DELIVERY = {"delivered": S.DELIVERED, "read": S.READ}


class Outcomes:
    """Handlers of NoticeSettled and ReceiptReceived. Told twice or in the wrong order, the ledger is the same."""

    def __init__(self, ledger: Ledger, wake: Any) -> None:
        self._ledger = ledger
        self._wake = wake
        self._settled = Batcher(self._write_settled)
        self._receipts = Batcher(self._write_receipts)

    async def notice_settled(self, event: NoticeSettled) -> None:
        """Note what became of a notice."""
        await self._settled.add(event)

    async def receipt_received(self, event: ReceiptReceived) -> None:
        """Note that the customer's phone got or showed it."""
        if event.status in _DELIVERY:
            await self._receipts.add(event)

    async def stop(self) -> None:
        """Give up what is under way."""
        await self._settled.stop()
        await self._receipts.stop()

    # -- the gateway's word -------------------------------------------------------------------------------------------

    async def _write_settled(self, events: Sequence[NoticeSettled]) -> None:
        keys = [event.notice_id for event in events]
        found = await self._ledger.notices.find({"send_key": {"$in": keys}}).to_list()
        notices = {one["send_key"]: one for one in found}
        updates = [
            update for event in events
            if event.notice_id in notices
            for update in (settled_update(notices[event.notice_id], event, utc_now()),)
            if update is not None
        ]  # fmt: skip
        if updates:
            result = await self._ledger.notices.bulk_write(updates, ordered=True)
            metrics.MOVES.labels("settled").inc(result.modified_count)
        await self._apply_early([event.wa_id for event in events if event.wa_id is not None])
        self._wake.set()

    async def _apply_early(self, wa_ids: list[str]) -> None:
        """A phone may have answered before we knew the message's id."""
        if not wa_ids:
            return
        early = await self._ledger.early_receipts.find({"wa_id": {"$in": wa_ids}}).to_list()
        if early:
            moves = [move for one in early for move in receipt_updates(one["wa_id"], one["status"], one["at"])]
            await self._ledger.notices.bulk_write(moves, ordered=True)

    # -- the phones' word ---------------------------------------------------------------------------------------------

    async def _write_receipts(self, events: Sequence[ReceiptReceived]) -> None:
        told: dict[tuple[str, str], datetime] = {
            (wa_id, event.status): event.at for event in events for wa_id in event.wa_ids
        }
        notices = self._ledger.notices
        if await notices.find_one({"lane": {"$in": [SENDING, UNCLEAR]}}, {"_id": 1}) is not None:
            await self._keep_early(told)
        ours = await notices.find({"wa_id": {"$in": sorted({wa_id for wa_id, _ in told})}}, {"wa_id": 1}).to_list()
        known = {one["wa_id"] for one in ours}
        moves = [
            move for (wa_id, status), at in told.items() if wa_id in known
            for move in receipt_updates(wa_id, status, at)
        ]  # fmt: skip
        if moves:
            await notices.bulk_write(moves, ordered=True)

    async def _keep_early(self, told: dict[tuple[str, str], datetime]) -> None:
        """Kept before the ledger is asked, so that either this or the gateway's word finds the other."""
        documents = [
            {"_id": f"{wa_id}:{status}", "wa_id": wa_id, "status": status, "at": at}
            for (wa_id, status), at in told.items()
        ]
        try:
            await self._ledger.early_receipts.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE_KEY for one in error.details["writeErrors"]):
                raise


def settled_update(notice: Document, event: NoticeSettled, now: datetime) -> UpdateOne | None:
    """Return the guarded write of an outcome; None when it says nothing new."""
    guard: Document = {"_id": notice["_id"], "send_key": event.notice_id}
    match event.outcome:
        case "sent":
            return _sent(notice, event, guard)
        case "failed" if event.reason == "unknown_outcome":
            return UpdateOne(
                guard | {"state": {"$in": states(CAME_FROM[S.UNKNOWN])}},
                {
                    "$set": unknown(now) | {"reason": event.reason},
                    "$unset": {"open_until": "", "slot": ""},
                    "$push": step(S.UNKNOWN, event.occurred_at, event.reason),
                },
            )
        case "failed":
            came_from = states(CAME_FROM[S.FAILED])
            change: Document = {"state": S.FAILED.value, "reason": event.reason or "rejected", "ack_at": now}
            return UpdateOne(
                guard | {"state": {"$in": came_from}},
                {"$set": change, "$unset": OVER, "$push": step(S.FAILED, event.occurred_at, event.reason)},
            )
        case "deferred":
            if event.causation_id is not None:  # an old one, told again, must not take back a newer try
                guard["command_id"] = event.causation_id
            at = again_at(event.retry_at, now, notice["expires_at"])
            change = {
                "state": S.WAITING.value, "lane": lane_of(urgent=notice["urgent"]), "due_at": at, "reason": event.reason,
                "open_until": notice["expires_at"],
            }  # fmt: skip
            return UpdateOne(
                guard | {"state": S.SENDING.value},
                {"$set": change, "$unset": {"slot": ""}, "$push": step(S.WAITING, event.occurred_at, event.reason)},
            )


def _sent(notice: Document, event: NoticeSettled, guard: Document) -> UpdateOne:
    if notice["state"] == S.FAILED.value and notice["reason"] == "unknown_outcome":  # as an earlier release wrote it
        guard = guard | {"state": S.FAILED.value, "reason": "unknown_outcome"}
    else:
        guard = guard | {"state": {"$in": states(CAME_FROM[S.SENT])}}
    part = notice["part"] + 1
    if part < len(notice["parts"]):
        change: Document = {
            "state": S.WAITING.value, "lane": lane_of(urgent=notice["urgent"]), "due_at": event.occurred_at,
            "part": part, "attempt": 0, "reason": "next_part",
            "open_until": notice["expires_at"],
            "send_key": send_key(notice["_id"], tries=notice["tries"], part=part),
        }  # fmt: skip
        following = step(S.WAITING, event.occurred_at, "next_part")
        return UpdateOne(guard, {"$set": change, "$unset": {"slot": ""}, "$push": following})
    change = {"state": S.SENT.value, "reason": None, "sent_at": event.occurred_at, "ack_at": event.occurred_at}
    if event.wa_id is not None:
        change["wa_id"] = event.wa_id
    return UpdateOne(guard, {"$set": change, "$unset": OVER, "$push": step(S.SENT, event.occurred_at)})


def receipt_updates(wa_id: str, status: str, at: datetime) -> list[UpdateOne]:
    """Return the guarded writes of a receipt: what is read was delivered, also when only the second receipt comes."""
    state = _DELIVERY[status]
    moved = UpdateOne(
        {"wa_id": wa_id, "state": {"$in": states(CAME_FROM[state])}},
        {"$set": {"state": state.value, f"{status}_at": at}, "$push": step(state, at)},
    )
    noted = UpdateOne({"wa_id": wa_id, "delivered_at": {"$exists": False}}, {"$set": {"delivered_at": at}})
    return [moved, noted]
