"""Who is it? By DNI or customer number, when the phone did not tell."""

from dataclasses import replace
from typing import Literal

from ispbot_contracts.crm import Capability, CustomersFound
from ispbot_router.domain.documents import keys_of
from ispbot_router.domain.session import Step
from ispbot_router.handlers.choose_account import ask_account
from ispbot_router.handlers.hand_over import give_up_when_tried_enough
from ispbot_router.handlers.recognise import remember
from ispbot_router.neighbours import CrmNotSetUp
from ispbot_router.texts import identity as texts
from ispbot_router.texts.figures import first_name
from ispbot_router.turn import Turn


async def ask_document(turn: Turn, _: str = "") -> str | None:
    """Ask for DNI or customer number."""
    if not turn.desk.crm.can(Capability.IDENTIFY):
        raise CrmNotSetUp
    turn.ask("identify", texts.ask_document(for_something=turn.session.pending is not None), Step.DOCUMENT)
    return None


async def take_document(turn: Turn, text: str) -> str | None:
    """The customer wrote something: look it up, remember who it is, go on with what they wanted."""
    keys = keys_of(text)
    if not keys:
        if not give_up_when_tried_enough(turn):
            turn.ask("not_understood", texts.NOT_A_DOCUMENT, Step.DOCUMENT)
        return None
    for by, value in keys:
        found = await turn.desk.crm.find(by, value)
        if found.customers:
            return _welcome(turn, found, by)
    if not give_up_when_tried_enough(turn):
        turn.ask("identify", texts.not_found(keys[0][1]), Step.DOCUMENT)
    return None


def _welcome(turn: Turn, found: CustomersFound, by: Literal["document", "number"]) -> str | None:
    remember(turn, found, by=by)
    turn.understood()
    turn.lead = texts.found(first_name(found.customers[0].name))
    if turn.session.account is None:
        ask_account(turn)
        return None
    token = turn.session.pending or "do:menu"
    turn.session = replace(turn.session, pending=None)
    return token
