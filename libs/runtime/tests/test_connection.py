"""The connection comes back whichever server answers and whatever it said meanwhile."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ispbot_runtime.backlog import BacklogWatch
from ispbot_runtime.beat import Beat
from ispbot_runtime.bus import Bus
from ispbot_runtime.connection import BadBusAddress, bus_address
from ispbot_runtime.durables import Durable
from ispbot_runtime.health import Health
from ispbot_runtime.settings import CommonSettings
from ispbot_runtime.testing import TEST_KEY, end, eventually, free_port, program, wait_for_port

PROGRAM = Path(__file__).parent / "programs" / "slow.py"


class Server:
    """A server with a token, of a cluster or with streams: one of a cluster tells its clients which servers there are."""

    def __init__(self, folder: Path, *, streams: bool = False) -> None:
        self.port, routes = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._config = folder / "server.conf"
        cluster = f'cluster {{ name: some, listen: "127.0.0.1:{routes}", routes: ["nats://127.0.0.1:{routes}"] }}'
        self._rest = f'jetstream {{ store_dir: "{folder}/js" }}' if streams else cluster

    @property
    def url(self) -> str:
        return f"nats://secret@127.0.0.1:{self.port}"

    def _take(self, token: str) -> None:
        self._config.write_text(
            f"""server_name: one
listen: "127.0.0.1:{self.port}"
authorization {{ token: "{token}" }}
{self._rest}
"""
        )

    def start(self, token: str) -> None:
        self._take(token)
        command = [program("nats-server"), "-c", str(self._config)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self._process)

    def reload(self, token: str) -> None:
        self._take(token)
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)
            self._process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start("secret")
    yield server
    server.stop()


@pytest.fixture
async def bus(server: Server) -> AsyncIterator[Bus]:
    """Return a connected bus; streams are not needed here."""
    bus = Bus(CommonSettings(nats_url=server.url, secret_key=TEST_KEY), "test")
    bus.nc = await bus._broker.connect()
    yield bus
    if not bus.nc.is_closed:
        await bus._broker.stop()


async def test_the_servers_that_a_cluster_tells_of_are_known_already(bus, server):
    """One of them without the token would be chosen sooner or later, and turn us away."""
    assert [one.uri.netloc for one in bus.nc._server_pool] == [f"127.0.0.1:{server.port}"]


async def test_being_turned_away_for_a_while_does_not_end_the_reconnecting(bus, server):
    with capture_logs() as logs:
        server.stop()
        server.start("another")
        await eventually(lambda: any("Authorization" in str(one.get("reason")) for one in logs), timeout_s=20)
        server.stop()
        server.start("secret")
        await eventually(lambda: any(one["event"] == "bus_reconnected" for one in logs), timeout_s=20)
    await bus.nc.flush()


async def test_a_lost_connection_is_a_warning_and_an_ordinary_stop_is_none(bus, server):
    with capture_logs() as logs:
        server.stop()
        await eventually(lambda: any(one["event"] == "bus_disconnected" for one in logs))
        server.start("secret")
        await eventually(lambda: any(one["event"] == "bus_reconnected" for one in logs), timeout_s=20)
    with capture_logs() as logs:
        await bus.stop()
    assert not [one for one in logs if one["log_level"] == "warning"]


async def test_a_standing_connection_that_is_turned_away_is_told_as_closed(bus, server):
    closed = asyncio.Event()
    bus.on_closed(closed.set)
    with capture_logs() as logs:
        server.reload("another")
        await asyncio.wait_for(closed.wait(), 20)
    assert "authorization" in next(one["reason"].lower() for one in logs if one["event"] == "bus_closed")


async def test_a_connection_that_is_stopped_in_order_is_not_told_as_closed(make_bus):
    bus, closed = await make_bus("test"), asyncio.Event()
    bus.on_closed(closed.set)
    await bus.stop()
    assert (bus.nc.is_closed, closed.is_set()) == (True, False)


@pytest.fixture
def server_with_streams(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, streams=True)
    server.start("secret")
    yield server
    server.stop()


async def test_a_service_whose_connection_is_turned_away_ends_with_an_error_and_its_successor_connects(
    server_with_streams, mongo_uri
):
    first = await slow_service(server_with_streams, mongo_uri)
    await said(first, "service_ready")
    server_with_streams.reload("another")
    facts = await said(first, "service_stopped")
    assert (await first.wait(), facts[-1]["failed"]) == (1, True)
    assert "bus_closed" in [fact["event"] for fact in facts]
    assert "service_drain_timed_out" not in [fact["event"] for fact in facts]
    server_with_streams.reload("secret")
    successor = await slow_service(server_with_streams, mongo_uri)
    await said(successor, "service_ready")
    successor.terminate()
    assert (await said(successor, "service_stopped"))[-1]["failed"] is False
    assert await successor.wait() == 0


async def slow_service(server: Server, mongo_uri: str) -> asyncio.subprocess.Process:
    environment = os.environ | {
        "ISPBOT_NATS_URL": server.url, "ISPBOT_MONGO_URI": mongo_uri, "ISPBOT_SECRET_KEY": TEST_KEY,
    }  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), env=environment, stdout=asyncio.subprocess.PIPE
    )


async def said(process: asyncio.subprocess.Process, event: str) -> list[dict[str, object]]:
    """Return what a process said up to an event."""
    facts: list[dict[str, object]] = []
    async with asyncio.timeout(60):
        while not facts or facts[-1]["event"] != event:
            line = await process.stdout.readline()
            assert line, f"it ended without {event}: {facts[-3:]}"
            facts.append(json.loads(line))
    return facts


async def test_a_wrong_token_at_the_start_is_an_error_at_once(server):
    bus = Bus(CommonSettings(nats_url=f"nats://wrong@127.0.0.1:{server.port}", secret_key=TEST_KEY), "test")
    with pytest.raises(Exception, match="Authorization Violation"):
        await bus.connect()


def test_the_proof_is_kept_apart_from_the_addresses():
    token = bus_address("nats://secret@one:4222, nats://secret@two:4222")
    assert (token.servers, token.security.token) == (["nats://one:4222", "nats://two:4222"], "secret")
    user = bus_address("tls://ispbot:p%40ss@one:4222")
    assert (user.servers, user.security.username, user.security.password) == (["tls://one:4222"], "ispbot", "p@ss")
    assert bus_address("nats://127.0.0.1:4222").security is None


@pytest.mark.parametrize(
    "urls",
    ["", "one:4222", "nats://", "nats://a:secret@one:4222,nats://b:secret@two:4222", "nats://:secret@one:4222"],
)
def test_addresses_that_can_not_be_used_say_what_to_write_and_no_secret(urls):
    with pytest.raises(BadBusAddress, match="ISPBOT_NATS_URL") as refused:
        bus_address(urls)
    assert "secret" not in str(refused.value)


async def test_streams_that_do_not_answer_over_a_standing_connection_make_the_service_unready(bus):
    """This server has no JetStream at all: to a client that is a cluster without its majority."""
    durable = Durable("WA", "test-work-wa-p0", "test-work-wa", "0", ("wa.evt.>",))
    health = Health("test", started=True)
    bus.connected = True  # as ``connect`` notes when the streams answer; they stop later
    watch = bus.backlog = BacklogWatch(bus.nc.jetstream(), "test", lambda: [durable])
    Beat(bus, health).watch_backlog()
    await watch.look()
    assert health.problems() == {}
    await watch.look()
    assert health.problems() == {"bus_silent": "JetStream did not answer 2 times"}
