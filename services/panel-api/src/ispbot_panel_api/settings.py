"""What the panel API reads from its environment, beside the common settings."""

from pathlib import Path

from pydantic import Field

from ispbot_runtime.settings import CommonSettings


class PanelSettings(CommonSettings):
    """Environment of panel-api, prefix ``ISPBOT_``."""

    panel_dist: Path | None = None
    """Folder of the built panel; without it only the API is served."""
    panel_origins: list[str] = Field(default_factory=list)
    """Origins (``https://panel.example``) allowed beside the address that the browser itself called."""
    push_url: str | None = None
    """The address that management systems push their notices to, as they reach it from outside; shown to administrators."""
