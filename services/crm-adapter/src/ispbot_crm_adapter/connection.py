"""The system in use: follows the settings, changes without a restart, lets what is under way finish."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ispbot_contracts.settings import CompanySettings, CrmSettings, Section
from ispbot_crm_adapter import metrics, texts
from ispbot_crm_adapter.adapters.factory import Opened, open_client
from ispbot_crm_adapter.errors import CrmError
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.meter import Meter
from ispbot_crm_adapter.settings import Limits
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger
from ispbot_runtime.settings_store import SettingsWatch

log = get_logger(__name__)


@dataclass
class _Line:
    opened: Opened
    users: int = 0
    retired: bool = False

    async def close_if_idle(self) -> None:
        if self.retired and self.users == 0:
            await self.opened.client.aclose()


@dataclass
class CurrentCrm:
    """Holds the one client in force. ``problem`` says why there is none although a system is configured."""

    watch: SettingsWatch
    limits: Limits
    problem: CrmError | None = None
    revision: int = 0
    """Of the settings in force."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when another connection is in force, or when a person tried this one with success."""
    _line: _Line | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Open the configured system and follow changes."""
        self.watch.on_change(self._changed)
        await self._open()

    async def stop(self) -> None:
        """Close it."""
        await self._retire()

    @property
    def opened(self) -> Opened | None:
        """The client in force; use ``use`` to ask it something."""
        return self._line.opened if self._line is not None else None

    @property
    def meter(self) -> Meter | None:
        """The request counter of the system in force, None where requests cost nothing."""
        return self._line.opened.meter if self._line is not None else None

    @property
    def trouble(self) -> CrmError | None:
        """Why the system can not be asked now; None when it can, or when none is configured."""
        if self._line is not None:
            return self._line.opened.guard.trouble
        return self.problem

    @property
    def locale(self) -> Locale:
        """The company's locale."""
        return Locale.of(self.watch.current(CompanySettings))

    @asynccontextmanager
    async def use(self, source: str = "") -> AsyncIterator[Opened]:
        """Lend the client. ``source`` names the system whose ids are asked about; empty: whichever is in use.

        Raises Refusal ``crm_not_configured``, ``crm_unavailable``; ``customer_not_found`` when another system is in use:
        there the same id is somebody else.
        """
        line = self._line
        if line is None:
            if self.problem is not None:
                raise texts.unavailable(self.problem)
            raise Refusal("crm_not_configured", texts.NOT_CONFIGURED)
        if source not in {"", line.opened.source}:
            raise Refusal("customer_not_found", texts.CUSTOMER_NOT_FOUND)
        line.users += 1
        try:
            yield line.opened
        finally:
            line.users -= 1
            await line.close_if_idle()

    async def _changed(self, section: Section) -> None:
        if isinstance(section, (CrmSettings, CompanySettings)):
            await self._open()

    async def _open(self) -> None:
        before = self.meter
        await self._retire()
        settings, revision = self.watch.current(CrmSettings), self.watch.revision(CrmSettings)
        try:
            opened = open_client(settings, self.locale, self.limits)
            self.problem = None
        except CrmError as error:
            opened, self.problem = None, error
        if opened is not None:
            self._line = _Line(opened)
            metrics.BREAKER.labels(opened.guard.vendor).set_function(lambda: opened.guard.breaker)
        if before is not None and opened is not None and opened.meter is not None and opened.source == before.source:
            opened.meter.stored, opened.meter.waiting = before.stored, before.waiting
            opened.meter.asked_allowance = before.asked_allowance
        self.revision = revision
        self.changed.set()
        log.info("crm_connection_set", vendor=settings.vendor, open=opened is not None)

    async def _retire(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            metrics.BREAKER.remove(line.opened.guard.vendor)
            line.retired = True
            await line.close_if_idle()
