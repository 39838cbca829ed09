"""A pull consumer driven by a callback: about three times the rate of fetch loops (facts for the bus).

The server keeps one standing request per consumer; what it sends arrives on one inbox, in order, and the next request
goes out when the last one is used up, expired or lost in a reconnect.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from ispbot_runtime.logs import get_logger

if TYPE_CHECKING:
    from nats.aio.subscription import Subscription

log = get_logger(__name__)

_EXPIRES_S = 30.0
_LOST_AFTER_S = 40.0
_REFUSED_PAUSE_S = 0.5


class Pull:
    """Keeps ``on_message`` fed from one durable consumer, one call at a time, in stream order."""

    def __init__(
        self, nc: Client, *, stream: str, durable: str, batch: int, on_message: Callable[[Msg], Awaitable[None]]
    ) -> None:
        self._nc = nc
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._durable = durable
        self._body = json.dumps({"batch": batch, "expires": int(_EXPIRES_S * 1e9)}).encode()
        self._batch = batch
        self._on_message = on_message
        self._left = 0
        self._asked_at = 0.0
        self._stopped = False
        self._subscription: Subscription | None = None
        self._busy = asyncio.Lock()

    async def start(self) -> None:
        """Subscribe the inbox and place the first request."""
        self._inbox = self._nc.new_inbox()
        self._subscription = await self._nc.subscribe(
            self._inbox, cb=self._received, pending_msgs_limit=-1, pending_bytes_limit=-1
        )
        await self._request()

    async def stop(self) -> None:
        """Take no more; returns when the message in hand is done."""
        self._stopped = True
        async with self._busy:
            if self._subscription is not None:
                with suppress(NatsError):
                    await self._subscription.unsubscribe()

    async def refresh(self) -> None:
        """Ask again after a reconnect."""
        if not self._stopped:
            await self._request()

    async def ask_again_when_lost(self, now: float) -> None:
        """Ask again when no answer of any kind came for longer than a request lives."""
        if not self._stopped and now - self._asked_at > _LOST_AFTER_S and not self._busy.locked():
            await self._request()

    async def _request(self) -> None:
        self._left = self._batch
        self._asked_at = asyncio.get_running_loop().time()
        try:
            await self._nc.publish(self._subject, self._body, reply=self._inbox)
        except NatsError as error:
            log.warning("pull_request_failed", durable=self._durable, reason=str(error))

    async def _received(self, msg: Msg) -> None:
        status = msg.headers.get("Status") if msg.headers and not msg.data else None
        if status is not None:
            await self._status(status, (msg.headers or {}).get("Description", ""))
            return
        self._left -= 1
        async with self._busy:
            if self._stopped:
                with suppress(NatsError):
                    await msg.nak()
                return
            if self._left <= 0:
                await self._request()
            await self._on_message(msg)

    async def _status(self, status: str, description: str) -> None:
        if self._stopped or status == "100":
            return
        if status not in {"404", "408"}:
            log.warning("pull_refused", durable=self._durable, status=status, reason=description)
            await asyncio.sleep(_REFUSED_PAUSE_S)
        await self._request()
