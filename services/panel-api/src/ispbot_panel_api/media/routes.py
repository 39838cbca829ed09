"""Files: up before a reply, down to those who may see the conversation."""

from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from ispbot_contracts.content import MediaContent
from ispbot_contracts.tickets import GetMessage
from ispbot_panel_api.failures import not_found
from ispbot_panel_api.media.kinds import recognise
from ispbot_panel_api.media.models import UploadedMedia
from ispbot_panel_api.media.serve import content_response
from ispbot_panel_api.parts import Agent, PartsDep
from ispbot_panel_api.tickets.access import check_sees_message

router = APIRouter()

_HEAD = 8192


@router.post("/api/media")
async def upload_media(file: Annotated[UploadFile, File()], parts: PartsDep, staff: Agent) -> UploadedMedia:
    """Keep a file for a reply of the same person within 24 hours."""
    head = await file.read(_HEAD)
    what = recognise(head, name=file.filename or "archivo", size=file.size or len(head))
    async with parts.uploads.turns:
        await file.seek(0)
        upload = await parts.uploads.add(await file.read(), what, user_id=staff.user.id)
    return UploadedMedia(
        media_id=upload.media_id, kind=what.kind, mime=what.mime, name=what.name, size=upload.info.size_bytes or 0
    )


@router.get("/api/media/{message_id}", response_class=Response)
async def get_media(message_id: str, request: Request, parts: PartsDep, staff: Agent) -> Response:
    """Serve the file of a line of a conversation."""
    found = await parts.bus.ask(GetMessage(message_id=message_id))
    await check_sees_message(parts.bus, staff.user, found)
    content = found.message.content
    if not isinstance(content, MediaContent) or content.media.object_key is None:
        raise not_found("Ese mensaje no tiene un archivo guardado.")
    media = content.media
    return await content_response(
        parts.media, content.media.object_key, mime=media.mime, name=media.name, asked=request.headers
    )
