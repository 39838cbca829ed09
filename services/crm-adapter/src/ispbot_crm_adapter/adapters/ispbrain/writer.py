"""What we write into ISPBrain as the port wants it; the calls themselves are templates (``writing``)."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ispbot_crm_adapter.adapters.ispbrain import writing
from ispbot_crm_adapter.adapters.ispbrain.lacks import NO_LEADS
from ispbot_crm_adapter.adapters.ispbrain.line import IspbrainLine
from ispbot_crm_adapter.adapters.no_leads import TakesNoLeads
from ispbot_crm_adapter.errors import CrmRejected
from ispbot_crm_adapter.ports import CaseDraft, PaymentDraft, Sighting

_NO_UNDO = "No se conoce cómo anular un pago por la API de ISPBrain: anulalo en su sistema."
_SHIFTS = {"morning": " por la mañana", "afternoon": " por la tarde", None: ""}


class IspbrainWriter(TakesNoLeads):
    """Writes through ``line``; ``tz`` says which day it is there."""

    promises_by_invoice = False
    no_leads = NO_LEADS.why

    def __init__(self, line: IspbrainLine, *, tz: ZoneInfo) -> None:
        self._line = line
        self._tz = tz

    async def promise(self, customer_id: str, invoice_id: str | None, amount: Decimal, until: date) -> None:
        """Record a promise over the whole debt."""
        await writing.promise(
            self._line, customer_id=customer_id, until=until, amount=amount, invoice_id=invoice_id or ""
        )

    async def find_promise(self, customer_id: str, until: date) -> Sighting:
        """No known call shows the promises of one customer."""
        del customer_id, until
        return Sighting(there=None)

    async def payment_link(self, customer_id: str, invoice_id: str | None, amount: Decimal) -> str | None:
        """There is none."""
        del customer_id, invoice_id, amount
        return None

    async def file_case(self, draft: CaseDraft) -> str | None:
        """File a case with its mark at the end of the text."""
        visit = f"\n\nVisita: {draft.visit_on:%d/%m/%Y}{_SHIFTS[draft.shift]}" if draft.visit_on is not None else ""
        text = f"{draft.text}{visit}\n\n[ISPBot {draft.mark}]".strip()
        return await writing.file_case(self._line, customer_id=draft.customer_id, title=draft.title, text=text)

    async def find_case(self, draft: CaseDraft) -> Sighting:
        """Look for the mark in the customer's cases."""
        there, number = await writing.case_with(self._line, customer_id=draft.customer_id, mark=draft.mark)
        return Sighting(there, number)

    async def paid_before(self, customer_id: str, invoice_id: str | None) -> str:
        """Payments carry our mark: nothing to remember."""
        del customer_id, invoice_id
        return ""

    async def register_payment(self, draft: PaymentDraft) -> None:
        """Register a payment of today."""
        await writing.register_payment(
            self._line, customer_id=draft.customer_id, amount=draft.amount, on=datetime.now(self._tz).date(),
            reference=draft.reference, invoice_id=draft.invoice_id or "", note=f"ISPBot {draft.mark}",
        )  # fmt: skip

    async def find_payment(self, draft: PaymentDraft) -> Sighting:
        """No known call shows the payments of one customer."""
        del draft
        return Sighting(there=None)

    async def undo_payment(self, draft: PaymentDraft) -> None:
        """Refuse: no call is known."""
        del draft
        raise CrmRejected("rejected", _NO_UNDO)
