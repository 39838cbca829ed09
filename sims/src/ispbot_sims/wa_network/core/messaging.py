"""Messages on their way: from a phone or the account to every recipient, now or when it comes back."""

from collections import defaultdict
from typing import Literal

from ispbot_sims.wa_network.core.addresses import envelope, lid_address
from ispbot_sims.wa_network.core.deliveries import Deliveries
from ispbot_sims.wa_network.core.effects import apply_effect
from ispbot_sims.wa_network.core.entities import (
    SIDE_KINDS,
    Account,
    Json,
    Msg,
    Phone,
    Refused,
    direct_chat,
    new_message_id,
    status_chat,
)
from ispbot_sims.wa_network.core.faults import FaultKind, Faults
from ispbot_sims.wa_network.core.hub import Hub
from ispbot_sims.wa_network.core.links import Links
from ispbot_sims.wa_network.core.receipts import Receipts
from ispbot_sims.wa_network.core.state import State
from ispbot_sims.wa_network.core.views import message_view, statuses_view

TypingState = Literal["composing", "paused"]
TypingMedia = Literal["text", "audio"]


class Messaging:
    """Takes messages in and brings them to their recipients."""

    def __init__(
        self, *, state: State, hub: Hub, faults: Faults, deliveries: Deliveries, receipts: Receipts, links: Links
    ) -> None:
        self._state = state
        self._hub = hub
        self._faults = faults
        self._deliveries = deliveries
        self._receipts = receipts
        self._links = links
        self._for_phone: dict[str, list[Msg]] = defaultdict(list)
        """What waits for phones that are off."""
        for message in sorted(state.messages(), key=lambda m: m.n):
            for number, mark in message.marks.items():
                if number in state.phones and not mark[0] and not message.chat.startswith("status|"):
                    self._for_phone[number].append(message)

    # --- writing

    def from_phone(
        self,
        phone: Phone,
        content: Json,
        *,
        to: str | None = None,
        quoted_id: str | None = None,
        mentioned: list[str] | None = None,
        message_id: str | None = None,
    ) -> Msg:
        """A customer writes to an account's number (the first account by default), a group or ``status``.

        Raises:
            Refused: no such account or group, or an impossible reaction, edit or delete.
        """
        chat = self._chat_of_phone(phone, to)
        message = Msg(
            n=self._state.next_n(),
            id=message_id or new_message_id(),
            chat=chat,
            sender=phone.number,
            ts_ms=self._state.now_ms(),
            content=content,
            quoted=self._quoted(chat, quoted_id),
            mentioned=mentioned or [],
            pending=not phone.online,
        )
        if message.id in self._state.chat(chat):
            raise Refused(409, f"there is already a message {message.id} in that chat", status=409)
        self._state.add_message(message) if message.pending else self._post(message)
        if message.kind not in SIDE_KINDS:
            self._show(phone.number, message)
        return message

    def from_account(
        self,
        account: Account,
        chat: str,
        content: Json,
        *,
        message_id: str | None = None,
        device: str | None = None,
        quoted: Json | None = None,
        mentioned: list[str] | None = None,
        bot_tag: bool = False,
    ) -> Msg:
        """The company writes: a linked ``device`` (``<account>/<device id>``), or its own phone when that is None.

        Raises:
            Refused: an impossible reaction, edit or delete, or an id that is already taken.
        """
        message = Msg(
            n=self._state.next_n(),
            id=message_id or new_message_id(),
            chat=chat,
            sender=account.number,
            ts_ms=self._state.now_ms(),
            content=content,
            quoted=quoted,
            mentioned=mentioned or [],
            device=device,
            bot_tag=bot_tag,
        )
        if message.id in self._state.chat(chat):
            raise Refused(400, f"there is already a message {message.id} in that chat")
        self._post(message)
        return message

    def set_online(self, phone: Phone, *, online: bool) -> None:
        """Airplane mode off or on: coming back sends what was written and brings what waited."""
        phone.online = online
        self._state.save_phone(phone)
        if not online:
            return
        written = [m for m in self._state.messages() if m.pending and m.sender == phone.number]
        for message in sorted(written, key=lambda m: m.n):
            message.pending = False
            message.ts_ms = self._state.now_ms()
            self._post(message)
            self._hub.publish(
                "receipt", phone=phone.number, chat=message.chat, id=message.id, tick=message.tick, at_ms=message.ts_ms
            )
        self._arrive(phone, self._for_phone.pop(phone.number, []))

    def typing(self, phone: Phone, *, to: str | None, state: TypingState, media: TypingMedia) -> None:
        """A customer types: the connected devices of the account (or of the group's accounts) see it.

        Raises:
            Refused: no such account or group.
        """
        chat = self._chat_of_phone(phone, to)
        for number in self._recipients(chat, phone.number):
            if number in self._state.accounts:
                sender = lid_address(self._state, phone.number)
                address = chat if chat in self._state.groups else sender
                frame: Json = {"t": "typing", "chat": address, "sender": sender, "state": state, "media": media}
                self._links.push(number, frame)

    # --- the way

    def _post(self, message: Msg) -> None:
        target = apply_effect(self._state, message)
        recipients = self._recipients(message.chat, message.sender)
        message.marks = {number: [0, 0, 0] for number in recipients}
        self._state.add_message(message)
        if target is not None and message.sender in self._state.phones:
            self._changed(message.sender, target)
        if message.chat.startswith("status|"):
            self._hub.publish("status", account=message.sender, statuses=statuses_view(self._state, message.sender))
        for number in recipients:
            account = self._state.accounts.get(number)
            if account is not None:
                self._to_devices(account, message)
            elif message.chat.startswith("status|"):
                continue
            elif self._state.phones[number].online:
                self._arrive(self._state.phones[number], [message])
            else:
                self._for_phone[number].append(message)
        sender = self._state.accounts.get(message.sender)
        if sender is not None:
            self._to_devices(sender, message)

    def _to_devices(self, account: Account, message: Msg) -> None:
        phone = message.sender if message.sender in self._state.phones else None
        frame: Json = {"t": "message", "info": envelope(self._state, account, message), "content": message.content}
        unreadable: Json = {"t": "undecryptable", "info": frame["info"]}
        if phone is not None and self._faults.use(FaultKind.UNDECRYPTABLE, account=account.number, phone=phone):
            frame = unreadable
        elif phone is not None and self._faults.use(FaultKind.SECOND_TRY, account=account.number, phone=phone):
            self._deliveries.put(account.number, unreadable)
        self._deliveries.put(account.number, frame, except_device=message.device)
        if phone is not None and self._faults.use(FaultKind.DUPLICATE, account=account.number, phone=phone):
            self._deliveries.put(account.number, frame)
        if phone is not None and not self._state.devices_of(account.number):
            self._receipts.mark([message], account.number, "delivered")

    def _arrive(self, phone: Phone, messages: list[Msg]) -> None:
        self._receipts.mark(messages, phone.number, "delivered")
        for message in messages:
            if message.kind in SIDE_KINDS:
                target = self._state.chat(message.chat).get(message.content["target_id"])
                if target is not None:
                    self._changed(phone.number, target)
            else:
                self._show(phone.number, message)
        if phone.auto_read:
            self._receipts.mark(messages, phone.number, "read")

    def _recipients(self, chat: str, sender: str) -> list[str]:
        if chat in self._state.groups:
            return [number for number in self._state.groups[chat].members if number != sender]
        left, _, right = chat.partition("|")
        if left != "status":
            return [right if sender == left else left]
        if sender in self._state.accounts:
            return [phone.number for phone in self._state.phones.values() if phone.saved]
        return list(self._state.accounts)

    def _chat_of_phone(self, phone: Phone, to: str | None) -> str:
        if to == "status":
            return status_chat(phone.number)
        if to is not None and to.endswith("@g.us"):
            group = self._state.groups.get(to)
            if group is None or phone.number not in group.members:
                raise Refused(403, f"{phone.number} is not a member of {to}", status=403)
            return to
        return direct_chat(self._state.account(to).number, phone.number)

    def _quoted(self, chat: str, quoted_id: str | None) -> Json | None:
        if quoted_id is None:
            return None
        quoted = self._state.chat(chat).get(quoted_id)
        if quoted is None:
            raise Refused(404, f"no message {quoted_id} in that chat", status=404)
        text = quoted.content.get("text") or quoted.content.get("caption")
        number = quoted.sender
        owner = self._state.accounts.get(number) or self._state.phones[number]
        return {"message_id": quoted_id, "participant": f"{owner.lid}@lid", "text": text}

    def _show(self, viewer: str, message: Msg) -> None:
        self._hub.publish("message", phone=viewer, message=message_view(self._state, message, viewer))

    def _changed(self, viewer: str, target: Msg) -> None:
        self._hub.publish("changed", phone=viewer, message=message_view(self._state, target, viewer))
