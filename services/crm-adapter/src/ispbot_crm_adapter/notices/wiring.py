"""Where the parts of the notices meet."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from pymongo.errors import PyMongoError

from ispbot_contracts.notices import CancelNotice, DeliverNotice, GetNotice, ListNotices, NoticesUnreached, RetryNotice
from ispbot_contracts.whatsapp import NoticeSettled, ReceiptReceived
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.http import http_app
from ispbot_crm_adapter.notices.altwha import AltwhaPoller
from ispbot_crm_adapter.notices.altwha_queue import queue_of
from ispbot_crm_adapter.notices.arrivals import Arrivals
from ispbot_crm_adapter.notices.attachments import Attachments
from ispbot_crm_adapter.notices.dispatch import Dispatcher
from ispbot_crm_adapter.notices.ledger import Ledger
from ispbot_crm_adapter.notices.outcomes import Outcomes
from ispbot_crm_adapter.notices.questions import NoticeQuestions
from ispbot_crm_adapter.notices.quiet_hours import move_quiet_hours
from ispbot_crm_adapter.notices.routes import Doors
from ispbot_crm_adapter.notices.window import DuplicateWindow
from ispbot_crm_adapter.settings import CrmAdapterSettings
from ispbot_crm_adapter.store import CrmStore
from ispbot_runtime.logs import get_logger
from ispbot_runtime.service import Service

log = get_logger(__name__)

_IN_FLIGHT = 256
_PREPARE_AGAIN_S = 2.0


async def wire_notices(service: Service, config: CrmAdapterSettings, *, crm: CurrentCrm, store: CrmStore) -> None:
    """Take pushes, keep the ledger, hand notices to the gateway, answer the panel."""
    await move_quiet_hours(service.settings)
    bus, watch = service.bus, service.watch
    ledger = Ledger(service.database)
    dispatcher = Dispatcher(ledger, bus, watch, config.notice_window)
    retry = timedelta(seconds=config.notice_file_retry_s)
    attachments = Attachments(ledger, service.media, watch, config.limits(), dispatcher.wake, retry)
    arrivals = Arrivals(ledger, watch=watch, crm=crm, store=store, wake=dispatcher.wake)
    outcomes = Outcomes(ledger, dispatcher.wake)
    questions = NoticeQuestions(ledger, watch, dispatcher)
    holder, every_s = uuid.uuid4().hex, config.altwha_every_s
    poller = AltwhaPoller(ledger, service.database, bus, watch, partial(queue_of, crm), holder, every_s)
    service.app = http_app(service.health, Doors(bus, watch, DuplicateWindow(bus)))
    bus.consume("notices", {DeliverNotice: arrivals.deliver_notice}, order="none", in_flight=_IN_FLIGHT)
    bus.consume("outcomes", {NoticeSettled: outcomes.notice_settled}, order="none", in_flight=_IN_FLIGHT)
    bus.consume("receipts", {ReceiptReceived: outcomes.receipt_received}, order="none", in_flight=_IN_FLIGHT)
    bus.answer(ListNotices, questions.list_notices)
    bus.answer(GetNotice, questions.get_notice)
    bus.answer(RetryNotice, questions.retry_notice)
    bus.answer(CancelNotice, questions.cancel_notice)
    bus.answer(NoticesUnreached, questions.notices_unreached)
    service.background(_once_prepared(ledger, dispatcher.run), "release_notices")
    service.background(attachments.run(), "fetch_notice_files")
    service.background(_once_prepared(ledger, poller.run), "pull_altwha")
    service.on_close(arrivals.stop)
    service.on_close(outcomes.stop)
    service.on_close(attachments.stop)


async def _once_prepared(ledger: Ledger, work: Callable[[], Awaitable[None]]) -> None:
    """Nothing leaves before the indexes stand; the database may come later than we do."""
    while True:
        try:
            await ledger.prepare()
        except PyMongoError as error:
            log.warning("notice_ledger_not_prepared", reason=type(error).__name__)
            await asyncio.sleep(_PREPARE_AGAIN_S)
        else:
            break
    await work()
