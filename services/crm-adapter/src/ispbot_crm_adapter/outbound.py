"""HTTP to addresses that an administrator typed or that a management system gave us."""

import asyncio
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from ispbot_crm_adapter.checked_network import checked_transport
from ispbot_crm_adapter.errors import CrmBroken, CrmDenied, CrmError, CrmRejected, CrmUnreachable
from ispbot_crm_adapter.settings import Limits

_DENIED = (401, 403)
_JSON_MAX_BYTES = 20 * 1024 * 1024
_LAST_PORT = 65535
_PDF_END = 2048


@dataclass(frozen=True)
class Reply:
    """An answer of any status."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Tell whether the status is a good one."""
        return 200 <= self.status < 300


class HttpDoor:
    """One HTTP client towards one system. Everything it raises is a CrmError."""

    def __init__(self, *, verify_tls: bool, limits: Limits) -> None:
        self._limits = limits
        self._answer = httpx.Timeout(limits.read_s, connect=limits.connect_s)
        self._file = httpx.Timeout(limits.file_s, connect=limits.connect_s)
        self._http = httpx.AsyncClient(
            transport=checked_transport(verify_tls=verify_tls, connections=limits.concurrency),
            follow_redirects=False,
            trust_env=False,
            event_hooks={"request": [_check_address]},
            headers={"User-Agent": "ISPBot", "Accept": "application/json"},
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def exchange(
        self, method: str, url: str, *, headers: Mapping[str, str], params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None, timeout_s: float | None = None,
    ) -> Reply:  # fmt: skip
        """Return what comes back, whatever its status. Redirects are refused: we show our credentials."""
        timeout = self._answer if timeout_s is None else httpx.Timeout(timeout_s, connect=self._limits.connect_s)
        content = json.dumps(body).encode() if body is not None else None
        with _our_words():
            request = self._http.build_request(
                method, url, headers=dict(headers), params=params, content=content, timeout=timeout
            )
            return await self._send(request, _JSON_MAX_BYTES)

    async def post_json(self, url: str, body: Mapping[str, Any]) -> Any:
        """Post JSON and return the JSON that comes back under a good status."""
        reply = await self.exchange("POST", url, headers={"Content-Type": "application/json"}, body=body)
        check_status(reply)
        return json_of(reply.body)

    async def get_pdf(self, url: str) -> bytes:
        """Return a whole PDF; redirects are followed, each address checked."""
        with _our_words():
            request = self._http.build_request("GET", url, timeout=self._file)
            reply = await self._send(request, self._limits.file_max_bytes, follow=True)
        check_status(reply)
        if not reply.body.startswith(b"%PDF-") or b"%%EOF" not in reply.body[-_PDF_END:]:
            raise CrmBroken("not_pdf")
        return reply.body

    async def get_file(self, url: str, max_bytes: int, *, only_if: Callable[[str], bool] | None = None) -> bytes | None:
        """Return a file of any type; redirects are followed, each address checked.

        None when the server declares a type that ``only_if`` does not want: the body is not read then.
        """
        with _our_words():
            request = self._http.build_request("GET", url, timeout=self._file, headers={"Accept": "*/*"})
            async with asyncio.timeout(self._limits.file_s):
                answer = await self._http.send(request, stream=True, follow_redirects=True)
                try:
                    check_status(Reply(answer.status_code, b""))
                    declared = str(answer.headers.get("content-type", "")).split(";")[0].strip().lower()
                    if only_if is not None and not only_if(declared):
                        return None
                    return await _bounded_body(answer, max_bytes)
                finally:
                    await answer.aclose()

    async def _send(self, request: httpx.Request, max_bytes: int, *, follow: bool = False) -> Reply:
        answer = await self._http.send(request, stream=True, follow_redirects=follow)
        try:
            if answer.has_redirect_location:
                raise CrmBroken("redirect", str(answer.headers.get("location", ""))[:200])
            return Reply(answer.status_code, await _bounded_body(answer, max_bytes))
        finally:
            await answer.aclose()


async def _check_address(request: httpx.Request) -> None:
    """Refuse other schemes and ports that are none, on every request and every redirect."""
    if request.url.scheme not in ("http", "https"):
        raise CrmRejected("forbidden_address", request.url.scheme)
    if (request.url.port or 0) > _LAST_PORT:
        raise CrmRejected("invalid_url")


def check_status(reply: Reply) -> None:
    """Raise CrmDenied or CrmBroken (``http_status``) unless the status is a good one."""
    if reply.status in _DENIED:
        raise CrmDenied("denied", str(reply.status))
    if not reply.ok:
        raise CrmBroken("http_status", str(reply.status))


def json_of(body: bytes) -> Any:
    """Return the JSON. Raises CrmBroken (``empty``, ``cut_short``, ``not_json``)."""
    if not body.strip():
        raise CrmBroken("empty")
    try:
        return json.loads(body)
    except ValueError as error:
        begun = body.lstrip()[:1] in (b"{", b"[")
        raise CrmBroken("cut_short" if begun else "not_json") from error


async def _bounded_body(answer: httpx.Response, max_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > max_bytes:
            raise CrmBroken("too_big", str(max_bytes))
    return bytes(body)


@contextmanager
def _our_words() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # UnicodeError: a name that no punycode is
        raise _in_our_words(error) from error


def _in_our_words(error: Exception) -> CrmError:
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError)):
        return CrmRejected("invalid_url")
    if isinstance(error, (httpx.DecodingError, httpx.TooManyRedirects)):
        return CrmBroken("not_json", type(error).__name__)
    if isinstance(error, httpx.ConnectTimeout):
        code = "connect_timeout"
    elif isinstance(error, httpx.PoolTimeout):
        code = "no_connection_free"
    elif isinstance(error, httpx.TimeoutException):
        code = "timeout"
    elif isinstance(error, httpx.ConnectError):
        code = _why_not_connected(error)
    elif isinstance(error, httpx.LocalProtocolError):  # raised while the request is put together
        code = "connection_failed"
    else:
        code = "reset"
    return CrmUnreachable(code, type(error).__name__)


def _why_not_connected(error: httpx.ConnectError) -> str:
    causes = list(_chain(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "tls"
    refused = any(isinstance(cause, ConnectionRefusedError) for cause in causes)
    return "connection_refused" if refused else "connection_failed"


def _chain(error: BaseException | None) -> Any:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _chain(one)
        error = error.__cause__ or error.__context__
