"""One running process: started in a group of its own, tied to the launcher's life, its output in a log file."""

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from ispbot_launcher.parts import Part

_PR_SET_PDEATHSIG = 1
_LOG_LIMIT_BYTES = 10 * 1024**2
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_the_launcher() -> None:
    """Run in the child before exec: the kernel kills it when the launcher dies, however it dies."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def log_path(logs: Path, name: str) -> Path:
    """Return the log file of a part."""
    return logs / f"{name}.log"


def rotate(path: Path, limit: int = _LOG_LIMIT_BYTES) -> bool:
    """Keep a log file under ``limit`` bytes with one older copy ``.1``; tell whether it was rotated.

    The process keeps its open file (it appends), so the content is copied and the file emptied.
    """
    if not path.exists() or path.stat().st_size < limit:
        return False
    with path.open("rb+") as current, path.with_suffix(".log.1").open("wb") as older:
        while block := current.read(1024**2):
            older.write(block)
        current.truncate(0)
    return True


def last_words(path: Path) -> str:
    """Return the last line of a log file that says something, short enough for the terminal."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        lines = file.read().decode(errors="replace").splitlines()
    line = next((line.strip() for line in reversed(lines) if line.strip() and '"service": "launcher"' not in line), "")
    try:
        fact = json.loads(line)
    except ValueError:
        return line[:200]
    if not isinstance(fact, dict):
        return line[:200]
    reason = fact.get("error") or fact.get("reason") or ""
    return f"{fact.get('event', '')} {reason}".strip()[:200]


class Child:
    """A process of a part."""

    def __init__(self, part: Part, process: asyncio.subprocess.Process, logs: Path) -> None:
        self.part = part
        self.process = process
        self.logs = logs
        self.started_at = time.time()

    @classmethod
    async def start(cls, part: Part, logs: Path) -> "Child":
        """Start the process. Raises OSError when the program can not be run."""
        path = log_path(logs, part.name)
        rotate(path)
        with path.open("ab", buffering=0) as output:
            fact = {
                "at": datetime.now(UTC).isoformat(),
                "service": "launcher",
                "level": "info",
                "event": "part_started",
            }
            output.write(json.dumps({**fact, "part": part.name}).encode() + b"\n")
            process = await asyncio.create_subprocess_exec(
                *part.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **part.env},
                cwd=logs.parent,
                process_group=0,
                preexec_fn=_die_with_the_launcher,
            )
        return cls(part, process, logs)

    @property
    def pid(self) -> int:
        """Process id, also the id of its group."""
        return self.process.pid

    def words(self) -> str:
        """Return the last line it wrote."""
        return last_words(log_path(self.logs, self.part.name))

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the process and what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def stop(self, limit_s: float, force: asyncio.Event) -> bool:
        """Ask it to end, kill it after ``limit_s`` or when ``force`` is set; tell whether it ended by itself."""
        if self.process.returncode is not None:
            return True
        self.signal_group(signal.SIGTERM)
        ended = asyncio.create_task(self.process.wait())
        forced = asyncio.create_task(force.wait())
        await asyncio.wait({ended, forced}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        forced.cancel()
        clean = ended.done()
        self.signal_group(signal.SIGKILL)  # and what it may have left behind in its group
        await ended
        return clean
