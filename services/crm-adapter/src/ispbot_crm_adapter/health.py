"""Finds out by itself whether the system answers, so that nobody has to wait for a customer to notice."""

import asyncio
import time

from ispbot_crm_adapter.adapters.factory import Opened
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.errors import CrmError
from ispbot_runtime.errors import Refusal
from ispbot_runtime.logs import get_logger

log = get_logger(__name__)

_LOOK_EVERY_S = 5.0
_IDLE_S = 60.0
_METERED_PAUSE_S = 60.0
"""A probe is charged for too: only in an outage, and one a minute then."""


async def keep_probing(crm: CurrentCrm) -> None:
    """Run for ever: ask the system something small while it is in trouble or nobody else asks."""
    was = "ok"
    while True:
        opened = crm.opened
        if opened is not None and worth_a_probe(opened):
            await _probe(crm)
        now = crm.trouble.code if crm.trouble is not None else "ok"
        if now != was:
            log.info("crm_health_changed", before=was, now=now)
            was = now
        await asyncio.sleep(_LOOK_EVERY_S)


def worth_a_probe(opened: Opened) -> bool:
    """Tell whether to ask although no customer does."""
    trouble, idle_s = opened.guard.trouble, time.monotonic() - opened.guard.last_request_at
    if opened.client.metered:
        return trouble is not None and trouble.counts and idle_s > _METERED_PAUSE_S
    return trouble is not None or idle_s > _IDLE_S


async def _probe(crm: CurrentCrm) -> None:
    try:
        async with crm.use() as opened, asyncio.timeout(crm.limits.question_s):
            await opened.client.probe()
    except (CrmError, Refusal, TimeoutError) as error:
        log.debug("crm_probe_failed", reason=str(error) or type(error).__name__)
