"""Tell the sales group that somebody who is not a customer is interested: once per conversation, coverage always."""

from dataclasses import replace

from ispbot_contracts.settings import NotificationSettings
from ispbot_router.texts import people
from ispbot_router.turn import Turn


def tell_sales(turn: Turn, what: str, *, always: bool = False) -> None:
    """Send the notice."""
    if turn.session.identity.accounts or (turn.session.lead_told and not always):
        return
    group = turn.desk.settings(NotificationSettings).sales
    turn.tell_group(group, people.lead_notice(what=what, name=turn.name, phone=turn.phone), "lead")
    turn.session = replace(turn.session, lead_told=True)
