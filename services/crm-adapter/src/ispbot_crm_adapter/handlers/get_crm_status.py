"""The system in use, what it can do and whether it answers."""

from ispbot_contracts.crm import CapabilityLack, CrmStatus, GetCrmStatus
from ispbot_contracts.settings import CrmSettings
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.index import CustomerIndex


async def get_crm_status(_query: GetCrmStatus, *, crm: CurrentCrm, index: CustomerIndex) -> CrmStatus:
    """Return it without asking the system: the probes and the customers' questions keep it true."""
    vendor = crm.watch.current(CrmSettings).vendor
    if vendor is None or (crm.opened is None and crm.problem is None):
        return CrmStatus(
            vendor=None, capabilities=[], healthy=False, reason=texts.NOT_CONFIGURED, revision=crm.revision
        )
    trouble, opened = crm.trouble, crm.opened
    client = opened.client if opened is not None else None
    lacks = sorted(client.lacks.items()) if client is not None else []
    return CrmStatus(
        vendor=vendor,
        capabilities=sorted(client.capabilities) if client is not None else [],
        lacks=[CapabilityLack(capability=one, why=lack.why, remedy=lack.remedy) for one, lack in lacks],
        healthy=trouble is None,
        revision=crm.revision,
        source=opened.source if opened is not None else "",
        reason=texts.reason(trouble, vendor) if trouble is not None else _of_the_directory(crm, index),
    )


def _of_the_directory(crm: CurrentCrm, index: CustomerIndex) -> str | None:
    """A system that answers, but whose list of customers nobody believes yet, or is not to be had."""
    if crm.opened is None:
        return None
    doubt, no_list = index.doubt(crm.opened.source), index.no_list(crm.opened.source)
    if doubt is not None:
        return texts.directory_doubted(*doubt)
    return texts.NO_LIST[no_list] if no_list is not None else None
