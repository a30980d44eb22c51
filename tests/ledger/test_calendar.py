"""The day of an instant in Japan, and business days."""

from datetime import UTC, date, datetime, timedelta, timezone

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import JST, is_business_day, jst_day, next_business_day
from ledger.errors import LedgerFault

D = date.fromisoformat


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2023-03-20T14:59:59.999999+00:00", "2023-03-20"),
        ("2023-03-20T15:00:00+00:00", "2023-03-21"),  # midnight in Japan
        ("2023-03-20T00:00:00+09:00", "2023-03-20"),
        ("2023-12-31T23:59:59-10:00", "2024-01-01"),
        ("1950-07-01T14:30:00+00:00", "1950-07-01"),  # Japan kept summer time that year; the ledger's day does not
    ],
)
def test_the_day_of_an_instant_is_the_day_in_japan(instant: str, day: str) -> None:
    assert jst_day(datetime.fromisoformat(instant)) == D(day)


def test_an_instant_without_offset_has_no_day() -> None:
    with pytest.raises(LedgerFault, match="2023-03-20T10:00:00 has no offset"):
        jst_day(datetime(2023, 3, 20, 10))  # noqa: DTZ001 - the naive instant is what is refused


@given(st.datetimes(datetime(1950, 1, 1), datetime(2190, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001 - zones are put on below
def test_the_offset_in_which_an_instant_is_written_changes_no_day(moment: datetime, hours: int) -> None:
    instant = moment.replace(tzinfo=UTC)

    assert (
        jst_day(instant.astimezone(timezone(timedelta(hours=hours))))
        == jst_day(instant)
        == instant.astimezone(JST).date()
    )


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        ("2026-11-20", True),  # a Friday
        ("2026-11-21", False),  # Saturday
        ("2026-11-22", False),  # Sunday
        ("2026-11-23", False),  # Labour Thanksgiving Day
        ("2026-05-06", False),  # substitute for a Sunday
        ("2026-09-22", False),  # a day between two holidays
        ("2026-12-31", False),  # bank holiday
        ("2026-01-02", False),  # bank holiday
        ("2026-12-30", True),
        ("2019-05-01", False),  # accession
    ],
)
def test_business_days(day: str, open_: bool) -> None:
    assert is_business_day(D(day)) is open_


@pytest.mark.parametrize(
    ("day", "next_"),
    [
        ("2022-12-27", "2022-12-27"),  # itself a business day
        ("2022-11-27", "2022-11-28"),  # the debit on a Sunday
        ("2025-12-27", "2025-12-29"),
        ("2026-12-31", "2027-01-04"),  # the turn of the year and a week-end
        ("2019-04-27", "2019-05-07"),  # ten days in a row
    ],
)
def test_the_next_business_day(day: str, next_: str) -> None:
    assert next_business_day(D(day)) == D(next_)


@given(st.dates(date(1950, 1, 1), date(2099, 11, 30)))
def test_the_next_business_day_is_the_first_one(day: date) -> None:
    found = next_business_day(day)

    assert is_business_day(found)
    assert not any(is_business_day(day + timedelta(days=n)) for n in range((found - day).days))


def test_the_first_and_the_last_known_year() -> None:
    assert not is_business_day(D("1949-01-01"))
    assert is_business_day(D("2099-12-30"))


@pytest.mark.parametrize("day", ["1948-12-31", "2100-01-04"])
def test_beyond_the_known_holidays_nothing_is_guessed(day: str) -> None:
    with pytest.raises(LedgerFault, match=rf"business days of {day[:4]} are not known"):
        is_business_day(D(day))


def test_holidays_agree_with_a_second_source() -> None:
    """Nine years of holidays against an independent calendar; 2 and 3 January and 31 December come on top."""
    for n in range((D("2028-01-01") - D("2019-01-01")).days):
        day = D("2019-01-01") + timedelta(days=n)
        closed = day.weekday() >= 5 or jpholiday.is_holiday(day) or (day.month, day.day) in {(1, 2), (1, 3), (12, 31)}

        assert is_business_day(day) is not closed, day
