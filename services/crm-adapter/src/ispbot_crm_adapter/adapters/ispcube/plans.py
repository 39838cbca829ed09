"""The plans with their prices, asked for once a day."""

import asyncio
import time
from collections.abc import Mapping

from ispbot_crm_adapter.adapters.ispcube.line import IspcubeLine
from ispbot_crm_adapter.adapters.ispcube.wire import PlanRow, rows_in
from ispbot_crm_adapter.adapters.scalars import row_of
from ispbot_crm_adapter.errors import CrmError
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_KEPT_S = 24 * 3600.0
_AFTER_TROUBLE_S = 900.0


class PlanList:
    """A missing price must not cost an answer: without the list, plans have names only."""

    def __init__(self, line: IspcubeLine) -> None:
        self._line = line
        self._plans: Mapping[str, PlanRow] = {}
        self._until = float("-inf")
        self._asking = asyncio.Lock()

    async def get(self) -> Mapping[str, PlanRow]:
        """Return the plans by id, those of before while they can not be had."""
        async with self._asking:
            if time.monotonic() >= self._until:
                self._until = time.monotonic() + await self._ask()
        return self._plans

    async def _ask(self) -> float:
        """Ask anew and return for how many seconds that will do."""
        try:
            rows = [row_of(PlanRow, raw) for raw in rows_in(await self._line.get("plans/plans_list"))]
        except CrmError as error:
            log.warning("ispcube_plans_not_listed", reason=error.code)
            return _AFTER_TROUBLE_S
        self._plans = {row.id: row for row in rows}
        return _KEPT_S
