"""A circuit breaker: after some failures in a row nobody waits for a system that is down.

Our own forty lines because none of the packages fits: aiobreaker rests since 2021, purgatory since 2024, pybreaker is for
Tornado, and none of them lets a cancelled call (our time limit struck) count as a failure or exactly one probe through.
"""

import time
from collections.abc import Callable
from enum import IntEnum

from ispbot_crm_adapter.errors import CrmUnreachable


class BreakerState(IntEnum):
    """The number is the metric's value."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Closed; open after ``failures`` in a row; after ``open_s`` seconds one caller may try."""

    def __init__(self, *, failures: int, open_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._open_s = open_s
        self._clock = clock
        self._in_a_row = 0
        self._opened_at = 0.0
        self.state = BreakerState.CLOSED

    def enter(self) -> None:
        """Ask to make a call; every granted call must end in ``succeeded`` or ``failed``. Raises CrmUnreachable."""
        if self.state is BreakerState.CLOSED:
            return
        if self.state is BreakerState.OPEN and self._clock() - self._opened_at >= self._open_s:
            self.state = BreakerState.HALF_OPEN
            return
        raise CrmUnreachable("circuit_open")

    def succeeded(self) -> None:
        """The call came back."""
        self._in_a_row = 0
        self.state = BreakerState.CLOSED

    def failed(self) -> None:
        """The call failed or took too long."""
        self._in_a_row += 1
        if self.state is BreakerState.HALF_OPEN or self._in_a_row >= self._limit:
            self.state = BreakerState.OPEN
            self._opened_at = self._clock()
