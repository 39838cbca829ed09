"""From the bus into the ledger."""

import asyncio
import unicodedata
from collections.abc import Sequence
from datetime import timedelta

from ispbot_contracts.notices import DeliverNotice
from ispbot_contracts.settings import CompanySettings, NoticeSettings
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.notices.cleaning import urls_in
from ispbot_crm_adapter.notices.documents import new_document
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_crm_adapter.store import CrmStore
from ispbot_runtime.batching import Batcher
from ispbot_runtime.settings_store import SettingsWatch

_GATHER_S = 0.05


class Arrivals:
    """Handler of DeliverNotice."""

    def __init__(
        self, ledger: Ledger, *, watch: SettingsWatch, crm: CurrentCrm, store: CrmStore, wake: asyncio.Event
    ) -> None:
        self._ledger, self._watch, self._crm, self._store, self._wake = ledger, watch, crm, store, wake
        self._batch = Batcher(self.write, gather_s=_GATHER_S)

    async def deliver_notice(self, command: DeliverNotice) -> None:
        """Write it into the ledger, once."""
        await self._batch.add(command)

    async def stop(self) -> None:
        """Give up what is under way."""
        await self._batch.stop()

    async def write(self, commands: Sequence[DeliverNotice]) -> None:
        """Write several; the dispatcher is woken."""
        settings, names = self._watch.current(NoticeSettings), await self._names(commands)
        await self._ledger.add(
            [
                new_document(
                    command,
                    has_files=bool(command.file_urls) or (settings.attach_pdf_links and bool(urls_in(command.text))),
                    customer_name=names.get(command.phone),
                    release_at=command.release_at or command.occurred_at,
                    forget_after=timedelta(days=settings.retention_days),
                    search=folded(f"{command.text} {names.get(command.phone) or ''}"),
                )
                for command in commands
            ]
        )
        self._wake.set()

    async def _names(self, commands: Sequence[DeliverNotice]) -> dict[str, str]:
        """Return the customers' names the local directory knows; the system itself is never asked for this."""
        opened = self._crm.opened
        if opened is None:
            return {}
        locale = Locale.of(self._watch.current(CompanySettings))
        nationals = {command.phone: locale.national(f"+{command.phone}") for command in commands}
        known = await self._store.names_of(
            opened.source, sorted({one for one in nationals.values() if one is not None})
        )
        return {phone: known[national] for phone, national in nationals.items() if national in known}


def folded(text: str) -> str:
    """Return text without accents and capitals, for search."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(ch for ch in plain if not unicodedata.combining(ch)).split())
