"""Staff accounts on the wire."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from ispbot_contracts.common import DepartmentId
from ispbot_panel_api.auth.models import Password
from ispbot_panel_api.permissions import Role
from ispbot_panel_api.shapes import Body, View

Username = Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{3,40}$")]
PersonName = Annotated[str, Field(min_length=1, max_length=80)]


class UserView(View):
    """An account as administrators see it."""

    id: str
    username: str
    name: str
    role: Role
    departments: list[str]
    active: bool
    must_change_password: bool
    created_at: AwareDatetime
    last_login_at: AwareDatetime | None


class UserList(View):
    """All accounts, by name."""

    users: list[UserView]


class CreateUserBody(Body):
    """A new account; its first password must be changed at the first login."""

    username: Username
    name: PersonName
    password: Password
    role: Role
    departments: list[DepartmentId]


class UpdateUserBody(Body):
    """What changes; absent stays as it is. A new ``password`` must be changed at the next login."""

    name: PersonName | None = None
    role: Role | None = None
    departments: list[DepartmentId] | None = None
    active: bool | None = None
    password: Password | None = None
