"""Calendar arithmetic: counted days, years and months, ages, and the periods of a policy.

Units: days are whole calendar days in Japan, both ends of a run included; a month is text, "YYYY-MM".
Nothing here knows a clock or a product.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

from ledger.errors import LedgerFault

Clock = Literal["00:00", "16:00"]

ONE_DAY = timedelta(days=1)


# ---- days -----------------------------------------------------------------------------------------------------------


def days(first: date, last: date) -> int:
    """Days from `first` to `last`, both included; 0 where `last` lies before.

    4 nights are 5 days, in and out on one day is 1.
    """
    return max(0, (last - first).days + 1)


def nth_day(day: date, n: int) -> date:
    """The n-th day counted from `day`, which is itself day 1 (X からその日を含めて n 日)."""
    if n < 1:
        raise LedgerFault(f"a day is counted from 1, so there is no day {n} from {day}")
    return day + timedelta(days=n - 1)


def days_after(day: date, n: int) -> date:
    """The last day "within n days after `day`", where counting starts with the next day; a negative n counts back."""
    return day + timedelta(days=n)


# ---- years ----------------------------------------------------------------------------------------------------------


def add_years(day: date, n: int) -> date:
    """The same calendar day n years later; 28 February where that year has no 29 February."""
    try:
        return day.replace(year=day.year + n)
    except ValueError:
        return day.replace(year=day.year + n, day=28)


def years_last_day(day: date, n: int) -> date:
    """The last day of "n years from `day`", `day` included: the day before the same calendar day n years later.

    Where that year has no 29 February it is 28 February itself: ten years from 2024-02-29 end on 2034-02-28.
    """
    same = add_years(day, n)
    return same - ONE_DAY if same.day == day.day else same


def birthday(birth: date, years: int) -> date:
    """The first day on which a person born on `birth` is `years` old, by birthday.

    Interpretation: one born on 29 February comes of the age on 1 March of a common year, the day after the years from
    the birth, the day of birth included, have run out (see `years_last_day`).
    """
    return years_last_day(birth, years) + ONE_DAY


def age(birth: date, on: date) -> int:
    """Age in full years by birthday on the day `on` (see `birthday`).

    Interpretation: the law reckons from the day before.
    """
    if on < birth:
        raise LedgerFault(f"no age on {on}: before the birth on {birth}")
    years = on.year - birth.year
    return years if birthday(birth, years) <= on else years - 1


# ---- months ---------------------------------------------------------------------------------------------------------


def add_months(day: date, n: int) -> date:
    """The same day n months later (n below 0: before), or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_of(day: date) -> str:
    """The calendar month of a day, "YYYY-MM"."""
    return day.isoformat()[:7]


def month_first(month: str) -> date:
    """The first day of the month "YYYY-MM"."""
    return date.fromisoformat(f"{month}-01")


def month_last(month: str) -> date:
    """The last day of the month "YYYY-MM"."""
    first = month_first(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


def month_add(month: str, n: int) -> str:
    """The month n months after `month` (n below 0: before)."""
    return month_of(add_months(month_first(month), n))


def months_from_to(first: str, last: str) -> int:
    """How many months `last` lies after `first`: 2023-04 to 2023-10 is 6, backwards is negative."""
    start, end = month_first(first), month_first(last)
    return (end.year - start.year) * 12 + end.month - start.month


def months_touched(first: date, last: date) -> tuple[str, ...]:
    """Every calendar month that a run of days touches, both ends included, in order."""
    start, end = month_of(first), month_of(last)
    return tuple(month_add(start, n) for n in range(months_from_to(start, end) + 1))


# ---- periods --------------------------------------------------------------------------------------------------------


class Period(NamedTuple):
    """One policy period as it is recorded: period_start, period_end, and the hour at which the product's periods turn.

    00:00: `end` is the first day after the period. 16:00: `end` is its last day.
    """

    start: date
    end: date
    clock: Clock

    @property
    def first_day(self) -> date:
        """The first day of the period."""
        return self.start

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.end if self.clock == "16:00" else self.end - ONE_DAY

    def contains(self, day: date) -> bool:
        """Whether the day lies in this period taken alone; a day shared with the period before is for `period_of`."""
        return self.start <= day <= self.last_day


def period_of(periods: Iterable[Period], day: date) -> Period | None:
    """The period that a day belongs to, None where it lies in none.

    A day that ends one period and starts the next belongs to the earlier; only a first period's first day counts whole.
    """
    return next((period for period in sorted(periods) if period.contains(day)), None)


def own_days(periods: Iterable[Period]) -> Iterator[tuple[Period, date, date]]:
    """Each period in order of time with the first and the last day that `period_of` gives to it; no day comes twice."""
    taken: date | None = None
    for period in sorted(periods):
        first = period.first_day if taken is None else max(period.first_day, taken + ONE_DAY)
        if first <= period.last_day:
            yield period, first, period.last_day
            taken = period.last_day
