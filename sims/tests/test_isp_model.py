"""The demo provider: who is there, and what its rules allow."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader
from shapely.geometry import Point, Polygon

from ispbot_runtime.phones import national_number
from ispbot_sims.isp.contacts import demo_contacts
from ispbot_sims.isp.generate import demo_isp
from ispbot_sims.isp.invoice_pdf import invoice_pdf
from ispbot_sims.isp.model import IspError, Standing, Ticket
from ispbot_sims.isp.town import ZONES

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def isp():
    return demo_isp(TODAY)


def named(isp, name):
    return [customer for customer in isp.customers.values() if customer.name == name]


def with_phone(isp, national):
    return [
        customer
        for customer in isp.customers.values()
        if national in {national_number(text, area_code="351") for text in (customer.phone, customer.mobile)}
    ]


def test_the_same_seed_gives_the_same_people_and_invoices(isp):
    assert isp == demo_isp(TODAY)


def test_the_provider_has_a_few_hundred_customers_in_every_standing(isp):
    assert 250 <= len(isp.customers) <= 400
    assert {customer.standing for customer in isp.customers.values()} == set(Standing)


def test_nelida_owes_one_overdue_invoice_of_18500_and_is_online(isp):
    [nelida] = with_phone(isp, "3515550001")
    assert (nelida.name, nelida.document) == ("Nélida Correa", "20111222")
    assert isp.debt_of(nelida.customer_id) == Decimal("18500.00")
    [owed] = isp.unpaid_of(nelida.customer_id)
    assert isp.is_overdue(owed)
    assert nelida.services[0].online


def test_silvia_owes_nothing_and_has_no_connection(isp):
    [silvia] = with_phone(isp, "3515550002")
    assert (silvia.name, isp.debt_of(silvia.customer_id), silvia.standing) == ("Silvia Quiroga", 0, Standing.ACTIVE)
    assert not silvia.services[0].online
    assert not silvia.in_maintenance


def test_ruben_is_suspended_for_two_invoices(isp):
    [ruben] = with_phone(isp, "3515550003")
    assert (ruben.name, ruben.standing) == ("Rubén Sosa", Standing.SUSPENDED)
    assert len(isp.unpaid_of(ruben.customer_id)) == 2


def test_carolina_has_two_contracts_on_one_phone(isp):
    contracts = with_phone(isp, "3515550004")
    assert [contract.name for contract in contracts] == ["Carolina Páez"] * 2
    assert len({contract.address for contract in contracts}) == 2


def test_julians_area_is_in_maintenance(isp):
    [julian] = with_phone(isp, "3515550005")
    assert julian.name == "Julián Acosta"
    assert julian.in_maintenance


def test_nobody_has_the_strangers_phone_and_estela_has_none(isp):
    assert with_phone(isp, "3515559999") == []
    [estela] = named(isp, "Estela Domínguez")
    assert (estela.document, estela.phone, estela.mobile) == ("27333444", "", "")


def test_every_customer_lives_inside_the_zone_they_are_said_to_live_in(isp):
    outlines = {zone.zone_id: Polygon(zone.corners) for zone in ZONES}
    assert all(
        outlines[customer.zone_id].contains(Point(service.position))
        for customer in isp.customers.values()
        for service in customer.services
    )


def test_zones_do_not_overlap():
    outlines = [Polygon(zone.corners) for zone in ZONES]
    assert all(outline.is_valid for outline in outlines)
    assert not any(one.intersects(other) for i, one in enumerate(outlines) for other in outlines[:i])


def test_paying_everything_brings_a_suspended_customer_back_and_undoing_it_restores_the_debt(isp):
    [ruben] = with_phone(isp, "3515550003")
    first, second = isp.unpaid_of(ruben.customer_id)
    isp.pay(second.invoice_id, "Transferencia bancaria", NOW)
    assert ruben.standing is Standing.SUSPENDED
    isp.pay(first.invoice_id, "Transferencia bancaria", NOW)
    assert ruben.standing is Standing.ACTIVE
    assert ruben.services[0].online
    isp.undo_payment(first.invoice_id)
    assert isp.debt_of(ruben.customer_id) == first.total


def test_an_invoice_is_not_paid_twice(isp):
    [owed] = isp.unpaid_of(1)
    isp.pay(owed.invoice_id, "Efectivo", NOW)
    with pytest.raises(IspError, match="ya se encuentra pagada"):
        isp.pay(owed.invoice_id, "Efectivo", NOW)


def test_a_promise_beyond_twenty_days_is_refused(isp):
    [owed] = isp.unpaid_of(1)
    with pytest.raises(IspError, match="20 días"):
        isp.promise(owed.invoice_id, TODAY + timedelta(days=21), "")
    assert isp.promise(owed.invoice_id, TODAY + timedelta(days=20), "").until == TODAY + timedelta(days=20)


def test_a_ticket_closes_once(isp):
    ticket = isp.open_ticket(Ticket(0, 1, "Sin servicio", "…", "Nélida", 1, "2026-11-24", "TARDE", "RED SOCIAL", NOW))
    isp.close_ticket(ticket.ticket_id, "Resuelto", NOW)
    with pytest.raises(IspError):
        isp.close_ticket(ticket.ticket_id, "Resuelto", NOW)


def test_the_invoice_file_is_one_page_that_names_customer_amount_due_day_and_where_to_pay(isp):
    [owed] = isp.unpaid_of(1)
    reader = PdfReader(BytesIO(invoice_pdf(isp.customers[1], owed, overdue=True)))
    text = reader.pages[0].extract_text()
    assert len(reader.pages) == 1
    for expected in (
        "Red Sur Internet",
        "Nélida Correa",
        "$ 18.500,00",
        f"{owed.due_on:%d/%m/%Y}",
        "RED.SUR.INTERNET",
        "VENCIDA",
    ):
        assert expected in text


def test_the_phone_page_lists_the_named_people_first_with_distinct_phones(isp):
    contacts = demo_contacts(isp)
    assert [contact.phone for contact in contacts[:6]] == [*(f"549351555000{n}" for n in range(1, 6)), "5493515559999"]
    assert len({contact.phone for contact in contacts}) == len(contacts) > 200
    assert all(contact.name and contact.story for contact in contacts)
