"""What the login, the session and the password routes take and give."""

from typing import Annotated

from pydantic import AwareDatetime, Field, SecretStr

from ispbot_panel_api.permissions import Permission, Role
from ispbot_panel_api.shapes import Body, View

Password = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class PublicInfo(View):
    """What the login page shows before anybody is known."""

    company_name: str
    logo_url: str | None


class LoginBody(Body):
    """Credentials; ``remember`` keeps the session for 30 days in place of 12 hours."""

    username: Annotated[str, Field(min_length=1, max_length=60)]
    password: Password
    remember: bool


class PasswordBody(Body):
    """A change of the own password."""

    current: Password
    new: Password


class SessionUser(View):
    """Who is logged in."""

    id: str
    username: str
    name: str
    role: Role
    departments: list[str]


class SessionCompany(View):
    """The company whose panel this is."""

    name: str
    timezone: str
    logo_url: str | None


class Session(View):
    """The present session. While ``must_change_password`` every other call answers 403 password_change_required."""

    user: SessionUser
    must_change_password: bool
    permissions: list[Permission]
    company: SessionCompany
    expires_at: AwareDatetime
