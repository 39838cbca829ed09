"""Use cases of Integraciones ISP: show, change, try out, and tell how the system in use is."""

from typing import Any

from ispbot_contracts.crm import Capability, CrmStatus, CustomerAccount, GetCrmStatus, TestCrmConnection
from ispbot_contracts.crm_fields import DetectCrmFields
from ispbot_contracts.crm_writes import GetRequestMeter
from ispbot_contracts.settings import (
    CompanySettings,
    CrmSettings,
    IspbrainApi,
    IspbrainSettings,
    IspcubeSettings,
    MikroWispSettings,
)
from ispbot_panel_api.audit.log import AuditLog, Origin
from ispbot_panel_api.crm import words
from ispbot_panel_api.crm.models import (
    CapabilityView,
    ConnectionTestView,
    CrmChangeBody,
    CrmForm,
    CrmSettingsView,
    CrmStatusView,
    CustomerReadView,
    DetectFieldsBody,
    FieldSampleView,
    FieldsDetectedView,
    IspbrainForm,
    IspcubeForm,
    MeterDay,
    MikroWispForm,
    RequestMeterView,
)
from ispbot_panel_api.crm.secrets import filled, secret_names, shown
from ispbot_panel_api.failures import invalid
from ispbot_panel_api.shapes import MoneyView
from ispbot_panel_api.users.store import User
from ispbot_runtime.bus import Bus
from ispbot_runtime.phones import display_phone
from ispbot_runtime.settings_store import SettingsConflict, SettingsStore, Stored

_TEST_LIMIT_S = 35.0
_STATUS_LIMIT_S = 3.0
_CHOOSE = "Completá los datos del sistema elegido."


async def crm_settings(settings: SettingsStore) -> CrmSettingsView:
    """Return what is saved, without its secrets."""
    return _view(await settings.read(CrmSettings), await settings.read(CompanySettings))


async def change_crm_settings(
    body: CrmChangeBody, *, user: User, origin: Origin, settings: SettingsStore, audit: AuditLog
) -> CrmSettingsView:
    """Change the system or its credentials. Raises Failure or SettingsConflict."""
    crm, company = await settings.read(CrmSettings), await settings.read(CompanySettings)
    if (body.revision, body.company_revision) != (crm.revision, company.revision):
        raise SettingsConflict("the sections crm and company are at other revisions")
    after = _after(body.form, crm.value)
    moved = company.value.model_copy(update={"default_area_code": body.form.default_area_code})
    async with audit.change(
        "settings.crm", actor=user, origin=origin, before=_facts(crm.value, company.value)
    ) as entry:
        if moved != company.value:
            company = Stored(moved, await settings.write(moved, revision=company.revision))
        revision = await settings.write(after, revision=crm.revision)
        entry.after = _facts(after, moved) | {"new_secrets": _new_secrets(body.form)}
    return _view(Stored(after, revision), company)


async def try_crm_settings(form: CrmForm, *, bus: Bus) -> ConnectionTestView:
    """Try what the form says; the adapter completes it with what is saved for the same address."""
    found = await bus.ask(_question(form), timeout_s=_TEST_LIMIT_S)
    return ConnectionTestView(ok=found.ok, code=found.code, message=found.message, latency_ms=found.latency_ms)


async def detect_fields(body: DetectFieldsBody, *, bus: Bus) -> FieldsDetectedView:
    """Fetch one real customer and tell where their values stand."""
    form = body.form
    found = await bus.ask(
        DetectCrmFields(
            by=body.by, value=body.value, ispbrain=form.api if form else None,
            password=form.password if form else None, api_key=form.api_key if form else None,
        ),
        timeout_s=_TEST_LIMIT_S,
    )  # fmt: skip
    return FieldsDetectedView(
        ok=found.ok,
        message=found.message,
        paths=[FieldSampleView(**sample.model_dump()) for sample in found.paths],
        proposed=found.proposed,
        reads=_read(found.reads) if found.reads else None,
    )


def _read(account: CustomerAccount) -> CustomerReadView:
    return CustomerReadView(
        number=account.number,
        name=account.name,
        document=account.document,
        phones=[display_phone(phone) for phone in account.phones],
        balance=MoneyView.of(account.balance),
        plan=account.services[0].plan if account.services else None,
    )


async def crm_status(bus: Bus) -> CrmStatusView:
    """Return the system in use and all that could be wanted of it."""
    status = await bus.ask(GetCrmStatus(), timeout_s=_STATUS_LIMIT_S)
    return CrmStatusView(
        vendor=status.vendor,
        healthy=status.healthy,
        reason=status.reason,
        capabilities=[_capability(capability, status) for capability in Capability] if status.vendor else [],
        revision=status.revision,
    )


async def request_meter(bus: Bus) -> RequestMeterView:
    """Return how many requests were charged in the present period."""
    meter = await bus.ask(GetRequestMeter(), timeout_s=_STATUS_LIMIT_S)
    return RequestMeterView(
        metered=meter.metered,
        period_from=meter.period_from,
        period_to=meter.period_to,
        used=meter.used,
        allowance=meter.allowance,
        level=meter.level,
        by_day=[MeterDay(day=one.day, requests=one.requests) for one in meter.by_day],
    )


def _capability(capability: Capability, status: CrmStatus) -> CapabilityView:
    lack = next((one for one in status.lacks if one.capability is capability), None)
    return CapabilityView(
        capability=capability,
        label=words.label_of(capability),
        available=capability in status.capabilities,
        why=lack.why if lack else None,
        remedy=lack.remedy if lack else None,
    )


def _view(crm: Stored[CrmSettings], company: Stored[CompanySettings]) -> CrmSettingsView:
    value = crm.value
    parts = {"mikrowisp": value.mikrowisp, "ispcube": value.ispcube, "ispbrain": value.ispbrain}
    return CrmSettingsView(
        form=CrmForm(
            vendor=value.vendor,
            mikrowisp=shown(MikroWispForm, value.mikrowisp),
            ispcube=shown(IspcubeForm, value.ispcube),
            ispbrain=_ispbrain_form(value.ispbrain) if value.ispbrain else None,
            promises=value.promises,
            mirror_tickets=value.mirror_tickets,
            mirror_leads=value.mirror_leads,
            default_area_code=company.value.default_area_code,
        ),
        ispbrain_start=IspbrainForm(api=IspbrainApi(url="https://SUB.ispbrain.io:4443"), password=None, api_key=None),
        saved_secrets=[f"{name}.{secret}" for name, part in parts.items() for secret in secret_names(part)],
        revision=crm.revision,
        company_revision=company.revision,
    )


def _ispbrain_form(saved: IspbrainSettings) -> IspbrainForm:
    api = IspbrainApi.model_validate(saved.model_dump(exclude={"password", "api_key"}))
    return IspbrainForm(api=api, password=None, api_key=None)


def _after(form: CrmForm, saved: CrmSettings) -> CrmSettings:
    typed = _values(form)
    after = saved.model_copy(
        update={
            "vendor": form.vendor,
            "mikrowisp": filled(MikroWispSettings, typed["mikrowisp"], saved.mikrowisp, name="mikrowisp"),
            "ispcube": filled(IspcubeSettings, typed["ispcube"], saved.ispcube, name="ispcube"),
            "ispbrain": filled(IspbrainSettings, typed["ispbrain"], saved.ispbrain, name="ispbrain"),
            "promises": form.promises,
            "mirror_tickets": form.mirror_tickets,
            "mirror_leads": form.mirror_leads,
        }
    )
    if form.vendor is not None and getattr(after, form.vendor.value) is None:
        raise invalid(form.vendor.value, _CHOOSE)
    return after


def _values(form: CrmForm) -> dict[str, dict[str, Any] | None]:
    """Return what was typed, one flat set of values per vendor."""
    brain = form.ispbrain
    return {
        "mikrowisp": form.mikrowisp.model_dump() if form.mikrowisp else None,
        "ispcube": form.ispcube.model_dump() if form.ispcube else None,
        "ispbrain": brain.api.model_dump() | brain.model_dump(exclude={"api"}) if brain else None,
    }


def _question(form: CrmForm) -> TestCrmConnection:
    if form.vendor is None:
        return TestCrmConnection()
    typed = _values(form)[form.vendor.value]
    if typed is None:
        raise invalid(form.vendor.value, _CHOOSE)
    if form.vendor.value == "ispbrain" and form.ispbrain is not None:
        brain = form.ispbrain
        return TestCrmConnection(
            vendor=form.vendor, url=brain.api.url, verify_tls=brain.api.verify_tls, ispbrain=brain.api,
            password=brain.password, api_key=brain.api_key,
        )  # fmt: skip
    fields = {name: value for name, value in typed.items() if name in TestCrmConnection.model_fields}
    return TestCrmConnection(vendor=form.vendor, **fields)


def _facts(crm: CrmSettings, company: CompanySettings) -> dict[str, Any]:
    return crm.model_dump(mode="json") | {"default_area_code": company.default_area_code}


def _new_secrets(form: CrmForm) -> list[str]:
    secrets = ("token", "password", "api_key")
    return [
        f"{name}.{field}"
        for name, typed in _values(form).items()
        for field in secrets
        if typed is not None and typed.get(field)
    ]
