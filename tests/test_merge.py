"""LID first, phone later, both with a history and an open case, while processes die: one contact and one conversation."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import pytest

from bench.chaos import prepare
from ispbot_launcher.running import Running
from ispbot_runtime.testing import eventually
from ispbot_sims.wa_network.client.phone import PhoneClient
from tests.replicas import dying_with_work_in_hand, second_replica
from tests.staff import Panel

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

_PATIENCE_S = 120
"""The second replica may still be starting; then the one that died must come back first."""
_WORDS = [[f"palabra {number}" for number in range(first, first + 4)] for first in (1, 5, 9)]
_REPLY = "Hola, soy una persona"


async def look(admin: Panel, path: str, **params: Any) -> Any:
    """Ask as the panel does, again for as long as the service answers that it is away."""
    answers: list[Any] = []

    async def answered() -> bool:
        answer = await admin.http.get(path, params=params)
        assert answer.status_code in {200, 503}, (path, answer.status_code, answer.text)
        answers.extend([answer.json()] if answer.status_code == 200 else [])
        return bool(answers)

    await eventually(answered, timeout_s=_PATIENCE_S)
    return answers[0]


async def cases(admin: Panel, name: str) -> list[Any]:
    """Return the open cases of somebody, oldest first."""
    found = [await look(admin, "/api/tickets", view=view) for view in ("pending", "in_progress")]
    rows = [row for page in found for row in page["rows"] if row["customer_name"] == name]
    return sorted(rows, key=lambda row: row["number"])


async def heard(admin: Panel, ticket_id: str) -> list[str]:
    """Return what the customer said in the conversation of a ticket, as OmniChat shows it."""
    page = await look(admin, f"/api/tickets/{ticket_id}/messages")
    return [message["text"] for message in page["messages"] if message["direction"] == "in"]


async def write(phone: PhoneClient, *texts: str) -> None:
    """Write and wait until the company's system has it all."""
    for message_id in [await phone.say(text) for text in texts]:
        await phone.expect_tick(message_id, "delivered", timeout_s=_PATIENCE_S)


async def two_cases(phone: PhoneClient, admin: Panel, name: str) -> list[Any]:
    """Let somebody ask for a person in a chat by phone number and, unrecognised, in one by LID."""
    for chat in ({"by_phone": True}, {"by_phone": False, "hide_number": True}):
        await phone.configure(name=name, **chat)
        await phone.say("asesor")
        await phone.expect("Te responde una persona", timeout_s=_PATIENCE_S)

    async def both() -> bool:
        return len(await cases(admin, name)) == 2

    await eventually(both, timeout_s=_PATIENCE_S)
    return await cases(admin, name)


async def write_words(phone: PhoneClient, running: Running, in_hand: Sequence[str]) -> None:
    """Write twelve words, the number shown after the fourth; tickets and router die with those ``in_hand``."""
    for four in _WORDS:
        with dying_with_work_in_hand(running, "tickets", "router") if four == in_hand else nullcontext():
            await write(phone, *four)
        await phone.configure(hide_number=False)


@pytest.mark.parametrize(
    ("number", "in_hand"), [("5493518700001", _WORDS[0]), ("5493518700002", _WORDS[1])], ids=["last_words", "merge"]
)
async def test_two_contacts_of_one_person_become_one_with_every_word_in_order(
    linked, admin: Panel, running: Running, number: str, in_hand: list[str]
):
    bus = await prepare(running)
    await bus.stop()
    phone, name = linked.phone(number), f"Nadia {number}"
    said = ["asesor", "asesor", *(word for four in _WORDS for word in four)]
    with second_replica(running, "router"), second_replica(running, "tickets"):
        older, younger = await two_cases(phone, admin, name)
        assert older["contact_id"] != younger["contact_id"]
        await write_words(phone, running, in_hand)

        async def all_there() -> bool:
            return len(await heard(admin, older["id"])) >= len(said)

        await eventually(all_there, timeout_s=_PATIENCE_S)
        assert await heard(admin, older["id"]) == said
        assert [row["id"] for row in await cases(admin, name)] == [older["id"]]
        await admin.send("POST", f"/api/tickets/{older['id']}/take")
        for _ in range(2):
            answer = {"client_id": f"01JTESTMERGE{number}", "text": _REPLY}
            await admin.send("POST", f"/api/tickets/{older['id']}/reply", answer)
        await phone.expect(_REPLY, timeout_s=_PATIENCE_S)
        await admin.send("POST", f"/api/tickets/{older['id']}/close", {"comment": "resuelto"})
        await phone.expect("Cerramos tu caso", timeout_s=_PATIENCE_S)
    texts = [message.text for message in phone.inbox]
    assert texts[2:-1] == [_REPLY], "people attend: the bot is silent, and the answer comes once"
