"""WhatsApp addresses. A phone is never read out of a LID: the digits are unrelated."""

import re
from typing import Literal

from ispbot_contracts.base import derive_id

AddressKind = Literal["lid", "phone", "group", "other"]

_LONG_NUMBER = re.compile(r"\d{7,}")
_KINDS: dict[str, AddressKind] = {"lid": "lid", "s.whatsapp.net": "phone", "g.us": "group"}


def kind_of(address: str) -> AddressKind:
    """Return what an address is; estados, newsletters and broadcast lists are ``other``."""
    return _KINDS.get(address.rpartition("@")[2], "other")


def phone_digits(address: str | None) -> str | None:
    """Return the international digits of a phone address, None for every other kind."""
    if address is None or kind_of(address) != "phone":
        return None
    return address.partition("@")[0].partition(":")[0]


def phone_address(digits: str) -> str:
    """Return the address of a phone given in international digits."""
    return f"{digits}@s.whatsapp.net"


def first_contact_id(address: str) -> str:
    """Return the id that a person first seen under ``address`` gets: the same whenever it is computed."""
    return derive_id("contact", address)


def redacted(text: str) -> str:
    """Return a vendor's error text without the numbers of people, fit for logs and events."""
    return _LONG_NUMBER.sub("…", text)
