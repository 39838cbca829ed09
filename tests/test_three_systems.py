"""The same customer story on each of the three management systems of the demo provider: only the settings differ."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from ispbot_contracts.crm import FindCustomers, GetCrmStatus
from ispbot_contracts.settings import CrmSettings, CrmVendor
from ispbot_launcher.running import Running
from ispbot_runtime.bus import Bus
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore
from ispbot_runtime.testing import eventually
from ispbot_sims.isp.company import TIMEZONE
from ispbot_sims.isp.contacts import demo_contacts
from ispbot_sims.isp.generate import demo_isp
from ispbot_sims.isp.model import Customer, DemoIsp

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]


@dataclass
class System:
    """A management system in use, and who its customers are."""

    vendor: CrmVendor
    isp: DemoIsp
    debtor: Customer
    phone: str


def _debtors(isp: DemoIsp) -> list[tuple[str, Customer]]:
    """Customers with a debt whose phone names nobody else, with that phone."""
    phones = {contact.name: contact.phone for contact in demo_contacts(isp)}
    names = [customer.name for customer in isp.customers.values()]
    return [
        (phones[customer.name], customer)
        for customer in isp.customers.values()
        if customer.name in phones and names.count(customer.name) == 1 and isp.debt_of(customer.customer_id) > 0
    ]


@pytest.fixture
async def bus(running: Running) -> AsyncIterator[Bus]:
    bus = Bus(CommonSettings(nats_url=running.nats_url, secret_key=running.secret_key), "test")
    await bus.connect()
    yield bus
    await bus.stop()


@pytest.fixture(params=list(CrmVendor))
async def system(request, running: Running, bus: Bus) -> AsyncIterator[System]:
    """The demo company with one of the systems, its cases mirrored there."""
    vendor: CrmVendor = request.param
    store = SettingsStore(bus, Cipher(running.secret_key))
    before = await store.read(CrmSettings)
    wanted = before.value.model_copy(update={"vendor": vendor, "mirror_tickets": True})
    await store.write(wanted, revision=before.revision)

    async def in_use() -> bool:
        return (await bus.ask(GetCrmStatus())).vendor == vendor

    await eventually(in_use, timeout_s=30)
    isp = demo_isp(datetime.now(ZoneInfo(TIMEZONE)).date())
    phone, debtor = _debtors(isp)[list(CrmVendor).index(vendor) + 3]

    async def listed() -> bool:
        """Phones are typed in many ways: this one is surely found once everybody is listed."""
        return bool((await bus.ask(FindCustomers(by="phone", value=phone))).customers)

    await eventually(listed, timeout_s=90)
    yield System(vendor, isp, debtor, phone)
    after = await store.read(CrmSettings)
    await store.write(before.value, revision=after.revision)


async def test_identify_balance_invoice_promise_and_case(linked, running: Running, system: System, admin):
    async with httpx.AsyncClient(base_url=running.isp_url, trust_env=False, timeout=20) as provider:
        phone = linked.phone(system.phone)
        first = system.debtor.name.split()[0].title()
        await phone.say("hola")
        await phone.expect(first, timeout_s=30)

        await phone.say("saldo")
        debt = f"{system.isp.debt_of(system.debtor.customer_id):,.2f}".translate(str.maketrans(",.", ".,"))
        await phone.expect(debt, timeout_s=20)

        await phone.say("factura")
        invoice = await phone.expect(lambda message: message.kind == "document", timeout_s=30)
        assert (await linked.download(invoice.media_url)).startswith(b"%PDF")

        await phone.say("prometer un pago")
        await phone.expect("¿Hasta qué día", timeout_s=20)
        await phone.say("1")
        await phone.expect("Registré tu promesa", timeout_s=20)
        await phone.say("prometer un pago")
        await phone.expect("🤝", timeout_s=20)

        await phone.say("asesor")
        await phone.expect("Te responde una persona", timeout_s=20)

        async def case_filed() -> bool:
            counts = (await provider.get("/_sim/requests")).json()["counts"]
            return any("ticket" in command and ("new" in command or "post" in command) for command in counts)

        await eventually(case_filed, timeout_s=30)
