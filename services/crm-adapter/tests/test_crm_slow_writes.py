"""A server that takes longer for a write than for an answer is waited for: all three systems."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ispbot_contracts.base import derive_id, utc_now
from ispbot_contracts.common import Money
from ispbot_contracts.crm_writes import CaseFiled, FileCase, PaymentRegistered, RegisterPayment
from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.ports import CaseDraft
from ispbot_crm_adapter.write_ledger import WriteLedger, WriteState
from ispbot_crm_adapter.writes import Write, WriteLater, Writer
from ispbot_runtime.testing import published

SLOW_S = 1.5
"""Longer than an answer may take (0.9 s), less than a write may (20 s)."""
PESOS = Decimal("18500.00")


@pytest.fixture
async def ready(start_adapter, settings_store, company, crm_settings, all_writes):
    """The adapter runs with everything allowed, in front of a server that has time."""
    await settings_store.write(company, revision=0)
    await settings_store.write(crm_settings(**all_writes), revision=0)
    return await start_adapter(crm_write_timeout_s=20.0)


@pytest.fixture
def draft(cid):
    return CaseDraft(customer_id=cid(1), title="Sin servicio", text="No anda", visit_on=None, shift=None, mark="m" * 12)


@pytest.mark.usefixtures("ready")
async def test_a_case_that_takes_long_is_filed_without_looking_it_up(bus, ask, isp, cid, cause, asked, command):
    await cause("latency", command=command("case"), latency_s=SLOW_S)
    case = FileCase.start(
        derive_id("test", "case"), contact_id="c1", customer_id=cid(1), ticket_id="t1", title="Sin servicio", text="No anda"
    )  # fmt: skip
    await bus.publish(case)
    [body] = await published(bus, "crm.evt.case_filed.*.*", 1)
    assert CaseFiled.model_validate_json(body).write_id == case.id
    counts = await asked()
    assert sum(counts.get(name, 0) for name in {command("case"), command("cases")}) == 1
    assert len(isp.isp.tickets) == 1


@pytest.mark.usefixtures("ready")
async def test_a_payment_that_takes_long_is_registered_once(bus, ask, isp, cid, cause, asked, command):
    await cause("latency", command=command("pay"), latency_s=SLOW_S)
    payment = RegisterPayment.start(
        derive_id("test", "pay"), contact_id="c1", customer_id=cid(1), invoice_id=None, amount=Money(amount=PESOS),
        reference="OP-77",
    )  # fmt: skip
    await bus.publish(payment)
    [body] = await published(bus, "crm.evt.payment_registered.*.*", 1)
    assert PaymentRegistered.model_validate_json(body).write_id == payment.id
    assert (await asked())[command("pay")] == 1
    assert isp.isp.debt_of(1) == 0


@pytest.mark.parametrize(("vendor", "login"), [("ispcube", "sanctum/token"), ("ispbrain", "auth")])
async def test_a_write_whose_login_gets_no_answer_never_left(
    crm_settings, all_writes, company, limits, database, draft, isp, cause, asked, command, login
):
    await cause("latency", command=login, latency_s=20)
    opened = open_client(crm_settings(**all_writes), Locale.of(company), replace(limits, login_s=0.3))
    ledger, writer = WriteLedger(database), opened.writer
    write = Write("w1", "case", draft.customer_id, lambda: writer.file_case(draft), lambda: writer.find_case(draft))
    with pytest.raises(WriteLater):
        await Writer(ledger, source=opened.source, settle_s=60, retry_s=1).carry_out(write, asked_at=utc_now())
    await opened.client.aclose()
    assert (await ledger.read("w1")).state is WriteState.NEVER_LEFT
    assert await asked() == {login: 1}


@pytest.mark.parametrize("vendor", ["ispbrain"])
async def test_a_promise_reads_nothing_once_it_is_on_its_way(
    crm_settings, all_writes, company, limits, isp, cid, asked
):
    """The debt it names is the one that was agreed on: a slow look at it here would leave a promise that nobody can tell of."""
    opened = open_client(crm_settings(**all_writes), Locale.of(company), limits)
    await opened.writer.promise(cid(1), None, PESOS, isp.isp.today)
    await opened.client.aclose()
    assert await asked() == {"auth": 1, "payment-commitments": 1}
    assert isp.isp.promised_until(1) == isp.isp.today
