"""ISPBrain's queue of outgoing messages ("AltWha"), which its own agent would send: SEEN in the vendor's code.

Plain calls: who pulls decides when to send, and how often a message that failed may be tried again (the vendor's agent never
gives up). ``client.line`` and ``client.altwha_account`` of an IspbrainClient are what these functions need.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ispbot_contracts.settings import IspbrainWrite
from ispbot_crm_adapter.adapters.ispbrain.line import IspbrainLine
from ispbot_crm_adapter.adapters.ispbrain.paths import first_at
from ispbot_crm_adapter.adapters.scalars import Flag, Row, Text, row_of
from ispbot_crm_adapter.errors import CrmBroken
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_PENDING, _SENT, _FAILED = "0", 1, 2
_QUEUE = "/altwha_messages"
_ACK = IspbrainWrite(
    method="PATCH", path="/altwha_messages/{id}", body={"send_at": "{at}", "status": 0}
)  # the status is put in for each
PAGE = 100


@dataclass(frozen=True)
class AltwhaMessage:
    """One message to send. ``phone`` as it stands there: free text, mostly international digits."""

    id: str
    phone: str
    text: str
    urgent: bool


@dataclass(frozen=True)
class AltwhaPage:
    """A page of the queue: what of it waits, and the ids of all its rows, also of those that do not."""

    messages: list[AltwhaMessage]
    ids: list[str]

    @property
    def last(self) -> bool:
        """Tell whether there is nothing behind it."""
        return len(self.ids) < PAGE


@dataclass(frozen=True)
class AltwhaPacing:
    """How the vendor's agent paces: so many messages (least, most), then so long a pause, so long between two; seconds."""

    block: tuple[float, float]
    pause: tuple[float, float]
    delay: tuple[float, float]


class _MessageRow(Row):
    id: Text
    phone: Text
    message: Text
    urgent: Flag = False
    status: Text = _PENDING
    cancelled: Flag = False
    deleted: Flag = False
    account_id: Text = ""


async def pending_messages(
    line: IspbrainLine, account: str, *, page: int = 1, urgent: bool = False
) -> AltwhaPage:  # fmt: skip
    """Return a page of what waits to be sent, empty past the end; ``urgent`` asks for those that may go at any hour.

    A row that says that it is not pending, another account's, or not urgent when urgent ones are asked for, is left out: a
    server that ignores a filter must not make us send again, or at night. Raises CrmError.
    """
    params: dict[str, object] = {
        line.form.pages.size_param: PAGE,
        line.form.pages.number_param: page,
        "filter[account_id]": account,
        "filter[cancelled]": 0,
        "filter[deleted]": 0,
        "filter[status]": _PENDING,
    }
    if urgent:
        params["filter[urgent]"] = 1
    rows = [row_of(_MessageRow, raw) for raw in line.rows_in(await line.get("altwha_messages", _QUEUE, params=params))]
    waiting = [row for row in rows if _waits(row, account) and (not urgent or _says_urgent(row, unsaid=True))]
    if len(waiting) != len(rows):
        log.warning("altwha_filter_ignored", given=len(rows), waiting=len(waiting))
    messages = [
        AltwhaMessage(row.id, row.phone, row.message, _says_urgent(row, unsaid=urgent)) for row in waiting
    ]  # fmt: skip
    return AltwhaPage(messages, [row.id for row in rows])


async def acknowledge(line: IspbrainLine, message_id: str, *, sent: bool, at: datetime) -> None:
    """Mark a message as sent or failed. ``at`` is local time, as the vendor's agent writes it. Raises CrmError."""
    body = _ACK.body | {"status": _SENT if sent else _FAILED}
    call = _ACK.model_copy(update={"body": body})
    await line.write("altwha_acknowledge", call, {"id": message_id, "at": f"{at:%Y-%m-%d %H:%M:%S}"})


async def pacing(line: IspbrainLine, account: str) -> AltwhaPacing | None:
    """Return how the account wants to be paced, None when it does not say. Raises CrmError."""
    answer = await line.get("altwha_accounts", "/altwha_accounts/{account}", {"account": account})
    config = first_at(answer, "config|data.config")
    if config is None:
        return None
    if not isinstance(config, dict):
        raise CrmBroken("shape", "altwha_accounts: config")
    block, pause, delay = (_range(config.get(name)) for name in ("block", "pause", "delay"))
    return AltwhaPacing(block, pause, delay)


def _waits(row: _MessageRow, account: str) -> bool:
    here = row.account_id in ("", account)
    return here and row.status == _PENDING and not row.cancelled and not row.deleted


def _says_urgent(row: _MessageRow, *, unsaid: bool) -> bool:
    return row.urgent if "urgent" in row.model_fields_set else unsaid


def _range(raw: object) -> tuple[float, float]:
    """``[min, max]`` as numbers or text; what is none is no wait."""
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) != 2:
        return 0.0, 0.0
    try:
        least, most = sorted(max(0.0, float(value)) for value in raw)
    except (TypeError, ValueError):
        return 0.0, 0.0
    return least, most
