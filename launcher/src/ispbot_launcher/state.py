"""``state.json``: what runs, written by the supervisor and read by ``status`` and ``logs``; and the lock of an instance."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from ispbot_launcher.errors import BAD_USE, LauncherError
from ispbot_launcher.folders import DataFolder
from ispbot_launcher.secrets_file import write_private
from ispbot_launcher.supervisor import Supervisor


@dataclass(frozen=True)
class PartState:
    """A part as the supervisor last saw it."""

    name: str
    status: str
    reason: str
    pid: int | None
    port: int
    ready: str
    ready_path: str
    restarts: int
    started_at: float | None
    checkup: str | None = None


@dataclass(frozen=True)
class State:
    """An instance as the supervisor last saw it. Times are seconds since the epoch, memory is in bytes."""

    pid: int
    started_at: float
    ready: bool
    """All parts were ready once."""
    transport: str
    addresses: dict[str, str]
    bus_port: int | None
    database_port: int | None
    memory: int
    peak_memory: int
    parts: list[PartState]


def part_states(supervisor: Supervisor) -> list[PartState]:
    """Return what the supervisor knows about each part."""
    return [
        PartState(
            name=watch.part.name,
            status=watch.status.value,
            reason=watch.reason,
            pid=watch.child.pid if watch.child and watch.child.process.returncode is None else None,
            port=watch.part.port,
            ready=watch.part.ready.value,
            ready_path=watch.part.ready_path,
            checkup=watch.part.checkup,
            restarts=watch.restarts,
            started_at=watch.child.started_at if watch.child else None,
        )
        for watch in supervisor.watches
    ]


def save(data: DataFolder, state: State) -> None:
    """Replace ``state.json`` in one step."""
    write_private(data.state, json.dumps(asdict(state), indent=1), durable=False)


def load(data: DataFolder) -> State | None:
    """Return the last saved state, None when there is none or it is from another version."""
    try:
        raw: dict[str, Any] = json.loads(data.state.read_text(encoding="utf-8"))
        return State(**{**raw, "parts": [PartState(**part) for part in raw["parts"]]})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def memory_of(pids: Mapping[str, int | None]) -> dict[str, int]:
    """Return the resident bytes of each process and what it started; processes that are gone are left out."""
    found = {}
    for name, pid in pids.items():
        if pid is None:
            continue
        try:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            found[name] = sum(member.memory_info().rss for member in family)
        except psutil.NoSuchProcess:
            continue
    return found


def running_pid(data: DataFolder) -> int | None:
    """Return the pid of the instance that holds this folder, None when none does."""
    if not data.lock.exists():
        return None
    with data.lock.open("r", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read().strip() or 0)
    return None


@contextmanager
def hold(data: DataFolder) -> Iterator[None]:
    """Hold the folder while an instance runs. Raises LauncherError that names the instance which holds it already."""
    data.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with data.lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _already_running(data) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _already_running(data: DataFolder) -> LauncherError:
    state = load(data)
    where = f", panel at {state.addresses['panel']}" if state else ""
    return LauncherError(
        f"ISPBot already runs on {data.root} (pid {running_pid(data)}{where}).\n"
        f"Look at it with {data.command('status')}, stop it with {data.command('down')}, or start a second one beside it: "
        "./ispbot up --data-dir FOLDER --auto-ports",
        code=BAD_USE,
    )
