"""The built panel: hashed assets for ever, index.html always fresh, precompressed files when the browser takes them."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ispbot_panel_api.web.problems import not_in_api

INDEX = "index.html"
_FOREVER = "public, max-age=31536000, immutable"


class PanelFiles(StaticFiles):
    """Serves the panel; an address of the panel itself (no file, no API) gets index.html."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or the panel's page."""
        name = INDEX if path in {"", "."} else path
        if name.startswith("api/"):
            raise not_in_api()
        try:
            return await self._file(name, scope)
        except HTTPException as error:
            if error.status_code != 404 or Path(name).suffix:
                raise
        return await self._file(INDEX, scope)

    async def _file(self, name: str, scope: Scope) -> Response:
        response = await self._compressed(name, scope) or await super().get_response(name, scope)
        response.headers["cache-control"] = _FOREVER if name.startswith("assets/") else "no-cache"
        response.headers.add_vary_header("accept-encoding")
        return response

    async def _compressed(self, name: str, scope: Scope) -> Response | None:
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        if "gzip" not in accepted or not self.lookup_path(f"{name}.gz")[1]:
            return None
        response = await super().get_response(f"{name}.gz", scope)
        response.headers["content-encoding"] = "gzip"
        return response
