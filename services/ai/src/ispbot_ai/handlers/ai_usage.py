"""How much was analysed."""

from datetime import timedelta

from ispbot_ai.store import UsageStore
from ispbot_contracts.ai import AiUsage, GetAiUsage
from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import CompanySettings
from ispbot_runtime.settings_store import SettingsWatch


async def ai_usage(query: GetAiUsage, *, store: UsageStore, watch: SettingsWatch) -> AiUsage:
    """Return the counters of the last ``days`` local days, today included."""
    today = utc_now().astimezone(watch.current(CompanySettings).tz).date()
    days = [(today - timedelta(days=back)).isoformat() for back in range(query.days - 1, -1, -1)]
    return await store.usage(days)
