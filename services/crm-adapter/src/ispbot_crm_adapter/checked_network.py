"""Connections to the very address that was checked: a name that answers differently a moment later gains nothing."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable

import httpcore
import httpx

from ispbot_crm_adapter.errors import CrmRejected, CrmUnreachable

_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",
        "100.100.100.200/32",
        "0.0.0.0/32",
        "224.0.0.0/4",
        "fe80::/10",
        "fd00:ec2::254/128",
        "ff00::/8",
    )
)
"""Cloud metadata services, link-local, multicast. Loopback and private networks stay allowed: the system may stand there."""


class CheckedNetwork(httpcore.AnyIOBackend):
    """Resolves a name once, refuses forbidden addresses, and connects to what it checked. Host and SNI keep the name."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers. Raises CrmRejected, CrmUnreachable (``dns``) and httpcore's errors."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await _allowed(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(host) from error
        share = timeout / len(addresses) if timeout is not None else None
        for address in addresses[:-1]:
            try:
                return await super().connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await super().connect_tcp(addresses[-1], port, share, local_address, socket_options)


def checked_transport(*, verify_tls: bool, connections: int) -> httpx.AsyncHTTPTransport:
    """Return a transport whose connections all go through the check, those of redirects too."""
    context = httpx.create_ssl_context(verify=verify_tls, trust_env=False)
    transport = httpx.AsyncHTTPTransport(verify=context)
    transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 - httpx has no public way to name a pool's network
        ssl_context=context,
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=5.0,
        network_backend=CheckedNetwork(),
    )
    return transport


async def _allowed(host: str, port: int) -> list[str]:
    """Return the addresses of a name, each once. Raises CrmRejected when any of them is forbidden."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise CrmUnreachable("dns", host) from error
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    for address in addresses:
        ip = ipaddress.ip_address(address.split("%")[0])
        plain = getattr(ip, "ipv4_mapped", None) or ip
        if any(plain.version == network.version and plain in network for network in _NEVER):
            raise CrmRejected("forbidden_address", str(plain))
    return addresses
