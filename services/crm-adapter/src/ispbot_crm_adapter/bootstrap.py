"""Where the CRM adapter's parts meet."""

from datetime import timedelta
from functools import partial

from pymongo.errors import PyMongoError

from ispbot_contracts.settings import (
    CompanySettings,
    CrmSettings,
    NoticeSettings,
    OperationSettings,
    Section,
    SendingSettings,
)
from ispbot_crm_adapter.bus import answer_questions, carry_out_commands
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.directory import keep_directory
from ispbot_crm_adapter.files import InvoiceFiles
from ispbot_crm_adapter.health import keep_probing
from ispbot_crm_adapter.index import CustomerIndex, keep_index
from ispbot_crm_adapter.meter import MeterStore
from ispbot_crm_adapter.metering import Metering
from ispbot_crm_adapter.notices.wiring import wire_notices
from ispbot_crm_adapter.promises import Promises
from ispbot_crm_adapter.recent import Recent
from ispbot_crm_adapter.settings import CrmAdapterSettings
from ispbot_crm_adapter.store import CrmStore
from ispbot_crm_adapter.write_ledger import WriteLedger
from ispbot_runtime.logs import get_logger
from ispbot_runtime.service import Service

log = get_logger(__name__)

SECTIONS: tuple[type[Section], ...] = (
    CompanySettings,
    CrmSettings,
    OperationSettings,
    NoticeSettings,
    SendingSettings,
)
"""The settings it follows."""


async def bootstrap(service: Service, config: CrmAdapterSettings) -> None:
    """Wire the adapter."""
    limits = config.limits()
    store = CrmStore(service.database)
    try:
        await store.prepare()
    except PyMongoError as error:  # only what we remember lives there: live answers work without it
        log.warning("crm_store_not_prepared", reason=type(error).__name__)
    crm = CurrentCrm(service.watch, limits)
    await crm.start()
    files = InvoiceFiles(crm, service.media)
    ledger = WriteLedger(service.database)
    promises = Promises(crm, ledger, service.bus)
    metering = Metering(crm, MeterStore(service.database))
    index, recent = CustomerIndex(store), Recent(limits.fresh_s)
    answer_questions(service.bus, crm=crm, store=store, index=index, recent=recent, files=files, promises=promises)
    carry_out_commands(service.bus, crm=crm, ledger=ledger)
    service.health.limits["crm_requests"] = metering.alarm
    service.background(metering.run(), "keep_metering")
    service.background(promises.keep_ending(), "end_promises")
    service.on_close(metering.step)
    service.on_close(promises.stop)
    await wire_notices(service, config, crm=crm, store=store)
    service.health.limits["crm"] = lambda: str(crm.trouble) if crm.trouble is not None else None
    service.health.limits["crm_directory"] = partial(_doubt, crm, index)
    service.background(store.write_behind(), "write_snapshots")
    service.background(keep_directory(crm, store, timedelta(seconds=config.crm_directory_every_s)), "keep_directory")
    service.background(keep_index(crm, index), "keep_index")
    service.background(keep_probing(crm), "keep_probing")
    service.on_close(crm.stop)
    service.on_close(files.stop)
    service.on_close(store.flush)


def _doubt(crm: CurrentCrm, index: CustomerIndex) -> str | None:
    """Return why the directory is not the newest, for the service's health."""
    found = index.doubt(crm.opened.source) if crm.opened is not None else None
    return f"doubted: {found[0]} customers listed, {found[1]} before" if found is not None else None
