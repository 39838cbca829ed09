"""Days off: public holidays of the company's country and its own extra days."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import holidays

from ispbot_contracts.settings import CompanySettings


@lru_cache(maxsize=32)
def public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """Return the public holidays (python-holidays); none for a country or subdivision it does not know."""
    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))
    except NotImplementedError:
        return frozenset()


def closed_days(company: CompanySettings) -> Callable[[date], bool]:
    """Return the test for days off."""
    extra = frozenset(company.extra_closed_days)

    def is_closed(day: date) -> bool:
        if day in extra:
            return True
        return company.closed_on_holidays and day in public_holidays(company.country, company.subdivision, day.year)

    return is_closed
