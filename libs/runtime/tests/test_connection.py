"""The connection comes back whichever server answers and whatever it said meanwhile."""

import subprocess
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


class Server:
    """A server of a cluster with a token: it tells its clients which servers the cluster has."""

    def __init__(self, folder: Path) -> None:
        self.port, self._routes, self._folder = free_port(), free_port(), folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, token: str) -> None:
        config = self._folder / "server.conf"
        config.write_text(
            f"""server_name: one
listen: "127.0.0.1:{self.port}"
authorization {{ token: "{token}" }}
cluster {{ name: some, listen: "127.0.0.1:{self._routes}", routes: ["nats://127.0.0.1:{self._routes}"] }}
"""
        )
        command = [program("nats-server"), "-c", str(config)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self._process)

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
    url = f"nats://secret@127.0.0.1:{server.port}"
    bus = Bus(CommonSettings(nats_url=url, secret_key=TEST_KEY), "test")
    bus.nc = await bus._broker.connect()
    yield bus
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


@pytest.mark.parametrize("urls", ["", "one:4222", "nats://", "nats://a:secret@one:4222,nats://b:secret@two:4222"])
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
