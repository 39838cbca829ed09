"""The configuration file of the embedded JetStream server."""

import os
import re

from ispbot_launcher.errors import BAD_USE, LauncherError
from ispbot_launcher.folders import DataFolder
from ispbot_launcher.ports import HOST
from ispbot_launcher.secrets_file import write_private

_SYNC = re.compile(r"always|\d+(ms|s|m)")


def write_bus_config(data: DataFolder, *, port: int, http_port: int, token: str) -> None:
    """Write ``nats/server.conf`` (mode 0600, it holds the token).

    A killed server loses nothing whatever ``sync_interval`` says, the system holds its writes; only a power cut asks for
    it. One second bounds that loss; ``ISPBOT_BUS_SYNC=always`` removes it and costs 60-85 % of the publish rate.
    Raises LauncherError when ``ISPBOT_BUS_SYNC`` is neither ``always`` nor a duration.
    """
    sync = os.environ.get("ISPBOT_BUS_SYNC", "1s")
    if not _SYNC.fullmatch(sync):
        raise LauncherError(
            f'ISPBOT_BUS_SYNC is "{sync}": use always or a duration such as 500ms, 1s, 2m', code=BAD_USE
        )
    write_private(
        data.nats / "server.conf",
        f"""# Written at every start of ./ispbot up.
server_name: ispbot
listen: "{HOST}:{port}"
http: "{HOST}:{http_port}"
authorization {{ token: "{token}" }}
logtime_utc: true
jetstream {{
  store_dir: "{data.nats}"
  sync_interval: {sync}
  # Streams reserve their limits: on a small disk the default (75 % of what is free) would refuse to create them.
  max_file_store: 1TB
  max_memory_store: 64MB
}}
""",
    )
