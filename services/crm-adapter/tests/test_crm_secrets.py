"""No password, key, code or token of a customer or of ours leaves the adapter, whatever it is asked or told."""

import asyncio
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import nats
import pytest
from bson import json_util

from ispbot_contracts.base import derive_id
from ispbot_contracts.common import Money
from ispbot_contracts.crm import FetchInvoicePdf, FindCustomers, GetAccount, GetCrmStatus
from ispbot_contracts.crm import TestCrmConnection as TryConnection
from ispbot_contracts.crm_fields import DetectCrmFields
from ispbot_contracts.crm_writes import (
    FileCase,
    FileLead,
    GetPaymentLink,
    GetPromiseTerms,
    GetRequestMeter,
    PromisePayment,
    RegisterPayment,
    UndoPayment,
)
from ispbot_crm_adapter.adapters.ispbrain import client as ispbrain
from ispbot_crm_adapter.adapters.ispcube import client as ispcube
from ispbot_crm_adapter.adapters.mikrowisp import client as mikrowisp
from ispbot_crm_adapter.handlers import get_account
from ispbot_runtime.errors import Refusal
from ispbot_runtime.testing import eventually, published
from ispbot_sims.isp.ispbrain import account as brain_account
from ispbot_sims.isp.ispcube import account as cube_account
from ispbot_sims.isp.ispcube.account import Credentials
from ispbot_sims.isp.testing import running_isp

MARK = "MARKED"
"""In every secret of this world and in nothing else."""
CLIENTS = {"mikrowisp": mikrowisp, "ispcube": ispcube, "ispbrain": ispbrain}


@pytest.fixture
async def isp(monkeypatch):
    """A provider all of whose secrets are marked."""
    for module in (cube_account, brain_account):
        monkeypatch.setattr(module, "token_hex", lambda _: f"{MARK}session")
    ours = Credentials(password=f"{MARK}-password", api_key=f"{MARK}-api-key")
    today = datetime.now(ZoneInfo("America/Argentina/Cordoba")).date()
    async with running_isp(today, token=f"{MARK}-token", credentials=ours) as running:
        for customer in running.isp.customers.values():
            customer.portal_code = f"{MARK}-portal"
            for service in customer.services:
                service.pppoe_password, service.wifi_password = f"{MARK}-pppoe", f"{MARK}-wifi"
        yield running


@pytest.fixture
async def scan(config, bus, database, capfd):
    """Return a function that says where a mark was seen: on the bus (questions and answers too), in documents, in logs."""
    wire = await nats.connect(config.nats_url.get_secret_value())
    seen: list[str] = []

    async def hear(message):
        seen.append(f"{message.subject} {message.data!r} {message.headers!r}")

    await wire.subscribe(">", cb=hear)
    await wire.flush()

    async def look() -> set[str]:
        await wire.flush()
        documents = [
            json_util.dumps(one)
            for name in await database.list_collection_names()
            for one in await database[name].find().to_list()
        ]
        places = {"bus": seen, "documents": documents, "logs": ["".join(capfd.readouterr())]}
        assert all(places.values())
        return {place for place, texts in places.items() if any(MARK in text for text in texts)}

    yield look
    await wire.close()


def told(kind, name, **fields):
    return kind.start(derive_id("test", name), contact_id="c1", **fields)


def questions(cid, isp, vendor):
    asked = [
        FindCustomers(by="phone", value="5493515550001"), FindCustomers(by="document", value="20111222"),
        FindCustomers(by="number", value="1"), GetAccount(customer_id=cid(1)), FetchInvoicePdf(customer_id=cid(1)),
        GetCrmStatus(), TryConnection(), GetPromiseTerms(customer_id=cid(1)),
        PromisePayment(customer_id=cid(1), until=isp.isp.today, request_key="k"), GetPaymentLink(customer_id=cid(1)),
        GetRequestMeter(),
    ]  # fmt: skip
    return [*asked, DetectCrmFields(by="number", value="1")] if vendor == "ispbrain" else asked


def commands(cid):
    return [
        told(FileCase, "case", customer_id=cid(1), ticket_id="t1", title="Sin servicio", text="No anda"),
        told(FileLead, "lead", person="Ana Ruiz", document="30999888", phone="5493515559999", address="Colón 1"),
        told(RegisterPayment, "pay", customer_id=cid(1), invoice_id=None, amount=Money(amount=Decimal("18500.00")),
             reference="OP-1"),
        told(UndoPayment, "undo", payment_id=derive_id("test", "pay")),
    ]  # fmt: skip


@pytest.fixture
def drive(
    start_adapter, ask, bus, settings_store, company, crm_settings, all_writes, cid, isp, vendor, database, cause, heal
):
    """Return a function that asks and tells everything there is, in good days and in bad ones."""

    async def everything():
        await settings_store.write(company, revision=0)
        await settings_store.write(crm_settings(**all_writes), revision=0)
        await start_adapter(crm_question_timeout_s=5.0, crm_test_timeout_s=5.0)
        for kind in (None, "error_200", "bad_token", "truncated"):
            if kind is not None:
                await cause(kind)
            for question in questions(cid, isp, vendor):
                with suppress(Refusal):
                    await ask(question, timeout_s=10)
            await heal()
        for command in commands(cid):
            await bus.publish(command)

        async def written():
            return await database["snapshots"].find_one({"customer_id": cid(1)}) is not None

        await eventually(written)
        await published(bus, "crm.evt.>", len(commands(cid)), timeout_s=20)

    return everything


async def test_no_secret_is_in_an_answer_an_event_a_log_line_or_a_document(scan, drive):
    await drive()
    assert await scan() == set()


async def test_a_secret_that_entered_our_model_would_be_seen(scan, drive, monkeypatch, vendor):
    """The mutation: the customer's address becomes their Wi-Fi key, and a log line tells it."""
    honest = CLIENTS[vendor].mapping.account_of

    def leaking(*args):
        return honest(*args).model_copy(update={"address": f"{MARK}-wifi"})

    monkeypatch.setattr(CLIENTS[vendor].mapping, "account_of", leaking)
    await drive()
    get_account.log.warning("leak", key=f"{MARK}-wifi")
    await asyncio.sleep(0)
    assert await scan() == {"bus", "documents", "logs"}
