"""Keeps one link alive: applies the state machine to what the transport reports, and does what follows from it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ispbot_contracts.base import utc_now
from ispbot_contracts.whatsapp import SessionState, SessionStatus
from ispbot_gateway_wa import metrics
from ispbot_gateway_wa.domain.link import HANGS_AFTER_S, LOOP_ALARM_AT, Act, Link, Move, on_fact, opening, stuck
from ispbot_gateway_wa.failures import PairingRefused
from ispbot_gateway_wa.ports import LinkFact, LinkUp, QrEnded, WhatsAppTransport
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

_QR_GRACE_S = 15.0
_WATCH_EVERY_S = 1.0
_HAS_SESSION = {SessionState.CONNECTED, SessionState.RECONNECTING, SessionState.PAIRING, SessionState.REPLACED}


class Session:
    """The link of one number, for as long as this process holds the lease."""

    def __init__(self, transport: WhatsAppTransport, *, publish: Callable[[Link], None]) -> None:
        self._transport = transport
        self._publish = publish
        self._link = Link(SessionState.STOPPED, utc_now())
        self._lock = asyncio.Lock()
        self._pending: asyncio.Task[None] | None = None
        self._acts: set[asyncio.Task[None]] = set()
        self._crash: BaseException | None = None
        self._held = False
        self._heard_at = asyncio.get_running_loop().time()
        self.connected = asyncio.Event()
        self.disconnected = asyncio.Event()
        self.disconnected.set()

    @property
    def link(self) -> Link:
        """Where the link stands."""
        return self._link

    async def start(self, stored: SessionStatus | None) -> None:
        """Open the link, unless the last known state forbids it: a ban that lasts, or a session taken elsewhere."""
        now = utc_now()
        if stored is not None and stored.state is SessionState.BANNED and (stored.banned_until or now) > now:
            link = self._link.to(SessionState.BANNED, now, reason=stored.reason)
            self._apply(replace(link, banned_until=stored.banned_until, account=stored.account))
            self._schedule("reopen", ((stored.banned_until or now) - now).total_seconds())
        elif stored is not None and stored.state is SessionState.REPLACED:
            link = self._link.to(SessionState.REPLACED, now, reason=stored.reason)
            self._apply(replace(link, account=stored.account))
        else:
            self._schedule("reopen", 0.0)

    async def watch(self) -> None:
        """Run for the life of the session: notice a state that hangs. Raises what broke an act (a bug)."""
        while True:
            await asyncio.sleep(_WATCH_EVERY_S)
            if self._crash is not None:
                raise self._crash
            self.check_hangs(utc_now())

    def check_hangs(self, now: datetime) -> None:
        """Close and open again what lasts longer than it can."""
        silent_s = asyncio.get_running_loop().time() - self._heard_at
        busy = self._pending is not None and not self._pending.done()
        if busy or self._held:
            return
        limit = HANGS_AFTER_S.get(self._link.state)
        if limit is not None and silent_s > limit:
            log.warning("link_hangs", state=self._link.state, silent_s=round(silent_s))
            self._move(stuck(self._link, now))
        qr = self._link.qr
        if qr is not None and (now - qr.expires_at).total_seconds() > _QR_GRACE_S:
            self.heard(QrEnded("timeout"))

    def heard(self, fact: LinkFact) -> None:
        """Apply a fact; never waits."""
        if isinstance(fact, LinkUp) and self._link.failures:
            metrics.RECONNECTS.inc()
        self._move(on_fact(self._link, fact, utc_now()))

    async def stop(self) -> None:
        """Drop the connection and keep the session."""
        await self._cancel_pending()
        async with self._lock:
            await self._transport.close()
        if self._link.state is not SessionState.BANNED and not self._link.waits_for_a_person:
            self._apply(self._link.to(SessionState.STOPPED, utc_now()))  # else whoever comes next must know

    async def hold(self, reason: str) -> None:
        """Close the link for a while: what comes waits at WhatsApp."""
        await self._cancel_pending()
        self._held = True
        async with self._lock:
            await self._transport.close()
        self._apply(self._link.to(SessionState.RECONNECTING, utc_now(), reason=reason))

    async def go_on(self) -> None:
        """Open the link again after ``hold``."""
        self._held = False
        await self._do("reopen")

    async def reconnect(self, reason: str) -> None:
        """Make the connection anew, as if it had been lost. Nothing when there is none, or it is held closed."""
        if self._held or not self.connected.is_set():
            return
        await self._cancel_pending()
        self._apply(self._link.to(SessionState.RECONNECTING, utc_now(), reason=reason))
        await self._do("reopen")

    # -- what people ask for ------------------------------------------------------------------------------------------

    async def restart(self) -> None:
        """Reiniciar Bot: reconnect, keep the session. Refused while a ban lasts."""
        self._refuse_during_ban()
        await self._cancel_pending()
        self._apply(replace(self._link, rounds=0, failures=0).to(SessionState.STARTING, utc_now(), reason="restarted"))
        await self._do("reopen")

    async def unlink(self) -> None:
        """Desvincular: log out at WhatsApp, forget the session, show a new code."""
        await self._forget_and_open("unlinked")

    async def new_qr(self) -> None:
        """Start a new round of codes. Refused while a session exists."""
        self._refuse_during_ban()
        if self._link.state in _HAS_SESSION:
            raise Refusal("session_exists", "Ya hay una sesión vinculada. Desvinculala antes de generar un nuevo QR.")
        await self._forget_and_open("new_qr")

    async def _forget_and_open(self, reason: str) -> None:
        await self._cancel_pending()
        async with self._lock:
            await self._transport.unlink()
        link = replace(self._link, account=None, rounds=0, failures=0)
        self._apply(link.to(SessionState.STARTING, utc_now(), reason=reason))
        await self._do("reopen")

    async def pair_code(self, phone: str) -> str:
        """Return a code to type on the phone; only while codes are shown."""
        if self._link.state is not SessionState.QR:
            raise Refusal("not_pairing", "El código por teléfono se puede pedir mientras se muestra el QR.")
        try:
            code = await self._transport.pair_code(phone)
        except PairingRefused as refused:
            raise Refusal("phone_refused", "WhatsApp no aceptó ese número de teléfono.") from refused
        self._apply(replace(self._link, pair_code=code))
        return code

    def _refuse_during_ban(self) -> None:
        if self._link.ban_lasts(utc_now()):
            until = self._link.banned_until
            raise Refusal(
                "banned",
                "WhatsApp suspendió la cuenta por un tiempo. No se puede volver a conectar antes de que termine.",
                until=until.isoformat() if until else "",
            )

    # -- the machine's hands ------------------------------------------------------------------------------------------

    def _move(self, move: Move) -> None:
        before = self._link
        self._heard_at = asyncio.get_running_loop().time()
        self._apply(move.link)
        if move.link.failures > before.failures and move.link.failures % LOOP_ALARM_AT == 0:
            metrics.LOOP_ALARMS.inc()
            log.error("link_loop_alarm", failures=move.link.failures, reason=move.link.reason)
        if move.act != "nothing":
            self._schedule(move.act, move.after_s)

    def _apply(self, link: Link) -> None:
        changed = link != self._link
        if link.state is not self._link.state or link.reason != self._link.reason:
            log.info("link_state", state=link.state, reason=link.reason)
        self._link = link
        if link.state is SessionState.CONNECTED:
            self.disconnected.clear()
            self.connected.set()
        else:
            self.connected.clear()
            self.disconnected.set()
        metrics.show_state(link.state)
        if changed:
            self._publish(link)

    def _schedule(self, act: Act, after_s: float) -> None:
        if self._pending is not None:
            self._pending.cancel()
        self._pending = asyncio.create_task(self._later(act, after_s))

    async def _later(self, act: Act, after_s: float) -> None:
        await asyncio.sleep(after_s)
        task = asyncio.create_task(self._do(act))  # a later plan never cuts an act in half
        self._acts.add(task)
        task.add_done_callback(self._act_done)
        await asyncio.shield(task)

    def _act_done(self, task: asyncio.Task[None]) -> None:
        self._acts.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._crash = task.exception()

    async def _cancel_pending(self) -> None:
        if self._pending is not None:
            await cancel_all([self._pending])

    async def _do(self, act: Act) -> None:
        async with self._lock:
            self._heard_at = asyncio.get_running_loop().time()
            match act:
                case "close":
                    await self._transport.close()
                case "unlink":
                    await self._transport.unlink()
                case "reopen":
                    await self._transport.close()
                    self._apply(opening(self._link, utc_now(), reason=self._link.reason))
                    await self._transport.open()
                case "nothing":
                    return
