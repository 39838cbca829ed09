"""The parts that routes use, found on the app; ``bootstrap.py`` makes them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from ispbot_panel_api.agents.presence import Presence
from ispbot_panel_api.audit.log import AuditLog, Origin
from ispbot_panel_api.auth.passwords import Passwords
from ispbot_panel_api.auth.sessions import Sessions, Staff
from ispbot_panel_api.auth.throttle import Throttle
from ispbot_panel_api.failures import forbidden, no_session
from ispbot_panel_api.health.watch import HealthWatch
from ispbot_panel_api.live.hub import Hub
from ispbot_panel_api.media.uploads import Uploads
from ispbot_panel_api.permissions import Permission
from ispbot_panel_api.users.store import UserStore
from ispbot_panel_api.whatsapp.link import LinkWatch
from ispbot_runtime.bus import Bus
from ispbot_runtime.dead_letters import DeadLetters
from ispbot_runtime.media import MediaStore
from ispbot_runtime.settings_store import SettingsStore, SettingsWatch


@dataclass(frozen=True)
class Parts:
    """Everything the routes need."""

    bus: Bus
    settings: SettingsStore
    watch: SettingsWatch
    media: MediaStore
    users: UserStore
    sessions: Sessions
    passwords: Passwords
    throttle: Throttle
    audit: AuditLog
    uploads: Uploads
    link: LinkWatch
    presence: Presence
    hub: Hub
    allowed_origins: frozenset[str]
    push_url: str | None
    health: HealthWatch
    letters: DeadLetters


def parts_of(connection: HTTPConnection) -> Parts:
    """Return the parts of the app that serves this connection."""
    parts: Parts = connection.app.state.parts
    return parts


def origin_of(connection: HTTPConnection) -> Origin:
    """Return where a request came from."""
    address = connection.client.host if connection.client else "unknown"
    return Origin(address, connection.headers.get("user-agent", ""))


def staff_of(connection: HTTPConnection) -> Staff:
    """Return who is calling; the gate (``web/gate.py``) has already let the session in."""
    staff: Staff | None = getattr(connection.state, "staff", None)
    if staff is None:
        raise no_session()
    return staff


class Allowed:
    """Route dependency: the caller, who must have ``permission``."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, connection: HTTPConnection) -> Staff:
        """Return the caller. Raises Failure 403."""
        staff = staff_of(connection)
        if not staff.user.may(self.permission):
            raise forbidden()
        return staff


PartsDep = Annotated[Parts, Depends(parts_of)]
OriginDep = Annotated[Origin, Depends(origin_of)]
AnyStaff = Annotated[Staff, Depends(staff_of)]
DashboardViewer = Annotated[Staff, Depends(Allowed(Permission.DASHBOARD_VIEW))]
Agent = Annotated[Staff, Depends(Allowed(Permission.OMNICHAT_USE))]
ToolsViewer = Annotated[Staff, Depends(Allowed(Permission.TOOLS_VIEW))]
ToolsChanger = Annotated[Staff, Depends(Allowed(Permission.TOOLS_CHANGE))]
UsersManager = Annotated[Staff, Depends(Allowed(Permission.USERS_MANAGE))]
SettingsManager = Annotated[Staff, Depends(Allowed(Permission.SETTINGS_MANAGE))]
NoticesViewer = Annotated[Staff, Depends(Allowed(Permission.NOTICES_VIEW))]
ParkedManager = Annotated[Staff, Depends(Allowed(Permission.PARKED_MANAGE))]
