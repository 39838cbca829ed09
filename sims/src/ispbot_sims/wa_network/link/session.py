"""One connection of a device, from ``hello`` to its end."""

import asyncio
import contextlib

import structlog
from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from ispbot_sims.wa_network.core.entities import Device, Json, Refused
from ispbot_sims.wa_network.core.faults import Fault, FaultKind
from ispbot_sims.wa_network.core.links import (
    CLOSE_BANNED,
    CLOSE_FAILED,
    CLOSE_LOGGED_OUT,
    CLOSE_LOST,
    CLOSE_OUTDATED,
    CLOSE_QR_OVER,
    CLOSE_RESTART,
)
from ispbot_sims.wa_network.core.network import Network
from ispbot_sims.wa_network.core.pairing import QR_LIFETIMES_S, Waiting, account_wire
from ispbot_sims.wa_network.link.requests import Requests
from ispbot_sims.wa_network.link.socket import LinkSocket
from ispbot_sims.wa_network.wire import Credentials, Hello, PairPhone, ToNetwork, to_network

HELLO_WITHIN_S = 10.0
log = structlog.get_logger()


class LinkSession:
    """Pairs or logs in a device, then serves it."""

    def __init__(self, network: Network, websocket: WebSocket) -> None:
        self._network = network
        self._websocket = websocket
        self._socket = LinkSocket(websocket)

    async def serve(self) -> None:
        """Run the connection until it ends."""
        await self._websocket.accept()
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                hello = await self._read()
        except (TimeoutError, WebSocketDisconnect):
            return
        if not isinstance(hello, Hello):
            await self._websocket.close(1002)
        elif hello.credentials is None:
            await self._pair(hello)
        else:
            await self._login(hello.credentials)

    async def _read(self) -> ToNetwork | None:
        """The next frame; None for one that this network does not know."""
        text = await self._websocket.receive_text()
        try:
            return to_network.validate_json(text)
        except ValidationError as error:
            log.warning("wa_network_unknown_frame", problems=error.error_count())
            return None

    async def _with_writer(self, device: Device | None, reader: asyncio.Task[None]) -> None:
        """Write until either side ends the connection."""
        queue = self._network.deliveries.queue(device) if device is not None else None
        writer = asyncio.create_task(self._socket.write_all(queue))
        self._socket.ring()
        await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        if self._socket.ending:
            await writer
        reader.cancel()
        writer.cancel()
        for outcome in await asyncio.gather(reader, writer, return_exceptions=True):
            if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                raise outcome

    # --- pairing

    async def _pair(self, hello: Hello) -> None:
        waiting = self._network.pairing.open(hello.device_name)
        rounds = asyncio.create_task(self._rounds(waiting))
        try:
            await self._with_writer(None, asyncio.create_task(self._read_while_pairing(waiting)))
        finally:
            rounds.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await rounds
            self._network.pairing.close(waiting)

    async def _rounds(self, waiting: Waiting) -> None:
        for lifetime in QR_LIFETIMES_S:
            lifetime_s = lifetime / self._network.qr_speed
            text = self._network.pairing.next_qr(waiting, lifetime_s)
            self._socket.push({"t": "qr", "text": text, "seq": waiting.seq, "expires_in_s": lifetime_s})
            done, _ = await asyncio.wait({waiting.outcome}, timeout=lifetime_s)
            if done:
                self._paired(waiting.outcome.result())
                return
        self._network.pairing.close(waiting)
        self._socket.end(CLOSE_QR_OVER, {"t": "qr_end", "reason": "timeout"})

    def _paired(self, device: Device | None) -> None:
        if device is None:
            self._socket.end(CLOSE_QR_OVER, {"t": "qr_end", "reason": "error"})
            return
        account = account_wire(self._network.state.account(device.account), device)
        credentials = {"device_id": device.id, "secret": device.secret}
        self._socket.end(CLOSE_RESTART, {"t": "pair_success", "account": account, "credentials": credentials})

    async def _read_while_pairing(self, waiting: Waiting) -> None:
        while True:
            frame = await self._read()
            if isinstance(frame, PairPhone):
                self._socket.push(self._code(waiting, frame))

    def _code(self, waiting: Waiting, frame: PairPhone) -> Json:
        try:
            code = self._network.pairing.new_code(waiting, frame.phone)
        except Refused as refused:
            return {"t": "result", "req_id": frame.req_id, "error": refused.code, "error_text": refused.text}
        return {"t": "pair_code", "req_id": frame.req_id, "code": code}

    # --- logged in

    async def _login(self, credentials: Credentials) -> None:
        device = self._network.state.devices.get(credentials.device_id)
        if device is None or device.secret != credentials.secret:
            await self._refuse(CLOSE_LOGGED_OUT, {"t": "logged_out", "reason": "logged_out", "on_connect": True})
            return
        account = self._network.state.account(device.account)
        ban = self._network.ban_frame(account)
        if ban is not None:
            await self._refuse(CLOSE_BANNED, ban)
            return
        fault = self._network.faults.use(FaultKind.REFUSE_LOGIN, account=account.number)
        if fault is not None:
            await self._refuse_by(fault, device)
            return
        await self._serve_device(device)

    async def _refuse_by(self, fault: Fault, device: Device) -> None:
        match fault.how:
            case "outdated":
                await self._refuse(CLOSE_OUTDATED, {"t": "outdated"})
            case "connect_failure":
                failure = {"t": "connect_failure", "code": fault.code, "message": "refused by a fault"}
                await self._refuse(CLOSE_FAILED, failure)
            case "main_device_gone" | "banned":
                self._network.pairing.forget(device)
                await self._refuse(CLOSE_LOGGED_OUT, {"t": "logged_out", "reason": fault.how, "on_connect": True})
            case _:
                await self._refuse(CLOSE_LOST, None)

    async def _refuse(self, close_code: int, frame: Json | None) -> None:
        self._socket.end(close_code, frame)
        await self._socket.write_all(None)

    async def _serve_device(self, device: Device) -> None:
        network = self._network
        account = network.state.account(device.account)
        self._socket.push(
            {
                "t": "connected",
                "account": account_wire(account, device),
                "server_time_ms": network.state.now_ms(),
                "offline_count": len(network.deliveries.queue(device).waiting),
            }
        )
        self._socket.silent_while(lambda: bool(network.faults.peek(FaultKind.SILENT, account=account.number)))
        network.links.enter(device, self._socket)
        network.hub.publish("devices", account=account.number)
        requests = Requests(network, account, device, self._socket)
        try:
            await self._with_writer(device, asyncio.create_task(self._serve_requests(requests)))
        finally:
            requests.stop()
            network.links.leave(device, self._socket)
            network.hub.publish("devices", account=account.number)

    async def _serve_requests(self, requests: Requests) -> None:
        while True:
            frame = await self._read()
            if frame is not None and not self._socket.ending:
                requests.handle(frame)
