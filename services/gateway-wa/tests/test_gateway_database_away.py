"""The real link's arrivals while the database is away: nothing is lost, and each comes once."""

import asyncio
import subprocess

import pytest
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e
from neonize_rig import FakeGo, info, jid, message_event, source
from pydantic import SecretStr
from test_gateway_spool import link_up, pair, texts, wire  # noqa: F401 - fixtures among them

from ispbot_contracts.whatsapp import MessageReceived, SessionState
from ispbot_gateway_wa.bootstrap import INDEXES
from ispbot_runtime.mongo import connect_database, ensure_indexes
from ispbot_runtime.testing import end, eventually, free_port, program, wait_for_port

MANY = 20


class DatabaseServer:
    """A server of this test's own, on one port and one folder."""

    def __init__(self, folder):
        self.port = free_port()
        self._folder = folder
        self._process = None

    def start(self):
        self._process = subprocess.Popen(
            [
                program("secantusd-py"),
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
                "--storage-path",
                str(self._folder),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_port(self.port, self._process)

    def stop(self):
        process, self._process = self._process, None
        if process is not None:
            end(process)


@pytest.fixture
def server(tmp_path):
    server = DatabaseServer(tmp_path / "database")
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def own_database(config, server):
    uri = SecretStr(f"mongodb://127.0.0.1:{server.port}/?directConnection=true&retryWrites=false")
    client, database = connect_database(config.model_copy(update={"mongo_uri": uri}), "gateway-wa")
    await ensure_indexes(database, INDEXES)
    yield database
    await client.close()


def say(rig, number):
    """Somebody new writes: who it is has to be asked of the database."""
    who = jid(f"9{number:03}", "lid")
    where = source(who, who, jid(f"54935155510{number:02}", "s.whatsapp.net"))
    rig.go.session.tell(message_event(info(f"DB{number:04}", where), e2e.Message(conversation=f"n{number}")))


async def spooled(gateway, number):
    await eventually(lambda: len(gateway._term.spool._sizes) == number)


async def all_came_once(world):
    await world.event(MessageReceived, MANY + 1, timeout_s=60)
    assert sorted(texts(world)) == sorted(["hola", *(f"n{number}" for number in range(MANY))])
    assert len({event.contact_id for event in world.all(MessageReceived)}) == MANY + 1


@pytest.fixture
async def without_database(world, link_up, own_database, server):  # noqa: F811 - the fixture
    """A linked gateway whose database went away, with what came since in its spool."""
    gateway, rig = await link_up(FakeGo(), database=own_database)
    await pair(world, rig)
    await rig.say("hola")
    await world.event(MessageReceived)
    await asyncio.to_thread(server.stop)
    for number in range(MANY):
        say(rig, number)
    await spooled(gateway, MANY)
    return gateway


async def test_what_comes_while_the_database_is_away_arrives_when_it_is_back(world, without_database, server):
    assert texts(world) == ["hola"]
    assert without_database.limit() is None  # the link stays up
    await asyncio.to_thread(server.start)
    await all_came_once(world)
    await spooled(without_database, 0)


async def test_a_restart_in_the_middle_of_it_loses_nothing(
    world,
    link_up,  # noqa: F811 - the fixture
    without_database,
    own_database,
    server,
):
    await without_database.stop()
    again, _ = await link_up(FakeGo(), database=own_database)
    await eventually(lambda: again._term is not None)
    await asyncio.to_thread(server.start)
    await all_came_once(world)
    await world.state(SessionState.QR, timeout_s=60)
