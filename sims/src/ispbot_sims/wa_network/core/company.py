"""What a linked device asks of the network: send, mark read, look people up."""

import re

from ispbot_sims.wa_network.core.addresses import group_view, known_phone, lid_address
from ispbot_sims.wa_network.core.entities import (
    STATUS,
    Account,
    Device,
    Msg,
    Phone,
    Refused,
    at_lid,
    direct_chat,
    pn,
    server_of,
    status_chat,
    user_of,
)
from ispbot_sims.wa_network.core.faults import FaultKind, Faults
from ispbot_sims.wa_network.core.hub import Hub
from ispbot_sims.wa_network.core.messaging import Messaging
from ispbot_sims.wa_network.core.receipts import Receipts
from ispbot_sims.wa_network.core.state import State
from ispbot_sims.wa_network.wire import AddressBookEntry, Group, LookupEntry, MarkRead, Send, TypingOut

_ID = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_STATUS_KINDS = frozenset({"status_text", "image", "video", "revoke"})


class Company:
    """The network as the account's devices use it."""

    def __init__(self, *, state: State, hub: Hub, faults: Faults, messaging: Messaging, receipts: Receipts) -> None:
        self._state = state
        self._hub = hub
        self._faults = faults
        self._messaging = messaging
        self._receipts = receipts

    def send(self, account: Account, device: Device, order: Send) -> Msg:
        """Take a message of a device. A known message id is answered with the first one and goes nowhere again.

        Raises:
            Refused: with the code of the ack.
        """
        known = self._state.sent_by_devices.get((account.number, order.message_id))
        if known is not None:
            return known
        if not _ID.match(order.message_id):
            raise Refused(400, "bad message id")
        chat = self.chat_of(account, order.to)
        if (chat == status_chat(account.number)) != (order.content.kind in _STATUS_KINDS and order.to == STATUS):
            raise Refused(400, f"{order.content.kind} can not go to an estado")
        if order.content.kind == "status_text" and order.to != STATUS:
            raise Refused(400, "status_text goes to status@broadcast only")
        phone = chat.partition("|")[2] if order.to != STATUS and "|" in chat else None
        fault = self._faults.use(FaultKind.ACK_ERROR, account=account.number, phone=phone)
        if fault is not None:
            raise Refused(fault.code, "refused by a fault")
        if phone is not None:
            self._reach_out(account, phone)
        return self._messaging.from_account(
            account,
            chat,
            order.content.model_dump(mode="json", exclude_none=True),
            message_id=order.message_id,
            device=f"{account.number}/{device.id}",
            quoted=order.quoted.model_dump() if order.quoted is not None else None,
            mentioned=order.mentioned,
            bot_tag=order.bot_tag,
        )

    def chat_of(self, account: Account, address: str) -> str:
        """The chat behind an address.

        Raises:
            Refused: 400 not an address, 403 not a member of that group, 404 not on WhatsApp.
        """
        if address == STATUS:
            return status_chat(account.number)
        server, user = server_of(address), user_of(address)
        if server == "g.us":
            group = self._state.groups.get(address)
            if group is None or account.number not in group.members:
                raise Refused(403, "not a member of that group")
            return address
        if server == "s.whatsapp.net":
            if user not in self._state.phones:
                raise Refused(404, f"no LID found for {address} from server")
            if not self._state.phones[user].by_phone:
                self._state.learn(account.number, user)
            return direct_chat(account.number, user)
        if server == "lid":
            if self._state.by_lid.get(user) not in self._state.phones:
                raise Refused(404, f"no such LID {address}")
            return direct_chat(account.number, self._state.by_lid[user])
        raise Refused(400, f"not an address: {address}")

    def mark_read(self, account: Account, order: MarkRead) -> None:
        """The device read messages: blue ticks on the customer's phone.

        Raises:
            Refused: no such chat.
        """
        if order.chat == STATUS:
            chat = self._state.chat(status_chat(self._state.by_lid.get(user_of(order.sender or ""), "")))
        else:
            chat = self._state.chat(self.chat_of(account, order.chat))
        self._receipts.mark([chat[i] for i in order.ids if i in chat], account.number, "read")

    def typing(self, account: Account, order: TypingOut) -> None:
        """The company types: show it on the customer's phone.

        Raises:
            Refused: no such chat.
        """
        phone = self.chat_of(account, order.chat).partition("|")[2]
        if phone in self._state.phones and self._state.phones[phone].online:
            self._hub.publish("typing", phone=phone, account=account.number, state=order.state, media=order.media)

    def lookup(self, account: Account, phone: str) -> LookupEntry:
        """Tell whether a number is on WhatsApp."""
        digits = re.sub(r"\D", "", phone)
        owner: Phone | Account | None = self._state.phones.get(digits) or self._state.accounts.get(digits)
        if owner is None:
            return LookupEntry(query=phone, on_whatsapp=False)
        self._state.learn(account.number, digits)
        verified = owner.business_name if isinstance(owner, Account) and owner.business else None
        return LookupEntry(query=phone, on_whatsapp=True, jid=pn(digits), lid=at_lid(owner.lid), verified_name=verified)

    def phone_for_lid(self, account: Account, lid: str) -> str | None:
        """The phone address behind a LID, when the account learnt it."""
        number = self._state.by_lid.get(user_of(lid))
        known = number is not None and (
            number in self._state.accounts or (account.number, number) in self._state.learnt
        )
        return pn(number) if known and number is not None else None

    def groups(self, account: Account) -> list[Group]:
        """The account's groups."""
        mine = [group for group in self._state.groups.values() if account.number in group.members]
        return [Group.model_validate(group_view(self._state, account.number, group)) for group in mine]

    def contacts(self, account: Account) -> list[AddressBookEntry]:
        """The account's address book."""
        return [
            AddressBookEntry(
                jid=lid_address(self._state, phone.number),
                phone=known_phone(self._state, account.number, phone.number),
                full_name=phone.name,
                push_name=phone.name,
            )
            for phone in self._state.phones.values()
            if phone.saved
        ]

    def _reach_out(self, account: Account, phone: str) -> None:
        fault = self._faults.peek(FaultKind.REACH_OUT_LOCK, account=account.number, phone=phone)
        if fault is None or (account.number, phone) in self._state.wrote:
            return
        if fault.allow <= 0:
            raise Refused(463, "account reach-out time-lock")
        fault.allow -= 1
