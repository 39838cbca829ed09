"""Ver el estado de mi conexión: what the network says and what to do next."""

from ispbot_contracts.crm import Connection, CustomerAccount, CustomerStatus
from ispbot_contracts.settings import MenuAction
from ispbot_router.domain.menu import Spot
from ispbot_router.texts import account as texts
from ispbot_router.turn import Turn


async def show_connection(turn: Turn, _: Spot) -> str | None:
    """Say the state of each service and offer what helps in that state."""
    found = await turn.desk.crm.account(turn.contract)
    words = texts.connection(found.account) + texts.stale_note(found.freshness, turn.now)
    turn.offer("connection", words, turn.follow_ups(*_what_helps(found.account)))
    return None


def _what_helps(account: CustomerAccount) -> tuple[MenuAction, ...]:
    if account.status is CustomerStatus.SUSPENDED:
        return (
            MenuAction.BALANCE,
            MenuAction.PAYMENT_LINK,
            MenuAction.PAYMENT_MEANS,
            MenuAction.PROMISE,
            MenuAction.ADVISOR,
        )
    if account.status is CustomerStatus.CANCELLED or account.area_maintenance:
        return (MenuAction.ADVISOR,)
    if any(service.connection is Connection.OFFLINE for service in account.services):
        return MenuAction.BOOK_TECHNICAL, MenuAction.ADVISOR
    return MenuAction.SPEED_TEST, MenuAction.ADVISOR
