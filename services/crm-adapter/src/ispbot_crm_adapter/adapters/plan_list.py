"""The plans with their prices, asked for once a day."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from ispbot_crm_adapter.errors import CrmError
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

PlanT = TypeVar("PlanT")

_KEPT_S = 24 * 3600.0
_AFTER_TROUBLE_S = 900.0


class PlanList(Generic[PlanT]):
    """A missing price must not cost an answer: without the list, plans have names only."""

    def __init__(self, ask: Callable[[], Awaitable[Mapping[str, PlanT]]]) -> None:
        self._ask_anew = ask
        self._plans: Mapping[str, PlanT] = {}
        self._until = float("-inf")
        self._asking = asyncio.Lock()

    async def get(self) -> Mapping[str, PlanT]:
        """Return the plans by id, those of before while they can not be had."""
        async with self._asking:
            if time.monotonic() >= self._until:
                self._until = time.monotonic() + await self._ask()
        return self._plans

    async def _ask(self) -> float:
        """Ask anew and return for how many seconds that will do."""
        try:
            self._plans = await self._ask_anew()
        except CrmError as error:
            log.warning("crm_plans_not_listed", reason=error.code)
            return _AFTER_TROUBLE_S
        return _KEPT_S
