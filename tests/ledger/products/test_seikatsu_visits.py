"""Seikatsu: outpatient days (SK-36 to SK-39) where windows meet, and what a declined one says."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu, plus

LATER = "2030-01-01"
OUT = "outpatient_daily"
FIRST, LAST = "2023-05-01", "2023-05-10"
ACCIDENT = "2023-03-01"


def outcomes(history: Seikatsu) -> list[tuple[Any, ...]]:
    return sorted(run[1:] for run in history.runs(LATER, OUT))


def injured() -> Seikatsu:
    history = Seikatsu()
    history.injury(accident=ACCIDENT)
    return history


def test_sk_36_on_the_day_of_admission_a_visit_lies_around_no_hospitalisation() -> None:
    history = Seikatsu()
    history.sickness("old", "2022-06-01")
    history.sickness("c1")
    history.sickness("c2", caused_by=["c1", "old"])
    history.stay("s1", FIRST, LAST, "c1")
    history.visit(FIRST, "c2")
    assert outcomes(history) == [(FIRST, FIRST, "SK-36")]


def test_sk_37_where_both_limits_are_used_up_a_visit_between_two_hospitalisations_is_not_paid() -> None:
    history = Seikatsu()
    history.sickness()
    later = plus(LAST, 190)
    history.stay("s1", FIRST, LAST)
    history.stay("s2", later, later)
    for n in range(61):
        history.visit(plus(LAST, 100 + n))
    assert history.used(LATER, "outpatient_days.after") == {"s1": (30, 30)}
    assert history.used(LATER, "outpatient_days.before") == {"s2": (30, 30)}
    assert history.pays(LATER)[OUT] == 60 * 2_500


def test_sk_37_the_730_days_are_those_of_its_hospitalisation_not_of_another_before_it() -> None:
    history = Seikatsu(period=("2023-01-01", "2026-01-01"))
    turn = plus("2023-01-01", 730)
    history.sickness("old", "2022-06-01")
    history.sickness("c1")
    history.stay("s1", FIRST, LAST, "c1")
    history.stay("s2", turn, turn, "old")
    day = plus(turn, 10)
    history.visit(day, "old")
    assert outcomes(history) == [(day, day, 2_500)]


@pytest.mark.parametrize("day", [plus(ACCIDENT, n) for n in (-3, -1, 180, 185)])
def test_sk_38_a_device_worn_on_a_day_outside_the_window_alone_is_declined(day: str) -> None:
    history = injured()
    history.worn(day, day)
    assert outcomes(history) == [(day, day, "SK-38")]


def test_sk_39_a_device_that_does_not_count_is_declined_as_a_whole() -> None:
    history = injured()
    history.worn("2023-02-20", "2023-09-30", device="other")
    history.worn("2023-10-01", "2023-10-01", device="other")
    assert outcomes(history) == [("2023-02-20", "2023-09-30", "SK-39"), ("2023-10-01", "2023-10-01", "SK-39")]


def test_sk_38_where_a_correction_takes_the_accident_away_the_answer_says_so_and_nothing_is_paid() -> None:
    history = Seikatsu()
    recorded = history.injury(accident=ACCIDENT)
    history.visit("2023-03-10", "i1")
    history.worn("2023-03-11", "2023-03-15")
    history.add("FactAmended", target=recorded, data={"condition_id": "i1", "kind": "injury"}, reason="no accident proven")
    assert {found["rule"] for found in history.on(LATER)["discrepancies"]} == {"SK-04a"}
    assert history.pays(LATER) == {}
    assert outcomes(history) == [("2023-03-10", "2023-03-10", "SK-04a"), ("2023-03-11", "2023-03-15", "SK-38")]
