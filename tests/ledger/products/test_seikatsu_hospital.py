"""Seikatsu: which stays are one hospitalisation (SK-20, SK-22 to SK-25)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu, plan, plus

LATER = "2030-01-01"


def two_stays(gap: int, second: str = "c1", **conditions: Any) -> Seikatsu:
    """A stay for c1 to 10 March, and one for `second` so many days after the discharge."""
    history = Seikatsu()
    history.sickness("c1", "2023-02-01")
    if second != "c1":
        history.sickness(second, **{"onset": "2023-02-01"} | conditions)
    history.stay("s1", "2023-03-01", "2023-03-10", "c1")
    history.stay("s2", plus("2023-03-10", gap), plus("2023-03-10", gap + 4), second)
    return history


def keys(history: Seikatsu) -> list[str]:
    """The hospitalisation of each stay's line, in order of the stays; `-` where it is declined."""
    return ["-" if isinstance(run[3], str) else run[0] for run in history.runs(LATER)]


# ---- SK-20: joined for one cause -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gap", "joined"), [(1, "s1"), (179, "s1"), (180, "s1"), (181, "s2")])
def test_sk_20_stays_for_one_condition_join_within_180_days_after_the_discharge(gap: int, joined: str) -> None:
    history = two_stays(gap)
    assert keys(history) == ["s1", joined]
    assert history.used(LATER, "hospital_days.stay")["s1"] == ((15, 365) if joined == "s1" else (10, 365))


@pytest.mark.parametrize("link", [{"caused_by": ["c1"]}, {"caused_by": ["c0"]}])
def test_sk_20_so_do_stays_for_one_chain_in_either_direction(link: dict[str, Any]) -> None:
    history = Seikatsu()
    history.sickness("c0", "2023-02-01")
    history.sickness("c1", "2023-02-01", caused_by=["c0"])
    history.sickness("c2", "2023-02-01", **link)
    for i, one in enumerate(("c2", "c0", "c1")):
        history.stay(f"s{i}", f"2023-0{i + 3}-01", f"2023-0{i + 3}-02", one)
    assert keys(history) == ["s0", "s0", "s0"]


def test_sk_20_another_condition_does_not_join() -> None:
    assert keys(two_stays(10, "c2")) == ["s1", "s2"]


def test_sk_20_joined_stays_chain_on() -> None:
    history = Seikatsu()
    history.renewed(2024)
    history.sickness()
    for i, first in enumerate(("2023-03-01", "2023-08-28", "2024-02-24", "2024-08-23")):
        history.stay(f"s{i}", first, first)
    assert keys(history) == ["s0", "s0", "s0", "s3"]


def test_sk_20_the_discharge_that_counts_is_the_last_of_all_joined_stays() -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-03-01", "2023-04-30")
    history.stay("s2", "2023-03-10", "2023-03-12")
    history.stay("s3", plus("2023-04-30", 180), plus("2023-04-30", 180))
    assert keys(history) == ["s1", "s1"]


def test_sk_20_the_first_stay_says_cause_and_rate_for_all_days() -> None:
    history = Seikatsu("2")
    history.sickness("c1", "2023-02-01", "E11.9")
    history.sickness("c2", "2023-02-01", "H25.9", caused_by=["c1"])
    history.stay("s1", "2023-03-01", "2023-03-02", "c1")
    history.add("CoverageChanged", effective_on="2023-04-01", plan=plan("4"))
    history.stay("s2", "2023-05-01", "2023-05-02", "c2")
    assert [run[3] for run in history.runs(LATER)] == [40_000, 40_000]


def test_sk_20_a_declined_stay_neither_joins_nor_lengthens() -> None:
    history = two_stays(150)
    history.stay("s3", "2023-09-20", "2023-09-20", purpose="checkup")
    history.stay("s4", plus("2023-08-11", 181), plus("2023-08-11", 181))
    history.renewed(2024)
    assert keys(history) == ["s1", "s1", "-", "s4"]


def test_sk_20_a_stay_whose_own_cause_is_not_covered_does_not_join() -> None:
    history = Seikatsu()
    history.sickness("old", "2022-06-01")
    history.sickness("c1", "2023-02-01")
    history.sickness("c2", "2023-02-01", caused_by=["c1", "old"])
    history.stay("s1", "2023-03-01", "2023-03-02", "c1")
    history.stay("s2", "2023-04-01", "2023-04-02", "c2")
    assert [run[3] for run in history.runs(LATER)] == [10_000, "SK-04"]


def test_sk_20_a_stay_counts_to_its_last_known_day_for_joining_too() -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-01-10", None)
    history.add("StayConfirmed", stay_id="s1", through="2023-02-01")
    history.add("StayConfirmed", stay_id="s1", through="2023-01-20")
    history.stay("s2", plus("2023-02-01", 180), None)
    assert [(run[0], run[1], run[2]) for run in history.runs(LATER)] == [
        ("s1", "2023-01-10", "2023-02-01"),
        ("s1", plus("2023-02-01", 180), plus("2023-02-01", 180)),
    ]


# ---- SK-22, SK-23: other conditions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "joined"), [("2023-03-01", "s1"), ("2023-03-05", "s1"), ("2023-03-10", "s1"), ("2023-03-11", "s2")])
def test_sk_22_a_stay_for_another_condition_joins_where_it_begins_in_a_running_stay(first: str, joined: str) -> None:
    history = Seikatsu()
    history.sickness("c1", "2023-02-01")
    history.sickness("c2", "2023-02-01")
    history.stay("s1", "2023-03-01", "2023-03-10", "c1")
    history.stay("s2", first, plus(first, 10), "c2")
    assert keys(history) == ["s1", joined]


@pytest.mark.parametrize(("gap", "joined"), [(180, "s1"), (181, "s2")])
def test_sk_22_it_joins_within_180_days_where_it_was_there_at_an_admission(gap: int, joined: str) -> None:
    history = Seikatsu()
    history.sickness("c1", "2023-02-01", "I20.9")
    history.sickness("c2", "2023-02-01", "H25.9")
    history.stay("s1", "2023-03-01", "2023-03-10", "c1", other_condition_ids=["c2"])
    history.stay("s2", plus("2023-03-10", gap), plus("2023-03-10", gap), "c2")
    assert keys(history) == ["s1", joined]
    assert history.runs(LATER)[1][3] == (10_000 if joined == "s1" else 5_000)


@pytest.mark.parametrize(
    ("onset", "joined"), [("2023-02-28", "s2"), ("2023-03-01", "s1"), ("2023-03-10", "s1"), ("2023-03-11", "s2")]
)
def test_sk_22_or_where_it_arose_during_one(onset: str, joined: str) -> None:
    assert keys(two_stays(60, "c2", onset=onset)) == ["s1", joined]


def test_sk_22_another_condition_joins_only_if_it_is_covered_and_then_goes_on_by_its_own_chain() -> None:
    history = Seikatsu()
    history.sickness("c1", "2023-02-01")
    history.sickness("old", "2022-06-01")
    history.sickness("c2", "2023-02-01")
    history.stay("s1", "2023-03-01", "2023-03-10", "c1", other_condition_ids=["c2"])
    history.stay("s2", "2023-03-05", "2023-03-20", "old")
    history.stay("s3", "2023-05-01", "2023-05-02", "c2")
    history.stay("s4", plus("2023-05-02", 180), plus("2023-05-02", 181), "c2")
    assert keys(history) == ["s1", "-", "s1", "s1"]


def test_sk_22_an_injury_keeps_to_its_own_hospitalisation() -> None:
    history = Seikatsu()
    history.sickness("c1", "2023-02-01")
    history.injury("i1", "2023-03-04")
    history.stay("s1", "2023-03-01", "2023-03-10", "c1", other_condition_ids=["i1"])
    history.stay("s2", "2023-03-05", "2023-03-20", "i1")
    assert history.runs(LATER) == [
        ("s1", "2023-03-01", "2023-03-10", 50_000),
        ("s2", "2023-03-11", "2023-03-20", 50_000),
    ]


def test_sk_22_its_own_cause_comes_before_a_running_stay_for_another() -> None:
    history = Seikatsu()
    for one in ("c1", "c2"):
        history.sickness(one, "2023-02-01")
    history.stay("s1", "2023-03-01", "2023-03-02", "c1")
    history.stay("s2", "2023-03-10", "2023-03-30", "c2")
    history.stay("s3", "2023-03-20", "2023-04-02", "c1")
    assert keys(history) == ["s1", "s2", "s1"]


@pytest.mark.parametrize(
    ("diagnosed", "gap", "joined"), [("2023-01-10", 180, "s1"), ("2023-01-10", 181, "s2"), ("2023-01-11", 180, "s2")]
)
def test_sk_23_different_conditions_of_one_pregnancy_join(diagnosed: str, gap: int, joined: str) -> None:
    history = Seikatsu()
    for one, day in (("p1", "2023-01-10"), ("p2", diagnosed)):
        history.add(
            "ConditionRecorded", condition_id=one, kind="pregnancy", onset_on="2023-02-01", pregnancy_diagnosed_on=day
        )
    history.stay("s1", "2023-03-01", "2023-03-10", "p1")
    history.stay("s2", plus("2023-03-10", gap), plus("2023-03-10", gap), "p2")
    assert keys(history) == ["s1", joined]


# ---- SK-24, SK-25: injuries that count as sickness -------------------------------------------------------------------


def injured(hospital_type: int = 365, accident: str = "2023-01-05") -> Seikatsu:
    history = Seikatsu(hospital_type=hospital_type)
    history.renewed(2024, 2025)
    history.injury(accident=accident)
    return history


@pytest.mark.parametrize(("n", "late"), [(178, False), (179, False), (180, True)])
def test_sk_24_a_stay_begun_after_180_days_from_the_accident_counts_as_sickness(n: int, late: bool) -> None:
    history = injured()
    first = plus("2023-01-05", n)
    history.stay("s1", first, plus(first, 9), "i1")
    assert history.runs(LATER) == [("s1", first, plus(first, 9), 50_000)]
    assert history.used(LATER, "hospital_days.accident") == ({} if late else {"i1": (10, 365)})
    assert history.used(LATER, "hospital_days.stay") == ({"s1": (10, 365)} if late else {})
    assert history.used("2023-12-31", "hospital_days.period")["2023-01-01"] == (10 if late else 0, 365)


@pytest.mark.parametrize(("gap", "joined"), [(180, "s2"), (181, "s3")])
def test_sk_24_it_joins_other_such_stays_of_the_accident_and_never_its_injury_stays(gap: int, joined: str) -> None:
    history = injured()
    history.stay("s1", "2023-06-01", "2023-07-10", "i1")
    history.stay("s2", "2023-07-12", "2023-07-20", "i1")
    again = plus("2023-07-20", gap)
    history.stay("s3", again, again, "i1")
    assert keys(history) == ["s1", "s2", joined]


@pytest.mark.parametrize(("hospital_type", "longest"), [(365, 365), (60, 180)])
def test_sk_25_days_beyond_in_one_running_stay_are_a_sickness_hospitalisation(hospital_type: int, longest: int) -> None:
    history = injured(hospital_type)
    first = "2023-02-01"
    history.stay("s1", first, plus(first, longest + 9), "i1")
    at = plus(first, longest)
    assert history.used(plus(at, -1), "hospital_days.stay") == {}
    assert history.used(plus(at, -1), "hospital_days.accident") == {"i1": (hospital_type, hospital_type)}
    assert history.used(at, "hospital_days.stay") == {"s1": (1, hospital_type)}
    assert history.used(LATER, "hospital_days.stay") == {"s1": (10, hospital_type)}
    assert history.pays(LATER) == {"hospital_daily": (hospital_type + 10) * 5_000}


def test_sk_25_two_stays_of_one_accident_do_not_run_on() -> None:
    history = injured(60)
    history.stay("s1", "2023-02-01", plus("2023-02-01", 99), "i1")
    history.stay("s2", plus("2023-02-01", 100), plus("2023-02-01", 199), "i1")
    assert history.pays(LATER) == {"hospital_daily": 60 * 5_000}


def test_sk_25_the_days_beyond_join_a_later_stay_of_the_accident() -> None:
    history = injured()
    first = "2023-02-01"
    history.stay("s1", first, plus(first, 369), "i1")
    history.stay("s2", plus(first, 369 + 180), plus(first, 369 + 180), "i1")
    assert history.used(LATER, "hospital_days.stay") == {"s1": (6, 365)}
    assert [period for period, row in history.used("2024-12-31", "hospital_days.period").items() if row[0]] == [
        "2024-01-01"
    ]
