"""ISPCube's odd values and answers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ispbot_contracts.crm import CustomerStatus, InvoiceStatus
from ispbot_contracts.settings import CompanySettings
from ispbot_crm_adapter.adapters.address import api_base
from ispbot_crm_adapter.adapters.ispcube.mapping import account_of, entry_of, invoices_of
from ispbot_crm_adapter.adapters.ispcube.wire import (
    BillRow,
    CustomerRow,
    ListedRow,
    PlanRow,
    message_in,
    rows_in,
    token_in,
)
from ispbot_crm_adapter.errors import CrmBroken, CrmRejected
from ispbot_crm_adapter.identity import Locale

ARGENTINA = Locale.of(CompanySettings(default_area_code="351"))
TODAY = ARGENTINA.today()


def customer_row(**fields):
    return CustomerRow.model_validate({"id": 2236, "code": "003365", "name": "PEREZ ANA", "status": "enabled"} | fields)


def bill_row(bill_id, total, **fields):
    issued = TODAY - timedelta(days=100 - bill_id)
    return BillRow.model_validate(
        {"id": bill_id, "customer_id": 2236, "total": total, "date": str(issued), "due_date1": str(issued)} | fields
    )


@pytest.mark.parametrize(
    "typed",
    ["https://isp.ispcube.com", "isp.ispcube.com/api/", "https://isp.ispcube.com/API", " https://isp.ispcube.com/ "],
)
def test_an_address_is_understood_with_and_without_api(typed):
    assert api_base(typed, "/api") == "https://isp.ispcube.com/api/"


@pytest.mark.parametrize(
    "answer",
    [
        '{"token":"5|UdaQ"}',
        "5|UdaQ",
        "{ 5|UdaQ }",
        ' "5|UdaQ" ',
        '{"data":{"token":"5|UdaQ"}}',
        '{"access_token":"5|UdaQ"}',
    ],
)
def test_a_token_is_read_from_servers_of_every_age(answer):
    assert token_in(answer.encode()) == "5|UdaQ"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ('{"token":"5|Uda', "cut_short"),
        ("<!DOCTYPE html>", "not_json"),
        ("", "empty"),
        ('{"ok":true}', "shape"),
        ("null", "shape"),
        ('{"status":false,"message":"Empresa inactiva"}', "rejected"),
    ],
)
def test_half_a_token_or_a_web_page_is_no_token(answer, code):
    with pytest.raises((CrmBroken, CrmRejected)) as refused:
        token_in(answer.encode())
    assert refused.value.code == code


def test_lists_come_bare_wrapped_single_or_not_at_all():
    assert rows_in([{"id": 1}]) == rows_in({"data": [{"id": 1}]}) == rows_in({"id": 1}) == [{"id": 1}]
    assert rows_in(None) == rows_in([]) == []


def test_what_a_refusal_says_is_read_from_objects_and_texts():
    assert message_in(b'{"status":false,"message":"username header requerido"}') == "username header requerido"
    assert message_in(b'"Indicar al menos un dato de busqueda"') == "Indicar al menos un dato de busqueda"
    assert message_in(b"<h1>502</h1>") == ""


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("enabled", CustomerStatus.ACTIVE),
        ("blocked", CustomerStatus.SUSPENDED),
        ("disabled", CustomerStatus.SUSPENDED),
        ("no_service", CustomerStatus.CANCELLED),
        ("otra cosa", CustomerStatus.ACTIVE),
    ],
)
def test_customer_states_known_and_unknown_are_mapped(word, status):
    assert account_of(customer_row(status=word), [], {}, ARGENTINA).status is status


def test_only_connections_that_exist_are_services_and_resold_ones_get_their_plan_from_the_list():
    row = customer_row(
        connections=[
            {"id": 1, "plan_id": 27, "plan": {"id": 27, "name": "Internet 300"}, "delete_date": None},
            {"id": 2, "plan_id": 9, "conntype": "nc", "plan": None, "deleted_in_provider": 0},
            {"id": 3, "plan_id": 27, "delete_date": "2020-01-01 00:00:00"},
            {"id": 4, "plan_id": 27, "deleted_in_provider": 1},
        ]
    )
    plans = {"9": PlanRow(id=9, name="TV", price="4500.50")}
    services = account_of(row, [], plans, ARGENTINA).services
    assert [(one.service_id, one.plan, one.price and one.price.amount) for one in services] == [
        ("1", "Internet 300", None),
        ("2", "TV", Decimal("4500.50")),
    ]


def test_a_sparse_customer_is_mapped_without_inventing_anything():
    account = account_of(customer_row(phones=None, contact_emails=None, lat="-33.69", lng=None), [], {}, ARGENTINA)
    assert (account.name, account.number, account.customer_id) == ("Perez Ana", "003365", "2236")
    assert (account.phones, account.email, account.position, account.services) == ([], None, None, [])


def test_phones_are_completed_and_deleted_or_temporary_records_are_known_as_such():
    row = ListedRow.model_validate({"id": 1, "code": "000007", "phones": [{"number": "155550001"}, {"number": None}]})
    entry = entry_of(row, ARGENTINA)
    assert (entry.number, entry.phones, row.exists) == ("7", ["3515550001"], True)
    assert not ListedRow(id=1, temporary=1).exists
    assert not ListedRow(id=1, deleted_at="2019-02-01 10:00:00").exists


def test_the_newest_bills_are_owed_until_they_add_up_to_the_debt():
    bills = [bill_row(1, "100.00"), bill_row(2, "100.00"), bill_row(3, "120.00"), bill_row(4, "999.00", canceled=1)]
    found = invoices_of(bills, Decimal("150.00"), ARGENTINA)
    assert [(one.invoice_id, one.status) for one in found] == [
        ("4", InvoiceStatus.VOID),
        ("3", InvoiceStatus.OVERDUE),
        ("2", InvoiceStatus.OVERDUE),
        ("1", InvoiceStatus.PAID),
    ]


def test_a_bill_not_due_yet_is_unpaid_and_credit_notes_are_no_invoices():
    bills = [
        bill_row(5, "100.00", due_date1=str(TODAY + timedelta(days=3))),
        bill_row(6, "50.00", internal_type="credit_note"),
        bill_row(4, "100.00", status="paid"),
        bill_row(3, "100.00", due_date1="0000-00-00", due_date2="2020-05-05"),
    ]
    found = invoices_of(bills, Decimal("200.00"), ARGENTINA)
    assert [(one.invoice_id, one.status) for one in found] == [
        ("5", InvoiceStatus.UNPAID),
        ("4", InvoiceStatus.PAID),
        ("3", InvoiceStatus.OVERDUE),
    ]
    assert found[-1].due_on == date(2020, 5, 5)
