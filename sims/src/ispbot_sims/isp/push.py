"""How the management systems call a message gateway: the two ways seen of MikroWisp, and a plain JSON one.

Only what is sent is copied; what they do with the answer nobody has shown us (facts: crm-apis section 1, Outbound).
"""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Pusher:
    """A management system with our address and token in its settings."""

    http: httpx.AsyncClient
    url: str
    token: str

    async def mikrowisp_post(self, to: str, message: str, **more: str) -> httpx.Response:
        """Envío POST: an urlencoded form and a Bearer token."""
        return await self.http.post(
            self.url, data={"to": to, "message": message, **more}, headers={"Authorization": f"Bearer {self.token}"}
        )

    async def mikrowisp_get(self, to: str, message: str) -> httpx.Response:
        """Envío GET, as an Argentine provider has it: a local number, and braces left over from the template."""
        return await self.http.get(
            self.url,
            params={"destinatario": to, "mensaje": f"{{{message}}}"},
            headers={"Authorization": f"Bearer {self.token}"},
        )

    async def json(self, body: Any) -> httpx.Response:
        """JSON with the token as an API key."""
        return await self.http.post(self.url, json=body, headers={"apikey": self.token})
