"""What a service answers about itself."""

import httpx
import pytest

from ispbot_runtime.health import Health


@pytest.fixture
def health() -> Health:
    return Health("panel-api")


def ask(health: Health) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(health.app()), base_url="http://service")


async def test_while_a_service_starts_its_addresses_are_unavailable_not_missing(health):
    async with ask(health) as http:
        answer = await http.post("/api/tickets/t1/reply")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert (await http.get("/healthz")).status_code == 200
        health.started = True
        assert (await http.post("/api/tickets/t1/reply")).status_code == 404


async def test_readiness_says_why_not_and_what_is_only_limited(health):
    health.checks["bus"] = lambda: "not connected"
    health.limits["crm"] = lambda: "does not answer"
    async with ask(health) as http:
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["problems"]) == (
            503,
            {"bus": "not connected", "start": "still starting"},
        )
        health.started, health.checks["bus"] = True, lambda: None
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["degraded"]) == (200, {"crm": "does not answer"})
