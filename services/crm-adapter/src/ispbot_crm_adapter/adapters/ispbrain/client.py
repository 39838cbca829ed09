"""ISPBrain behind our port. What it can do follows the provider's configuration."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from decimal import Decimal
from urllib.parse import urljoin

from ispbot_contracts.crm import Capability, CustomerAccount
from ispbot_crm_adapter.adapters.ispbrain import mapping
from ispbot_crm_adapter.adapters.ispbrain.detect import mentions
from ispbot_crm_adapter.adapters.ispbrain.line import IspbrainLine
from ispbot_crm_adapter.adapters.ispbrain.paths import first_at
from ispbot_crm_adapter.adapters.ispbrain.wire import (
    CustomerRow,
    InvoiceRow,
    ListedRow,
    PlanRow,
    charge_row,
    customer_row,
    invoice_row,
    listed_row,
)
from ispbot_crm_adapter.adapters.pdf_door import PdfDoor
from ispbot_crm_adapter.adapters.plan_list import PlanList
from ispbot_crm_adapter.adapters.scalars import row_of
from ispbot_crm_adapter.errors import CannotList, CrmBroken, CrmError, CrmRejected, NoInvoiceFile, NoSuchCustomer
from ispbot_crm_adapter.identity import By, Locale, document_keys, number_key, ways_to_write_document
from ispbot_crm_adapter.lacks import Lacks
from ispbot_crm_adapter.ports import DirectoryEntry, Statement
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_RECEIPT_PAGES = 5


class IspbrainClient:
    """One ISPBrain server."""

    vendor = "ispbrain"
    metered = False

    def __init__(
        self,
        *,
        base: str,
        line: IspbrainLine,
        files: PdfDoor,
        locale: Locale,
        lacks: Lacks,
    ) -> None:
        self.line = line
        self._base = base
        self._form = line.form
        self._files = files
        self._locale = locale
        self._plans = PlanList(self._list_plans)
        self.lacks = lacks
        self.capabilities = frozenset(Capability) - lacks.keys()

    @property
    def altwha_account(self) -> str | None:
        """The account whose outgoing messages we send (see ``altwha``), None when that is off."""
        return self._form.altwha_account or None

    async def find(self, by: By, value: str) -> list[CustomerAccount]:
        """Return everybody with this phone, document or number, checked."""
        match by:
            case "phone":
                rows = await self._by_phone(value)
            case "document":
                rows = await self._by_document(value)
            case "number":
                rows = await self._by_code(value)
        return list(await asyncio.gather(*(self._account(row) for row in rows)))

    async def account(self, customer_id: str) -> CustomerAccount | None:
        """Return a customer."""
        row = await self._by_id(customer_id)
        return await self._account(row) if row is not None else None

    async def statement(self, customer_id: str) -> Statement | None:
        """Return a customer with their invoices."""
        row, receipts, plans = await asyncio.gather(
            self._by_id(customer_id), self._receipts(customer_id), self._plans.get()
        )
        if row is None:
            return None
        balance = await self._balance(row)
        invoices = mapping.invoices_of(receipts, balance, self._form.fields.invoice, self._locale)
        return Statement(mapping.account_of(row, balance, invoices, plans, self._locale), invoices)

    async def invoice_file(self, customer_id: str, invoice_id: str) -> bytes:
        """Return the PDF behind the field that the map names."""
        receipts = await self._receipts(customer_id)
        receipt = next((one for one in receipts if one.id == invoice_id), None)
        if receipt is None or not receipt.pdf:
            raise NoInvoiceFile
        url = urljoin(self._base, receipt.pdf)
        return await self._files.get(url)

    async def directory(self) -> AsyncIterator[list[DirectoryEntry]]:
        """Yield everybody. Raises CrmRejected when it is switched off, CannotList when the server has no list for us."""
        if not (self._form.fallback_index and self._form.endpoints.customers):
            raise CrmRejected("rejected", "fallback_index is off")
        nobody = True
        try:
            async for raw in self.line.pages("customers_list", self._form.endpoints.customers, everybody=True):
                rows = self._readable(raw)
                nobody = nobody and not rows
                yield [mapping.entry_of(row, self._locale) for row in rows]
                await asyncio.sleep(self.line.page_pause_s)
        except NoSuchCustomer as error:
            raise CannotList("list_missing", "404") from error
        if nobody:
            raise CrmBroken("empty", "nobody is listed")

    async def probe(self) -> None:
        """Log in and count the customers (SEEN); without that call, ask for one that can not exist."""
        total = self._form.endpoints.total
        if not total:
            await self._by_id("0")
            return
        try:
            answer = await self.line.get("customers_total", total)
        except NoSuchCustomer as error:
            raise CrmBroken("http_status", "404") from error
        if first_at(answer, "data.amount|amount|data.total|total") is None:
            raise CrmBroken("shape", "customers/total gave no number")

    async def raw_customer(self, by: By, value: str) -> object | None:
        """Return a customer just as the server gives them, for "Detectar campos"; None when nobody is found.

        Fields are not known yet, so the check is that the answer has what was asked for somewhere.
        """
        endpoints, typed = self._form.endpoints, value.strip()
        national = self._locale.national(typed) if by == "phone" else None
        match by:
            case "phone":
                asked = [("phone", written) for written in self._locale.ways_to_write(national)] if national else []
                operation, endpoint = "by_phone", endpoints.by_phone
            case "document":
                asked = [
                    ("doc", written) for key in document_keys(typed)[:1] for written in ways_to_write_document(key)
                ]
                operation, endpoint = "by_document", endpoints.by_document
            case "number":
                asked = [("id", key)] if (key := number_key(typed)) else []
                operation, endpoint = "by_id", endpoints.by_id
        wanted = national or "".join(filter(str.isdigit, typed)).lstrip("0")
        for place, written in asked if endpoint else []:
            try:
                rows = self.line.rows_in(await self.line.get(operation, endpoint, {place: written}))
            except NoSuchCustomer:
                continue
            found = next((row for row in rows if mentions(row, wanted)), None)
            if found is not None:
                return found
        return None

    async def aclose(self) -> None:
        """Close the connections."""
        await self.line.aclose()
        await self._files.aclose()

    # -- finding ------------------------------------------------------------------------------------------------------

    async def _by_phone(self, national: str) -> list[CustomerRow]:
        """Try the ways to write a phone, then the same person's other contracts."""
        for written in self._locale.ways_to_write(national):
            rows = await self._search("by_phone", self._form.endpoints.by_phone, phone=written)
            found = self._with_phone(rows, national)
            if found:
                documents = {row.document for row in found if row.document}
                others = await asyncio.gather(*(self._with_document(document) for document in documents))
                return self._with_phone([*found, *(row for rows in others for row in rows)], national)
            if rows:  # somebody else's: the filter is not known there, another way to write it will not help
                log.warning("ispbrain_filter_ignored", endpoint="by_phone")
                return []
        return []

    async def _by_document(self, document: str) -> list[CustomerRow]:
        for written in ways_to_write_document(document):
            found = await self._with_document(written)
            if found:
                return found
        return []

    async def _with_document(self, written: str) -> list[CustomerRow]:
        wanted = set(document_keys(written))
        rows = await self._search("by_document", self._form.endpoints.by_document, doc=written)
        return [row for row in rows if wanted & set(document_keys(row.document))]

    async def _by_code(self, number: str) -> list[CustomerRow]:
        rows = await self._search("by_code", self._form.endpoints.by_code, code=number)
        return [row for row in rows if number_key(row.code) == number]

    async def _by_id(self, customer_id: str) -> CustomerRow | None:
        rows = await self._search("by_id", self._form.endpoints.by_id, id=customer_id)
        return next((row for row in rows if row.id == customer_id), None)

    def _with_phone(self, rows: Iterable[CustomerRow], national: str) -> list[CustomerRow]:
        checked = {row.id: row for row in rows if national in self._locale.nationals(*row.phones)}
        return list(checked.values())

    async def _search(self, operation: str, endpoint: str, **places: str) -> list[CustomerRow]:
        if not endpoint:
            return []
        try:
            answer = await self.line.get(operation, endpoint, places)
        except NoSuchCustomer:
            return []
        return [customer_row(raw, self._form.fields) for raw in self.line.rows_in(answer)]

    def _readable(self, raw: list[object]) -> list[ListedRow]:
        """One odd customer must not cost the directory: such a row is left out (and found by asking live)."""
        rows = []
        for one in raw:
            try:
                rows.append(listed_row(one, self._form.fields))
            except CrmError as error:
                log.warning("ispbrain_listed_customer_unreadable", reason=error.detail)
        return rows

    # -- money --------------------------------------------------------------------------------------------------------

    async def _account(self, row: CustomerRow) -> CustomerAccount:
        """Lists may come without connections; the single customer has them (SEEN)."""
        if row.connections is None:
            row = await self._by_id(row.id) or row
        balance, plans = await asyncio.gather(self._balance(row), self._plans.get())
        receipts = await self._receipts(row.id) if balance > 0 else []
        invoices = mapping.invoices_of(receipts, balance, self._form.fields.invoice, self._locale)
        return mapping.account_of(row, balance, invoices, plans, self._locale)

    async def _balance(self, row: CustomerRow) -> Decimal:
        """Return what is owed: the customer's balance, else the charges that are pending. Unknown is not zero."""
        if row.balance is not None:
            return row.balance
        pending, where = self._form.endpoints.pending, self._form.fields
        if not pending:
            if where.customer.balance:
                raise CrmBroken("shape", f"customer: {where.customer.balance}")
            return Decimal(0)
        answer = await self.line.get("charges_pending", pending, {"id": row.id})
        charges = [charge_row(raw, where.invoice) for raw in self.line.rows_in(answer)]
        if any(charge.customer_id != row.id for charge in charges):
            raise CrmBroken("shape", "charges of other customers: the filter is ignored")
        return sum((charge.total for charge in charges), Decimal(0))

    async def _receipts(self, customer_id: str) -> list[InvoiceRow]:
        """Return the customer's own receipts; a server that ignores the filter shows others', which are dropped."""
        endpoint, own, read = self._form.endpoints.invoices, [], 0
        if not endpoint:
            return []
        try:
            async for raw in self.line.pages("receipts", endpoint, {"id": customer_id}):
                rows = [invoice_row(one, self._form.fields.invoice) for one in raw]
                mine = [row for row in rows if row.customer_id.lstrip("0") == customer_id]
                own += mine
                read += 1
                if len(mine) != len(rows):
                    log.warning("ispbrain_filter_ignored", endpoint="invoices")
                    return own
                if read == _RECEIPT_PAGES:
                    return own
        except NoSuchCustomer:
            return []
        return own

    async def _list_plans(self) -> dict[str, PlanRow]:
        if not self._form.endpoints.plans:
            return {}
        pages = [page async for page in self.line.pages("plans", self._form.endpoints.plans)]
        rows = [row_of(PlanRow, raw) for page in pages for raw in page]
        return {row.id: row for row in rows}
