"""Requests to one ISPCube account: the headers, the token, the many ways to say no. Every one of them is counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from ispbot_crm_adapter import metrics
from ispbot_crm_adapter.adapters.ispcube.wire import message_in, token_in
from ispbot_crm_adapter.adapters.session import Session
from ispbot_crm_adapter.errors import CrmBroken, CrmDenied, CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.guard import Guard
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
        self, *, vendor: str, base: str, credentials: Credentials, door: HttpDoor, guard: Guard, login_s: float
    ) -> None:
        self._vendor = vendor
        self._base = base
        self._credentials = credentials
        self._door = door
        self._guard = guard
        self._login_s = login_s
        self._session = Session(lambda: self._guard.read("login", self._log_in), kept_s=_TOKEN_KEPT_S)

    async def get(self, path: str, **params: object) -> Any:
        """Return the JSON of a question, None when there is no content; after a refused token once more with a new one.

        Raises CrmError, NoSuchCustomer among them.
        """
        sent = {name: str(value) for name, value in params.items()}
        token = await self._session.token()
        try:
            return await self._guard.read(path, lambda: self._ask(path, sent, token))
        except _TokenRefused:
            self._session.refused(token)
        renewed = await self._session.token()
        return await self._guard.read(path, lambda: self._ask(path, sent, renewed))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.aclose()
        await self._door.aclose()

    async def _ask(self, path: str, params: Mapping[str, str], token: str) -> Any:
        headers = {**self._headers(), "username": self._credentials.username, "Authorization": f"Bearer {token}"}
        metrics.BILLED.labels(self._vendor).inc()
        reply = await self._door.exchange("GET", urljoin(self._base, path), headers=headers, params=params)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            raise _TokenRefused("denied", "401")
        _raise_refusal(reply)
        if reply.status == HTTPStatus.NO_CONTENT:
            return None
        answer = json_of(reply.body)
        if isinstance(answer, dict) and answer.get("status") is False:
            raise CrmRejected("rejected", message_in(reply.body))
        return answer

    async def _log_in(self) -> str:
        metrics.BILLED.labels(self._vendor).inc()
        typed = {"username": self._credentials.username, "password": self._credentials.password}
        reply = await self._door.exchange(
            "POST", urljoin(self._base, "sanctum/token"), headers=self._headers(), body=typed, timeout_s=self._login_s
        )
        if reply.status in _LOGIN_DENIED:
            raise CrmDenied("denied", str(reply.status))
        _raise_refusal(reply)
        return token_in(reply.body)

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
