"""Seikatsu: what a line of a stay says: the clauses by which it counts, the facts on which it rests, its days; and options not held."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu, plan, plus

LATER = "2030-01-01"
LUMPS = {"medical_lump_sum": True}


def lines(history: Seikatsu, benefit: str = "hospital_daily", on: str = LATER) -> list[dict[str, Any]]:
    return [line for line in history.on(on)["benefits"] if line["benefit"] == benefit]


def injured(accident: str = "2023-01-01", **more: Any) -> Seikatsu:
    history = Seikatsu(**more)
    history.renewed(2024, 2025)
    history.injury(accident=accident)
    return history


def sick(icd10: str = "K35.8", onset: str = "2023-01-05", **more: Any) -> Seikatsu:
    history = Seikatsu(**more)
    history.renewed(2024, 2025)
    history.sickness("c1", onset, icd10)
    return history


# ---- what is not held ------------------------------------------------------------------------------------------------


def test_sk_01_without_base_cover_stays_visits_devices_surgery_and_radiation_have_no_line() -> None:
    history = Seikatsu(None)
    history.sickness()
    history.injury()
    history.stay("s1", "2023-03-01", "2023-03-10")
    history.visit("2023-03-20")
    history.visit("2023-03-20", "i1")
    history.worn("2023-03-21", "2023-12-31")
    history.add("SurgeryPerformed", performed_on="2023-03-05", condition_id="c1", name="x", basis="medical_fee")
    history.add("RadiationGiven", given_on="2023-03-05", condition_id="c1", modality="external")
    assert history.on(LATER)["benefits"] == []


def test_sk_01_without_riders_a_long_stay_for_cancer_has_its_days_alone() -> None:
    history = sick("C34.1")
    history.stay("s1", "2023-02-01", "2024-03-31")
    assert {line["benefit"] for line in history.on(LATER)["benefits"]} == {"hospital_daily"}


LOSSES: list[tuple[str, dict[str, Any]]] = [
    ("LiabilityIncurred", {"loss_id": "l1", "occurred_on": "2023-05-01", "cover": "personal", "amount": 10_000}),
    ("LiabilityIncurred", {"loss_id": "l1", "occurred_on": "2023-05-01", "cover": "bailee", "amount": 10_000}),
    *(
        (
            "PropertyLost",
            {
                "loss_id": "l1", "occurred_on": "2023-05-01", "cover": cover, "cause": "damage",
                "items": [{"kind": "ordinary", "current_value": 10_000}],
            },
        )
        for cover in ("belongings", "household")
    ),
    (
        "HoleInOneAchieved",
        {
            "achieved_on": "2023-05-01", "feat": "hole_in_one", "in_japan": True, "accompanied": True,
            "costs": {"gifts": 1, "party": 0, "tree": 0, "caddie": 0, "other": 0},
        },
    ),
    (
        "DisabilityFixed",
        {
            "fixed_on": "2023-03-01", "accident_on": "2023-01-05", "condition_id": "i1",
            "disabilities": [{"grade": 1, "site": "hand"}],
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "data"), LOSSES)
def test_sk_01_a_cover_left_out_has_neither_line_nor_limit(type_: str, data: dict[str, Any]) -> None:
    history = Seikatsu()
    history.injury()
    history.add(type_, **data)
    answer = history.on("2023-12-31")
    assert answer["benefits"] == []
    assert {row["limit"] for row in answer["limits"]} == {"hospital_days.period", "advanced_care.period"}


# ---- SK-24, SK-25: injuries ------------------------------------------------------------------------------------------


def test_sk_24_sk_25_a_line_names_the_clause_by_which_an_injury_s_days_count_as_sickness() -> None:
    history = injured()
    history.stay("s1", "2023-01-01", "2024-01-02", "i1")
    history.stay("s2", "2024-02-01", "2024-02-10", "i1")
    assert [(line["from"], line["rules"]) for line in lines(history)] == [
        ("2023-01-01", ["SK-30"]),
        ("2024-01-01", ["SK-25", "SK-30"]),
        ("2024-02-01", ["SK-24", "SK-30"]),
    ]


def test_sk_24_further_stays_of_the_accident_itself_name_none() -> None:
    history = injured()
    history.stay("s1", "2023-02-01", "2023-02-10", "i1")
    history.stay("s2", "2023-03-01", "2023-03-10", "i1")
    assert [line["rules"] for line in lines(history)] == [["SK-30"], ["SK-30"]]


def test_sk_24_each_accident_has_its_own_hospitalisation() -> None:
    history = injured()
    history.injury("i2", "2023-01-02")
    history.stay("s1", "2023-02-01", "2023-02-10", "i1")
    history.stay("s2", "2023-03-01", "2023-03-05", "i2")
    assert history.used(LATER, "hospital_days.accident") == {"i1": (10, 365), "i2": (5, 365)}


def test_sk_24_the_discharge_that_counts_is_the_last_of_all_joined_stays() -> None:
    history = injured()
    history.stay("s1", "2023-08-01", "2023-09-30", "i1")
    history.stay("s2", "2023-08-10", "2023-08-12", "i1")
    history.stay("s3", plus("2023-09-30", 180), plus("2023-09-30", 180), "i1")
    assert history.used(LATER, "hospital_days.stay") == {"s1": (62, 365)}


def test_sk_25_the_first_day_beyond_is_a_hospitalisation_of_the_period_in_which_it_lies() -> None:
    history = injured()
    history.stay("s1", "2023-01-01", "2024-01-01", "i1")
    assert history.used(LATER, "hospital_days.stay") == {"s1": (1, 365)}
    assert history.used("2024-12-31", "hospital_days.period")["2024-01-01"] == (1, 365)


def test_kr_10_a_stay_for_an_injury_is_judged_by_the_accident() -> None:
    history = Seikatsu()
    history.injury("i1", "2023-01-05")
    history.stay("s1", "2023-02-25", "2023-02-26", "i1")
    history.add("PolicyRescinded", rescinded_on="2023-03-01", ground="serious", reason_arose_on="2023-02-20")
    assert [run[3] for run in history.runs(LATER)] == [10_000]


# ---- SK-30, SK-32: days ----------------------------------------------------------------------------------------------


def test_sk_30_a_declined_stay_shows_what_it_would_come_to() -> None:
    history = sick()
    history.stay("s1", "2023-03-01", "2023-03-10", purpose="checkup")
    assert [(line["quantity"], line["rate"], line["gross"]) for line in lines(history)] == [(10, 5_000, 50_000)]


@pytest.mark.parametrize(
    ("first", "last", "declined"),
    [
        ("2023-03-10", "2023-03-20", [("2023-03-01", "2023-03-09")]),
        ("2023-03-01", "2023-03-05", [("2023-03-06", "2023-03-10")]),
    ],
)
def test_sk_30_a_covered_stay_takes_the_border_day_of_a_declined_one(first: str, last: str, declined: list[tuple[str, str]]) -> None:
    history = sick()
    history.stay("s1", "2023-03-01", "2023-03-10", purpose="checkup")
    history.stay("s2", first, last)
    assert [(line["from"], line["to"]) for line in lines(history) if line["decision"] == "declined"] == declined


def test_sk_30_a_stay_that_a_rescission_declines_takes_no_day_from_one_that_is_paid() -> None:
    history = injured()
    history.sickness("c1")
    history.stay("s1", "2023-03-01", "2023-03-20", "i1")
    history.stay("s2", "2023-03-05", "2023-03-10", "c1")
    history.add("PolicyRescinded", rescinded_on="2023-06-01", ground="disclosure", unrelated_conditions=["c1"])
    assert history.pays(LATER) == {"hospital_daily": 30_000}


def test_sk_32_a_longer_type_held_later_is_not_that_of_hospitalisations_that_have_started() -> None:
    history = sick(hospital_type=60)
    history.add("CoverageChanged", effective_on="2023-06-01", plan=plan(hospital_type=365))
    history.stay("s1", "2023-05-01", "2023-05-10")
    assert history.used("2023-12-31", "hospital_days.period") == {"2023-01-01": (10, 60)}


# ---- SK-05: stays that bar -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "icd10"), [("sickness", "I83.9"), ("injury", "S82.1")], ids=["another cause", "an injury of the chain"])
def test_sk_05_a_stay_that_sk_20_would_not_join_bars_none(kind: str, icd10: str) -> None:
    history = Seikatsu(period=("2023-01-01", "2026-01-01"))
    turn = plus("2023-01-01", 730)
    history.sickness("old", "2022-06-01")
    more = {"caused_by": ["old"], "accident_on": "2023-06-01"} if kind == "injury" else {"onset_on": "2023-06-01"}
    history.add("ConditionRecorded", condition_id="x", kind=kind, icd10=icd10, **more)
    history.stay("s1", plus(turn, -10), plus(turn, -5), "x")
    history.stay("s2", turn, turn, "old")
    assert [run[3] for run in history.runs(LATER) if run[0] == "s2"] == [5_000]


# ---- SK-21, SK-62 to SK-65: lump sums --------------------------------------------------------------------------------


def test_sk_62_a_lump_sum_rests_on_the_stays_whose_days_it_counts_to_the_day_reached() -> None:
    history = sick(riders=LUMPS)
    history.stay("s1", "2023-03-01", "2023-03-04")
    history.stay("s2", "2023-04-01", "2023-04-01")
    history.stay("s3", "2023-04-20", "2023-04-25")
    [line] = lines(history, "lump_admission")
    assert (line["from"], set(line["events"])) == ("2023-04-01", set(history.ids[4:8]))


def test_sk_21_is_not_named_on_the_last_day_of_the_first_stay() -> None:
    history = sick(riders=LUMPS)
    history.stay("s1", "2023-03-01", "2023-03-05")
    history.stay("s2", "2023-04-01", "2023-04-05")
    assert [line["rules"] for line in lines(history, "lump_admission")] == [["SK-62"]]


def test_sk_62_who_dies_on_a_joined_stay_of_one_day_is_not_discharged_alive() -> None:
    history = sick(riders=LUMPS)
    history.stay("s1", "2023-03-01", "2023-03-13")
    history.stay("s2", "2023-04-01", "2023-04-01", alive=False)
    assert lines(history, "lump_discharge") == []


def test_sk_63_the_fifth_day_may_be_the_first_of_a_further_stay() -> None:
    history = injured(riders=LUMPS)
    history.stay("s1", "2023-02-01", "2023-02-04", "i1")
    history.stay("s2", "2023-03-01", "2023-03-02", "i1")
    assert [run[1] for run in history.runs(LATER, "lump_admission")] == ["2023-03-01"]


def test_sk_63_a_stay_that_begins_later_than_180_days_adds_nothing() -> None:
    history = injured(riders=LUMPS)
    history.stay("s1", "2023-02-01", "2023-02-03", "i1")
    history.stay("s2", "2023-08-01", "2023-08-31", "i1")
    assert lines(history, "lump_admission") == []


RIDERS = {"cancer_long_stay": True, "three_diseases": "A"}


def test_sk_61_sk_64_sk_65_a_declined_line_shows_what_it_would_come_to() -> None:
    history = Seikatsu(period=("2023-01-01", "2026-01-01"))
    history.add("CoverageChanged", effective_on="2023-02-01", plan=plan(riders=RIDERS))
    history.sickness("c1", "2023-01-10", "C34.1")
    history.stay("s1", "2023-03-01", plus("2023-03-01", 365))
    found = {line["benefit"]: (line["quantity"], line["gross"], line["decision"]) for line in history.on(LATER)["benefits"]}
    assert found["cancer_long_stay"] == (1, 10_000, "declined")
    assert found["three_lump"] == (1, 235_000, "declined")
    assert found["three_daily"] == (359, 359 * 5_000, "declined")


def test_sk_65_a_run_rests_on_its_own_stay_and_those_before_it_whose_days_count() -> None:
    history = sick("I63.9", riders={"three_diseases": "A"})
    history.stay("s1", "2023-03-01", "2023-03-10")
    history.stay("s2", "2023-03-03", "2023-03-04")
    history.stay("s3", "2023-04-01", "2023-04-01")
    first, third = set(history.ids[4:6]), set(history.ids[8:10])
    assert [set(line["events"]) for line in lines(history, "three_daily")] == [first, first | third]


def test_sk_32_the_type_of_a_hospitalisation_of_another_period_is_no_matter() -> None:
    history = Seikatsu(hospital_type=365)
    history.renewed(2024, plan=plan(hospital_type=60))
    history.sickness()
    history.stay("s1", "2023-05-01", "2023-05-10")
    assert history.used("2024-12-31", "hospital_days.period") == {"2023-01-01": (10, 365), "2024-01-01": (0, 60)}
