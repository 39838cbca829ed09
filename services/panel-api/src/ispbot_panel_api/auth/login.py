"""Use cases of access: the first account, logging in, changing the own password."""

from ispbot_contracts.base import utc_now
from ispbot_panel_api.audit.log import AuditLog, Origin
from ispbot_panel_api.auth.passwords import Passwords, check_new_password, wrong_current_password
from ispbot_panel_api.auth.sessions import NewSession, Sessions, Staff
from ispbot_panel_api.auth.throttle import Throttle
from ispbot_panel_api.failures import Failure, invalid
from ispbot_panel_api.permissions import Role
from ispbot_panel_api.users.store import User, UserStore
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_FIRST_NAME = _FIRST_PASSWORD = "admin"  # noqa: S105 - the manual's first credentials, good for one password change


async def create_first_user(*, users: UserStore, passwords: Passwords) -> None:
    """Create admin/admin when there is no account at all; of several replicas one succeeds."""
    if not await users.nobody():
        return
    password_hash = await passwords.hash(_FIRST_PASSWORD)
    try:
        await users.insert(
            username=_FIRST_NAME,
            name="Administrador",
            role=Role.ADMINISTRATOR,
            departments=[],
            password_hash=password_hash,
        )
    except Failure:
        log.info("first_user_exists")
    else:
        log.info("first_user_created", username=_FIRST_NAME)


async def log_in(
    username: str, password: str, *, remember: bool, origin: Origin,
    users: UserStore, sessions: Sessions, passwords: Passwords, throttle: Throttle, audit: AuditLog,
) -> tuple[User, NewSession]:  # fmt: skip
    """Check the credentials and begin a session. Raises Failure 401 or 429."""
    await throttle.admit(username, origin.address)
    user = await users.by_username(username)
    right = await passwords.verify(user.password_hash if user else None, password)
    if user is None or not right:
        log.info("login_refused", known=user is not None)
        raise Failure(401, "bad_credentials", "Usuario o contraseña incorrectos.")
    if not user.active:
        log.info("login_refused", user_id=user.id, reason="inactive")
        raise Failure(401, "account_inactive", "Tu cuenta está desactivada. Hablá con un administrador.")
    if passwords.outdated(user.password_hash):
        await users.change(user, password_hash=await passwords.hash(password))
    await throttle.forgive(username, origin.address)
    async with audit.change("session.begin", actor=user, origin=origin, target=user.id) as entry:
        begun = await sessions.begin(user, remember=remember, address=origin.address, agent=origin.agent)
        await users.logged_in(user.id, utc_now())
        entry.after = {"remember": remember}
    log.info("logged_in", user_id=user.id)
    return user, begun


async def change_password(
    staff: Staff, current: str, new: str, *, origin: Origin,
    users: UserStore, sessions: Sessions, passwords: Passwords, throttle: Throttle, audit: AuditLog,
) -> tuple[User, NewSession]:  # fmt: skip
    """Change the own password and end every session; the caller goes on in a new one. Raises Failure."""
    user = staff.user
    await throttle.admit(user.username, origin.address)
    if not await passwords.verify(user.password_hash, current):
        raise wrong_current_password()
    await throttle.forgive(user.username, origin.address)
    check_new_password(new, username=user.username, field="new")
    if new == current:
        raise invalid("new", "La contraseña nueva tiene que ser distinta de la actual.", code="password_unchanged")
    password_hash = await passwords.hash(new)
    async with audit.change("password.change", actor=user, origin=origin, target=user.id):
        changed = await users.change(user, password_hash=password_hash, must_change_password=False)
        if not changed:
            raise Failure(409, "changed_meanwhile", "Tu cuenta cambió mientras tanto. Probá de nuevo.")
        await sessions.end_all(user.id)
        begun = await sessions.begin(user, remember=staff.remember, address=origin.address, agent=origin.agent)
    log.info("password_changed", user_id=user.id)
    after = await users.get(user.id)
    return after or user, begun
