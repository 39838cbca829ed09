"""One login at a time, one token for as long as it is good."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from ispbot_crm_adapter.errors import CrmError
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)


class Session:
    """Keeps the token that ``login`` returns for ``kept_s``."""

    def __init__(
        self, login: Callable[[], Awaitable[str]], *, kept_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._login = login
        self._kept_s = kept_s
        self._clock = clock
        self._token: str | None = None
        self._until = 0.0
        self._under_way: asyncio.Task[str] | None = None

    async def token(self) -> str:
        """Return a token, logging in when there is none. Raises CrmError.

        Who stops waiting does not stop the login: the next one finds its token.
        """
        if self._token is not None and self._clock() < self._until:
            return self._token
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._renew())
            self._under_way.add_done_callback(self._done)
        return await asyncio.shield(self._under_way)

    def refused(self, token: str) -> None:
        """Forget a token that the system did not accept, unless there is a newer one already."""
        if token == self._token:
            self._token = None

    async def aclose(self) -> None:
        """Give up a login under way."""
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _renew(self) -> str:
        try:
            token = await self._login()
        except CrmError as error:
            error.before_request = True
            raise
        self._token, self._until = token, self._clock() + self._kept_s
        return token

    def _done(self, task: asyncio.Task[str]) -> None:
        self._under_way = None
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, CrmError):
            log.error("crm_login_failed", exc_info=error)
