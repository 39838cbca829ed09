"""Colleagues on the wire."""

from ispbot_panel_api.permissions import Role
from ispbot_panel_api.shapes import Ref, View


class AgentView(View):
    """Somebody who can be given a ticket."""

    id: str
    name: str
    role: Role
    departments: list[str]
    online: bool


class TransferTargets(View):
    """Where a ticket can go."""

    agents: list[AgentView]
    departments: list[Ref]
