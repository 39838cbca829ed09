"""The supervisor with real processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from ispbot_launcher.child import rotate
from ispbot_launcher.http_probe import port_answers
from ispbot_launcher.parts import Layer, Part, Ready
from ispbot_launcher.state import part_states
from ispbot_launcher.watch import Happening, PartStatus


async def until(check: Callable[[], bool], limit_s: float = 10.0) -> None:
    async with asyncio.timeout(limit_s):
        while not check():
            await asyncio.sleep(0.005)


async def test_all_parts_become_ready(bench) -> None:
    supervisor = bench.supervise(bench.listener("router"), bench.listener("tickets"), bench.one_shot("seed", "pass"))
    await supervisor.start(10)
    assert supervisor.not_ready() == {}
    assert [part.status for part in part_states(supervisor)] == ["ready", "ready", "done"]


async def test_a_part_starts_only_when_those_it_needs_are_ready(bench) -> None:
    bus = bench.listener("nats", "import time; time.sleep(0.2)\n" + bench.SERVE, layer=Layer.BUS)
    check = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[2]))).close()\n" + bench.SERVE
    router = bench.listener("router", check, bus.port, after=["nats", "not-part-of-this-start"])
    supervisor = bench.supervise(router, bus)
    await supervisor.start(10)
    assert [event.part for event in bench.events] == ["nats", "router"]
    assert part_states(supervisor)[0].restarts == 0


async def test_a_killed_part_comes_back_and_the_terminal_says_so_with_its_last_words(bench) -> None:
    code = 'print(\'{"event": "customer_lookup_failed"}\', flush=True)\n' + bench.SERVE
    supervisor = bench.supervise(bench.listener("router", code))
    await supervisor.start(10)
    first = part_states(supervisor)[0].pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: Happening.BACK in [event.what for event in bench.events])
    second = part_states(supervisor)[0]
    assert second.pid not in {None, first}
    assert second.restarts == 1
    assert "router was killed by signal 9 (last line: customer_lookup_failed) - restarting in 0.01 s" in bench.texts()


async def test_a_part_that_keeps_ending_is_called_so_and_the_others_go_on(bench) -> None:
    broken = bench.listener("ai", "raise SystemExit('the key is missing')")
    supervisor = bench.supervise(broken, bench.listener("router"))
    await supervisor.start(20)
    assert "ended with code 1 (last line: the key is missing)" in supervisor.not_ready()["ai"]
    assert supervisor.watches[1].status is PartStatus.READY
    delays = [text.rpartition("restarting in ")[2] for text in bench.texts() if "restarting" in text]
    assert delays[:5] == ["0.01 s", "0.02 s", "0.04 s", "0.08 s", "0.16 s"]
    told = [event.text for event in bench.events if event.what is Happening.LOOPING]
    assert len(told) == 1
    assert "logs/ai.log" in told[0]


async def test_a_program_that_does_not_exist_is_a_failed_part_not_a_failed_launcher(bench) -> None:
    missing = Part("nats", ("/nonexistent/nats-server",), Layer.BUS, Ready.PORT, 1)
    supervisor = bench.supervise(missing)
    await supervisor.start(20)
    assert supervisor.not_ready() == {"nats": "could not be started: No such file or directory"}


async def test_services_stop_before_stand_ins_before_database_before_bus(bench, tmp_path: Path) -> None:
    order = tmp_path / "order"
    layers = {"nats": Layer.BUS, "database": Layer.DATABASE, "demo-isp": Layer.STAND_IN, "router": Layer.SERVICE}
    parts = [bench.listener(name, bench.SAY_WHEN_STOPPED, order, name, layer=layer) for name, layer in layers.items()]
    supervisor = bench.supervise(*parts)
    await supervisor.start(10)
    await supervisor.stop()
    assert order.read_text().split() == ["router", "demo-isp", "database", "nats"]
    assert {part.status for part in part_states(supervisor)} == {"stopped"}
    assert {part.pid for part in part_states(supervisor)} == {None}


async def test_a_part_that_does_not_stop_is_killed_and_said_so(bench) -> None:
    supervisor = bench.supervise(bench.listener("gateway-wa", bench.IGNORE_SIGTERM), stop_limit_s=0.2)
    await supervisor.start(10)
    await supervisor.stop()
    assert bench.texts()[-1] == "gateway-wa did not stop by itself and was killed"


async def test_a_second_ctrl_c_does_not_wait(bench) -> None:
    supervisor = bench.supervise(bench.listener("gateway-wa", bench.IGNORE_SIGTERM), stop_limit_s=60)
    await supervisor.start(10)
    began = time.monotonic()
    stopping = asyncio.create_task(supervisor.stop())
    supervisor.force.set()
    await stopping
    assert time.monotonic() - began < 10


async def test_what_a_part_started_ends_with_it(bench) -> None:
    helper = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    supervisor = bench.supervise(bench.listener("ai", helper + bench.SERVE))
    await supervisor.start(10)
    pid = part_states(supervisor)[0].pid
    (grandchild,) = psutil.Process(pid).children()
    await supervisor.stop()
    await until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE)


def test_parts_die_with_a_killed_launcher(bench, tmp_path: Path) -> None:
    part = bench.listener("router")
    launcher = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from ispbot_launcher.parts import Layer, Part, Ready\n"
        "from ispbot_launcher.supervisor import Supervisor\n"
        "async def main():\n"
        "    part = Part('router', tuple(sys.argv[3:]), Layer.SERVICE, Ready.PORT, int(sys.argv[2]))\n"
        "    supervisor = Supervisor([part], logs=Path(sys.argv[1]), say=lambda event: None)\n"
        "    await supervisor.start(10)\n"
        "    print(supervisor.watches[0].child.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", launcher, str(bench.logs), str(part.port), *part.argv]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = psutil.Process(int(process.stdout.readline()))
        process.kill()
        child.wait(10)
    assert not child.is_running()


async def test_what_a_part_prints_is_in_its_log_file(bench) -> None:
    supervisor = bench.supervise(bench.one_shot("seed", "import sys; print('out'); print('err', file=sys.stderr)"))
    await supervisor.start(10)
    lines = (bench.logs / "seed.log").read_text().splitlines()
    assert '"event": "part_started"' in lines[0]
    assert sorted(lines[1:]) == ["err", "out"]


async def test_a_log_file_past_its_limit_is_rotated_under_the_writing_process(bench) -> None:
    code = "import sys, time\nfor n in range(10**9):\n    print('x' * 99, flush=True)\n    time.sleep(0.0005)"
    path = bench.logs / "chatty.log"
    supervisor = bench.supervise(Part("chatty", bench.python(code), Layer.SERVICE, Ready.EXIT))
    starting = asyncio.create_task(supervisor.start(30))
    await until(lambda: path.exists() and path.stat().st_size > 5000)
    assert rotate(path, limit=5000)
    older = path.with_suffix(".log.1").stat().st_size
    assert older > 5000
    await until(lambda: 0 < path.stat().st_size < older)
    starting.cancel()


async def test_a_port_nobody_listens_on_does_not_answer(bench) -> None:
    assert not await port_answers(bench.ports.take())
