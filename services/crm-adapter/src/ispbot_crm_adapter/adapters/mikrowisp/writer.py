"""What we write into MikroWisp, and how we recognise afterwards what was written."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from ispbot_contracts.crm import InvoiceStatus
from ispbot_crm_adapter.adapters.mikrowisp import mapping
from ispbot_crm_adapter.adapters.mikrowisp.line import MikroWispLine
from ispbot_crm_adapter.adapters.mikrowisp.wire import InvoiceRow, LeadRow, TicketRow
from ispbot_crm_adapter.adapters.scalars import row_of
from ispbot_crm_adapter.errors import CrmBroken, CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.ports import CaseDraft, LeadDraft, PaymentDraft, Sighting

_SHIFTS = {"morning": "MAÑANA", "afternoon": "TARDE", None: "MAÑANA"}
_CHANNEL = "RED SOCIAL"
_LINK_KEYS = ("url_pago", "redirect_url", "ticket_pdf")
"""Which of them comes depends on the gateway; a bar code alone is no link."""
_NO_ADDRESS = "Sin dirección informada"
_ALREADY_PAID = "La factura ya figura pagada."
_TITLE_MAX = 150


class MikroWispWriter:
    """``department``, ``gateway`` and ``method`` come from the settings; without them the capability is off."""

    promises_by_invoice = True

    def __init__(
        self, line: MikroWispLine, locale: Locale, *, department: int | None, gateway: str | None, method: str | None
    ) -> None:
        self._line = line
        self._locale = locale
        self._department = department
        self._gateway = gateway
        self._method = method

    async def promise(self, customer_id: str, invoice_id: str | None, amount: Decimal, until: date) -> None:
        """Record a promise for an invoice."""
        del customer_id, amount
        if invoice_id is None:
            raise CrmRejected("rejected", "MikroWisp necesita una factura para la promesa.")
        await self._line.write("PromesaPago", idfactura=int(invoice_id), fechalimite=until.isoformat())

    async def find_promise(self, customer_id: str, until: date) -> Sighting:
        """Nobody can tell: no answer shows promises."""
        del customer_id, until
        return Sighting(None)

    async def payment_link(self, customer_id: str, invoice_id: str | None, amount: Decimal) -> str | None:
        """Ask the gateway of the settings for its address."""
        del customer_id, amount
        if invoice_id is None or self._gateway is None:
            return None
        answer = await self._line.read("GetPaymentLink", pasarela=self._gateway, idfactura=int(invoice_id))
        places = [answer, *(inner for inner in answer.values() if isinstance(inner, dict))]
        found = (str(place[key]) for place in places for key in _LINK_KEYS if place.get(key))
        return next((url for url in found if re.match(r"https?://\S+$", url)), None)

    async def file_case(self, draft: CaseDraft) -> str | None:
        """File a case; every one of the fields is required there, so a visit day is always given."""
        visit_on = draft.visit_on or self._locale.today() + timedelta(days=1)
        answer = await self._line.write(
            "NewTicket", idcliente=int(draft.customer_id), dp=self._department, asunto=_marked(draft.title, draft.mark),
            solicitante="ISPBot", fechavisita=visit_on.isoformat(), turno=_SHIFTS[draft.shift], agendado=_CHANNEL,
            contenido=draft.text or draft.title,
        )  # fmt: skip
        return _number(answer.get("idticket"))

    async def find_case(self, draft: CaseDraft) -> Sighting:
        """The subject carries the mark."""
        try:
            answer = await self._line.read("ListTicket", idcliente=int(draft.customer_id))
        except NoSuchCustomer:
            return Sighting(there=False)
        data = answer.get("data")
        listed = data.get("tickets") if isinstance(data, dict) else None
        if not isinstance(listed, list):
            raise CrmBroken("shape", "ListTicket gave no list")
        rows = [row_of(TicketRow, raw) for raw in listed]
        return _sighting(row.id for row in rows if draft.mark in row.asunto)

    async def file_lead(self, draft: LeadDraft) -> str | None:
        """Note a pre-registration."""
        answer = await self._line.write(
            "NewPreRegistro", cliente=draft.person, cedula=draft.document, direccion=draft.address or _NO_ADDRESS,
            telefono="", movil=draft.phone, email=draft.email, notas=f"{draft.notes}\n{_mark(draft.mark)}".strip(),
        )  # fmt: skip
        return _number(answer.get("idregistro"))

    async def find_lead(self, draft: LeadDraft) -> Sighting:
        """The notes carry the mark; a server that shows no notes can not tell."""
        answer = await self._line.read("ListInstall", estado="PENDIENTE", cedula=draft.document)
        listed = next((value for value in answer.values() if isinstance(value, list)), [])
        rows = [row_of(LeadRow, raw) for raw in listed]
        seen = _sighting(row.id for row in rows if row.notas is not None and draft.mark in row.notas)
        return Sighting(None) if not seen.there and any(row.notas is None for row in rows) else seen

    async def paid_before(self, customer_id: str, invoice_id: str | None) -> str:
        """Return what was collected of the invoice until now."""
        row = await self._invoice(customer_id, invoice_id)
        if mapping.invoice_of(row, self._locale).status is InvoiceStatus.PAID:
            raise CrmRejected("rejected", _ALREADY_PAID)
        return str(row.cobrado)

    async def register_payment(self, draft: PaymentDraft) -> None:
        """Book a payment of an invoice."""
        await self._line.write(
            "PaidInvoice", idfactura=int(draft.invoice_id or 0), pasarela=draft.method or self._method,
            cantidad=float(draft.amount), idtransaccion=draft.reference, nota=_mark(draft.mark),
        )  # fmt: skip

    async def find_payment(self, draft: PaymentDraft) -> Sighting:
        """It was unpaid before we tried: paid, or more collected than then, means that it stands."""
        row = await self._invoice(draft.customer_id, draft.invoice_id)
        paid = mapping.invoice_of(row, self._locale).status is InvoiceStatus.PAID
        return Sighting(paid or row.cobrado > Decimal(draft.before or "0"))

    async def undo_payment(self, draft: PaymentDraft) -> None:
        """Delete the invoice's transaction."""
        await self._line.write("DeleteTransaccion", factura=int(draft.invoice_id or 0))

    async def _invoice(self, customer_id: str, invoice_id: str | None) -> InvoiceRow:
        answer = await self._line.read("GetInvoice", idfactura=int(invoice_id or 0))
        row = row_of(InvoiceRow, answer.get("factura"))
        if (row.id, row.idcliente) != (invoice_id, customer_id):
            raise CrmBroken("shape", "GetInvoice answered another invoice")
        return row


def _mark(mark: str) -> str:
    return f"[ISPBot {mark}]"


def _marked(title: str, mark: str) -> str:
    return f"{title[:_TITLE_MAX]} {_mark(mark)}"


def _number(value: object) -> str | None:
    text = str(value or "").lstrip("0")
    return text or None


def _sighting(found: Iterator[str]) -> Sighting:
    reference = next(found, None)
    return Sighting(reference is not None, reference)
