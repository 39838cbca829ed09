"""Do what an option or an answer stands for, one thing leading to the next, and say so politely when a neighbour is away."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from ispbot_contracts.settings import MenuAction
from ispbot_router import metrics
from ispbot_router.domain.menu import Bot, Spot
from ispbot_router.domain.session import Choice, Identity
from ispbot_router.handlers import (
    book_visit,
    choose_account,
    hand_over,
    identify,
    promise_payment,
    receive_file,
    show_information,
    show_menu,
)
from ispbot_router.handlers.check_coverage import ask_location
from ispbot_router.handlers.recognise import make_sure
from ispbot_router.handlers.send_invoice import send_invoice
from ispbot_router.handlers.send_payment_link import send_payment_link
from ispbot_router.handlers.show_balance import show_balance
from ispbot_router.handlers.show_connection import show_connection
from ispbot_router.neighbours import AgendaAway, CrmAway, CrmNotSetUp, FileSlow, NeighbourAway
from ispbot_router.texts import account, menus, trouble
from ispbot_router.turn import Turn
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

OptionHandler = Callable[[Turn, Spot], Awaitable[str | None]]
AnswerHandler = Callable[[Turn, str], Awaitable[str | None]]

_LONGEST_CHAIN = 8


async def _open_sales(turn: Turn, _: Spot) -> str | None:
    return await show_menu.open_submenu(turn, turn.menus.root(Bot.SALES))


async def _main_menu(turn: Turn, _: str) -> str | None:
    show_menu.show_main_menu(turn)
    return None


OPTIONS: Mapping[MenuAction, OptionHandler] = {
    MenuAction.SUBMENU: show_menu.open_submenu,
    MenuAction.BALANCE: show_balance,
    MenuAction.INVOICE: send_invoice,
    MenuAction.CONNECTION: show_connection,
    MenuAction.SPEED_TEST: show_information.show_speed_test,
    MenuAction.PAYMENT_MEANS: show_information.show_payment_means,
    MenuAction.PAYMENT_LINK: send_payment_link,
    MenuAction.PROMISE: promise_payment.offer_promise,
    MenuAction.PLANS: show_information.show_plans,
    MenuAction.PROMOTIONS: show_information.show_promotions,
    MenuAction.COVERAGE: ask_location,
    MenuAction.BOOK_TECHNICAL: book_visit.book_technical,
    MenuAction.BOOK_INSTALLATION: book_visit.book_installation,
    MenuAction.ADVISOR: hand_over.choose_advisor,
    MenuAction.TEXT: show_menu.answer_text,
    MenuAction.SWITCH_ACCOUNT: choose_account.switch_account,
    MenuAction.SALES_MENU: _open_sales,
}
"""What the options of the menus do."""

ANSWERS: Mapping[str, AnswerHandler] = {
    "menu": _main_menu,
    "recognise": show_menu.recognise_again,
    "document": identify.ask_document,
    "identify": identify.take_document,
    "account": choose_account.take_account,
    "switch": choose_account.switch_account,
    "person": hand_over.ask_for_person,
    "receipt": receive_file.take_receipt,
    "other_file": receive_file.take_other_file,
    "promise": promise_payment.take_day,
    "slot": book_visit.take_slot,
    "other_slot": book_visit.offer_again,
    "ask_address": book_visit.ask_address,
    "other_address": book_visit.ask_address,
    "address": book_visit.take_address,
    "read_back": book_visit.read_back,
    "confirm": book_visit.confirm,
}
"""What answers inside a question do: tokens ``do:<name>`` or ``do:<name>:<argument>``."""

_OF_A_VISIT = frozenset({"slot", "other_slot", "ask_address", "other_address", "address", "read_back", "confirm"})
"""Answers that mean nothing when no visit is being arranged any more."""


async def act(turn: Turn, token: str) -> None:
    """Do what ``token`` stands for and whatever that leads to."""
    upcoming: str | None = token
    for _ in range(_LONGEST_CHAIN):
        if upcoming is None:
            return
        token = upcoming
        try:
            upcoming = await _do(turn, token)
        except NeighbourAway as away:
            _say_away(turn, token, away)
            return
        except Refusal as refusal:
            if refusal.code != "customer_not_found":
                raise
            _forget_customer(turn)
            return
    raise RuntimeError(f"{token} leads to no end")


async def _do(turn: Turn, token: str) -> str | None:
    if token.startswith("do:"):
        name, _, argument = token.removeprefix("do:").partition(":")
        return await _answer(turn, name, argument)
    spot = turn.menus.find(token)
    if spot is None:
        turn.lead = menus.OPTION_GONE
        show_menu.show_menu(turn, turn.spot)
        return None
    if spot.needs_account:
        await make_sure(turn)
        if turn.session.account is None:
            return _who_first(turn, token)
    return await OPTIONS[spot.node.action](turn, spot)


async def _answer(turn: Turn, name: str, argument: str) -> str | None:
    if name == "retry":
        token = turn.session.retry or "do:menu"
        turn.session = replace(turn.session, retry=None)
        return token
    handler = ANSWERS.get(name)
    if handler is None or (name in _OF_A_VISIT and turn.session.visit is None):
        turn.lead = menus.OPTION_GONE
        return "do:menu"
    return await handler(turn, argument)


def _who_first(turn: Turn, token: str) -> str | None:
    turn.do_later(token)
    if turn.session.identity.accounts:
        choose_account.ask_account(turn)
        return None
    return "do:document"


def _say_away(turn: Turn, token: str, away: NeighbourAway) -> None:
    advisor = turn.follow_ups(MenuAction.ADVISOR)
    log.info("neighbour_away", kind=type(away).__name__, reason=str(away))
    match away:
        case CrmNotSetUp():
            metrics.TROUBLE.labels("crm_not_set_up").inc()
            turn.offer("trouble", trouble.CRM_NOT_SET_UP, advisor)
            return
        case FileSlow():
            metrics.TROUBLE.labels("file").inc()
            words = trouble.FILE_SLOW
        case CrmAway():
            metrics.TROUBLE.labels("crm").inc()
            words = trouble.CRM_AWAY
        case AgendaAway():
            metrics.TROUBLE.labels("agenda").inc()
            words = trouble.AGENDA_AWAY
        case _:
            raise away
    turn.offer("trouble", words, [Choice("do:retry", trouble.RETRY), *advisor])
    turn.session = turn.session.retry_later(token)


def _forget_customer(turn: Turn) -> None:
    turn.session = turn.session.with_identity(Identity())
    turn.offer("trouble", account.ACCOUNT_GONE, turn.follow_ups(MenuAction.ADVISOR))
