"""Requests to one ISPCube account: the headers, the token, the many ways to say no. Every one of them is counted."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from ispbot_crm_adapter import metrics
from ispbot_crm_adapter.adapters.ispcube.wire import message_in, token_in
from ispbot_crm_adapter.adapters.session import Session
from ispbot_crm_adapter.errors import CrmBroken, CrmDenied, CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.guard import Guard
from ispbot_crm_adapter.meter import Meter
from ispbot_crm_adapter.outbound import HttpDoor, Reply, json_of

_NOT_FOUND = "cliente no encontrado"
_NO_FILTER = "indicar al menos un dato"
_LOGIN_DENIED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)
_TOKEN_KEPT_S = 23 * 3600.0
"""Tokens live 24 h."""
_BAD_REQUEST = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)


@dataclass(frozen=True)
class Credentials:
    """What an account consists of."""

    username: str
    password: str = field(repr=False)
    api_key: str = field(repr=False)
    client_id: str


class IspcubeLine:
    """``base`` ends in ``/api/``."""

    def __init__(
        self, *, vendor: str, base: str, credentials: Credentials, door: HttpDoor, guard: Guard, login_s: float,
        write_s: float, list_s: float, meter: Meter | None = None,
    ) -> None:  # fmt: skip
        self._vendor = vendor
        self._base = base
        self._credentials = credentials
        self._door = door
        self._guard = guard
        self._login_s = login_s
        self._write_s = write_s
        self._list_s = list_s
        self._meter = meter
        self._session = Session(lambda: self._guard.read("login", self._log_in), kept_s=_TOKEN_KEPT_S)

    async def get(self, path: str, **params: object) -> Any:
        """Return the JSON of a question, None when there is no content; after a refused token once more with a new one.

        Raises CrmError, NoSuchCustomer among them.
        """
        sent = {name: str(value) for name, value in params.items()}
        return await self._with_token(
            lambda token: self._guard.read(path, lambda: self._ask("GET", path, token, params=sent))
        )

    async def list(self, path: str, *, patient: bool, **params: object) -> Any:
        """Return a page of the list of everybody, with more patience where nobody waits. Raises CrmError, CannotList among them."""
        sent = {name: str(value) for name, value in params.items()}
        timeout_s = self._list_s if patient else None
        return await self._with_token(
            lambda token: self._guard.list(
                path, lambda: self._ask("GET", path, token, params=sent, timeout_s=timeout_s)
            )
        )

    async def post(self, path: str, **body: object) -> Any:
        """Change something: sent once (a refused token means that nothing was done). Raises CrmError."""
        return await self._with_token(
            lambda token: self._guard.write(
                path, lambda: self._ask("POST", path, token, body=body, timeout_s=self._write_s)
            )
        )

    async def _with_token(self, ask: Callable[[str], Awaitable[Any]]) -> Any:
        if self._meter is not None:
            self._meter.enter()
        token = await self._session.token()
        try:
            return await ask(token)
        except _TokenRefused:
            self._session.refused(token)
        return await ask(await self._session.token())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.aclose()
        await self._door.aclose()

    async def _ask(
        self, method: str, path: str, token: str, *, params: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None, timeout_s: float | None = None,
    ) -> Any:  # fmt: skip
        headers = {**self._headers(), "username": self._credentials.username, "Authorization": f"Bearer {token}"}
        self._count(path)
        reply = await self._door.exchange(
            method, urljoin(self._base, path), headers=headers, params=params, body=body,
            timeout_s=timeout_s,
        )  # fmt: skip
        if reply.status == HTTPStatus.UNAUTHORIZED:
            raise _TokenRefused("denied", "401")
        _raise_refusal(reply)
        if reply.status == HTTPStatus.NO_CONTENT:
            return None
        answer = json_of(reply.body)
        if isinstance(answer, dict) and (answer.get("status") is False or answer.get("result") in ("error", False)):
            raise CrmRejected("rejected", message_in(reply.body))
        return answer

    async def _log_in(self) -> str:
        self._count("login")
        typed = {"username": self._credentials.username, "password": self._credentials.password}
        reply = await self._door.exchange(
            "POST", urljoin(self._base, "sanctum/token"), headers=self._headers(), body=typed, timeout_s=self._login_s
        )
        if reply.status in _LOGIN_DENIED:
            raise CrmDenied("denied", str(reply.status))
        _raise_refusal(reply)
        return token_in(reply.body)

    def _count(self, operation: str) -> None:
        metrics.BILLED.labels(self._vendor).inc()
        if self._meter is not None:
            self._meter.count(operation)

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "api-key": self._credentials.api_key,
            "client-id": self._credentials.client_id,
            "login-type": "api",
        }


class _TokenRefused(CrmDenied):
    """Worth one new login."""


def _raise_refusal(reply: Reply) -> None:
    if reply.ok:
        return
    said = message_in(reply.body)
    if reply.status == HTTPStatus.NOT_FOUND and _NOT_FOUND in said.lower():
        raise NoSuchCustomer
    if reply.status == HTTPStatus.FORBIDDEN:
        raise CrmDenied("forbidden", said)
    if said and (reply.status in _BAD_REQUEST or _NO_FILTER in said.lower()):
        raise CrmRejected("rejected", said)
    raise CrmBroken("http_status", str(reply.status))
