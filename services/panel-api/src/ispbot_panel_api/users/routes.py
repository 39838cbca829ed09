"""Gestión de Usuarios."""

from typing import Annotated

from fastapi import APIRouter, Path

from ispbot_contracts.settings import AttentionSettings
from ispbot_panel_api.live.hints import SessionsChanged
from ispbot_panel_api.parts import OriginDep, PartsDep, UsersManager
from ispbot_panel_api.users import manage as use
from ispbot_panel_api.users.models import CreateUserBody, UpdateUserBody, UserList, UserView
from ispbot_panel_api.users.store import User

router = APIRouter(prefix="/api/users")


@router.get("")
async def list_users(parts: PartsDep, _: UsersManager) -> UserList:
    """List every account."""
    return UserList(users=[_view(user) for user in await parts.users.all()])


@router.post("", status_code=201)
async def create_user(body: CreateUserBody, parts: PartsDep, staff: UsersManager, origin: OriginDep) -> UserView:
    """Create an account."""
    user = await use.create_user(
        body, by=staff.user, origin=origin, users=parts.users, passwords=parts.passwords, audit=parts.audit,
        attention=parts.watch.current(AttentionSettings),
    )  # fmt: skip
    return _view(user)


@router.patch("/{user_id}")
async def update_user(
    user_id: Annotated[str, Path(max_length=64)], body: UpdateUserBody, parts: PartsDep, staff: UsersManager,
    origin: OriginDep,
) -> UserView:  # fmt: skip
    """Change an account; whoever loses rights is logged out at once."""
    user = await use.update_user(
        user_id, body, by=staff.user, origin=origin, users=parts.users, sessions=parts.sessions,
        passwords=parts.passwords, audit=parts.audit, attention=parts.watch.current(AttentionSettings),
    )  # fmt: skip
    await parts.bus.hint(SessionsChanged(user_id=user.id))
    return _view(user)


def _view(user: User) -> UserView:
    return UserView(
        id=user.id,
        username=user.username,
        name=user.name,
        role=user.role,
        departments=list(user.departments),
        active=user.active,
        must_change_password=user.must_change_password,
        created_at=user.created_at,
        last_login_at=user.last_login_at,
    )
