"""The Japanese calendar: the day of an instant, and business days.

No clock: every function is told the instant or the day.
"""

from datetime import date, datetime, timedelta, timezone
from functools import cache

from ledger.errors import LedgerFault

# Japan has one zone without summer time since 1952. A fixed offset needs no zone data from the machine, and gives every
# instant the same day everywhere.
JST = timezone(timedelta(hours=9), "JST")

# The years for which the holidays are known by law or can be reckoned (equinoxes).
FIRST_YEAR, LAST_YEAR = 1949, 2099

SATURDAY = 5


def jst_day(instant: datetime) -> date:
    """The calendar day in Japan on which an instant falls; the instant must bear an offset."""
    if instant.utcoffset() is None:
        raise LedgerFault(f"the instant {instant.isoformat()} has no offset, so it has no day in Japan")
    return instant.astimezone(JST).date()


def is_business_day(day: date) -> bool:
    """Whether banks work on that day: no Saturday, Sunday, national holiday (substitutes included) or bank holiday."""
    return day.weekday() < SATURDAY and day not in _holidays(day.year)


def next_business_day(day: date) -> date:
    """The day itself where it is a business day, else the next one."""
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


@cache
def _holidays(year: int) -> frozenset[date]:
    """National and bank holidays of one year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise LedgerFault(f"business days of {year} are not known; the calendar holds {FIRST_YEAR} to {LAST_YEAR}")
    # Imported here: it costs a quarter of a second, and most questions never ask for a business day.
    from holidays.countries.japan import Japan

    return frozenset(Japan(years=year, categories=("public", "bank"), language="ja", expand=False))
