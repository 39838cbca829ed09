"""Notices for tickets that wait too long: once per wait and level."""

import asyncio
from datetime import datetime

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import AttentionSettings
from ispbot_contracts.tickets import ListTickets, TicketView
from ispbot_panel_api.live.hub import Hub
from ispbot_panel_api.live.told import waiting_notice
from ispbot_runtime.bus import Bus
from ispbot_runtime.errors import Refusal, Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)

_LOOK_EVERY_S = 15.0
_MOST = 200

Wait = tuple[str, datetime, bool]


class WaitingWatch:
    """Looks at the queue now and then."""

    def __init__(self, *, bus: Bus, watch: SettingsWatch, hub: Hub) -> None:
        self._bus, self._watch, self._hub = bus, watch, hub
        self._told: set[Wait] = set()

    async def run(self) -> None:
        """Run for ever."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if not self._hub.watched:
                continue
            try:
                await self.look(utc_now())
            except (Unavailable, Refusal) as error:
                log.warning("waiting_not_looked_at", reason=str(error))

    async def look(self, now: datetime) -> None:
        """Tell of every wait that passed a limit since the last look. Raises Unavailable."""
        attention = self._watch.current(AttentionSettings)
        pages = await asyncio.gather(
            self._bus.ask(ListTickets(view="pending", agent_id="", limit=_MOST)),
            self._bus.ask(ListTickets(view="in_progress", agent_id="", limit=_MOST)),
        )
        waits = {wait: ticket for page in pages for ticket in page.rows if (wait := _wait(ticket, now, attention))}
        for wait, ticket in waits.items():
            if wait not in self._told:
                _, since, critical = wait
                self._hub.notify(ticket, waiting_notice(ticket, _minutes(since, now), critical=critical))
        self._told = set(waits)


def _wait(ticket: TicketView, now: datetime, attention: AttentionSettings) -> Wait | None:
    since = ticket.waiting_since
    if since is None or _minutes(since, now) < attention.wait_warning_min:
        return None
    return ticket.ticket_id, since, _minutes(since, now) >= attention.wait_critical_min


def _minutes(since: datetime, now: datetime) -> int:
    return int((now - since).total_seconds() // 60)
