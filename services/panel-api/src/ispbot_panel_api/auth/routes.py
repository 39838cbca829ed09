"""Login, session and password."""

from fastapi import APIRouter, Request, Response

from ispbot_contracts.settings import CompanySettings
from ispbot_panel_api.auth import login as use
from ispbot_panel_api.auth.models import LoginBody, PasswordBody, PublicInfo, Session, SessionCompany, SessionUser
from ispbot_panel_api.auth.sessions import NewSession, Staff
from ispbot_panel_api.failures import not_found
from ispbot_panel_api.live.hints import SessionsChanged
from ispbot_panel_api.media.serve import content_response
from ispbot_panel_api.parts import AnyStaff, OriginDep, Parts, PartsDep
from ispbot_panel_api.permissions import permissions_of
from ispbot_panel_api.shapes import Done
from ispbot_panel_api.users.store import User
from ispbot_panel_api.web.cookies import clear_session_cookie, set_session_cookie

router = APIRouter()


@router.get("/api/public")
async def get_public(parts: PartsDep) -> PublicInfo:
    """Tell the login page whose panel this is."""
    company = parts.watch.current(CompanySettings)
    return PublicInfo(company_name=company.name, logo_url=_logo_url(company))


@router.get("/api/logo", response_class=Response)
async def get_logo(request: Request, parts: PartsDep) -> Response:
    """Serve the company's logo."""
    key = parts.watch.current(CompanySettings).logo_key
    if key is None:
        raise not_found("La empresa no tiene logo cargado.")
    return await content_response(parts.media, key, mime=None, name="logo", asked=request.headers)


@router.post("/api/login")
async def login(body: LoginBody, request: Request, response: Response, parts: PartsDep, origin: OriginDep) -> Session:
    """Log in."""
    user, begun = await use.log_in(
        body.username, body.password.get_secret_value(), remember=body.remember, origin=origin, users=parts.users,
        sessions=parts.sessions, passwords=parts.passwords, throttle=parts.throttle, audit=parts.audit,
    )  # fmt: skip
    set_session_cookie(request, response, begun, remember=body.remember)
    return _session(parts, user, begun)


@router.post("/api/logout")
async def logout(request: Request, response: Response, parts: PartsDep, staff: AnyStaff) -> Done:
    """End this session."""
    await parts.sessions.end(staff.session_id)
    await parts.bus.hint(SessionsChanged(user_id=staff.user.id))
    clear_session_cookie(request, response)
    return Done(ok=True)


@router.get("/api/session")
async def get_session(parts: PartsDep, staff: AnyStaff) -> Session:
    """Tell who is logged in and what they may do."""
    return _session(parts, staff.user, staff)


@router.post("/api/session/close-others")
async def close_other_sessions(parts: PartsDep, staff: AnyStaff, origin: OriginDep) -> Done:
    """End every other session of this person."""
    async with parts.audit.change("session.close_others", actor=staff.user, origin=origin) as entry:
        ended = await parts.sessions.end_all(staff.user.id, keep=staff.session_id)
        entry.after = {"ended": ended}
    await parts.bus.hint(SessionsChanged(user_id=staff.user.id))
    return Done(ok=True)


@router.post("/api/password")
async def change_password(
    body: PasswordBody, request: Request, response: Response, parts: PartsDep, staff: AnyStaff, origin: OriginDep
) -> Session:
    """Change the own password; every other session ends."""
    user, begun = await use.change_password(
        staff, body.current.get_secret_value(), body.new.get_secret_value(), origin=origin, users=parts.users,
        sessions=parts.sessions, passwords=parts.passwords, throttle=parts.throttle, audit=parts.audit,
    )  # fmt: skip
    await parts.bus.hint(SessionsChanged(user_id=user.id))
    set_session_cookie(request, response, begun, remember=staff.remember)
    return _session(parts, user, begun)


def _session(parts: Parts, user: User, session: Staff | NewSession) -> Session:
    company = parts.watch.current(CompanySettings)
    return Session(
        user=SessionUser(
            id=user.id, username=user.username, name=user.name, role=user.role, departments=list(user.departments)
        ),
        must_change_password=user.must_change_password,
        permissions=permissions_of(user.role),
        company=SessionCompany(name=company.name, timezone=company.timezone, logo_url=_logo_url(company)),
        expires_at=session.expires_at,
    )


def _logo_url(company: CompanySettings) -> str | None:
    return f"/api/logo?v={company.logo_key[:12]}" if company.logo_key else None
