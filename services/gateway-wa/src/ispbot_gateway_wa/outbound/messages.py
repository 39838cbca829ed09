"""SendMessage: one command, one message to a person or a group, one end."""

from collections.abc import Iterable

from ispbot_contracts.base import Message
from ispbot_contracts.whatsapp import SendMessage
from ispbot_gateway_wa.contacts import Contacts
from ispbot_gateway_wa.outbound.cold import ColdBudget
from ispbot_gateway_wa.outbound.governor import Rank
from ispbot_gateway_wa.outbound.outgoing import of_message
from ispbot_gateway_wa.outbound.send import ColdRefused, Sender

_PAUSED = "nobody else who never wrote to us can be written to for now"


class Messages:
    """Handles SendMessage."""

    def __init__(self, *, sender: Sender, contacts: Contacts, cold: ColdBudget) -> None:
        self._sender = sender
        self._contacts = contacts
        self._cold = cold

    async def send_message(self, command: SendMessage) -> Iterable[Message]:
        """Send it unless its end is known already. Raises Retryable when it can not be sent now."""
        rank = Rank.REPLY if command.priority == "reply" and command.group is None else Rank.GROUP_NOTICE
        if command.group is not None:
            outgoing = of_message(command, command.contact_id)
            to, cold = command.group, False
        else:
            contact = await self._contacts.by_id(command.contact_id)
            if contact is None or contact.reply_to is None:
                return await self._sender.fail(of_message(command, command.contact_id), "rejected", "no such contact")
            outgoing = of_message(command, contact.contact_id)
            to, cold = contact.reply_to, not contact.has_written
        if cold and (self._cold.paused_until is not None or not await self._cold.charge(outgoing.contact_id)):
            known = await self._sender.known(outgoing)
            return known if known is not None else await self._sender.fail(outgoing, "cold_contact_limit", _PAUSED)
        try:
            return await self._sender.send(outgoing, to, rank)
        except ColdRefused as refused:
            return await self._sender.fail(outgoing, "cold_contact_limit", str(refused))
