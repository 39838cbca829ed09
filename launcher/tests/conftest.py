"""Small real programs that stand for the parts of ISPBot."""

import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from ispbot_launcher.parts import Layer, Part, Ready
from ispbot_launcher.ports import FreePorts
from ispbot_launcher.supervisor import Supervisor
from ispbot_launcher.watch import Event

_LISTEN = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
SERVE = _LISTEN + "while True: s.accept()[0].close()"
IGNORE_SIGTERM = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVE
SAY_WHEN_STOPPED = (
    "import signal, sys\n"
    "def stop(*_):\n"
    "    open(sys.argv[2], 'a').write(sys.argv[3] + '\\n'); sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, stop)\n" + SERVE
)  # fmt: skip


def python(code: str, *arguments: object) -> tuple[str, ...]:
    return (sys.executable, "-S", "-E", "-c", code, *(str(one) for one in arguments))


class Bench:
    """Makes parts and supervisors in a temporary folder and stops what a test leaves running."""

    SERVE, IGNORE_SIGTERM, SAY_WHEN_STOPPED = SERVE, IGNORE_SIGTERM, SAY_WHEN_STOPPED
    python = staticmethod(python)

    def __init__(self, folder: Path) -> None:
        self.logs = folder / "data" / "logs"
        self.logs.mkdir(parents=True)
        self.ports = FreePorts()
        self.events: list[Event] = []
        self.supervisors: list[Supervisor] = []

    def listener(
        self, name: str, code: str = SERVE, *arguments: object, layer: Layer = Layer.SERVICE, after: Iterable[str] = ()
    ) -> Part:
        port = self.ports.take()
        return Part(name, python(code, port, *arguments), layer, Ready.PORT, port, after=tuple(after))

    def one_shot(self, name: str, code: str) -> Part:
        return Part(name, python(code), Layer.STAND_IN, Ready.EXIT)

    def supervise(self, *parts: Part, **options: float) -> Supervisor:
        supervisor = Supervisor(parts, logs=self.logs, say=self.events.append, first_delay_s=0.01, **options)
        self.supervisors.append(supervisor)
        return supervisor

    def texts(self) -> list[str]:
        return [event.text for event in self.events]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for supervisor in made.supervisors:
        supervisor.force.set()
        await supervisor.stop()
