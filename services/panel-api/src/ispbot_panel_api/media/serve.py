"""Files to the browser: streamed, with a type that can not run anything, ranges for players."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from ispbot_panel_api.failures import Failure, not_found
from ispbot_panel_api.media.kinds import clean_name
from ispbot_runtime.media import MediaMissing, MediaStore

_SHOWN = {
    "image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/3gpp", "video/webm",
    "audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm",
}  # fmt: skip
"""Shown in the page; everything else is downloaded."""
_DOWNLOADED = {"application/pdf", "text/plain", "text/csv"}
"""Downloaded under its own type; everything else as bytes."""
_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")
_CACHE = "private, no-cache"
"""Kept by the browser, but each time it asks whether this user may (still) see it."""
_HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": _CACHE,
    "accept-ranges": "bytes",
}


async def content_response(
    store: MediaStore, key: str, *, mime: str | None, name: str | None, asked: Headers
) -> Response:
    """Return a file of the media store for a request with these headers. Raises Failure 404 or 416, or Unavailable."""
    tag = f'"{key}"'
    if asked.get("if-none-match") == tag:
        return Response(status_code=304, headers={"etag": tag, "cache-control": _CACHE})
    wanted = asked.get("range")
    try:
        opened = await store.open(key)
    except MediaMissing as error:
        raise not_found("El archivo ya no está guardado.") from error
    kind = safe_type(mime or opened.mime)
    headers = _HEADERS | {"content-disposition": disposition(kind, name), "etag": tag}
    first, last = _span(wanted, opened.size_bytes)
    headers["content-length"] = str(last - first + 1)
    status = 200
    if wanted is not None:
        status = 206
        headers["content-range"] = f"bytes {first}-{last}/{opened.size_bytes}"
    return StreamingResponse(_part(opened.chunks, first, last), status, headers=headers, media_type=kind)


def safe_type(mime: str) -> str:
    """Return the type to serve a file under: its own when harmless, else plain bytes."""
    base = mime.partition(";")[0].strip().lower()
    return base if base in _SHOWN or base in _DOWNLOADED else "application/octet-stream"


def disposition(kind: str, name: str | None) -> str:
    """Return the Content-Disposition: shown in the page only for pictures, videos and audio."""
    how = "inline" if kind in _SHOWN else "attachment"
    return f"{how}; filename*=UTF-8''{quote(clean_name(name or 'archivo'), safe='')}"


def _span(wanted: str | None, size: int) -> tuple[int, int]:
    if wanted is None:
        return 0, size - 1
    match = _RANGE.match(wanted)
    start, end = match.groups() if match else ("", "")
    if start:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
    elif end:
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = size, size
    if first > last or first >= size:
        raise Failure(
            416, "bad_range", "Ese tramo del archivo no existe.", headers={"content-range": f"bytes */{size}"}
        )
    return first, last


async def _part(chunks: AsyncIterator[bytes], first: int, last: int) -> AsyncIterator[bytes]:
    at = 0
    async for chunk in chunks:
        begin, end = max(first - at, 0), min(last + 1 - at, len(chunk))
        if begin < end:
            yield chunk[begin:end]
        at += len(chunk)
        if at > last:
            return
