"""Integraciones ISP (D2), Plataformas de Pago (D5) and who analyses texts (M)."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ispbot_contracts.settings.base import Part, Secret, Section
from ispbot_contracts.settings.ispbrain import IspbrainSettings


class CrmVendor(StrEnum):
    """The management systems with an adapter."""

    MIKROWISP = "mikrowisp"
    ISPCUBE = "ispcube"


class MikroWispSettings(Part):
    """A MikroWisp server. The token is an operator's (Ajustes, usuarios, API)."""

    url: Annotated[str, Field(pattern=r"^(https?://)?[^\s/]+.*$")]
    token: Secret
    verify_tls: bool = True


class IspcubeSettings(Part):
    """An ISPCube account. All four credentials are needed: a user's name and password, and the company's key and number."""

    url: Annotated[str, Field(pattern=r"^(https?://)?[^\s/]+.*$")]
    username: Annotated[str, Field(min_length=1)]
    password: Secret
    api_key: Secret
    client_id: Annotated[str, Field(min_length=1)]
    """The company's number at ISPCube."""
    verify_tls: bool = True


class CrmSettings(Section):
    """The one active management system; None until it is set up."""

    section: ClassVar[str] = "crm"
    vendor: CrmVendor | None = None
    mikrowisp: MikroWispSettings | None = None
    ispcube: IspcubeSettings | None = None
    ispbrain: IspbrainSettings | None = None


class TransferAccount(Part):
    """A bank account or wallet to pay to."""

    holder: str
    cbu: str | None = None
    alias: str | None = None
    bank: str | None = None


class PaymentSettings(Section):
    """How customers pay."""

    section: ClassVar[str] = "payments"
    accounts: list[TransferAccount] = []
    other_means: str = ""


class AiSettings(Section):
    """Which provider does each analysis; the local one is always there."""

    section: ClassVar[str] = "ai"
    classification: Literal["off", "local"] = "local"
    summary: Literal["off", "local"] = "local"
