"""Colleagues: where a ticket can go."""

from fastapi import APIRouter

from ispbot_contracts.settings import AttentionSettings
from ispbot_panel_api.agents.models import AgentView, TransferTargets
from ispbot_panel_api.parts import Agent, PartsDep
from ispbot_panel_api.shapes import Ref

router = APIRouter()


@router.get("/api/agents")
async def list_agents(parts: PartsDep, _: Agent) -> TransferTargets:
    """List active colleagues and the departments."""
    online = set(parts.presence.online())
    return TransferTargets(
        agents=[
            AgentView(
                id=user.id,
                name=user.name,
                role=user.role,
                departments=list(user.departments),
                online=user.id in online,
            )
            for user in await parts.users.all()
            if user.active
        ],
        departments=[
            Ref(id=department.department_id, name=department.name)
            for department in parts.watch.current(AttentionSettings).departments
        ],
    )
