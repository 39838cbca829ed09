"""What the bot has at hand: the settings in force, the menus and the map made from them, its neighbours, the clock."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ispbot_contracts.base import utc_now
from ispbot_contracts.crm import Capability
from ispbot_contracts.settings import (
    AttentionSettings,
    BotSettings,
    CompanySettings,
    MenuAction,
    MenuNode,
    NotificationSettings,
    OperationSettings,
    PaymentSettings,
    PlansSettings,
    PromotionsSettings,
    SalesMenuSettings,
    Section,
    SupportMenuSettings,
    ZonesSettings,
)
from ispbot_router.domain.hours import BusinessHours
from ispbot_router.domain.loop_guard import Limits
from ispbot_router.domain.menu import Menus
from ispbot_router.domain.zones import ZoneMap
from ispbot_router.neighbours import Agenda, Crm
from ispbot_runtime.days_off import closed_days
from ispbot_runtime.settings_store import SettingsWatch

SECTIONS: tuple[type[Section], ...] = (
    CompanySettings, OperationSettings, BotSettings, SupportMenuSettings, SalesMenuSettings, AttentionSettings,
    NotificationSettings, PaymentSettings, PlansSettings, PromotionsSettings, ZonesSettings,
)  # fmt: skip
"""The settings that the router follows."""

_NEEDS = {
    MenuAction.BALANCE: Capability.BALANCE,
    MenuAction.INVOICE: Capability.INVOICE_PDF,
    MenuAction.CONNECTION: Capability.CONNECTION,
    MenuAction.PAYMENT_LINK: Capability.PAYMENT_LINK,
    MenuAction.PROMISE: Capability.PAYMENT_PROMISE,
    MenuAction.SWITCH_ACCOUNT: Capability.IDENTIFY,
}

SectionT = TypeVar("SectionT", bound=Section)
Made = TypeVar("Made")


class Desk:
    """One per process; everything here is current at the moment it is asked for."""

    def __init__(
        self, *, watch: SettingsWatch, crm: Crm, agenda: Agenda, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._watch = watch
        self._made: dict[str, tuple[Hashable, Any]] = {}
        self.crm = crm
        self.agenda = agenda
        self.now = now

    def settings(self, section: type[SectionT]) -> SectionT:
        """Return a settings section as it is now."""
        return self._watch.current(section)

    @property
    def company(self) -> CompanySettings:
        """Who we are."""
        return self._watch.current(CompanySettings)

    @property
    def bot(self) -> BotSettings:
        """Limits of the conversation."""
        return self._watch.current(BotSettings)

    @property
    def pause(self) -> timedelta:
        """How long the bot stays silent after the last word of a person."""
        return timedelta(hours=self.bot.handover_pause_h)

    @property
    def limits(self) -> Limits:
        """The loop guard's limits."""
        bot = self.bot
        return Limits(bot.reply_budget, bot.same_reply_max, timedelta(seconds=bot.reply_budget_window_s))

    def local(self, at: datetime) -> datetime:
        """Return a time as the company's clocks show it."""
        return at.astimezone(self.company.tz)

    def menus(self) -> Menus:
        """Return the menus with what can be done now."""
        status = self.crm.status
        capabilities = frozenset(status.capabilities) if status else None
        key = (
            self._watch.revision(SupportMenuSettings),
            self._watch.revision(SalesMenuSettings),
            capabilities,
            self.bot.speed_test_url,
        )
        return self._keep("menus", key, self._make_menus)

    def zones(self) -> ZoneMap:
        """Return the map of the coverage zones."""
        key = self._watch.revision(ZonesSettings)
        return self._keep("zones", key, lambda: ZoneMap(self._watch.current(ZonesSettings).zones))

    def hours(self) -> BusinessHours:
        """Return when people attend."""
        key = self._watch.revision(CompanySettings)
        return self._keep("hours", key, self._make_hours)

    def department(self, wanted: str) -> tuple[str, str]:
        """Return the id and name of a department; the first one when the wanted one no longer exists."""
        departments = self._watch.current(AttentionSettings).departments
        found = next((each for each in departments if each.department_id == wanted), None)
        chosen = found or next(iter(departments), None)
        return (chosen.department_id, chosen.name) if chosen else (wanted, wanted.capitalize())

    def _make_menus(self) -> Menus:
        support, sales = self._watch.current(SupportMenuSettings).root, self._watch.current(SalesMenuSettings).root
        return Menus(support, sales, self._can)

    def _can(self, node: MenuNode) -> bool:
        if node.action is MenuAction.SPEED_TEST:
            return bool(self.bot.speed_test_url)
        needed = _NEEDS.get(node.action)
        return needed is None or self.crm.can(needed)

    def _make_hours(self) -> BusinessHours:
        company = self.company
        return BusinessHours(company.tz, tuple(company.hours), closed_days(company))

    def _keep(self, name: str, key: Hashable, make: Callable[[], Made]) -> Made:
        kept = self._made.get(name)
        if kept is None or kept[0] != key:
            kept = (key, make())
            self._made[name] = kept
        made: Made = kept[1]
        return made
