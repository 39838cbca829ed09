"""A second process of a service, and the hard end of the first."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ispbot_launcher.running import Running
from ispbot_runtime.testing import end


@contextmanager
def second_replica(running: Running, name: str) -> Iterator[None]:
    """Run one more process of a service, with the environment of the first one and a port of its own."""
    first = Path(f"/proc/{running.part(name).pid}/environ").read_bytes().decode().split("\0")
    env = dict(entry.split("=", 1) for entry in first if "=" in entry) | {"ISPBOT_HTTP_PORT": "0"}
    process = subprocess.Popen([sys.executable, "-m", f"ispbot_{name}"], env=env, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        end(process)


@contextmanager
def dying_with_work_in_hand(running: Running, *names: str) -> Iterator[None]:
    """Freeze services: what reaches them now stays in their hands; at the end they are killed and started again."""
    pids = [running.part(name).pid for name in names]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
