"""Greet and show a menu."""

from ispbot_contracts.settings import MenuAction
from ispbot_router.domain.menu import Bot, Spot
from ispbot_router.domain.session import Choice, Step
from ispbot_router.handlers.choose_account import ask_account
from ispbot_router.handlers.recognise import recognise
from ispbot_router.texts import menus as texts
from ispbot_router.texts import trouble, visits
from ispbot_router.turn import Turn


def greeting(turn: Turn) -> str:
    """Return the words that open a conversation."""
    company = turn.desk.company
    accounts = turn.session.identity.accounts
    return texts.hello(company.name, accounts[0].name if accounts else None, company.welcome)


def greet(turn: Turn) -> None:
    """Open the conversation: who they are, then the menu that suits them."""
    turn.lead = greeting(turn)
    show_main_menu(turn)


async def recognise_again(turn: Turn, _: str = "") -> str | None:
    """Try again to find out who writes, then open the conversation."""
    turn.crm_was_away = not await recognise(turn)
    greet(turn)
    return None


def show_main_menu(turn: Turn) -> None:
    """Show the main menu of customers or of everybody else; several contracts are asked about first."""
    if turn.session.identity.accounts and turn.session.account is None:
        ask_account(turn)
    else:
        show_menu(turn, turn.home)


def show_menu(turn: Turn, spot: Spot) -> None:
    """Show a submenu, or a menu's root."""
    children = turn.menus.children(spot)
    choices = tuple(Choice(child.token, child.node.label) for child in children)
    turn.session = turn.session.at_menu(spot.bot, spot.node.node_id, choices)
    is_root = spot.parent is None
    home = turn.is_home
    parts = [_about(turn)] if is_root and spot.bot is Bot.SUPPORT else []
    heading = spot.node.text.strip() or f"*{spot.node.label}*"
    parts.append(f"{heading}\n{texts.options([choice.label for choice in choices], back=None if home else texts.BACK)}")
    if turn.crm_was_away:
        turn.session = turn.session.retry_later("do:recognise")
        parts.append(trouble.CRM_AWAY_AT_START)
    elif home:
        parts.append(texts.ROOT_HINT)
    turn.say("menu", "\n\n".join(part for part in parts if part))


def _about(turn: Turn) -> str:
    account = turn.session.account
    if account is None or len(turn.session.identity.accounts) == 1:
        return ""
    return texts.talking_about(account.number, account.address)


async def open_submenu(turn: Turn, spot: Spot) -> str | None:
    """The customer chose a submenu."""
    show_menu(turn, spot)
    return None


async def go_back(turn: Turn) -> None:
    """One step back: from an answer to its menu, from a menu to the one above."""
    if turn.session.visit is not None:
        turn.lead = visits.CANCELLED
    spot = turn.spot
    above = turn.menus.up(spot) if turn.session.step is Step.MENU else spot
    unchosen = turn.session.identity.accounts and turn.session.account is None
    if above is None or unchosen:
        show_main_menu(turn)
    else:
        show_menu(turn, above)


async def answer_text(turn: Turn, spot: Spot) -> str | None:
    """Say the text that staff wrote for this option."""
    turn.offer("text", spot.node.text.strip() or spot.node.label, turn.follow_ups(MenuAction.ADVISOR))
    return None
