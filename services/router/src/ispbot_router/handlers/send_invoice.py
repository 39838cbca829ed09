"""Recibir mi factura: the PDF as a document."""

from ispbot_contracts.settings import MenuAction
from ispbot_router.domain.menu import Spot
from ispbot_router.texts import account as texts
from ispbot_router.turn import Turn
from ispbot_runtime.errors import Refusal

_NO_FILE = {"no_pdf": texts.NO_PDF, "no_invoice": texts.NO_INVOICE}


async def send_invoice(turn: Turn, _: Spot) -> str | None:
    """Send the oldest unpaid invoice, else the newest; without a file say so and offer an advisor."""
    try:
        pdf = await turn.desk.crm.invoice_pdf(turn.contract)
    except Refusal as refusal:
        if refusal.code not in _NO_FILE:
            raise
        turn.offer("no_invoice", _NO_FILE[refusal.code], turn.follow_ups(MenuAction.BALANCE, MenuAction.ADVISOR))
        return None
    caption = texts.invoice_caption(pdf.invoice, turn.today)
    turn.send_file("invoice", pdf.media, caption, turn.follow_ups(MenuAction.PAYMENT_MEANS, MenuAction.ADVISOR))
    return None
