"""Owner: crm-adapter. "Detectar campos": where a configurable system keeps a customer's values, seen on a real one."""

from typing import ClassVar, Literal

from ispbot_contracts.base import Frozen, Query
from ispbot_contracts.crm import CustomerAccount
from ispbot_contracts.settings import IspbrainApi, IspbrainFieldMap


class _Owned:
    owner: ClassVar[str] = "crm"


class FieldSample(Frozen):
    """One value of a real answer. ``sample`` is shortened, and masked where the name looks like a secret's."""

    path: str
    sample: str
    masked: bool


class CrmFieldsDetected(Frozen):
    """What was found. ``ok`` false: ``message`` says in Spanish why not, and the rest is empty."""

    ok: bool
    code: str
    message: str
    paths: list[FieldSample]
    proposed: IspbrainFieldMap | None
    """The form's map; what found nothing is replaced by what looks right."""
    reads: CustomerAccount | None
    """The customer as ``proposed`` reads them."""


class DetectCrmFields(_Owned, Query[CrmFieldsDetected]):
    """Fetch one real customer with the form's settings (empty: the saved ones). Saved secrets never go to another address."""

    name: ClassVar[str] = "detect_crm_fields"
    answer: ClassVar = CrmFieldsDetected
    by: Literal["number", "document", "phone"]
    value: str
    ispbrain: IspbrainApi | None = None
    password: str | None = None
    api_key: str | None = None
