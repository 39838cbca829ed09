"""Who is who: one contact has our own id and every address it is known by."""

from dataclasses import dataclass
from datetime import datetime

from ispbot_contracts.base import ContactId
from ispbot_gateway_wa.domain.addresses import kind_of, phone_digits


@dataclass(frozen=True, slots=True)
class Contact:
    """A person. ``chat`` is the address they last wrote from."""

    contact_id: ContactId
    identities: frozenset[str]
    created_at: datetime
    chat: str | None = None
    name: str | None = None
    has_written: bool = False

    @property
    def phone_address(self) -> str | None:
        """The phone address, None while only a LID is known."""
        return next((one for one in self.identities if kind_of(one) == "phone"), None)

    @property
    def phone(self) -> str | None:
        """International digits, None while only a LID is known."""
        return phone_digits(self.phone_address)

    @property
    def reply_to(self) -> str | None:
        """Where to send: the chat they last wrote from, else a LID, else the phone."""
        lid = next((one for one in sorted(self.identities) if kind_of(one) == "lid"), None)
        return self.chat or lid or self.phone_address


def keeper_of(one: Contact, other: Contact) -> tuple[Contact, Contact]:
    """Return (the one to keep, the one to absorb): who wrote to us first, then who is known longer."""
    ranked = sorted((one, other), key=lambda contact: (not contact.has_written, contact.created_at, contact.contact_id))
    return ranked[0], ranked[1]
