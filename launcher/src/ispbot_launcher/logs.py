"""``./ispbot logs``: the parts' log files, readable, merged by time."""

import heapq
import json
import os
import re
import sys
import time
from argparse import Namespace
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from rich.text import Text

from ispbot_launcher.errors import BAD_USE, LauncherError
from ispbot_launcher.folders import data_folder
from ispbot_launcher.terminal import Terminal

_LEVELS = ("debug", "info", "warning", "error", "critical")
_LEVEL_STYLES = {"debug": "dim", "warning": "yellow", "error": "red", "critical": "bold red"}
_HIDDEN = {"at", "level", "event", "service", "exception", "module", "logger"}
_NATS = re.compile(r"^\[\d+\] (\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d\.\d+) \[(\w+)\] (.*)$")
_NATS_LEVELS = {"DBG": "debug", "TRC": "debug", "INF": "info", "WRN": "warning", "ERR": "error", "FTL": "critical"}
_PYTHON = re.compile(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d+) (\w+) (.*)$")
_FOLLOW_EVERY_S = 0.2


@dataclass(frozen=True)
class Line:
    """One log line; ``at`` is ISO-8601 UTC, taken from the line before when a line carries no time (a traceback)."""

    at: str
    part: str
    level: str
    event: str
    fields: dict[str, Any]


def parse(raw: str, part: str, previous_at: str) -> Line:
    """Read a line of any part: our JSON facts, the bus server's and the database's own formats, or plain text."""
    try:
        fact = json.loads(raw) if raw.startswith("{") else None
    except ValueError:
        fact = None
    if isinstance(fact, dict):
        fields = {key: value for key, value in fact.items() if key not in _HIDDEN}
        at = _utc(str(fact["at"])) if "at" in fact else previous_at
        if isinstance(fact.get("exception"), list):
            fields["exception"] = _exception(fact["exception"])
        return Line(at, part, str(fact.get("level", "info")), str(fact.get("event", "")), fields)
    if match := _NATS.match(raw):
        year, month, day, clock, level, text = match.groups()
        return Line(f"{year}-{month}-{day}T{clock}Z", part, _NATS_LEVELS.get(level, "info"), text, {})
    if match := _PYTHON.match(raw):
        day, clock, milliseconds, level, text = match.groups()
        local = datetime.fromisoformat(f"{day}T{clock}.{milliseconds}").astimezone()
        return Line(_utc(local.isoformat()), part, level.lower(), text, {})
    return Line(previous_at, part, "info", raw, {})


def _utc(moment: str) -> str:
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _exception(chain: list[Any]) -> str:
    found = [f"{link.get('exc_type')}: {link.get('exc_value')}" for link in chain if isinstance(link, dict)]
    return " <- ".join(found)


def read(path: Path) -> Iterator[Line]:
    """Read a log file and its older copy, oldest line first."""
    at = ""
    for file in (path.with_suffix(".log.1"), path):
        if file.exists():
            with file.open(encoding="utf-8", errors="replace") as lines:
                for raw in lines:
                    if text := raw.rstrip("\n"):
                        line = parse(text, path.stem, at)
                        at = line.at
                        yield line


def render(line: Line) -> Text:
    """Return a line for the terminal."""
    text = Text(f"{line.at[11:23]:<12} ", style="dim")
    text.append(f"{line.part:<13} ", style="cyan")
    text.append(f"{line.level[:4]:<4} ", style=_LEVEL_STYLES.get(line.level, "green"))
    text.append(line.event, style="bold" if line.fields else "")
    for key, value in line.fields.items():
        text.append(f" {key}=", style="dim")
        text.append(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text


@dataclass
class Tail:
    """A log file that is followed."""

    path: Path
    file: BinaryIO
    at: str = ""

    @classmethod
    def at_the_end(cls, path: Path) -> "Tail":
        """Open a log file behind its last line."""
        file = path.open("rb")
        file.seek(0, os.SEEK_END)
        return cls(path, file)

    def fresh(self) -> list[Line]:
        """Return the whole lines written since the last call; a file emptied by rotation starts over."""
        if self.path.stat().st_size < self.file.tell():
            self.file.seek(0)
        start = self.file.tell()
        whole, newline, _ = self.file.read().rpartition(b"\n")
        self.file.seek(start + len(whole) + len(newline))
        lines = []
        for raw in whole.decode(errors="replace").splitlines():
            if raw.strip():
                line = parse(raw, self.path.stem, self.at)
                self.at = line.at
                lines.append(line)
        return lines


def _wanted(lines: Iterable[Line], arguments: Namespace) -> Iterator[Line]:
    least = _LEVELS.index(arguments.level)
    for line in lines:
        rank = _LEVELS.index(line.level) if line.level in _LEVELS else 1
        same_story = arguments.correlation is None or arguments.correlation in line.fields.values()
        if rank >= least and same_story:
            yield line


def _follow(paths: list[Path], arguments: Namespace, terminal: Terminal) -> None:
    tails = [Tail.at_the_end(path) for path in paths]
    while True:
        fresh = [line for tail in tails for line in tail.fresh()]
        for line in _wanted(sorted(fresh, key=lambda one: one.at), arguments):
            terminal.console.print(render(line))
        sys.stdout.flush()
        time.sleep(_FOLLOW_EVERY_S)


def logs(arguments: Namespace) -> int:
    """Run ``./ispbot logs [part] [-f]``."""
    data = data_folder(arguments.data_dir)
    folder = data.logs
    known = sorted(path.stem for path in folder.glob("*.log"))
    if not known:
        raise LauncherError(f"there are no logs in {folder} yet: start with {data.command('up')}", code=BAD_USE)
    if arguments.part is not None and arguments.part not in known:
        raise LauncherError(f'no part is called "{arguments.part}". Parts with logs: {", ".join(known)}', code=BAD_USE)
    paths = [folder / f"{name}.log" for name in known if arguments.part in {None, name}]
    terminal = Terminal()
    merged = heapq.merge(*(read(path) for path in paths), key=lambda line: line.at)
    for line in deque(_wanted(merged, arguments), maxlen=arguments.lines):
        terminal.console.print(render(line))
    if arguments.follow:
        try:
            _follow(paths, arguments, terminal)
        except KeyboardInterrupt:
            return 0
    return 0
