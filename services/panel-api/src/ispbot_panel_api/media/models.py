"""Uploaded files on the wire."""

from typing import Literal

from ispbot_panel_api.shapes import View


class UploadedMedia(View):
    """A file that waits to be sent: ``media_id`` goes into a reply of the same user within 24 hours."""

    media_id: str
    kind: Literal["image", "video", "audio", "document"]
    mime: str
    name: str
    size: int
