"""Where a ticket can be handed to."""

from ispbot_contracts.common import AgentRef
from ispbot_contracts.settings import AttentionSettings
from ispbot_panel_api.failures import invalid
from ispbot_panel_api.tickets.models import TransferBody
from ispbot_panel_api.users.store import UserStore


async def transfer_target(
    body: TransferBody, *, users: UserStore, attention: AttentionSettings
) -> tuple[AgentRef | None, str | None]:
    """Return the agent or the department. Raises Failure when it is not there (any more)."""
    if body.agent_id is not None:
        user = await users.get(body.agent_id)
        if user is None or not user.active:
            raise invalid("agent_id", "Ese agente ya no está disponible. Elegí otro.", code="agent_not_found")
        return user.ref, None
    if body.department not in {department.department_id for department in attention.departments}:
        raise invalid("department", "Ese departamento ya no existe. Elegí otro.", code="department_not_found")
    return None, body.department
