"""Leave the chat to people: open the ticket, tell the customer, fall silent."""

from datetime import datetime

from ispbot_contracts.common import Area
from ispbot_contracts.tickets import OpenTicket
from ispbot_router import metrics
from ispbot_router.desk import Desk
from ispbot_router.domain.hours import week_spans
from ispbot_router.domain.menu import Bot, Spot
from ispbot_router.texts import figures, people
from ispbot_router.turn import Turn


async def ask_for_person(turn: Turn, _: str = "") -> str | None:
    """The word *asesor*: the nearest advisor of the menu where the customer stands."""
    spot = turn.menus.advisor_near(turn.session.bot, turn.session.node_id)
    hand_over(turn, cause="asked", reason=people.REASON_ASKED, spot=spot)
    return None


async def choose_advisor(turn: Turn, spot: Spot) -> str | None:
    """The customer chose an advisor in a menu."""
    hand_over(turn, cause="asked", reason=" › ".join(turn.menus.path(spot)) or spot.node.label, spot=spot)
    return None


def give_up_when_tried_enough(turn: Turn) -> bool:
    """Count a message that led nowhere; returns True when that was one too many and a person was called."""
    turn.session = turn.session.missed()
    if turn.session.misses < turn.desk.bot.tries_before_person:
        return False
    turn.lead = people.CAN_NOT_HELP
    spot = turn.menus.advisor_near(turn.session.bot, turn.session.node_id)
    hand_over(turn, cause="not_understood", reason=people.REASON_NOT_UNDERSTOOD, spot=spot)
    return True


def hand_over(
    turn: Turn, *, cause: str, reason: str, spot: Spot | None = None, area: Area | None = None,
    department: str | None = None, words: str | None = None,
) -> None:  # fmt: skip
    """Open the ticket and tell the customer. ``spot`` names area and department unless they are given.

    ``words`` stand in place of the usual "somebody will answer".
    """
    known = turn.session.account is not None or turn.session.bot is Bot.SUPPORT
    area = area or (spot.node.area if spot else Area.SUPPORT if known else Area.SALES)
    wanted = department or (spot.node.department if spot else "soporte" if known else "ventas")
    department_id, department_name = turn.desk.department(wanted)
    zone = turn.zone
    turn.outputs.append(
        OpenTicket.caused_by(
            turn.message, "hand-over", occurred_at=turn.now, contact_id=turn.session.contact_id, area=area,
            department=department_id, reason=reason, customer=turn.customer, customer_name=turn.name,
            phone=turn.message.phone, zone_id=zone.zone_id if zone else None, zone_name=zone.name if zone else None,
        )
    )  # fmt: skip
    turn.say("hand_over", attention(turn.desk, turn.now, department_name, words))
    turn.session = turn.session.handed_over(cause, turn.now + turn.desk.pause)
    metrics.HANDOVERS.labels(cause).inc()


def attention(desk: Desk, now: datetime, department: str, words: str | None) -> str:
    """Return what a customer reads who is left to people: ``words`` or that somebody will answer, and when while closed."""
    hours = desk.hours()
    if hours.is_open(now):
        return words or people.waiting(department)
    week = figures.week(week_spans(hours.hours))
    closed = people.out_of_hours(week, hours.next_opening(now), desk.local(now))
    return f"{words}\n\n{closed}" if words else f"{closed}\n{people.LEAVE_IT_WRITTEN}"
