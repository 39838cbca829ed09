"""What is written into the management system: once, never lost, and told when nobody knows. On both stand-ins over HTTP."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ispbot_contracts.base import derive_id
from ispbot_contracts.common import Area, CustomerRef, Money
from ispbot_contracts.crm_writes import (
    CaseFiled,
    CrmWriteFailed,
    FileCase,
    FileLead,
    GetPaymentLink,
    GetPromiseTerms,
    LeadFiled,
    PaymentRegistered,
    PaymentUndone,
    PromisePayment,
    RegisterPayment,
    UndoPayment,
)
from ispbot_contracts.generate import GOLDEN
from ispbot_contracts.settings import PromiseRules
from ispbot_contracts.tickets import TicketOpened
from ispbot_crm_adapter.promises import KIND
from ispbot_crm_adapter.write_ledger import WriteLedger, WriteState
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually, published

PESOS = Decimal("18500.00")


@pytest.fixture(params=["ispcube", "mikrowisp"])
def vendor(request) -> str:
    """Only these have a writer: ISPBrain's templates are tried in its own tests."""
    return str(request.param)


@pytest.fixture
async def ready(start_adapter, settings_store, company, crm_settings, all_writes):
    """Return a function that starts the adapter with everything allowed, with changes to the section."""

    async def start(**section):
        await settings_store.write(company, revision=0)
        allowed = crm_settings(**all_writes).model_copy(update=section)
        await settings_store.write(allowed, revision=0)
        return await start_adapter()

    return start


def command(kind, name, **fields):
    return kind.start(derive_id("test", name), contact_id="c1", **fields)


def a_case(cid, name="one"):
    return command(FileCase, name, customer_id=cid(1), ticket_id="t1", title="Sin servicio", text="No anda desde ayer")


def a_payment(cid, name="pay"):
    return command(
        RegisterPayment, name, customer_id=cid(1), invoice_id=None, amount=Money(amount=PESOS), reference="OP-77"
    )


async def event(bus, kind):
    [body] = await published(bus, f"crm.evt.{kind.name}.*.*", 1)
    return kind.model_validate_json(body)


async def refused(ask, query):
    with pytest.raises(Refusal) as caught:
        await ask(query)
    return caught.value


class TestPromises:
    async def test_a_promise_is_recorded_once_however_often_it_is_asked(self, ready, ask, isp, cid, asked, command):
        await ready()
        terms = await ask(GetPromiseTerms(customer_id=cid(1)))
        assert (terms.latest, terms.amount.amount) == (isp.isp.today + timedelta(days=5), PESOS)
        until = isp.isp.today + timedelta(days=3)
        query = PromisePayment(customer_id=cid(1), until=until, request_key="k1")
        first, again = await ask(query), await ask(query)
        assert first == again
        assert (first.until, first.amount.amount) == (until, PESOS)
        assert (await asked())[command("promise")] == 1
        assert isp.isp.promised_until(1) == until

    async def test_a_second_promise_waits_for_the_first_and_for_the_month(self, ready, ask, isp, cid, database):
        await ready()
        await ask(PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k1"))
        second = PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k2")
        refusal = await refused(ask, second)
        assert (refusal.code, refusal.details["until"]) == ("promise_pending", isp.isp.today.isoformat())
        isp.isp.promises.clear()
        past = (isp.isp.today - timedelta(days=1)).isoformat()
        await database["writes"].update_one({"kind": KIND}, {"$set": {"noted.until": past}})

        async def limited():
            return (await refused(ask, second)).code == "promise_limit"

        await eventually(limited)

    async def test_who_owes_nothing_or_is_nobody_can_not_promise(self, ready, ask, isp, cid):
        await ready()
        assert (await refused(ask, GetPromiseTerms(customer_id=cid(2)))).code == "nothing_owed"
        assert (await refused(ask, GetPromiseTerms(customer_id=cid(9999)))).code == "customer_not_found"
        late = PromisePayment(customer_id=cid(1), until=isp.isp.today + timedelta(days=6), request_key="k")
        assert (await refused(ask, late)).code == "promise_refused"
        assert not isp.isp.promises

    async def test_the_vendors_own_no_is_given_in_its_words(self, ready, ask, isp, cid, cause, command):
        await ready()
        await cause("error_200", command=command("promise"), text="Cliente con deuda judicial.")
        refusal = await refused(ask, PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k"))
        assert (refusal.code, "deuda judicial" in refusal.message) == ("promise_refused", True)

    async def test_promises_switched_off_are_not_supported(self, ready, ask, cid):
        await ready(promises=PromiseRules(enabled=False))
        assert (await refused(ask, GetPromiseTerms(customer_id=cid(1)))).code == "not_supported"

    async def test_a_promise_whose_answer_was_lost_is_never_sent_twice(
        self, ready, ask, bus, isp, cid, cause, asked, command, vendor
    ):
        await ready()
        await cause("answer_lost", command=command("promise"), times=1)
        query = PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k")
        if vendor == "ispcube":  # the customer shows the promise
            assert (await ask(query)).until == isp.isp.today
        else:  # nothing there shows promises: a person must look
            assert (await refused(ask, query)).code == "promise_unclear"
            assert (await event(bus, CrmWriteFailed)).outcome == "unknown"
            await refused(ask, query)
        assert (await asked())[command("promise")] == 1


class TestPaymentLinks:
    async def test_the_link_pays_what_is_owed(self, ready, ask, cid, isp):
        await ready()
        link = await ask(GetPaymentLink(customer_id=cid(1)))
        assert link.url.startswith(isp.url)
        assert link.amount.amount == PESOS
        assert (await refused(ask, GetPaymentLink(customer_id=cid(2)))).code == "nothing_owed"

    async def test_no_link_is_told_apart_from_no_system(self, ready, ask, cid, cause, command):
        await ready()
        await cause("error_200", command=command("link"), text="Pasarela inactiva")
        assert (await refused(ask, GetPaymentLink(customer_id=cid(1)))).code == "no_link"

    @pytest.mark.usefixtures("configured")
    async def test_without_a_gateway_it_is_not_supported(self, start_adapter, ask, cid):
        await start_adapter()
        assert (await refused(ask, GetPaymentLink(customer_id=cid(1)))).code == "not_supported"


class TestCases:
    async def test_a_case_is_filed_once_although_the_command_comes_again(self, ready, bus, ask, isp, cid, database):
        await ready()
        await bus.publish(a_case(cid))
        filed = await event(bus, CaseFiled)
        await bus.publish(a_case(cid).model_copy(update={"correlation_id": "again"}))
        assert len(isp.isp.tickets) == 1
        assert (filed.write_id, filed.ticket_id) == (a_case(cid).id, "t1")
        assert (await WriteLedger(database).read(filed.write_id)).state is WriteState.DONE

    async def test_a_case_whose_answer_was_lost_is_found_by_its_mark(
        self, ready, ask, bus, isp, cid, cause, asked, command
    ):
        await ready()
        await cause("answer_lost", command=command("case"), times=1)
        await bus.publish(a_case(cid))
        assert (await event(bus, CaseFiled)).case_id == "100"
        assert len(isp.isp.tickets) == 1

    async def test_a_case_that_surely_was_not_filed_is_filed_after_a_while(
        self, ready, ask, bus, isp, cid, cause, asked, command
    ):
        await ready()
        await cause("reset", command=command("case"), times=1)
        await bus.publish(a_case(cid))
        await event(bus, CaseFiled)
        counts = await asked()
        assert counts[command("case")] == 2
        assert counts[command("cases")] >= 2
        assert len(isp.isp.tickets) == 1

    async def test_a_crash_after_the_write_does_not_repeat_it(self, ready, ask, bus, isp, cid, database, vendor):
        case = a_case(cid)
        await ready()
        await bus.publish(case)
        await event(bus, CaseFiled)
        await database["writes"].update_one({"_id": case.id}, {"$set": {"state": "began"}})
        ledger = WriteLedger(database)
        assert (await ledger.read(case.id)).state is WriteState.BEGAN
        await bus.publish_raw(case.subject, case.model_dump_json().encode(), {"Nats-Msg-Id": "again"})

        async def ended():
            return (await ledger.read(case.id)).state is WriteState.DONE

        await eventually(ended)
        assert len(isp.isp.tickets) == 1

    async def test_a_refused_case_is_told_with_the_vendors_words(self, ready, ask, bus, cid, cause, command):
        await ready()
        await cause("error_200", command=command("case"), text="Departamento inexistente")
        await bus.publish(a_case(cid))
        failed = await event(bus, CrmWriteFailed)
        assert (failed.write, failed.outcome) == ("case", "refused")
        assert "Departamento inexistente" in failed.reason

    async def test_a_case_waits_for_a_system_that_is_away(self, ready, ask, bus, isp, cid, cause, heal):
        await ready()
        await cause("bad_token")
        await bus.publish(a_case(cid))
        await heal()
        await event(bus, CaseFiled)
        assert len(isp.isp.tickets) == 1


class TestPayments:
    async def test_a_payment_is_registered_and_taken_back(self, ready, ask, bus, isp, cid):
        await ready()
        await bus.publish(a_payment(cid))
        assert (await event(bus, PaymentRegistered)).amount.amount == PESOS
        assert isp.isp.debt_of(1) == 0
        await bus.publish(command(UndoPayment, "undo", payment_id=a_payment(cid).id))
        assert (await event(bus, PaymentUndone)).payment_id == a_payment(cid).id
        assert isp.isp.debt_of(1) == PESOS

    async def test_a_payment_whose_answer_was_lost_is_not_registered_twice(
        self, ready, ask, bus, isp, cid, cause, asked, command
    ):
        await ready()
        await cause("answer_lost", command=command("pay"), times=1)
        await bus.publish(a_payment(cid))
        await event(bus, PaymentRegistered)
        assert (await asked())[command("pay")] == 1
        assert isp.isp.debt_of(1) == 0

    async def test_an_undo_whose_answer_was_lost_is_told_as_done(self, ready, ask, bus, isp, cid, cause, asked):
        await ready()
        await bus.publish(a_payment(cid))
        await event(bus, PaymentRegistered)
        await cause("answer_lost", command="deletetransaccion", times=1)
        await cause("answer_lost", command="cash/payment_delete_paymethod", times=1)
        await bus.publish(command(UndoPayment, "undo", payment_id=a_payment(cid).id))
        await event(bus, PaymentUndone)
        assert isp.isp.debt_of(1) == PESOS

    async def test_only_our_own_payments_are_taken_back(self, ready, ask, bus):
        await ready()
        await bus.publish(command(UndoPayment, "undo", payment_id="nobody"))
        failed = await event(bus, CrmWriteFailed)
        assert (failed.write, failed.outcome) == ("undo_payment", "refused")


class TestMirror:
    def opened(self, area, customer):
        sample = TicketOpened.model_validate_json((GOLDEN / "samples" / "tickets.evt.ticket_opened.json").read_text())
        ticket = sample.ticket.model_copy(
            update={"area": area, "customer": customer, "reason": "Sin servicio", "summary": "Luz roja", "customer_name": "Ana",
                    "phone": "5493515559999", "number": 7}
        )  # fmt: skip
        return sample.model_copy(update={"contact_id": "c1", "ticket": ticket, "words": ["no anda"]})

    async def test_a_known_customers_ticket_becomes_a_case(self, ready, ask, bus, isp, cid):
        await ready(mirror_tickets=True)
        who = CustomerRef(customer_id=cid(1), number="1", name="Nélida Correa")
        await bus.publish(self.opened(Area.SUPPORT, who))
        await event(bus, CaseFiled)
        [ticket] = isp.isp.tickets.values()
        assert "Sin servicio (ticket 7)" in ticket.subject
        assert "Luz roja" in ticket.subject + ticket.body

    async def test_a_strangers_sales_ticket_becomes_a_lead_where_the_system_takes_leads(
        self, ready, ask, bus, isp, vendor
    ):
        service = await ready(mirror_leads=True)
        await bus.publish(self.opened(Area.SALES, None))
        if vendor == "mikrowisp":
            assert (await event(bus, LeadFiled)).ticket_id is not None
            assert [(lead.name, lead.mobile) for lead in isp.isp.leads] == [("Ana", "5493515559999")]
        else:
            await bus.publish(command(FileLead, "lead", person="Ana"))
            assert (await event(bus, CrmWriteFailed)).outcome == "refused"
        assert service.health.started

    async def test_nothing_is_mirrored_unless_the_settings_say_so(self, ready, ask, bus, isp, cid):
        await ready()
        who = CustomerRef(customer_id=cid(1), number="1", name="Nélida Correa")
        await bus.publish(self.opened(Area.SUPPORT, who))
        await bus.publish(a_case(cid, "after"))
        assert (await event(bus, CaseFiled)).write_id == a_case(cid, "after").id
        assert len(isp.isp.tickets) == 1
