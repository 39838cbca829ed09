"""The story that fault runs tell again and again, each time with a new phone: every kind of thing a customer can do once.

The customer is first seen in a chat of the older kind (by phone number), goes on behind a LID with a hidden number, and
shows the number at the end: two contacts, the second one with a ticket, become one.
"""

import base64
from dataclasses import dataclass, field

from bench.chaos_people import Desk
from bench.faults_record import NotHappened, Record, until
from ispbot_contracts.tickets import MessageArchived, MessageUpdated, TicketOpened, TicketUpdated
from ispbot_contracts.whatsapp import MessageReceived
from ispbot_sims.wa_network.client.network import WaNetworkClient

DOCUMENT = "20111222"
"""A customer of the demo provider with one unpaid invoice."""
SAID = (
    "DNI",
    "Nélida",
    "18.500",
    "Factura",
    "agendada",
    "Te responde una persona",
    "Hola, soy Ana",
    "Cerramos tu caso",
)
"""Pieces of what the phone gets, in this order: the story went where it should."""
TRY_AGAIN = "*reintentar*"
"""What the bot says when a part that it asks does not answer. The customer does as told."""
_TRIES_AGAIN = 40
_PATIENCE_S = 90.0
_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGNk+M9AEmAiTfmohlENQ0kDAD6zAR9pc9S0AAAAAElFTkSuQmCC"
)


@dataclass
class Story:
    """One telling of the story."""

    number: int
    sent: list[str] = field(default_factory=list)
    """WhatsApp ids of what the phone sent, in order."""
    ticket_id: str = ""
    again: list[str] = field(default_factory=list)
    """WhatsApp ids of what was said because a part that was asked had just died: "write *reintentar*", and that word."""

    repeats: int = 0
    """How often the agent had to repeat a call to the panel. Each try is one more line of the audit, as it must be."""

    @property
    def phone(self) -> str:
        """The customer's number: new in every telling."""
        return f"5493517{self.number:06d}"


class Teller:
    """Tells a story through the phone network and the panel's API."""

    def __init__(self, net: WaNetworkClient, desk: Desk, record: Record, story: Story) -> None:
        self.story = story
        self._desk, self._record = desk, record
        self._phone = net.phone(story.phone)
        self._owed = 0

    async def tell(self) -> None:
        """Tell it to the end. Raises NotHappened or Stuck."""
        repeats = self._desk.repeats
        await self._tell()
        self.story.repeats = self._desk.repeats - repeats

    async def _tell(self) -> None:
        await self._phone.configure(name=f"Persona {self.story.number}", by_phone=True)
        await self._asks("hola")
        await self._phone.configure(by_phone=False, hide_number=True)
        for words in ("hola", "ya soy cliente", DOCUMENT, "saldo", "factura", "visita", "1", "sí"):
            await self._asks(words)
        await self._asks("asesor")
        await self._be_attended()
        await self._phone.configure(hide_number=False)
        await self._asks("menú")

    async def _asks(self, words: str) -> None:
        self.story.sent.append(await self._phone.say(words))
        await self._answered(1, f"the answer to {words!r}")
        for _ in range(_TRIES_AGAIN):
            answer = self._phone.inbox[-1]
            if TRY_AGAIN not in (answer.text or ""):
                return
            self.story.again += [answer.id, await self._phone.say("reintentar")]
            await self._answered(1, "the answer to 'reintentar'")
        raise NotHappened(f"{words!r} was not answered properly after {_TRIES_AGAIN} more tries")

    async def _answered(self, more: int, what: str) -> None:
        self._owed += more

        async def came() -> bool:
            return len(self._phone.inbox) >= self._owed

        await until(came, f"{what} on {self.story.phone}", limit_s=_PATIENCE_S)
        wa_id = self._phone.inbox[-1].id

        async def kept() -> bool:
            # what the customer writes next must not race with the archiving of what they just got
            return any(each.message.wa_id == wa_id for each in self._kept())

        await until(kept, f"{what} in the archive", limit_s=_PATIENCE_S)

    async def _be_attended(self) -> None:
        contact = await until(self._contact, "the contact", limit_s=_PATIENCE_S)

        async def opened() -> str:
            found = [each.ticket.ticket_id for each in self._record.of(TicketOpened) if each.contact_id == contact]
            return found[-1] if found else ""

        ticket_id = self.story.ticket_id = await until(opened, "the ticket", limit_s=_PATIENCE_S)
        await until(self._summarised, "the ticket's summary", limit_s=_PATIENCE_S)
        ticket = f"/api/tickets/{ticket_id}"
        await self._desk.call("POST", f"{ticket}/take", fine=frozenset({409}))
        await self._desk.call(
            "POST", f"{ticket}/note", {"client_id": client_id("N", ticket_id), "text": "llama siempre"}
        )
        await self._desk.call(
            "POST", f"{ticket}/reply", {"client_id": client_id("R", ticket_id), "text": "Hola, soy Ana"}
        )
        await self._answered(1, "the agent's words")
        await self._read()
        words = await self._phone.say("no me anda")
        self.story.sent.append(words)
        await self._archived(ticket, "no me anda")
        self.story.sent.append(await self._phone.edit(words, "no me anda internet"))
        wrong = await self._phone.say("me equivoqué")
        self.story.sent.append(wrong)
        await self._archived(ticket, "me equivoqué")
        self.story.sent.append(await self._phone.delete(wrong))
        self.story.sent.append(await self._phone.react(self._phone.inbox[-1].id, "👍"))
        picture = await self._phone.send_file(_PICTURE, "image/png", kind="image", caption="las luces")
        self.story.sent.append(picture)
        await self._archived(ticket, "las luces")
        await self._settled(ticket)
        await self._desk.call("POST", f"{ticket}/seen", fine=frozenset({409}))
        await self._desk.call("POST", f"{ticket}/close", {"comment": "resuelto"}, fine=frozenset({409}))
        await self._answered(1, "the words that the case is closed")

    def _kept(self) -> list[MessageArchived | MessageUpdated]:
        return [*self._record.of(MessageArchived), *self._record.of(MessageUpdated)]

    async def _contact(self) -> str:
        wanted = self.story.sent[-1]
        found = [each.contact_id for each in self._record.of(MessageReceived) if each.wa_id == wanted]
        return found[-1] if found else ""

    async def _summarised(self) -> bool:
        tickets = [each.ticket for each in self._record.of(TicketUpdated)]
        return any(each.ticket_id == self.story.ticket_id and each.summary is not None for each in tickets)

    async def _read(self) -> None:
        await self._phone.read()

    async def _archived(self, ticket: str, text: str) -> None:
        async def there() -> bool:
            page = await self._desk.call("GET", f"{ticket}/messages?limit=200")
            return any(line["text"] == text for line in page["messages"])

        await until(there, f"{text!r} in the case", limit_s=_PATIENCE_S)

    async def _settled(self, ticket: str) -> None:
        """Wait until the edit, the deletion, the reaction, the file and the ticks stand in the archive."""

        async def there() -> bool:
            lines = (await self._desk.call("GET", f"{ticket}/messages?limit=200"))["messages"]
            text = str(lines)
            return all(piece in text for piece in ("no me anda internet", "👍")) and _has_file(lines)

        await until(there, "the changes in the case", limit_s=_PATIENCE_S)


def client_id(letter: str, ticket_id: str) -> str:
    """Return the key that the panel would give to a note (``N``) or an answer (``R``) of a ticket."""
    return f"{letter}{ticket_id}"[:26]


def _has_file(lines: list[dict[str, object]]) -> bool:
    media = [line["media"] for line in lines if line.get("media")]
    return bool(media)
