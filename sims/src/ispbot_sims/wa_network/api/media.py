"""Files: up and down for phones (and the page), and for linked devices with their faults."""

import asyncio
import hmac

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from ispbot_sims.wa_network.api.bodies import network_of
from ispbot_sims.wa_network.core.entities import Device, Refused
from ispbot_sims.wa_network.core.faults import FaultKind
from ispbot_sims.wa_network.core.media import media_wire

_SHOWN_INLINE = ("image/", "audio/", "video/", "application/pdf")
_NEVER_INLINE = ("image/svg+xml",)


def _mime(request: Request) -> str:
    return request.headers.get("content-type", "application/octet-stream").partition(";")[0].strip().lower()


def _device(request: Request) -> Device:
    device_id, _, secret = request.headers.get("x-device", "").partition(":")
    device = network_of(request).state.devices.get(device_id)
    if device is None or not hmac.compare_digest(device.secret, secret):
        raise Refused(401, "not a linked device", status=401)
    return device


async def upload(request: Request) -> JSONResponse:
    """A phone's file: the body is the file."""
    media = network_of(request).media.keep(await request.body(), _mime(request))
    return JSONResponse(media_wire(media) | {"url": f"/api/media/{media.id}"}, status_code=201)


async def download(request: Request) -> Response:
    """A file for the page. Only harmless kinds are shown in place, all else is saved."""
    network = network_of(request)
    media, _ = network.media.read(request.path_params["media_id"])
    inline = media.mime.startswith(_SHOWN_INLINE) and media.mime not in _NEVER_INLINE
    return FileResponse(
        network.state.media_dir / media.id,
        media_type=media.mime if inline else "application/octet-stream",
        filename=request.query_params.get("name") or media.id,
        content_disposition_type="inline" if inline else "attachment",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"},
    )


async def expire(request: Request) -> JSONResponse:
    """Let a file expire on the network: devices get 410."""
    network_of(request).media.expire(request.path_params["media_id"])
    return JSONResponse({"ok": True})


async def device_upload(request: Request) -> JSONResponse:
    """A device's file."""
    _device(request)
    return JSONResponse(media_wire(network_of(request).media.keep(await request.body(), _mime(request))))


async def device_download(request: Request) -> Response:
    """A file for a device, with the faults that are armed."""
    network, device = network_of(request), _device(request)
    slow = network.faults.use(FaultKind.MEDIA_SLOW, account=device.account)
    if slow is not None:
        await asyncio.sleep(slow.seconds)
    missing = network.faults.use(FaultKind.MEDIA_MISSING, account=device.account)
    if missing is not None:
        raise Refused(missing.status, "gone by a fault", status=missing.status)
    media, data = network.media.read(request.path_params["media_id"])
    if network.faults.use(FaultKind.MEDIA_CORRUPT, account=device.account):
        data = data[:-1] + bytes([data[-1] ^ 0xFF])
    return Response(data, media_type=media.mime)


routes = [
    Route("/api/media", upload, methods=["POST"]),
    Route("/api/media/{media_id}", download),
    Route("/api/media/{media_id}/expire", expire, methods=["POST"]),
    Route("/link/media", device_upload, methods=["POST"]),
    Route("/link/files/{media_id}", device_download),
]
