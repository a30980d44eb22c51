"""Premiums as the facts have them: what was paid month by month, and the refund of what was paid for months after the end (KR-07)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.journal import Refund
from ledger.money import half_up
from ledger.periods import ONE_DAY, Period, add_months, month_add, month_of, months_from_to
from ledger.product import clause
from ledger.timeline import Facts


class MonthPaid(NamedTuple):
    """What came in for one month of debit, in yen, on a day."""

    month: str
    amount: int
    paid_on: date


def months_paid(facts: Facts) -> tuple[MonthPaid, ...]:
    """Each payment spread over the months it names: equal parts, half up, the remainder on the last."""
    found = []
    for paid in facts.of(ev.PremiumPaid):
        months = sorted(paid.data.due_months)
        part = half_up(paid.data.amount, len(months))
        found += [MonthPaid(month, part, paid.data.paid_on) for month in months[:-1]]
        found.append(MonthPaid(months[-1], paid.data.amount - part * (len(months) - 1), paid.data.paid_on))
    return tuple(found)


def first_paid_on(facts: Facts, month: str) -> date | None:
    """The day on which the premium of a month of debit came in; None where it did not."""
    return min((paid.paid_on for paid in months_paid(facts) if paid.month == month), default=None)


def month_begun(start: date, day: date) -> str:
    """The month of debit in which a day lies, months counted from the start day: a begun month counts whole."""
    months = months_from_to(month_of(start), month_of(day))
    return month_add(month_of(start), months if add_months(start, months) <= day else months - 1)


@clause("KR-07")
def unexpired(facts: Facts, period: Period, ended_on: date, rules: tuple[str, ...]) -> Iterator[Refund]:
    """Premium paid for months after the one in which the contract ends is given back (15(2), 17(1), 月割). The day on which the period
    ends at 16:00 begins no further month of it."""
    last = month_begun(period.start, min(ended_on, period.end - ONE_DAY))
    yield from refund(sum(paid.amount for paid in months_paid(facts) if paid.month > last), ended_on, rules)


def refund(amount: int, due_from: date, rules: tuple[str, ...]) -> Iterator[Refund]:
    """Premium to be given back from a day, where there is any."""
    if amount > 0:
        yield Refund(due_from, "premium", amount, due_from, rules)
