"""The link's state machine, for every transport (facts: neonize, section 11).

``STOPPED -> STARTING -> QR -> QR_EXPIRED -> STARTING ...`` at most three rounds; ``QR -> PAIRING -> CONNECTED <-> RECONNECTING``.
LOGGED_OUT, REPLACED, OUTDATED, NOT_BUSINESS and FAILED wait for a person; BANNED waits for its end and never less.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from ispbot_contracts.whatsapp import QrCode, SessionState, WaAccount
from ispbot_gateway_wa.domain.backoff import backoff_s
from ispbot_gateway_wa.ports import (
    Banned,
    LinkDown,
    LinkFact,
    LinkUp,
    LoggedOut,
    Outdated,
    Paired,
    QrEnded,
    QrShown,
    Refused,
    Replaced,
)

MAX_QR_ROUNDS = 3
BETWEEN_ROUNDS_S = 1.0
STABLE_AFTER = timedelta(seconds=30)
"""A link that held this long has proved itself: its earlier failures are forgotten."""
UNDATED_BAN = timedelta(hours=24)
LOOP_ALARM_AT = 5
"""Failures in a row that look like a loop."""
HANGS_AFTER_S: dict[SessionState, float] = {
    SessionState.STARTING: 60.0,
    SessionState.PAIRING: 30.0,
    SessionState.RECONNECTING: 180.0,
}
"""A state that lasts longer than this is stuck: close and open again."""

Act = Literal["nothing", "reopen", "unlink", "close"]

_QR_FAILURES = {"outdated": SessionState.OUTDATED, "passkey_required": SessionState.FAILED}
_WAITS_FOR_A_PERSON = {
    SessionState.LOGGED_OUT, SessionState.REPLACED, SessionState.OUTDATED, SessionState.NOT_BUSINESS, SessionState.FAILED,
}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """Where the link stands."""

    state: SessionState
    since: datetime
    reason: str | None = None
    qr: QrCode | None = None
    pair_code: str | None = None
    account: WaAccount | None = None
    banned_until: datetime | None = None
    rounds: int = 0
    """Rounds of codes that ended without a pairing."""
    failures: int = 0
    """Times in a row that the connection did not hold."""

    def to(self, state: SessionState, now: datetime, *, reason: str | None = None) -> "Link":
        """Return the link in ``state``; what belongs to the old state is forgotten, ``since`` kept when nothing changed."""
        since = self.since if state is self.state else now
        return replace(self, state=state, since=since, reason=reason, qr=None, pair_code=None, banned_until=None)

    def ban_lasts(self, now: datetime) -> bool:
        """Tell whether WhatsApp still wants the account to rest."""
        return self.state is SessionState.BANNED and self.banned_until is not None and now < self.banned_until

    @property
    def waits_for_a_person(self) -> bool:
        """Nothing happens by itself from here."""
        return self.state in _WAITS_FOR_A_PERSON or (
            self.state is SessionState.QR_EXPIRED and self.reason == "rounds_exhausted"
        )


@dataclass(frozen=True)
class Move:
    """The link after a fact, and what to do about it ``after_s`` seconds."""

    link: Link
    act: Act = "nothing"
    after_s: float = 0.0


def opening(link: Link, now: datetime, *, reason: str | None = None) -> Link:
    """Return the link when it is being opened: a link that was up is reconnecting, a pairing goes on."""
    if link.state in {SessionState.RECONNECTING, SessionState.PAIRING}:
        return link
    return link.to(SessionState.STARTING, now, reason=reason)


def on_fact(link: Link, fact: LinkFact, now: datetime) -> Move:
    """Return what a fact does to the link."""
    match fact:
        case QrShown(text=text, seq=seq, expires_at=expires_at):
            shown = replace(link.to(SessionState.QR, now), qr=QrCode(text=text, seq=seq, expires_at=expires_at))
            return Move(replace(shown, account=None, pair_code=link.pair_code))
        case QrEnded(reason=reason):
            return _round_ended(link, reason, now)
        case Paired():
            return Move(replace(link.to(SessionState.PAIRING, now), rounds=0, failures=0))
        case LinkUp(account=account):
            return _up(link, account, now)
        case LinkDown(reason=reason, heals=heals):
            return _down(link, reason, now, heals=heals)
        case _:
            return _ended(link, fact, now)


def _ended(link: Link, fact: LoggedOut | Replaced | Banned | Outdated | Refused, now: datetime) -> Move:
    match fact:
        case LoggedOut(reason=reason):
            return Move(replace(link.to(SessionState.LOGGED_OUT, now, reason=reason), account=None), "close")
        case Replaced():
            return Move(link.to(SessionState.REPLACED, now, reason="replaced"), "close")
        case Banned(reason=reason, until=until):
            ends = until or now + UNDATED_BAN
            banned = replace(link.to(SessionState.BANNED, now, reason=reason), banned_until=ends)
            return Move(banned, "reopen", max(0.0, (ends - now).total_seconds()))
        case Outdated():
            return Move(link.to(SessionState.OUTDATED, now, reason="client_outdated"), "close")
        case Refused(reason=reason):
            return Move(link.to(SessionState.FAILED, now, reason=reason), "close")


def stuck(link: Link, now: datetime) -> Move:
    """Return what to do about a state that hangs."""
    again = replace(link, failures=link.failures + 1, since=now)
    return Move(again, "reopen", backoff_s(link.failures))


def _up(link: Link, account: WaAccount, now: datetime) -> Move:
    up = replace(link.to(SessionState.CONNECTED, now), account=account, rounds=0)
    if account.business is False:
        refused = replace(up.to(SessionState.NOT_BUSINESS, now, reason="regular_account"), account=account)
        return Move(refused, "unlink")
    return Move(up)


def _down(link: Link, reason: str, now: datetime, *, heals: bool) -> Move:
    if link.waits_for_a_person or link.state is SessionState.BANNED:
        return Move(link)
    if link.state is SessionState.PAIRING and link.failures == 0:
        # every companion restarts once after pairing: not a failure
        return Move(replace(link, failures=1), "nothing" if heals else "reopen")
    held = link.state is SessionState.CONNECTED and now - link.since >= STABLE_AFTER
    failures = 0 if held else link.failures + 1
    was_linked = link.account is not None
    after = link.to(SessionState.RECONNECTING if was_linked else SessionState.STARTING, now, reason=reason)
    after = replace(after, failures=failures)
    return Move(after) if heals else Move(after, "reopen", backoff_s(failures))


def _round_ended(link: Link, reason: str, now: datetime) -> Move:
    final = _QR_FAILURES.get(reason)
    if final is not None:
        return Move(link.to(final, now, reason=reason), "close")
    rounds = link.rounds + 1
    if rounds >= MAX_QR_ROUNDS:
        return Move(replace(link.to(SessionState.QR_EXPIRED, now, reason="rounds_exhausted"), rounds=rounds), "close")
    expired = replace(link.to(SessionState.QR_EXPIRED, now, reason=reason), rounds=rounds)
    return Move(expired, "reopen", BETWEEN_ROUNDS_S)
