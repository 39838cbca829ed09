"""What the panel asks of the ledger."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cachetools import TTLCache
from pymongo import DESCENDING

from ispbot_contracts.base import utc_now
from ispbot_contracts.notices import (
    CancelNotice,
    GetNotice,
    ListNotices,
    NoticeFound,
    NoticePage,
    NoticeState,
    NoticesUnreached,
    RetryNotice,
    UnreachedPage,
)
from ispbot_contracts.settings import CompanySettings, NoticeSettings
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.notices import texts
from ispbot_crm_adapter.notices.arrivals import folded
from ispbot_crm_adapter.notices.dispatch import Dispatcher
from ispbot_crm_adapter.notices.intake import expiry
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_crm_adapter.notices.lines import LINE_FIELDS, found_of, line_of
from ispbot_runtime.errors import Refusal
from ispbot_runtime.mongo import Document
from ispbot_runtime.settings_store import SettingsWatch

_COUNTS_KEPT_S = 3.0
_NEWEST = [("received_at", DESCENDING), ("_id", DESCENDING)]
_PHONE_SHAPE = re.compile(r"[\d\s()+.-]+")
_PHONE_DIGITS = 4
_RETRYABLE = (NoticeState.FAILED.value, NoticeState.UNKNOWN.value, NoticeState.EXPIRED.value)


@dataclass
class NoticeQuestions:
    """Answers to the panel."""

    ledger: Ledger
    watch: SettingsWatch
    dispatcher: Dispatcher
    _counts: TTLCache[str, dict[NoticeState, int]] = field(
        default_factory=lambda: TTLCache(maxsize=200, ttl=_COUNTS_KEPT_S)
    )

    async def list_notices(self, query: ListNotices) -> NoticePage:
        """Return a page of the ledger, newest first, with the number in each state."""
        search = self._search(query.q, query.source_id, query.since, query.until)
        state = {"state": query.state.value} if query.state is not None else {}
        rows, following = await self._page(search | state, query.cursor, query.limit)
        return NoticePage(rows=[line_of(row) for row in rows], next=following, counts=await self._count(search))

    async def get_notice(self, query: GetNotice) -> NoticeFound:
        """Return one notice with its history."""
        return found_of(await self._existing(query.notice_id))

    async def retry_notice(self, query: RetryNotice) -> NoticeFound:
        """Send what failed, expired or is unclear after all, with a new end of life."""
        notice = await self._existing(query.notice_id)
        now = utc_now()
        expires_at = expiry(notice["kind"], now, self.watch.current(NoticeSettings))
        if notice["state"] not in _RETRYABLE or not await self.ledger.retry(notice, query.agent_id, now, expires_at):
            raise Refusal("notice_not_retryable", texts.NOT_RETRYABLE)
        self.dispatcher.wake.set()
        return found_of(await self._existing(query.notice_id))

    async def cancel_notice(self, query: CancelNotice) -> NoticeFound:
        """Take back what has not left."""
        await self._existing(query.notice_id)
        if not await self.ledger.cancel(query.notice_id, query.agent_id, utc_now()):
            raise Refusal("notice_too_late", texts.TOO_LATE)
        return found_of(await self._existing(query.notice_id))

    async def notices_unreached(self, query: NoticesUnreached) -> UnreachedPage:
        """Return notices whose customer was not reached."""
        long_ago = utc_now() - timedelta(hours=query.undelivered_h)
        unreached = [{"state": {"$in": list(_RETRYABLE)}}, {"state": "sent", "sent_at": {"$lt": long_ago}}]
        search = self._search(None, query.source_id, query.since, query.until) | {"$or": unreached}
        rows, following = await self._page(search, query.cursor, query.limit)
        return UnreachedPage(rows=[line_of(row) for row in rows], next=following)

    async def _existing(self, notice_id: str) -> Document:
        notice = await self.ledger.find(notice_id)
        if notice is None:
            raise Refusal("notice_not_found", texts.NOT_FOUND)
        return notice

    def _search(
        self, q: str | None, source_id: str | None, since: datetime | None, until: datetime | None
    ) -> dict[str, Any]:  # fmt: skip
        query: dict[str, Any] = {}
        if source_id is not None:
            query["source_id"] = source_id
        received = {"$gte": since} if since is not None else {}
        if until is not None:
            received |= {"$lt": until}
        if received:
            query["received_at"] = received
        if q is not None and q.strip():
            query |= self._words(q.strip())
        return query

    def _words(self, q: str) -> dict[str, Any]:
        """Return what matches the words; digits may be of a phone, or of an invoice or an amount in the text."""
        words = [{"search": {"$regex": re.escape(word)}} for word in folded(q).split()[:6]]
        digits = "".join(ch for ch in q if ch.isdigit())
        if len(digits) < _PHONE_DIGITS or not _PHONE_SHAPE.fullmatch(q):
            return {"$and": words}
        national = Locale.of(self.watch.current(CompanySettings)).national(q)
        return {"$and": [{"$or": [{"phone": {"$regex": national or digits}}, {"$and": words}]}]}

    async def _page(
        self, query: Mapping[str, Any], cursor: str | None, limit: int
    ) -> tuple[list[Document], str | None]:
        conditions = [dict(query)] if query else []
        if cursor is not None:
            at, last = _position(cursor)
            conditions.append({"received_at": {"$lte": at}})
            conditions.append({"$or": [{"received_at": {"$lt": at}}, {"received_at": at, "_id": {"$lt": last}}]})
        found = self.ledger.notices.find({"$and": conditions} if conditions else {}, list(LINE_FIELDS))
        rows = await found.sort(_NEWEST).limit(limit + 1).to_list()
        page, more = rows[:limit], len(rows) > limit
        return page, _cursor(page[-1]) if more else None

    async def _count(self, search: Mapping[str, Any]) -> dict[NoticeState, int]:
        key = repr(sorted(search.items(), key=lambda pair: pair[0]))
        counts = self._counts.get(key)
        if counts is None:
            group = [{"$match": dict(search)}, {"$group": {"_id": "$state", "n": {"$sum": 1}}}]
            found = await (await self.ledger.notices.aggregate(group)).to_list()
            by_state = {one["_id"]: int(one["n"]) for one in found}
            counts = self._counts[key] = {state: by_state.get(state.value, 0) for state in NoticeState}
        return counts


def _cursor(row: Document) -> str:
    return f"{int(row['received_at'].timestamp() * 1000)}-{row['_id']}"


def _position(cursor: str) -> tuple[datetime, str]:
    ms, _, last = cursor.partition("-")
    if not ms.isdigit() or len(ms) > 14 or not last:
        raise Refusal("invalid_cursor", texts.BAD_CURSOR)
    return datetime.fromtimestamp(int(ms) / 1000, UTC), last
