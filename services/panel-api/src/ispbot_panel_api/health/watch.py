"""Hears every process tell how it is, notices those that fall silent, and calls back when what people see changes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ispbot_contracts.base import utc_now
from ispbot_contracts.health import ServiceHealth
from ispbot_panel_api.health.models import AlertView, HealthView
from ispbot_panel_api.health.words import PARTS, SILENT, customers_of, part_words, todo_of, what_of

SILENT_AFTER_S = 15.0
_FORGOTTEN_AFTER_S = 60.0
"""A silent process is dropped after this when others of its service work: it was replaced."""
_LOOK_EVERY_S = 1.0
_MOST_PROCESSES = 300


@dataclass(frozen=True)
class _Seen:
    said: ServiceHealth
    heard_at: float


@dataclass(frozen=True)
class _Trouble:
    service: str
    instance: str
    problem: str
    stops: bool
    others_work: bool = False

    @property
    def key(self) -> str:
        return f"{self.service}:{self.problem}"


class HealthWatch:
    """What does not work now, as far as this process hears."""

    def __init__(self, *, expected: tuple[str, ...] = tuple(PARTS), silent_after_s: float = SILENT_AFTER_S) -> None:
        self._expected, self._silent_after_s = expected, silent_after_s
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._since: dict[str, datetime] = {}
        self._started = asyncio.get_running_loop().time()
        self._shown = HealthView(alerts=[])
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each change of what people see."""
        self._listeners.append(listener)

    async def heard(self, said: ServiceHealth) -> None:
        """Take what a process tells of itself."""
        key = (said.service, said.instance)
        if said.leaving:
            self._seen.pop(key, None)
        elif key in self._seen or len(self._seen) < _MOST_PROCESSES:
            self._seen[key] = _Seen(said, self._now())
        self.look()

    async def watch(self) -> None:
        """Run for ever: notice silence."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self.look()

    def view(self) -> HealthView:
        """Return what people see."""
        return self._shown

    def look(self) -> None:
        """Judge everything anew."""
        self._forget_replaced()
        troubles: dict[str, _Trouble] = {}
        for trouble in self._troubles():
            known = troubles.get(trouble.key)
            troubles[trouble.key] = trouble if known is None or not trouble.others_work else known
        now = utc_now()
        self._since = {key: self._since.get(key, now) for key in troubles}
        alerts = [_alert(trouble, self._since[key]) for key, trouble in troubles.items()]
        alerts.sort(key=lambda alert: (alert.level != "bad", alert.since, alert.id))
        view = HealthView(alerts=alerts)
        if view != self._shown:
            self._shown = view
            for listener in self._listeners:
                listener()

    def _troubles(self) -> list[_Trouble]:
        found: list[_Trouble] = []
        working = {service for (service, _), seen in self._seen.items() if not self._silent(seen) and seen.said.ready}
        for (service, instance), seen in self._seen.items():
            if self._silent(seen):
                found.append(_Trouble(service, instance, SILENT, stops=True))
                continue
            found += [_Trouble(service, instance, name, stops=True) for name in seen.said.problems]
            found += [_Trouble(service, instance, name, stops=False) for name in seen.said.degraded]
        heard = {service for service, _ in self._seen}
        if self._now() - self._started > self._silent_after_s:
            found += [_Trouble(name, "", SILENT, stops=True) for name in self._expected if name not in heard]
        return [replace(one, others_work=one.stops and one.service in working) for one in found]

    def _forget_replaced(self) -> None:
        alive = {service for (service, _), seen in self._seen.items() if not self._silent(seen)}
        limit = self._now() - _FORGOTTEN_AFTER_S
        self._seen = {key: seen for key, seen in self._seen.items() if seen.heard_at > limit or key[0] not in alive}

    def _silent(self, seen: _Seen) -> bool:
        return self._now() - seen.heard_at > self._silent_after_s

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _alert(trouble: _Trouble, since: datetime) -> AlertView:
    stopped = trouble.stops and not trouble.others_work
    return AlertView(
        id=trouble.key,
        level="bad" if stopped else "warn",
        part=part_words(trouble.service).name,
        what=what_of(trouble.problem, others_work=trouble.others_work),
        customers=customers_of(trouble.service, trouble.problem, stopped=stopped, others_work=trouble.others_work),
        todo=todo_of(trouble.problem),
        since=since,
    )
