"""What people see: steps with their time, a moving line in a real terminal, plain lines everywhere else."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table

from ispbot_launcher.watch import Event, Happening

_STYLES = {
    Happening.READY: ("ok", "green"),
    Happening.BACK: ("ok", "green"),
    Happening.SLOW: ("slow", "yellow"),
    Happening.BROKEN: ("FAIL", "bold red"),
    Happening.CRASHED: ("crash", "yellow"),
    Happening.LOOPING: ("FAIL", "bold red"),
    Happening.KILLED: ("kill", "yellow"),
    Happening.UNCHECKED: ("?", "yellow"),
}


class Step:
    """A running step; ``outcome`` may be changed before it ends."""

    def __init__(self) -> None:
        self.outcome = ""


class Terminal:
    """The launcher's only way to print."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    def line(self, mark: str, style: str, text: str) -> None:
        """Print one line with a mark in front."""
        self.console.print(f"  [{style}]{mark:<5}[/] {escape(text)}")

    def say(self, text: str = "") -> None:
        """Print a plain line."""
        self.console.print(escape(text))

    def title(self, text: str) -> None:
        """Print a heading."""
        self.console.print(f"[bold]{escape(text)}[/]")

    def table(self, table: Table) -> None:
        """Print a table."""
        self.console.print(table)

    def event(self, event: Event) -> None:
        """Print what happened to a part."""
        mark, style = _STYLES[event.what]
        stamp = "" if event.what is Happening.READY else time.strftime("%H:%M:%S ")
        self.line(mark, style, f"{stamp}{event.text}")

    @asynccontextmanager
    async def waiting(self, text: Callable[[], str]) -> AsyncIterator[None]:
        """Show a moving line with ``text`` while the block runs; nothing when this is not a real terminal.

        Turned by the event loop, not by a thread of rich: processes are started meanwhile, and forking wants one thread.
        """
        if not self.console.is_terminal:
            yield
            return
        spinner = Spinner("dots")
        with Live(spinner, console=self.console, auto_refresh=False, transient=True) as live:

            async def turn() -> None:
                while True:
                    spinner.update(text=escape(text()))
                    live.refresh()
                    await asyncio.sleep(0.1)

            turning = asyncio.create_task(turn())
            try:
                yield
            finally:
                turning.cancel()

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show that ``title`` is being done, then how long it took; an error passes through after a line that says so."""
        step, began = Step(), time.monotonic()
        interactive = self.console.is_terminal
        status = self.console.status(f"{escape(title)} ...") if interactive else None
        if status is not None:
            status.start()
        done = False
        try:
            yield step
            done = True
        finally:
            if status is not None:
                status.stop()
            outcome = f": {step.outcome}" if done and step.outcome else ""
            mark, style = ("ok", "green") if done else ("FAIL", "bold red")
            self.line(mark, style, f"{title}{outcome} ({time.monotonic() - began:.1f} s)")
