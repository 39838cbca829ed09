"""Probar Conexión: each mistake in the form has its own sentence (what the server does wrong: test_crm_faults)."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from ispbot_contracts.crm import TestCrmConnection as TryConnection

NAMES = {"mikrowisp": "MikroWisp", "ispcube": "ISPCube", "ispbrain": "ISPBrain"}
API_OF = {"mikrowisp": "/api/v1/", "ispcube": "/api", "ispbrain": "/api/v2"}
NO_SECRET = {
    "mikrowisp": ({"token": ""}, "token_required"),
    "ispcube": ({"api_key": ""}, "credentials_required"),
    "ispbrain": ({"password": ""}, "credentials_required"),
}


@pytest.fixture
def typed(isp, vendor):
    """Return what somebody types for the vendor under test."""
    forms = {"mikrowisp": {"token": isp.token}, "ispcube": vars(isp.credentials), "ispbrain": vars(isp.credentials)}
    return {"vendor": vendor, **forms[vendor]}


@pytest.fixture
async def attempt(start_adapter, ask, settings_store, company, typed):
    """Return a function that tries a connection on an adapter without saved credentials."""
    await settings_store.write(company, revision=0)
    await start_adapter()

    async def send(**changes):
        return await ask(TryConnection(**typed | changes))

    return send


@asynccontextmanager
async def raw_server(answer: bytes):
    """Serve one fixed HTTP answer on a free port."""

    async def serve(reader, writer):
        await reader.read(65536)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def http_answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_good_credentials_are_praised_with_the_time_it_took(attempt, isp, vendor):
    result = await attempt(url=f"{isp.url}{API_OF[vendor]}")
    assert (result.ok, result.code) == (True, "ok")
    assert result.message.startswith(f"Conexión correcta con {NAMES[vendor]} (")
    assert result.latency_ms is not None


async def test_a_server_that_quotes_our_secret_in_its_refusal_is_told_without_it(attempt, vendor):
    secret = next(iter(NO_SECRET[vendor][0]))
    said = "La clave 7f3a-nuestra no puede hacer esto"
    body = json.dumps({"estado": "error", "mensaje": said, "message": said}).encode()
    status = "200 OK" if vendor == "mikrowisp" else "422 Unprocessable Entity"
    async with raw_server(http_answer(status, body, "Content-Type: application/json")) as port:
        result = await attempt(url=f"http://127.0.0.1:{port}", **{secret: "7f3a-nuestra"})
    assert not result.ok
    assert "7f3a" not in result.model_dump_json()
    assert (
        vendor != "mikrowisp" or "La clave ••• no puede hacer esto" in result.message
    )  # the one whose words are passed on


async def test_each_mistake_in_the_form_is_named(attempt, vendor):
    without_secret, missing = NO_SECRET[vendor]
    for typed, code in (
        ({"url": "https://nadie.invalid"}, "dns"),
        ({"url": "ftp://isp.example"}, "invalid_url"),
        ({"url": "http://169.254.169.254/latest"}, "forbidden_address"),
        ({"url": "http://[::ffff:169.254.169.254]"}, "forbidden_address"),
        ({"url": ""}, "url_required"),
        ({"url": "http://127.0.0.1:9"} | without_secret, missing),
        ({"url": "http://127.0.0.1:9", "vendor": "acme"}, "unknown_vendor"),
    ):
        result = await attempt(**typed)
        assert (typed, result.ok, result.code) == (typed, False, code)
        assert result.message


@pytest.mark.parametrize("vendor", ["ispcube"])
async def test_several_missing_credentials_are_named_in_one_sentence(attempt):
    result = await attempt(url="http://127.0.0.1:9", password="", api_key="")
    assert result.message == "Escribí la contraseña y la api-key para probar esta dirección."


@pytest.mark.parametrize("vendor", ["mikrowisp"])
async def test_a_servers_own_full_stop_is_not_written_twice(attempt):
    body = json.dumps({"estado": "error", "mensaje": "No existe el comando indicado."}).encode()
    async with raw_server(http_answer("200 OK", body, "Content-Type: application/json")) as port:
        result = await attempt(url=f"http://127.0.0.1:{port}")
    assert result.message == "El sistema de gestión respondió: «No existe el comando indicado»."


async def test_a_redirect_is_not_followed_with_the_token_but_shown(attempt):
    async with raw_server(http_answer("301 Moved Permanently", b"", "Location: https://otro.example/api/v1/")) as port:
        result = await attempt(url=f"http://127.0.0.1:{port}")
    assert result.code == "redirect"
    assert "https://otro.example" in result.message


async def test_a_forbidden_api_is_named(attempt):
    async with raw_server(http_answer("403 Forbidden")) as port:
        assert (await attempt(url=f"http://127.0.0.1:{port}")).code == "denied"


async def test_the_saved_credentials_are_tried_when_nothing_is_typed(attempt, ask, settings_store, crm_settings):
    assert (await ask(TryConnection())).code == "crm_not_configured"
    await settings_store.write(crm_settings(), revision=0)

    async def works():
        return (await ask(TryConnection())).ok

    deadline = asyncio.get_running_loop().time() + 5
    while not await works():
        assert asyncio.get_running_loop().time() < deadline


async def test_the_saved_secrets_never_go_to_another_address(attempt, ask, settings_store, crm_settings, vendor):
    await settings_store.write(crm_settings(), revision=0)
    received = bytearray()

    async def serve(reader, writer):
        received.extend(await reader.read(65536))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        result = await ask(TryConnection(vendor=vendor, url=url))
        assert result.code == NO_SECRET[vendor][1]
        assert result.message.endswith("Lo guardado no se manda a otro servidor.")
    assert not received
