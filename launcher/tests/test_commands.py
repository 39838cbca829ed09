"""check, test, bench and the script itself."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from ispbot_launcher import status
from ispbot_launcher.checks import Check, python_checks, run_checks
from ispbot_launcher.cli import main
from ispbot_launcher.errors import LauncherError
from ispbot_launcher.file_length import too_long
from ispbot_launcher.folders import REPOSITORY
from ispbot_launcher.panel import fingerprint, sources
from ispbot_launcher.programs import run_quietly
from ispbot_launcher.state import State, part_states
from ispbot_launcher.terminal import Terminal
from ispbot_launcher.testing import Totals, pytest_totals, vitest_totals


def test_all_checks_run_and_the_output_of_each_failed_one_is_shown(tmp_path: Path) -> None:
    out = tmp_path / "out"
    checks = [
        Check("Types", (sys.executable, "-c", "print('bad type'); raise SystemExit(1)")),
        Check("Lint", (sys.executable, "-c", "print('fine')")),
        Check("Missing", ("/nonexistent/tool",)),
    ]
    with out.open("w") as file:
        assert run_checks(checks, Terminal(Console(file=file, width=200))) == 2
    text = out.read_text()
    assert "bad type" in text
    assert "fine" not in text
    assert "No such file" in text
    assert "ok    Lint" in text


def test_types_are_checked_in_every_package_of_the_workspace() -> None:
    members = [*REPOSITORY.glob("libs/*/src/*"), *REPOSITORY.glob("services/*/src/*")]
    members += [*REPOSITORY.glob("sims/src/*"), *REPOSITORY.glob("launcher/src/*")]
    packages = {member.name for member in members if (member / "__init__.py").exists()}
    (types,) = [check for check in python_checks() if check.name == "Python types"]
    assert packages == set(types.argv) & packages
    assert len(packages) >= 11


def test_totals_are_those_of_the_reports(tmp_path: Path) -> None:
    tests = tmp_path / "test_it.py"
    tests.write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): assert False\n"
        "@pytest.mark.skip\n"
        "def test_c(): pass\n"
        "@pytest.fixture\n"
        "def broken(): raise RuntimeError\n"
        "def test_d(broken): pass\n"
    )
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", str(tests)]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, check=False)
    assert pytest_totals(report) == Totals(passed=1, failed=2, skipped=1)
    vitest = tmp_path / "vitest.json"
    vitest.write_text('{"numPassedTests": 3, "numFailedTests": 1, "numPendingTests": 1, "numTodoTests": 1}')
    assert str(pytest_totals(report) + vitest_totals(vitest)) == "4 passed, 3 failed, 3 skipped"


def test_a_bench_nobody_knows_is_answered_with_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "nothing"]) == 2
    assert "latency" in capsys.readouterr().err


def test_the_panel_is_built_again_only_when_a_source_changes(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "node_modules").mkdir()
    page = tmp_path / "src" / "page.tsx"
    page.write_text("a")
    before = fingerprint(sources(tmp_path), tmp_path)
    (tmp_path / "node_modules" / "x.js").write_text("installed")
    assert fingerprint(sources(tmp_path), tmp_path) == before
    page.write_text("b")
    assert fingerprint(sources(tmp_path), tmp_path) != before


def test_what_a_failed_program_said_is_in_the_message() -> None:
    with pytest.raises(LauncherError, match=r"(?s)The panel could not be built\..*cannot find module"):
        run_quietly(
            (sys.executable, "-c", "print('cannot find module'); raise SystemExit(2)"),
            log="test-programs.log",
            failure="The panel could not be built.",
        )


def test_a_long_file_needs_a_reason(tmp_path: Path) -> None:
    long, kept, short = tmp_path / "long.py", tmp_path / "kept.py", tmp_path / "short.py"
    long.write_text("x = 1\n" * 301)
    kept.write_text("# long file: one table\n" + "x = 1\n" * 301)
    short.write_text("x = 1\n" * 300)
    assert too_long([long, kept, short]) == [f"{long}: 301 lines, the limit is 300"]


async def test_status_asks_the_parts_themselves(bench) -> None:
    supervisor = bench.supervise(bench.listener("router"), bench.listener("ai", "raise SystemExit('no model')"))
    starting = asyncio.create_task(supervisor.start(20))
    await supervisor.watches[0].was_ready.wait()
    known = State(1, 1.0, True, "simulated", {}, None, None, 0, 0, part_states(supervisor))
    router, broken = await status.look(known)
    assert router.ready
    assert router.memory > 1_000_000
    assert not broken.ready
    starting.cancel()
