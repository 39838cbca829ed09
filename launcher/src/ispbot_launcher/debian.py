"""Debian packages: installed when we are root, otherwise the person is told what to type."""

import ctypes.util
import os
import shutil

from ispbot_launcher.errors import LauncherError
from ispbot_launcher.programs import run_quietly
from ispbot_launcher.terminal import Terminal

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def install(terminal: Terminal, packages: tuple[str, ...], *, what_for: str) -> None:
    """Install Debian packages. Raises LauncherError with the command to type when that is not ours to do."""
    words = " ".join(packages)
    advice = f"{what_for} needs the Debian packages {words}. Type: sudo apt-get install -y {words}"
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


def browser(terminal: Terminal) -> str:
    """Return the path of a Chromium for the browser tests, installing Debian's when there is none."""
    given = os.environ.get("ISPBOT_CHROMIUM")
    if given:
        return given
    found = _find_browser()
    if found is None:
        packages = ("chromium", "fonts-noto-color-emoji", "fonts-liberation")
        install(terminal, packages, what_for="The browser tests")
        found = _find_browser()
    if found is None:
        raise LauncherError("chromium was installed but is not on PATH: set ISPBOT_CHROMIUM to its path")
    return found


def _find_browser() -> str | None:
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def libmagic(terminal: Terminal) -> None:
    """Make sure that libmagic is there, which neonize (the real WhatsApp link) loads."""
    if ctypes.util.find_library("magic") is None:
        install(terminal, ("libmagic1",), what_for="The link to a real WhatsApp number")
