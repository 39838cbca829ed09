"""A linked device that speaks the link protocol: for the network's own tests and for measuring it without a gateway."""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Callable
from typing import Any, Self

import httpx
from pydantic_core import from_json, to_json
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Json = dict[str, Any]


class LinkLost(Exception):
    """The network closed the connection; ``close_code`` says how."""

    def __init__(self, close_code: int | None) -> None:
        super().__init__(f"closed with {close_code}")
        self.close_code = close_code


class LinkedDevice:
    """One connection of a device: ``async with LinkedDevice(url, credentials) as device``.

    Frames that come in are kept in ``frames`` in order. ``auto_take`` takes every delivery at once.
    """

    def __init__(
        self, url: str, credentials: Json | None = None, *, name: str = "ISPBot", auto_take: bool = True
    ) -> None:
        self._url = url.rstrip("/")
        self.credentials = credentials
        self._name = name
        self._auto_take = auto_take
        self.frames: list[Json] = []
        self.close_code: int | None = None
        self.on_frame: Callable[[Json], None] | None = None
        self._seen = 0
        self._news = asyncio.Event()
        self._closed = False
        self._req = itertools.count(1)
        self._answers: dict[str, asyncio.Future[Json]] = {}
        self._socket: ClientConnection
        self._reader: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._socket = await connect(self._url.replace("http", "ws", 1) + "/link", max_size=None, proxy=None)
        await self.write("hello", client_version="2.3000.0", device_name=self._name, credentials=self.credentials)
        self._reader = asyncio.create_task(self._read(), name="linked-device")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader

    async def write(self, kind: str, **fields: Any) -> None:
        """Write a frame."""
        await self._socket.send(to_json({"t": kind, **fields}).decode())

    async def ask(self, kind: str, *, timeout_s: float = 10.0, **fields: Any) -> Json:
        """Write a frame that is answered, and return the answer.

        Raises:
            LinkLost: the connection ended first.
            TimeoutError: no answer.
        """
        req_id = str(next(self._req))
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._answers[req_id] = answer
        try:
            await self.write(kind, req_id=req_id, **fields)
            async with asyncio.timeout(timeout_s):
                return await answer
        finally:
            self._answers.pop(req_id, None)

    async def send(self, to: str, content: Json | str, *, message_id: str | None = None, **fields: Any) -> Json:
        """Send a message (a text when ``content`` is one) and return the ack."""
        what = {"kind": "text", "text": content} if isinstance(content, str) else content
        return await self.ask("send", to=to, content=what, message_id=message_id or new_device_message_id(), **fields)

    async def take(self, *frames: Json) -> None:
        """Take deliveries."""
        await self.write("take", delivery_ids=[frame["delivery_id"] for frame in frames])

    async def expect(
        self, kind: str, wanted: Callable[[Json], bool] = lambda _: True, *, timeout_s: float = 10.0
    ) -> Json:
        """Wait for the next frame of that type that fits; frames before it are passed over.

        Raises:
            LinkLost: the connection ended first.
            TimeoutError: none came in time.
        """
        async with asyncio.timeout(timeout_s):
            while True:
                while self._seen < len(self.frames):
                    frame = self.frames[self._seen]
                    self._seen += 1
                    if frame["t"] == kind and wanted(frame):
                        return frame
                if self._closed:
                    raise LinkLost(self.close_code)
                self._news.clear()
                await self._news.wait()

    async def expect_close(self, *, timeout_s: float = 10.0) -> int | None:
        """Wait for the end of the connection and return its close code."""
        async with asyncio.timeout(timeout_s):
            await asyncio.wait({self._reader})
        return self.close_code

    async def upload(self, data: bytes, mime: str) -> Json:
        """Put a file on the network and return the ``media`` of a content."""
        async with httpx.AsyncClient(base_url=self._url, trust_env=False) as http:
            answer = await http.post("/link/media", content=data, headers={"Content-Type": mime, **self._auth})
            answer.raise_for_status()
            media: Json = answer.json()
            return media

    async def download(self, direct_path: str) -> httpx.Response:
        """Ask for a file."""
        async with httpx.AsyncClient(base_url=self._url, trust_env=False) as http:
            return await http.get(direct_path, headers=self._auth)

    @property
    def _auth(self) -> dict[str, str]:
        credentials = self.credentials or {"device_id": "", "secret": ""}
        return {"X-Device": f"{credentials['device_id']}:{credentials['secret']}"}

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                await self._hear(from_json(text))
        except ConnectionClosed:
            pass  # the close code says how it ended
        finally:
            self.close_code = self._socket.close_code
            self._closed = True
            for answer in self._answers.values():
                answer.set_exception(LinkLost(self.close_code))
            self._news.set()

    async def _hear(self, frame: Json) -> None:
        if self.on_frame is not None:
            self.on_frame(frame)
        answer = self._answers.pop(frame.get("req_id", ""), None)
        if answer is not None:
            answer.set_result(frame)
        if self._auto_take and "delivery_id" in frame:
            await self.take(frame)
        self.frames.append(frame)
        self._news.set()


def new_device_message_id() -> str:
    """A message id as whatsmeow makes it."""
    return "3EB0" + secrets.token_hex(9).upper()


async def pair_device(url: str, scan: Callable[[str], Any], **options: Any) -> Json:
    """Show a QR, let ``scan(qr_text)`` (a coroutine function) accept it, and return the credentials."""
    async with LinkedDevice(url, **options) as device:
        qr = await device.expect("qr")
        await scan(qr["text"])
        success = await device.expect("pair_success")
        credentials: Json = success["credentials"]
        return credentials
