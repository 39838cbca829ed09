"""Earlier releases kept the quiet hours twice. Only the section ``sending`` has them now; what stood in ``notices`` moves there."""

import json
from typing import Any

from nats.js.errors import KeyNotFoundError

from ispbot_contracts.settings import NoticeSettings, SendingSettings
from ispbot_runtime.logs import get_logger
from ispbot_runtime.settings_store import SettingsConflict, SettingsStore

log = get_logger(__name__)

_MOVED = ("quiet_hours", "quiet_from", "quiet_to")


async def move_quiet_hours(settings: SettingsStore) -> None:
    """Move them once: the screen showed those of ``notices``. A crash in between repeats it with the same end."""
    try:
        entry = await (await settings.bucket()).get(NoticeSettings.section)
    except KeyNotFoundError:
        return
    stored: dict[str, Any] = json.loads(entry.value or b"{}")
    moved = {name: stored[name] for name in _MOVED if name in stored}
    if not moved:
        return
    notices, sending = await settings.read(NoticeSettings), await settings.read(SendingSettings)
    wanted = SendingSettings.model_validate(sending.value.model_dump() | moved)
    try:
        if wanted != sending.value:
            await settings.write(wanted, revision=sending.revision)
        await settings.write(notices.value, revision=notices.revision)
    except SettingsConflict:
        log.info("quiet_hours_moved_by_another")
    else:
        log.info("quiet_hours_moved")
