"""Invoice files on their way into the media store: each is fetched once, also for who could not wait for it."""

import asyncio

from cachetools import TTLCache

from ispbot_contracts.content import MediaInfo
from ispbot_contracts.crm import Invoice
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError, CrmUnreachable, NoInvoiceFile
from ispbot_runtime.errors import Unavailable
from ispbot_runtime.logs import get_logger
from ispbot_runtime.media import MediaStore

log = get_logger(__name__)

_KEPT = 2_000
_KEPT_S = 600.0
_NO_USABLE_FILE = ("not_pdf", "too_big", "http_status", "redirect", "forbidden_address", "invalid_url")

Key = tuple[str, str, str]


class InvoiceFiles:
    """Servers draw a PDF in seconds, conversations do not wait so long: the fetch goes on and the next try finds it."""

    def __init__(self, crm: CurrentCrm, media: MediaStore) -> None:
        self._crm = crm
        self._media = media
        self._stored: TTLCache[Key, MediaInfo] = TTLCache(maxsize=_KEPT, ttl=_KEPT_S)
        self._fetching: dict[Key, asyncio.Task[MediaInfo]] = {}

    async def get(self, source: str, customer_id: str, invoice: Invoice) -> MediaInfo:
        """Return the stored file. Being cancelled does not stop the fetch.

        Raises CrmError (NoInvoiceFile when the system has none that can be sent) and Unavailable (media store).
        """
        key = (source, invoice.invoice_id, invoice.status.value)
        stored = self._stored.get(key)
        if stored is not None:
            return stored
        task = self._fetching.get(key)
        if task is None:
            task = self._fetching[key] = asyncio.create_task(self._fetch(key, customer_id, invoice))
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    async def stop(self) -> None:
        """Give up what is under way."""
        tasks = tuple(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, key: Key, customer_id: str, invoice: Invoice) -> MediaInfo:
        async with self._crm.use() as opened:
            if opened.source != key[0]:
                raise CrmUnreachable("connection_failed", "the system was changed meanwhile")
            try:
                async with asyncio.timeout(self._crm.limits.file_s):
                    body = await opened.client.invoice_file(customer_id, invoice.invoice_id)
            except TimeoutError as error:
                raise CrmUnreachable("timeout") from error
            except CrmError as error:
                if error.code in _NO_USABLE_FILE:  # it answered, but gave nothing that can be sent
                    log.warning("crm_invoice_file_unusable", invoice_id=invoice.invoice_id, reason=error.code)
                    raise NoInvoiceFile from error
                raise
        return await self._media.put(body, mime="application/pdf", name=f"Factura {invoice.number}.pdf")

    def _done(self, key: Key, task: asyncio.Task[MediaInfo]) -> None:
        self._fetching.pop(key, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._stored[key] = task.result()
        elif not isinstance(error, (CrmError, Unavailable)):
            log.error("crm_invoice_file_failed", exc_info=error)
