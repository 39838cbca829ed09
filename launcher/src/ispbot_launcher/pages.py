"""The page at the end of a start: where to click, what to do next, where things are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from rich.markup import escape

from ispbot_launcher.parts import Plan, Transport
from ispbot_launcher.terminal import Terminal


@dataclass(frozen=True)
class Opened:
    """What the page tells."""

    plan: Plan
    addresses: Mapping[str, str]
    missing: Mapping[str, str]
    """Parts that are not ready, and why."""
    memory: int
    """Resident bytes of everything."""
    processes: int
    seconds: float


def page_rows(opened: Opened) -> list[tuple[str, str]]:
    """Return the rows of the page: a name and its text."""
    plan, demo = opened.plan, opened.plan.transport is Transport.DEMO
    data = plan.data
    rows = [
        ("Panel", opened.addresses["panel"]),
        (
            "",
            "The very first login is admin / admin: you choose your own password there at once, and from then on only that one works.",
        ),
    ]
    if demo:
        rows += [
            ("Phone page", f"{opened.addresses['phone']}  write as a customer, scan the panel's QR"),
            ("Demo ISP", f"{opened.addresses['isp']}  the billing system of the made-up provider"),
            (
                "Real number",
                f"stop with Ctrl-C, then {data.command('up --real')}, and scan the panel's QR with WhatsApp Business",
            ),
        ]
    else:
        rows += [
            ("Real number", "in the panel, scan the QR with WhatsApp Business: Linked devices > Link a device"),
            ("Demo", f"stop with Ctrl-C, then {data.command('up --demo')}"),
        ]
    rows += [
        ("Data", f"{data.root}  (delete it all: {data.command('reset')})"),
        ("Logs", f"{data.logs}  ({data.command('logs [part] [-f]')})"),
        ("Memory", f"{opened.memory / 1e6:.0f} MB resident, {opened.processes} parts and the launcher"),
    ]
    if plan.embedded_database is not None:
        text = (
            "embedded SecantusDB, beta software: for trying out, tests and very small installations. "
            "For the rest start a MongoDB and set ISPBOT_MONGO_URI"
        )
        rows.append(("Database", text))
    rows.append(("Stop", f"Ctrl-C, or {data.command('down')} in another terminal (pid {os.getpid()})"))
    return rows


def print_page(terminal: Terminal, opened: Opened) -> None:
    """Print the page, or first what is not ready."""
    terminal.say()
    if opened.missing:
        terminal.title(f"ISPBot runs, but not everything is ready after {opened.seconds:.1f} s")
        for name, reason in opened.missing.items():
            terminal.line("FAIL", "bold red", f"{name}: {reason}   ({opened.plan.data.command(f'logs {name}')})")
    else:
        terminal.title(f"ISPBot is ready ({opened.seconds:.1f} s)")
    terminal.say()
    for name, text in page_rows(opened):
        terminal.console.print(f"  [bold]{name:<12}[/] {escape(text)}")
    terminal.say()
