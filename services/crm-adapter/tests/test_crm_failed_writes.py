"""What is told of a write that failed: whose it is, so that staff find it, and nothing of it in the log but its id."""

from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from ispbot_contracts.common import Money
from ispbot_contracts.crm_writes import CrmWriteFailed, FileCase, PromisePayment, RegisterPayment, UndoPayment
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import published


@pytest.fixture
def vendor() -> str:
    """MikroWisp shows no promises: a lost answer stays unclear there."""
    return "mikrowisp"


@pytest.fixture
async def ready(start_adapter, settings_store, company, crm_settings, all_writes):
    """The adapter with everything allowed."""
    await settings_store.write(company, revision=0)
    await settings_store.write(crm_settings(**all_writes), revision=0)
    await start_adapter()


@pytest.fixture
def failure(bus):
    """Return a function that waits for the only failure told, and returns it."""

    async def told() -> CrmWriteFailed:
        [body] = await published(bus, f"crm.evt.{CrmWriteFailed.name}.*.*", 1)
        return CrmWriteFailed.model_validate_json(body)

    return told


@pytest.mark.usefixtures("ready")
async def test_a_refused_case_names_its_ticket_and_is_logged_without_its_words(ask, bus, cid, cause, command, failure):
    await cause("error_200", command=command("case"), text="Departamento inexistente")
    case = FileCase.start(
        "case1", contact_id="c1", customer_id=cid(1), ticket_id="t1", title="Sin servicio", text="No anda desde ayer"
    )
    with capture_logs() as logs:
        await bus.publish(case)
        failed = await failure()
    assert (failed.contact_id, failed.ticket_id, failed.customer_id) == ("c1", "t1", cid(1))
    [line] = [line for line in logs if line["event"] == "crm_write_refused"]
    assert (line["log_level"], line["kind"], line["write_id"]) == ("warning", "case", "case1")
    assert not {"Departamento", "anda"} & set(str(line).replace("'", " ").split())


@pytest.mark.usefixtures("ready")
async def test_an_unclear_promise_names_who_asked_first_and_the_customer(ask, cid, isp, cause, command, failure):
    await cause("answer_lost", command=command("promise"), times=1)
    query = PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k", contact_id="c1")
    for who in ("c1", "c2", None):
        with pytest.raises(Refusal):
            await ask(query.model_copy(update={"contact_id": who}))
    failed = await failure()
    assert (failed.write, failed.outcome) == ("promise", "unknown")
    assert (failed.contact_id, failed.ticket_id, failed.customer_id) == ("c1", None, cid(1))


@pytest.mark.usefixtures("ready")
async def test_a_payment_that_can_not_be_taken_back_names_its_customer(ask, bus, cid, cause, failure):
    amount = Money(amount=Decimal("18500.00"))
    await bus.publish(
        RegisterPayment.start(
            "pay1", contact_id="c1", customer_id=cid(1), invoice_id=None, amount=amount, reference="OP-77"
        )
    )
    await cause("error_200", command="deletetransaccion", text="Mes cerrado")
    await bus.publish(UndoPayment.start("undo1", contact_id="c1", payment_id="pay1"))
    failed = await failure()
    assert (failed.write, failed.outcome, failed.contact_id) == ("undo_payment", "refused", "c1")
    assert failed.customer_id == cid(1)
