"""Pagar con un link: what the management system's payment gateway gives."""

from ispbot_contracts.settings import MenuAction
from ispbot_router.domain.menu import Spot
from ispbot_router.texts import payments as texts
from ispbot_router.turn import Turn
from ispbot_runtime.errors import Refusal

_NOTHING_OWED = "nothing_owed"
_NO_LINK = frozenset({"no_link", "not_supported"})


async def send_payment_link(turn: Turn, _: Spot) -> str | None:
    """Send the link, or say why there is none and what else can be done."""
    try:
        link = await turn.desk.crm.payment_link(turn.contract)
    except Refusal as refusal:
        if refusal.code == _NOTHING_OWED:
            turn.offer("payment_link", texts.NOTHING_OWED, turn.follow_ups(MenuAction.INVOICE))
            return None
        if refusal.code not in _NO_LINK:
            raise
        turn.offer("payment_link", texts.NO_LINK, turn.follow_ups(MenuAction.PAYMENT_MEANS, MenuAction.ADVISOR))
        return None
    turn.offer(
        "payment_link",
        texts.payment_link(link, turn.today),
        turn.follow_ups(MenuAction.PAYMENT_MEANS, MenuAction.ADVISOR),
    )
    return None
