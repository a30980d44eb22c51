"""Seikatsu: what is held and in which layers (SK-00 to SK-03), lists of diseases (SK-10 to SK-13), plans, rescission."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger import events as ev
from ledger.errors import Refused
from ledger.products.seikatsu.rules import lists
from tests.ledger.products.history import History
from tests.ledger.products.seikatsu_history import Seikatsu, plan, plus

LATER = "2030-01-01"


def stay_of(first: str, days: int = 10, **issued: Any) -> Seikatsu:
    """One stay for a condition that began after the entry."""
    history = Seikatsu(**issued)
    history.sickness(onset="2023-01-01")
    history.stay("s1", first, plus(first, days - 1))
    return history


# ---- SK-00: inside a period, before the end --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "becomes"),
    [("2022-12-31", "SK-00"), ("2023-01-01", 50_000), ("2023-12-31", 50_000), ("2024-01-01", "SK-00")],
)
def test_sk_00_the_first_admission_lies_in_a_policy_period(first: str, becomes: object) -> None:
    assert stay_of(first).runs(LATER) == [("s1", first, plus(first, 9), becomes)]


@pytest.mark.parametrize(("type_", "field"), [("PolicyCancelled", "cancelled_on"), ("PolicyWithdrawn", "withdrawn_on")])
@pytest.mark.parametrize(("ended", "becomes"), [("2023-06-01", "SK-00"), ("2023-06-02", 50_000)])
def test_sk_00_a_stay_from_the_day_of_the_end_on_is_declined(
    type_: str, field: str, ended: str, becomes: object
) -> None:
    history = stay_of("2023-06-01")
    history.add(type_, **{field: ended})
    assert [run[3] for run in history.runs(LATER)] == [becomes]


def test_sk_00_what_began_inside_goes_on_after_the_end() -> None:
    history = stay_of("2023-12-25", days=20)
    history.add("PolicyCancelled", cancelled_on="2023-12-28")
    history.stay("s2", "2024-03-01", "2024-03-03")
    assert history.runs(LATER) == [
        ("s1", "2023-12-25", "2024-01-13", 100_000),
        ("s1", "2024-03-01", "2024-03-03", 15_000),
    ]


@pytest.mark.parametrize(("first", "becomes"), [("2023-03-31", "SK-00"), ("2023-04-01", 50_000)])
def test_sk_00_before_the_day_of_entry_the_person_is_not_in_the_scheme(first: str, becomes: object) -> None:
    history = Seikatsu(entered_on="2023-04-01")
    history.sickness(onset="2023-04-01")
    history.stay("s1", first, plus(first, 9))
    assert [run[3] for run in history.runs(LATER)] == [becomes]


# ---- SK-01, SK-02: layers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "a_day"), [("E", 2_500), ("1", 5_000), ("2", 10_000), ("3", 15_000), ("4", 20_000)])
def test_sk_01_units_are_held_from_the_entry(units: str, a_day: int) -> None:
    assert stay_of("2023-05-01", units=units).pays(LATER) == {"hospital_daily": 10 * a_day}


@pytest.mark.parametrize(("first", "pays"), [("2023-05-31", 50_000), ("2023-06-01", 100_000)])
def test_sk_01_an_increase_serves_admissions_from_its_own_day(first: str, pays: int) -> None:
    history = Seikatsu()
    history.add("CoverageChanged", effective_on="2023-06-01", plan=plan("2"))
    history.sickness(onset="2023-06-01")
    history.stay("s1", first, plus(first, 9))
    assert history.pays(LATER) == {"hospital_daily": pays}


def test_sk_01_on_one_day_the_renewal_s_plan_comes_before_a_change_of_it() -> None:
    for change_first in (True, False):
        history = Seikatsu("1")
        history.sickness(onset="2024-01-02")
        told = [
            ("CoverageChanged", {"effective_on": "2024-01-01", "plan": plan("2")}),
            ("PolicyRenewed", {"period_start": "2024-01-01", "period_end": "2025-01-01", "plan": plan("4")}),
        ]
        for kind, data in told if change_first else told[::-1]:
            history.add(kind, **data)
        history.stay("s1", "2024-02-01", "2024-02-01")
        assert history.pays("2024-12-31") == {"hospital_daily": 10_000}


@pytest.mark.parametrize(
    ("onset", "pays"), [("2022-12-31", 0), ("2023-01-01", 25_000), ("2023-05-31", 25_000), ("2023-06-01", 100_000)]
)
def test_sk_01_the_day_of_an_increase_is_the_day_of_entry_of_its_layer(onset: str, pays: int) -> None:
    history = Seikatsu("E")
    history.add("CoverageChanged", effective_on="2023-06-01", plan=plan("2"))
    history.sickness(onset=onset)
    history.stay("s1", "2023-07-01", "2023-07-10")
    assert history.pays(LATER).get("hospital_daily", 0) == pays


def test_sk_01_a_case_covered_in_part_has_one_payable_line_and_no_declined_one() -> None:
    history = Seikatsu()
    history.add("CoverageChanged", effective_on="2023-06-01", plan=plan("4"))
    history.sickness(onset="2023-02-01")
    history.stay("s1", "2023-07-01", "2023-07-10")
    assert history.runs(LATER) == [("s1", "2023-07-01", "2023-07-10", 50_000)]


def test_sk_01_what_a_renewal_raises_is_entered_on_the_start_of_its_period() -> None:
    history = Seikatsu()
    history.renewed(2024, plan=plan("3"))
    history.sickness("c1", onset="2023-12-31")
    history.sickness("c2", onset="2024-01-01")
    history.stay("s1", "2024-02-01", "2024-02-10", "c1")
    history.stay("s2", "2024-03-01", "2024-03-10", "c2")
    assert [run[3] for run in history.runs(LATER)] == [50_000, 150_000]


def test_sk_01_a_higher_course_is_a_layer_of_the_difference() -> None:
    history = Seikatsu(riders={"three_diseases": "A"})
    history.add("CoverageChanged", effective_on="2023-06-01", plan=plan(riders={"three_diseases": "C"}))
    history.sickness("c1", "2023-05-31", "I21.0")
    history.sickness("c2", "2023-06-01", "I63.9")
    history.stay("s1", "2023-07-01", "2023-07-08", "c1")
    history.stay("s2", "2023-08-01", "2023-08-08", "c2")
    assert [run[3] for run in history.runs(LATER, "three_lump")] == [235_000, 1_000_000]
    assert [run[3] for run in history.runs(LATER, "three_daily")] == [5_000, 10_000]


def test_sk_01_the_hospital_type_is_the_one_held_on_the_first_admission_day() -> None:
    history = Seikatsu(hospital_type=60)
    history.add("CoverageChanged", effective_on="2023-03-02", plan=plan(hospital_type=365))
    history.sickness("c1")
    history.sickness("c2")
    history.stay("s1", "2023-03-01", "2023-05-30", "c1")
    history.stay("s2", "2023-06-01", "2023-08-30", "c2")
    assert history.used(LATER, "hospital_days.stay") == {"s1": (60, 60), "s2": (91, 365)}


def test_sk_02_a_decrease_takes_the_newest_layer_first() -> None:
    history = Seikatsu("2")
    history.add("CoverageChanged", effective_on="2023-03-01", plan=plan("4"))
    history.add("CoverageChanged", effective_on="2023-05-01", plan=plan("3"))
    history.sickness("c1", onset="2023-02-01")
    history.stay("s1", "2023-06-01", "2023-06-01")
    assert history.pays(LATER) == {"hospital_daily": 10_000}

    history.add("CoverageChanged", effective_on="2023-07-01", plan=plan("1"))
    history.add("CoverageChanged", effective_on="2023-08-01", plan=plan("2"))
    history.sickness("c2", onset="2023-07-31")
    history.stay("s2", "2023-09-01", "2023-09-01", "c2")
    assert history.pays(LATER) == {"hospital_daily": 15_000}


def test_sk_03_an_increase_in_the_course_of_a_hospitalisation_changes_nothing_in_it() -> None:
    history = stay_of("2023-05-01", days=60)
    history.add("CoverageChanged", effective_on="2023-05-20", plan=plan("4"))
    history.stay("s2", "2023-08-01", "2023-08-10")
    assert history.pays(LATER) == {"hospital_daily": 70 * 5_000}


def test_sk_03_a_decrease_in_the_course_of_a_hospitalisation_changes_nothing_in_it() -> None:
    history = stay_of("2023-05-01", days=60, units="4")
    history.add("CoverageChanged", effective_on="2023-05-20", plan=plan("E"))
    assert history.pays(LATER) == {"hospital_daily": 60 * 20_000}


# ---- SK-10 to SK-13: lists of diseases -------------------------------------------------------------------------------

LISTS = {
    "cancer": lists.is_cancer,
    "lifestyle": lists.is_lifestyle,
    "three": lists.is_one_of_three,
    "anticancer": lists.is_for_anticancer,
}
ALL = {"cancer", "lifestyle", "three", "anticancer"}
IN_SITU = {"cancer", "lifestyle", "three"}
CASES: list[tuple[str | None, set[str]]] = [
    ("C00", ALL), ("C14.8", ALL), ("C26", ALL), ("C27", set()), ("C29", set()), ("C30", ALL),
    ("C42", set()), ("C44.9", ALL), ("C97", ALL),
    ("D00", IN_SITU), ("D09.9", IN_SITU), ("D10", set()), ("D45", ALL), ("D46.9", ALL),
    ("D47.1", ALL), ("D47.3", ALL), ("D47", set()), ("D47.2", set()), ("D48", set()),
    ("E09", set()), ("E10", {"lifestyle"}), ("E14.9", {"lifestyle"}), ("E15", set()),
    ("I04", set()), ("I05", {"lifestyle"}), ("I09", {"lifestyle"}), ("I10", {"lifestyle"}),
    ("I14", set()), ("I15.0", {"lifestyle"}), ("I19", set()),
    ("I20", {"lifestyle"}), ("I21.4", {"lifestyle", "three"}), ("I22", {"lifestyle"}), ("I29", set()),
    ("I30", {"lifestyle"}), ("I52", {"lifestyle"}),
    ("I53", set()), ("I60", {"lifestyle", "three"}), ("I61", {"lifestyle", "three"}),
    ("I62", {"lifestyle"}), ("I63.9", {"lifestyle", "three"}),
    ("I64", {"lifestyle"}), ("I69", {"lifestyle"}), ("I70", set()), ("Ｉ２１．４", {"lifestyle", "three"}), (None, set()),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_sk_10_sk_11_sk_12_sk_13_each_list_names_its_codes_and_no_others(code: str | None, expected: set[str]) -> None:
    condition = ev.ConditionRecorded(condition_id="c1", kind="sickness", icd10=code)
    assert {name for name, covers in LISTS.items() if covers(condition, date(2023, 1, 1))} == expected


# ---- what the product needs of a policy ------------------------------------------------------------------------------


def test_income_needs_the_date_of_birth_of_the_insured() -> None:
    income: dict[str, Any] = {"income": {"monthly": 200_000}}
    with pytest.raises(Refused) as refused:
        Seikatsu(more=income, insured={"person_id": "p1"})
    assert (refused.value.rule, refused.value.field) == (None, "data.insured.birth_date")
    history = Seikatsu(insured={"person_id": "p1"})
    with pytest.raises(Refused, match=r"data\.plan\.income"):
        history.add("CoverageChanged", effective_on="2023-06-01", plan=plan(**income))
    with pytest.raises(Refused, match=r"data\.plan\.income"):
        history.renewed(2024, plan=plan(**income))
    history.renewed(2024, plan=plan())


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"units": "5"}, "data.plan.units"),
        ({"units": 1}, "data.plan.units"),
        ({"units": "1", "hospital_type": 90}, "data.plan.hospital_type"),
        ({"units": "1", "riders": {"three_diseases": "E"}}, "data.plan.riders.three_diseases"),
        ({"units": "1", "riders": {"pets": True}}, "data.plan.riders.pets"),
        ({"units": "1", "bailee": -1}, "data.plan.bailee"),
        ({"units": "1", "care": {"lump_sum": 1}}, "data.plan.care.min_level"),
    ],
)
def test_a_plan_with_an_unknown_option_is_refused_naming_it(options: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        History("seikatsu", options, ("2023-01-01", "2024-01-01"))
    assert refused.value.field == field


def test_options_left_out_or_null_are_not_held() -> None:
    history = History("seikatsu", {"units": "1", "riders": None, "bailee": None}, ("2023-01-01", "2024-01-01"))
    assert [row["limit"] for row in history.on("2023-01-01")["limits"]] == [
        "advanced_care.period",
        "hospital_days.period",
    ]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2022-12-31", ("pending", None, "2022-12-31")),
        ("2023-01-01", ("in_force", "2023-01-01", "2023-12-31")),
        ("2023-12-31", ("in_force", "2023-01-01", "2023-12-31")),
        ("2024-01-01", ("matured", "2024-01-01", None)),
    ],
)
def test_the_day_of_period_end_is_itself_outside(day: str, state: tuple[str, str | None, str | None]) -> None:
    assert Seikatsu().state(day) == state


def test_the_policy_ends_with_the_insured() -> None:
    history = Seikatsu()
    history.add("PersonDied", person_id="p2", died_on="2023-05-01")
    history.add("PersonDied", person_id="p1", died_on="2023-06-01")
    assert [history.state(day)[0] for day in ("2023-05-31", "2023-06-01")] == ["in_force", "ended_by_death"]


# ---- the end of the contract by rescission ---------------------------------------------------------------------------


def test_sk_04a_after_a_rescission_nothing_is_held_for_an_earlier_accident() -> None:
    history = Seikatsu()
    history.injury("i1", "2023-01-05")
    history.add("PolicyRescinded", rescinded_on="2023-03-01", ground="serious", reason_arose_on="2023-02-20")
    for day in ("2023-02-10", "2023-03-01"):
        history.visit(day, "i1")

    assert history.pays("2023-12-31") == {"outpatient_daily": 2_500}
    assert history.on("2023-12-31")["benefits"][1]["rules"][-1] == "SK-04a"


def test_sk_20_a_stay_that_a_rescission_refuses_joins_none() -> None:
    history = Seikatsu()
    history.sickness("c1")
    history.sickness("c2", icd10="M51.2", onset="2023-02-01")
    history.stay("s1", "2023-03-01", "2023-03-10", "c1")
    history.stay("s2", "2023-03-05", "2023-03-15", "c2")
    joined = [("s1", "2023-03-01", "2023-03-10", 50_000), ("s1", "2023-03-11", "2023-03-15", 25_000)]
    assert history.runs("2023-06-01") == joined

    history.add("PolicyRescinded", rescinded_on="2023-06-01", ground="disclosure", unrelated_conditions=["c2"])
    apart = [("s1", "2023-03-01", "2023-03-04", "KR-04"), ("s2", "2023-03-05", "2023-03-15", 55_000)]
    assert history.runs("2023-06-01") == apart


def test_sk_68_treatment_that_a_rescission_refuses_begins_no_incident() -> None:
    history = Seikatsu(riders={"anticancer": True})
    history.sickness("c1", icd10="C34.1", onset="2023-01-05")
    history.sickness("c2", icd10="C79.3", onset="2023-02-05", caused_by=["c1"])
    for condition_id, day in (("c1", "2023-03-01"), ("c2", "2023-04-01")):
        history.add("AnticancerTreated", from_=day, to=day, condition_id=condition_id, drug="chemotherapy")
    history.add("PolicyRescinded", rescinded_on="2023-06-01", ground="disclosure", unrelated_conditions=["c2"])
    assert history.used("2023-12-31", "anticancer.incident") == {"c2/2023-04": (100_000, 6_000_000)}


def test_sk_86_a_lump_sum_that_a_rescission_refuses_is_not_the_one_of_a_lifetime() -> None:
    care = {"lump_sum": 3_000_000, "annuity": 600_000, "min_level": "care2"}
    history = Seikatsu(more={"care": care})
    history.sickness("c1")
    history.sickness("c2", onset="2023-05-01")
    for condition_id, day, last in (("c1", "2023-02-01", "2023-05-20"), ("c2", "2023-07-01", "2023-12-31")):
        certified = {"person_id": "p1", "certified_on": day, "valid_from": day, "valid_to": last, "level": "care3"}
        history.add("CareCertified", **certified, condition_id=condition_id)
    history.add("PolicyRescinded", rescinded_on="2023-11-01", ground="disclosure", unrelated_conditions=["c2"])

    assert history.pays("2023-12-31")["care_lump"] == 3_000_000
