"""Integraciones ISP on the wire. A secret is never answered: null in an answer, and null in a change keeps the saved one."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from ispbot_contracts.crm import Capability
from ispbot_contracts.settings import CrmVendor, IspbrainApi, IspbrainFieldMap, PromiseRules
from ispbot_panel_api.mode.models import Revision
from ispbot_panel_api.shapes import Body, MoneyView, View

Url = Annotated[str, Field(min_length=1, max_length=300)]
NewSecret = Annotated[str, Field(min_length=1, max_length=500)] | None
ForeignId = Annotated[int, Field(ge=1)] | None
"""A number of the management system's own; null turns off what needs it."""
Word = Annotated[str, Field(min_length=1, max_length=60)] | None
Short = Annotated[str, Field(min_length=1, max_length=120)]


class MikroWispForm(Body):
    """A MikroWisp server; without a department, a gateway or a method that function is off."""

    url: Url
    token: NewSecret
    verify_tls: bool
    ticket_department: ForeignId
    payment_gateway: Word
    payment_method: Word


class IspcubeForm(Body):
    """An ISPCube account."""

    url: Url
    username: Short
    password: NewSecret
    api_key: NewSecret
    client_id: Short
    verify_tls: bool
    ticket_category_id: ForeignId
    ticket_status_id: ForeignId
    ticket_assigned_user_id: ForeignId
    payment_destiny_id: ForeignId
    mercadopago_links: bool
    monthly_allowance: ForeignId
    stop_at_allowance: bool


class IspbrainForm(Body):
    """An ISPBrain server: everything about its API that can be configured, and what opens it."""

    api: IspbrainApi
    password: NewSecret
    api_key: NewSecret


class CrmForm(Body):
    """The screen's fields. A vendor that is null keeps what is saved of it."""

    vendor: CrmVendor | None
    mikrowisp: MikroWispForm | None
    ispcube: IspcubeForm | None
    ispbrain: IspbrainForm | None
    promises: PromiseRules
    mirror_tickets: bool
    mirror_leads: bool
    default_area_code: Annotated[str, Field(pattern=r"^\d{0,5}$")]


class CrmSettingsView(View):
    """What is saved, with the ISPBrain form that a new one starts from; ``saved_secrets`` names those that there are (``mikrowisp.token``)."""

    form: CrmForm
    ispbrain_start: IspbrainForm
    saved_secrets: list[str]
    revision: int
    company_revision: int


class CrmChangeBody(Body):
    """A change made on the state of these revisions (the area code belongs to the company's section)."""

    form: CrmForm
    revision: Revision
    company_revision: Revision


class ConnectionTestView(View):
    """What "Probar Conexión" found, in Spanish, with what to do."""

    ok: bool
    code: str
    message: str
    latency_ms: int | None


class CapabilityView(View):
    """One thing that people may want of the system; ``why`` says why it can not be had here, ``remedy`` what to do."""

    capability: Capability
    label: str
    available: bool
    why: str | None
    remedy: str | None


class CrmStatusView(View):
    """The system in use, whether it answers, and what it can do; ``revision`` is that of the settings it follows."""

    vendor: str | None
    healthy: bool
    reason: str | None
    capabilities: list[CapabilityView]
    revision: int


class MeterDay(View):
    """Requests of one local day."""

    day: date
    requests: int


class RequestMeterView(View):
    """What a metered system was asked in its present period; ``allowance`` is null while nobody knows it."""

    metered: bool
    period_from: date
    period_to: date
    used: int
    allowance: int | None
    level: Literal["ok", "warning", "over"]
    by_day: list[MeterDay]


class DetectFieldsBody(Body):
    """Detectar campos: whom to look at, with the form's settings."""

    by: Literal["number", "document", "phone"]
    value: Annotated[str, Field(min_length=1, max_length=40)]
    form: IspbrainForm | None


class FieldSampleView(View):
    """One value of a real answer; secrets are masked."""

    path: str
    sample: str
    masked: bool


class CustomerReadView(View):
    """The customer as the proposed map reads them."""

    number: str
    name: str
    document: str | None
    phones: list[str]
    balance: MoneyView
    plan: str | None


class FieldsDetectedView(View):
    """What was found, in Spanish when nothing could be."""

    ok: bool
    message: str
    paths: list[FieldSampleView]
    proposed: IspbrainFieldMap | None
    reads: CustomerReadView | None
