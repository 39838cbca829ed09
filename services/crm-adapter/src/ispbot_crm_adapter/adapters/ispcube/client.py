"""ISPCube behind our port."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from urllib.parse import urljoin

from cachetools import TTLCache

from ispbot_contracts.crm import Capability, CustomerAccount
from ispbot_crm_adapter.adapters.ispcube import mapping
from ispbot_crm_adapter.adapters.ispcube.line import IspcubeLine
from ispbot_crm_adapter.adapters.ispcube.wire import BillRow, CustomerRow, ListedRow, PlanRow, rows_in
from ispbot_crm_adapter.adapters.pdf_door import PdfDoor
from ispbot_crm_adapter.adapters.plan_list import PlanList
from ispbot_crm_adapter.adapters.scalars import row_of
from ispbot_crm_adapter.errors import (
    CannotList,
    CrmBroken,
    CrmDenied,
    CrmError,
    CrmRejected,
    NoInvoiceFile,
    NoSuchCustomer,
)
from ispbot_crm_adapter.identity import By, Locale, document_keys, number_key, ways_to_write_document
from ispbot_crm_adapter.lacks import Lacks
from ispbot_crm_adapter.ports import DirectoryEntry, Statement
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_EXISTING = {"deleted": "false", "temporary": "false"}
"""Both are true unless we say so: without them the search finds records that were deleted years ago."""
_PAGE = 1000
_LAST_PAGE = 2000
_CODE_DIGITS = 6
_IN_CHAT = 2_000
_NO_LIST_S = 24 * 3600.0
"""So long a list that is not to be had is not paid for again."""


class IspcubeClient:
    """One ISPCube account. Every request is charged for, so what was just asked is not asked again for ``fresh_s``."""

    vendor = "ispcube"
    metered = True

    def __init__(
        self, *, base: str, line: IspcubeLine, files: PdfDoor, locale: Locale, fresh_s: float, page_pause_s: float,
        lacks: Lacks,
    ) -> None:  # fmt: skip
        self.lacks = lacks
        self.capabilities = frozenset(Capability) - lacks.keys()
        self._base = base
        self._line = line
        self._files = files
        self._locale = locale
        self._page_pause_s = page_pause_s
        self._plans = PlanList(self._list_plans)
        self._customers: TTLCache[str, CustomerRow] = TTLCache(maxsize=_IN_CHAT, ttl=fresh_s)
        self._no_list_until = float("-inf")
        self._bills_of: TTLCache[str, list[BillRow]] = TTLCache(maxsize=_IN_CHAT, ttl=fresh_s)

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
        row, plans = await asyncio.gather(self._by_id(customer_id), self._plans.get())
        if row is None:
            return None
        invoices = mapping.invoices_of(await self._bills(customer_id), row.debt, self._locale)
        return Statement(mapping.account_of(row, invoices, plans, self._locale), invoices, row.paycomm)

    async def invoice_file(self, customer_id: str, invoice_id: str) -> bytes:
        """Return the PDF behind the bill's ``url``."""
        bill = next((one for one in await self._bills(customer_id) if one.id == invoice_id), None)
        if bill is None or not bill.url:
            raise NoInvoiceFile
        url = urljoin(self._base, bill.url)
        return await self._files.get(url)

    async def directory(self) -> AsyncIterator[list[DirectoryEntry]]:
        """Yield everybody; a page with nothing in it is the end (a short one is not: servers give fewer than asked for)."""
        offset, before = 0, ""
        for _ in range(_LAST_PAGE):
            raw = await self._page(offset)
            if not raw:
                if offset == 0:
                    raise CrmBroken("empty", "nobody is listed")
                return
            listed = _readable(raw)
            if listed and listed[0].id == before:
                raise CrmBroken("shape", "customers_list gives the same page again")
            before = listed[0].id if listed else before
            yield [mapping.entry_of(row, self._locale) for row in listed if row.exists]
            offset += len(raw)
            await asyncio.sleep(self._page_pause_s)

    async def probe(self) -> None:
        """Ask for a customer that can not exist: the refusal proves address and credentials."""
        await self._search(customer_id=0)

    async def connections(self) -> int | None:
        """Return how many connections are active: the month's allowance depends on it. None when it does not tell."""
        answer = await self._line.get("connections/count")
        if isinstance(answer, dict):
            answer = next((answer[name] for name in ("connections", "count", "data") if name in answer), None)
        text = str(answer).strip()
        return int(text) if text.isdigit() else None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._line.aclose()
        await self._files.aclose()

    # -- finding ------------------------------------------------------------------------------------------------------

    async def _by_phone(self, national: str) -> list[CustomerRow]:
        """Try the ways to write a phone, then the same person's other contracts."""
        for written in self._locale.ways_to_write(national):
            found = self._with_phone(await self._search(phone_number=written), national)
            if found:
                documents = {row.doc_number for row in found if row.doc_number}
                others = await asyncio.gather(*(self._others(document, found) for document in documents))
                return self._with_phone([*found, *(row for rows in others for row in rows)], national)
        return []

    async def _by_document(self, document: str) -> list[CustomerRow]:
        """The search gives one customer only; the list gives the same person's other contracts."""
        wanted = set(document_keys(document))
        for written in ways_to_write_document(document):
            found = [
                row for row in await self._search(doc_number=written) if wanted & set(document_keys(row.doc_number))
            ]
            if found:
                return [*found, *await self._others(found[0].doc_number, found)]
        return []

    async def _by_code(self, number: str) -> list[CustomerRow]:
        """Zeros in front are part of a code, and people leave them out."""
        for code in dict.fromkeys((number.zfill(_CODE_DIGITS), number)):
            found = [row for row in await self._search(code=code) if number_key(row.code) == number]
            if found:
                return found
        return []

    async def _by_id(self, customer_id: str) -> CustomerRow | None:
        known = self._customers.get(customer_id)
        if known is not None:
            return known
        rows = await self._search(customer_id=customer_id)
        return next((row for row in rows if row.id == customer_id), None)

    async def _others(self, document: str, known: list[CustomerRow]) -> list[CustomerRow]:
        """Return who else has this document: ids from the list, which may be old, and the rest asked live."""
        if time.monotonic() < self._no_list_until:
            return []
        ids = {row.id for row in known}
        try:
            raw = await self._page(0, doc_number=document)
        except (CrmRejected, CrmDenied) as error:  # who was found is all there is
            log.warning("ispcube_other_contracts_unknown", reason=error.code)
            if isinstance(error, CannotList):
                self._no_list_until = time.monotonic() + _NO_LIST_S
            return []
        wanted = set(document_keys(document))
        listed = [row for row in _readable(raw) if row.exists and wanted & set(document_keys(row.doc_number))]
        rows = await asyncio.gather(*(self._by_id(row.id) for row in listed if row.id not in ids))
        return [row for row in rows if row is not None and wanted & set(document_keys(row.doc_number))]

    def _with_phone(self, rows: Iterable[CustomerRow], national: str) -> list[CustomerRow]:
        checked = {row.id: row for row in rows if national in self._locale.nationals(*row.phone_texts)}
        return list(checked.values())

    async def _search(self, **one_filter: object) -> list[CustomerRow]:
        try:
            answer = await self._line.get("customer", **one_filter, **_EXISTING)
        except NoSuchCustomer:
            return []
        rows = [row for row in (row_of(CustomerRow, raw) for raw in rows_in(answer)) if row.exists]
        for row in rows:
            self._customers[row.id] = row
        return rows

    # -- lists --------------------------------------------------------------------------------------------------------

    async def _page(self, offset: int, **one_filter: object) -> list[object]:
        sent = {"limit": _PAGE, "offset": offset, **one_filter}
        try:
            answer = await self._line.list("customers/customers_list", patient=not one_filter, **sent)
        except NoSuchCustomer:
            return []
        except CrmBroken as error:
            if error.code == "empty" and offset:
                return []
            raise
        self._no_list_until = float("-inf")
        return rows_in(answer)

    async def _bills(self, customer_id: str) -> list[BillRow]:
        known = self._bills_of.get(customer_id)
        if known is not None:
            return known
        try:
            answer = await self._line.get("bills/bills_last_six_months", customer_id=customer_id, canceled="false")
        except NoSuchCustomer:
            return []
        rows = [row_of(BillRow, raw) for raw in rows_in(answer)]
        bills = self._bills_of[customer_id] = [row for row in rows if row.customer_id == customer_id]
        return bills

    async def _list_plans(self) -> dict[str, PlanRow]:
        rows = [row_of(PlanRow, raw) for raw in rows_in(await self._line.get("plans/plans_list"))]
        return {row.id: row for row in rows}

    async def _account(self, row: CustomerRow) -> CustomerAccount:
        bills, plans = await asyncio.gather(self._bills_if_owing(row), self._plans.get())
        return mapping.account_of(row, mapping.invoices_of(bills, row.debt, self._locale), plans, self._locale)

    async def _bills_if_owing(self, row: CustomerRow) -> list[BillRow]:
        return await self._bills(row.id) if row.debt > 0 else []


def _readable(raw: list[object]) -> list[ListedRow]:
    """One odd customer must not cost the directory: such a row is left out (and found by asking live)."""
    rows = []
    for one in raw:
        try:
            rows.append(row_of(ListedRow, one))
        except CrmError as error:
            log.warning("ispcube_listed_customer_unreadable", reason=error.detail)
    return rows
