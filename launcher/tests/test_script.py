"""The ``ispbot`` script and what it installs, on machines that lack something."""

import ctypes.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from ispbot_launcher import debian
from ispbot_launcher.errors import LauncherError
from ispbot_launcher.folders import REPOSITORY
from ispbot_launcher.terminal import Terminal

_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
_PYTHON_WITHOUT_VENV_AND_PIP = """\
case "$1 $2" in
  "-m venv" | "-m ensurepip") exit 1 ;;
  "-m pip")
    [ -e "${{PYTHONPATH:-}}" ] || exit 1
    while [ "$1" != --target ]; do shift; done
    mkdir -p "$2/bin" && cp "{uv}" "$2/bin/uv" ;;
  "-c "*) echo "$0" ;;
esac"""
_UV = """\
[ "$1" = --version ] && exit 0
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
printf '#!/bin/sh\\necho "the launcher $UV_SYSTEM_CERTS"' >"$UV_PROJECT_ENVIRONMENT/bin/python"
chmod +x "$UV_PROJECT_ENVIRONMENT"/bin/python"""
_APT_GET = """\
[ "$1" = download ] && : >python3-pip-whl.deb && exit 0
echo "apt-get $*" >>"{log}"
exit 1"""
_DPKG_DEB = "mkdir -p usr/share/python-wheels && : >usr/share/python-wheels/pip-1.whl"


class Machine:
    """A copy of the script on a machine with only the programs given; those that install are stand-ins."""

    def __init__(self, folder: Path) -> None:
        self.copy, self._programs = folder / "copy", folder / "bin"
        self.copy.mkdir()
        self._programs.mkdir()
        for name in ("ispbot", "uv.lock"):
            shutil.copy(REPOSITORY / name, self.copy)
        packages = [file for depth in ("", "*/", "*/*/") for file in REPOSITORY.glob(f"{depth}pyproject.toml")]
        for place in (self.copy / file.relative_to(REPOSITORY) for file in packages):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
        self.link("bash", "sh", "readlink", "dirname", "env")

    def link(self, *names: str) -> None:
        for name in names:
            (self._programs / name).symlink_to(shutil.which(name) or "")

    def add(self, name: str, text: str) -> Path:
        program = self._programs / name
        program.write_text(f"#!/bin/bash\n{text}\n")
        program.chmod(0o755)
        return program

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.copy / "ispbot"), command],
            env={"PATH": str(self._programs)}, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def without_venv(machine: Machine, tmp_path: Path) -> Machine:
    """Debian with python3, where venv and pip are packages of their own."""
    machine.link("cat", "cp", "chmod", "id", "mkdir", "rm", "sha256sum", "tail")
    uv = tmp_path / "uv"
    uv.write_text(f"#!/bin/bash\n{_UV}\n")
    uv.chmod(0o755)
    machine.add("python3", _PYTHON_WITHOUT_VENV_AND_PIP.format(uv=uv))
    return machine


def test_the_script_answers_for_help_and_version_before_anything_is_installed(tmp_path: Path) -> None:
    copy = tmp_path / "a copy with spaces"
    (copy / "launcher").mkdir(parents=True)
    shutil.copy(REPOSITORY / "ispbot", copy)
    shutil.copy(REPOSITORY / "pyproject.toml", copy)
    shutil.copytree(REPOSITORY / "launcher" / "src", copy / "launcher" / "src")
    for argument, expected in (("help", "./ispbot"), ("version", "ispbot 0."), ("--help", "environment:")):
        done = subprocess.run([str(copy / "ispbot"), argument], cwd="/", capture_output=True, text=True, check=True)
        assert expected in done.stdout
    assert not (copy / ".tools").exists()


def test_the_script_says_what_to_type_when_python_is_missing(machine: Machine) -> None:
    done = machine.run("help")
    assert done.returncode == 1
    assert "apt-get install -y python3 python3-venv" in done.stderr


def test_without_venv_and_pip_the_packages_come_without_root(without_venv: Machine, tmp_path: Path) -> None:
    without_venv.add("apt-get", _APT_GET.format(log=tmp_path / "apt.log"))
    without_venv.add("dpkg-deb", _DPKG_DEB)
    done = without_venv.run("status")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("the launcher")
    assert not (tmp_path / "apt.log").exists()
    assert not (without_venv.copy / ".tools" / "pip").exists()


@pytest.mark.skipif(not _AUTHORITIES.exists(), reason="this machine has no list of certificate authorities")
def test_the_launcher_trusts_the_systems_authorities_at_every_start(without_venv: Machine, tmp_path: Path) -> None:
    """Not only when the packages are installed: it brings Node.js with uv, perhaps at a later start."""
    without_venv.add("apt-get", _APT_GET.format(log=tmp_path / "apt.log"))
    without_venv.add("dpkg-deb", _DPKG_DEB)
    assert [without_venv.run("up").stdout for _ in range(2)] == ["the launcher true\n"] * 2


def test_without_any_way_to_the_packages_only_what_to_type_is_said(without_venv: Machine) -> None:
    done = without_venv.run("status")
    assert done.returncode == 1
    said = done.stderr.splitlines()
    assert len(said) == 2
    assert "apt-get install -y python3-venv" in said[1]


def test_all_packages_that_the_tests_lack_are_asked_for_in_one_line(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Chromium does not bring libatomic, which the program that drives it loads."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("ISPBOT_CHROMIUM", raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    everything = "apt-get install -y chromium fonts-noto-color-emoji fonts-liberation libatomic1 libmagic1"
    with pytest.raises(LauncherError, match=f'su - -c "apt-get update && {everything}"'):
        debian.what_the_tests_need(Terminal(Console(quiet=True)))
    machine.add("sudo", "exit 1")
    with pytest.raises(LauncherError, match=f"sudo apt-get update && sudo {everything}"):
        debian.what_the_tests_need(Terminal(Console(quiet=True)))
