"""Consultar saldo: what is owed, since when, and how to pay."""

from ispbot_contracts.settings import MenuAction
from ispbot_router.domain.menu import Spot
from ispbot_router.texts import account as texts
from ispbot_router.turn import Turn


async def show_balance(turn: Turn, _: Spot) -> str | None:
    """Say the balance; with a debt, offer invoice and payment means."""
    found = await turn.desk.crm.account(turn.contract)
    unpaid = [invoice for invoice in found.invoices if invoice.owed.amount > 0]
    owes = found.account.balance.amount > 0
    paying = (MenuAction.PAYMENT_LINK, MenuAction.PAYMENT_MEANS, MenuAction.PROMISE)
    next_steps = (MenuAction.INVOICE, *paying) if owes else (MenuAction.INVOICE,)
    words = texts.balance(found.account, unpaid, turn.today) + texts.stale_note(found.freshness, turn.now)
    turn.offer("balance", words, turn.follow_ups(*next_steps))
    return None
