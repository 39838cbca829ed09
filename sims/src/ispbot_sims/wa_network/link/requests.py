"""What a logged-in device asks for, one method per frame."""

import asyncio
from typing import Any

from ispbot_sims.wa_network.core.addresses import chat_address
from ispbot_sims.wa_network.core.entities import Account, Device, Json, Msg, Refused
from ispbot_sims.wa_network.core.faults import FaultKind
from ispbot_sims.wa_network.core.links import CLOSE_LOGGED_OUT, CLOSE_LOST
from ispbot_sims.wa_network.core.network import Network
from ispbot_sims.wa_network.link.socket import LinkSocket
from ispbot_sims.wa_network.wire import (
    LidForPhone,
    ListContacts,
    ListGroups,
    Logout,
    Lookup,
    MarkRead,
    PhoneForLid,
    Ping,
    Send,
    Take,
    ToNetwork,
    TypingOut,
)


class Requests:
    """Serves the frames of one connected device."""

    def __init__(self, network: Network, account: Account, device: Device, socket: LinkSocket) -> None:
        self._network = network
        self._account = account
        self._device = device
        self._socket = socket
        self._late: set[asyncio.TimerHandle] = set()

    def stop(self) -> None:
        """Drop the answers that were still to be given late."""
        for handle in self._late:
            handle.cancel()

    def handle(self, frame: ToNetwork) -> None:
        """Serve one frame. On a silent link only pings are answered."""
        if isinstance(frame, Ping):
            self._socket.push({"t": "pong"})
            return
        if self._socket.is_silent():
            return
        match frame:
            case Take():
                self._take(frame)
            case Send():
                self._send(frame)
            case MarkRead() | TypingOut():
                self._hint(frame)
            case Logout():
                self._network.pairing.forget(self._device)
                self._socket.end(CLOSE_LOGGED_OUT, {"t": "result", "req_id": frame.req_id})
            case Lookup() | LidForPhone() | PhoneForLid() | ListGroups() | ListContacts():
                self._socket.push({"t": "result", "req_id": frame.req_id, **self._answer(frame)})
            case _:
                return  # hello and pair_phone mean nothing here

    def _take(self, frame: Take) -> None:
        taken = self._network.deliveries.take(self._device, frame.delivery_ids)
        messages = []
        for delivery in taken:
            info = delivery.get("info")
            if info is not None and not info["is_from_me"]:
                message = self._find(info)
                if message is not None:
                    messages.append(message)
        self._network.receipts.mark(messages, self._account.number, "delivered")

    def _find(self, info: Json) -> Msg | None:
        if info["chat"] == "status@broadcast":
            number = self._network.state.by_lid[info["sender"].partition("@")[0]]
            return self._network.state.chat(f"status|{number}").get(info["id"])
        return self._network.state.chat(self._network.company.chat_of(self._account, info["chat"])).get(info["id"])

    def _hint(self, frame: MarkRead | TypingOut) -> None:
        try:
            if isinstance(frame, MarkRead):
                self._network.company.mark_read(self._account, frame)
            else:
                self._network.company.typing(self._account, frame)
        except Refused:
            return  # hints have no answer in the protocol, refused ones neither

    def _answer(self, frame: Lookup | LidForPhone | PhoneForLid | ListGroups | ListContacts) -> Json:
        company = self._network.company
        match frame:
            case Lookup():
                return {"lookup": [company.lookup(self._account, phone).model_dump() for phone in frame.phones]}
            case LidForPhone():
                return {"address": company.lookup(self._account, frame.phone).lid}
            case PhoneForLid():
                return {"address": company.phone_for_lid(self._account, frame.lid)}
            case ListGroups():
                return {"groups": [group.model_dump() for group in company.groups(self._account)]}
            case ListContacts():
                return {"contacts": [contact.model_dump() for contact in company.contacts(self._account)]}

    # --- sending

    def _send(self, frame: Send) -> None:
        faults, account = self._network.faults, self._account.number
        if faults.use(FaultKind.SEND_LOST, account=account):
            self._socket.end(CLOSE_LOST)
            return
        ack: Json = {"t": "ack", "req_id": frame.req_id, "message_id": frame.message_id}
        try:
            message = self._network.company.send(self._account, self._device, frame)
        except Refused as refused:
            self._reply(
                ack
                | {
                    "timestamp_s": self._network.state.now_ms() // 1000,
                    "error": refused.code,
                    "error_text": refused.text,
                }
            )
            return
        if faults.use(FaultKind.ACK_LOST, account=account):
            self._socket.end(CLOSE_LOST)
            return
        if faults.use(FaultKind.NO_ACK, account=account):
            return
        self._reply(
            ack | {"timestamp_s": message.ts_ms // 1000, "chat": chat_address(self._network.state, message.chat)}
        )

    def _reply(self, ack: Json) -> None:
        fault = self._network.faults.use(FaultKind.ACK_DELAY, account=self._account.number)
        if fault is None:
            self._socket.push(ack)
            return
        handle: asyncio.TimerHandle

        def late(**frame: Any) -> None:
            self._late.discard(handle)
            self._socket.push(frame)

        handle = asyncio.get_running_loop().call_later(fault.seconds, lambda: late(**ack))
        self._late.add(handle)
