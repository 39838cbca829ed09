"""MikroWisp's odd values, and how people write addresses, phones and documents."""

from datetime import date
from decimal import Decimal

import pytest

from ispbot_contracts.crm import Connection, CustomerStatus, InvoiceStatus
from ispbot_contracts.settings import CompanySettings
from ispbot_crm_adapter.adapters.address import api_base
from ispbot_crm_adapter.adapters.mikrowisp.mapping import account_of, invoice_of
from ispbot_crm_adapter.adapters.mikrowisp.wire import ClientRow, InvoiceRow
from ispbot_crm_adapter.errors import CrmRejected
from ispbot_crm_adapter.identity import Locale, document_keys, number_key

ARGENTINA = Locale.of(CompanySettings(default_area_code="351"))


def client_row(**fields):
    return ClientRow.model_validate({"id": 6, "nombre": "ANA PEREZ", "estado": "ACTIVO"} | fields)


def invoice_row(**fields):
    return InvoiceRow.model_validate({"id": "00000210", "idcliente": "000006", "total": "343.75"} | fields)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("https://isp.example", "https://isp.example/api/v1/"),
        (" https://isp.example/ ", "https://isp.example/api/v1/"),
        ("https://isp.example/api/v1/", "https://isp.example/api/v1/"),
        ("HTTP://isp.example:8443/API/v1", "http://isp.example:8443/api/v1/"),
        ("isp.example", "https://isp.example/api/v1/"),
        ("192.168.1.10", "http://192.168.1.10/api/v1/"),
        ("192.168.1.10:8080", "http://192.168.1.10:8080/api/v1/"),
        ("https://isp.example/admin", "https://isp.example/admin/api/v1/"),
        ("http://[::1]:80", "http://[::1]:80/api/v1/"),
    ],
)
def test_an_address_is_understood_however_it_is_typed(typed, base):
    assert api_base(typed, "/api/v1") == base


@pytest.mark.parametrize(
    "typed", ["ftp://isp.example", "https://", "https://user:pass@isp.example", "http://a b", "http://x:99999"]
)
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(CrmRejected, match="invalid_url"):
        api_base(typed, "/api/v1")


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("60000.00", "60000.00"),
        (18500, "18500"),
        ("$ 1.234,50", "1234.50"),
        ("S/. 1,234.50", "1234.50"),
        ("", "0"),
        (None, "0"),
    ],
)
def test_amounts_are_exact_in_every_notation(written, amount):
    assert invoice_row(total=written).total == Decimal(amount)


def test_zero_dates_are_no_dates_and_padded_ids_are_numbers():
    invoice = invoice_of(invoice_row(vencimiento="0000-00-00", emitido="2019-05-04", estado="Pagada"), ARGENTINA)
    assert (invoice.invoice_id, invoice.number, invoice.due_on) == ("210", "00000210", None)
    assert invoice.issued_on == date(2019, 5, 4)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"estado": "vencido"}, InvoiceStatus.OVERDUE),
        ({"estado": "No pagado", "vencimiento": "2999-01-01"}, InvoiceStatus.UNPAID),
        ({"estado": "No pagado", "vencimiento": "2019-01-01"}, InvoiceStatus.OVERDUE),
        ({"estado": "Pagada", "vencimiento": "2019-01-01"}, InvoiceStatus.PAID),
        ({"estado": "ANULADA"}, InvoiceStatus.VOID),
        ({"estado": "en gestión", "fechapago": "2020-01-01"}, InvoiceStatus.PAID),
        ({"estado": "en gestión", "fechapago": "0000-00-00"}, InvoiceStatus.UNPAID),
    ],
)
def test_invoice_states_known_and_unknown_are_mapped(fields, status):
    assert invoice_of(invoice_row(**fields), ARGENTINA).status is status


@pytest.mark.parametrize(
    ("collected", "owed"), [("0.00", "343.75"), ("100", "243.75"), ("343.75", "0"), ("400", "0"), ("", "343.75")]
)
def test_of_an_invoice_is_owed_what_was_not_collected(collected, owed):
    assert invoice_of(invoice_row(total="343.75", cobrado=collected), ARGENTINA).owed.amount == Decimal(owed)


@pytest.mark.parametrize("state", ["Pagada", "Anulada"])
def test_of_one_that_is_paid_or_void_nothing_is_owed_whatever_was_collected(state):
    assert invoice_of(invoice_row(estado=state, total="343.75", cobrado="0.00"), ARGENTINA).owed.amount == 0


def test_a_due_day_is_not_that_of_an_invoice_that_was_collected_while_its_state_says_unpaid():
    rows = [
        invoice_row(id="1", vencimiento="2026-01-10", total="100", cobrado="100"),
        invoice_row(id="2", vencimiento="2026-02-10", total="100", cobrado="0"),
    ]
    invoices = [invoice_of(row, ARGENTINA) for row in rows]
    assert account_of(client_row(), invoices, ARGENTINA).due_date == date(2026, 2, 10)


def test_a_sparse_customer_is_mapped_without_inventing_anything():
    account = account_of(client_row(servicios=None, facturacion=None, telefono="45434565", movil=""), [], ARGENTINA)
    assert (account.name, account.services, account.phones) == ("Ana Perez", [], [])
    assert (account.balance.amount, account.document, account.email, account.position) == (0, None, None, None)


def test_unknown_words_for_states_become_the_harmless_ones():
    service = {"id": 5, "perfil": "Plan", "costo": "15000.00", "status_user": "DESCONOCIDO", "coordenadas": "sin datos"}
    account = account_of(client_row(estado="NUEVO", servicios=[service], mantenimiento="1"), [], ARGENTINA)
    assert (account.status, account.services[0].connection) == (CustomerStatus.ACTIVE, Connection.UNKNOWN)
    assert account.area_maintenance
    assert account.position is None


@pytest.mark.parametrize(
    ("field", "nationals"),
    [
        ("0351 155-550001", ["3515550001"]),
        ("+54 9 351 555-0001", ["3515550001"]),
        ("155550001", ["3515550001"]),
        ("3515550001 / 351-4567890", ["3515550001", "3514567890"]),
        ("3515550001 y 3515550001", ["3515550001"]),
        ("351-5550001 (hermano)", ["3515550001"]),
        ("no tiene", []),
        ("", []),
    ],
)
def test_phones_are_read_out_of_free_text(field, nationals):
    assert ARGENTINA.nationals(field) == nationals


def test_a_document_is_known_by_itself_and_by_the_dni_inside_a_persons_tax_id():
    assert document_keys("20.111.222") == ["20111222"]
    assert document_keys("27-05123456-4") == ["27051234564", "5123456"]
    assert document_keys("30-71234567-1") == ["30712345671"]
    assert document_keys(None) == []


@pytest.mark.parametrize(
    ("typed", "key"), [("#000123", "123"), (" 7 ", "7"), ("000", "0"), ("12a", None), ("", None), ("²", None)]
)
def test_a_customer_number_loses_decoration_and_leading_zeros(typed, key):
    assert number_key(typed) == key
