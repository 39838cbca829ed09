"""Where the CRM adapter's parts meet."""

from datetime import timedelta

from pymongo.errors import PyMongoError

from ispbot_crm_adapter.bus import answer_questions
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.directory import keep_directory
from ispbot_crm_adapter.files import InvoiceFiles
from ispbot_crm_adapter.health import keep_probing
from ispbot_crm_adapter.recent import Recent
from ispbot_crm_adapter.settings import CrmAdapterSettings
from ispbot_crm_adapter.store import CrmStore
from ispbot_runtime.logs import get_logger
from ispbot_runtime.service import Service

log = get_logger(__name__)


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
    answer_questions(service.bus, crm=crm, store=store, recent=Recent(limits.fresh_s), files=files)
    service.health.limits["crm"] = lambda: str(crm.trouble) if crm.trouble is not None else None
    service.background(store.write_behind(), "write_snapshots")
    service.background(keep_directory(crm, store, timedelta(seconds=config.crm_directory_every_s)), "keep_directory")
    service.background(keep_probing(crm), "keep_probing")
    service.on_close(crm.stop)
    service.on_close(files.stop)
    service.on_close(store.flush)
