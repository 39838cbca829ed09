"""``./ispbot check``: everything a change must pass before its tests; one line per check."""

import os
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ispbot_launcher import panel
from ispbot_launcher.folders import ENVIRONMENT_BIN, PANEL, REPOSITORY
from ispbot_launcher.terminal import Terminal

_PACKAGES = (
    "contracts", "runtime", "launcher", "sims", "gateway_wa", "router", "crm_adapter", "tickets", "scheduler", "ai", "panel_api",
)  # fmt: skip


@dataclass(frozen=True)
class Check:
    """A command that must end with 0."""

    name: str
    argv: tuple[str, ...]
    cwd: Path = REPOSITORY
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """How a check ended."""

    check: Check
    code: int
    output: str
    seconds: float


def _tool(name: str) -> str:
    return str(ENVIRONMENT_BIN / name)


def python_checks() -> list[Check]:
    """Return the checks of the Python side."""
    types = [word for package in _PACKAGES for word in ("-p", f"ispbot_{package}")]
    return [
        Check("Python types", (_tool("mypy"), *types)),
        Check("Python format", (_tool("ruff"), "format", "--check", ".")),
        Check("Python lint", (_tool("ruff"), "check", "--output-format=concise", ".")),
        Check("Import rules", (_tool("lint-imports"), "--no-cache")),
        Check("File length", (sys.executable, "-m", "ispbot_launcher.file_length")),
        Check("Generated contracts", (sys.executable, "-m", "ispbot_contracts.generate", "--check")),
        Check("Generated OpenAPI", (sys.executable, "-m", "ispbot_panel_api.openapi", "--check")),
    ]


def panel_checks(env: Mapping[str, str]) -> list[Check]:
    """Return the checks of the panel (format, lint, types, generated API types: one script of panel/package.json)."""
    return [Check("Panel", ("npm", "run", "--silent", "check"), cwd=PANEL, env=env)]


def run_check(check: Check) -> Result:
    """Run one check; a program that is missing is a failed check."""
    began = time.monotonic()
    env = {**os.environ, **check.env}
    try:
        done = subprocess.run(
            check.argv, cwd=check.cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False,
        )  # fmt: skip
    except OSError as error:
        return Result(check, 127, f"{check.argv[0]}: {error.strerror}", time.monotonic() - began)
    return Result(check, done.returncode, done.stdout.decode(errors="replace"), time.monotonic() - began)


def run_checks(checks: list[Check], terminal: Terminal) -> int:
    """Run checks two at a time, print a line for each and the output of those that failed; return how many failed."""
    failed: list[Result] = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for result in pool.map(run_check, checks):
            if result.code == 0:
                terminal.line("ok", "green", f"{result.check.name} ({result.seconds:.1f} s)")
            else:
                failed.append(result)
                terminal.line("FAIL", "bold red", f"{result.check.name} ({result.seconds:.1f} s)")
    for result in failed:
        terminal.say()
        terminal.title(
            f"{result.check.name}: {' '.join(Path(result.check.argv[0]).name.split())} ended with {result.code}"
        )
        terminal.say(result.output.rstrip())
    return len(failed)


def check(_: Namespace) -> int:
    """Run ``./ispbot check``."""
    terminal, began = Terminal(), time.monotonic()
    checks = python_checks()
    if PANEL.exists():
        checks += panel_checks(panel.install_packages(terminal))
    failed = run_checks(checks, terminal)
    passed = len(checks) - failed
    terminal.say(f"\n{passed} checks passed, {failed} failed in {time.monotonic() - began:.0f} s")
    return 1 if failed else 0
