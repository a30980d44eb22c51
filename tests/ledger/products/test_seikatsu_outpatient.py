"""Seikatsu: outpatient days (SK-36 to SK-40)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu, plan, plus

LATER = "2030-01-01"
OUT = "outpatient_daily"
FIRST, LAST = "2023-05-01", "2023-05-10"
ACCIDENT = "2023-03-01"


def hospitalised(units: str = "1", **more: Any) -> Seikatsu:
    """One stay from 1 to 10 May."""
    history = Seikatsu(units)
    history.renewed(2024)
    history.sickness("c1", "2023-01-05", **more)
    history.stay("s1", FIRST, LAST, "c1")
    return history


def injured(units: str = "1") -> Seikatsu:
    """An accident on 1 March."""
    history = Seikatsu(units)
    history.renewed(2024)
    history.injury(accident=ACCIDENT)
    return history


def visits(history: Seikatsu, on: str = LATER) -> list[tuple[str, object]]:
    """Each visit as (day, payable or the clause that declines it), by day."""
    return sorted((run[1], run[3]) for run in history.runs(on, OUT))


# ---- SK-36: one a day, none in hospital ------------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "pays"), [("E", 1_250), ("1", 2_500), ("2", 5_000), ("4", 10_000)])
def test_sk_36_a_visit_pays_by_unit_lifestyle_disease_or_not(units: str, pays: int) -> None:
    for code in ("K35.8", "E11.9"):
        history = hospitalised(units, icd10=code)
        history.visit("2023-05-20")
        assert visits(history) == [("2023-05-20", pays)]


def test_sk_36_one_a_day_is_paid_the_one_of_the_lesser_id_where_both_count_from_the_day() -> None:
    history = hospitalised()
    ids = [history.visit("2023-05-20"), history.visit("2023-05-20")]
    assert {run[0]: run[3] for run in history.runs(LATER, OUT)} == {min(ids): 2_500, max(ids): "SK-36"}


def test_sk_36_a_visit_that_counts_earlier_is_not_displaced_by_one_that_counts_from_a_later_admission() -> None:
    history = hospitalised()
    history.injury("i1", ACCIDENT)
    ids = [history.visit("2023-04-20", one) for one in ("c1", "i1", "c1")]
    assert {run[0]: run[3] for run in history.runs("2023-04-30", OUT)} == {
        ids[0]: "SK-37",
        ids[1]: 2_500,
        ids[2]: "SK-37",
    }
    assert {run[0]: run[3] for run in history.runs(LATER, OUT)} == {ids[0]: "SK-36", ids[1]: 2_500, ids[2]: "SK-36"}


@pytest.mark.parametrize(
    ("day", "becomes"), [("2023-06-30", 2_500), ("2023-07-01", "SK-36"), ("2023-07-05", "SK-36"), ("2023-07-06", 2_500)]
)
@pytest.mark.parametrize("purpose", ["treatment", "checkup"])
def test_sk_36_never_on_a_day_of_any_stay_paid_or_not(day: str, becomes: object, purpose: str) -> None:
    history = hospitalised()
    history.injury("i1", "2023-06-01")
    history.stay("s2", "2023-07-01", "2023-07-05", "c1", purpose=purpose)
    history.visit(day, "i1")
    assert visits(history) == [(day, becomes)]


# ---- SK-37: around a hospitalisation ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "becomes"),
    [
        (plus(FIRST, -91), "SK-37"),
        (plus(FIRST, -90), 2_500),
        (plus(FIRST, -1), 2_500),
        (FIRST, "SK-36"),
        (LAST, "SK-36"),
        (plus(LAST, 1), 2_500),
        (plus(LAST, 180), 2_500),
        (plus(LAST, 181), "SK-37"),
    ],
)
def test_sk_37_a_sickness_is_paid_90_days_before_and_180_days_after(day: str, becomes: object) -> None:
    history = hospitalised()
    history.visit(day)
    assert visits(history) == [(day, becomes)]


def test_sk_37_a_visit_before_counts_from_the_admission_and_is_declined_until_then() -> None:
    history = hospitalised()
    history.visit("2023-04-01")
    assert visits(history, "2023-03-31") == []
    assert visits(history, "2023-04-30") == [("2023-04-01", "SK-37")]
    assert visits(history, "2023-05-01") == [("2023-04-01", 2_500)]
    assert [line["counts_from"] for line in history.on(LATER)["benefits"] if line["benefit"] == OUT] == ["2023-05-01"]


@pytest.mark.parametrize(("start", "limit"), [(plus(FIRST, -31), "before"), (plus(LAST, 1), "after")])
@pytest.mark.parametrize("n", [29, 30, 31])
def test_sk_37_thirty_days_on_either_side(start: str, limit: str, n: int) -> None:
    history = hospitalised()
    for i in range(n):
        history.visit(plus(start, i))
    assert history.pays(LATER)[OUT] == min(30, n) * 2_500
    assert history.used(LATER, f"outpatient_days.{limit}") == {"s1": (min(30, n), 30)}
    assert sum(1 for _, becomes in visits(history) if becomes == 0) == max(0, n - 30)


def test_sk_37_without_a_hospitalisation_a_sickness_is_not_paid() -> None:
    history = Seikatsu()
    history.sickness()
    history.visit("2023-05-01")
    assert visits(history) == [("2023-05-01", "SK-37")]


def test_sk_37_nor_around_one_that_is_declined() -> None:
    history = Seikatsu()
    history.sickness(onset="2022-06-01")
    history.stay("s1", FIRST, LAST)
    history.visit("2023-05-20")
    assert visits(history) == [("2023-05-20", "SK-37")]


def test_sk_37_visits_between_joined_stays_and_after_the_last_count_as_after() -> None:
    history = hospitalised()
    history.stay("s2", "2023-08-01", "2023-08-31")
    for day in ("2023-07-31", plus("2023-08-31", 180), plus("2023-08-31", 181)):
        history.visit(day)
    assert [becomes for _, becomes in visits(history)] == [2_500, 2_500, "SK-37"]
    assert history.used(LATER, "outpatient_days.after") == {"s1": (2, 30)}
    assert history.used(LATER, "outpatient_days.before") == {}


@pytest.mark.parametrize(("one", "becomes"), [("c1", 2_500), ("c0", 2_500), ("c2", "SK-37")])
def test_sk_37_for_the_same_chain(one: str, becomes: object) -> None:
    history = Seikatsu()
    history.sickness("c0", "2023-01-05")
    history.sickness("c1", "2023-01-05", caused_by=["c0"])
    history.sickness("c2", "2023-01-05")
    history.stay("s1", FIRST, LAST, "c1")
    history.visit("2023-05-20", one)
    assert visits(history) == [("2023-05-20", becomes)]


def test_sk_37_a_condition_that_joined_with_a_stay_of_its_own_counts_from_that_stay() -> None:
    history = Seikatsu()
    history.sickness("c1", "2023-01-05")
    history.sickness("c2", "2023-01-05")
    history.stay("s1", FIRST, LAST, "c1", other_condition_ids=["c2"])
    history.stay("s2", "2023-06-01", "2023-06-10", "c2")
    history.visit("2023-05-20", "c2")
    assert visits(history, "2023-05-31") == [("2023-05-20", "SK-37")]
    assert visits(history, "2023-06-01") == [("2023-05-20", 2_500)]
    assert history.used(LATER, "outpatient_days.after") == {"s1": (1, 30)}


def test_sk_37_after_the_earlier_while_there_is_room_then_before_the_later() -> None:
    history = Seikatsu()
    history.renewed(2024)
    history.sickness()
    history.stay("s1", FIRST, LAST)
    later = plus(LAST, 190)
    history.stay("s2", later, later)
    days = [plus(LAST, n) for n in (*range(100, 129), 150, 151, 152)]
    for day in days:
        history.visit(day)
    assert history.used(plus(later, -1), "outpatient_days.after") == {"s1": (30, 30)}
    assert [becomes for _, becomes in visits(history, plus(later, -1))][-2:] == [0, 0]
    assert history.used(later, "outpatient_days.before") == {"s2": (2, 30)}
    assert history.pays(later)[OUT] == 32 * 2_500


def test_sk_37_the_layers_are_those_of_the_hospitalisation() -> None:
    history = hospitalised()
    history.add("CoverageChanged", effective_on="2023-05-15", plan=plan("4"))
    history.visit("2023-05-20")
    assert visits(history) == [("2023-05-20", 2_500)]


def test_sk_37_a_visit_for_a_cause_that_is_not_covered_says_so() -> None:
    history = Seikatsu()
    history.sickness("old", "2022-06-01")
    history.sickness("c1", "2023-01-05")
    history.sickness("c2", "2023-01-05", caused_by=["c1", "old"])
    history.stay("s1", FIRST, LAST, "c1")
    history.visit("2023-05-20", "c2")
    assert visits(history) == [("2023-05-20", "SK-04")]


def test_sk_37_days_of_the_hospitalisation_that_a_limit_leaves_unpaid_do_not_bar_its_visits() -> None:
    history = Seikatsu(hospital_type=60)
    history.renewed(2024)
    for i, (first, last) in enumerate((("2023-01-10", "2023-03-20"), ("2023-10-01", "2023-10-10"))):
        history.sickness(f"c{i}")
        history.stay(f"s{i}", first, last, f"c{i}")
    history.visit("2023-10-20", "c1")
    assert visits(history) == [("2023-10-20", 2_500)]


# ---- SK-38: injuries -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "becomes"), [(-1, "SK-38"), (0, 2_500), (178, 2_500), (179, 2_500), (180, "SK-38")])
def test_sk_38_an_injury_is_paid_within_180_days_from_the_accident_without_a_stay(n: int, becomes: object) -> None:
    history = injured()
    history.visit(plus(ACCIDENT, n), "i1")
    assert visits(history) == [(plus(ACCIDENT, n), becomes)]


@pytest.mark.parametrize("n", [89, 90, 91])
def test_sk_38_ninety_days_an_accident(n: int) -> None:
    history = injured()
    for i in range(n):
        history.visit(plus(ACCIDENT, i), "i1")
    history.injury("i2", ACCIDENT)
    history.visit(plus(ACCIDENT, 100), "i2")
    assert history.used(LATER, "outpatient_days.injury") == {"i1": (min(90, n), 90), "i2": (1, 90)}
    assert history.pays(LATER)[OUT] == (min(90, n) + 1) * 2_500


@pytest.mark.parametrize(("visited", "becomes"), [("2023-12-31", 2_500), ("2024-01-01", "SK-04a")])
def test_sk_38_the_cover_is_still_held_on_the_day_of_the_visit(visited: str, becomes: object) -> None:
    history = Seikatsu()
    history.injury(accident="2023-12-01")
    history.visit(visited, "i1")
    assert visits(history) == [(visited, becomes)]


# ---- SK-39: devices worn ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("worn", "counts"),
    [
        ({"device": "cast"}, True),
        ({"device": "splint"}, True),
        ({"device": "external_fixator"}, True),
        ({"device": "hard_corset", "site": "spine"}, True),
        ({"device": "hard_corset", "site": "rib_sternum"}, False),
        ({"device": "other"}, False),
        ({"site": "spine"}, True),
        ({"site": "major_joint_with_long_bone"}, True),
        ({"site": "rib_sternum"}, True),
        ({"site": "other"}, False),
        ({"injury": "dislocation"}, True),
        ({"injury": "ligament"}, True),
        ({"injury": "other"}, False),
    ],
)
def test_sk_39_device_site_and_injury_must_all_be_among_those_named(worn: dict[str, str], counts: bool) -> None:
    history = injured()
    history.worn("2023-03-05", "2023-03-14", **worn)
    [run] = history.runs(LATER, OUT)
    assert run[1:] == ("2023-03-05", "2023-03-14", 25_000 if counts else "SK-39")


def test_sk_39_only_for_an_injury() -> None:
    history = hospitalised()
    history.worn("2023-05-20", "2023-05-21", "c1")
    assert [run[1:] for run in history.runs(LATER, OUT)] == [("2023-05-20", "2023-05-21", "SK-39")]


def test_sk_39_worn_days_are_cut_by_stays_other_visits_and_the_window() -> None:
    history = injured()
    history.stay("s1", "2023-03-10", "2023-03-12", "i1")
    history.visit("2023-03-20", "i1")
    worn = history.worn("2023-03-08", "2023-09-10")
    runs = [run[1:] for run in history.runs(LATER, OUT) if run[0] == worn]
    visit_first = next(run for run in history.runs(LATER, OUT) if run[0] != worn)[3] == 2_500
    end = plus(ACCIDENT, 179)
    assert runs[0] == ("2023-03-08", "2023-03-09", 5_000)
    assert runs[1] == ("2023-03-10", "2023-03-12", "SK-36")
    assert (("2023-03-20", "2023-03-20", "SK-36") in runs) == visit_first
    assert runs[-1] == (plus(end, 1), "2023-09-10", "SK-38")
    assert history.used(LATER, "outpatient_days.injury") == {"i1": (90, 90)}


def test_sk_39_days_worn_grow_day_by_day() -> None:
    history = injured()
    history.worn("2023-03-05", "2023-03-14")
    assert [history.pays(day).get(OUT, 0) for day in ("2023-03-04", "2023-03-05", "2023-03-10", "2023-03-31")] == [
        0,
        2_500,
        15_000,
        25_000,
    ]


def test_sk_39_the_units_of_each_day_are_those_still_held() -> None:
    history = injured("2")
    history.add("CoverageChanged", effective_on="2023-03-08", plan=plan("1"))
    history.worn("2023-03-05", "2023-03-10")
    assert [run[1:] for run in history.runs(LATER, OUT)] == [
        ("2023-03-05", "2023-03-07", 15_000),
        ("2023-03-08", "2023-03-10", 7_500),
    ]


# ---- SK-40: modes ----------------------------------------------------------------------------------------------------

MODES: list[tuple[dict[str, Any], bool, bool]] = [
    ({"mode": "clinic"}, True, True),
    ({"mode": "house_call"}, True, True),
    ({"mode": "home_visit"}, True, True),
    ({"mode": "home_nursing"}, False, False),
    ({"mode": "judo_therapist"}, False, True),
    ({"mode": "massage_acupuncture"}, False, False),
    ({"mode": "massage_acupuncture", "doctor_consent": False}, False, False),
    ({"mode": "massage_acupuncture", "doctor_consent": True}, True, True),
    ({"mode": "other_therapy"}, False, False),
]


@pytest.mark.parametrize(("mode", "sick", "hurt"), MODES)
def test_sk_40_which_modes_count(mode: dict[str, Any], sick: bool, hurt: bool) -> None:
    history = hospitalised()
    history.injury("i1", ACCIDENT)
    history.visit("2023-05-20", "c1", **mode)
    history.visit("2023-05-21", "i1", **mode)
    assert [becomes for _, becomes in visits(history)] == [2_500 if sick else "SK-40", 2_500 if hurt else "SK-40"]


@pytest.mark.parametrize(("day", "becomes"), [("2019-12-31", "SK-40"), ("2020-01-01", 2_500)])
def test_sk_40_home_visits_where_the_stay_or_the_accident_starts_from_2020_on(day: str, becomes: object) -> None:
    history = Seikatsu(period=("2019-01-01", "2021-01-01"))
    history.sickness("c1", "2019-02-01")
    history.injury("i1", day)
    history.stay("s1", day, day, "c1")
    history.visit("2020-01-10", "c1", mode="home_visit")
    history.visit("2020-01-11", "i1", mode="home_visit")
    assert [becomes for _, becomes in visits(history)] == [becomes, becomes]


def test_sk_33_a_check_up_is_no_visit_and_sk_35_an_excluded_condition_has_none() -> None:
    history = hospitalised()
    history.injury("i1", ACCIDENT, exclusion="drunk_driving")
    history.visit("2023-05-20", "c1", purpose="checkup")
    history.visit("2023-05-21", "i1")
    history.worn("2023-05-22", "2023-05-23")
    assert [becomes for _, becomes in visits(history)] == ["SK-33", "SK-35", "SK-35"]
