"""Files over the simulated network's HTTP side."""

import asyncio
import hashlib
from typing import Any, cast

import httpx

from ispbot_gateway_wa.adapters.simulated.credentials import Credentials
from ispbot_gateway_wa.adapters.simulated.read import Frame
from ispbot_gateway_wa.failures import MediaCorrupt, MediaGone, MediaUnreachable, NotConnected, Rejected
from ispbot_gateway_wa.ports import RemoteMedia

_GONE = {404, 410}
_TOO_LARGE = 413
_REFUSED = 400


class Files:
    """Uploads and downloads with the device's credentials."""

    def __init__(self, base_url: str, *, timeout_s: float) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=timeout_s, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def upload(self, data: bytes, mime: str, credentials: Credentials) -> Frame:
        """Store a file at the network. Raises NotConnected or Rejected."""
        headers = {"X-Device": f"{credentials.device_id}:{credentials.secret}", "Content-Type": mime}
        try:
            response = await self._http.post("/link/media", content=data, headers=headers)
        except httpx.HTTPError as error:
            raise NotConnected(f"the file was not uploaded: {type(error).__name__}") from error
        if response.status_code == _TOO_LARGE:
            raise Rejected(_TOO_LARGE, "the file is too large for WhatsApp")
        if response.is_server_error:
            raise NotConnected(f"the file was not uploaded: HTTP {response.status_code}")
        if response.is_error:
            raise Rejected(response.status_code, "the file was refused")
        return cast("dict[str, Any]", response.json())

    async def download(self, remote: RemoteMedia, credentials: Credentials, *, max_bytes: int) -> bytes:
        """Return a file, checked. Raises MediaGone, MediaCorrupt or MediaUnreachable."""
        headers = {"X-Device": f"{credentials.device_id}:{credentials.secret}"}
        data = bytearray()
        try:
            async with self._http.stream("GET", remote["direct_path"], headers=headers) as response:
                if response.status_code in _GONE:
                    raise MediaGone(f"HTTP {response.status_code}")
                if response.is_error:
                    raise MediaUnreachable(f"HTTP {response.status_code}")
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > max_bytes:
                        raise MediaCorrupt("longer than announced")
        except httpx.HTTPError as error:
            raise MediaUnreachable(type(error).__name__) from error
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        if digest != remote["sha256"]:
            raise MediaCorrupt("the hash differs")
        return bytes(data)
