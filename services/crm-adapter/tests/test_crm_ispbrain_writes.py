"""What is written into ISPBrain goes through the same ledger as for the others, by the provider's templates."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ispbot_contracts.base import derive_id
from ispbot_contracts.common import Money
from ispbot_contracts.crm import Capability, GetCrmStatus
from ispbot_contracts.crm_writes import (
    CaseFiled,
    CrmWriteFailed,
    FileCase,
    GetPaymentLink,
    GetPromiseTerms,
    PaymentRegistered,
    PromisePayment,
    RegisterPayment,
    UndoPayment,
)
from ispbot_contracts.settings import CrmSettings, CrmVendor, IspbrainEndpoints, IspbrainWrite
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import published
from ispbot_sims.isp.company import TIMEZONE

PROMISE = IspbrainWrite(path="/payment-commitments", body={"customer_id": "{id}", "date": "{date}"})
PAYMENT = IspbrainWrite(
    path="/payments", body={"customer_id": "{id}", "amount": "{amount}", "reference": "{reference}"}
)


@pytest.fixture
def vendor() -> str:
    return "ispbrain"


@pytest.fixture
async def start(start_adapter, settings_store, company, crm_settings):
    """Return a function that starts the adapter on ISPBrain with these endpoints."""

    async def begin(**endpoints):
        await settings_store.write(company, revision=0)
        section: CrmSettings = crm_settings(endpoints=IspbrainEndpoints(**endpoints))
        assert section.vendor is CrmVendor.ISPBRAIN
        await settings_store.write(section, revision=0)
        return await start_adapter()

    return begin


def in_days(days: int):
    return datetime.now(ZoneInfo(TIMEZONE)).date() + timedelta(days=days)


async def test_a_promise_is_recorded_once_however_often_it_is_asked_for(start, ask, isp, cid):
    await start(promise=PROMISE)
    terms = await ask(GetPromiseTerms(customer_id=cid(1)))
    promise = PromisePayment(customer_id=cid(1), until=in_days(3), request_key="k1")
    first, again = await ask(promise), await ask(promise)
    assert first == again
    assert first.amount == terms.amount
    assert [one.until for one in isp.isp.promises.values()] == [in_days(3)]


async def test_without_a_path_promises_and_links_are_not_offered(start, ask, cid):
    await start()
    status = await ask(GetCrmStatus())
    assert Capability.TICKETS in status.capabilities
    assert not {Capability.PAYMENT_PROMISE, Capability.PAYMENT_LINK, Capability.PAYMENTS} & set(status.capabilities)
    for query in (GetPromiseTerms(customer_id=cid(1)), GetPaymentLink(customer_id=cid(1))):
        with pytest.raises(Refusal) as caught:
            await ask(query)
        assert caught.value.code == "not_supported"


async def test_a_case_is_filed_once_and_carries_its_mark(start, bus, isp, cid):
    await start()
    case = FileCase.start(
        derive_id("test", "case"),
        contact_id="c1",
        customer_id=cid(1),
        ticket_id="t1",
        title="Sin servicio",
        text="No anda",
    )
    await bus.publish(case)
    [body] = await published(bus, "crm.evt.case_filed.*.*", 1)
    filed = CaseFiled.model_validate_json(body)
    [ticket] = isp.isp.tickets.values()
    assert (filed.write_id, filed.case_id) == (case.id, str(ticket.ticket_id))
    assert "No anda" in ticket.body
    assert "[ISPBot " in ticket.body


async def test_a_payment_is_registered_by_its_template_and_a_person_must_take_it_back(start, bus, isp, cid):
    await start(payment=PAYMENT)
    payment = RegisterPayment.start(
        derive_id("test", "payment"), contact_id="c1", customer_id=cid(1), invoice_id=None,
        amount=Money(amount=Decimal("18500.00")), reference="OP-77",
    )  # fmt: skip
    await bus.publish(payment)
    [body] = await published(bus, "crm.evt.payment_registered.*.*", 1)
    assert PaymentRegistered.model_validate_json(body).write_id == payment.id
    assert isp.isp.debt_of(1) == 0
    await bus.publish(UndoPayment.start(derive_id("test", "undo"), contact_id="c1", payment_id=payment.id))
    [body] = await published(bus, "crm.evt.crm_write_failed.*.*", 1)
    failed = CrmWriteFailed.model_validate_json(body)
    assert (failed.write, failed.outcome) == ("undo_payment", "refused")
    assert "anulalo en su sistema" in failed.reason
