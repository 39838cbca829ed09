"""The gateway's own environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from ispbot_runtime.settings import CommonSettings

_MIB = 1024 * 1024


class GatewaySettings(CommonSettings):
    """Environment of gateway-wa, prefix ``ISPBOT_``."""

    wa_transport: Literal["simulated", "neonize"] = "simulated"
    wa_network_url: str = "http://127.0.0.1:8095"
    """Address of the simulated network."""
    wa_session: SecretStr = SecretStr("")
    """Where the real link keeps its keys: a file, or ``postgres://...``; empty is a file in the data folder."""
    wa_media_max_mib: int = Field(default=64, ge=1, le=1024)
    """Larger files of customers are not fetched."""
    wa_spool_max_mib: int = Field(default=64, ge=1, le=4096)
    """When this much waits for the bus or the database, the link closes and the rest waits at WhatsApp."""

    @property
    def media_max_bytes(self) -> int:
        """The size limit of a received file."""
        return self.wa_media_max_mib * _MIB

    @property
    def spool_max_bytes(self) -> int:
        """The room of the spool."""
        return self.wa_spool_max_mib * _MIB

    @property
    def wa_folder(self) -> Path:
        """Where the link's files live."""
        return self.data_dir / "gateway-wa"
