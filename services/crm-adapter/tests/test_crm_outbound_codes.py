"""Which failures of a request surely came before it: a write that met one of them is tried again without looking."""

import asyncio
import ssl
from dataclasses import replace

import httpcore
import httpx
import pytest

from ispbot_contracts.base import utc_now
from ispbot_crm_adapter.checked_network import CheckedNetwork
from ispbot_crm_adapter.errors import CrmError
from ispbot_crm_adapter.outbound import HttpDoor
from ispbot_crm_adapter.ports import Sighting
from ispbot_crm_adapter.write_ledger import WriteLedger, WriteState
from ispbot_crm_adapter.writes import Write, WriteLater, Writer
from ispbot_runtime.testing import free_port


class Looked(Exception):
    """The vendor was asked whether the write stands: it may have arrived."""


@pytest.fixture
async def state_of(database):
    """Return a function that sends a write and tells what the ledger has of it; "looked" when it may have arrived."""
    ledger = WriteLedger(database)

    async def send(request) -> tuple[str, str]:
        codes = []

        async def attempt() -> None:
            try:
                await request()
            except CrmError as error:
                codes.append(error.code)
                raise

        async def look() -> Sighting:
            raise Looked

        write = Write("w1", "case", "1", attempt, look)
        try:
            await Writer(ledger, source="system", settle_s=1, retry_s=1).carry_out(write, asked_at=utc_now())
        except WriteLater:
            return codes[0], (await ledger.read("w1")).state.value
        except Looked:
            return codes[0], "looked"
        raise AssertionError("it was done")

    return send


@pytest.fixture
async def door(limits):
    made = HttpDoor(verify_tls=True, limits=replace(limits, connect_s=0.2, read_s=0.2, concurrency=1))
    yield made
    await made.aclose()


def posting(door, url):
    return lambda: door.post_json(url, {"text": "No anda"})


NEVER_LEFT = WriteState.NEVER_LEFT.value


async def test_nobody_listens_and_no_such_name_never_left(door, state_of, database):
    assert await state_of(posting(door, f"http://127.0.0.1:{free_port()}/")) == ("connection_refused", NEVER_LEFT)
    await database["writes"].drop()
    assert await state_of(posting(door, "http://no-such-host.invalid/")) == ("dns", NEVER_LEFT)


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (httpcore.ConnectTimeout("no answer to SYN"), "connect_timeout"),
        (httpcore.ConnectError("no route to host"), "connection_failed"),
    ],
)
async def test_a_connection_that_does_not_come_about_never_left(door, state_of, monkeypatch, raised, code):
    """What a network does to us that can not be had on loopback: a firewall that drops, a route that is gone."""

    async def connect_tcp(*_, **__):
        raise raised

    monkeypatch.setattr(CheckedNetwork, "connect_tcp", connect_tcp)
    assert await state_of(posting(door, "http://127.0.0.1:9/")) == (code, NEVER_LEFT)


async def test_a_greeting_over_tls_that_nobody_returns_never_left(door, state_of):
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await state_of(posting(door, f"https://127.0.0.1:{port}/")) == ("connect_timeout", NEVER_LEFT)


async def test_a_certificate_that_nobody_vouches_for_never_left(door, state_of, self_signed):
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=self_signed) as server:
        port = server.sockets[0].getsockname()[1]
        assert await state_of(posting(door, f"https://127.0.0.1:{port}/")) == ("tls", NEVER_LEFT)


async def test_a_request_that_got_none_of_our_connections_never_left(door, state_of, isp, cause):
    await cause("latency", latency_s=20)
    url = f"{isp.url}/api/v1/GetRouters"
    holding = asyncio.create_task(door.exchange("POST", url, headers={}, body={}, timeout_s=20))
    while not door._http._transport._pool.connections:
        await asyncio.sleep(0)
    assert await state_of(posting(door, url)) == ("no_connection_free", NEVER_LEFT)
    holding.cancel()


async def test_a_header_that_can_not_be_sent_never_left(door, state_of, isp):
    async def request() -> None:
        await door.exchange("POST", f"{isp.url}/api/v1/GetRouters", headers={"api-key": "a\nb"}, body={})

    assert await state_of(request) == ("connection_failed", NEVER_LEFT)


@pytest.mark.parametrize(("kind", "code"), [("latency", "timeout"), ("reset", "reset"), ("http_500", "http_status")])
async def test_what_was_sent_may_have_arrived(door, state_of, isp, cause, kind, code):
    await cause(kind, latency_s=20 if kind == "latency" else 0)
    assert await state_of(posting(door, f"{isp.url}/api/v1/GetRouters")) == (code, "looked")


async def test_a_secure_line_that_breaks_after_the_request_may_have_carried_it(door, state_of, monkeypatch):
    """The cause is an SSLError then too, and it is no trouble with a certificate."""

    async def handle_async_request(*_):
        raise httpx.ReadError("cut") from ssl.SSLError("bad record mac")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handle_async_request)
    assert await state_of(posting(door, "https://127.0.0.1:9/")) == ("reset", "looked")
