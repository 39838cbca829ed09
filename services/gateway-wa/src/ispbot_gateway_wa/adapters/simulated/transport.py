"""WhatsAppTransport over the simulated network."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from ispbot_contracts.base import utc_now
from ispbot_contracts.content import MediaContent
from ispbot_contracts.whatsapp import GroupInfo
from ispbot_gateway_wa.adapters.simulated.connection import Connection
from ispbot_gateway_wa.adapters.simulated.credentials import CredentialFile, Credentials
from ispbot_gateway_wa.adapters.simulated.files import Files
from ispbot_gateway_wa.adapters.simulated.read import Frame, account_of, arrival_of, group_of
from ispbot_gateway_wa.adapters.simulated.write import content_frame
from ispbot_gateway_wa.domain.addresses import redacted
from ispbot_gateway_wa.failures import NotConnected, NoWhatsApp, PairingRefused, Rejected, SendUnknown
from ispbot_gateway_wa.ports import (
    Arrival,
    Banned,
    LinkDown,
    LinkFact,
    LinkUp,
    LoggedOut,
    Outbound,
    Outdated,
    Paired,
    QrEnded,
    QrShown,
    Refused,
    RemoteMedia,
    Replaced,
    SentReceipt,
    TransportEvent,
)
from ispbot_runtime.logs import get_logger
from ispbot_runtime.tasks import cancel_all

log = get_logger(__name__)

_CLIENT_VERSION = "ispbot-1"
_OPEN_LIMIT_S = 10.0
_ASK_LIMIT_S = 10.0
_ACK_LIMIT_S = 45.0
_FILE_LIMIT_S = 30.0
_TAKE_BATCH = 200
_TAKE_PAUSE_S = 0.01
_NO_SUCH_NUMBER = 404


class SimulatedTransport:
    """Speaks the link protocol. Sends have ids derived from their key, so sending again is recognised by the network."""

    waits_for_taken = True

    def __init__(self, network_url: str, folder: Path) -> None:
        base = network_url.rstrip("/")
        self._socket_url = base.replace("http", "ws", 1) + "/link"
        self._files = Files(base, timeout_s=_FILE_LIMIT_S)
        self._credentials = CredentialFile(folder / "simulated-device.json")
        self._events: asyncio.Queue[TransportEvent] = asyncio.Queue()  # the network sends at most 2000 untaken
        self._running: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._ready = False
        self._told_end = False
        self._to_take: list[int] = []
        self._taking: asyncio.Task[None] | None = None

    async def next_event(self) -> TransportEvent:
        """Return the next fact or arrival."""
        return await self._events.get()

    async def taken(self, tokens: Sequence[int]) -> None:
        """Collect what is safe and tell the network in batches."""
        self._to_take += tokens
        if self._taking is None or self._taking.done():
            self._taking = asyncio.create_task(self._take())

    def left(self) -> list[Arrival]:
        """Nothing: the network brings again what was not taken."""
        return []

    async def _take(self) -> None:
        await asyncio.sleep(_TAKE_PAUSE_S)
        while self._to_take and self._connection is not None and self._ready:
            batch, self._to_take = self._to_take[:_TAKE_BATCH], self._to_take[_TAKE_BATCH:]
            try:
                await self._connection.tell({"t": "take", "delivery_ids": batch})
            except NotConnected:
                return  # they come again, and are recognised

    async def open(self) -> None:
        """Begin to connect; failures arrive as LinkDown."""
        self._told_end = False
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Drop the connection; its last words are not reported."""
        self._told_end = True
        running, self._running = self._running, None
        if running is not None:
            await cancel_all([running])

    def hurry(self) -> None:
        """Nothing is waited for here."""

    async def shutdown(self) -> None:
        """Close for good."""
        if self._taking is not None:
            await self._taking
        await self.close()
        await self._files.close()

    async def unlink(self) -> None:
        """Log out and forget the credentials."""
        self._told_end = True
        if self._connection is not None and self._ready:
            with suppress(NotConnected, SendUnknown):
                await self._connection.ask({"t": "logout"}, limit_s=_ASK_LIMIT_S)
        self._credentials.forget()
        await self.close()

    # -- the connection -----------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        reason = "network"
        try:
            async with connect(
                self._socket_url, open_timeout=_OPEN_LIMIT_S, close_timeout=1, max_size=4 * 1024 * 1024, proxy=None
            ) as socket:
                kept = self._credentials.load()
                self._connection = Connection(socket, self._frame)
                await self._connection.tell(
                    {
                        "t": "hello", "client_version": _CLIENT_VERSION, "device_name": "ISPBot",
                        "credentials": kept.model_dump() if kept else None,
                    }
                )  # fmt: skip
                await self._connection.read()
        except (OSError, WebSocketException, NotConnected) as error:
            log.debug("link_not_opened", reason=type(error).__name__)
        finally:
            self._connection = None
            self._ready = False
        self._end(LinkDown(reason, heals=False))

    def _end(self, fact: LinkFact) -> None:
        """Report how this connection ended, once."""
        if not self._told_end:
            self._told_end = True
            self._events.put_nowait(fact)

    def _frame(self, frame: Frame) -> None:
        match frame["t"]:
            case "qr":
                expires_at = utc_now() + timedelta(seconds=frame["expires_in_s"])
                self._events.put_nowait(QrShown(text=frame["text"], seq=frame["seq"], expires_at=expires_at))
            case "pair_success":
                self._credentials.save(Credentials.model_validate(frame["credentials"]))
                self._events.put_nowait(Paired())
            case "connected":
                self._ready = True
                self._events.put_nowait(LinkUp(account_of(frame)))
            case "qr_end" | "logged_out" | "replaced" | "temp_ban" | "outdated" | "connect_failure" | "stream_error":
                self._farewell(frame)
            case _:
                arrival = arrival_of(frame)
                if arrival is not None:
                    self._events.put_nowait(arrival)

    def _farewell(self, frame: Frame) -> None:
        match frame["t"]:
            case "qr_end":
                self._end(QrEnded(frame["reason"]))
            case "logged_out":
                self._credentials.forget()
                reason = "phone_unlinked" if frame["reason"] == "device_removed" else frame["reason"]
                self._end(LoggedOut(reason))
            case "replaced":
                self._end(Replaced())
            case "temp_ban":
                until = utc_now() + timedelta(seconds=frame["expires_in_s"])
                self._end(Banned(f"temporary_ban_{frame['code']}", until))
            case "outdated":
                self._end(Outdated())
            case "connect_failure":
                self._end(Refused(f"connect_failure_{frame['code']}"))
            case _:
                self._end(LinkDown(f"stream_error_{frame['code']}", heals=False))

    def _live(self) -> Connection:
        if self._connection is None or not self._ready:
            raise NotConnected("there is no link")
        return self._connection

    async def pair_code(self, phone: str) -> str:
        """Return the code to type on the phone."""
        if self._connection is None:
            raise PairingRefused("no codes are shown")
        try:
            answer = await self._connection.ask({"t": "pair_phone", "phone": phone}, limit_s=_ASK_LIMIT_S)
        except (NotConnected, SendUnknown) as error:
            raise PairingRefused(str(error)) from error
        if answer.get("error") or "code" not in answer:
            raise PairingRefused(answer.get("error_text") or "refused")
        return str(answer["code"])

    # -- sending ------------------------------------------------------------------------------------------------------

    async def send(self, message: Outbound) -> SentReceipt:
        """Send with an id made from the key."""
        connection = self._live()
        uploaded = None
        if message.file is not None and isinstance(message.content, MediaContent):
            uploaded = await self._files.upload(message.file, message.content.media.mime, self._credentials_now())
        frame: Frame = {
            "t": "send", "message_id": _message_id(message.key), "to": message.to,
            "content": content_frame(message.content, uploaded), "bot_tag": False,
        }  # fmt: skip
        if message.quote is not None:
            frame["quoted"] = {"message_id": message.quote.wa_id}
        if not message.may_leave():
            raise NotConnected("it may no longer leave from here")
        ack = await connection.ask(frame, limit_s=_ACK_LIMIT_S)
        error = ack.get("error")
        if error == _NO_SUCH_NUMBER:
            raise NoWhatsApp("the number is not on WhatsApp")
        if error:
            raise Rejected(int(error), redacted(ack.get("error_text") or "refused"))
        return SentReceipt(wa_id=ack["message_id"], sent_at=datetime.fromtimestamp(ack["timestamp_s"], UTC))

    async def find_sent(self, key: str) -> str | None:  # noqa: ARG002 - part of the port
        """Sending again is harmless here: the network knows the id made from the key and gives its first answer."""
        return None

    async def mark_read(self, chat: str, sender: str, wa_ids: Sequence[str]) -> None:
        """Show blue ticks."""
        await self._live().tell({"t": "mark_read", "chat": chat, "sender": sender, "ids": list(wa_ids)})

    async def typing(self, chat: str, *, on: bool) -> None:
        """Show or hide "escribiendo"."""
        await self._live().tell({"t": "typing", "chat": chat, "state": "composing" if on else "paused"})

    # -- questions ----------------------------------------------------------------------------------------------------

    async def download(self, remote: RemoteMedia, *, max_bytes: int) -> bytes:
        """Return a file."""
        return await self._files.download(remote, self._credentials_now(), max_bytes=max_bytes)

    async def groups(self) -> list[GroupInfo]:
        """Return the account's groups."""
        answer = await self._ask({"t": "list_groups"})
        return [group_of(group) for group in answer.get("groups") or []]

    async def phone_of(self, lid: str) -> str | None:
        """Return the phone address of a LID when this account learnt it."""
        answer = await self._ask({"t": "phone_for_lid", "lid": lid})
        found = answer.get("address")
        return str(found) if found else None

    async def _ask(self, frame: Frame) -> Frame:
        try:
            return await self._live().ask(frame, limit_s=_ASK_LIMIT_S)
        except SendUnknown as error:
            raise NotConnected(str(error)) from error

    def _credentials_now(self) -> Credentials:
        kept = self._credentials.load()
        if kept is None:
            raise NotConnected("no account is linked")
        return kept


def _message_id(key: str) -> str:
    return "3EB0" + hashlib.sha256(key.encode()).hexdigest()[:18].upper()
