"""Seikatsu: the days of a hospitalisation, what they pay, their limits, and what is declined (SK-30 to SK-35)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu, plan, plus
from tests.ledger.products.test_seikatsu_hospital import LATER, injured, two_stays

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


def test_sk_30_a_day_beyond_day_365_is_of_the_stay_that_began_first_too() -> None:
    """Day 366 begins a hospitalisation (SK-25); the stay of which it is a day began before the other."""
    history = injured()
    history.stay("s1", "2023-03-01", "2024-02-29", "i1")
    history.sickness(onset="2023-06-01")
    history.stay("s9", "2024-02-01", "2024-03-03")
    assert history.runs(LATER) == [
        ("s1", "2023-03-01", "2024-02-28", 365 * 5_000),
        ("s1", "2024-02-29", "2024-02-29", 5_000),
        ("s9", "2024-03-01", "2024-03-03", 15_000),
    ]
    assert history.used(LATER, "hospital_days.stay") == {"s1": (1, 365), "s9": (3, 365)}


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
