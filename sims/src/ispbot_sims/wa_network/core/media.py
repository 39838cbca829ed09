"""Files on the network."""

import hashlib
import secrets

from ispbot_sims.wa_network.core.entities import Json, MediaFile, Refused
from ispbot_sims.wa_network.core.state import State

MAX_BYTES = 100 * 1024 * 1024


class MediaShelf:
    """Keeps files as they are, by a random id."""

    def __init__(self, state: State) -> None:
        self._state = state

    def keep(self, data: bytes, mime: str) -> MediaFile:
        """Store a file.

        Raises:
            Refused: empty, or too large.
        """
        if not data:
            raise Refused(400, "an empty file")
        if len(data) > MAX_BYTES:
            raise Refused(413, "the file is larger than 100 MB", status=413)
        media = MediaFile(
            id=secrets.token_hex(16), mime=mime, length=len(data), sha256=hashlib.sha256(data).hexdigest()
        )
        (self._state.media_dir / media.id).write_bytes(data)
        self._state.save_media(media)
        return media

    def read(self, media_id: str) -> tuple[MediaFile, bytes]:
        """Return a file.

        Raises:
            Refused: 404 never there, 410 expired.
        """
        media = self._state.media.get(media_id)
        if media is None:
            raise Refused(404, "no such file", status=404)
        if media.gone:
            raise Refused(410, "the file has expired", status=410)
        return media, (self._state.media_dir / media.id).read_bytes()

    def expire(self, media_id: str) -> None:
        """Make a file answer 410 from now on.

        Raises:
            Refused: no such file.
        """
        media, _ = self.read(media_id)
        media.gone = True
        self._state.save_media(media)
        (self._state.media_dir / media_id).unlink()


def media_wire(media: MediaFile) -> Json:
    """The ``media`` of a content."""
    return {
        "direct_path": media.direct_path,
        "mime": media.mime,
        "file_length": media.length,
        "file_sha256": media.sha256,
    }
