"""Headers, sizes, problem bodies, the served panel, and the generated document."""

import gzip

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from ispbot_contracts import settings
from ispbot_contracts.settings import Part
from ispbot_panel_api.app import build_api
from ispbot_panel_api.openapi import DOCUMENT, document, render


@pytest.fixture
def dist(panel_config):
    folder = panel_config.panel_dist
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>ISPBot</title>")
    (folder / "assets" / "app-1a2b.js").write_text("console.log('hola')")
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"console.log('hola')"))
    (folder.parent / "secret.txt").write_text("no")


async def test_the_panel_is_served_with_fresh_page_and_lasting_assets(dist, start_panel):
    panel = await start_panel()
    async with panel.client() as browser:
        page = await browser.get("/omnichat/t1")
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
        assert "ISPBot" in page.text
        script = await browser.get("/assets/app-1a2b.js")
        assert script.headers["content-encoding"] == "gzip"
        assert script.headers["content-type"].startswith(("text/javascript", "application/javascript"))
        assert "immutable" in script.headers["cache-control"]
        assert script.text == "console.log('hola')"
        plain = await browser.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.text == script.text


async def test_missing_files_and_foreign_paths_are_not_the_page(dist, start_panel):
    panel = await start_panel()
    async with panel.client() as browser:
        for path in ("/assets/gone-9.js", "/%2e%2e/secret.txt", "/..%2fsecret.txt"):
            assert (await browser.get(path)).status_code == 404, path
        _, token = await panel.enrol("administrator")
        browser.cookies.set("ispbot_session", token)
        missing = await browser.get("/api/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_every_answer_carries_the_security_headers(dist, start_panel):
    panel = await start_panel()
    async with panel.client() as browser:
        for path in ("/", "/api/public", "/api/session", "/healthz"):
            headers = (await browser.get(path)).headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert "script-src" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-correlation-id"].startswith("http-")
        assert (await browser.get("/api/public")).headers["cache-control"] == "no-store"


async def test_health_is_answered_in_the_same_app(start_panel):
    panel = await start_panel(panel_dist=None)
    async with panel.client() as browser:
        ready = (await browser.get("/readyz")).json()
        assert ready["ready"] is True
        assert "ISPBOT_PANEL_DIST" in ready["degraded"]["panel"]
        assert "ispbot_http_requests_total" in (await browser.get("/metrics")).text


async def test_a_body_over_the_limit_is_refused_declared_or_not(panel):
    _, token = await panel.enrol("administrator")
    big = b'{"name": "' + b"x" * 300_000 + b'"}'

    async def pieces():
        for start in range(0, len(big), 50_000):
            yield big[start : start + 50_000]

    async with panel.client(token) as browser:
        for content in (big, pieces()):
            answer = await browser.post("/api/users", content=content, headers={"Content-Type": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_problems_name_the_field_in_spanish(panel):
    _, token = await panel.enrol("administrator")
    body = {"username": "x", "name": "Ana", "password": "Tormenta-Azul-9", "role": "operator", "departments": []}
    async with panel.client(token) as browser:
        wrong = (await browser.post("/api/users", json=body)).json()
        assert (wrong["code"], wrong["field"]) == ("invalid", "username")
        odd = (await browser.post("/api/users", json=body | {"username": "ana", "surprise": 1})).json()
        assert odd["field"] == "surprise"
        broken = await browser.post("/api/users", content=b"{", headers={"Content-Type": "application/json"})
        assert (broken.status_code, broken.json()["message"]) == (422, "El pedido no se pudo leer.")


async def test_a_bug_is_answered_with_the_id_of_its_log_line(panel):
    """Nobody refused and nothing is away: it is the unknown error."""
    _, token = await panel.enrol("administrator")
    panel.parts.users.all = None
    with capture_logs(processors=[merge_contextvars]) as lines:
        async with panel.client(token) as browser:
            answer = await browser.get("/api/agents")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "unexpected")
    assert problem["details"]["correlation_id"] == answer.headers["x-correlation-id"]
    [line] = [line for line in lines if line["event"] == "request_failed"]
    assert line["correlation_id"] == problem["details"]["correlation_id"]


async def test_a_neighbour_that_fails_is_named_and_can_be_tried_again(panel, desk):
    _, token = await panel.enrol("administrator")
    desk.tickets = None  # its answers break from now on
    async with panel.client(token) as browser:
        answer = await browser.get("/api/tickets?view=pending")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "5")
    assert "tickets" in answer.json()["message"]


def test_the_committed_document_is_current():
    assert DOCUMENT.read_text() == render(build_api())


def test_no_field_of_an_answer_is_optional_and_frames_are_documented():
    """Parts of settings are read and written in one shape, so theirs may have defaults."""
    parts = {name for name, value in vars(settings).items() if isinstance(value, type) and issubclass(value, Part)}
    schemas = document(build_api())["components"]["schemas"]
    loose = {
        name
        for name, schema in schemas.items()
        if set(schema.get("properties", {})) - set(schema.get("required", []))
        and not name.endswith("Body")
        and name not in parts
    }
    assert loose == set()
    assert {"LiveFrame", "PingFrame", "CloseCode"} <= set(schemas)
    assert not [name for name in schemas if name.endswith(("-Input", "-Output"))]
