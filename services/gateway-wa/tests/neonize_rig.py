"""The library without its network: a stand-in for the Go functions, driven through the library's own callbacks."""

import asyncio
import ctypes
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("SPHINX", "1")  # the library's own switch: import without loading the Go core

from neonize.events import EVENT_TO_INT
from neonize.proto import Neonize_pb2 as pb
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e

ACCOUNT = "5493515550100"


def jid(user: str, server: str) -> pb.JID:
    return pb.JID(User=user, Server=server, RawAgent=0, Device=0, Integrator=0, IsEmpty=not user)


def source(chat: pb.JID, sender: pb.JID, alt: pb.JID, **changes: Any) -> pb.MessageSource:
    fields: dict[str, Any] = {
        "Chat": chat, "Sender": sender, "IsFromMe": False, "IsGroup": chat.Server == "g.us", "AddressingMode": pb.LID,
        "SenderAlt": alt, "RecipientAlt": jid("", ""), "BroadcastListOwner": jid("", ""),
    }  # fmt: skip
    return pb.MessageSource(**fields | changes)


def info(message_id: str, where: pb.MessageSource, name: str = "Nélida") -> pb.MessageInfo:
    return pb.MessageInfo(
        MessageSource=where, ID=message_id, ServerID=0, Type="text", Pushname=name, Timestamp=int(time.time() * 1000),
        Category="", Multicast=False, MediaType="", Edit="",
    )  # fmt: skip


def message_event(about: pb.MessageInfo, message: e2e.Message, *, edit: bool = False) -> pb.Message:
    return pb.Message(
        Info=about, Message=message, IsEphemeral=False, IsViewOnce=False, IsViewOnceV2=False, IsViewOnceV2Extension=False,
        IsDocumentWithCaption=False, IsLottieSticker=False, IsEdit=edit, UnavailableRequestID="", RetryCount=0, Raw=message,
    )  # fmt: skip


class Session:
    """One running ``Neonize()``."""

    def __init__(self, uuid: bytes, name: bytes, qr: Any, login: Any, event: Any) -> None:
        self.uuid = uuid
        self.name = name
        self.qr, self.login, self.event = qr, login, event
        self.ended = threading.Event()
        self.was_connected = False
        self.error = b""

    def show_qr(self, text: str) -> None:
        buffer = ctypes.create_string_buffer(text.encode())
        self.qr(0, ctypes.addressof(buffer))

    def login_status(self, status: str) -> None:
        buffer = ctypes.create_string_buffer(status.encode())
        self.login(0, ctypes.addressof(buffer))

    def tell(self, event: Any) -> None:
        """The library's entry point for events, as the Go side calls it."""
        raw = event.SerializeToString()
        buffer = ctypes.create_string_buffer(raw, len(raw) or 1)
        self.event(b"", ctypes.addressof(buffer), len(raw), EVENT_TO_INT[type(event)])

    def die(self, error: str) -> None:
        """The event pump dies."""
        self.error = error.encode()
        self.ended.set()


class FakeGo:
    """The Go functions that the gateway uses; aborts the test where the real ones abort the process."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []
        self.running: dict[bytes, Session] = {}
        self.device = pb.Device(
            JID=jid(ACCOUNT, "s.whatsapp.net"), LID=jid("777", "lid"), Platform="smba", BussinessName="Red Sur", PushName="",
            Initialized=True,
        )  # fmt: skip
        self.connected = False
        self.sent: list[tuple[pb.JID, e2e.Message]] = []
        self.send_error = ""
        self.send_blocks: threading.Event | None = None
        self.hints: list[str] = []
        self.phones: dict[str, str] = {}
        self.files: dict[bytes, bytes] = {}
        self.uploads = 0
        self.download_error = ""
        self.violations: list[str] = []
        self._busy = 0
        self._send_lock = threading.Lock()
        """As in whatsmeow: taken before the message's mark is written, held until the answer."""
        self._mutex = threading.Lock()

    @property
    def session(self) -> Session:
        return self.sessions[-1]

    def Neonize(self, name, uuid, _jid, _size, _new, _level, qr, login, event, *_: Any) -> bytes:  # noqa: N802
        self._alone("Neonize")
        path = name.decode().partition("?")[0]
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS whatsmeow_message_secrets "
                "(our_jid text, chat_jid text, sender_jid text, message_id text, key bytea)"
            )
        session = Session(uuid, path.encode(), qr, login, event)
        self.sessions.append(session)
        self.running[uuid] = session
        session.ended.wait()
        return session.error

    def Stop(self, uuid) -> None:  # noqa: N802
        self._alone("Stop")
        session = self.running.pop(uuid, None)
        self.connected = False
        if session is not None and session.error == b"" and session.was_connected:
            session.ended.set()  # an unpaired session never ends: its thread stays

    def _alone(self, name: str) -> None:
        if self._busy:
            self.violations.append(f"{name} beside another call")

    def _call(self, name: str, *, needs_link: bool = True):
        if needs_link and not self.connected:
            self.violations.append(f"{name} without a link aborts the process")
        return self

    def __enter__(self) -> None:
        with self._mutex:
            self._busy += 1

    def __exit__(self, *_: object) -> None:
        with self._mutex:
            self._busy -= 1

    def GetMe(self, _uuid) -> bytes:  # noqa: N802
        with self._call("GetMe"):
            return self.device.SerializeToString()

    def SendMessage(self, _uuid, to, to_size, body, size) -> bytes:  # noqa: N802
        with self._call("SendMessage"), self._send_lock:
            if self.send_blocks is not None:
                self.send_blocks.wait(10)
            message = e2e.Message.FromString(body[:size])
            message_id = f"3EB0{len(self.sent):018X}"
            if self.send_error and "websocket" in self.send_error:
                return pb.SendMessageReturnFunction(Error=self.send_error).SerializeToString()
            with sqlite3.connect(self.session.name.decode()) as database:
                database.execute(
                    "INSERT INTO whatsmeow_message_secrets VALUES ('me', 'chat', 'me', ?, ?)",
                    (message_id, message.messageContextInfo.messageSecret),
                )
            if self.send_error:
                return pb.SendMessageReturnFunction(Error=self.send_error).SerializeToString()
            self.sent.append((pb.JID.FromString(to[:to_size]), message))
            response = pb.SendResponse(
                Timestamp=int(time.time()), ID=message_id, ServerID=0, DebugTimings=_timings(), Message=message
            )
            return pb.SendMessageReturnFunction(SendResponse=response).SerializeToString()

    def Upload(self, _uuid, data, size, _kind) -> bytes:  # noqa: N802
        with self._call("Upload"):
            self.uploads += 1
            key = os.urandom(32)
            self.files[key] = data[:size]
            uploaded = pb.UploadResponse(
                url="https://x",
                DirectPath="/p",
                Handle="",
                MediaKey=key,
                FileEncSHA256=b"e",
                FileSHA256=b"s",
                FileLength=size,
            )
            return pb.UploadReturnFunction(UploadResponse=uploaded).SerializeToString()

    def DownloadAny(self, _uuid, body, size) -> bytes:  # noqa: N802
        with self._call("DownloadAny"):
            if self.download_error:
                return pb.DownloadReturnFunction(Error=self.download_error).SerializeToString()
            part = e2e.Message.FromString(body[:size]).ListFields()[0][1]
            return pb.DownloadReturnFunction(Binary=self.files[part.mediaKey]).SerializeToString()

    def Logout(self, _uuid) -> bytes:  # noqa: N802
        with self._call("Logout"):
            self.hints.append("logout")
            return b""

    def MarkRead(self, _uuid, ids, *_: Any) -> bytes:  # noqa: N802
        with self._call("MarkRead"):
            self.hints.append(f"read {ids.decode()}")
            return b""

    def SendChatPresence(self, _uuid, _jid, _size, state, _media) -> bytes:  # noqa: N802
        with self._call("SendChatPresence"):
            self.hints.append("composing" if state == 0 else "paused")
            return b""

    def PairPhone(self, _uuid, body, size) -> bytes:  # noqa: N802
        with self._call("PairPhone", needs_link=False):
            asked = pb.PairPhoneParams.FromString(body[:size])
            if asked.phone.startswith("0"):
                return pb.PairPhoneReturnFunction(Error="phone number too short").SerializeToString()
            return pb.PairPhoneReturnFunction(Code="FGB2-NVK2").SerializeToString()

    def GetJoinedGroups(self, _uuid) -> bytes:  # noqa: N802
        with self._call("GetJoinedGroups"):
            return pb.GetJoinedGroupsReturnFunction().SerializeToString()

    def GetPNFromLID(self, _uuid, body, size) -> bytes:  # noqa: N802
        with self._call("GetPNFromLID"):
            user = pb.JID.FromString(body[:size]).User
            phone = self.phones.get(user, "")
            found = jid(phone, "s.whatsapp.net" if phone else "")
            return pb.GetJIDFromStoreReturnFunction(Jid=found).SerializeToString()


def _timings() -> Any:
    kind = pb.SendResponse.DESCRIPTOR.fields_by_name["DebugTimings"].message_type
    made = getattr(pb, kind.name)()
    for field in kind.fields:
        if field.is_required:
            setattr(made, field.name, 0)
    return made


async def running_session(go: FakeGo, number: int) -> Session:
    """Wait until the n-th session runs."""
    while len(go.sessions) < number:
        await asyncio.sleep(0.005)
    return go.sessions[number - 1]


def session_file(folder: Path) -> Path:
    return folder / "whatsapp.db"
