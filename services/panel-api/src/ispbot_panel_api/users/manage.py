"""Use cases of Gestión de Usuarios: not yourself, not the last administrator; who loses rights loses the sessions too."""

from typing import Any

from ispbot_contracts.settings import AttentionSettings
from ispbot_panel_api.audit.log import AuditLog, Origin
from ispbot_panel_api.auth.passwords import Passwords, check_new_password
from ispbot_panel_api.auth.sessions import Sessions
from ispbot_panel_api.failures import Failure, invalid, not_found
from ispbot_panel_api.permissions import TABLE, Role
from ispbot_panel_api.users.models import CreateUserBody, UpdateUserBody
from ispbot_panel_api.users.store import User, UserStore
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)


async def create_user(
    body: CreateUserBody, *, by: User, origin: Origin,
    users: UserStore, passwords: Passwords, audit: AuditLog, attention: AttentionSettings,
) -> User:  # fmt: skip
    """Create an account that must change its password at the first login. Raises Failure."""
    password = body.password.get_secret_value()
    check_new_password(password, username=body.username, field="password")
    _check_departments(body.departments, body.role, attention)
    async with audit.change("user.create", actor=by, origin=origin, target=body.username) as entry:
        user = await users.insert(
            username=body.username,
            name=body.name,
            role=body.role,
            departments=body.departments,
            password_hash=await passwords.hash(password),
        )
        entry.after = _facts(user)
    log.info("user_created", user_id=user.id, role=user.role)
    return user


async def update_user(
    user_id: str, body: UpdateUserBody, *, by: User, origin: Origin,
    users: UserStore, sessions: Sessions, passwords: Passwords, audit: AuditLog, attention: AttentionSettings,
) -> User:  # fmt: skip
    """Change an account. Raises Failure."""
    user = await users.get(user_id)
    if user is None:
        raise not_found("Ese usuario no existe.")
    role = body.role or user.role
    active = user.active if body.active is None else body.active
    departments = list(user.departments) if body.departments is None else body.departments
    if user.id == by.id and (role is not user.role or not active or body.password is not None):
        message = "No podés cambiar tu propio rol, desactivarte ni resetear tu contraseña acá."
        raise Failure(409, "not_yourself", message)
    if body.departments is not None or body.role is not None:
        _check_departments(departments, role, attention)
    fields: dict[str, Any] = {
        "name": body.name or user.name,
        "role": role.value,
        "active": active,
        "departments": departments,
    }
    if body.password is not None:
        password = body.password.get_secret_value()
        check_new_password(password, username=user.username, field="password")
        fields |= {"password_hash": await passwords.hash(password), "must_change_password": True}
    async with audit.change("user.update", actor=by, origin=origin, target=user.id, before=_facts(user)) as entry:
        after = await _change(user, fields, users=users)
        if not active or _loses_rights(user.role, role) or body.password is not None:
            await sessions.end_all(user.id)
        entry.after = _facts(after) | {"password_reset": body.password is not None}
    log.info("user_updated", user_id=user.id)
    return after


async def _change(user: User, fields: dict[str, Any], *, users: UserStore) -> User:
    gives_up = user.role is Role.ADMINISTRATOR and user.active
    gives_up = gives_up and not (fields["active"] and fields["role"] == Role.ADMINISTRATOR.value)
    if gives_up and await users.active_administrators() == [user.id]:
        raise _last_administrator()
    if not await users.change(user, **fields):
        raise Failure(409, "changed_meanwhile", "Otra persona cambió este usuario. Recargá y probá de nuevo.")
    after = await users.get(user.id)
    if after is None:
        raise not_found("Ese usuario no existe.")
    if gives_up and not await users.active_administrators():
        # two administrators took each other's role in the same moment: this one is put back
        await users.change(after, role=user.role.value, active=user.active)
        raise _last_administrator()
    return after


def _last_administrator() -> Failure:
    return Failure(409, "last_administrator", "Tiene que quedar al menos un administrador activo.")


def _loses_rights(before: Role, after: Role) -> bool:
    return not TABLE[before] <= TABLE[after]


def _check_departments(departments: list[str], role: Role, attention: AttentionSettings) -> None:
    known = {department.department_id for department in attention.departments}
    if not set(departments) <= known:
        raise invalid("departments", "Uno de los departamentos ya no existe. Volvé a elegirlos.")
    if role is Role.OPERATOR and not departments:
        raise invalid("departments", "Un operador necesita al menos un departamento para ver tickets.")


def _facts(user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "name": user.name,
        "role": user.role.value,
        "departments": list(user.departments),
        "active": user.active,
    }
