"""Use cases of Avisos (gateway): the rules, and the tokens of those who may push."""

import hashlib
import re
import secrets
import unicodedata
from typing import Any

from pydantic import ValidationError

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import NoticeIntegration, NoticeSettings, SendingSettings
from ispbot_panel_api.audit.log import AuditLog, Origin
from ispbot_panel_api.failures import Failure, invalid, not_found
from ispbot_panel_api.notices.models import (
    CreateIntegrationBody,
    IntegrationCreated,
    IntegrationView,
    NoticeRules,
    NoticeRulesBody,
    NoticeSettingsView,
)
from ispbot_panel_api.users.store import User
from ispbot_runtime.settings_store import SettingsConflict, SettingsStore, Stored

_MAX_INTEGRATIONS = 50
_SENDING = ("quiet_hours", "quiet_from", "quiet_to", "notices_per_minute", "cold_per_day")
_NOTICES = tuple(name for name in NoticeRules.model_fields if name in NoticeSettings.model_fields)


async def notice_settings(settings: SettingsStore, push_url: str | None) -> NoticeSettingsView:
    """Return what is saved."""
    return _view(await settings.read(NoticeSettings), await settings.read(SendingSettings), push_url)


async def change_notice_rules(
    body: NoticeRulesBody, *, user: User, origin: Origin, settings: SettingsStore, audit: AuditLog, push_url: str | None
) -> NoticeSettingsView:
    """Change how notices leave. Raises SettingsConflict."""
    notices, sending = await settings.read(NoticeSettings), await settings.read(SendingSettings)
    if (body.revision, body.sending_revision) != (notices.revision, sending.revision):
        raise SettingsConflict("the sections notices and sending are at other revisions")
    typed = body.rules.model_dump()
    after = notices.value.model_copy(update={name: typed[name] for name in _NOTICES})
    pace = sending.value.model_copy(update={name: typed[name] for name in _SENDING})
    before = _rules(notices.value, sending.value).model_dump(mode="json")
    async with audit.change("settings.notices", actor=user, origin=origin, before=before) as entry:
        if pace != sending.value:
            sending = Stored(pace, await settings.write(pace, revision=sending.revision))
        revision = await settings.write(after, revision=notices.revision)
        entry.after = body.rules.model_dump(mode="json")
    return _view(Stored(after, revision), sending, push_url)


async def create_integration(
    body: CreateIntegrationBody, *, user: User, origin: Origin, settings: SettingsStore, audit: AuditLog
) -> IntegrationCreated:
    """Let one more system push; its token is answered here and never again. Raises Failure or SettingsConflict."""
    stored = await settings.read(NoticeSettings)
    known = stored.value.integrations
    if any(one.name.casefold() == body.name.casefold() for one in known):
        raise invalid("name", "Ya hay una integración con ese nombre.")
    if len(known) >= _MAX_INTEGRATIONS:
        raise Failure(409, "too_many_integrations", "Ya hay 50 integraciones. Revocá una que no uses.")
    token = secrets.token_urlsafe(32)
    try:
        made = NoticeIntegration(
            integration_id=_id_of(body.name, {one.integration_id for one in known}),
            name=body.name,
            token_digest=hashlib.sha256(token.encode()).hexdigest(),
            created_at=utc_now(),
            allowed_addresses=body.allowed_addresses,
        )
    except ValidationError as error:
        raise invalid(
            "allowed_addresses", "Escribí direcciones como 203.0.113.7 o redes como 203.0.113.0/24."
        ) from error
    async with audit.change(
        "notices.integration_create", actor=user, origin=origin, target=made.integration_id
    ) as entry:
        await settings.write(_with(stored.value, [*known, made]), revision=stored.revision)
        entry.after = _facts(made)
    return IntegrationCreated(token=token, integration=_integration(made))


async def revoke_integration(
    integration_id: str, *, user: User, origin: Origin, settings: SettingsStore, audit: AuditLog
) -> None:
    """Take a system's right to push away, at once. Raises Failure or SettingsConflict."""
    stored = await settings.read(NoticeSettings)
    gone = next((one for one in stored.value.integrations if one.integration_id == integration_id), None)
    if gone is None:
        raise not_found("Esa integración ya no existe.")
    rest = [one for one in stored.value.integrations if one.integration_id != integration_id]
    async with audit.change(
        "notices.integration_revoke", actor=user, origin=origin, target=integration_id, before=_facts(gone)
    ):
        await settings.write(_with(stored.value, rest), revision=stored.revision)


def _with(settings: NoticeSettings, integrations: list[NoticeIntegration]) -> NoticeSettings:
    return settings.model_copy(update={"integrations": integrations})


def _id_of(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30] or "integracion"
    return base if base not in taken else f"{base}-{secrets.token_hex(3)}"


def _facts(one: NoticeIntegration) -> dict[str, Any]:
    return one.model_dump(mode="json", exclude={"token_digest"})


def _integration(one: NoticeIntegration) -> IntegrationView:
    return IntegrationView(
        id=one.integration_id,
        name=one.name,
        created_at=one.created_at,
        enabled=one.enabled,
        allowed_addresses=list(one.allowed_addresses),
    )


def _rules(notices: NoticeSettings, sending: SendingSettings) -> NoticeRules:
    values = {name: getattr(notices, name) for name in _NOTICES}
    return NoticeRules(**values, **{name: getattr(sending, name) for name in _SENDING})


def _view(
    notices: Stored[NoticeSettings], sending: Stored[SendingSettings], push_url: str | None
) -> NoticeSettingsView:
    return NoticeSettingsView(
        rules=_rules(notices.value, sending.value),
        integrations=[_integration(one) for one in notices.value.integrations],
        push_url=push_url,
        revision=notices.revision,
        sending_revision=sending.revision,
    )
