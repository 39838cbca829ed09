"""WhatsAppTransport over neonize."""

import asyncio
import base64
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from neonize.exc import DownloadError, LogoutError, NeonizeError, PairPhoneError, SendMessageError, UploadError
from neonize.proto.waE2E.WAWebProtobufsE2E_pb2 import Message
from neonize.utils.enum import ChatPresence, ChatPresenceMedia, MediaType, ReceiptType

from ispbot_contracts.base import utc_now
from ispbot_contracts.whatsapp import GroupInfo
from ispbot_gateway_wa.adapters.neonize import failures
from ispbot_gateway_wa.adapters.neonize.client import Client, Heard
from ispbot_gateway_wa.adapters.neonize.facts import (
    FIRST_QR_S,
    NEXT_QR_S,
    account_of,
    end_of_login,
    end_of_pump,
    fact_of,
)
from ispbot_gateway_wa.adapters.neonize.ffi import Ffi
from ispbot_gateway_wa.adapters.neonize.jids import address_of, jid_of
from ispbot_gateway_wa.adapters.neonize.one_at_a_time import OneAtATime
from ispbot_gateway_wa.adapters.neonize.read import message_of, receipt_of, typing_of, undecryptable_of
from ispbot_gateway_wa.adapters.neonize.store import SessionStore
from ispbot_gateway_wa.adapters.neonize.uploads import Uploads
from ispbot_gateway_wa.adapters.neonize.vendor import (
    ChatPresenceEv,
    ConnectedEv,
    JoinedGroupEv,
    KeepAliveTimeoutEv,
    MessageEv,
    OfflineSyncCompletedEv,
    Proto,
    ReceiptEv,
    SendResponse,
    UndecryptableMessageEv,
    UploadResponse,
)
from ispbot_gateway_wa.adapters.neonize.write import build, secret_of
from ispbot_gateway_wa.domain.addresses import redacted
from ispbot_gateway_wa.failures import MediaCorrupt, NotConnected, PairingRefused
from ispbot_gateway_wa.ports import (
    Arrival,
    GroupSeen,
    LinkDown,
    LinkFact,
    LinkUp,
    Outbound,
    Paired,
    QrShown,
    RemoteMedia,
    SentReceipt,
    TransportEvent,
)
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)


class NeonizeTransport:
    """The real link. No Go function is called unless the link is up (it would abort the process)."""

    waits_for_taken = False

    def __init__(self, store: SessionStore, *, secret: bytes, gocode: Any) -> None:
        self._store = store
        self._secret = secret
        self._ffi = Ffi(gocode)
        self._sends = OneAtATime()
        self._uploads = Uploads(self._upload)
        self._events: asyncio.Queue[tuple[Client, Heard]] = asyncio.Queue()
        self._client: Client | None = None
        self._up = False
        self._offline = False
        self._codes = 0
        self._own_jid = ""
        store.open()

    async def next_event(self) -> TransportEvent:
        """Return the next fact or arrival. Of an old client only arrivals count: WhatsApp will not bring them again."""
        while True:
            client, heard = await self._events.get()
            if client is self._client:
                event = await self._understood(client, heard)
            else:
                event = self._arrival(heard.event) if heard.event is not None else None
            if event is not None:
                return event

    def left(self) -> list[Arrival]:
        """Return the arrivals still in the queue."""
        heard = [self._events.get_nowait()[1] for _ in range(self._events.qsize())]
        arrivals = [self._arrival(one.event) for one in heard if one.event is not None]
        return [arrival for arrival in arrivals if arrival is not None]

    async def taken(self, tokens: Sequence[int]) -> None:
        """The library has told WhatsApp already, before we saw the message."""

    # -- the link -----------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connect a fresh client; failures are heard."""
        self._client = Client(self._store.name, self._ffi, self._heard)
        self._codes = 0
        self._offline = True
        await self._client.connect()

    async def close(self) -> None:
        """Stop the client and keep the session."""
        client, self._client = self._client, None
        self._up = False
        if client is not None:
            await client.stop()

    def hurry(self) -> None:
        """Wait only shortly for calls in flight."""
        self._ffi.hurry()

    async def shutdown(self) -> None:
        """Close for good and let the session database go."""
        await self.close()
        self._store.close()

    async def unlink(self) -> None:
        """Log out while connected, and delete the session in any case."""
        if self._client is not None and self._up:
            with suppress(LogoutError):
                await self._client.library.logout()  # type: ignore[no-untyped-call]  # as the library has it
        await self.close()
        await self._store.forget()

    async def pair_code(self, phone: str) -> str:
        """Return the code to type on the phone; needs the first QR (the socket is up then)."""
        client = self._client
        if client is None or self._codes == 0:
            raise PairingRefused("no codes are shown")
        try:
            return str(await client.library.PairPhone(phone, show_push_notification=True))
        except PairPhoneError as error:
            raise PairingRefused(redacted(str(error))) from error

    def _heard(self, client: Client, heard: Heard) -> None:
        self._events.put_nowait((client, heard))

    async def _understood(self, client: Client, heard: Heard) -> TransportEvent | None:
        if heard.qr is not None:
            self._codes += 1
            lives_s = FIRST_QR_S if self._codes == 1 else NEXT_QR_S
            return QrShown(text=heard.qr, seq=self._codes, expires_at=utc_now() + timedelta(seconds=lives_s))
        if heard.login is not None:
            return Paired() if heard.login == "success" and self._codes else end_of_login(heard.login)
        if heard.ended is not None:
            log.warning("event_pump_ended", reason=redacted(heard.ended))
            return self._down(end_of_pump(heard.ended))
        if heard.event is None:
            return None
        return await self._event(client, heard.event)

    async def _event(self, client: Client, event: Proto) -> TransportEvent | None:
        if isinstance(event, ConnectedEv):
            return await self._connected(client)
        if isinstance(event, KeepAliveTimeoutEv):
            log.warning("keep_alive_missed", failures=event.ErrorCount)
            return None
        if isinstance(event, OfflineSyncCompletedEv):
            self._offline = False
            return None
        fact = fact_of(event)
        return self._down(fact) if fact is not None else self._arrival(event)

    def _arrival(self, event: Proto) -> Arrival | None:
        match event:
            case MessageEv():
                return message_of(event, offline=self._offline)
            case UndecryptableMessageEv():
                return undecryptable_of(event, offline=self._offline)
            case ReceiptEv():
                return receipt_of(event)
            case ChatPresenceEv():
                return typing_of(event)
            case JoinedGroupEv():
                address = address_of(event.GroupInfo.JID)
                return GroupSeen(address, event.GroupInfo.GroupName.Name) if address is not None else None
            case _:
                return None

    async def _connected(self, client: Client) -> LinkFact:
        self._up = True
        self._offline = True
        try:
            device = await client.library.get_me()
        except NeonizeError:
            return self._down(LinkDown("no_account", heals=False))
        self._own_jid = address_of(device.JID) or ""
        return LinkUp(account_of(device))

    def _down(self, fact: LinkFact) -> LinkFact:
        self._up = False
        return fact

    def _live(self) -> Client:
        if self._client is None or not self._up:
            raise NotConnected("there is no link")
        return self._client

    # -- sending ------------------------------------------------------------------------------------------------------

    async def send(self, message: Outbound) -> SentReceipt:
        """Send a built message marked with its key."""
        self._live()
        secret = secret_of(message.key, self._secret)
        try:
            built = await build(
                message, secret=secret, own_jid=self._own_jid, upload=partial(self._uploads.of, message.to)
            )
        except UploadError as error:
            raise NotConnected("the file was not uploaded") from error

        async def leave() -> SendResponse:
            client = self._live()
            if not message.may_leave():
                raise NotConnected("it may no longer leave from here")
            return await client.library.send_message(jid_of(message.to), built)

        try:
            response = await self._sends.send(message.key, leave)
        except SendMessageError as error:
            raise failures.of_send(str(error)) from error
        return SentReceipt(wa_id=response.ID, sent_at=datetime.fromtimestamp(response.Timestamp, UTC))

    async def _upload(self, data: bytes, kind: MediaType) -> UploadResponse:
        return await self._live().library.upload(data, kind)

    async def find_sent(self, key: str) -> str | None:
        """Look in the session database: the mark is written before the message leaves. In the library now: nobody can tell."""
        inside = self._sends.inside(key)
        found = await self._store.find_sent(secret_of(key, self._secret))
        if found is None and inside:
            raise NotConnected("it is still in the library")
        return found

    async def mark_read(self, chat: str, sender: str, wa_ids: Sequence[str]) -> None:
        """Show blue ticks."""
        await self._hint(
            self._live().library.mark_read(*wa_ids, chat=jid_of(chat), sender=jid_of(sender), receipt=ReceiptType.READ)
        )

    async def typing(self, chat: str, *, on: bool) -> None:
        """Show or hide "escribiendo"."""
        state = ChatPresence.CHAT_PRESENCE_COMPOSING if on else ChatPresence.CHAT_PRESENCE_PAUSED
        text = ChatPresenceMedia.CHAT_PRESENCE_MEDIA_TEXT
        await self._hint(self._live().library.send_chat_presence(jid_of(chat), state, text))

    async def _hint(self, call: Any) -> None:
        try:
            await call
        except NeonizeError as error:
            log.debug("hint_refused", reason=redacted(str(error)))

    # -- questions ----------------------------------------------------------------------------------------------------

    async def download(self, remote: RemoteMedia, *, max_bytes: int) -> bytes:
        """Return a file, decrypted by the library and checked again here."""
        wanted = Message.FromString(base64.b64decode(remote["message"]))
        try:
            data = bytes(await self._live().library.download_any(wanted))
        except DownloadError as error:
            raise failures.of_download(str(error)) from error
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        if len(data) > max_bytes or (remote["sha256"] and digest != remote["sha256"]):
            raise MediaCorrupt("the file is not the one that was announced")
        return data

    async def groups(self) -> list[GroupInfo]:
        """Return the account's groups."""
        try:
            found = await self._live().library.get_joined_groups()
        except NeonizeError as error:
            raise NotConnected("the groups were not told") from error
        return [
            GroupInfo(address=address_of(one.JID) or "", name=one.GroupName.Name, members=len(one.Participants))
            for one in found
        ]

    async def phone_of(self, lid: str) -> str | None:
        """Return the phone address of a LID from the library's own map (no network)."""
        try:
            return address_of(await self._live().library.get_pn_from_lid(jid_of(lid)))
        except NeonizeError:
            return None
