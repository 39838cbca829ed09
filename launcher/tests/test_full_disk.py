"""A bus and a database that could not write for a moment are started anew; one that is only slow is left alone.

The limit on the size of files stands for a full disk: it needs no other file system, and both meet the same refusal of a write.
"""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace

import nats
import pytest
from nats.js import JetStreamContext
from nats.js.errors import APIError
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from ispbot_launcher import watch
from ispbot_launcher.checkup import complaint_of
from ispbot_launcher.folders import ENVIRONMENT_BIN
from ispbot_launcher.parts import Checkup, Layer, Part, Ready
from ispbot_launcher.state import part_states
from ispbot_launcher.watch import Happening, PartStatus

_FULL_AT = 64 * 1024
CHECKUP_S = 0.2
SICK_WHILE_A_FILE_IS_THERE = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        sick = os.path.exists(sys.argv[2])
        self.send_response(503 if sick else 200)
        self.end_headers()
        self.wfile.write(b'{"error": "a stream is unwell"}' if sick else b"{}")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""


async def until(check: Callable[[], bool], limit_s: float = 60.0) -> None:
    async with asyncio.timeout(limit_s):
        while not check():
            await asyncio.sleep(0.02)


def disk_is_full(pid: int, *, full: bool) -> None:
    soft = _FULL_AT if full else resource.RLIM_INFINITY
    with contextlib.suppress(ProcessLookupError):  # started anew by now: the next one has no limit
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))


def database(bench, folder: Path) -> Part:
    port = bench.ports.take()
    argv = (
        str(ENVIRONMENT_BIN / "secantusd-py"),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--storage-path",
        str(folder),
    )
    return Part(
        "database", (*argv, "--sync-on-commit", "--cache-size", "64M"), Layer.DATABASE, Ready.PORT, port, checkup=Checkup.DATABASE
    )  # fmt: skip


def bus(bench, folder: Path) -> tuple[Part, int]:
    port, http = bench.ports.take(), bench.ports.take()
    config = folder / "server.conf"
    config.write_text(
        f'listen: "127.0.0.1:{port}"\nhttp: "127.0.0.1:{http}"\n'
        f'jetstream {{ store_dir: "{folder}/js", max_file_store: 1TB }}\n'
    )
    argv = (str(ENVIRONMENT_BIN / "nats-server"), "-c", str(config))
    return Part("nats", argv, Layer.BUS, Ready.HTTP, http, ready_path="/healthz", checkup=Checkup.BUS), port


async def stream_a(port: int) -> tuple[nats.NATS, JetStreamContext]:
    client = await nats.connect(f"nats://127.0.0.1:{port}", max_reconnect_attempts=-1, reconnect_time_wait=0.1)
    js = client.jetstream(timeout=1)
    await js.add_stream(name="A", subjects=["a"])
    return client, js


@pytest.fixture
def checkups(monkeypatch) -> list[str]:
    """Return what each checkup that has ended complained of."""
    ended: list[str] = []

    async def noted(checkup: Checkup, port: int) -> str:
        complaint = await complaint_of(checkup, port)
        ended.append(complaint)
        return complaint

    monkeypatch.setattr(watch, "complaint_of", noted)
    return ended


def sickly(bench, sick: Path) -> Part:
    """A stand-in for a bus: real ones do not recover by themselves."""
    port = bench.ports.take()
    argv = bench.python(SICK_WHILE_A_FILE_IS_THERE, port, sick)
    return Part("nats", argv, Layer.BUS, Ready.HTTP, port, ready_path="/healthz", checkup=Checkup.BUS)


async def fill(write: Callable[[int], Awaitable[object]], refusals: tuple[type[Exception], ...]) -> int:
    """Write until it is refused; return how many writes were taken."""
    for number in range(500):
        try:
            await write(number)
        except refusals:
            return number
    raise AssertionError("the limit was never met")


async def test_a_database_that_could_not_write_is_started_anew_with_all_it_had_taken(bench, tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    part = database(bench, tmp_path / "db")
    supervisor = bench.supervise(part, checkup_s=CHECKUP_S)
    await supervisor.start(30)
    client = AsyncMongoClient(
        "127.0.0.1", part.port, directConnection=True, retryWrites=False, serverSelectionTimeoutMS=30_000
    )
    things = client["t"]["things"]
    pid = part_states(supervisor)[0].pid
    disk_is_full(pid, full=True)
    taken = await fill(lambda number: things.insert_one({"_id": number, "a": "x" * 5000}), (OperationFailure,))
    disk_is_full(pid, full=False)
    await until(lambda: Happening.BACK in [event.what for event in bench.events])
    assert {row["_id"] async for row in things.find({}, {"_id": 1})} >= set(range(taken))
    await things.insert_one({"_id": "afterwards"})
    await client.close()
    assert [event.what for event in bench.events if event.part == "database"] == [
        Happening.READY, Happening.BROKEN, Happening.CRASHED, Happening.BACK,
    ]  # fmt: skip
    assert "database stored nothing any more and was ended - restarting in 0.01 s" in bench.texts()


async def test_a_bus_whose_stream_could_not_be_written_is_started_anew_with_all_it_had_taken(
    bench, tmp_path: Path
) -> None:
    part, port = bus(bench, tmp_path)
    supervisor = bench.supervise(part, checkup_s=CHECKUP_S)
    await supervisor.start(30)
    client, js = await stream_a(port)
    pid = part_states(supervisor)[0].pid
    disk_is_full(pid, full=True)
    taken = await fill(lambda number: js.publish("a", b"x" * 5000), (TimeoutError, nats.errors.TimeoutError, APIError))
    disk_is_full(pid, full=False)
    await until(lambda: Happening.BACK in [event.what for event in bench.events])
    await until(lambda: client.is_connected)
    ack = await js.publish("a", b"afterwards", timeout=10)
    assert ack.seq > taken > 0
    await client.close()
    (told,) = [event.text for event in bench.events if event.what is Happening.BROKEN]
    assert "nats stores nothing any more: JetStream stream" in told
    assert "write error" in told


async def test_while_there_is_no_room_it_is_said_and_nothing_is_restarted(
    bench, tmp_path: Path, monkeypatch, checkups
) -> None:
    part, port = bus(bench, tmp_path)
    free = [1024**2]
    monkeypatch.setattr(watch, "shutil", SimpleNamespace(disk_usage=lambda _: SimpleNamespace(free=free[0])))
    supervisor = bench.supervise(part, checkup_s=CHECKUP_S)
    await supervisor.start(30)
    client, js = await stream_a(port)
    pid = part_states(supervisor)[0].pid
    disk_is_full(pid, full=True)
    await fill(lambda _: js.publish("a", b"x" * 5000), (TimeoutError, nats.errors.TimeoutError, APIError))
    await until(lambda: supervisor.watches[0].status is PartStatus.BROKEN)
    assert "only 1 MB are free on its disk" in supervisor.not_ready()["nats"]
    ended = len(checkups)
    await until(lambda: len(checkups) >= ended + 4)
    assert part_states(supervisor)[0].pid == pid
    assert sum(event.what is Happening.BROKEN for event in bench.events) == 1
    free[0] = shutil.disk_usage(tmp_path).free
    disk_is_full(pid, full=False)
    await until(lambda: Happening.BACK in [event.what for event in bench.events])
    await client.close()


async def test_one_that_recovers_by_itself_is_said_to_be_back(bench, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(watch, "shutil", SimpleNamespace(disk_usage=lambda _: SimpleNamespace(free=1024**2)))
    sick = tmp_path / "sick"
    supervisor = bench.supervise(sickly(bench, sick), checkup_s=0.05)
    await supervisor.start(30)
    sick.touch()
    await until(lambda: supervisor.watches[0].status is PartStatus.BROKEN)
    sick.unlink()
    await until(lambda: supervisor.watches[0].status is PartStatus.READY)
    assert [event.what for event in bench.events] == [Happening.READY, Happening.BROKEN, Happening.BACK]
    assert bench.texts()[-1] == "nats stores again"


async def test_a_checkup_that_fails_is_told_once_and_the_next_ones_come(bench, tmp_path: Path, checkups) -> None:
    sick = tmp_path / "sick"
    supervisor = bench.supervise(sickly(bench, sick), checkup_s=0.05)
    await supervisor.start(30)
    shutil.rmtree(bench.logs)  # whose free room can not be asked for
    sick.touch()
    await until(lambda: len(checkups) >= 20)
    assert [event.what for event in bench.events] == [Happening.READY, Happening.UNCHECKED]
    bench.logs.mkdir()
    await until(lambda: Happening.CRASHED in [event.what for event in bench.events])
    sick.unlink()
    await until(lambda: Happening.BACK in [event.what for event in bench.events])


@pytest.mark.parametrize("which", ["bus", "database"])
async def test_one_that_hangs_is_left_alone(bench, tmp_path: Path, which: str, checkups) -> None:
    part = bus(bench, tmp_path)[0] if which == "bus" else database(bench, tmp_path)
    supervisor = bench.supervise(part, checkup_s=0.05)
    await supervisor.start(30)
    pid = part_states(supervisor)[0].pid
    os.kill(pid, signal.SIGSTOP)
    ended = len(checkups)
    await until(lambda: len(checkups) >= ended + 5)  # one of them may have begun before
    os.kill(pid, signal.SIGCONT)
    assert supervisor.watches[0].status is PartStatus.READY
    assert part_states(supervisor)[0].pid == pid
    assert [event.what for event in bench.events] == [Happening.READY]
