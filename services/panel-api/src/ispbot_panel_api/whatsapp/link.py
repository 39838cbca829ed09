"""The present state of the link, followed in the ``wa_session`` bucket; the lease tells whether anybody serves it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from nats.errors import Error as NatsError
from nats.js.errors import KeyNotFoundError
from pydantic import ValidationError

from ispbot_contracts.base import utc_now
from ispbot_contracts.streams import LEASE_BUCKET, SESSION_BUCKET
from ispbot_contracts.whatsapp import SessionState, SessionStatus
from ispbot_panel_api.whatsapp.models import AccountView, LinkView, QrView
from ispbot_panel_api.whatsapp.words import GATEWAY_SILENT, LABELS, NEVER_STARTED, link_state, reason_of
from ispbot_runtime.bus import Bus
from ispbot_runtime.logs import get_logger
from ispbot_runtime.parking import describe
from ispbot_runtime.phones import display_phone

log = get_logger(__name__)

_SLOT = "main"
_LEASE_CHECK_S = 2.0
_SILENT_AFTER_S = 10.0
"""Longer than a lease holder takes to be replaced: a take-over is no outage."""


class LinkWatch:
    """Knows the link's state and calls back when what people see changes."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._started_at = utc_now()
        self._status: SessionStatus | None = None
        self._lease: tuple[int, float] = (0, 0.0)
        self._silent = False
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each change."""
        self._listeners.append(listener)

    async def start(self) -> None:
        """Read the present state."""
        bucket = await self._bus.js.key_value(SESSION_BUCKET)
        with suppress(KeyNotFoundError):
            self._take((await bucket.get(_SLOT)).value)
        await self._look_at_lease()

    async def follow(self) -> None:
        """Run for ever: take each new state."""
        while True:
            try:
                watcher = await (await self._bus.js.key_value(SESSION_BUCKET)).watchall()
                async for entry in watcher:
                    if entry is not None and entry.key == _SLOT:
                        self._take(entry.value)
            except NatsError as error:
                log.warning("link_watch_lost", reason=str(error))
            await asyncio.sleep(0.5)

    async def watch_lease(self) -> None:
        """Run for ever: notice when no gateway renews its lease any more."""
        while True:
            await asyncio.sleep(_LEASE_CHECK_S)
            await self._look_at_lease()

    def view(self) -> LinkView:
        """Return what people see."""
        status = self._status
        if status is None:
            state, since, reason = SessionState.STOPPED, self._started_at, NEVER_STARTED
            return _view(SessionStatus(state=state, since=since), reason)
        if self._silent and status.state is not SessionState.STOPPED:
            return _view(
                status.model_copy(update={"state": SessionState.STOPPED, "qr": None, "pair_code": None}), GATEWAY_SILENT
            )
        return _view(status, reason_of(status.state, status.reason))

    def _take(self, raw: bytes | None) -> None:
        try:
            self._status = SessionStatus.model_validate_json(raw) if raw else None
        except ValidationError as error:
            log.error("link_state_invalid", reason=describe(error))
            return
        self._tell()

    async def _look_at_lease(self) -> None:
        now = asyncio.get_running_loop().time()
        try:
            entry = await (await self._bus.js.key_value(LEASE_BUCKET)).get(_SLOT)
            revision = entry.revision or 0
        except KeyNotFoundError:
            revision = 0
        except NatsError as error:
            log.debug("lease_not_read", reason=str(error))
            return
        if revision != self._lease[0] or not self._lease[1]:
            self._lease = (revision, now)
        silent = now - self._lease[1] > _SILENT_AFTER_S
        if silent != self._silent:
            self._silent = silent
            log.warning("gateway_silent") if silent else log.info("gateway_back")
            self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


def _view(status: SessionStatus, reason: str | None) -> LinkView:
    state = link_state(status.state)
    account = status.account
    return LinkView(
        state=state,
        substate=status.state,
        label=LABELS[state],
        reason=reason,
        since=status.since,
        qr=QrView(text=status.qr.text, seq=status.qr.seq, expires_at=status.qr.expires_at) if status.qr else None,
        pair_code=status.pair_code,
        account=AccountView(
            number=display_phone(account.number),
            name=account.name,
            platform=account.platform,
            business=account.business,
        )
        if account
        else None,
        banned_until=status.banned_until,
    )
