"""Seikatsu: what was there before the entry, and the relief after 730 days (SK-04, SK-04a, SK-05, SK-08)."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import Refused
from tests.ledger.products.seikatsu_history import Seikatsu, plan, plus

ENTRY = "2023-01-01"
LATER = "2030-01-01"


# ---- SK-04, SK-04a: what was there before ----------------------------------------------------------------------------


@pytest.mark.parametrize(("onset", "becomes"), [("2022-12-31", "SK-04"), ("2023-01-01", 5_000), ("2023-01-02", 5_000)])
def test_sk_04_a_condition_that_began_before_the_entry_is_not_covered(onset: str, becomes: object) -> None:
    history = Seikatsu()
    history.sickness(onset=onset)
    history.stay("s1", "2023-05-01", "2023-05-01")
    assert history.runs(LATER) == [("s1", "2023-05-01", "2023-05-01", becomes)]


def test_sk_04_nor_one_that_follows_from_it_over_any_number_of_steps() -> None:
    history = Seikatsu()
    history.sickness("diabetes", onset="2022-12-31", icd10="E11.9")
    history.sickness("kidney", onset="2023-02-01", caused_by=["diabetes"])
    history.sickness("failure", onset="2023-03-01", caused_by=["kidney"])
    history.stay("s1", "2023-05-01", "2023-05-01", "failure")
    assert [run[3] for run in history.runs(LATER)] == ["SK-04"]


def test_sk_04_what_follows_from_a_condition_does_not_bar_it() -> None:
    history = Seikatsu()
    history.sickness("c1", onset="2023-02-01")
    history.sickness("c2", onset="2022-12-31", caused_by=["c1"])
    history.stay("s1", "2023-05-01", "2023-05-01", "c1")
    assert [run[3] for run in history.runs(LATER)] == [5_000]


def test_sk_04_conditions_that_cause_one_another_are_read_once() -> None:
    history = Seikatsu()
    history.sickness("c2", onset="2023-02-01")
    history.sickness("c1", onset="2022-12-31", caused_by=["c2"])
    first = history.ids[1]
    again = {"condition_id": "c2", "kind": "sickness", "icd10": "K35.8", "onset_on": "2023-02-01", "caused_by": ["c1"]}
    history.add("FactAmended", target=first, data=again, reason="each follows from the other")
    history.stay("s1", "2023-05-01", "2023-05-01", "c2")
    assert [run[3] for run in history.runs(LATER)] == ["SK-04"]


def test_sk_04_an_accident_before_the_entry_bars_the_sickness_that_follows_from_it() -> None:
    history = Seikatsu()
    history.injury("i1", "2022-12-31")
    history.sickness("c1", onset="2023-02-01", caused_by=["i1"])
    history.stay("s1", "2023-05-01", "2023-05-01")
    assert [run[3] for run in history.runs(LATER)] == ["SK-04"]


BEARING = [
    ("HospitalAdmitted", {"stay_id": "s1", "admitted_on": "2023-05-01"}),
    ("OutpatientVisited", {"visited_on": "2023-05-01"}),
    ("SurgeryPerformed", {"performed_on": "2023-05-01", "name": "x", "basis": "medical_fee"}),
    ("AnticancerTreated", {"from_": "2023-05-01", "to": "2023-05-01", "drug": "chemotherapy"}),
]


@pytest.mark.parametrize(("type_", "data"), BEARING)
def test_sk_04_a_sickness_without_onset_cannot_be_recorded_with_a_benefit_bearing_fact(
    type_: str, data: dict[str, Any]
) -> None:
    history = Seikatsu()
    history.add("ConditionRecorded", condition_id="c1", kind="sickness")
    with pytest.raises(Refused) as refused:
        history.add(type_, condition_id="c1", **data)
    assert (refused.value.rule, refused.value.field, refused.value.found) == ("SK-04", "data.condition_id", "c1")
    assert "c1" in refused.value.in_language("en")
    assert "c1" in refused.value.in_language("ja")
    assert history.on(LATER)["benefits"] == []


def test_sk_04_nor_can_one_that_follows_from_a_sickness_without_onset_but_cancer_asks_for_its_own_alone() -> None:
    history = Seikatsu()
    history.add("ConditionRecorded", condition_id="c0", kind="sickness")
    history.sickness("c1", "2023-02-01", "C34.1", caused_by=["c0"])
    with pytest.raises(Refused, match="c0"):
        history.stay("s1", "2023-05-01", None)
    history.add("AnticancerTreated", from_="2023-05-01", to="2023-05-01", condition_id="c1", drug="chemotherapy")


def test_sk_04_where_a_correction_takes_the_onset_away_the_answer_says_so() -> None:
    history = Seikatsu()
    recorded = history.sickness()
    history.stay("s1", "2023-05-01", "2023-05-01")
    history.add(
        "FactAmended", target=recorded, data={"condition_id": "c1", "kind": "sickness"}, reason="onset not proven"
    )
    assert [found["rule"] for found in history.on(LATER)["discrepancies"]] == ["SK-04"]


@pytest.mark.parametrize(("accident", "becomes"), [("2022-12-31", "SK-00"), ("2023-01-01", 5_000)])
def test_sk_04a_an_injury_is_covered_by_what_is_held_on_the_day_of_the_accident(accident: str, becomes: object) -> None:
    history = Seikatsu()
    history.injury(accident=accident)
    history.stay("s1", "2023-01-05", "2023-01-05", "i1")
    assert [run[3] for run in history.runs(LATER)] == [becomes]


def test_sk_04a_what_was_added_after_the_accident_does_not_serve_it_nor_does_what_was_dropped_before_the_admission() -> (
    None
):
    history = Seikatsu("2")
    history.injury(accident="2023-02-01")
    history.add("CoverageChanged", effective_on="2023-03-01", plan=plan("4"))
    history.stay("s1", "2023-03-10", "2023-03-10", "i1")
    history.add("CoverageChanged", effective_on="2023-04-01", plan=plan("1"))
    history.stay("s2", "2023-04-10", "2023-04-10", "i1")
    assert [run[3] for run in history.runs(LATER)] == [10_000, 5_000]


@pytest.mark.parametrize(("first", "becomes"), [("2023-12-31", 5_000), ("2024-01-01", "SK-04a")])
def test_sk_04a_after_the_end_nothing_is_held_on_the_admission_day_though_the_accident_was_inside(
    first: str, becomes: object
) -> None:
    history = Seikatsu()
    history.injury(accident="2023-11-01")
    history.stay("s1", first, first, "i1")
    assert [run[3] for run in history.runs(LATER)] == [becomes]


def test_sk_04a_an_injury_gets_no_relief_after_730_days() -> None:
    history = Seikatsu()
    history.renewed(2024, 2025)
    history.injury(accident="2022-12-31")
    history.stay("s1", "2025-02-01", "2025-02-01", "i1")
    assert [run[3] for run in history.runs(LATER)] == ["SK-00"]


def test_sk_04a_an_injury_without_any_day_cannot_be_recorded_with_a_stay() -> None:
    history = Seikatsu()
    history.add("ConditionRecorded", condition_id="i1", kind="injury")
    with pytest.raises(Refused) as refused:
        history.stay("s1", "2023-05-01", None, "i1")
    assert (refused.value.rule, refused.value.found) == ("SK-04a", "i1")


# ---- SK-05: 730 days -------------------------------------------------------------------------------------------------


def barred(units: str = "1", onset: str = "2022-06-01") -> Seikatsu:
    """A condition that was there before the entry; three years of cover."""
    history = Seikatsu(units)
    history.renewed(2024, 2025)
    history.sickness(onset=onset)
    return history


@pytest.mark.parametrize(("n", "becomes"), [(729, "SK-04"), (730, 5_000), (731, 5_000)])
def test_sk_05_a_hospitalisation_that_begins_730_days_after_the_entry_is_covered(n: int, becomes: object) -> None:
    history = barred()
    history.stay("s1", plus(ENTRY, n), plus(ENTRY, n))
    assert [run[3] for run in history.runs(LATER)] == [becomes]


def test_sk_05_one_that_began_earlier_stays_uncovered_across_the_day_and_its_run_is_split_there() -> None:
    history = barred()
    history.stay("s1", plus(ENTRY, 725), plus(ENTRY, 740))
    assert history.runs(LATER) == [
        ("s1", plus(ENTRY, 725), plus(ENTRY, 729), "SK-04"),
        ("s1", plus(ENTRY, 730), plus(ENTRY, 740), "SK-05"),
    ]


@pytest.mark.parametrize(("gap", "becomes"), [(180, "SK-05"), (181, 5_000)])
def test_sk_05_a_stay_before_the_day_bars_the_next_within_180_days(gap: int, becomes: object) -> None:
    history = barred()
    history.stay("s1", plus(ENTRY, 690), plus(ENTRY, 700))
    history.stay("s2", plus(ENTRY, 700 + gap), plus(ENTRY, 700 + gap))
    assert [run[3] for run in history.runs(LATER)] == ["SK-04", becomes]


def test_sk_05_a_barred_stay_bars_the_one_after_it_too() -> None:
    history = barred()
    for i, n in enumerate((700, 880, 1060)):
        history.stay(f"s{i}", plus(ENTRY, n), plus(ENTRY, n))
    assert [run[3] for run in history.runs(LATER)] == ["SK-04", "SK-05", "SK-05"]


def test_sk_05_declined_stays_count_for_it_and_so_do_those_of_the_same_chain() -> None:
    history = barred()
    history.sickness("c0", onset="2022-05-01", caused_by=["c1"])
    history.stay("s1", plus(ENTRY, 700), plus(ENTRY, 700), "c0", purpose="checkup")
    history.stay("s2", plus(ENTRY, 880), plus(ENTRY, 880))
    assert [run[3] for run in history.runs(LATER)] == ["SK-33", "SK-05"]


def test_sk_05_a_short_stay_inside_a_long_one_does_not_bring_the_discharge_forward() -> None:
    history = barred()
    history.stay("s1", plus(ENTRY, 600), plus(ENTRY, 700))
    history.stay("s2", plus(ENTRY, 610), plus(ENTRY, 620))
    history.stay("s3", plus(ENTRY, 870), plus(ENTRY, 870))
    assert [run[3] for run in history.runs(LATER)] == ["SK-04", "SK-05"]


@pytest.mark.parametrize(("gap", "pays"), [(180, 5_000), (181, 10_000)])
def test_sk_05_each_layer_has_its_own_day_of_entry_and_interval(gap: int, pays: int) -> None:
    history = Seikatsu(period=("2021-01-01", "2023-01-01"))
    history.add("CoverageChanged", effective_on="2022-01-01", plan=plan("2"))
    history.renewed(2023, 2024)
    history.sickness(onset="2021-06-01")
    history.stay("s1", "2023-12-01", "2023-12-10")
    again = plus("2023-12-10", gap)
    history.stay("s2", again, again)
    assert [run[3] for run in history.runs(LATER)] == [50_000, pays]


# ---- SK-08: pregnancy ------------------------------------------------------------------------------------------------


def pregnancy(diagnosed: str, onset: str | None = None, **issued: Any) -> Seikatsu:
    """A pregnancy, from its diagnosis on."""
    history = Seikatsu(**issued)
    history.add(
        "ConditionRecorded",
        condition_id="p",
        kind="pregnancy",
        onset_on=onset or diagnosed,
        pregnancy_diagnosed_on=diagnosed,
    )
    return history


@pytest.mark.parametrize(("diagnosed", "becomes"), [("2022-12-31", "SK-08"), ("2023-01-01", 5_000)])
def test_sk_08_nothing_that_comes_of_a_pregnancy_diagnosed_before_the_entry_is_covered(
    diagnosed: str, becomes: object
) -> None:
    history = pregnancy(diagnosed)
    history.sickness("c1", onset="2023-02-01", caused_by=["p"])
    history.sickness("c2", onset="2023-03-01", caused_by=["c1"])
    history.injury("i1", "2023-02-01", caused_by=["p"])
    for i, one in enumerate(("p", "c2", "i1")):
        history.stay(f"s{i}", f"2023-05-0{i + 1}", f"2023-05-0{i + 1}", one)
    assert [run[3] for run in history.runs(LATER)] == [becomes] * 3


def test_sk_08_diagnosed_on_or_after_the_entry_it_is_covered_though_symptoms_came_before() -> None:
    history = pregnancy("2023-01-01", onset="2022-12-20")
    history.stay("s1", "2023-05-01", "2023-05-01", "p")
    assert [run[3] for run in history.runs(LATER)] == [5_000]


def test_sk_08_there_is_no_relief_after_730_days() -> None:
    history = pregnancy("2022-12-31")
    history.renewed(2024, 2025)
    history.sickness("c1", onset="2023-02-01", caused_by=["p"])
    history.stay("s1", "2025-03-01", "2025-03-01")
    assert [run[3] for run in history.runs(LATER)] == ["SK-08"]
