"""Seikatsu: one hospitalisation (SK-20, SK-22 to SK-25) and its days (SK-30 to SK-35)."""

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


# ---- SK-30: the rate -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "icd10", "a_day"),
    [("1", "K35.8", 5_000), ("1", "E11.9", 10_000), ("E", "C34.1", 5_000), ("3", "I10", 30_000)],
)
def test_sk_30_a_lifestyle_disease_pays_double(units: str, icd10: str, a_day: int) -> None:
    history = Seikatsu(units)
    history.sickness(icd10=icd10)
    history.stay("s1", "2023-03-01", "2023-03-03")
    assert history.pays(LATER) == {"hospital_daily": 3 * a_day}


def test_sk_30_the_admission_day_and_the_discharge_day_count() -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-03-01", "2023-03-01")
    assert history.pays(LATER) == {"hospital_daily": 5_000}


def test_sk_30_nothing_accrues_without_evidence() -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-03-01", None)
    assert history.pays("2023-03-31") == {"hospital_daily": 5_000}
    history.add("StayConfirmed", stay_id="s1", through="2023-03-10")
    assert history.pays("2023-03-31") == {"hospital_daily": 50_000}
    assert history.pays("2023-03-04") == {"hospital_daily": 20_000}


def test_sk_30_a_day_in_two_stays_counts_once_for_the_one_that_began_first() -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-03-01", "2023-03-10")
    history.stay("s2", "2023-03-10", "2023-03-20")
    history.stay("s3", "2023-03-12", "2023-03-15")
    history.stay("s4", "2023-03-18", "2023-03-22")
    assert history.runs(LATER) == [
        ("s1", "2023-03-01", "2023-03-10", 50_000),
        ("s1", "2023-03-11", "2023-03-20", 50_000),
        ("s1", "2023-03-21", "2023-03-22", 10_000),
    ]
    assert history.used(LATER, "hospital_days.stay") == {"s1": (22, 365)}


def test_sk_30_a_declined_stay_shows_the_days_that_it_alone_has() -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-03-01", "2023-03-20", purpose="checkup")
    history.stay("s2", "2023-03-05", "2023-03-10")
    assert history.runs(LATER) == [
        ("s1", "2023-03-01", "2023-03-04", "SK-33"),
        ("s2", "2023-03-05", "2023-03-10", 30_000),
        ("s1", "2023-03-11", "2023-03-20", "SK-33"),
    ]


# ---- SK-31, SK-32: limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cap", [60, 365])
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_sk_31_a_hospitalisation_is_paid_for_its_days(cap: int, over: int) -> None:
    history = Seikatsu(hospital_type=cap)
    history.sickness()
    history.stay("s1", "2023-03-01", plus("2023-03-01", cap + over - 1))
    assert history.pays(LATER) == {"hospital_daily": min(cap, cap + over) * 5_000}
    assert history.used(LATER, "hospital_days.stay") == {"s1": (min(cap, cap + over), cap)}
    assert len(history.runs(LATER)) == (2 if over > 0 else 1)


@pytest.mark.parametrize("cap", [60, 365])
def test_sk_31_an_accident_is_paid_for_its_days_over_all_its_stays(cap: int) -> None:
    history = injured(cap)
    history.stay("s1", "2023-02-01", plus("2023-02-01", 39), "i1")
    history.stay("s2", "2023-05-01", plus("2023-05-01", cap - 40), "i1")
    assert history.used(LATER, "hospital_days.accident") == {"i1": (cap, cap)}
    assert history.pays(LATER) == {"hospital_daily": cap * 5_000}


def test_sk_32_hospitalisations_that_start_in_one_period_share_its_days() -> None:
    history = Seikatsu(hospital_type=60)
    history.renewed(2024)
    for i, (first, last) in enumerate(
        (("2023-01-10", "2023-02-18"), ("2023-10-01", "2023-10-21"), ("2024-06-01", "2024-06-10"))
    ):
        history.sickness(f"c{i}")
        history.stay(f"s{i}", first, last, f"c{i}")
    assert [run[3] for run in history.runs(LATER)] == [200_000, 100_000, 0, 50_000]
    assert history.used("2023-12-31", "hospital_days.period") == {"2023-01-01": (60, 60)}
    assert history.used("2024-12-31", "hospital_days.period") == {"2023-01-01": (60, 60), "2024-01-01": (10, 60)}


def test_sk_32_a_hospitalisation_belongs_to_the_period_of_its_first_admission_day_however_long_it_lasts() -> None:
    history = Seikatsu()
    history.renewed(2024)
    history.sickness()
    history.stay("s1", "2023-12-31", "2024-02-28")
    history.stay("s2", "2024-06-01", "2024-06-10")
    assert history.used("2024-12-31", "hospital_days.period") == {"2023-01-01": (70, 365), "2024-01-01": (0, 365)}


def test_sk_32_the_limit_of_the_period_is_shown_unused_and_none_outside() -> None:
    history = Seikatsu(hospital_type=60)
    assert history.used("2022-12-31", "hospital_days.period") == {}
    assert history.used("2023-01-01", "hospital_days.period") == {"2023-01-01": (0, 60)}
    assert history.used("2023-12-31", "hospital_days.period") == {"2023-01-01": (0, 60)}
    assert history.used("2024-01-01", "hospital_days.period") == {}


def test_sk_32_the_limit_goes_by_the_type_under_which_its_hospitalisations_began() -> None:
    history = Seikatsu(hospital_type=365)
    history.add("CoverageChanged", effective_on="2023-06-01", plan=plan(hospital_type=60))
    assert history.used("2023-05-31", "hospital_days.period") == {"2023-01-01": (0, 365)}
    assert history.used("2023-06-01", "hospital_days.period") == {"2023-01-01": (0, 60)}
    history.sickness()
    history.stay("s1", "2023-05-01", "2023-07-31")
    assert history.used(LATER, "hospital_days.period") == {"2023-01-01": (92, 365)}


def test_sk_32_each_hospitalisation_is_cut_by_the_type_of_its_own_first_day() -> None:
    history = Seikatsu(hospital_type=365)
    history.add("CoverageChanged", effective_on="2023-06-01", plan=plan(hospital_type=60))
    for i, (first, n) in enumerate((("2023-01-10", 100), ("2023-06-01", 10))):
        history.sickness(f"c{i}", "2023-01-05")
        history.stay(f"s{i}", first, plus(first, n - 1), f"c{i}")
    assert [run[3] for run in history.runs(LATER)] == [500_000, 0]
    assert history.used(LATER, "hospital_days.period") == {"2023-01-01": (100, 365)}


# ---- SK-33 to SK-35: what is declined --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("admission", "becomes"),
    [
        ({}, 5_000),
        ({"purpose": "checkup"}, "SK-33"),
        ({"purpose": "delivery"}, "SK-33"),
        ({"purpose": "examination"}, "SK-33"),
        ({"purpose": "examination", "examination_basis": "treated_during_stay"}, 5_000),
        ({"purpose": "examination", "examination_basis": "symptomatic"}, 5_000),
        ({"health_insured": False}, 5_000),
    ],
)
def test_sk_33_stays_without_treatment_are_declined(admission: dict[str, Any], becomes: object) -> None:
    history = Seikatsu()
    history.sickness()
    history.stay("s1", "2023-03-01", "2023-03-01", **admission)
    assert [run[3] for run in history.runs(LATER)] == [becomes]


def test_sk_33_a_confinement_is_paid_as_far_as_health_insurance_bears_it() -> None:
    history = Seikatsu()
    history.add(
        "ConditionRecorded",
        condition_id="p",
        kind="pregnancy",
        onset_on="2023-02-01",
        pregnancy_diagnosed_on="2023-01-10",
    )
    history.stay("s1", "2023-03-01", "2023-03-03", "p", health_insured=False)
    history.stay("s2", "2023-03-04", "2023-03-10", "p")
    assert [run[3] for run in history.runs(LATER)] == ["SK-33", 35_000]


@pytest.mark.parametrize(
    ("onset", "at_risk", "becomes"),
    [
        ("2022-09-25", None, 5_000),
        ("2022-09-26", None, "SK-34"),
        ("2022-09-26", "age65", 5_000),
        ("2023-05-07", "pregnant", 5_000),
        ("2023-05-07", None, "SK-34"),
        ("2023-05-08", "needs_hospital", "SK-34"),
    ],
)
def test_sk_34_deemed_stays_go_by_the_day_of_diagnosis(onset: str, at_risk: str | None, becomes: object) -> None:
    history = Seikatsu(period=("2022-01-01", "2024-01-01"))
    history.sickness(onset=onset, icd10="U07.1")
    more = {"high_risk": at_risk} if at_risk else {}
    history.stay("s1", "2023-06-01", "2023-06-01", deemed=True, **more)
    assert [run[3] for run in history.runs(LATER)] == [becomes]


def test_sk_34_real_stays_are_paid_throughout() -> None:
    history = Seikatsu()
    history.sickness(onset="2023-06-01", icd10="U07.1")
    history.stay("s1", "2023-06-01", "2023-06-01")
    assert [run[3] for run in history.runs(LATER)] == [5_000]


@pytest.mark.parametrize(
    ("exclusion", "becomes"),
    [
        ("drunk_driving", "SK-35"),
        ("prosthesis_only", "SK-35"),
        ("war", "SK-35"),
        ("congenital", 5_000),
        ("neglected_treatment", 5_000),
    ],
)
def test_sk_35_an_exclusion_declines_every_benefit_of_its_condition(exclusion: str, becomes: object) -> None:
    history = Seikatsu()
    history.injury(exclusion=exclusion)
    history.stay("s1", "2023-03-01", "2023-03-01", "i1")
    assert [run[3] for run in history.runs(LATER)] == [becomes]


def test_void_and_revoked_policies_pay_no_day() -> None:
    for type_, ground, rule in (("PolicyVoided", "other", "KR-06"), ("PolicyRevoked", "fraud", "KR-08")):
        history = two_stays(10)
        history.add(type_, ground=ground)
        assert [run[3] for run in history.runs(LATER)] == [rule, rule]
