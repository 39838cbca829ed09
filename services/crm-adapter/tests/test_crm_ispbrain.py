"""ISPBrain only: what is configured, servers that word things differently, the token, writes, Detectar campos."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr

from ispbot_contracts.crm import Capability, CustomerStatus, InvoiceStatus
from ispbot_contracts.crm_fields import DetectCrmFields
from ispbot_contracts.settings import IspbrainApi, IspbrainFieldMap, IspbrainInvoiceFields
from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.adapters.ispbrain import writing
from ispbot_crm_adapter.adapters.ispbrain.detect import propose, samples_of
from ispbot_crm_adapter.adapters.ispbrain.mapping import account_of, invoices_of
from ispbot_crm_adapter.adapters.ispbrain.paths import filled_body, filled_path, first_at
from ispbot_crm_adapter.adapters.ispbrain.wire import customer_row, invoice_row
from ispbot_crm_adapter.errors import CrmBroken, CrmDenied, CrmRejected, CrmUnreachable
from ispbot_crm_adapter.identity import Locale

NESTED = {
    "customer": {
        "name": "datos.nombre_completo", "balance": "cuenta.saldo_actual", "phones": "contacto.celulares.numero",
        "document": "datos.dni", "email": "contacto.correo", "address": "contacto.domicilio",
    }
}  # fmt: skip


@pytest.fixture
def vendor():
    return "ispbrain"


@pytest.fixture
async def client_with(crm_settings, company, limits):
    """Return a function that opens a client with changed settings."""
    opened = []

    def make(**changes):
        opened.append(open_client(crm_settings(**changes), Locale.of(company), limits).client)
        return opened[-1]

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture
def speak(side):
    """Return a function that changes how the server words its customers."""

    async def change(dialect):
        assert (await side.put("/ispbrain", json={"dialect": dialect})).status_code == 204

    return change


class TestConfigured:
    @pytest.mark.parametrize(("dialect", "fields"), [("plain", {}), ("cellphone", {}), ("nested", NESTED)])
    async def test_the_field_map_reads_servers_that_word_customers_differently(
        self, client_with, speak, dialect, fields
    ):
        await speak(dialect)
        client = client_with(fields=IspbrainFieldMap.model_validate(fields))
        nelida = await client.account("1")
        assert (nelida.name, nelida.phones) == ("Nélida Correa", ["5493515550001"])
        assert "20111222" in nelida.document.replace("-", "")
        assert (nelida.balance.amount, nelida.status) == (Decimal("18500.00"), CustomerStatus.ACTIVE)
        listed = [entry async for page in client.directory() for entry in page]
        assert next(entry for entry in listed if entry.customer_id == "1").phones == ["3515550001"]

    async def test_without_a_balance_what_is_pending_counts_and_unknown_is_never_zero(self, client_with):
        elsewhere = IspbrainFieldMap.model_validate({"customer": {"balance": "not_there"}})
        assert (await client_with(fields=elsewhere).account("1")).balance.amount == Decimal("18500.00")
        assert (await client_with(fields=elsewhere).account("2")).balance.amount == 0
        with pytest.raises(CrmBroken, match="not_there"):
            await client_with(fields=elsewhere, endpoints={"pending": ""}).account("1")

    async def test_pending_charges_of_others_are_not_this_customers_debt(self, client_with, cause):
        elsewhere = IspbrainFieldMap.model_validate({"customer": {"balance": "not_there"}})
        await cause("ignores_filter", command="charges/pending")
        with pytest.raises(CrmBroken, match="other customers"):
            await client_with(fields=elsewhere).account("2")

    async def test_receipts_of_others_are_not_shown(self, client_with, cause):
        await cause("ignores_filter", command="comprobantes")
        statement = await client_with(pages={"size": 500}).statement("1")
        assert {invoice.invoice_id[:-1] for invoice in statement.invoices} <= {"210"}
        owner_unknown = {"invoice": {"customer_id": "owner"}}
        client = client_with(fields=IspbrainFieldMap.model_validate(owner_unknown))
        assert (await client.statement("1")).invoices == []

    async def test_what_is_not_configured_is_not_asked_and_not_offered(self, client_with, asked):
        off = {
            "by_phone": "",
            "by_document": "",
            "by_code": "",
            "invoices": "",
            "plans": "",
            "new_ticket": {"path": ""},
        }
        client = client_with(endpoints=off, fallback_index=False)
        await asked()
        for by, value in (("phone", "3515550001"), ("document", "20111222"), ("number", "1")):
            assert await client.find(by, value) == []
        assert await asked() == {}
        assert (await client.statement("1")).invoices == []
        with pytest.raises(CrmRejected):
            [page async for page in client.directory()]
        assert client.capabilities == {Capability.IDENTIFY, Capability.BALANCE}
        assert Capability.MESSAGING_PULL in client_with(altwha_account="7").capabilities

    async def test_an_ignored_phone_filter_is_asked_once_only(self, client_with, cause, asked):
        await cause("ignores_filter")
        await asked()
        assert await client_with().find("phone", "3515559999") == []
        assert (await asked())["customers/search"] == 1

    async def test_a_server_that_gives_the_same_page_for_ever_is_no_directory(self, client_with):
        client = client_with(pages={"number_param": "pagina", "size": 10})
        with pytest.raises(CrmBroken, match="same page"):
            [page async for page in client.directory()]


class TestWrites:
    ENDPOINTS = {
        "promise": {"path": "/payment-commitments", "body": {"customer_id": "{id}", "date": "{date}"}},
        "payment": {"path": "/payments", "body": {"customer_id": "{id}", "amount": "{amount}"}},
    }

    async def test_the_customers_story_identify_balance_invoice_promise_case_payment(self, client_with, isp):
        client = client_with(endpoints=self.ENDPOINTS)
        [nelida] = await client.find("phone", "3515550001")
        statement = await client.statement(nelida.customer_id)
        owed = statement.invoices[0]
        assert (await client.invoice_file(nelida.customer_id, owed.invoice_id)).startswith(b"%PDF-")
        until = isp.isp.today + timedelta(days=3)
        await writing.promise(client.line, customer_id="1", until=until, amount=nelida.balance.amount)
        assert isp.isp.promises[int(owed.invoice_id)].until == until
        number = await writing.file_case(client.line, customer_id="1", title="Sin señal", text="Desde ayer [m1]")
        assert isp.isp.tickets[int(number)].subject == "Sin señal"
        assert await writing.case_with(client.line, customer_id="1", mark="[m1]") == (True, number)
        assert await writing.case_with(client.line, customer_id="1", mark="[m2]") == (False, None)
        paid = {"customer_id": "1", "amount": nelida.balance.amount, "on": isp.isp.today, "reference": "0001234"}
        assert await writing.register_payment(client.line, **paid)
        assert (await client.account("1")).balance.amount == 0

    async def test_what_is_not_configured_is_refused_and_the_systems_own_no_is_passed_on(self, client_with, isp):
        today = isp.isp.today
        with pytest.raises(CrmRejected, match="no está configurada"):
            await writing.promise(client_with().line, customer_id="1", until=today, amount=Decimal(1))
        line = client_with(endpoints=self.ENDPOINTS).line
        with pytest.raises(CrmRejected, match="no tiene deuda"):
            await writing.promise(line, customer_id="2", until=today, amount=Decimal(1))

    async def test_a_change_is_sent_once_although_the_line_was_cut(self, client_with, cause, asked):
        line = client_with().line
        await line.get("total", "/customers/total")
        await cause("reset", command="tickets")
        await asked()
        with pytest.raises(CrmUnreachable):
            await writing.file_case(line, customer_id="1", title="t", text="x")
        assert await asked() == {"tickets": 1}

    async def test_other_customers_cases_do_not_tell_anything(self, client_with, cause):
        line = client_with().line
        await writing.file_case(line, customer_id="2", title="t", text="[m1]")
        await cause("ignores_filter", command="tickets")
        assert await writing.case_with(line, customer_id="1", mark="[m1]") == (None, None)


class TestToken:
    @pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
    async def test_a_key_needs_no_login(self, client_with, isp, asked, header):
        key = SecretStr(isp.credentials.api_key)
        await asked()
        await client_with(auth="api_key", api_key=key, header=header).probe()
        assert await asked() == {"customers/total": 1}

    async def test_one_login_serves_many_questions_and_a_dead_token_is_renewed_once(self, client_with, cause, asked):
        client = client_with()
        await client.probe()
        await asked()
        await cause("bad_token", command="customers/id", times=1)
        assert (await client.account("1")).name == "Nélida Correa"
        counts = await asked()
        assert (counts["auth"], counts["customers/id"]) == (1, 2)

    async def test_a_scheme_that_the_server_does_not_want_is_denied(self, client_with):
        with pytest.raises(CrmDenied):
            await client_with(scheme="Bearer").probe()


class TestDetect:
    async def test_a_real_answer_is_shown_without_secrets_and_a_map_is_proposed(
        self, start_adapter, ask, settings_store, company, crm_settings, isp, speak
    ):
        await settings_store.write(company, revision=0)
        await settings_store.write(crm_settings(), revision=0)
        await start_adapter(crm_test_timeout_s=4.0)
        await speak("nested")
        found = await ask(DetectCrmFields(by="number", value="1"), timeout_s=8)
        assert (found.ok, found.code) == (True, "ok")
        assert found.proposed.customer.model_dump(include=set(NESTED["customer"])) == NESTED["customer"]
        assert (found.reads.name, found.reads.balance.amount) == ("Nélida Correa", Decimal("18500.00"))
        shown = {sample.path: sample for sample in found.paths}
        assert shown["datos.dni"].sample == "20111222"
        assert shown["datos.clave_portal"].masked
        customer = isp.isp.customers[1]
        for secret in (customer.portal_code, customer.services[0].pppoe_password, customer.services[0].wifi_password):
            assert secret not in found.model_dump_json()

    async def test_the_typed_form_counts_and_a_customer_that_is_not_there_is_said(
        self, start_adapter, ask, settings_store, company, isp, cause
    ):
        await settings_store.write(company, revision=0)
        await start_adapter(crm_test_timeout_s=4.0)
        assert (await ask(DetectCrmFields(by="number", value="1"))).code == "url_required"
        form = IspbrainApi(url=isp.url, username=isp.credentials.username)
        assert (await ask(DetectCrmFields(by="number", value="1", ispbrain=form))).code == "credentials_required"
        typed = DetectCrmFields(by="document", value="20.111.222", ispbrain=form, password=isp.credentials.password)
        assert (await ask(typed, timeout_s=8)).reads.name == "Nélida Correa"
        nobody = typed.model_copy(update={"value": "99999999"})
        assert (await ask(nobody, timeout_s=8)).code == "customer_not_found"
        await cause("ignores_filter")
        assert (await ask(nobody, timeout_s=8)).code == "customer_not_found"
        assert (await ask(typed.model_copy(update={"password": "wrong"}), timeout_s=8)).code == "denied"

    def test_a_map_that_works_is_left_as_it_is(self):
        raw = {"id": 1, "name": "Ana", "saldo": 0, "phone": "3515550001", "celular": "3515550002", "dni": "1"}
        assert propose(raw, IspbrainFieldMap()).customer.phones == "phone|cellphone|whatsapp"

    def test_lists_share_a_path_and_long_values_are_cut(self):
        samples = samples_of({"a": [{"b": "x" * 100}, {"b": "y"}], "wifiKey": "abc", "pin": 7, "shipping": 1})
        assert [(one.path, one.masked) for one in samples] == [
            ("a.b", False), ("wifiKey", True), ("pin", True), ("shipping", False)
        ]  # fmt: skip
        assert len(samples[0].sample) == 60
        assert samples[1].sample != "abc"


class TestValues:
    LOCALE = Locale("AR", "351", "ARS", datetime.now().astimezone().tzinfo)

    def account(self, **fields):
        row = customer_row({"id": 1, "name": "ANA", "saldo": "10"} | fields, IspbrainFieldMap())
        return account_of(row, row.balance, [], {}, self.LOCALE)

    @pytest.mark.parametrize(
        ("saldo", "connection", "status"),
        [
            ("10", {"enabled": False}, CustomerStatus.SUSPENDED),
            ("0", {"enabled": False}, CustomerStatus.ACTIVE),
            ("-5", {"enabled": False}, CustomerStatus.ACTIVE),
            ("10", {"enabled": "1"}, CustomerStatus.ACTIVE),
            ("10", {"enabled": 0, "archived": 1}, CustomerStatus.CANCELLED),
            ("10", {"enabled": 0, "deleted": "1"}, CustomerStatus.CANCELLED),
            ("10", {}, CustomerStatus.ACTIVE),
        ],
    )
    def test_a_living_connection_switched_off_while_something_is_owed_is_a_suspension(self, saldo, connection, status):
        assert self.account(saldo=saldo, connections=[{"id": 3} | connection]).status is status

    def test_payments_and_credit_notes_are_no_invoices_and_the_newest_are_owed(self):
        where = IspbrainInvoiceFields()
        rows = [
            invoice_row({"id": n, "customer_id": 1, "total": "100.00", "tipo_comp": kind, "date": f"2026-0{n}-01"}, where)
            for n, kind in ((1, "006"), (2, "006"), (3, "XRX"), (4, "008"), (5, "006"))
        ]  # fmt: skip
        found = invoices_of(rows, Decimal(150), where, self.LOCALE)
        assert [(one.invoice_id, one.status) for one in found] == [
            ("5", InvoiceStatus.UNPAID), ("2", InvoiceStatus.UNPAID), ("1", InvoiceStatus.PAID)
        ]  # fmt: skip

    def test_paths_take_the_first_value_with_something_in_it(self):
        raw = {"a": {"b": ""}, "c": [{"d": None}, {"d": 0}], "e": False}
        assert first_at(raw, "a.b|x.y|c.d") == 0
        assert first_at(raw, "e") is False
        assert first_at(raw, "a.b") is None

    def test_a_value_can_not_leave_its_place_in_the_address(self):
        assert filled_path("/customers?filter[phone]={phone}", {"phone": "1&filter[id]=2/../#"}).endswith(
            "=1%26filter%5Bid%5D%3D2%2F..%2F%23"
        )

    def test_ids_alone_are_sent_as_numbers_and_texts_as_texts(self):
        body = filled_body({"a": "{id}", "b": "n {id}", "t": ["{text}"], "k": 1}, {"id": "7", "text": "{id}"})
        assert body == {"a": 7, "b": "n 7", "t": ["{id}"], "k": 1}
