"""Answers that come from the settings: speed test, payment means, plans, promotions."""

from ispbot_contracts.settings import MenuAction, PaymentSettings, PlansSettings, PromotionsSettings
from ispbot_router.domain.menu import Spot
from ispbot_router.domain.session import Choice
from ispbot_router.handlers.tell_sales import tell_sales
from ispbot_router.texts import account, people, sales
from ispbot_router.turn import Turn


async def show_speed_test(turn: Turn, _: Spot) -> str | None:
    """Give the link beside the contracted plan."""
    known = turn.session.account
    contracted = " · ".join(part for part in (known.plan, known.speed) if part) if known else ""
    words = account.speed_test(turn.desk.bot.speed_test_url, contracted)
    turn.offer("speed_test", words, turn.follow_ups(MenuAction.CONNECTION, MenuAction.ADVISOR))
    return None


async def show_payment_means(turn: Turn, _: Spot) -> str | None:
    """Say how to pay."""
    payments = turn.desk.settings(PaymentSettings)
    if not payments.accounts and not payments.other_means.strip():
        turn.offer("payment_means", account.NO_PAYMENT_MEANS, turn.follow_ups(MenuAction.ADVISOR))
        return None
    words = account.payment_means(payments.accounts, payments.other_means)
    turn.offer("payment_means", words, turn.follow_ups(MenuAction.BALANCE, MenuAction.INVOICE))
    return None


async def show_plans(turn: Turn, _: Spot) -> str | None:
    """List the plans on offer."""
    offered = [plan for plan in turn.desk.settings(PlansSettings).plans if plan.offered]
    tell_sales(turn, people.LEAD_PLANS)
    words = sales.plans(offered) if offered else sales.NO_PLANS
    turn.offer("plans", words, _how_to_buy(turn) if offered else turn.follow_ups(MenuAction.ADVISOR))
    return None


async def show_promotions(turn: Turn, _: Spot) -> str | None:
    """List the promotions that are valid today."""
    today = turn.today
    valid = [
        promotion
        for promotion in turn.desk.settings(PromotionsSettings).promotions
        if (promotion.valid_from is None or promotion.valid_from <= today)
        and (promotion.valid_to is None or today <= promotion.valid_to)
    ]
    tell_sales(turn, people.LEAD_PROMOTIONS)
    words = sales.promotions(valid, today) if valid else sales.NO_PROMOTIONS
    turn.offer(
        "promotions", words, _how_to_buy(turn) if valid else turn.follow_ups(MenuAction.PLANS, MenuAction.ADVISOR)
    )
    return None


def _how_to_buy(turn: Turn) -> list[Choice]:
    return turn.follow_ups(MenuAction.COVERAGE, MenuAction.BOOK_INSTALLATION, MenuAction.ADVISOR)
