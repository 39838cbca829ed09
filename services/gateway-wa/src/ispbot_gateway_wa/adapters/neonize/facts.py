"""What the library's link events mean."""

from datetime import timedelta

from ispbot_contracts.base import utc_now
from ispbot_contracts.whatsapp import WaAccount
from ispbot_gateway_wa.adapters.neonize.vendor import (
    ClientOutdatedEv,
    ConnectFailureEv,
    ConnectFailureReason,
    Device,
    DisconnectedEv,
    LoggedOutEv,
    Proto,
    StreamReplacedEv,
    TemporaryBanEv,
)
from ispbot_gateway_wa.domain.platforms import is_business
from ispbot_gateway_wa.ports import Banned, LinkDown, LinkFact, LoggedOut, Outdated, QrEnded, Refused, Replaced

FIRST_QR_S = 60.0
NEXT_QR_S = 20.0

_LOGIN_ENDS = {
    "timeout": "timeout",
    "error": "error",
    "err-client-outdated": "outdated",
    "err-scanned-without-multidevice": "scanned_without_multidevice",
    "err-unexpected-state": "unexpected_state",
    "passkey-request": "passkey_required",
    "passkey-confirmation": "passkey_required",
}
_BANNED_FOR_GOOD = ConnectFailureReason.UNKNOWN_LOGOUT


def fact_of(event: Proto) -> LinkFact | None:  # noqa: PLR0911 - one return per kind of event reads best
    """Return what an event does to the link, None for the rest."""
    match event:
        case DisconnectedEv():
            return LinkDown("network", heals=True)
        case LoggedOutEv():
            return LoggedOut(_logout_reason(event))
        case StreamReplacedEv():
            return Replaced()
        case TemporaryBanEv():
            name = TemporaryBanEv.DESCRIPTOR.fields_by_name["Code"].enum_type.values_by_number[event.Code].name
            return Banned(f"temporary_ban_{name.lower()}", utc_now() + timedelta(seconds=event.Expire))
        case ClientOutdatedEv():
            return Outdated()
        case ConnectFailureEv():
            return Refused(f"connect_failure_{ConnectFailureReason.Name(event.Reason).lower()}")
        case _:
            return None


def end_of_login(status: str) -> QrEnded | None:
    """Return how a round of codes ended, None while it has not ("success" goes on)."""
    reason = _LOGIN_ENDS.get(status)
    return QrEnded(reason) if reason is not None else None


def end_of_pump(error: str) -> LinkFact:
    """Return what the death of the library's event pump means: some events it can not encode kill it."""
    if "TemporaryBan" in error:
        return Banned("temporary_ban", None)
    if "ConnectFailure" in error:
        return Refused("connect_failure")
    return LinkDown("network" if "dial" in error else "event_pump_died", heals=False)


def account_of(device: Device) -> WaAccount:
    """Return the linked account."""
    platform = device.Platform
    business = is_business(platform)
    return WaAccount(
        number=device.JID.User,
        name=device.BussinessName or device.PushName or None,
        platform=platform,
        business=True if business is None and device.BussinessName else business,
    )


def _logout_reason(event: LoggedOutEv) -> str:
    if not event.OnConnect:
        return "phone_unlinked"
    return "banned" if event.Reason == _BANNED_FOR_GOOD else ConnectFailureReason.Name(event.Reason).lower()
