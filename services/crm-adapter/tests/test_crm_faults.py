"""Every way in which a management system goes wrong, on all three: what Probar Conexión says and what the bot gets."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from ispbot_contracts.crm import FindCustomers, GetAccount, GetCrmStatus
from ispbot_contracts.crm import TestCrmConnection as TryConnection
from ispbot_contracts.settings import CrmSettings
from ispbot_crm_adapter import metrics
from ispbot_crm_adapter.breaker import BreakerState
from ispbot_crm_adapter.identity import number_key
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually, free_port
from ispbot_sims.isp.faults import FaultKind

pytestmark = pytest.mark.usefixtures("configured")
DENIED = {
    "mikrowisp": "token no es válido",
    "ispcube": "usuario, contraseña, api-key y client-id",
    "ispbrain": "usuario y contraseña",
}


@dataclass(frozen=True)
class Fault:
    """``words``: of the sentence, by vendor where they differ. ``opens``: the breaker spares the system after a few."""

    name: str
    code: str
    words: str | dict[str, str]
    opens: bool = True

    def said(self, vendor: str) -> str:
        return self.words if isinstance(self.words, str) else self.words[vendor]


FAULTS = [
    Fault("html", "not_json", "responde una página web y no la API"),
    Fault("error_200", "rejected", "respondió: «Ocurrió un error inesperado».", opens=False),
    Fault("bad_token", "denied", DENIED, opens=False),
    Fault("empty", "empty", "respondió vacío. Revisá que la API esté habilitada"),
    Fault("truncated", "cut_short", "llegó cortada"),
    Fault("http_500", "http_status", "error interno (HTTP 500)"),
    Fault("latency", "timeout", "no respondió a tiempo"),
    Fault("reset", "reset", "cortó la conexión sin responder"),
    Fault("wrong_path", "http_status", "no hay una API de este sistema (HTTP 404)"),
    Fault("closed_port", "connection_refused", "rechazó la conexión. Revisá el puerto"),
    Fault("self_signed", "tls", "certificado de seguridad del servidor no es válido"),
]
"""``latency``: answers take 20 s; the adapter's own limits are its environment."""
MOVED = {"wrong_path", "closed_port", "self_signed"}
"""Faults of the saved address: another system to us, whose memory is empty."""
ENVIRONMENT = {"crm_question_timeout_s": 2.0, "crm_test_timeout_s": 1.0, "crm_breaker_open_s": 60.0}


@asynccontextmanager
async def behind_tls(url: str, context: ssl.SSLContext):
    """Serve the system of ``url`` over TLS, as a proxy in front of it does; yields the new address."""
    there = urlsplit(url)

    async def pump(reader, writer):
        while chunk := await reader.read(65536):
            writer.write(chunk)
        writer.close()

    async def serve(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection(there.hostname, there.port)
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.fixture
def configure(settings_store, crm_settings):
    """Return a function that saves the vendor's settings with changes and waits until they are in force."""

    async def write(service, **changes):
        stored = await settings_store.read(CrmSettings)
        revision = await settings_store.write(crm_settings(**changes), revision=stored.revision)
        await eventually(lambda: service.watch.revision(CrmSettings) == revision)

    return write


@pytest.fixture
async def break_it(cause, isp, configure, self_signed):
    """Return a function that makes a fault happen to a running adapter."""
    async with behind_tls(isp.url, self_signed) as secure:

        async def make(service, name):
            match name:
                case "wrong_path":
                    await configure(service, url=f"{isp.url}/otra")
                case "closed_port":
                    await configure(service, url=f"http://127.0.0.1:{free_port()}")
                case "self_signed":
                    await configure(service, url=secure)
                case _:
                    await cause(name, latency_s=20 if name == "latency" else 0)

        yield make


async def reason_of(question) -> str:
    """Return why a question was refused."""
    with pytest.raises(Refusal) as refused:
        await question
    assert refused.value.code == "crm_unavailable"
    return str(refused.value.details["reason"])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_a_fault_is_named_and_answered_from_memory_and_the_system_is_spared(
    fault, start_adapter, ask, break_it, remembered, cid, vendor
):
    service = await start_adapter(**ENVIRONMENT)
    fresh = await ask(GetAccount(customer_id=cid(1)), timeout_s=8)
    await remembered(cid(1))
    await break_it(service, fault.name)

    tried = await ask(TryConnection())
    assert (tried.ok, tried.code) == (False, fault.code)
    assert fault.said(vendor) in tried.message

    if fault.name not in MOVED:
        account, found = await asyncio.gather(
            ask(GetAccount(customer_id=cid(1))), ask(FindCustomers(by="phone", value="5493515550001"))
        )
        assert (account.account, account.invoices, account.freshness.stale) == (fresh.account, fresh.invoices, True)
        assert abs((account.freshness.as_of - fresh.freshness.as_of).total_seconds()) < 0.01
        assert ([one.number for one in found.customers], found.freshness.stale) == ([fresh.account.number], True)

    reasons = {await reason_of(ask(GetAccount(customer_id=cid(2)))) for _ in range(20)}
    assert reasons <= {fault.code, "circuit_open"}
    assert fault.code in reasons or fault.name not in MOVED
    assert ("circuit_open" in reasons) is fault.opens
    [gauge] = metrics.BREAKER.collect()
    assert [(one.labels["vendor"], one.value == BreakerState.OPEN) for one in gauge.samples] == [(vendor, fault.opens)]
    status = await ask(GetCrmStatus())
    assert not status.healthy
    assert fault.said(vendor) in status.reason


@pytest.mark.parametrize("kind", ["padded_ids", "number_ids"])
async def test_ids_as_numbers_or_padded_texts_are_the_same_ids(kind, start_adapter, ask, cause, cid):
    await start_adapter(crm_question_timeout_s=5.0)
    before = await ask(GetAccount(customer_id=cid(3)), timeout_s=8)
    await cause(kind)
    after = await ask(GetAccount(customer_id=cid(3)), timeout_s=8)
    [found] = (await ask(FindCustomers(by="document", value="18777333"), timeout_s=8)).customers
    for account in (after.account, found):  # where the id is the number that people know, it is shown as it is written
        assert number_key(account.number) == number_key(before.account.number)
        assert account.model_copy(update={"number": before.account.number}) == before.account
    assert (after.invoices, after.freshness.stale) == (before.invoices, False)


async def test_states_that_nobody_has_heard_of_cost_no_answer(start_adapter, ask, cause, cid):
    await start_adapter(crm_question_timeout_s=5.0)
    before = await ask(GetAccount(customer_id=cid(1)), timeout_s=8)
    await cause("new_words")
    after = await ask(GetAccount(customer_id=cid(1)), timeout_s=8)
    assert not after.freshness.stale
    same = {"name", "number", "balance", "due_date", "unpaid_invoices", "status"}
    assert after.account.model_dump(include=same) == before.account.model_dump(include=same)
    assert [one.total for one in after.invoices] == [one.total for one in before.invoices]
    assert (await ask(TryConnection())).ok


async def test_a_self_signed_certificate_is_accepted_where_verification_is_off(
    start_adapter, ask, configure, isp, self_signed, cid
):
    service = await start_adapter(crm_question_timeout_s=5.0, crm_test_timeout_s=5.0)
    async with behind_tls(isp.url, self_signed) as url:
        await configure(service, url=url, verify_tls=False)
        assert (await ask(TryConnection(), timeout_s=8)).ok
        assert not (await ask(GetAccount(customer_id=cid(1)), timeout_s=8)).freshness.stale


def test_the_table_has_every_fault_of_the_stand_in_that_spoils_an_answer():
    elsewhere = {"answer_lost", "unsupported", "ignores_filter", "padded_ids", "number_ids", "new_words", "forbidden"}
    assert {fault.name for fault in FAULTS} >= set(FaultKind) - elsewhere
