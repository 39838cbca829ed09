"""Pytest fixtures on the real bus and the real database: a JetStream server and a MongoDB-protocol server per session,
fresh streams and a fresh database per test. ``ISPBOT_TEST_MONGO_URI`` names another database server to use.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import nats
import pytest
import structlog
from cryptography.fernet import Fernet
from nats.js.errors import NotFoundError

from ispbot_contracts.settings import Section
from ispbot_contracts.streams import stream_of
from ispbot_runtime.bus import Bus
from ispbot_runtime.media import MediaStore
from ispbot_runtime.mongo import Database, connect_database
from ispbot_runtime.secrets import Cipher
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.settings_store import SettingsStore, SettingsWatch

_START_LIMIT_S = 30.0
TEST_KEY = Fernet.generate_key().decode()


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(name: str) -> str:
    """Return the path of a program installed beside this Python, or on PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise RuntimeError(f"{name} is not installed: run ./ispbot test once, it installs what the tests need")
    return found


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until something listens on a loopback port. Raises RuntimeError when the process ended or never listens."""
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def end(process: subprocess.Popen[bytes]) -> None:
    """Terminate, wait, then kill."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Print tracebacks plainly: drawing one with its local variables takes a third of a second."""
    processors = structlog.get_config()["processors"][:-1]
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors, renderer])


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a JetStream server for the session."""
    port = free_port()
    folder = tmp_path_factory.mktemp("jetstream")
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        [program("nats-server"), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for_port(port, process)
    yield f"nats://127.0.0.1:{port}"
    end(process)


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Use the database server of ``ISPBOT_TEST_MONGO_URI``, or start the embedded one for the session."""
    given = os.environ.get("ISPBOT_TEST_MONGO_URI")
    if given:
        yield given
        return
    port = free_port()
    folder = tmp_path_factory.mktemp("database")
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        [program("secantusd-py"), "--host", "127.0.0.1", "--port", str(port), "--storage-path", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for_port(port, process)
    yield f"mongodb://127.0.0.1:{port}/?directConnection=true&retryWrites=false"
    end(process)


@pytest.fixture
async def config(nats_url: str, mongo_uri: str, tmp_path: Path) -> CommonSettings:
    """Return settings of a fresh world: the streams of the previous test are gone, the database is new."""
    nc = await nats.connect(nats_url)
    js = nc.jetstream()
    for name in [info.config.name for info in await js.streams_info()]:
        try:
            await js.delete_stream(name or "")
        except NotFoundError:
            continue
    await nc.close()
    return CommonSettings(
        nats_url=nats_url,
        mongo_uri=mongo_uri,
        mongo_prefix="t" + uuid.uuid4().hex[:10],
        secret_key=TEST_KEY,
        data_dir=tmp_path,
    )


@pytest.fixture
async def make_bus(config: CommonSettings) -> AsyncIterator[Callable[[str], Awaitable[Bus]]]:
    """Return a function that connects a bus as a service; register handlers, then ``await bus.start()``."""
    made: list[Bus] = []

    async def make(service: str) -> Bus:
        bus = Bus(config, service)
        await bus.connect()
        made.append(bus)
        return bus

    yield make
    for bus in made:
        if bus.connected:
            await bus.stop()


@pytest.fixture
async def bus(make_bus: Callable[[str], Awaitable[Bus]]) -> Bus:
    """Return a connected, not yet started bus of a service called ``test``."""
    return await make_bus("test")


@pytest.fixture
async def database(config: CommonSettings) -> AsyncIterator[Database]:
    """Return an empty database."""
    client, db = connect_database(config, "test")
    yield db
    await client.drop_database(db.name)
    await client.close()


@pytest.fixture
def settings_store(bus: Bus) -> SettingsStore:
    """Return a store that can read and write every section."""
    return SettingsStore(bus, Cipher(TEST_KEY))


@pytest.fixture
async def start_watch(
    settings_store: SettingsStore, bus: Bus
) -> AsyncIterator[Callable[..., Awaitable[SettingsWatch]]]:
    """Return a function that starts a watch on sections."""
    made: list[SettingsWatch] = []

    async def start(*sections: type[Section]) -> SettingsWatch:
        watch = SettingsWatch(settings_store, bus)
        await watch.start(*sections)
        made.append(watch)
        return watch

    yield start
    for watch in made:
        await watch.stop()


@pytest.fixture
def media_store(bus: Bus) -> MediaStore:
    """Return the media store."""
    return MediaStore(bus)


async def eventually(check: Callable[[], bool | Awaitable[bool]], *, timeout_s: float = 10.0) -> None:
    """Wait until ``check`` holds. Raises AssertionError when it does not in time."""
    deadline = asyncio.get_running_loop().time() + timeout_s
    while True:
        result = check()
        if result if isinstance(result, bool) else await result:
            return
        if asyncio.get_running_loop().time() > deadline:
            text = re.sub(r"\s+", " ", repr(check))
            raise AssertionError(f"it did not happen within {timeout_s} s: {text}")
        await asyncio.sleep(0.01)


async def published(bus: Bus, subject: str, count: int, *, timeout_s: float = 10.0) -> list[bytes]:
    """Return the first ``count`` stored messages of a subject filter (stored form, e.g. ``wa.cmd.send_message.*.*``)."""
    stream = stream_of(subject.split(".", maxsplit=1)[0]).name
    subscription = await bus.js.subscribe(subject, stream=stream, ordered_consumer=True)
    try:
        return [(await subscription.next_msg(timeout_s)).data for _ in range(count)]
    finally:
        await subscription.unsubscribe()
