"""MikroWisp behind our port."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from urllib.parse import urljoin

from ispbot_contracts.crm import Capability, CustomerAccount, Invoice
from ispbot_crm_adapter.adapters.mikrowisp import mapping
from ispbot_crm_adapter.adapters.mikrowisp.line import MikroWispLine
from ispbot_crm_adapter.adapters.mikrowisp.wire import ClientRow, InvoiceFileRow, InvoiceRow, ListedRow
from ispbot_crm_adapter.adapters.pdf_door import PdfDoor
from ispbot_crm_adapter.adapters.scalars import RowT, row_of
from ispbot_crm_adapter.errors import CrmBroken, NoInvoiceFile, NoSuchCustomer
from ispbot_crm_adapter.identity import By, Locale, document_keys, ways_to_write_document
from ispbot_crm_adapter.lacks import Lacks
from ispbot_crm_adapter.ports import DirectoryEntry, Statement
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_UNPAID = 1
_PAGE = 100
_LAST_PAGE = 500
"""Nobody has more than 50,000 customers in one standing: past this the server ignores the page number."""
_STANDINGS = (0, 1, 2)
_INVOICES_SHOWN = 25


class MikroWispClient:
    """One MikroWisp server. ``lacks`` is what it can not do as it is configured."""

    vendor = "mikrowisp"
    metered = False

    def __init__(
        self, *, line: MikroWispLine, files: PdfDoor, locale: Locale, page_pause_s: float,
        lacks: Lacks,
    ) -> None:  # fmt: skip
        self.lacks = lacks
        self.capabilities = frozenset(Capability) - lacks.keys()
        self._line = line
        self._files = files
        self._locale = locale
        self._page_pause_s = page_pause_s

    async def find(self, by: By, value: str) -> list[CustomerAccount]:
        """Return everybody with this phone, document or number, checked."""
        match by:
            case "phone":
                rows = await self._by_phone(value)
            case "document":
                rows = await self._by_document(value)
            case "number":
                rows = [row for row in await self._details(idcliente=value) if row.id == value]
        return list(await asyncio.gather(*(self._with_due_date(row) for row in rows)))

    async def account(self, customer_id: str) -> CustomerAccount | None:
        """Return a customer."""
        rows = [row for row in await self._details(idcliente=customer_id) if row.id == customer_id]
        return await self._with_due_date(rows[0]) if rows else None

    async def statement(self, customer_id: str) -> Statement | None:
        """Return a customer with their invoices."""
        rows, invoices = await asyncio.gather(self._details(idcliente=customer_id), self._newest_invoices(customer_id))
        row = next((row for row in rows if row.id == customer_id), None)
        if row is None:
            return None
        return Statement(mapping.account_of(row, invoices, self._locale), invoices)

    async def invoice_file(self, customer_id: str, invoice_id: str) -> bytes:
        """Return the PDF behind the invoice's ``urlpdf``."""
        answer = await self._line.read("GetInvoice", idfactura=int(invoice_id))
        row = row_of(InvoiceFileRow, answer.get("factura"))
        if row.id != invoice_id or row.idcliente not in (None, customer_id):
            raise CrmBroken("shape", "GetInvoice answered another invoice")
        if not row.urlpdf:
            raise NoInvoiceFile
        url = urljoin(self._line.base, row.urlpdf)
        return await self._files.get(url)

    async def directory(self) -> AsyncIterator[list[DirectoryEntry]]:
        """Yield everybody, standing by standing; a page with nobody new is the end (a short one is not)."""
        nobody = True
        for standing in _STANDINGS:
            seen: set[str] = set()
            for page in range(1, _LAST_PAGE + 1):
                try:
                    answer = await self._line.list("GetAllClients", estado=standing, limit=_PAGE, pagina=page)
                except NoSuchCustomer:
                    break
                rows = _listed(answer.get("clientes"))
                entries = [mapping.entry_of(row, self._locale) for row in rows]
                if seen.issuperset(entry.customer_id for entry in entries):
                    break
                seen.update(entry.customer_id for entry in entries)
                nobody = False
                yield entries
                await asyncio.sleep(self._page_pause_s)
        if nobody:
            raise CrmBroken("empty", "nobody is listed")

    async def probe(self) -> None:
        """Ask for a customer that can not exist: the refusal proves address and token."""
        await self._details(idcliente=0)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._line.aclose()
        await self._files.aclose()

    # -- finding ------------------------------------------------------------------------------------------------------

    async def _by_phone(self, national: str) -> list[ClientRow]:
        """Try the ways to write a phone (the server compares text), then the same person's other contracts."""
        for written in self._locale.ways_to_write(national):
            mobile, landline = await asyncio.gather(self._details(movil=written), self._details(telefono=written))
            found = self._with_phone([*mobile, *landline], national)
            if found:
                documents = {row.cedula for row in found if row.cedula}
                siblings = await asyncio.gather(*(self._details(cedula=document) for document in documents))
                return self._with_phone([*found, *(row for rows in siblings for row in rows)], national)
        return []

    def _with_phone(self, rows: Iterable[ClientRow], national: str) -> list[ClientRow]:
        checked = {row.id: row for row in rows if national in self._locale.nationals(row.movil, row.telefono)}
        return list(checked.values())

    async def _by_document(self, document: str) -> list[ClientRow]:
        wanted = set(document_keys(document))
        for written in ways_to_write_document(document):
            rows = [row for row in await self._details(cedula=written) if wanted & set(document_keys(row.cedula))]
            if rows:
                return rows
        return []

    async def _details(self, **filters: object) -> list[ClientRow]:
        try:
            answer = await self._line.read("GetClientsDetails", **filters)
        except NoSuchCustomer:
            return []
        return _rows(ClientRow, answer.get("datos"))

    # -- invoices -----------------------------------------------------------------------------------------------------

    async def _with_due_date(self, row: ClientRow) -> CustomerAccount:
        owes = row.facturacion is not None and row.facturacion.facturas_nopagadas > 0
        invoices = await self._invoices(row.id, estado=_UNPAID) if owes else []
        return mapping.account_of(row, invoices, self._locale)

    async def _newest_invoices(self, customer_id: str) -> list[Invoice]:
        """Return all unpaid ones and the first page of the rest (no order is promised), newest first."""
        unpaid, others = await asyncio.gather(self._invoices(customer_id, estado=_UNPAID), self._invoices(customer_id))
        merged = {invoice.invoice_id: invoice for invoice in (*others, *unpaid)}
        return sorted(merged.values(), key=lambda invoice: int(invoice.invoice_id), reverse=True)

    async def _invoices(self, customer_id: str, **filters: object) -> list[Invoice]:
        try:
            answer = await self._line.read("GetInvoices", idcliente=int(customer_id), limit=_INVOICES_SHOWN, **filters)
        except NoSuchCustomer:
            return []
        rows = _rows(InvoiceRow, answer.get("facturas"))
        return [mapping.invoice_of(row, self._locale) for row in rows if row.idcliente == customer_id]


def _rows(model: type[RowT], raw: object) -> list[RowT]:
    if raw is None or raw == "":
        return []
    if not isinstance(raw, list):
        raise CrmBroken("shape", f"{model.__name__}: no list")
    return [row_of(model, one) for one in raw]


def _listed(raw: object) -> list[ListedRow]:
    """One odd customer must not cost the directory: such a row is left out (and found by asking live)."""
    rows = []
    for one in raw if isinstance(raw, list) else []:
        try:
            rows.append(row_of(ListedRow, one))
        except CrmBroken as error:
            log.warning("mikrowisp_listed_customer_unreadable", reason=error.detail)
    return rows
