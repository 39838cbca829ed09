"""Hands notices to the gateway: a bounded window at a time, urgent ones first, oldest first, only when they may leave."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from pymongo.errors import PyMongoError

from ispbot_contracts.base import utc_now
from ispbot_contracts.common import Author, AuthorKind
from ispbot_contracts.content import MediaContent, TextContent
from ispbot_contracts.settings import BotMode, CompanySettings, OperationSettings, SendingSettings
from ispbot_contracts.whatsapp import SendNotice
from ispbot_crm_adapter.notices import metrics
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_crm_adapter.notices.moves import NORMAL, URGENT, is_quiet
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Retryable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.mongo import Document
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

_TICK_S = 1.0
_SWEEP_EVERY = timedelta(seconds=1)
_GIVE_UP_EVERY = timedelta(seconds=5)
_NEVER = datetime.min.replace(tzinfo=UTC)
_AHEAD = 2000
_AHEAD_FOR = timedelta(minutes=1)
_URGENT_RESERVE = 8
"""So many urgent ones find a place although the window is full."""
_CONTENT: TypeAdapter[TextContent | MediaContent] = TypeAdapter(TextContent | MediaContent)


@dataclass
class Dispatcher:
    """One per replica. Claims are atomic, so each notice leaves through one of them; the window is one for the whole number."""

    ledger: Ledger
    bus: Bus
    watch: SettingsWatch
    window: int
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _ahead: deque[Document] = field(default_factory=deque)
    _read_at: datetime = _NEVER
    _swept_at: datetime = _NEVER
    _gave_up_at: datetime = _NEVER
    _took_over: bool = False

    async def run(self) -> None:
        """Run for ever."""
        while True:
            self.wake.clear()
            released = 0
            try:
                await self.take_over(utc_now())
                released = await self.turn(utc_now())
            except (Retryable, PyMongoError) as error:
                log.warning("notices_wait", reason=type(error).__name__)
            if not released:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.wake.wait(), _TICK_S)

    async def take_over(self, now: datetime) -> None:
        """Once, at the start: what a process that died had claimed may never have been published, and holds places."""
        if not self._took_over:
            await self.ledger.ask_at_once(now)
            self._took_over = True

    async def turn(self, now: datetime) -> int:
        """Give up what is too late, repeat what got no answer, release what may leave; returns how many were released."""
        if now - self._swept_at >= _SWEEP_EVERY:
            await self.ledger.expire(now)
            self._swept_at = now
        if now - self._gave_up_at >= _GIVE_UP_EVERY:
            await self.ledger.give_up_silent(now)
            self._gave_up_at = now
        if self.watch.current(OperationSettings).mode is BotMode.STOPPED:
            return 0
        await self._publish(await self.ledger.unanswered(now, self.window), again=True)
        taken = await self.ledger.slots_taken()
        metrics.SENDING.set(len(taken))
        free = [slot for slot in range(self.window + _URGENT_RESERVE) if slot not in taken]
        places = max(0, self.window + _URGENT_RESERVE - len(taken))
        candidates = await self.ledger.candidates(URGENT, now, places)
        urgent, _ = await self.ledger.claim(candidates, free[: len(candidates)], now)
        await self._publish(urgent)
        if is_quiet(now, self.watch.current(SendingSettings), self.watch.current(CompanySettings).tz):
            return len(urgent)
        free = [slot for slot in free[len(candidates) :] if slot < self.window]
        chosen = await self._next(now, min(len(free), self.window - len(taken) - len(urgent)))
        normal, crowded = await self.ledger.claim(chosen, free[: len(chosen)], now)
        self._ahead.extendleft(reversed(crowded))
        await self._publish(normal)
        return len(urgent) + len(normal)

    async def _next(self, now: datetime, places: int) -> list[Document]:
        """Return the oldest ones, from a list read ahead: an engine may look at everything that waits to find the first few."""
        if places <= 0:
            return []
        if not self._ahead or now - self._read_at > _AHEAD_FOR:
            self._ahead = deque(await self.ledger.candidates(NORMAL, now, max(_AHEAD, places)))
            self._read_at = now
        chosen = [self._ahead.popleft() for _ in range(min(places, len(self._ahead)))]
        return [one for one in chosen if one["expires_at"] > now]

    async def _publish(self, notices: Sequence[Document], *, again: bool = False) -> None:
        await asyncio.gather(*(self.bus.publish(send_notice(notice)) for notice in notices))
        if notices and again:
            metrics.REPUBLISHED.inc(len(notices))
        if notices:
            log.info("notices_released", count=len(notices), again=again)


def send_notice(notice: Document) -> SendNotice:
    """Return the command of the notice's present part and try: the same one however often it is asked for."""
    content: Any = notice["parts"][notice["part"]]
    return SendNotice(
        id=notice["command_id"],
        occurred_at=utc_now(),
        correlation_id=notice["_id"],
        causation_id=notice["_id"],
        recipient_key=notice["recipient_key"],
        notice_id=notice["send_key"],
        phone=notice["phone"],
        content=_CONTENT.validate_python(content),
        author=Author(kind=AuthorKind.SYSTEM, name=notice["source_name"]),
        expires_at=notice["expires_at"],
        urgent=notice["urgent"],
    )
