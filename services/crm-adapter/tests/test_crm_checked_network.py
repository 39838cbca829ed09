"""The address that was checked is the one that is connected to; the server still sees the name."""

import asyncio
import socket
import ssl
from contextlib import asynccontextmanager

import pytest

from ispbot_crm_adapter.errors import CrmRejected, CrmUnreachable
from ispbot_crm_adapter.outbound import HttpDoor

NAME = "archivos.example"


@asynccontextmanager
async def file_server(host: str, body: bytes, tls: ssl.SSLContext | None = None):
    """Serve a body; yields the port and the Host headers seen."""
    hosts = []

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        hosts.append(next(line for line in head.splitlines() if line.lower().startswith("host:")).split(": ")[1])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1], hosts


@pytest.fixture
async def door(limits):
    made = HttpDoor(verify_tls=False, limits=limits)
    yield made
    await made.aclose()


@pytest.fixture
async def named(monkeypatch):
    """Return a function that says what the name resolves to, answer by answer; the last one stays."""
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    def answers(*lists):
        left = list(lists)

        async def getaddrinfo(host, port, **options):
            if host != NAME:
                return await real(host, port, **options)
            now = left.pop(0) if len(left) > 1 else left[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in now]

        monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)

    return answers


async def test_a_name_that_changes_its_answer_after_the_check_gains_nothing(door, named):
    async with file_server("127.0.0.1", b"allowed") as (port, hosts):
        named(["127.0.0.1"], ["169.254.169.254"])
        assert await door.get_file(f"http://{NAME}:{port}/f.pdf", 1000) == b"allowed"
        assert hosts == [f"{NAME}:{port}"]
        with pytest.raises(CrmRejected) as refused:
            await door.get_file(f"http://{NAME}:{port}/f.pdf", 1000)
        assert refused.value.code == "forbidden_address"


async def test_one_forbidden_address_among_good_ones_is_refused(door, named):
    async with file_server("127.0.0.1", b"allowed") as (port, hosts):
        named(["127.0.0.1", "169.254.169.254"])
        with pytest.raises(CrmRejected):
            await door.get_file(f"http://{NAME}:{port}/f.pdf", 1000)
        assert hosts == []


async def test_the_next_address_is_tried_when_the_first_does_not_answer(door, named):
    async with file_server("127.0.0.1", b"allowed") as (port, _):
        named(["127.0.0.9", "127.0.0.1"])
        assert await door.get_file(f"http://{NAME}:{port}/f.pdf", 1000) == b"allowed"
        named(["127.0.0.9"])
        with pytest.raises(CrmUnreachable) as refused:
            await door.get_file(f"http://{NAME}:{port}/f.pdf", 1000)
        assert refused.value.code == "connection_refused"


async def test_the_server_is_greeted_by_its_name(door, named, self_signed):
    greeted = []
    self_signed.sni_callback = lambda _socket, name, _context: greeted.append(name)
    async with file_server("127.0.0.1", b"allowed", self_signed) as (port, hosts):
        named(["127.0.0.1"])
        assert await door.get_file(f"https://{NAME}:{port}/f.pdf", 1000) == b"allowed"
    assert (greeted, hosts) == ([NAME], [f"{NAME}:{port}"])
