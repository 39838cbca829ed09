"""Carries out the faults of the board on the HTTP level."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from ispbot_sims.isp.faults import FaultBoard, FaultKind
from ispbot_sims.isp.rewrites import REWRITES, rewritten

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Iniciar sesión</title></head><body><h1>Bienvenido</h1></body></html>"


class ResettableProtocol(H11Protocol):
    """Keeps the open connections at hand so that a fault can cut one."""

    open_connections: ClassVar[dict[tuple[str, int], asyncio.Transport]] = {}

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Remember the connection by its peer."""
        super().connection_made(transport)
        self.peer: tuple[str, int] = transport.get_extra_info("peername")[:2]
        self.open_connections[self.peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.open_connections.pop(self.peer, None)
        super().connection_lost(exc)


class Sabotage:
    """Spoils answers as the board says."""

    def __init__(self, board: FaultBoard, error_under_200: Callable[[str], Response]) -> None:
        self._board = board
        self._error_under_200 = error_under_200

    async def strike(self, command: str, request: Request) -> Response | FaultKind | None:
        """Wait, answer wrongly or cut the line; a kind comes back when the face must word it itself, None when all is well."""
        outcome: Response | FaultKind | None = None
        for fault in self._board.take(command):
            if fault.latency_s:
                await asyncio.sleep(fault.latency_s)
            match fault.kind:
                case FaultKind.LATENCY:
                    continue
                case FaultKind.HTTP_500:
                    outcome = HTMLResponse("<h1>500 Internal Server Error</h1>", status_code=500)
                case FaultKind.HTML:
                    outcome = HTMLResponse(_LOGIN_PAGE)
                case FaultKind.ERROR_200:
                    outcome = self._error_under_200(fault.text or "Ocurrió un error inesperado.")
                case FaultKind.EMPTY:
                    outcome = Response(b"")
                case FaultKind.RESET:
                    outcome = await self.cut_line(request)
                case _:
                    outcome = fault.kind
        return outcome

    async def cut_line(self, request: Request) -> Response:
        """Reset the connection of a request."""
        client = request.client
        transport = ResettableProtocol.open_connections.get((client.host, client.port)) if client else None
        if transport is None:
            raise RuntimeError("the reset fault needs the server to run with ResettableProtocol")
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
        while (await request.receive())["type"] != "http.disconnect":
            continue
        return Response(status_code=499)

    @staticmethod
    def spoil(answer: Response, kind: FaultKind | None) -> Response:
        """Return an answer as the fault leaves it: half of it, or with values written in another way."""
        body = bytes(answer.body)
        if kind is FaultKind.TRUNCATED:
            body = body[: len(body) // 2]
        elif kind in REWRITES and body:
            body = rewritten(body, kind)
        else:
            return answer
        return Response(body, status_code=answer.status_code, media_type=answer.media_type)
