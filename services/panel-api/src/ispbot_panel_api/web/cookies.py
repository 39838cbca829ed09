"""The session cookie: HttpOnly, SameSite=Lax, Secure over TLS."""

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from ispbot_panel_api.auth.sessions import REMEMBERED, NewSession

NAME = "ispbot_session"


def session_token(connection: HTTPConnection) -> str:
    """Return the token that the browser sent, empty when it sent none."""
    return connection.cookies.get(NAME, "")


def set_session_cookie(request: Request, response: Response, session: NewSession, *, remember: bool) -> None:
    """Give the browser its token; without ``remember`` it forgets it when it closes."""
    response.set_cookie(
        NAME,
        session.token,
        max_age=int(REMEMBERED.total_seconds()) if remember else None,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )


def clear_session_cookie(request: Request, response: Response) -> None:
    """Make the browser forget its token."""
    response.delete_cookie(NAME, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/")
