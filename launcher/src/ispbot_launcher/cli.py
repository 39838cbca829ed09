"""The commands of ``./ispbot`` and their flags. Imports only the standard library: help works before anything is installed."""

import argparse
import importlib
import os
import re
import sys
from collections.abc import Callable

from ispbot_launcher.errors import LauncherError
from ispbot_launcher.folders import REPOSITORY

_INTRO = "ISPBot: the WhatsApp care centre for Internet providers."
_ENVIRONMENT = """\
environment:
  ISPBOT_DATA_DIR      the data folder (default .data beside this script)
  ISPBOT_MONGO_URI     a MongoDB of yours in place of the embedded database
  ISPBOT_NATS_URL      a NATS server of yours, with JetStream, in place of the embedded one; a cluster: addresses with commas
  ISPBOT_REPLICAS      processes per service, such as router=2,tickets=2,gateway-wa=2 (default one each)
  ISPBOT_STREAM_REPLICAS  copies of each stream when your NATS is a cluster: 3 (default 1)
  ISPBOT_BUS_SYNC      how often the embedded bus waits for the disk: 1s (default) or always
  ISPBOT_PANEL_DIST    a panel built elsewhere; nothing is built then
  ISPBOT_LOG_LEVEL     DEBUG, INFO (default), WARNING, ERROR
"""


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("./ispbot", description=_INTRO, epilog=_ENVIRONMENT, formatter_class=raw)
    commands = parser.add_subparsers(dest="command", metavar="command")

    def command(name: str, text: str, *, data: bool = True) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        if data:
            one.add_argument("--data-dir", metavar="FOLDER", help="use another data folder")
        return one

    up = command("up", "install what is missing, start everything, stay until Ctrl-C")
    kind = up.add_mutually_exclusive_group()
    kind.add_argument("--real", action="store_true", help="link a real WhatsApp number (remembered)")
    kind.add_argument("--demo", action="store_true", help="the simulated network and provider (default, remembered)")
    up.add_argument("--panel-port", type=int, metavar="PORT", help="port of the panel (8080)")
    up.add_argument("--phone-port", type=int, metavar="PORT", help="port of the demo's phone page (8090)")
    up.add_argument("--isp-port", type=int, metavar="PORT", help="port of the demo's provider (8091)")
    up.add_argument("--auto-ports", action="store_true", help="choose free ports; state.json and status tell which")
    command("down", "stop the running instance")
    command("status", "what runs, since when, with how much memory").add_argument("--json", action="store_true")
    logs = command("logs", "the logs of one part, or of all merged by time")
    logs.add_argument("part", nargs="?", help="see the names in ./ispbot status")
    logs.add_argument("-f", "--follow", action="store_true", help="go on with what is written from now on")
    logs.add_argument("-n", "--lines", type=int, default=200, help="how many of the last lines (200)")
    logs.add_argument(
        "--level", choices=("debug", "info", "warning", "error", "critical"), default="debug", help="least level"
    )
    logs.add_argument("--correlation", metavar="ID", help="only the story of one message, through all services")
    reset = command("reset", "delete all data and start from nothing (asks first)")
    reset.add_argument("--yes", action="store_true", help="do not ask")
    command("test", "run all tests; arguments go to pytest", data=False)
    command("check", "format, lint, types, import rules, generated files", data=False)
    command("bench", "run a measurement of bench/", data=False).add_argument("name", nargs="?", default="")
    command("help", "this page", data=False)
    command("version", "the version", data=False)
    return parser


_COMMANDS = {
    "up": ("ispbot_launcher.up", "up"),
    "down": ("ispbot_launcher.status", "down"),
    "status": ("ispbot_launcher.status", "status"),
    "logs": ("ispbot_launcher.logs", "logs"),
    "reset": ("ispbot_launcher.reset", "reset"),
    "test": ("ispbot_launcher.testing", "test"),
    "check": ("ispbot_launcher.checks", "check"),
    "bench": ("ispbot_launcher.bench", "bench"),
}


def version() -> str:
    """Return the version of the repository's pyproject."""
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    return found.group(1) if found else "unknown"


def main(argv: list[str]) -> int:
    """Run one command and return the exit code."""
    parser = _parser()
    arguments, rest = parser.parse_known_args(argv)
    if rest and arguments.command not in {"test", "bench"}:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    if arguments.command == "version":
        print(f"ispbot {version()}")
        return 0
    if arguments.command in {None, "help"}:
        parser.print_help()
        return 0
    arguments.rest = rest
    module, name = _COMMANDS[arguments.command]
    run: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(module), name)
    try:
        return run(arguments)
    except LauncherError as error:
        print(f"ispbot: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("\nispbot: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # ./ispbot logs | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
