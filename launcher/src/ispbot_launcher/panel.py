"""Builds the web panel once, and again only when its sources change."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from ispbot_launcher.folders import PANEL
from ispbot_launcher.node import node_env
from ispbot_launcher.programs import run_quietly
from ispbot_launcher.terminal import Terminal

_NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results"}
_PACKAGES_STAMP = ".ispbot-stamp"
_BUILD_STAMP = ".ispbot-build"


def fingerprint(files: Iterable[Path], base: Path) -> str:
    """Return a hash of names and contents."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(base)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def sources(panel: Path) -> list[Path]:
    """Return the files the build depends on."""
    found: list[Path] = []
    for entry in panel.iterdir():
        if entry.name in _NOT_SOURCES or entry.name.startswith("."):
            continue
        found.extend([entry] if entry.is_file() else (file for file in entry.rglob("*") if file.is_file()))
    return found


def _stamped(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text(encoding="ascii") == value


def install_packages(terminal: Terminal) -> dict[str, str]:
    """Make ``panel/node_modules`` match the lock file; return the environment with Node in it."""
    env = node_env(terminal)
    modules = PANEL / "node_modules"
    wanted = fingerprint([PANEL / "package-lock.json", PANEL / "package.json"], PANEL)
    if not _stamped(modules / _PACKAGES_STAMP, wanted):
        with terminal.step("Panel packages"):
            failure = "The packages of the panel could not be installed."
            run_quietly(("npm", "ci", "--no-audit", "--no-fund"), log="npm-ci.log", failure=failure, cwd=PANEL, env=env)
            (modules / _PACKAGES_STAMP).write_text(wanted, encoding="ascii")
    return env


def build(terminal: Terminal) -> Path:
    """Return the folder of the built panel, building it when its sources changed since the last time."""
    dist = PANEL / "dist"
    wanted = fingerprint(sources(PANEL), PANEL)
    if not _stamped(dist / _BUILD_STAMP, wanted) or not (dist / "index.html").exists():
        env = install_packages(terminal)
        with terminal.step("Panel build"):
            shutil.rmtree(dist, ignore_errors=True)
            run_quietly(
                ("npm", "run", "build"),
                log="panel-build.log",
                failure="The panel could not be built.",
                cwd=PANEL,
                env=env,
            )
            (dist / _BUILD_STAMP).write_text(wanted, encoding="ascii")
    return dist
