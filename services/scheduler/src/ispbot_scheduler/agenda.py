"""The agenda as the settings have it now."""

from datetime import timedelta

from ispbot_contracts.base import utc_now
from ispbot_contracts.settings import AgendaSettings, CompanySettings
from ispbot_runtime.days_off import closed_days
from ispbot_runtime.settings_store import SettingsWatch
from ispbot_scheduler.domain import Agenda, Shift, Worker


def agenda_in_force(watch: SettingsWatch) -> Agenda:
    """Return the agenda of the settings in force."""
    company, agenda = watch.current(CompanySettings), watch.current(AgendaSettings)
    today = utc_now().astimezone(company.tz).date()
    is_closed = closed_days(company)
    ahead = (today + timedelta(days=offset) for offset in range(agenda.days_ahead + 1))
    return Agenda(
        tz=company.tz,
        shifts=tuple(Shift(hours.weekday, hours.opens, hours.closes) for hours in agenda.hours),
        closed_days=frozenset(day for day in ahead if is_closed(day)),
        visit=timedelta(minutes=agenda.visit_min),
        notice=timedelta(hours=agenda.notice_h),
        days_ahead=agenda.days_ahead,
        workers=tuple(Worker(who.technician_id, who.name, frozenset(who.kinds)) for who in agenda.technicians),
    )
