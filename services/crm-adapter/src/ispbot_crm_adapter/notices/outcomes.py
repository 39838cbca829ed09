"""What the gateway says of notices, and what the customers' phones say, written into the ledger many at once."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import NoticeState
from ispbot_contracts.whatsapp import NoticeSettled, ReceiptReceived
from ispbot_crm_adapter.notices import metrics
from ispbot_crm_adapter.notices.documents import OVER, states, step, unknown
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_crm_adapter.notices.moves import CAME_FROM, SENDING, UNCLEAR, again_at, expired, lane_of, send_key
from ispbot_runtime.batching import Batcher
from ispbot_runtime.mongo import Document

S = NoticeState

_DUPLICATE_KEY = 11000
_DELIVERY = {"delivered": S.DELIVERED, "read": S.READ}

Told = dict[str, dict[str, datetime]]
"""Receipts by message: which statuses, and when."""

_OPEN_FOR_S = 30.0
_GATHER_S = 0.25
"""A notice costs a dozen questions and writes when it is settled alone; beside a chat that is felt."""


class Outcomes:
    """Handlers of NoticeSettled and ReceiptReceived. Told twice or in the wrong order, the ledger is the same."""

    def __init__(self, ledger: Ledger, wake: Any) -> None:
        self._ledger = ledger
        self._wake = wake
        self._settled = Batcher(self._write_settled, gather_s=_GATHER_S)
        self._receipts = Batcher(self._write_receipts, gather_s=_GATHER_S)
        self._open_until = float("-inf")

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
        keys, wa_ids = (
            [event.notice_id for event in events],
            [event.wa_id for event in events if event.wa_id is not None],
        )
        found = await self._ledger.notices.find({"send_key": {"$in": keys}}).to_list()
        notices, early = {one["send_key"]: one for one in found}, await self._early(wa_ids)
        updates = [
            update for event in events
            if event.notice_id in notices
            for update in (settled_update(notices[event.notice_id], event, early.get(event.wa_id or "", {}), utc_now()),)
            if update is not None
        ]  # fmt: skip
        if updates:
            result = await self._ledger.notices.bulk_write(updates, ordered=True)
            metrics.MOVES.labels("settled").inc(result.modified_count)
        meanwhile = await self._early(wa_ids)
        await self._apply({wa_id: told for wa_id, told in meanwhile.items() if told != early.get(wa_id)})
        self._wake.set()

    async def _early(self, wa_ids: list[str]) -> Told:
        """Return what phones answered before we knew the message's id."""
        if not wa_ids:
            return {}
        ids = [_receipt_id(wa_id, status) for wa_id in wa_ids for status in _DELIVERY]
        found = await self._ledger.early_receipts.find({"_id": {"$in": ids}}).to_list()
        return _by_message((one["wa_id"], one["status"], one["at"]) for one in found)

    # -- the phones' word ---------------------------------------------------------------------------------------------

    async def _write_receipts(self, events: Sequence[ReceiptReceived]) -> None:
        told = _by_message((wa_id, event.status, event.at) for event in events for wa_id in event.wa_ids)
        strangers = await self._apply(told)
        if strangers and await self._is_any_open():
            await self._keep_early(strangers)
            await self._apply(strangers)

    async def _is_any_open(self) -> bool:
        """Tell whether a receipt may be of a notice whose message we do not know yet. Yes is remembered for a while: it
        only ever keeps a receipt too many, and the embedded engine reads all that matches to tell us of one."""
        now = time.monotonic()
        if now >= self._open_until:
            found = await self._ledger.notices.find_one({"lane": {"$in": [SENDING, UNCLEAR]}}, {"_id": 1})
            if found is None:
                return False
            self._open_until = now + _OPEN_FOR_S
        return True

    async def _apply(self, told: Told) -> Told:
        """Write receipts of our notices; returns those of messages that the ledger does not know."""
        if not told:
            return {}
        fields = {"wa_id": 1, "state": 1, "delivered_at": 1}
        ours = await self._ledger.notices.find({"wa_id": {"$in": sorted(told)}}, fields).to_list()
        moves = [
            move for notice in ours for status, at in told[notice["wa_id"]].items()
            for move in receipt_updates(notice, status, at)
        ]  # fmt: skip
        if moves:
            await self._ledger.notices.bulk_write(moves, ordered=True)
        known = {notice["wa_id"] for notice in ours}
        return {wa_id: receipts for wa_id, receipts in told.items() if wa_id not in known}

    async def _keep_early(self, told: Told) -> None:
        """Kept before the ledger is asked again, so that either this or the gateway's word finds the other."""
        documents = [
            {"_id": _receipt_id(wa_id, status), "wa_id": wa_id, "status": status, "at": at}
            for wa_id, receipts in told.items()
            for status, at in receipts.items()
        ]
        try:
            await self._ledger.early_receipts.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if any(one["code"] != _DUPLICATE_KEY for one in error.details["writeErrors"]):
                raise


def settled_update(
    notice: Document, event: NoticeSettled, early: Mapping[str, datetime], now: datetime
) -> UpdateOne | None:
    """Return the guarded write of an outcome, with the receipts that overtook it; None when it says nothing new."""
    guard: Document = {"_id": notice["_id"], "send_key": event.notice_id}
    match event.outcome:
        case "sent":
            return _sent(notice, event, guard, early)
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
            reason = expired(notice["part"]) if event.reason == "expired" else event.reason or "rejected"
            change: Document = {"state": S.FAILED.value, "reason": reason, "ack_at": now}
            return UpdateOne(
                guard | {"state": {"$in": came_from}},
                {"$set": change, "$unset": OVER, "$push": step(S.FAILED, event.occurred_at, reason)},
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


def _sent(notice: Document, event: NoticeSettled, guard: Document, early: Mapping[str, datetime]) -> UpdateOne:
    if notice["state"] == S.FAILED.value and notice["reason"] == "unknown_outcome":  # as an earlier release wrote it
        guard = guard | {"state": S.FAILED.value, "reason": "unknown_outcome"}
    else:
        guard = guard | {"state": {"$in": states(CAME_FROM[S.SENT])}}
    part = notice["part"] + 1
    if part < len(notice["parts"]):
        change: Document = {
            "state": S.WAITING.value, "lane": lane_of(urgent=notice["urgent"]), "due_at": notice["release_at"],
            "part": part, "attempt": 0, "reason": "next_part",
            "open_until": notice["expires_at"],
            "send_key": send_key(notice["_id"], tries=notice["tries"], part=part),
        }  # fmt: skip
        following = step(S.WAITING, event.occurred_at, "next_part")
        return UpdateOne(guard, {"$set": change, "$unset": {"slot": ""}, "$push": following})
    change = {"state": S.SENT.value, "reason": None, "sent_at": event.occurred_at, "ack_at": event.occurred_at}
    if event.wa_id is not None:
        change["wa_id"] = event.wa_id
    steps = step(S.SENT, event.occurred_at)
    for status in (status for status in _DELIVERY if status in early):
        change |= {"state": _DELIVERY[status].value, f"{status}_at": early[status]}
        steps["timeline"]["$each"] += step(_DELIVERY[status], early[status])["timeline"]["$each"]
    if early:
        change["delivered_at"] = min(early.values())
    return UpdateOne(guard, {"$set": change, "$unset": OVER, "$push": steps})


def receipt_updates(notice: Document, status: str, at: datetime) -> list[UpdateOne]:
    """Return the guarded writes of a receipt: what is read was delivered, also when only the second receipt comes.

    What the notice shows already needs no write; each is one more on the disk.
    """
    state, updates = _DELIVERY[status], []
    if notice["state"] in states(CAME_FROM[state]):
        moved = {"_id": notice["_id"], "wa_id": notice["wa_id"], "state": {"$in": states(CAME_FROM[state])}}
        updates.append(UpdateOne(moved, {"$set": {"state": state.value, f"{status}_at": at}, "$push": step(state, at)}))
    if "delivered_at" not in notice and not (updates and state is S.DELIVERED):
        noted = {"_id": notice["_id"], "wa_id": notice["wa_id"], "delivered_at": {"$exists": False}}
        updates.append(UpdateOne(noted, {"$set": {"delivered_at": at}}))
    return updates


def _by_message(receipts: Iterable[tuple[str, str, datetime]]) -> Told:
    told: Told = {}
    for wa_id, status, at in receipts:
        told.setdefault(wa_id, {})[status] = at
    return {wa_id: dict(sorted(found.items())) for wa_id, found in told.items()}


def _receipt_id(wa_id: str, status: str) -> str:
    return f"{wa_id}:{status}"
