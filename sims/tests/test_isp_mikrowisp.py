"""MikroWisp's face of the demo provider, over HTTP: shapes, quirks, faults."""

import json
from datetime import date, timedelta

import httpx
import pytest

from ispbot_sims.isp.testing import running_isp

TODAY = date(2026, 11, 23)


@pytest.fixture
async def provider():
    async with running_isp(TODAY) as running:
        yield running


@pytest.fixture
async def http(provider):
    async with httpx.AsyncClient(base_url=provider.url, timeout=5) as client:
        yield client


@pytest.fixture
def call(http, provider):
    async def send(command, **filters):
        answer = await http.post(f"/api/v1/{command}", json={"token": provider.token, **filters})
        assert answer.status_code == 200
        return answer.json()

    return send


async def test_a_browser_sees_what_this_is_and_whom_it_knows(http):
    answer = await http.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "sistema de gestión de la empresa inventada" in answer.text
    assert "<td>+5493515550001</td><td>Nélida Correa</td>" in answer.text


async def test_a_customer_is_found_by_document_with_the_fields_and_the_secrets_of_the_real_server(call):
    answer = await call("GetClientsDetails", cedula="20111222")
    assert answer["estado"] == "exito"
    [entry] = answer["datos"]
    assert (entry["nombre"], entry["estado"], entry["movil"]) == ("NÉLIDA CORREA", "ACTIVO", "3515550001")
    assert entry["facturacion"] == {"facturas_nopagadas": 1, "total_facturas": "18500.00"}
    assert entry["servicios"][0]["status_user"] == "ONLINE"
    assert entry["codigo"]
    assert entry["servicios"][0]["ppppass"]


async def test_filters_compare_with_the_text_exactly_as_it_was_typed(call):
    assert (await call("GetClientsDetails", movil="351 5550002"))["estado"] == "exito"
    missed = await call("GetClientsDetails", movil="3515550002")
    assert missed == {"estado": "error", "mensaje": "No existe el cliente con el filtro indicado."}


async def test_command_names_are_case_insensitive_and_unknown_ones_are_an_error_under_200(call):
    assert (await call("getclientsdetails", idcliente="000001"))["datos"][0]["id"] == 1
    assert (await call("MakeCoffee"))["estado"] == "error"


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": "wrong"}])
async def test_a_missing_or_wrong_token_is_an_error_that_says_token(http, body):
    answer = await http.post("/api/v1/GetRouters", json=body)
    assert answer.status_code == 200
    assert answer.json()["estado"] == "error"
    assert "token" in answer.json()["mensaje"]


async def test_one_document_may_have_several_contracts(call):
    answer = await call("GetClientsDetails", cedula="31222444")
    assert len(answer["datos"]) == 2


async def test_a_former_customer_has_null_services(call, provider):
    gone = next(customer for customer in provider.isp.customers.values() if not customer.services)
    [entry] = (await call("GetClientsDetails", idcliente=gone.customer_id))["datos"]
    assert (entry["estado"], entry["servicios"]) == ("RETIRADO", None)


async def test_the_list_is_paged_by_standing_with_padded_ids(call, provider):
    seen = []
    for page in range(1, 100):
        rows = (await call("GetAllClients", estado=0, limit=10, pagina=page))["clientes"]
        if not rows:
            break
        seen += [row["id"] for row in rows]
    active = [customer for customer in provider.isp.customers.values() if customer.standing.value == "active"]
    assert len(seen) == len(set(seen)) == len(active)
    assert seen[0] == "000001"


async def test_invoices_filter_by_state_and_unpaid_ones_have_a_zero_payment_date(call):
    [owed] = (await call("GetInvoices", idcliente=1, estado=1, limit=25))["facturas"]
    assert (owed["total"], owed["estado"], owed["fechapago"]) == ("18500.00", "vencido", "0000-00-00")
    assert owed["id"] == f"{int(owed['id']):08d}"
    everything = (await call("GetInvoices", idcliente=1))["facturas"]
    assert [row["estado"] for row in everything] == ["vencido", *["Pagada"] * 5]


async def test_an_invoice_links_to_a_real_pdf_that_nobody_can_guess(call, http):
    owed = (await call("GetInvoices", idcliente=1, estado=1))["facturas"][0]
    answer = await call("GetInvoice", idfactura=int(owed["id"]))
    file = await http.get(answer["factura"]["urlpdf"])
    assert file.headers["content-type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")
    assert sum(float(item["total"]) for item in answer["items"]) == 18500
    assert (await http.get(f"/facturas/00000000/{owed['id']}.pdf")).status_code == 404


async def test_paying_reactivates_and_deleting_the_transaction_restores_the_debt(call):
    owed = [int(row["id"]) for row in (await call("GetInvoices", idcliente=3, estado=1))["facturas"]]
    for invoice_id in owed:
        paid = await call("PaidInvoice", idfactura=invoice_id, pasarela="Transferencia bancaria")
        assert paid == {"estado": "exito", "mensaje": "Pago registrado correctamente."}
    [entry] = (await call("GetClientsDetails", idcliente=3))["datos"]
    assert (entry["estado"], entry["facturacion"]["facturas_nopagadas"]) == ("ACTIVO", 0)
    await call("DeleteTransaccion", factura=owed[0])
    assert len((await call("GetInvoices", idcliente=3, estado=1))["facturas"]) == 1


async def test_a_promise_is_booked_within_twenty_days_only(call):
    owed = (await call("GetInvoices", idcliente=1, estado=1))["facturas"][0]["id"]
    fine = await call("PromesaPago", idfactura=owed, fechalimite=str(TODAY + timedelta(days=5)))
    assert fine == {"estado": "exito", "mensaje": "Promesa de pago registrado correctamente."}
    late = await call("PromesaPago", idfactura=owed, fechalimite=str(TODAY + timedelta(days=30)))
    assert late["estado"] == "error"
    assert (await call("PromesaPago", idfactura=owed, fechalimite="30/11/2026"))["estado"] == "error"


async def test_a_ticket_needs_all_its_fields_is_listed_and_closed(call):
    fields = {
        "idcliente": 1, "dp": 1, "asunto": "Sin servicio", "fechavisita": "2026-11-24", "turno": "TARDE",
        "agendado": "RED SOCIAL", "contenido": "No tiene internet",
    }  # fmt: skip
    refused = await call("NewTicket", **{**fields, "turno": ""})
    assert refused["mensaje"] == "Falta un campo requerido (asunto,fechavisita,turno,agendado ó contenido)."
    made = await call("NewTicket", **fields)
    assert made["mensaje"] == "Ticket Registrado correctamente."
    assert (await call("CloseTicket", idticket=made["idticket"], motivo_cierre="Listo"))["estado"] == "exito"
    listed = (await call("ListTicket", idcliente=1))["data"]
    assert (listed["abiertos"], listed["cerrados"]) == (0, 1)
    assert listed["tickets"][0]["motivo_cierre"] == "Listo"


async def test_a_lead_is_noted_and_listed(call):
    made = await call("NewPreRegistro", cliente="Juan Nuevo", direccion="Caseros 100", telefono="3514000000")
    assert made["idregistro"] == 1
    assert (await call("ListInstall", estado="PENDIENTE"))["instalaciones"][0]["cliente"] == "Juan Nuevo"


async def test_collector_question_routers_and_payment_link_answer_in_their_own_shapes(call, http):
    debt = await call("facilito/consultadeuda", cedula="20111222")
    assert (debt["code"], debt["valor"]) == ("000", "18500.00")
    assert (await call("facilito/consultadeuda", cedula="24555111"))["code"] == "001"
    assert "MANTENIMIENTO" in {row["estado"] for row in (await call("GetRouters", id=-1))["routers"]}
    link = await call("GetPaymentLink", pasarela="MercadoPago", idfactura=debt["IDFactura"])
    assert "18.500,00" in (await http.get(link["url_pago"])).text


def _is_whole_success(text):
    try:
        return json.loads(text)["estado"] == "exito"
    except ValueError:
        return False


class TestFaults:
    @pytest.fixture
    def cause(self, http):
        async def add(**fault):
            assert (await http.post("/_sim/faults", json=fault)).status_code == 201

        return add

    async def test_a_counted_fault_strikes_that_often_and_only_its_command(self, call, cause, http):
        await cause(kind="http_500", command="GetRouters", times=1)
        assert (await call("GetClientsDetails", idcliente=1))["estado"] == "exito"
        broken = await http.post("/api/v1/GetRouters", json={"token": "demo-token"})
        assert broken.status_code == 500
        assert (await call("GetRouters"))["estado"] == "exito"

    async def test_a_reset_cuts_the_connection_without_an_answer(self, http, cause):
        await cause(kind="reset", times=1)
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await http.post("/api/v1/GetRouters", json={"token": "demo-token"})

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("html", "<!DOCTYPE html>"),
            ("empty", ""),
            ("error_200", '{"estado":"error"'),
            ("truncated", '{"estado":"exito"'),
        ],
    )
    async def test_wrong_bodies_come_under_200(self, http, cause, kind, expected):
        await cause(kind=kind)
        answer = await http.post("/api/v1/GetRouters", json={"token": "demo-token"})
        assert answer.status_code == 200
        assert answer.text.startswith(expected)
        assert not _is_whole_success(answer.text)

    async def test_slowness_is_real(self, http, cause):
        await cause(kind="latency", latency_s=0.4)
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/api/v1/GetRouters", json={"token": "demo-token"}, timeout=0.1)

    async def test_faults_can_be_listed_and_cleared_and_an_unknown_one_is_refused(self, http, cause, call):
        await cause(kind="bad_token")
        assert "token" in (await call("GetRouters"))["mensaje"]
        assert [fault["kind"] for fault in (await http.get("/_sim/faults")).json()] == ["bad_token"]
        await http.delete("/_sim/faults")
        assert (await call("GetRouters"))["estado"] == "exito"
        assert (await http.post("/_sim/faults", json={"kind": "earthquake"})).status_code == 400

    async def test_requests_are_counted_with_their_filters_and_without_the_token(self, http, call):
        await call("GetClientsDetails", cedula="20111222")
        seen = (await http.get("/_sim/requests")).json()
        assert seen["counts"] == {"getclientsdetails": 1}
        assert seen["recent"][0]["filters"] == {"cedula": "20111222"}
