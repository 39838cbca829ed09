"""An instance of its own for tests and measurements: started with ``up`` on free ports in a folder, and stopped after."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ispbot_launcher.folders import DataFolder
from ispbot_launcher.parts import SERVICES
from ispbot_launcher.replicas import service_of
from ispbot_launcher.secrets_file import BUS_TOKEN, load_or_create
from ispbot_launcher.state import PartState, State, load, memory_of

_START_LIMIT_S = 300.0
"""A busy machine: ``up`` itself says after two minutes what is missing, and goes on."""
_STOP_LIMIT_S = 60.0


class NotStarted(Exception):
    """The instance did not become ready; the text is what it said."""


@dataclass(frozen=True)
class Running:
    """A ready instance."""

    data: DataFolder
    process: subprocess.Popen[bytes]
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it was started with: servers of somebody else are named here."""

    @property
    def state(self) -> State:
        """What the supervisor last wrote. Raises NotStarted when that is nothing."""
        found = load(self.data)
        if found is None:
            raise NotStarted(f"no state in {self.data.root}")
        return found

    @property
    def panel_url(self) -> str:
        """Address of the panel, without a slash at the end."""
        return self.state.addresses["panel"].rstrip("/")

    @property
    def phone_url(self) -> str:
        """Address of the WhatsApp stand-in."""
        return self.state.addresses["phone"].rstrip("/")

    @property
    def isp_url(self) -> str:
        """Address of the demo provider."""
        return self.state.addresses["isp"].rstrip("/")

    @property
    def nats_url(self) -> str:
        """Address of the bus with its token; several of a cluster with commas."""
        given = self.environment.get("ISPBOT_NATS_URL")
        return given or f"nats://{load_or_create(self.data.secrets)[BUS_TOKEN]}@127.0.0.1:{self.state.bus_port}"

    @property
    def mongo_uri(self) -> str:
        """Connection string of the database."""
        given = self.environment.get("ISPBOT_MONGO_URI")
        return given or f"mongodb://127.0.0.1:{self.state.database_port}/?directConnection=true&retryWrites=false"

    @property
    def secret_key(self) -> str:
        """The key that seals settings."""
        return load_or_create(self.data.secrets)["ISPBOT_SECRET_KEY"]

    def part(self, name: str) -> PartState:
        """Return a part as it is now."""
        return next(part for part in self.state.parts if part.name == name)

    def services(self) -> list[PartState]:
        """Return every process of the seven services."""
        return [part for part in self.state.parts if service_of(part.name, SERVICES) is not None]

    def memory(self) -> dict[str, int]:
        """Return the resident bytes of each part."""
        return memory_of({part.name: part.pid for part in self.state.parts})

    def log(self, name: str) -> str:
        """Return a part's log."""
        return (self.data.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def start(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Run ``up --auto-ports`` on ``folder`` while the block lasts. Raises NotStarted."""
    data = DataFolder(folder / "data")
    said = folder / "up.log"
    wanted = {**os.environ, **(environment or {})}
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ispbot_launcher", "up", "--auto-ports", "--data-dir", str(data.root), *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=wanted,
        )
    running = Running(data, process, wanted)
    try:
        _wait_until_ready(running, said)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(running: Running, said: Path) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < deadline:
        found = load(running.data)
        if found is not None and found.pid == running.process.pid and (found.ready or _all_ready(found)):
            return
        if running.process.poll() is not None:
            break
        time.sleep(0.1)
    raise NotStarted(
        f"not ready within {_START_LIMIT_S} s:\n{said.read_text(encoding='utf-8', errors='replace')[-4000:]}"
    )


def _all_ready(found: State) -> bool:
    return bool(found.parts) and all(part.status in {"ready", "done"} for part in found.parts)
