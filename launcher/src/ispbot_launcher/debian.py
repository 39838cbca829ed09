"""Debian packages: installed when we are root, otherwise the person is told what to type."""

import ctypes.util
import os
import shutil

from ispbot_launcher.errors import LauncherError
from ispbot_launcher.programs import run_quietly
from ispbot_launcher.terminal import Terminal

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_BROWSER_PACKAGES = ("chromium", "fonts-noto-color-emoji", "fonts-liberation")
_TEST_LIBRARIES = {"atomic": "libatomic1", "magic": "libmagic1"}
"""What a minimal Debian lacks: the program that drives the browser loads the first, neonize the second."""


def to_type(packages: tuple[str, ...]) -> str:
    """Return the command with which this person installs Debian packages; the lists may be missing or old."""
    update, command = "apt-get update", f"apt-get install -y {' '.join(packages)}"
    if os.geteuid() == 0:
        return f"{update} && {command}"
    return f"sudo {update} && sudo {command}" if shutil.which("sudo") else f'su - -c "{update} && {command}"'


def install(terminal: Terminal, packages: tuple[str, ...], *, what_for: str) -> None:
    """Install Debian packages. Raises LauncherError with the command to type when that is not ours to do."""
    words = " ".join(packages)
    advice = f"Debian packages needed {what_for}: {words}\nType: {to_type(packages)}   and start again"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise LauncherError(advice)
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    command = ("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages)
    with terminal.step(f"Debian packages {words}"):
        try:
            run_quietly(command, log="apt.log", failure=advice, env=env)
        except LauncherError:  # the package lists are missing or old
            run_quietly(("apt-get", "update", "-q"), log="apt-update.log", failure=advice, env=env)
            run_quietly(command, log="apt.log", failure=advice, env=env)


def what_the_tests_need(terminal: Terminal) -> str:
    """Make sure that a Chromium and the libraries of the tests are there, all at once; return the Chromium's path."""
    missing = [package for library, package in _TEST_LIBRARIES.items() if ctypes.util.find_library(library) is None]
    if _browser() is None:
        missing = [*_BROWSER_PACKAGES, *missing]
    if missing:
        install(terminal, tuple(missing), what_for="by the tests")
    found = _browser()
    if found is None:
        raise LauncherError("chromium was installed but is not on PATH: set ISPBOT_CHROMIUM to its path")
    return found


def _browser() -> str | None:
    given = os.environ.get("ISPBOT_CHROMIUM")
    return given or next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def libmagic(terminal: Terminal) -> None:
    """Make sure that libmagic is there, which neonize (the real WhatsApp link) loads."""
    if ctypes.util.find_library("magic") is None:
        install(terminal, ("libmagic1",), what_for="for the link to a real WhatsApp number")
