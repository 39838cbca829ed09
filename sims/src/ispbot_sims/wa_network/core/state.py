"""Everything in memory with its indices, and the way to disk."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ispbot_sims.wa_network.core.entities import (
    Account,
    Device,
    Group,
    MediaFile,
    Msg,
    Phone,
    Refused,
    lid_of,
)
from ispbot_sims.wa_network.core.store import DocumentStore

Clock = Callable[[], float]


class State:
    """Who exists and what was said. Changing an entity ends with its ``save_*``."""

    def __init__(self, data_dir: Path, clock: Clock = time.time) -> None:
        self.store = DocumentStore(data_dir / "network.db")
        self.media_dir = data_dir / "media"
        self.media_dir.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self.phones: dict[str, Phone] = {}
        self.accounts: dict[str, Account] = {}
        self.devices: dict[str, Device] = {}
        self.groups: dict[str, Group] = {}
        self.media: dict[str, MediaFile] = {}
        self.chats: dict[str, dict[str, Msg]] = {}
        self.learnt: set[tuple[str, str]] = set()
        """(account, phone number): the account learnt which phone a LID belongs to."""
        self.wrote: set[tuple[str, str]] = set()
        """(account, phone number): that person wrote at least once."""
        self.sent_by_devices: dict[tuple[str, str], Msg] = {}
        """(account, message id) of everything that devices ever sent: what makes sending again harmless."""
        self.by_lid: dict[str, str] = {}
        self._counter = 0
        self._load()

    def _load(self) -> None:
        for phone in sorted((Phone(**row) for row in self.store.load("phone")), key=lambda p: p.place):
            self._index_phone(phone)
        for row in self.store.load("account"):
            self._index_account(Account(**row))
        for row in self.store.load("device"):
            self.devices[row["id"]] = Device(**row)
        for row in self.store.load("group"):
            self.groups[row["jid"]] = Group(**row)
        for row in self.store.load("media"):
            self.media[row["id"]] = MediaFile(**row)
        self.learnt = {(account, number) for account, number in self.store.load("learnt")}
        for message in sorted((Msg(**row) for row in self.store.load("msg")), key=lambda m: m.n):
            self._index_message(message)
            self._counter = message.n

    def now_ms(self) -> int:
        """The present moment."""
        return int(self._clock() * 1000)

    def next_n(self) -> int:
        """The place of the next message in the order of everything."""
        self._counter += 1
        return self._counter

    # --- phones and accounts

    def phone(self, number: str) -> Phone:
        """Return a phone.

        Raises:
            Refused: nobody has that number.
        """
        found = self.phones.get(number)
        if found is None:
            raise Refused(404, f"no phone {number} on this network", status=404)
        return found

    def phone_or_new(self, number: str, name: str | None = None) -> Phone:
        """Return the phone, made on first use."""
        if not number.isdigit() or not 7 <= len(number) <= 15 or number.startswith("0"):
            raise Refused(400, f"{number!r} is not a number in international digits")
        if number in self.accounts:
            raise Refused(409, f"{number} is the company's own account", status=409)
        if number not in self.phones:
            self.save_phone(Phone(number=number, lid=lid_of(number), name=name or f"+{number}", place=len(self.phones)))
        return self.phones[number]

    def account(self, number: str | None = None) -> Account:
        """Return the account, or without a number the only or first one.

        Raises:
            Refused: there is no such account.
        """
        if number is None and self.accounts:
            return next(iter(self.accounts.values()))
        found = self.accounts.get(number or "")
        if found is None:
            raise Refused(404, f"no company account {number or ''} on this network", status=404)
        return found

    def devices_of(self, account: str) -> list[Device]:
        """The linked devices of an account."""
        return [device for device in self.devices.values() if device.account == account]

    def chat(self, key: str) -> dict[str, Msg]:
        """The messages of a chat by id, oldest first."""
        return self.chats.get(key, {})

    def messages(self) -> Iterator[Msg]:
        """Every message there is."""
        for chat in self.chats.values():
            yield from chat.values()

    # --- changes

    def save_phone(self, phone: Phone) -> None:
        """Keep a new or changed phone."""
        self._index_phone(phone)
        self.store.put("phone", phone.number, phone)

    def save_account(self, account: Account) -> None:
        """Keep a new or changed account."""
        self._index_account(account)
        self.store.put("account", account.number, account)

    def save_device(self, device: Device) -> None:
        """Keep a new or changed device."""
        self.devices[device.id] = device
        self.store.put("device", device.id, device)

    def drop_device(self, device: Device) -> None:
        """Forget a device."""
        del self.devices[device.id]
        self.store.drop("device", device.id)

    def save_group(self, group: Group) -> None:
        """Keep a new or changed group."""
        self.groups[group.jid] = group
        self.store.put("group", group.jid, group)

    def save_media(self, media: MediaFile) -> None:
        """Keep a new or changed file's card."""
        self.media[media.id] = media
        self.store.put("media", media.id, media)

    def save_message(self, message: Msg) -> None:
        """Keep a changed message."""
        self.store.put("msg", f"{message.chat}/{message.id}", message)

    def add_message(self, message: Msg) -> None:
        """Keep a new message."""
        self._index_message(message)
        self.save_message(message)

    def learn(self, account: str, number: str) -> None:
        """The account now knows which phone that person's LID belongs to."""
        if (account, number) not in self.learnt:
            self.learnt.add((account, number))
            self.store.put("learnt", f"{account}/{number}", [account, number])

    def sizes(self) -> dict[str, Any]:
        """How much there is."""
        return {
            "phones": len(self.phones),
            "accounts": len(self.accounts),
            "devices": len(self.devices),
            "groups": len(self.groups),
            "chats": len(self.chats),
            "messages": sum(map(len, self.chats.values())),
            "media": len(self.media),
        }

    def _index_phone(self, phone: Phone) -> None:
        self.phones[phone.number] = phone
        self.by_lid[phone.lid] = phone.number

    def _index_account(self, account: Account) -> None:
        self.accounts[account.number] = account
        self.by_lid[account.lid] = account.number

    def _index_message(self, message: Msg) -> None:
        self.chats.setdefault(message.chat, {})[message.id] = message
        account, bar, phone = message.chat.partition("|")
        if message.device is not None:
            self.sent_by_devices[message.device.partition("/")[0], message.id] = message
        if bar and message.sender == phone and not message.pending:
            self.wrote.add((account, phone))
