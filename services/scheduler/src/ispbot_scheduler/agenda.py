"""The agenda as the settings have it now."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import AgendaSettings, CompanySettings
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_scheduler.domain import Agenda, Shift, Worker


@lru_cache(maxsize=8)
def public_holidays(country: str, subdivision: str | None, years: tuple[int, ...]) -> frozenset[date]:
    """Return the public holidays (python-holidays); none for a country it does not know."""
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=years))
    except NotImplementedError:
        return frozenset()


def agenda_in_force(watch: SettingsWatch) -> Agenda:
    """Return the agenda of the settings in force."""
    company, agenda = watch.current(CompanySettings), watch.current(AgendaSettings)
    today = utc_now().astimezone(company.tz).date()
    years = tuple(sorted({today.year, (today + timedelta(days=agenda.days_ahead)).year}))
    closed = public_holidays(company.country, company.subdivision, years) if company.closed_on_holidays else frozenset()
    return Agenda(
        tz=company.tz,
        shifts=tuple(Shift(hours.weekday, hours.opens, hours.closes) for hours in agenda.hours),
        closed_days=closed | frozenset(company.extra_closed_days),
        visit=timedelta(minutes=agenda.visit_min),
        notice=timedelta(hours=agenda.notice_h),
        days_ahead=agenda.days_ahead,
        workers=tuple(Worker(who.technician_id, who.name, frozenset(who.kinds)) for who in agenda.technicians),
    )
