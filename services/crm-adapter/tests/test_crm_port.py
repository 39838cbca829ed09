"""What every management system must do behind our port, on the demo provider over HTTP."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from ispbot_contracts.crm import Capability, Connection, CustomerStatus, InvoiceStatus
from ispbot_crm_adapter.errors import CrmDenied


@pytest.fixture
def client(opened):
    return opened.client


def numbers(accounts):
    return sorted(int(account.number) for account in accounts)


async def test_a_customer_is_found_by_phone_document_and_number(client):
    for by, value in (("phone", "3515550001"), ("document", "20111222"), ("number", "1")):
        [nelida] = await client.find(by, value)
        assert (nelida.name, nelida.document, nelida.phones) == ("Nélida Correa", "20111222", ["5493515550001"])


async def test_a_person_with_two_contracts_is_returned_twice(client):
    assert numbers(await client.find("document", "31222444")) == [4, 5]


async def test_a_phone_finds_the_same_persons_other_contract_although_it_is_typed_differently_there(client):
    assert numbers(await client.find("phone", "3515550004")) == [4, 5]


async def test_a_document_stored_with_dots_is_found_by_its_digits(client):
    [ruben] = await client.find("document", "18777333")
    assert ruben.name == "Rubén Sosa"


async def test_nobody_is_found_by_what_nobody_has(client):
    assert await client.find("phone", "3515559999") == []
    assert await client.find("document", "99999999") == []
    assert await client.find("number", "999999") == []
    assert await client.account("999999") is None
    assert await client.statement("999999") is None


async def test_a_server_that_ignores_the_filter_shows_nobody_elses_data(client, cause):
    await cause("ignores_filter")
    assert await client.find("phone", "3515559999") == []
    assert await client.find("document", "99999999") == []
    assert await client.account("999999") is None
    assert numbers(await client.find("document", "20111222")) == [1]


async def test_an_overdue_debt_has_its_amount_and_its_earliest_due_day(client, isp):
    [nelida] = await client.find("number", "1")
    assert (nelida.balance.amount, nelida.balance.currency, nelida.unpaid_invoices) == (Decimal("18500.00"), "ARS", 1)
    assert nelida.due_date == isp.isp.today - timedelta(days=6)
    [ruben] = await client.find("number", "3")
    assert ruben.due_date == isp.isp.today - timedelta(days=42)


async def test_who_owes_nothing_has_no_due_day(client, cid):
    silvia = await client.account(cid(2))
    assert (silvia.balance.amount, silvia.unpaid_invoices, silvia.due_date) == (0, 0, None)


async def test_service_state_connection_and_area_maintenance_are_told_as_far_as_the_system_knows_them(client, cid):
    seen = {}
    for number in (1, 2, 3, 6):
        account = await client.account(cid(number))
        seen[account.name] = (account.status, account.services[0].connection, account.area_maintenance)
    knows = Capability.CONNECTION in client.capabilities
    online, offline = (Connection.ONLINE, Connection.OFFLINE) if knows else (Connection.UNKNOWN,) * 2
    maintenance = Capability.AREA_MAINTENANCE in client.capabilities
    assert seen == {
        "Nélida Correa": (CustomerStatus.ACTIVE, online, False),
        "Silvia Quiroga": (CustomerStatus.ACTIVE, offline, False),
        "Rubén Sosa": (CustomerStatus.SUSPENDED, offline, False),
        "Julián Acosta": (CustomerStatus.ACTIVE, offline, maintenance),
    }


async def test_plan_price_and_position_come_with_the_service(client, cid):
    nelida = await client.account(cid(1))
    assert (nelida.services[0].plan, nelida.services[0].price.amount) == ("Fibra 100 Megas", Decimal("18500.00"))
    assert nelida.position is not None
    assert nelida.address


async def test_a_former_customer_has_no_services(client, isp, cid):
    gone = next(customer for customer in isp.isp.customers.values() if customer.standing.value == "cancelled")
    account = await client.account(cid(gone.customer_id))
    assert (account.status, account.services) == (CustomerStatus.CANCELLED, [])


async def test_a_statement_lists_invoices_newest_first_with_their_state(client, cid):
    statement = await client.statement(cid(3))
    states = [invoice.status for invoice in statement.invoices]
    assert states == [InvoiceStatus.OVERDUE] * 2 + [InvoiceStatus.PAID] * 4
    days = [invoice.due_on for invoice in statement.invoices]
    assert days == sorted(days, reverse=True)
    assert statement.account.balance.amount == sum(invoice.total.amount for invoice in statement.invoices[:2])


async def test_an_invoice_file_is_the_pdf_of_that_invoice(client, cid):
    owed = (await client.statement(cid(1))).invoices[0]
    page = PdfReader(BytesIO(await client.invoice_file(cid(1), owed.invoice_id))).pages[0].extract_text()
    assert "Nélida Correa" in page
    assert owed.number in page


async def test_the_directory_lists_everybody_and_recognises_every_way_to_write_a_phone(client, isp, cid):
    entries = [entry async for page in client.directory() for entry in page]
    assert sorted(int(entry.number) for entry in entries) == sorted(isp.isp.customers)
    assert {entry.customer_id for entry in entries} == {cid(number) for number in isp.isp.customers}
    with_phone = {phone: entry.customer_id for entry in entries for phone in entry.phones}
    for number in ("1", "2", "3", "5", "6"):
        named = next(entry for entry in entries if entry.number == number)
        assert named.phones
        assert with_phone[named.phones[0]]
    unreadable = [
        customer.customer_id
        for customer in isp.isp.customers.values()
        if (customer.phone or customer.mobile)
        and not next(entry for entry in entries if entry.number == str(customer.customer_id)).phones
    ]
    assert unreadable == []


async def test_no_password_or_portal_code_enters_our_model(client, isp, cid):
    statement = await client.statement(cid(1))
    ours = statement.account.model_dump_json() + "".join(invoice.model_dump_json() for invoice in statement.invoices)
    customer = isp.isp.customers[1]
    secrets = [customer.portal_code]
    for service in customer.services:
        secrets += [service.pppoe_password, service.wifi_password, service.pppoe_user]
    assert not [secret for secret in secrets if secret in ours]


async def test_a_probe_passes_with_good_credentials_and_is_denied_with_bad_ones(client, cause):
    await client.probe()
    await cause("bad_token")
    with pytest.raises(CrmDenied):
        await client.probe()


def test_capabilities_name_what_the_port_offers_today(client):
    assert {Capability.IDENTIFY, Capability.BALANCE, Capability.INVOICE_PDF} <= client.capabilities
    assert not {Capability.PAYMENTS, Capability.PAYMENT_LINK} & client.capabilities
    filed_by_default = client.vendor == "ispbrain"  # its template of a case stands from the start
    assert (Capability.TICKETS in client.capabilities) is filed_by_default


async def test_the_contracted_speed_comes_with_the_service(client, cid):
    [service] = (await client.account(cid(1))).services
    assert service.down_mbps == (100 if Capability.CONTRACTED_SPEED in client.capabilities else None)
    assert service.up_mbps in (None, 50)
