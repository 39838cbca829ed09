"""What we write into ISPBrain, by the provider's templates: cases, promises, payments. Each call is sent once.

None of them was seen at work (a case after the vendor's draft); promises and payments exist only where they are configured.
"""

import json
from datetime import date
from decimal import Decimal

from ispbot_contracts.settings import IspbrainWrite
from ispbot_crm_adapter.adapters.ispbrain.line import IspbrainLine
from ispbot_crm_adapter.adapters.ispbrain.paths import scalar_at
from ispbot_crm_adapter.errors import CrmRejected

_ID = "id|data.id"
_OWNER = "customer_id|customer.id"
_TEXTS = ("description", "content", "body", "text")


async def file_case(
    line: IspbrainLine, *, customer_id: str, title: str, text: str, connection_id: str = ""
) -> str | None:
    """File a case and return its number, None when the system does not tell. Raises CrmError."""
    places = {"id": customer_id, "title": title, "text": text, "connection": connection_id}
    places["category"] = line.form.ticket_category
    call = _configured(line.form.endpoints.new_ticket)
    return _told(scalar_at(await line.write("new_ticket", call, places), _ID))


async def case_with(line: IspbrainLine, *, customer_id: str, mark: str) -> tuple[bool | None, str | None]:
    """Look for a case of this customer that has ``mark`` in its texts: whether it is there, and its number.

    None when the system does not let anybody tell: lists were seen with titles only. Raises CrmError.
    """
    endpoint = line.form.endpoints.tickets
    if not endpoint:
        return None, None
    rows = line.rows_in(await line.get("tickets", endpoint, {"id": customer_id}))
    own = [row for row in rows if str(scalar_at(row, _OWNER) or "").lstrip("0") == customer_id]
    for row in own:
        if mark in json.dumps(row, ensure_ascii=False):
            return True, _told(scalar_at(row, _ID))
    whole = len(own) == len(rows) and all(isinstance(row, dict) and any(name in row for name in _TEXTS) for row in own)
    return (False if whole else None), None


async def promise(
    line: IspbrainLine, *, customer_id: str, until: date, amount: Decimal, invoice_id: str = "", note: str = ""
) -> None:
    """Record a promise to pay. Raises CrmError."""
    call = _configured(line.form.endpoints.promise)
    places = {"id": customer_id, "date": until.isoformat(), "amount": f"{amount:.2f}", "invoice": invoice_id}
    await line.write("promise", call, places | {"note": note})


async def register_payment(
    line: IspbrainLine, *, customer_id: str, amount: Decimal, on: date, reference: str, invoice_id: str = "", note: str = ""
) -> str | None:  # fmt: skip
    """Register a payment and return its number, None when the system does not tell. Raises CrmError."""
    call = _configured(line.form.endpoints.payment)
    places = {"id": customer_id, "date": on.isoformat(), "amount": f"{amount:.2f}", "invoice": invoice_id}
    answer = await line.write("payment", call, places | {"reference": reference, "note": note})
    return _told(scalar_at(answer, _ID))


def _configured(call: IspbrainWrite) -> IspbrainWrite:
    if not call.path:
        raise CrmRejected("rejected", "Esta operación no está configurada para ISPBrain.")
    return call


def _told(number: object) -> str | None:
    return None if number is None else str(number)
