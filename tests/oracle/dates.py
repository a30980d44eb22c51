"""Days, months and rounding (principles: Counting). Shares no code with the ledger."""
from __future__ import annotations

import calendar as _calendar
from datetime import date, timedelta

ONE = timedelta(days=1)


def D(text: str | date | None) -> date | None:
    """A wire date as a date."""
    if text is None or isinstance(text, date):
        return text
    return date.fromisoformat(text)


def plus(day: date, n: int) -> date:
    return day + timedelta(days=n)


def month_length(year: int, month: int) -> int:
    return _calendar.monthrange(year, month)[1]


def add_months(day: date, n: int) -> date:
    """n months after (before, if negative): the same day of that month, or its last day where it has none."""
    index = day.year * 12 + day.month - 1 + n
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, month_length(year, month)))


def last_of_n_years_from(x: date, n: int) -> date:
    """「n years from X」: ends on the day before the same calendar day n years later; 28 February where there is no 29."""
    if x.month == 2 and x.day == 29 and not _calendar.isleap(x.year + n):
        return date(x.year + n, 2, 28)
    return date(x.year + n, x.month, x.day) - ONE


def years_after(x: date, n: int) -> date:
    """x + n years: the same calendar day, or 28 February."""
    return add_months(x, 12 * n)


def birthday(birth: date, age: int) -> date:
    """The day on which the age is reached; for 29 February in other years 1 March (age in full years by birthday)."""
    try:
        return date(birth.year + age, birth.month, birth.day)
    except ValueError:
        return date(birth.year + age, 3, 1)


def age_on(birth: date, day: date) -> int:
    age = day.year - birth.year
    if (day.month, day.day) < (birth.month, birth.day):
        age -= 1
    return age


def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def month_first(month: str) -> date:
    return date(int(month[:4]), int(month[5:7]), 1)


def month_last(month: str) -> date:
    y, m = int(month[:4]), int(month[5:7])
    return date(y, m, month_length(y, m))


def month_plus(month: str, n: int) -> str:
    return month_of(add_months(month_first(month), n))


def months_between(a: str, b: str) -> int:
    """How many months b lies after a."""
    return (int(b[:4]) - int(a[:4])) * 12 + int(b[5:7]) - int(a[5:7])


def days(first: date, last: date) -> list[date]:
    """All days from first to last, both included; empty where last < first."""
    out = []
    day = first
    while day <= last:
        out.append(day)
        day += ONE
    return out


def months_touched(first: date, last: date) -> list[str]:
    out: list[str] = []
    for day in days(first, last):
        if month_of(day) not in out:
            out.append(month_of(day))
    return out


def half_up(numerator: int, denominator: int) -> int:
    """Rounded to the whole yen, half up (numerator >= 0)."""
    return (2 * numerator + denominator) // (2 * denominator)


def round_up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
