"""Between our questions and a vendor's server: how many at once, whether at all, again if it is safe, and counted."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import stamina

from ispbot_crm_adapter import metrics
from ispbot_crm_adapter.breaker import Breaker, BreakerState
from ispbot_crm_adapter.errors import (
    CannotList,
    CrmBroken,
    CrmDenied,
    CrmError,
    CrmUnreachable,
    NoInvoiceFile,
    NoSuchCustomer,
)
from ispbot_crm_adapter.settings import Limits

T = TypeVar("T")

_GATEWAY_TROUBLE = {"502", "503", "504"}


def _worth_another_try(error: Exception) -> bool:
    """A cut line or a proxy's hiccup passes; a time-out has used up the time, the rest would answer the same."""
    if isinstance(error, CrmUnreachable):
        return error.code == "reset"
    return isinstance(error, CrmBroken) and error.code == "http_status" and error.detail in _GATEWAY_TROUBLE


_TWICE = stamina.AsyncRetryingCaller(attempts=2, timeout=None, wait_initial=0.1, wait_max=0.3, wait_jitter=0.1)


class Guard:
    """Guards the requests of one connection to one system."""

    def __init__(self, vendor: str, limits: Limits, *, secrets: Sequence[str] = ()) -> None:
        self.vendor = vendor
        self._secrets = secrets
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._breaker = Breaker(failures=limits.breaker_failures, open_s=limits.breaker_open_s)
        self.trouble: CrmError | None = None
        """Why the last request did not work; None while all is well."""
        self._trouble_at = float("-inf")
        self.last_request_at = float("-inf")
        """Monotonic seconds of the last request."""

    @property
    def breaker(self) -> BreakerState:
        """Whether requests are let through."""
        return self._breaker.state

    async def read(self, operation: str, send: Callable[[], Awaitable[T]]) -> T:
        """Make a request that changes nothing and may therefore be repeated. Raises CrmError."""
        return await _TWICE(_worth_another_try, self._once, operation, send)

    async def list(self, operation: str, send: Callable[[], Awaitable[T]]) -> T:
        """Make a request to the list of everybody, which not every system or user has. Raises CrmError, CannotList among them."""
        return await self.read(operation, lambda: _page(send))

    async def write(self, operation: str, send: Callable[[], Awaitable[T]]) -> T:
        """Make a request that changes something: never repeated. Raises CrmError."""
        return await self._once(operation, send)

    async def _once(self, operation: str, send: Callable[[], Awaitable[T]]) -> T:
        async with self._slots:
            try:
                self._breaker.enter()
            except CrmUnreachable as error:
                metrics.REQUESTS.labels(self.vendor, operation, error.code).inc()
                raise
            started = self.last_request_at = time.monotonic()
            verdict: CrmError | None = CrmBroken("unexpected")
            try:
                answer = await send()
                verdict = None
            except CrmError as error:
                error.conceal(self._secrets)
                verdict = error
                raise
            except asyncio.CancelledError:  # our own time limit struck
                verdict = CrmUnreachable("timeout")
                raise
            else:
                return answer
            finally:
                self._note(verdict, started)
                metrics.REQUESTS.labels(self.vendor, operation, verdict.code if verdict else "ok").inc()
                metrics.REQUEST_SECONDS.labels(self.vendor, operation).observe(time.monotonic() - started)

    def _note(self, error: CrmError | None, started: float) -> None:
        if isinstance(error, CannotList):  # no trouble, and no proof that anything else works
            self._breaker.succeeded()
            return
        answered = error is None or isinstance(error, (NoSuchCustomer, NoInvoiceFile))
        if answered and started < self._trouble_at:
            return  # an answer to an older request does not prove that the system is back
        if error is not None and error.counts:
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        self.trouble = None if answered else error
        if not answered:
            self._trouble_at = time.monotonic()


async def _page(send: Callable[[], Awaitable[T]]) -> T:
    try:
        return await send()
    except CrmDenied as error:
        if error.code != "forbidden":
            raise
        raise CannotList("list_forbidden", error.detail) from error
    except CrmBroken as error:
        if (error.code, error.detail) != ("http_status", "404"):
            raise
        raise CannotList("list_missing", "404") from error
