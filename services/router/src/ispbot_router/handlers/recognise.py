"""Who writes? By phone at the start of a conversation; what is known stays known for a while."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from ispbot_contracts.crm import Capability, CustomerAccount, CustomerStatus
from ispbot_router import metrics
from ispbot_router.domain.session import Account, Identity
from ispbot_router.neighbours import CrmAway, CrmNotSetUp
from ispbot_router.texts import figures
from ispbot_router.turn import Turn

_FRESH = timedelta(hours=6)
"""Names and contracts change seldom; balances are never remembered."""


async def recognise(turn: Turn) -> bool:
    """Find out who writes; returns False when the management system could not be asked and we know nobody."""
    identity = turn.session.identity
    phone = turn.message.phone
    fresh = bool(identity.accounts) and identity.asked_at is not None and turn.now - identity.asked_at < _FRESH
    if fresh or phone is None or identity.by in {"document", "number"} or not turn.desk.crm.can(Capability.IDENTIFY):
        return True
    try:
        found = await turn.desk.crm.find("phone", phone)
    except CrmAway:
        metrics.IDENTIFICATIONS.labels("phone", "away").inc()
        return bool(identity.accounts)
    except CrmNotSetUp:
        metrics.IDENTIFICATIONS.labels("phone", "not_set_up").inc()
        return True
    remember(turn, found.customers, by="phone", at=turn.now)
    return True


def remember(
    turn: Turn, customers: list[CustomerAccount], *, by: Literal["phone", "document", "number"], at: datetime
) -> None:
    """Keep who they are; contracts that ended count only when there is no other."""
    live = [customer for customer in customers if customer.status is not CustomerStatus.CANCELLED] or customers
    accounts = tuple(_account(customer) for customer in live)
    outcome = "nobody" if not accounts else "one" if len(accounts) == 1 else "several"
    metrics.IDENTIFICATIONS.labels(by, outcome).inc()
    turn.session = replace(
        turn.session, identity=Identity(accounts=accounts, by=by if accounts else None, asked_at=at), retry=None
    )


def _account(customer: CustomerAccount) -> Account:
    service = next(iter(customer.services), None)
    return Account(
        customer_id=customer.customer_id, number=customer.number, name=customer.name,
        address=customer.address or (service.address if service else None), plan=service.plan if service else None,
        position=customer.position, speed=figures.speed(service.down_mbps, service.up_mbps) if service else None,
    )  # fmt: skip
