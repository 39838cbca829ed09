"""Commands to one MikroWisp server: the token in the body, errors under HTTP 200."""

from typing import Any
from urllib.parse import urljoin

from ispbot_crm_adapter.errors import CrmBroken, CrmDenied, CrmRejected, NoSuchCustomer
from ispbot_crm_adapter.guard import Guard
from ispbot_crm_adapter.outbound import HttpDoor, check_status, json_of

Json = dict[str, Any]

_NO_MATCH = "no existe el cliente"
_GOOD_CODES = ("200", "000")
"""Some newer commands answer a code instead of ``estado``."""


class MikroWispLine:
    """``base`` ends in ``/api/v1/``."""

    def __init__(self, *, base: str, token: str, door: HttpDoor, guard: Guard, write_s: float, list_s: float) -> None:
        self.base = base
        self._token = token
        self._door = door
        self._guard = guard
        self._write_s = write_s
        self._list_s = list_s

    async def read(self, command: str, **fields: object) -> Json:
        """Ask something. Raises CrmError, NoSuchCustomer among them."""
        return await self._guard.read(command, lambda: self._exchange(command, fields, None))

    async def list(self, command: str, **fields: object) -> Json:
        """Ask for a page of everybody, with more patience. Raises CrmError."""
        return await self._guard.read(command, lambda: self._exchange(command, fields, self._list_s))

    async def write(self, command: str, **fields: object) -> Json:
        """Change something: sent once. Raises CrmError."""
        return await self._guard.write(command, lambda: self._exchange(command, fields, self._write_s))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._door.aclose()

    async def _exchange(self, command: str, fields: dict[str, object], timeout_s: float | None) -> Json:
        reply = await self._door.exchange(
            "POST", urljoin(self.base, command), headers={"Content-Type": "application/json"},
            body={"token": self._token, **fields}, timeout_s=timeout_s,
        )  # fmt: skip
        check_status(reply)
        answer = json_of(reply.body)
        if not isinstance(answer, dict):
            raise CrmBroken("shape", f"{command} answered no object")
        if answer.get("estado") == "exito" or ("estado" not in answer and str(answer.get("code")) in _GOOD_CODES):
            return answer
        said = str(answer.get("mensaje") or answer.get("message") or answer.get("salida") or "").strip()
        if "estado" not in answer and not said:
            raise CrmBroken("shape", f"{command} answered neither success nor error")
        if _NO_MATCH in said.lower():
            raise NoSuchCustomer
        if "token" in said.lower():
            raise CrmDenied("denied", said[:200])
        raise CrmRejected("rejected", said[:200])
