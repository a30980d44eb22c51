"""Counting days, years, months and ages, and which period a day belongs to."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerFault
from ledger.periods import (
    Period,
    add_months,
    add_years,
    age,
    birthday,
    days,
    days_after,
    month_add,
    month_first,
    month_last,
    month_of,
    months_from_to,
    months_touched,
    nth_day,
    own_days,
    period_of,
    years_last_day,
)

D = date.fromisoformat
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


# ---- days -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2023-08-01", "2023-08-05", 5),  # four nights
        ("2023-08-01", "2023-08-01", 1),  # in and out on one day
        ("2024-02-28", "2024-03-01", 3),
        ("2023-08-02", "2023-08-01", 0),
        ("2023-08-05", "2023-08-01", 0),
    ],
)
def test_days_count_both_ends(first: str, last: str, count: int) -> None:
    assert days(D(first), D(last)) == count


def test_the_first_of_n_days_is_the_day_itself() -> None:
    assert nth_day(D("2023-04-05"), 1) == D("2023-04-05")
    assert nth_day(D("2023-04-04"), 14) == D("2023-04-17")  # SK-49: that day = day 1, so <= paid + 13


def test_there_is_no_day_nought() -> None:
    with pytest.raises(LedgerFault, match="no day 0 from 2023-04-05"):
        nth_day(D("2023-04-05"), 0)


def test_within_n_days_after_starts_with_the_next_day() -> None:
    assert days_after(D("2023-01-10"), 180) == D("2023-07-09")
    assert days_after(D("2023-01-10"), -90) == D("2022-10-12")


@given(DAYS, st.integers(1, 5_000))
def test_the_nth_day_closes_a_run_of_n_days(day: date, n: int) -> None:
    assert days(day, nth_day(day, n)) == n


# ---- years ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "n", "last"),
    [
        ("2024-06-01", 10, "2034-05-31"),
        ("2024-02-29", 10, "2034-02-28"),  # the specification's own example: not 27 February
        ("2024-02-29", 4, "2028-02-28"),  # that year has a 29 February: the day before it
        ("2024-02-29", 1, "2025-02-28"),
        ("2023-03-01", 1, "2024-02-29"),  # the day before 1 March in a leap year
        ("2022-03-01", 1, "2023-02-28"),
        ("2023-02-28", 1, "2024-02-27"),
        ("2025-01-01", 1, "2025-12-31"),
        ("2096-02-29", 4, "2100-02-28"),  # 2100 has no 29 February
    ],
)
def test_n_years_end_on_the_day_before_the_same_day(day: str, n: int, last: str) -> None:
    assert years_last_day(D(day), n) == D(last)


@pytest.mark.parametrize(
    ("day", "n", "same"),
    [
        ("2024-02-29", 1, "2025-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2023-02-28", 1, "2024-02-28"),
        ("2023-11-28", -3, "2020-11-28"),
    ],
)
def test_the_same_day_n_years_later(day: str, n: int, same: str) -> None:
    assert add_years(D(day), n) == D(same)


@given(DAYS, st.integers(1, 60), st.integers(1, 60))
def test_years_follow_one_another_without_gap_or_overlap(day: date, n: int, more: int) -> None:
    """The day after n years is where the next years start: only 29 February, which common years lack, may shift it."""
    last = years_last_day(day, n)

    assert years_last_day(last + timedelta(days=1), more) <= years_last_day(day, n + more)
    if (day.month, day.day) != (2, 29):
        assert years_last_day(last + timedelta(days=1), more) == years_last_day(day, n + more)


# ---- ages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("birth", "on", "years"),
    [
        ("1950-07-01", "2024-06-30", 73),
        ("1950-07-01", "2024-07-01", 74),
        ("1950-07-01", "2024-07-02", 74),
        ("1984-02-29", "2023-02-28", 38),
        ("1984-02-29", "2023-03-01", 39),
        ("1984-02-29", "2024-02-28", 39),
        ("1984-02-29", "2024-02-29", 40),
        ("2024-02-29", "2024-02-29", 0),
    ],
)
def test_age_changes_on_the_birthday(birth: str, on: str, years: int) -> None:
    assert age(D(birth), D(on)) == years


def test_nobody_has_an_age_before_birth() -> None:
    with pytest.raises(LedgerFault, match="before the birth on 2024-03-01"):
        age(D("2024-03-01"), D("2024-02-29"))


@given(DAYS, st.integers(0, 110))
def test_the_birthday_is_the_first_day_of_an_age(birth: date, years: int) -> None:
    day = birthday(birth, years)

    assert age(birth, day) == years
    assert years == 0 or age(birth, day - timedelta(days=1)) == years - 1


# ---- months ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-05-31", -3, "2024-02-29"),  # a notice three months before the end
        ("2024-01-25", 1, "2024-02-25"),
        ("2024-11-30", 3, "2025-02-28"),
        ("2024-01-15", -1, "2023-12-15"),
        ("2024-03-31", 12, "2025-03-31"),
    ],
)
def test_n_months_keep_the_day_or_take_the_last(day: str, n: int, result: str) -> None:
    assert add_months(D(day), n) == D(result)


def test_months_are_named_and_bounded() -> None:
    assert month_of(D("2023-04-05")) == "2023-04"
    assert month_first("2024-02") == D("2024-02-01")
    assert month_last("2024-02") == D("2024-02-29")
    assert month_last("2023-12") == D("2023-12-31")


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [("2023-04", "2023-10", 6), ("2023-04", "2023-11", 7), ("2023-11", "2024-02", 3), ("2024-02", "2023-11", -3)],
)
def test_months_from_one_to_another(first: str, last: str, count: int) -> None:
    assert months_from_to(first, last) == count
    assert month_add(first, count) == last


def test_a_month_is_touched_by_a_single_day() -> None:
    assert months_touched(D("2023-07-15"), D("2023-09-30")) == ("2023-07", "2023-08", "2023-09")
    assert months_touched(D("2023-12-31"), D("2024-01-01")) == ("2023-12", "2024-01")
    assert months_touched(D("2023-04-05"), D("2023-04-05")) == ("2023-04",)
    assert months_touched(D("2023-04-05"), D("2023-03-05")) == ()


@given(DAYS, st.integers(0, 3_000))
def test_the_touched_months_cover_every_day(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    touched = months_touched(first, last)

    assert month_first(touched[0]) <= first <= month_last(touched[0])
    assert month_first(touched[-1]) <= last <= month_last(touched[-1])
    assert sum(days(month_first(month), month_last(month)) for month in touched) == days(
        month_first(touched[0]), month_last(touched[-1])
    )


# ---- periods --------------------------------------------------------------------------------------------------------

AT_FOUR = [Period(D("2024-04-01"), D("2025-04-01"), "16:00"), Period(D("2025-04-01"), D("2026-04-01"), "16:00")]
AT_MIDNIGHT = [Period(D("2024-04-01"), D("2025-04-01"), "00:00"), Period(D("2025-04-01"), D("2026-04-01"), "00:00")]


def test_a_period_from_midnight_ends_before_its_end() -> None:
    period = AT_MIDNIGHT[0]

    assert (period.first_day, period.last_day) == (D("2024-04-01"), D("2025-03-31"))
    assert period.contains(D("2025-03-31"))
    assert not period.contains(D("2025-04-01"))
    assert not period.contains(D("2024-03-31"))


def test_a_period_from_four_in_the_afternoon_ends_on_its_end() -> None:
    period = AT_FOUR[0]

    assert (period.first_day, period.last_day) == (D("2024-04-01"), D("2025-04-01"))
    assert period.contains(D("2025-04-01"))
    assert not period.contains(D("2025-04-02"))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("day", "index"),
    [
        ("2024-03-31", None),
        ("2024-04-01", 0),
        ("2025-04-01", 0),
        ("2025-04-02", 1),
        ("2026-04-01", 1),
        ("2026-04-02", None),
    ],
)
def test_a_shared_day_belongs_to_the_earlier_period(day: str, index: int | None, backwards: bool) -> None:
    periods = AT_FOUR[::-1] if backwards else AT_FOUR

    assert period_of(periods, D(day)) == (None if index is None else AT_FOUR[index])


@pytest.mark.parametrize(
    ("day", "index"), [("2025-03-31", 0), ("2025-04-01", 1), ("2026-03-31", 1), ("2026-04-01", None)]
)
def test_periods_from_midnight_share_no_day(day: str, index: int | None) -> None:
    assert period_of(AT_MIDNIGHT, D(day)) == (None if index is None else AT_MIDNIGHT[index])


def test_after_a_gap_the_first_day_counts_whole_again() -> None:
    later = Period(D("2025-06-01"), D("2026-06-01"), "16:00")

    assert period_of([AT_FOUR[0], later], D("2025-06-01")) == later
    assert period_of([AT_FOUR[0], later], D("2025-05-31")) is None


def test_own_days_leave_the_shared_day_to_the_earlier_period() -> None:
    earlier, later = AT_FOUR

    assert list(own_days([later, earlier])) == [
        (earlier, D("2024-04-01"), D("2025-04-01")),
        (later, D("2025-04-02"), D("2026-04-01")),
    ]
    assert [(first, last) for _, first, last in own_days(AT_MIDNIGHT)] == [
        (D("2024-04-01"), D("2025-03-31")),
        (D("2025-04-01"), D("2026-03-31")),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 60)), min_size=1, max_size=6),
    st.sampled_from(["00:00", "16:00"]),
    st.integers(-5, 700),
)
def test_own_days_and_period_of_say_the_same(shape: list[tuple[int, int]], clock: str, offset: int) -> None:
    """Periods one after another, some with a gap: each day has at most one owner, found either way."""
    origin, periods = D("2024-01-01"), []
    start = origin
    for gap, length in shape:
        start += timedelta(days=gap)
        periods.append(Period(start, start + timedelta(days=length), "16:00" if clock == "16:00" else "00:00"))
        start += timedelta(days=length)
    day = origin + timedelta(days=offset)

    owners = [period for period, first, last in own_days(periods) if first <= day <= last]

    assert owners == [owner for owner in [period_of(periods, day)] if owner]
