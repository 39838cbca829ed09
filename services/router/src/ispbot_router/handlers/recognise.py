"""Who writes? By phone at the start of a conversation; what is known stays known for a while."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from ispbot_contracts.crm import Capability, CustomerAccount, CustomersFound, CustomerStatus
from ispbot_router import metrics
from ispbot_router.domain.session import Account, Identity
from ispbot_router.neighbours import CrmAway, CrmNotSetUp
from ispbot_router.texts import figures
from ispbot_router.turn import Turn

_FRESH = timedelta(hours=6)
"""Names and contracts change seldom; balances are never remembered."""
_FORGOTTEN = timedelta(days=90)
"""Phone numbers are given to other people: after such a silence a document that was once told says nothing any more."""


async def recognise(turn: Turn) -> bool:
    """Find out who writes; returns False when the management system could not be asked and we know nobody."""
    _forget_people_of_another_system(turn)
    _forget_after_a_long_silence(turn)
    identity = turn.session.identity
    phone = turn.message.phone
    known = bool(identity.accounts) and not identity.as_last_seen
    fresh = known and identity.asked_at is not None and turn.now - identity.asked_at < _FRESH
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
    remember(turn, found, by="phone")
    return True


async def make_sure(turn: Turn) -> None:
    """Ask again who writes, before anything of a contract is shown, when what we know is memory or of another system."""
    identity = turn.session.identity
    if identity.accounts and (identity.as_last_seen or not identity.is_of(turn.desk.crm.source)):
        await recognise(turn)


def remember(turn: Turn, found: CustomersFound, *, by: Literal["phone", "document", "number"]) -> None:
    """Keep who they are; contracts that ended count only when there is no other. A choice among the same ones stands."""
    live = [each for each in found.customers if each.status is not CustomerStatus.CANCELLED] or found.customers
    accounts = tuple(_account(customer) for customer in live)
    outcome = "nobody" if not accounts else "one" if len(accounts) == 1 else "several"
    metrics.IDENTIFICATIONS.labels(by, outcome).inc()
    identity = Identity(
        accounts=accounts, by=by if accounts else None, asked_at=turn.now, source=found.source,
        as_last_seen=found.freshness.stale and by == "phone",
    )  # fmt: skip
    before = turn.session.identity
    if {each.customer_id for each in before.accounts} == {each.customer_id for each in accounts}:
        identity = replace(identity, chosen=before.chosen)
    turn.session = replace(turn.session, identity=identity, retry=None)


def _forget_people_of_another_system(turn: Turn) -> None:
    source, identity = turn.desk.crm.source, turn.session.identity
    if not identity.is_of(source):
        turn.session = turn.session.with_identity(Identity())
    elif source and identity.accounts and not identity.source:
        turn.session = turn.session.with_identity(replace(identity, source=source))


def _forget_after_a_long_silence(turn: Turn) -> None:
    last_at = turn.session.last_at
    if last_at is not None and turn.now - last_at > _FORGOTTEN:
        turn.session = turn.session.with_identity(Identity())


def _account(customer: CustomerAccount) -> Account:
    service = next(iter(customer.services), None)
    return Account(
        customer_id=customer.customer_id, number=customer.number, name=customer.name,
        address=customer.address or (service.address if service else None), plan=service.plan if service else None,
        position=customer.position, speed=figures.speed(service.down_mbps, service.up_mbps) if service else None,
    )  # fmt: skip
