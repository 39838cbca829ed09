"""A picture or document comes in: it is acknowledged, and somebody looks at it."""

from ispbot_contracts.common import Area
from ispbot_router.domain.session import Choice, Step
from ispbot_router.domain.words import is_receipt
from ispbot_router.handlers.hand_over import hand_over
from ispbot_router.texts import people
from ispbot_router.turn import Turn

_RECEIPTS_DEPARTMENT = "administracion"


async def receive_file(turn: Turn, caption: str) -> None:
    """Ask what the file is, unless its words say so; more files of the same album need no further question."""
    if is_receipt(caption):
        await take_receipt(turn)
    elif turn.session.step is not Step.FILE:
        choices = [Choice("do:receipt", people.FILE_IS_RECEIPT), Choice("do:other_file", people.FILE_IS_OTHER)]
        turn.offer("file", people.FILE_RECEIVED, choices, step=Step.FILE)


async def take_receipt(turn: Turn, _: str = "") -> str | None:
    """It is a payment receipt: administration checks it."""
    _, name = turn.desk.department(_RECEIPTS_DEPARTMENT)
    hand_over(
        turn, cause="receipt", reason=people.REASON_RECEIPT, area=Area.RECEIPTS, department=_RECEIPTS_DEPARTMENT,
        words=people.receipt_received(name),
    )  # fmt: skip
    return None


async def take_other_file(turn: Turn, _: str = "") -> str | None:
    """It is something else: a person looks at it."""
    spot = turn.menus.advisor_near(turn.session.bot, turn.session.node_id)
    hand_over(turn, cause="file", reason=people.REASON_FILE, spot=spot)
    return None
