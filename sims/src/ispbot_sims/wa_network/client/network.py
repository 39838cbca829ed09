"""The network as a test or a load tool holds it."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable
from typing import Any, Self

import httpx
from pydantic_core import from_json, to_json
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ispbot_sims.wa_network.client.phone import PhoneClient, Tick

Json = dict[str, Any]
Listener = Callable[[Json], None]


class NetworkError(Exception):
    """The network refused: ``code`` says why."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class WaNetworkClient:
    """Use as ``async with WaNetworkClient(url) as net: await net.phone("5493515550001").say("hola")``."""

    def __init__(self, url: str, *, keep_inboxes: bool = True) -> None:
        """``keep_inboxes`` False: load tools that only listen; then only phones asked for by ``phone()`` remember."""
        self._keep_inboxes = keep_inboxes
        self.url = url.rstrip("/")
        # A connection is given up before the server closes it for idleness: a request into a closing one would be lost.
        self._http = httpx.AsyncClient(
            base_url=self.url,
            timeout=30,
            trust_env=False,
            limits=httpx.Limits(max_connections=100, keepalive_expiry=2.0),
        )
        self._phones: dict[str, PhoneClient] = {}
        self._listeners: list[Listener] = []
        self._ticks: asyncio.Queue[Tick] | None = None
        self._refs = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._socket: ClientConnection
        self._reader: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._socket = await connect(self.url.replace("http", "ws", 1) + "/api/stream", max_size=None, proxy=None)
        self._reader = asyncio.create_task(self._read(), name="wa-network-client")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
            await self._reader
        await self._http.aclose()

    # --- phones

    def phone(self, number: str) -> PhoneClient:
        """Return the phone with that number; it comes to life when it first writes or is configured."""
        if number not in self._phones:
            self._phones[number] = PhoneClient(self, number)
        return self._phones[number]

    async def say(self, phone: str, text: str, **extra: Any) -> Json:
        """Write over the stream, the fast way for load: return ``{id, ts_ms}`` as soon as the network has it.

        Raises:
            NetworkError: the network refused.
        """
        ref = next(self._refs)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._answers[ref] = answer
        await self._socket.send(to_json({"phone": phone, "text": text, "ref": ref, **extra}).decode())
        return await answer

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with every event of every phone; each event gets ``at`` (seconds since 1970)."""
        self._listeners.append(listener)

    def ticks(self) -> asyncio.Queue[Tick]:
        """Return the queue on which every tick of every phone arrives from now on."""
        if self._ticks is None:
            self._ticks = asyncio.Queue()
        return self._ticks

    # --- the company's phone

    async def scan(self, number: str = "5493515550100", *, business: bool = True, **extra: Any) -> Json:
        """Scan the newest QR (or ``qr=``) with the account's phone."""
        answer: Json = await self.post("/api/scan", {"number": number, "business": business, **extra})
        return answer

    async def pairing(self) -> list[Json]:
        """The devices that show a code now."""
        answer: list[Json] = await self.get("/api/pairing")
        return answer

    async def accounts(self) -> list[Json]:
        """The company's accounts with their devices."""
        answer: list[Json] = await self.get("/api/accounts")
        return answer

    async def account_says(self, to: str, text: str, *, number: str = "5493515550100") -> str:
        """Staff write on the company's own phone; return the message id."""
        answer: Json = await self.post(f"/api/accounts/{number}/messages", {"to": to, "text": text})
        return str(answer["id"])

    # --- the network

    async def upload(self, data: bytes, mime: str) -> Json:
        """Put a file on the network and return the ``media`` of a content."""
        return self._checked(await self._http.post("/api/media", content=data, headers={"Content-Type": mime}))  # type: ignore[no-any-return]  # JSON object

    async def download(self, media_url: str) -> bytes:
        """The bytes behind a ``media_url``."""
        answer = await self._http.get(media_url)
        answer.raise_for_status()
        return answer.content

    async def fault(self, kind: str, **fields: Any) -> Json:
        """Make something go wrong (kinds: ``core.faults.FaultKind``)."""
        answer: Json = await self.post("/api/faults", {"kind": kind, **fields})
        return answer

    async def clear_faults(self) -> None:
        """Disarm every fault."""
        self._checked(await self._http.delete("/api/faults"))

    async def group(self, subject: str, members: list[str]) -> Json:
        """Make a group."""
        answer: Json = await self.post("/api/groups", {"subject": subject, "members": members})
        return answer

    async def stats(self) -> Json:
        """How much there is, and what still waits."""
        answer: Json = await self.get("/api/stats")
        return answer

    async def get(self, path: str, **params: str) -> Any:
        """GET a JSON answer.

        Raises:
            NetworkError: the network refused.
        """
        return self._checked(await self._http.get(path, params=params))

    async def post(self, path: str, body: object) -> Any:
        """POST JSON.

        Raises:
            NetworkError: the network refused.
        """
        return self._checked(
            await self._http.post(path, content=to_json(body), headers={"Content-Type": "application/json"})
        )

    @staticmethod
    def _checked(answer: httpx.Response) -> Any:
        body = from_json(answer.content)
        if answer.is_error:
            raise NetworkError(body["error"], body["error_text"])
        return body

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                at = time.time()
                for event in from_json(text):
                    event["at"] = at
                    self._hear(event)
        finally:
            for answer in self._answers.values():
                answer.set_exception(NetworkError(503, "the network is gone"))
            self._answers.clear()

    def _hear(self, event: Json) -> None:
        if event["type"] == "accepted":
            answer = self._answers.pop(event.get("ref") or 0, None)
            if answer is not None and "error" in event:
                answer.set_exception(NetworkError(event["error"], event["error_text"]))
            elif answer is not None:
                answer.set_result(event)
            return
        number = event["phone"]
        if number is not None and (self._keep_inboxes or number in self._phones):
            self.phone(number).hear(event)
        if self._ticks is not None and event["type"] == "receipt":
            self._ticks.put_nowait(
                Tick(phone=event["phone"], id=event["id"], tick=event["tick"], at_ms=event["at_ms"], at=event["at"])
            )
        for listener in self._listeners:
            listener(event)
