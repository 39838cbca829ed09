"""Who may do what: table R of the features, once. Routes require these names; the panel gets its user's list."""

from enum import StrEnum


class Role(StrEnum):
    """The manual's three roles."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"


class Permission(StrEnum):
    """What a route can require."""

    DASHBOARD_VIEW = "dashboard.view"
    """The dashboard with the WhatsApp link and its QR."""
    OMNICHAT_USE = "omnichat.use"
    """OmniChat: own tickets and those that wait in own departments."""
    OMNICHAT_ALL = "omnichat.all"
    """Every ticket and conversation, and acting on a ticket that somebody else holds."""
    TOOLS_VIEW = "tools.view"
    """Herramientas, reading: mode and emergency."""
    TOOLS_CHANGE = "tools.change"
    """Herramientas, changing: mode, emergency, restart, unlink."""
    USERS_MANAGE = "users.manage"
    """Gestión de Usuarios."""
    SETTINGS_MANAGE = "settings.manage"
    """Ajustes Generales."""
    NOTICES_VIEW = "notices.view"
    """Historial, Avisos del ISP: reading, sending again, cancelling."""
    PARKED_MANAGE = "parked.manage"
    """Mensajes apartados: they show what customers wrote."""


_OPERATOR = frozenset({Permission.OMNICHAT_USE})
_SUPERVISOR = _OPERATOR | {
    Permission.OMNICHAT_ALL,
    Permission.DASHBOARD_VIEW,
    Permission.TOOLS_VIEW,
    Permission.NOTICES_VIEW,
}

TABLE: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: _OPERATOR,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMINISTRATOR: frozenset(Permission),
}


def may(role: Role, permission: Permission) -> bool:
    """Tell whether a role has a permission."""
    return permission in TABLE[role]


def permissions_of(role: Role) -> list[Permission]:
    """Return a role's permissions in a stable order."""
    return [permission for permission in Permission if may(role, permission)]
