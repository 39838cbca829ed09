"""Keeps the request meter of the system in use: persisted, its allowance asked for once a period, its alarm told."""

import asyncio
import time

from pymongo.errors import PyMongoError

from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError
from ispbot_crm_adapter.meter import Level, Meter, MeterStore, period_of
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_EVERY_S = 1.0
_ASK_AGAIN_S = 300.0


class Metering:
    """Runs beside the questions."""

    def __init__(self, crm: CurrentCrm, store: MeterStore) -> None:
        self._crm = crm
        self._store = store
        self._asked: tuple[str, str] | None = None
        self._not_before = float("-inf")
        self._level: Level = "ok"

    async def run(self) -> None:
        """Run for ever."""
        while True:
            await self.step()
            await asyncio.sleep(_EVERY_S)

    async def step(self) -> None:
        """Write down what was counted, learn the allowance, tell a new level."""
        meter = self._crm.meter
        if meter is None:
            return
        try:
            await self._store.sync(meter)
            await self._learn(meter)
        except PyMongoError as error:
            log.warning("crm_meter_not_kept", reason=type(error).__name__)
        if meter.level != self._level:
            log.warning(
                "crm_meter_level", before=self._level, now=meter.level, used=meter.used, allowance=meter.allowance
            )
            self._level = meter.level

    def alarm(self) -> str | None:
        """Return why the service is limited, for its health."""
        meter = self._crm.meter
        if meter is None or meter.level == "ok":
            return None
        return f"{meter.level}: {meter.used} of {meter.allowance} requests"

    async def _learn(self, meter: Meter) -> None:
        key = meter.source, period_of(meter.today())[0].isoformat()
        if meter.fixed_allowance is not None or (self._asked == key and meter.asked_allowance is not None):
            return
        if meter.asked_allowance is None or self._asked != key:
            meter.asked_allowance = await self._store.known_allowance(meter)
            self._asked = key
        if meter.asked_allowance is not None or time.monotonic() < self._not_before:
            return
        self._not_before = time.monotonic() + _ASK_AGAIN_S
        try:
            async with self._crm.use() as opened, asyncio.timeout(self._crm.limits.question_s):
                ask = opened.count_connections if opened.source == meter.source else None
                connections = await ask() if ask is not None else None
        except (CrmError, Refusal, TimeoutError) as error:
            log.warning("crm_allowance_unknown", reason=str(error) or type(error).__name__)
            return
        if connections is not None:
            await self._store.keep_allowance(meter, connections)
