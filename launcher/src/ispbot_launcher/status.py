"""``./ispbot status`` and ``./ispbot down``: what runs, asked from another terminal."""

import asyncio
import json
import os
import signal
import time
from argparse import Namespace
from dataclasses import asdict, dataclass

import psutil
from rich.table import Table

from ispbot_launcher import state
from ispbot_launcher.checkup import complaint_of
from ispbot_launcher.errors import NOT_RUNNING, LauncherError
from ispbot_launcher.folders import DataFolder, data_folder
from ispbot_launcher.http_probe import get, port_answers, why_not_ready
from ispbot_launcher.parts import Checkup, Ready
from ispbot_launcher.state import PartState
from ispbot_launcher.terminal import Terminal

_STOP_LIMIT_S = 90.0


@dataclass(frozen=True)
class LivePart:
    """A part as it answers now. ``memory`` in bytes, ``uptime_s`` None when no process runs."""

    name: str
    status: str
    pid: int | None
    uptime_s: float | None
    memory: int
    restarts: int
    ready: bool
    detail: str


async def _probe(part: PartState) -> tuple[bool, str]:
    if part.ready == Ready.EXIT:
        return part.status == "done", part.reason
    if part.pid is None:
        return False, part.reason
    if part.checkup is not None and (complaint := await complaint_of(Checkup(part.checkup), part.port)):
        return False, f"stores nothing any more: {complaint}"
    if part.ready == Ready.PORT:
        answers = await port_answers(part.port)
        return answers, "" if answers else f"nothing answers on port {part.port}"
    try:
        code, body = await get(part.port, part.ready_path)
    except OSError as error:
        return False, f"does not answer: {error or type(error).__name__}"
    return code == 200, _degraded(body) if code == 200 else why_not_ready(body)


def _degraded(body: bytes) -> str:
    try:
        limits = json.loads(body).get("degraded", {})
    except (ValueError, AttributeError):
        return ""
    return ", ".join(f"{name}: {reason}" for name, reason in limits.items())


async def look(known: state.State) -> list[LivePart]:
    """Ask every part of a running instance how it is."""
    memory = state.memory_of({part.name: part.pid for part in known.parts})
    answers = await asyncio.gather(*(_probe(part) for part in known.parts))
    now = time.time()
    return [
        LivePart(
            name=part.name,
            status=part.status if part.pid is None or part.name in memory else "gone",
            pid=part.pid,
            uptime_s=now - part.started_at if part.pid is not None and part.started_at is not None else None,
            memory=memory.get(part.name, 0),
            restarts=part.restarts,
            ready=ready,
            detail=detail,
        )
        for part, (ready, detail) in zip(known.parts, answers, strict=True)
    ]


def running(data: DataFolder) -> state.State:
    """Return the running instance's state. Raises LauncherError when nothing runs."""
    known = state.load(data) if state.running_pid(data) is not None else None
    if known is None:
        raise LauncherError(f"ISPBot does not run on {data.root}: start it with {data.command('up')}", code=NOT_RUNNING)
    return known


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {left:02} s" if minutes else f"{left} s"


def status(arguments: Namespace) -> int:
    """Run ``./ispbot status``: exit code 0 when all is ready, 1 when something is not, 3 when nothing runs."""
    data = data_folder(arguments.data_dir)
    known = running(data)
    parts = asyncio.run(look(known))
    total = sum(state.memory_of({"launcher": known.pid}).values())
    fine = all(part.ready for part in parts)
    if arguments.json:
        facts = {key: value for key, value in asdict(known).items() if key != "parts"}
        answer = {**facts, "memory": total, "all_ready": fine, "parts": [asdict(part) for part in parts]}
        print(json.dumps(answer, indent=1))
        return 0 if fine else 1
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("part", "state", "pid", "up", "memory", "restarts"):
        table.add_column(heading, justify="left" if heading in {"part", "state"} else "right")
    for part in parts:
        colour = "green" if part.ready else "red"
        shown = part.status if part.ready or part.status != "ready" else "not ready"
        memory = f"{part.memory / 1e6:.0f} MB" if part.memory else ""
        table.add_row(
            part.name, f"[{colour}]{shown}[/]", str(part.pid or ""), _age(part.uptime_s), memory, str(part.restarts)
        )  # fmt: skip
    terminal = Terminal()
    terminal.table(table)
    if remarks := [f"{part.name}: {part.detail}" for part in parts if part.detail]:
        terminal.say()
    for remark in remarks:
        terminal.say(remark)
    terminal.say(
        f"\nTogether {total / 1e6:.0f} MB (peak {known.peak_memory / 1e6:.0f} MB), up {_age(time.time() - known.started_at)}, "
        f"pid {known.pid}, panel {known.addresses['panel']}"
    )
    return 0 if fine else 1


def down(arguments: Namespace) -> int:
    """Run ``./ispbot down``: ask the running instance to stop and wait until it has."""
    known = running(data_folder(arguments.data_dir))
    os.kill(known.pid, signal.SIGTERM)
    try:
        psutil.Process(known.pid).wait(_STOP_LIMIT_S)
    except psutil.NoSuchProcess:
        pass
    except psutil.TimeoutExpired:
        raise LauncherError(f"pid {known.pid} is still stopping after {_STOP_LIMIT_S:.0f} s") from None
    Terminal().say("ISPBot stopped.")
    return 0
