"""How many requests were charged in the present period."""

from collections import Counter

from ispbot_contracts.crm_writes import DayCount, GetRequestMeter, RequestMeter
from ispbot_crm_adapter import texts
from ispbot_crm_adapter.connection import CurrentCrm
from ispbot_crm_adapter.meter import period_of
from ispbot_runtime.errors import Refusal


async def get_request_meter(_query: GetRequestMeter, *, crm: CurrentCrm) -> RequestMeter:
    """Return it without asking anybody. Raises Refusal ``crm_not_configured``."""
    opened, meter = crm.opened, crm.meter
    if opened is None:
        raise Refusal("crm_not_configured", texts.NOT_CONFIGURED)
    start, end = period_of(opened.locale.today())
    days = meter.days() if meter is not None else {}
    by_operation: Counter[str] = sum(days.values(), Counter())
    return RequestMeter(
        metered=meter is not None,
        period_from=start,
        period_to=end,
        used=by_operation.total(),
        allowance=meter.allowance if meter is not None else None,
        level=meter.level if meter is not None else "ok",
        by_day=[DayCount(day=day, requests=counts.total()) for day, counts in sorted(days.items())],
        by_operation=dict(by_operation),
    )
