"""``./ispbot test``: brings what the tests need, runs those of Python, then those of the panel, and adds them up."""

import json
import os
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ispbot_launcher import debian, panel
from ispbot_launcher.folders import PANEL, REPOSITORY, TOOLS
from ispbot_launcher.terminal import Terminal

_NO_TESTS_FOUND = 5
_SIDE_BY_SIDE = ("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile", "--no-loadscope-reorder")
"""One worker per core, each file whole in one of them, in the order of ``testpaths``."""


@dataclass(frozen=True)
class Totals:
    """How many tests ended how."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def pytest_totals(report: Path) -> Totals:
    """Read pytest's JUnit report; errors in setup count as failures."""
    suites = ElementTree.parse(report).getroot().iter("testsuite")  # noqa: S314 - our own pytest wrote it
    total = Totals()
    for suite in suites:
        count, bad = int(suite.get("tests", "0")), int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped = int(suite.get("skipped", "0"))
        total += Totals(count - bad - skipped, bad, skipped)
    return total


def vitest_totals(report: Path) -> Totals:
    """Read vitest's JSON report."""
    facts = json.loads(report.read_text(encoding="utf-8"))
    skipped = int(facts["numPendingTests"]) + int(facts["numTodoTests"])
    return Totals(int(facts["numPassedTests"]), int(facts["numFailedTests"]), skipped)


def _pytest(arguments: list[str], env: dict[str, str], reports: Path) -> tuple[int, Totals]:
    report = reports / "pytest.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *(arguments or _SIDE_BY_SIDE)]
    code = subprocess.run(command, cwd=REPOSITORY, env=env, stdin=subprocess.DEVNULL, check=False).returncode
    return code, pytest_totals(report) if report.exists() else Totals(failed=1)


def _vitest(env: dict[str, str], reports: Path) -> tuple[int, Totals]:
    report = reports / "vitest.json"
    report.unlink(missing_ok=True)
    reporters = ("--reporter=default", "--reporter=json", f"--outputFile.json={report}")
    command = ["npm", "run", "--silent", "test", "--", *reporters]
    code = subprocess.run(command, cwd=PANEL, env=env, stdin=subprocess.DEVNULL, check=False).returncode
    return code, vitest_totals(report) if report.exists() else Totals(failed=1)


def test(arguments: Namespace) -> int:
    """Run ``./ispbot test [pytest arguments]``; with arguments only the Python tests run."""
    terminal, began = Terminal(), time.monotonic()
    env = {**os.environ, "ISPBOT_CHROMIUM": debian.what_the_tests_need(terminal)}
    reports = TOOLS / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    if PANEL.exists():
        panel.build(terminal)
    code, total = _pytest(arguments.rest, env, reports)
    if arguments.rest and code == _NO_TESTS_FOUND:
        return code
    if not arguments.rest and PANEL.exists():
        panel_code, panel_total = _vitest({**env, **panel.install_packages(terminal)}, reports)
        code, total = code or panel_code, total + panel_total
    terminal.say(f"\n{total} in {time.monotonic() - began:.0f} s")
    return 1 if code else 0
