"""Era dates: the first and the last day of each of the five eras, and the days outside."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.door import day
from ledger.eras import ERAS, OutsideEra, era_of, narrow, parse, written
from ledger.errors import Refused

D = date.fromisoformat

BORDERS = [
    ("M1-01-25", "明治元年1月25日", D("1868-01-25")),
    ("M45-07-29", "明治45年7月29日", D("1912-07-29")),
    ("T1-07-30", "大正元年7月30日", D("1912-07-30")),
    ("T15-12-24", "大正15年12月24日", D("1926-12-24")),
    ("S1-12-25", "昭和元年12月25日", D("1926-12-25")),
    ("S64-01-07", "昭和64年1月7日", D("1989-01-07")),
    ("H1-01-08", "平成元年1月8日", D("1989-01-08")),
    ("H31-04-30", "平成31年4月30日", D("2019-04-30")),
    ("R1-05-01", "令和元年5月1日", D("2019-05-01")),
]


@pytest.mark.parametrize(("letter", "kanji", "iso"), BORDERS, ids=[b[0] for b in BORDERS])
def test_the_first_and_the_last_day_of_an_era_are_read_and_written(letter: str, kanji: str, iso: date) -> None:
    assert parse(letter) == parse(kanji) == iso
    assert (written(iso), written(iso, "kanji")) == (letter, kanji)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "M1-01-24",
            "M45-07-30",
            "T1-07-29",
            "T15-12-25",
            "S1-12-24",
            "S64-01-08",
            "H1-01-07",
            "H31-05-01",
            "R1-04-30",
        ),
        *("明治元年1月24日", "明治45年7月30日", "大正元年7月29日", "大正15年12月25日", "昭和元年12月24日"),
        *("昭和64年1月8日", "平成元年1月7日", "平成31年5月1日", "令和元年4月30日"),
    ],
)
def test_a_day_outside_its_era_is_refused(text: str) -> None:
    with pytest.raises(OutsideEra):
        parse(text)


@pytest.mark.parametrize("text", ["R0-05-01", "R5-02-29", "R5-13-01", "令和5年2月30日", "令和0年5月1日", "S63-00-10"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(OutsideEra):
        parse(text)


@pytest.mark.parametrize(
    "text", ["2023-08-01", "R5-8-01", "r5-08-01", "令和5年8月", "R元-05-01", "慶応4年1月1日", "R100-01-01"]
)
def test_what_is_written_in_no_era_is_no_era_date(text: str) -> None:
    assert parse(text) is None


@given(st.dates(D("1868-01-25"), D("2117-12-31")))
def test_every_day_is_read_back_as_it_was_written(one: date) -> None:
    assert parse(written(one)) == parse(written(one, "kanji")) == one
    assert era_of(one).first <= one


def test_eras_leave_no_day_out() -> None:
    for earlier, later in pairwise(ERAS):
        assert earlier.last is not None
        assert earlier.last + timedelta(days=1) == later.first


def test_before_the_first_era_there_is_none() -> None:
    with pytest.raises(ValueError, match="before the first era"):
        era_of(D("1868-01-24"))


@pytest.mark.parametrize(
    "text",
    [
        "2023-08-01",
        "２０２３-０８-０１",
        "２０２３－０８－０１",
        "R5-08-01",
        "Ｒ５－０８－０１",
        "令和5年8月1日",
        "令和５年８月１日",
        "令和05年08月01日",
    ],
)
def test_a_day_may_be_written_in_many_ways(text: str) -> None:
    assert day(text) == D("2023-08-01")


@pytest.mark.parametrize("text", ["٢٠٢٣-٠٨-٠١", "2023‐08‐01", "二〇二三-08-01", "令和五年八月一日"])
def test_other_digits_and_signs_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        day(text)


def test_only_full_width_ascii_is_narrowed() -> None:
    assert narrow("Ｒ５－０８ア令") == "R5-08ア令"
