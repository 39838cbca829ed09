"""Every process tells on the bus how it is, so that the panel can show what is degraded or missing."""

import asyncio

from ispbot_contracts.base import utc_now
from ispbot_contracts.health import HEALTH_EVERY_S, ServiceHealth
from ispbot_runtime.bus import Bus
from ispbot_runtime.health import Health


class Beat:
    """Tells how one process is."""

    def __init__(self, bus: Bus, health: Health) -> None:
        self._bus = bus
        self._health = health
        self._started_at = utc_now()

    def watch(self) -> None:
        """Make the bus's own troubles part of the health."""
        bus, health = self._bus, self._health
        health.checks["bus"] = lambda: None if bus.connected else "not connected"
        health.checks["topology"] = lambda: bus.topology_problem if bus.connected else None
        health.checks["bus_storage"] = bus.storage_problem

    def watch_backlog(self) -> None:
        """Make what waits on the bus part of the health, once the bus was connected."""
        bus, backlog = self._bus, self._bus.backlog
        self._health.checks["bus_silent"] = lambda: backlog.silent() if bus.connected else None
        self._health.checks["consumers"] = backlog.missing
        self._health.limits["lag"] = backlog.too_old
        self._health.limits["bus_capacity"] = backlog.filling_up

    def now(self, *, leaving: bool = False) -> ServiceHealth:
        """Return how this process is now."""
        problems, seen = self._health.problems(), self._bus.backlog.seen
        return ServiceHealth(
            service=self._bus.service, instance=self._bus.instance, ready=not problems and not leaving,
            problems=problems, degraded=self._health.degraded(), sent_at=utc_now(), started_at=self._started_at,
            lag=seen.lag if seen else None, oldest_unprocessed_s=seen.oldest_s if seen else None,
            dead_letters=seen.dead_letters if seen else None, leaving=leaving,
        )  # fmt: skip

    async def run(self) -> None:
        """Tell for ever."""
        while True:
            await self._bus.hint(self.now())
            await asyncio.sleep(HEALTH_EVERY_S)

    async def leave(self) -> None:
        """Say the last word of a process that ends in order."""
        await self._bus.hint(self.now(leaving=True))
