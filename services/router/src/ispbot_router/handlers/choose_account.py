"""Several contracts: ask which one, never guess."""

from dataclasses import replace

from ispbot_router.domain.session import Choice, Step
from ispbot_router.texts import identity as texts
from ispbot_router.turn import Turn


def ask_account(turn: Turn) -> None:
    """Ask which contract is meant."""
    choices = [
        Choice(f"do:account:{account.customer_id}", texts.account_label(account.number, account.address, account.plan))
        for account in turn.session.identity.accounts
    ]
    turn.offer("account", texts.CHOOSE_ACCOUNT, choices, step=Step.ACCOUNT, back=None)


async def take_account(turn: Turn, customer_id: str) -> str | None:
    """The customer chose a contract: go on with what they wanted."""
    session = turn.session
    turn.session = replace(session, identity=replace(session.identity, chosen=customer_id), pending=None)
    return session.pending or "do:menu"


async def switch_account(turn: Turn, _: object = None) -> str | None:
    """Talk about another contract, or say who they are when we do not know."""
    accounts = turn.session.identity.accounts
    turn.session = replace(turn.session, pending=None)
    if len(accounts) > 1:
        ask_account(turn)
        return None
    if accounts:
        turn.lead = texts.ONLY_ONE_ACCOUNT
    return "do:document"
