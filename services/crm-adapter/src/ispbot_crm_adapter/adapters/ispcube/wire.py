"""The few fields of ISPCube's answers that we read. Whatever is not named here (passwords, bank accounts) is never kept."""

import json
import re
from decimal import Decimal

from ispbot_crm_adapter.adapters.scalars import Amount, Day, Flag, Id, Row, Text
from ispbot_crm_adapter.errors import CrmBroken, CrmRejected
from ispbot_crm_adapter.outbound import json_of

_BARE_TOKEN = re.compile(r"\{?\s*(\d+\|\w+)\s*\}?")


class PhoneRow(Row):
    """A phone as somebody typed it."""

    number: Text = ""


class EmailRow(Row):
    """An e-mail address."""

    email: Text = ""
    principal: Flag = False


class PlanRow(Row):
    """A plan; only ``plans_list`` gives its price."""

    id: Id
    name: Text = ""
    price: Amount | None = None
    speeddown: Amount = Decimal(0)
    speedup: Amount = Decimal(0)


class ConnectionRow(Row):
    """A connection inside a customer; resold ones (``nc``) come without their plan."""

    id: Id
    plan_id: Id | None = None
    plan: PlanRow | None = None
    delete_date: Text = ""
    deleted_in_provider: Flag = False

    @property
    def exists(self) -> bool:
        """Tell whether it is still there."""
        return not self.delete_date and not self.deleted_in_provider


class ListedRow(Row):
    """What it takes to recognise a customer of ``customers_list``."""

    id: Id
    name: Text = ""
    code: Text = ""
    doc_number: Text = ""
    phones: list[PhoneRow] | None = None
    deleted_at: Text = ""
    temporary: Flag = False

    @property
    def exists(self) -> bool:
        """Tell a customer from the deleted and temporary records."""
        return not self.deleted_at and not self.temporary

    @property
    def phone_texts(self) -> list[str]:
        """The phones as typed."""
        return [phone.number for phone in self.phones or []]


class CustomerRow(ListedRow):
    """A customer."""

    name: Text
    status: Text = ""
    address: Text = ""
    tax_residence: Text = ""
    lat: Text = ""
    lng: Text = ""
    debt: Amount = Decimal(0)
    paycomm: Day = None
    duedebt: Amount = Decimal(0)
    contact_emails: list[EmailRow] | None = None
    connections: list[ConnectionRow] | None = None


class BillRow(Row):
    """A bill; nothing in it says how much of it is still owed."""

    id: Id
    customer_id: Id
    internal_type: Text = "invoice"
    date: Day = None
    due_date1: Day = None
    due_date2: Day = None
    canceled: Flag = False
    total: Amount
    status: Text = ""
    bill_number_formatted: Text = ""
    number: Text = ""
    url: Text = ""


def token_in(body: bytes) -> str:
    """Return the token of a login's answer: as JSON, as bare text, or in braces, as servers of different ages give it.

    Raises CrmBroken (``empty``, ``not_json``, ``shape``) and CrmRejected (an error under HTTP 200).
    """
    bare = _BARE_TOKEN.fullmatch(body.decode("utf-8", "replace").strip())
    if bare is not None:
        return bare[1]
    answer = json_of(body)
    if isinstance(answer, str) and answer:
        return answer
    if isinstance(answer, dict):
        if answer.get("status") is False:
            raise CrmRejected("rejected", message_in(body))
        inner = answer.get("data")
        places = (answer, inner if isinstance(inner, dict) else {})
        for place in places:
            token = place.get("token") or place.get("access_token")
            if isinstance(token, str) and token:
                return token
    raise CrmBroken("shape", "the login gave no token")


def message_in(body: bytes) -> str:
    """Return what a refusal says: a JSON object's message or a JSON text; nothing for anything else."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    said = answer.get("message") if isinstance(answer, dict) else answer
    return said.strip()[:200] if isinstance(said, str) else ""


def rows_in(answer: object) -> list[object]:
    """Return the rows of a list: a bare array, one in ``data``, one object, or nothing at all."""
    if isinstance(answer, dict) and isinstance(answer.get("data"), list):
        answer = answer["data"]
    if answer is None:
        return []
    return answer if isinstance(answer, list) else [answer]


class CaseRow(Row):
    """A ticket of ``tickets``; which texts it carries depends on the version."""

    id: Id
    customer_id: Id | None = None


class PastPaymentRow(Row):
    """A payment of ``cash/cash_last_six_monts`` (sic)."""

    total: Amount
    comment: Text = ""
