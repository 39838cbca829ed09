"""A member of the staff at the panel's API."""

import httpx

from ispbot_launcher.running import Running

PASSWORD = "Una-clave-larga-7"


class Panel:
    """A member of the staff at the panel's API."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=20, trust_env=False)

    async def login(self, username: str, password: str) -> httpx.Response:
        return await self.http.post("/api/login", json={"username": username, "password": password, "remember": False})

    async def get(self, path: str, **params):
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def send(self, method: str, path: str, body=None, *, expect: int = 200):
        answer = await self.http.request(method, path, json=body)
        assert answer.status_code in {expect, 204}, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def set_mode(self, mode: str) -> None:
        now = await self.get("/api/mode")
        await self.send("PUT", "/api/mode", {"mode": mode, "revision": now["revision"]})


async def administrator(running: Running) -> Panel:
    """Log in as admin; the first time with the first password, which must then be changed."""
    panel = Panel(running.panel_url)
    if (await panel.login("admin", PASSWORD)).status_code == 200:
        return panel
    assert (await panel.login("admin", "admin")).status_code == 200
    await panel.send("POST", "/api/password", {"current": "admin", "new": PASSWORD})
    return panel
