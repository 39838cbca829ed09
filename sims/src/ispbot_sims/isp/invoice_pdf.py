"""The invoice as a customer receives it: one A4 page."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from ispbot_sims.isp.company import COMPANY
from ispbot_sims.isp.model import Customer, Invoice, InvoiceState

_NAVY = (22, 48, 92)
_CORAL = (232, 93, 70)
_GREY = (105, 112, 122)
_PALE = (241, 244, 249)
_INK = (33, 37, 41)
_LEFT, _WIDTH = 15, 180


def pesos(amount: Decimal) -> str:
    """Return an amount as Argentines write it (``$ 18.500,00``)."""
    return "$ " + f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def invoice_pdf(customer: Customer, invoice: Invoice, *, overdue: bool) -> bytes:
    """Return the file; the same invoice in the same state gives the same bytes."""
    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime.combine(invoice.issued_on, time(), tzinfo=UTC))
    pdf.set_title(f"Factura {_number(invoice)} - {COMPANY.name}")
    pdf.set_author(COMPANY.legal_name)
    pdf.set_auto_page_break(auto=False)
    pdf.add_page()
    _header(pdf, invoice)
    _parties(pdf, customer, invoice, overdue=overdue)
    _lines(pdf, invoice)
    _how_to_pay(pdf, invoice)
    return bytes(pdf.output())


def _number(invoice: Invoice) -> str:
    return f"0005-{invoice.invoice_id:08d}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _text(
    pdf: FPDF, x: float, y: float, text: str, *, size: float = 10, style: str = "", colour: tuple[int, int, int] = _INK
) -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.set_text_color(*colour)
    pdf.set_xy(x, y)
    pdf.cell(text=_printable(text))


def _right(
    pdf: FPDF, y: float, text: str, *, size: float = 10, style: str = "", colour: tuple[int, int, int] = _INK
) -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.set_text_color(*colour)
    pdf.set_xy(_LEFT, y)
    pdf.cell(w=_WIDTH, align="R", text=_printable(text))


def _printable(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")


def _header(pdf: FPDF, invoice: Invoice) -> None:
    pdf.set_fill_color(*_NAVY)
    pdf.rect(0, 0, 210, 38, style="F")
    pdf.set_fill_color(*_CORAL)
    pdf.rect(0, 38, 210, 1.6, style="F")
    for ring, radius in enumerate((9, 6, 3)):
        pdf.set_fill_color(*(_CORAL if ring % 2 == 0 else _NAVY))
        pdf.ellipse(_LEFT + 9 - radius, 19 - radius, 2 * radius, 2 * radius, style="F")
    white = (255, 255, 255)
    _text(pdf, 37, 9, COMPANY.name, size=20, style="B", colour=white)
    _text(pdf, 37, 18, f"{COMPANY.legal_name}  ·  CUIT {COMPANY.tax_id}", size=9, colour=white)
    _text(pdf, 37, 23.5, f"{COMPANY.address}  ·  {COMPANY.phone}", size=9, colour=white)
    _text(pdf, 37, 29, f"{COMPANY.email}  ·  {COMPANY.website}", size=9, colour=white)
    _right(pdf, 9, "FACTURA B", size=16, style="B", colour=white)
    _right(pdf, 18, f"Nº {_number(invoice)}", size=11, colour=white)
    _right(pdf, 24, f"Emitida el {_day(invoice.issued_on)}", size=9, colour=white)


def _parties(pdf: FPDF, customer: Customer, invoice: Invoice, *, overdue: bool) -> None:
    _text(pdf, _LEFT, 48, "CLIENTE", size=8, style="B", colour=_GREY)
    _text(pdf, _LEFT, 53, customer.name, size=13, style="B")
    _text(pdf, _LEFT, 60, f"DNI/CUIT {customer.document}  ·  Cliente Nº {customer.customer_id:06d}")
    _text(pdf, _LEFT, 66, f"{customer.address}, Córdoba")
    _text(pdf, _LEFT, 72, "Consumidor final", colour=_GREY)
    pdf.set_fill_color(*_PALE)
    pdf.rect(125, 46, 70, 33, style="F", round_corners=True, corner_radius=3)
    label, colour = {
        InvoiceState.PAID: ("PAGADA", (34, 139, 84)),
        InvoiceState.VOID: ("ANULADA", _GREY),
        InvoiceState.UNPAID: ("VENCIDA", _CORAL) if overdue else ("A PAGAR", _NAVY),
    }[invoice.state]
    _text(pdf, 130, 50, label, size=9, style="B", colour=colour)
    _text(pdf, 130, 56, pesos(invoice.total), size=19, style="B", colour=_NAVY)
    _text(pdf, 130, 69, f"{'Venció' if overdue else 'Vence'} el {_day(invoice.due_on)}", size=11, style="B")


def _lines(pdf: FPDF, invoice: Invoice) -> None:
    pdf.set_xy(_LEFT, 90)
    pdf.set_fill_color(*_NAVY)
    pdf.set_text_color(255, 255, 255)
    pdf.set_font("Helvetica", "B", 9)
    for width, title, align in ((110, "Concepto", "L"), (20, "Cant.", "C"), (25, "Precio", "R"), (25, "Importe", "R")):
        pdf.cell(w=width, h=8, text=title, align=align, fill=True)
    pdf.ln(8)
    pdf.set_text_color(*_INK)
    pdf.set_font("Helvetica", "", 10)
    pdf.set_draw_color(214, 220, 228)
    for line in invoice.lines:
        pdf.set_x(_LEFT)
        pdf.cell(w=110, h=9, text=_printable(line.description), border="B")
        pdf.cell(w=20, h=9, text=str(line.units), border="B", align="C")
        pdf.cell(w=25, h=9, text=pesos(line.price), border="B", align="R")
        pdf.cell(
            w=25, h=9, text=pesos(line.price * line.units), border="B", align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
    y = pdf.get_y() + 4
    net = (invoice.total / Decimal("1.21")).quantize(Decimal("0.01"))
    _right(pdf, y, f"Neto gravado   {pesos(net)}", colour=_GREY)
    _right(pdf, y + 6, f"IVA 21 %   {pesos(invoice.total - net)}", colour=_GREY)
    _right(pdf, y + 13, f"TOTAL   {pesos(invoice.total)}", size=14, style="B", colour=_NAVY)


def _how_to_pay(pdf: FPDF, invoice: Invoice) -> None:
    pdf.set_fill_color(*_PALE)
    pdf.rect(_LEFT, 165, _WIDTH, 38, style="F", round_corners=True, corner_radius=3)
    _text(pdf, 20, 169, "Cómo pagar", size=12, style="B", colour=_NAVY)
    _text(pdf, 20, 177, f"Transferencia a {COMPANY.legal_name} ({COMPANY.bank})")
    _text(pdf, 20, 183, f"CBU  {COMPANY.cbu}", style="B")
    _text(pdf, 20, 189, f"Alias  {COMPANY.alias}", style="B")
    _text(pdf, 20, 195, "Después de transferir, mandanos el comprobante por WhatsApp.", size=9, colour=_GREY)
    pdf.set_fill_color(0, 0, 0)
    pdf.interleaved2of5(invoice.barcode, x=_LEFT, y=214, w=0.85, h=14)
    _text(pdf, _LEFT, 230, invoice.barcode, size=9, colour=_GREY)
    _text(
        pdf, _LEFT, 272, f"¿Dudas con tu factura? Escribinos por WhatsApp al {COMPANY.phone}.", size=9, colour=_GREY
    )  # fmt: skip
    _text(
        pdf,
        _LEFT,
        277,
        "Empresa ficticia de demostración: este documento no tiene validez fiscal.",
        size=8,
        colour=_GREY,
    )
