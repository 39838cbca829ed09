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
    ISPBRAIN = "ispbrain"


class MikroWispSettings(Part):
    """A MikroWisp server. The token is an operator's (Ajustes, usuarios, API)."""

    url: Annotated[str, Field(pattern=r"^(https?://)?[^\s/]+.*$")]
    token: Secret
    verify_tls: bool = True
    ticket_department: Annotated[int, Field(ge=1)] | None = None
    """Department (``dp``) of the cases we file; without it none are filed."""
    payment_gateway: str | None = None
    """``pasarela`` of payment links, as MikroWisp names it (MercadoPago, Siro, ...); without it there are no links."""
    payment_method: str | None = None
    """``pasarela`` that registered payments are booked under; without it none are registered."""


class IspcubeSettings(Part):
    """An ISPCube account. All four credentials are needed: a user's name and password, and the company's key and number."""

    url: Annotated[str, Field(pattern=r"^(https?://)?[^\s/]+.*$")]
    username: Annotated[str, Field(min_length=1)]
    password: Secret
    api_key: Secret
    client_id: Annotated[str, Field(min_length=1)]
    """The company's number at ISPCube."""
    verify_tls: bool = True
    ticket_category_id: Annotated[int, Field(ge=1)] | None = None
    """Category of the cases we file; without category, status and assigned user none are filed."""
    ticket_status_id: Annotated[int, Field(ge=1)] | None = None
    ticket_assigned_user_id: Annotated[int, Field(ge=1)] | None = None
    payment_destiny_id: Annotated[int, Field(ge=1)] | None = None
    """Where registered payments go (``cash/entities_list``); without it none are registered."""
    mercadopago_links: bool = False
    """The company has ISPCube's MercadoPago button."""
    monthly_allowance: Annotated[int, Field(ge=1)] | None = None
    """Requests included per period; None: 2.5 times the active connections, as ISPCube's contract says."""
    stop_at_allowance: bool = False
    """Beyond the allowance answer from memory only; otherwise go on asking, at a price."""


class PromiseRules(Part):
    """What customers may promise to the bot."""

    enabled: bool = True
    max_days: Annotated[int, Field(ge=1, le=20)] = 5
    """At most this many days from today; MikroWisp itself allows 20."""
    max_per_month: Annotated[int, Field(ge=1, le=10)] = 1
    """Per customer and calendar month."""


class CrmSettings(Section):
    """The one active management system; None until it is set up."""

    section: ClassVar[str] = "crm"
    vendor: CrmVendor | None = None
    mikrowisp: MikroWispSettings | None = None
    ispcube: IspcubeSettings | None = None
    ispbrain: IspbrainSettings | None = None
    promises: PromiseRules = PromiseRules()
    mirror_tickets: bool = False
    """File a case in the management system for each support ticket of a known customer."""
    mirror_leads: bool = False
    """File a lead there for each sales ticket of somebody who is no customer."""


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
