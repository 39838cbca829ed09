"""``./ispbot reset``: back to the first start."""

import shutil
from argparse import Namespace

from ispbot_launcher.errors import BAD_USE, LauncherError
from ispbot_launcher.folders import DataFolder, data_folder
from ispbot_launcher.state import hold
from ispbot_launcher.terminal import Terminal


def reset(arguments: Namespace) -> int:
    """Delete everything in the data folder, after asking. Raises LauncherError while an instance runs on it."""
    data, terminal = data_folder(arguments.data_dir), Terminal()
    if not data.root.exists():
        terminal.say(f"Nothing to delete: {data.root} does not exist.")
        return 0
    if not data.marker.exists():
        raise LauncherError(
            f"{data.root} was not made by ISPBot (no {data.marker.name} in it): nothing was deleted", code=BAD_USE
        )
    with hold(data):
        if not arguments.yes and not _agreed(data, terminal):
            terminal.say("Nothing was deleted.")
            return 1
        for entry in data.root.iterdir():
            if entry == data.lock:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    terminal.say(f"{data.root} is empty. The next {data.command('up')} is a first start.")
    return 0


def _agreed(data: DataFolder, terminal: Terminal) -> bool:
    terminal.say(
        f"This deletes everything in {data.root}: conversations, tickets, settings, staff accounts,\n"
        "the keys of the secrets and the linked WhatsApp session. It can not be undone."
    )
    try:
        return input("Type DELETE to go on: ") == "DELETE"
    except EOFError:
        raise LauncherError(
            f"there is nobody to ask: {data.command('reset --yes')} deletes without asking", code=BAD_USE
        ) from None
