"""Gateway ISP (D2, E): who may push notices to us, and how the management system's notices are sent."""

from ipaddress import ip_network
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from ispbot_contracts.settings.base import Part, Section


def _known_network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f"{text!r} is no address: write 203.0.113.7 or 203.0.113.0/24") from error
    return text


class NoticeIntegration(Part):
    """A system that may push notices. Its token is shown once; only the digest is kept."""

    integration_id: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=60)]
    token_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the token, in hexadecimal digits. Tokens are random, so no salt is needed."""
    created_at: AwareDatetime
    enabled: bool = True
    allowed_addresses: list[Annotated[str, AfterValidator(_known_network)]] = []
    """Addresses or networks it may call from; empty is any."""


class NoticeSettings(Section):
    """Notices of the management system to its customers. When and how fast they may leave is in ``SendingSettings``."""

    section: ClassVar[str] = "notices"
    enabled: bool = True
    """Off: pushes are answered 503 and nothing is pulled, so the systems keep what they have."""
    integrations: Annotated[list[NoticeIntegration], Field(max_length=50)] = []
    trusted_proxies: list[Annotated[str, AfterValidator(_known_network)]] = ["127.0.0.1/32", "::1/128"]
    """Whose ``X-Forwarded-For`` is believed when an integration names its addresses."""
    default_ttl_h: Annotated[int, Field(ge=1, le=720)] = 24
    """A notice that could not leave within this time is given up, never sent late."""
    ttl_h_by_kind: dict[str, Annotated[int, Field(ge=1, le=720)]] = {}
    duplicate_window_min: Annotated[int, Field(ge=1, le=1440)] = 10
    """The same words and files to the same phone within this time are one notice."""
    attach_pdf_links: bool = True
    """A link inside the text that answers with a PDF goes as a document."""
    max_attachment_mb: Annotated[int, Field(ge=1, le=64)] = 16
    retention_days: Annotated[int, Field(ge=1, le=730)] = 180
    altwha_poll: bool = True
    """Pull ISPBrain's AltWha queue. Its own agent must be stopped: both would send."""
    altwha_max_tries: Annotated[int, Field(ge=1, le=20)] = 3
    """ISPBrain itself repeats failed ones for ever."""

    @model_validator(mode="after")
    def _ids_once(self) -> "NoticeSettings":
        ids = [integration.integration_id for integration in self.integrations]
        if len(set(ids)) != len(ids):
            raise ValueError("integration ids repeat")
        return self
