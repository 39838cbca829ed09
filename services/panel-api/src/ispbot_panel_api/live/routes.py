"""The live socket ``/api/live?since=<cursor>``; its frames and close codes are in ``live/models.py``."""

from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from ispbot_panel_api.live.models import CloseCode
from ispbot_panel_api.parts import PartsDep
from ispbot_panel_api.permissions import Permission
from ispbot_panel_api.web.cookies import session_token
from ispbot_panel_api.web.origin import comes_from_panel

router = APIRouter()


@router.websocket("/api/live")
async def live(socket: WebSocket, parts: PartsDep, since: Annotated[str | None, Query(max_length=30)] = None) -> None:
    """Tell a browser what happens; with ``since`` first what it missed."""
    if not comes_from_panel(socket, parts.allowed_origins):
        await socket.close()  # before accepting: the browser of another site learns nothing
        return
    staff = await parts.sessions.find(session_token(socket))
    await socket.accept()  # a close code reaches the browser only on an open socket
    if staff is None:
        await socket.close(CloseCode.SESSION_ENDED)
    elif staff.user.must_change_password or not staff.user.may(Permission.OMNICHAT_USE):
        await socket.close(CloseCode.FORBIDDEN)
    else:
        await parts.hub.serve(socket, staff, since)
