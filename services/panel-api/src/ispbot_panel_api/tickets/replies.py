"""What an agent sends, as WhatsApp content."""

from ispbot_contracts.common import LatLng
from ispbot_contracts.content import Content, LocationContent, MediaContent, TextContent
from ispbot_panel_api.media.uploads import Uploads
from ispbot_panel_api.tickets.models import ReplyBody


async def content_of(body: ReplyBody, *, uploads: Uploads, user_id: str) -> Content:
    """Return the content of a reply. Raises Failure when the attachment is not there (any more)."""
    if body.media_id is not None:
        upload = await uploads.get(body.media_id, user_id=user_id)
        return MediaContent(kind=upload.kind, media=upload.info, caption=body.caption or None)
    if body.location is not None:
        place = body.location
        return LocationContent(
            position=LatLng(lat=place.lat, lng=place.lng), name=place.name or None, address=place.address or None
        )
    return TextContent(text=body.text or "")
