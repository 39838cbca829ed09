"""What the process must be before the real library is loaded."""

import os
import sys

from ispbot_gateway_wa.settings import GatewaySettings

BOT_TAG = "NEONIZE_BOT_TAG"
_PRIVATE = 0o077


def prepare_process(config: GatewaySettings) -> None:
    """Keep the link's keys private; for the real link, start again with the bot tag off.

    The library reads the tag from the environment the process was started with, so setting it here is too late
    (facts: neonize, section 1). Without it customers see an "IA" badge on every message.
    """
    os.umask(_PRIVATE)
    if config.wa_transport == "neonize" and os.environ.get(BOT_TAG) != "off":
        environment = {**os.environ, BOT_TAG: "off"}
        os.execve(sys.executable, [sys.executable, "-m", "ispbot_gateway_wa", *sys.argv[1:]], environment)  # noqa: S606 - ourselves
