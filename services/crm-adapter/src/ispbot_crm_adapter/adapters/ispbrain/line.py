"""Requests to one ISPBrain server: who we are, the token, pages, the many ways to say no."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from ispbot_contracts.settings import IspbrainApi, IspbrainAuth, IspbrainWrite
from ispbot_crm_adapter.adapters.ispbrain.paths import all_at, filled_body, filled_path, first_at
from ispbot_crm_adapter.adapters.ispbrain.refusals import refusal_under_success, said_in
from ispbot_crm_adapter.adapters.session import Session
from ispbot_crm_adapter.errors import CrmBroken, CrmDenied, CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.guard import Guard
from ispbot_crm_adapter.outbound import HttpDoor, Reply, json_of

_LAST_PAGE = 5000
_LOGIN_DENIED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)
_UNDERSTOOD = (HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


@dataclass(frozen=True)
class Secrets:
    """What opens the server; which one counts depends on the mode."""

    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)


class IspbrainLine:
    """``base`` ends in ``/api/v2/``."""

    def __init__(
        self, *, base: str, form: IspbrainApi, secrets: Secrets, door: HttpDoor, guard: Guard, login_s: float,
        write_s: float, list_s: float, page_pause_s: float,
    ) -> None:  # fmt: skip
        self.form = form
        self.page_pause_s = page_pause_s
        self._root = base.rstrip("/")
        self._secrets = secrets
        self._door = door
        self._guard = guard
        self._login_s = login_s
        self._write_s = write_s
        self._list_s = list_s
        self._session = Session(lambda: guard.read("login", self._log_in), kept_s=form.login.ttl_s)

    async def get(
        self, operation: str, path: str, places: Mapping[str, str] | None = None, params: Mapping[str, object] | None = None
    ) -> Any:  # fmt: skip
        """Return the JSON of a question, None when there is no content; after a refused token once more with a new one.

        ``path`` is an endpoint of the form with its places. Raises CrmError, NoSuchCustomer (404) among them.
        """
        url = self._url(path, params, places or {})
        return await self._authorised(
            lambda token: self._guard.read(operation, lambda: self._exchange("GET", url, token))
        )

    async def write(self, operation: str, call: IspbrainWrite, places: Mapping[str, str]) -> Any:
        """Make a change, never twice. Raises CrmError; CrmRejected has the server's own words."""
        url, body = self._url(call.path, None, places), filled_body(call.body, places)
        return await self._authorised(
            lambda token: self._guard.write(
                operation, lambda: self._exchange(call.method, url, token, body, self._write_s)
            )
        )

    async def pages(
        self, operation: str, path: str, places: Mapping[str, str] | None = None, *, everybody: bool = False
    ) -> AsyncIterator[list[object]]:
        """Yield a list page by page; ``everybody`` is the one for which nobody waits and which may be missing (CannotList).

        Raises CrmBroken when the server gives the same page again.
        """
        ask = self._page_of_everybody if everybody else self.get
        pages, number, before, last = self.form.pages, 1, object(), None
        while number <= _LAST_PAGE:
            cut = {pages.size_param: pages.size, pages.number_param: number}
            answer = await ask(operation, path, places, cut)
            rows = self.rows_in(answer)
            last = first_at(answer, pages.total_pages_path) or last
            if not rows:
                if str(last).isdigit() and number <= int(str(last)):
                    raise CrmBroken("shape", f"{operation} gives an empty page before the last")
                return
            if rows[0] == before:
                raise CrmBroken("shape", f"{operation} gives the same page again")
            yield rows
            all_at_once = isinstance(answer, list) and number == 1 and len(rows) != pages.size
            if all_at_once or (str(last).isdigit() and number >= int(str(last))):
                return
            number, before = number + 1, rows[0]

    def rows_in(self, answer: object) -> list[object]:
        """Return the rows of an answer: a bare list, one where the form says, ``{data: {}}``, one object, or nothing."""
        if isinstance(answer, list) or answer is None:
            return answer or []
        inner = all_at(answer, self.form.pages.list_path)
        if inner:
            return inner
        places = {path.split(".")[0] for path in self.form.pages.list_path.split("|") if path}
        return [] if isinstance(answer, dict) and places & answer.keys() else [answer]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.aclose()
        await self._door.aclose()

    # -- one request --------------------------------------------------------------------------------------------------

    async def _page_of_everybody(
        self, operation: str, path: str, places: Mapping[str, str] | None, params: Mapping[str, object]
    ) -> Any:
        url = self._url(path, params, places or {})
        return await self._authorised(
            lambda token: self._guard.list(operation, lambda: self._exchange("GET", url, token, timeout_s=self._list_s))
        )

    async def _authorised(self, ask: Callable[[str], Awaitable[Any]]) -> Any:
        if self.form.auth is IspbrainAuth.API_KEY:
            return await ask(self._secrets.api_key)
        token = await self._session.token()
        try:
            return await ask(token)
        except _TokenRefused:
            self._session.refused(token)
        return await ask(await self._session.token())

    async def _exchange(
        self, method: str, url: str, token: str, body: Any = None, timeout_s: float | None = None
    ) -> Any:
        headers = {self.form.header: f"{self.form.scheme} {token}".strip(), "Content-Type": "application/json"}
        reply = await self._door.exchange(method, url, headers=headers, body=body, timeout_s=timeout_s)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            raise _TokenRefused("denied", "401")
        _raise_refusal(reply)
        if reply.status == HTTPStatus.NO_CONTENT or (method != "GET" and not reply.body.strip()):
            return None
        return _accepted(json_of(reply.body))

    async def _log_in(self) -> str:
        login, who = self.form.login, {"username": self.form.username, "password": self._secrets.password}
        reply = await self._door.exchange(
            "POST", f"{self._root}{login.path}", headers={"Content-Type": "application/json"},
            body=filled_body(login.body, who), timeout_s=self._login_s,
        )  # fmt: skip
        if reply.status in _LOGIN_DENIED:
            raise CrmDenied("denied", str(reply.status))
        _raise_refusal(reply, missing=False)
        token = first_at(_accepted(json_of(reply.body)), login.token_path)
        if not isinstance(token, str):
            raise CrmBroken("shape", "the login gave no token")
        return token

    def _url(self, path: str, params: Mapping[str, object] | None, places: Mapping[str, str]) -> str:
        url = f"{self._root}{filled_path(path, places)}"
        return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url


class _TokenRefused(CrmDenied):
    """Worth one new login."""


def _raise_refusal(reply: Reply, *, missing: bool = True) -> None:
    if reply.ok:
        return
    said = said_in(reply.body)
    if reply.status == HTTPStatus.NOT_FOUND and missing and said:  # a web page's 404 is a wrong address
        raise NoSuchCustomer
    if reply.status == HTTPStatus.FORBIDDEN:
        raise CrmDenied("forbidden", said)
    if said and reply.status in _UNDERSTOOD:
        raise CrmRejected("rejected", said)
    raise CrmBroken("http_status", str(reply.status))


def _accepted(answer: Any) -> Any:
    said = refusal_under_success(answer)
    if said:
        raise CrmRejected("rejected", said)
    return answer
