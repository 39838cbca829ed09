"""The demo provider and the adapter's parts, wired as in production."""

import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ispbot_contracts.settings import CompanySettings, NoticeSettings, SendingSettings
from ispbot_contracts.whatsapp import SendNotice
from ispbot_crm_adapter.adapters.factory import open_client
from ispbot_crm_adapter.bootstrap import SECTIONS, bootstrap
from ispbot_crm_adapter.identity import Locale
from ispbot_crm_adapter.settings import CrmAdapterSettings, Limits
from ispbot_crm_adapter.store import CrmStore
from ispbot_runtime.health import Health
from ispbot_runtime.mongo import connect_database
from ispbot_runtime.service import Service
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_runtime.testing import eventually
from ispbot_sims.isp.testing import RunningIsp, running_isp

sys.path.insert(0, str(Path(__file__).parent))  # the worlds beside the tests
from notices_world import SomeGateway, notice_settings, pusher, served
from systems_world import COMMANDS, FIRST_ID, SETTINGS_OF_VENDOR, WRITES_OF_VENDOR

TIMEZONE = "America/Argentina/Cordoba"


@pytest.fixture(params=sorted(SETTINGS_OF_VENDOR))
def vendor(request) -> str:
    return str(request.param)


@pytest.fixture
async def isp() -> AsyncIterator[RunningIsp]:
    async with running_isp(datetime.now(ZoneInfo(TIMEZONE)).date()) as running:
        yield running


@pytest.fixture
def crm_settings(isp, vendor):
    """Return a function that makes the settings of the vendor under test, with changes."""
    return lambda **changes: SETTINGS_OF_VENDOR[vendor](isp, **changes)


@pytest.fixture
def all_writes(vendor):
    """Return the settings that allow everything the vendor can write."""
    return WRITES_OF_VENDOR.get(vendor, {})


@pytest.fixture
def cid(vendor):
    """Return a function that gives the system's id of a customer number."""
    return lambda number: str(FIRST_ID[vendor] + number)


@pytest.fixture
def command(vendor):
    """Return a function that gives the system's name of something to ask."""
    return COMMANDS[vendor].get


@pytest.fixture
def company() -> CompanySettings:
    return CompanySettings(name="Red Sur Internet", timezone=TIMEZONE, default_area_code="351")


@pytest.fixture
def limits() -> Limits:
    return Limits(question_s=1.0, file_s=2.0, connect_s=0.5, read_s=0.7, breaker_open_s=0.2, page_pause_s=0.0)


@pytest.fixture
async def opened(crm_settings, company, limits):
    """Return an open client of the vendor under test with its guard."""
    made = open_client(crm_settings(), Locale.of(company), limits)
    yield made
    await made.client.aclose()


@pytest.fixture
async def side(isp):
    """Return a client of the provider's side door; without the certificates of the world, which take long to load."""
    async with httpx.AsyncClient(base_url=f"{isp.url}/_sim", verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
        yield client


@pytest.fixture
def cause(side):
    """Return a function that makes the provider fail."""

    async def add(kind, **fault):
        assert (await side.post("/faults", json={"kind": kind, **fault})).status_code == 201

    return add


@pytest.fixture
def heal(side):
    """Return a function that ends every fault."""

    async def clear():
        assert (await side.delete("/faults")).status_code == 204

    return clear


@pytest.fixture
def asked(side):
    """Return a function that says how often each command was asked since the last time."""

    async def read():
        counts = (await side.get("/requests")).json()["counts"]
        await side.delete("/requests")
        return counts

    return read


@pytest.fixture
async def start_adapter(make_bus, config, database, settings_store, media_store):
    """Return a function that starts the service on the real bus and database; the settings are written before or after."""
    started = []

    async def start(**environment):
        bus = await make_bus("crm-adapter")
        watch = SettingsWatch(settings_store, bus)
        environment = {
            "crm_question_timeout_s": 1.0,
            "crm_file_timeout_s": 2.0,
            "crm_fresh_s": 0.0,
            "crm_test_timeout_s": 1.0,
            "crm_write_timeout_s": 2.0,
            "crm_write_settle_s": 0.3,
            "crm_write_retry_s": 0.1,
        } | environment
        own = CrmAdapterSettings(**config.model_dump(), **environment)
        service = Service(
            name="crm-adapter", config=own, bus=bus, database=database, settings=settings_store, watch=watch,
            media=media_store, health=Health("crm-adapter", started=True),
        )  # fmt: skip
        await watch.start(*SECTIONS)
        await bootstrap(service, own)
        await bus.start()
        started.append(service)
        return service

    yield start
    for service in started:
        await service.bus.stop()
        await service.watch.stop()
        for task in tuple(service._tasks):
            task.cancel()
        for closer in reversed(service._closers):
            await closer()


@pytest.fixture
async def configured(settings_store, company, crm_settings):
    """Write the company and the system under test into the settings."""
    await settings_store.write(company, revision=0)
    await settings_store.write(crm_settings(), revision=0)


@pytest.fixture
async def ask(bus):
    """Return a function that asks over the bus as another service does."""
    await bus.start()

    async def send(query, timeout_s=5.0):
        return await bus.ask(query, timeout_s=timeout_s)

    return send


@pytest.fixture
async def store(database):
    """Return the adapter's collections, with their indexes."""
    made = CrmStore(database)
    await made.prepare()
    return made


@pytest.fixture
def whole_directory(database):
    """Return a function that waits until everybody is listed."""

    async def wait():
        async def done():
            run = await database["directory_runs"].find_one({})
            return bool(run and run.get("completed_at"))

        await eventually(done)

    return wait


@pytest.fixture
def remembered(database):
    """Return a function that waits until a customer's answer is in the database."""

    async def wait(customer_id):
        async def there():
            return await database["snapshots"].find_one({"customer_id": customer_id}) is not None

        await eventually(there)

    return wait


@pytest.fixture
async def http():
    """Return a client without the certificates of the world, which take long to load."""
    async with httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
        yield client


@pytest.fixture
async def gateway(make_bus):
    """Return a gateway that takes every notice; ``await gateway.bus.start()`` is done."""
    some_bus = await make_bus("gateway-wa")
    some = SomeGateway(some_bus)
    some_bus.consume("sending", {SendNotice: some.send_notice}, order="lane")
    await some_bus.start()
    return some


@pytest.fixture
async def start_notices(start_adapter, settings_store, company, http, ask):
    """Return a function that starts the adapter and serves its endpoint: (service, pusher)."""
    async with AsyncExitStack() as stack:

        async def start(settings=None, *, sending=None, **environment):
            if (await settings_store.read(NoticeSettings)).revision == 0:
                await settings_store.write(company, revision=0)
                await settings_store.write(settings or notice_settings(), revision=0)
                await settings_store.write(sending or SendingSettings(quiet_hours=False), revision=0)
            service = await start_adapter(**environment)
            return service, pusher(http, await stack.enter_async_context(served(service.app)))

        yield start


@pytest.fixture
def ledger_holds(database):
    """Return a function that waits until the ledger has ``count`` notices in a state."""

    async def wait(state, count=1, timeout_s=10.0):
        async def there():
            return await database["notices"].count_documents({"state": state}) == count

        await eventually(there, timeout_s=timeout_s)

    return wait


@pytest.fixture
async def process_database(config):
    """Return the database of an adapter that runs as a process of its own."""
    client, database = connect_database(config, "crm-adapter")
    yield database
    await client.drop_database(database.name)
    await client.close()


@pytest.fixture
def self_signed(tmp_path) -> ssl.SSLContext:
    """Return a server's side of TLS that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "isp.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path / "pair.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )  # fmt: skip
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
