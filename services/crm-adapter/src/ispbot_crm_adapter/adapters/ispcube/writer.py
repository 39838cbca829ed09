"""What we write into ISPCube, and how we recognise afterwards what was written."""

import json
import re
from datetime import date
from decimal import Decimal

from ispbot_crm_adapter.adapters.ispcube.lacks import NO_LEADS
from ispbot_crm_adapter.adapters.ispcube.line import IspcubeLine
from ispbot_crm_adapter.adapters.ispcube.wire import CaseRow, CustomerRow, PastPaymentRow, rows_in
from ispbot_crm_adapter.adapters.no_leads import TakesNoLeads
from ispbot_crm_adapter.adapters.scalars import row_of
from ispbot_crm_adapter.errors import CrmBroken, CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.ports import CaseDraft, PaymentDraft, Sighting

_TEXTS = ("item_content", "internal_item_content", "new_item_content", "items", "ticket_items")
_URL = re.compile(r"https?://[^\s\"'\]}\\]+")


class IspcubeWriter(TakesNoLeads):
    """``case_ids`` are category, state and assigned user; each None switches its capability off."""

    promises_by_invoice = False
    no_leads = NO_LEADS.why

    def __init__(self, line: IspcubeLine, *, case_ids: tuple[int, int, int] | None, destiny_id: int | None) -> None:
        self._line = line
        self._case_ids = case_ids
        self._destiny_id = destiny_id

    async def promise(self, customer_id: str, invoice_id: str | None, amount: Decimal, until: date) -> None:
        """Record a promise of the customer; late charges stay as the provider has them."""
        del invoice_id, amount
        await self._line.post(
            "customers/paycomm", customer_id=int(customer_id), date=f"{until:%Y%m%d}", apply_surcharge=True
        )

    async def find_promise(self, customer_id: str, until: date) -> Sighting:
        """``paycomm`` is the promise's day."""
        try:
            answer = await self._line.get("customer", customer_id=customer_id, deleted="false", temporary="false")
        except NoSuchCustomer:
            return Sighting(there=False)
        rows = [row_of(CustomerRow, raw) for raw in rows_in(answer)]
        return Sighting(any(row.id == customer_id and row.paycomm == until for row in rows))

    async def payment_link(self, customer_id: str, invoice_id: str | None, amount: Decimal) -> str | None:
        """Return the first address in the answer: its shape was never shown (docs show an error only)."""
        del invoice_id
        answer = await self._line.get("mercadopago/button", idcustomer=customer_id, price=f"{amount:.2f}")
        found = _URL.search(json.dumps(answer))
        return found[0] if found else None

    async def file_case(self, draft: CaseDraft) -> str | None:
        """File a case; the answer names no number, so it is looked up."""
        if self._case_ids is None:
            raise CrmRejected("rejected", "Faltan la categoría, el estado o el usuario de los tickets.")
        category, state, user = self._case_ids
        text = f"{draft.title}\n\n{draft.text}".strip()
        if draft.visit_on is not None:
            text += f"\n\nVisita: {draft.visit_on:%d/%m/%Y}{_SHIFTS[draft.shift]}"
        await self._line.post(
            "ticket/new_ticket", ticket_status_id=state, ticket_category_id=category, assigned_user_id=user,
            customer_id=int(draft.customer_id), item_content=text, internal_item_content=f"ISPBot {draft.mark}",
        )  # fmt: skip
        return None

    async def find_case(self, draft: CaseDraft) -> Sighting:
        """Some text of the ticket carries the mark; a list without texts can not tell."""
        try:
            answer = await self._line.get("tickets", customer_id=draft.customer_id)
        except NoSuchCustomer:
            return Sighting(there=False)
        except CrmBroken as error:
            if error.code == "empty":
                return Sighting(there=False)
            raise
        listed = rows_in(answer)
        for raw in listed:
            row = row_of(CaseRow, raw)
            if draft.mark in json.dumps(raw) and row.customer_id in (None, draft.customer_id):
                return Sighting(there=True, reference=row.id)
        telling = all(isinstance(raw, dict) and any(name in raw for name in _TEXTS) for raw in listed)
        return Sighting(False if telling else None)

    async def paid_before(self, customer_id: str, invoice_id: str | None) -> str:
        """Payments carry our mark: nothing to remember."""
        del customer_id, invoice_id
        return ""

    async def register_payment(self, draft: PaymentDraft) -> None:
        """Book a payment of the customer."""
        await self._line.post(
            "cash/payment_save_paymethod", customer_id=int(draft.customer_id), amount=f"{draft.amount:.2f}",
            destiny_id=self._destiny_id, identifier=draft.mark, number=draft.reference,
            comment=f"{draft.method or 'Pago informado por WhatsApp'} {draft.reference} [ISPBot {draft.mark}]",
        )  # fmt: skip

    async def find_payment(self, draft: PaymentDraft) -> Sighting:
        """The comment carries the mark."""
        try:
            answer = await self._line.get("cash/cash_last_six_monts", customer_id=draft.customer_id)
        except NoSuchCustomer:
            return Sighting(there=False)
        except CrmBroken as error:
            if error.code == "empty":
                return Sighting(there=False)
            raise
        rows = [row_of(PastPaymentRow, raw) for raw in rows_in(answer)]
        return Sighting(any(draft.mark in row.comment for row in rows))

    async def undo_payment(self, draft: PaymentDraft) -> None:
        """Delete it by its identifier."""
        await self._line.post(
            "cash/payment_delete_paymethod", identifier=draft.mark, amount=f"{draft.amount:.2f}",
            destiny_id=self._destiny_id,
        )  # fmt: skip


_SHIFTS = {"morning": " por la mañana", "afternoon": " por la tarde", None: ""}
