"""Seikatsu: what the medical reassurance riders pay for stays (SK-21, SK-61 to SK-65)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu, plan, plus

LATER = "2030-01-01"
FIRST = "2023-02-01"
LUMPS = {"medical_lump_sum": True}


def stay_of(
    n: int, riders: dict[str, Any], icd10: str = "K35.8", units: str = "1", hospital_type: int = 365, **more: Any
) -> Seikatsu:
    """One stay of n days from 1 February on."""
    history = Seikatsu(units, riders, hospital_type)
    history.renewed(2024, 2025)
    history.sickness("c1", "2023-01-05", icd10)
    history.stay("s1", FIRST, plus(FIRST, n - 1), **more)
    return history


def reached(history: Seikatsu, benefit: str, on: str = LATER) -> list[tuple[str, str]]:
    """The lump sums paid, as (hospitalisation, day)."""
    return [(run[0], run[1]) for run in history.runs(on, benefit) if run[3] == 50_000]


# ---- SK-61: cancer, from day 366 -------------------------------------------------------------------------------------

LONG = {"cancer_long_stay": True}


@pytest.mark.parametrize(("n", "paid"), [(365, 0), (366, 1), (400, 35), (900, 535)])
@pytest.mark.parametrize("hospital_type", [365, 60])
def test_sk_61_cancer_pays_from_day_366_without_limit_whatever_the_hospital_type(
    n: int, paid: int, hospital_type: int
) -> None:
    history = stay_of(n, LONG, "C34.1", hospital_type=hospital_type)
    assert history.pays(LATER).get("cancer_long_stay", 0) == paid * 10_000
    if paid:
        assert history.runs(LATER, "cancer_long_stay")[0][1] == plus(FIRST, 365)


@pytest.mark.parametrize(("units", "a_day"), [("E", 5_000), ("1", 10_000), ("3", 30_000)])
def test_sk_61_by_unit(units: str, a_day: int) -> None:
    assert stay_of(366, LONG, "D05.1", units).pays(LATER)["cancer_long_stay"] == a_day


def test_sk_61_for_cancer_alone_as_direct_cause() -> None:
    assert "cancer_long_stay" not in stay_of(400, LONG, "E11.9").pays(LATER)


@pytest.mark.parametrize(("gap", "paid"), [(180, 5), (181, 0)])
def test_sk_61_joined_stays_count_together(gap: int, paid: int) -> None:
    history = stay_of(360, LONG, "C34.1")
    again = plus(FIRST, 359 + gap)
    history.stay("s2", again, plus(again, 9))
    assert history.pays(LATER).get("cancer_long_stay", 0) == paid * 10_000


# ---- SK-62: medical lump sums ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "days"), [(4, []), (5, [5]), (6, [5])])
def test_sk_62_lump_admission_on_reaching_5_days(n: int, days: list[int]) -> None:
    assert reached(stay_of(n, LUMPS), "lump_admission") == [("s1", plus(FIRST, day - 1)) for day in days]


@pytest.mark.parametrize(
    ("n", "days"),
    [
        (89, []),
        (90, [90]),
        (179, [90]),
        (180, [90, 180]),
        (270, [90, 180, 270]),
        (359, [90, 180, 270]),
        (360, [90, 180, 270, 360]),
        (460, [90, 180, 270, 360]),
    ],
)
def test_sk_62_lump_long_at_each_of_four_counts(n: int, days: list[int]) -> None:
    history = stay_of(n, LUMPS)
    assert reached(history, "lump_long") == [("s1", plus(FIRST, day - 1)) for day in days]
    assert history.used(LATER, "lump_long.stay") == ({"s1": (len(days), 4)} if days else {})


def test_sk_62_lump_sums_count_from_the_day_reached() -> None:
    history = stay_of(100, LUMPS)
    assert history.pays(plus(FIRST, 3)) == {"hospital_daily": 20_000}
    assert history.pays(plus(FIRST, 4)) == {"hospital_daily": 25_000, "lump_admission": 50_000}
    assert "lump_long" not in history.pays(plus(FIRST, 88))
    assert "lump_discharge" not in history.pays(plus(FIRST, 98))
    assert history.pays(plus(FIRST, 99)) == {
        "hospital_daily": 500_000,
        "lump_admission": 50_000,
        "lump_long": 50_000,
        "lump_discharge": 50_000,
    }


@pytest.mark.parametrize(
    ("n", "alive", "paid"),
    [(13, True, False), (14, True, True), (14, False, False), (365, False, False), (366, False, True)],
)
def test_sk_62_lump_discharge_on_discharge_alive_after_14_days_or_on_passing_365(
    n: int, alive: bool, paid: bool
) -> None:
    day = plus(FIRST, min(n, 366) - 1)
    assert reached(stay_of(n, LUMPS, alive=alive), "lump_discharge") == ([("s1", day)] if paid else [])


def test_sk_62_no_lump_discharge_while_the_discharge_is_not_known() -> None:
    history = Seikatsu(riders=LUMPS)
    history.sickness()
    history.stay("s1", FIRST, None)
    history.add("StayConfirmed", stay_id="s1", through=plus(FIRST, 30))
    assert reached(history, "lump_discharge") == []


def test_sk_62_once_due_lump_discharge_stays_though_a_stay_joins_later() -> None:
    history = stay_of(20, LUMPS)
    again = plus(FIRST, 60)
    history.stay("s2", again, plus(again, 9), alive=False)
    for day in (plus(FIRST, 19), plus(again, -1), again, LATER):
        assert reached(history, "lump_discharge", day) == [("s1", plus(FIRST, 19))], day


@pytest.mark.parametrize(("days_before", "discharged"), [(13, "second"), (14, "first")])
def test_sk_62_the_first_discharge_on_or_after_the_14th_day_decides(days_before: int, discharged: str) -> None:
    history = stay_of(days_before, LUMPS)
    again = plus(FIRST, 60)
    history.stay("s2", again, plus(again, 9))
    day = {"first": plus(FIRST, days_before - 1), "second": plus(again, 9)}[discharged]
    assert reached(history, "lump_discharge") == [("s1", day)]


def test_sk_62_a_transfer_is_no_discharge() -> None:
    history = stay_of(20, LUMPS)
    moved = plus(FIRST, 19)
    history.stay("s2", moved, plus(moved, 9))
    assert reached(history, "lump_discharge") == [("s1", plus(moved, 9))]


def test_sk_62_an_inner_stay_s_end_is_no_discharge_from_the_outer_one() -> None:
    history = stay_of(40, LUMPS)
    history.stay("s2", plus(FIRST, 15), plus(FIRST, 20))
    assert reached(history, "lump_discharge") == [("s1", plus(FIRST, 39))]


def test_sk_62_not_per_unit() -> None:
    assert stay_of(5, LUMPS, units="4").pays(LATER) == {"hospital_daily": 100_000, "lump_admission": 50_000}


def test_sk_62_days_of_declined_stays_do_not_count() -> None:
    history = stay_of(3, LUMPS)
    history.stay("s2", plus(FIRST, 10), plus(FIRST, 20), purpose="checkup")
    assert "lump_admission" not in history.pays(LATER)


@pytest.mark.parametrize("hospital_type", [365, 60])
def test_sk_62_days_that_a_limit_alone_leaves_unpaid_do_count(hospital_type: int) -> None:
    history = stay_of(230, LUMPS, hospital_type=hospital_type)
    assert {k: v for k, v in history.pays(LATER).items() if k != "hospital_daily"} == {
        "lump_admission": 50_000,
        "lump_long": 100_000,
        "lump_discharge": 50_000,
    }


def test_sk_62_a_rider_not_held_on_the_first_admission_day_has_no_line() -> None:
    history = stay_of(10, {})
    history.add("CoverageChanged", effective_on=plus(FIRST, 1), plan=plan(riders=LUMPS))
    assert history.runs(LATER, "lump_admission") == []


@pytest.mark.parametrize(("onset", "becomes"), [("2023-01-31", "SK-04"), ("2023-02-01", 50_000)])
def test_sk_62_a_rider_added_later_covers_what_begins_after_it(onset: str, becomes: object) -> None:
    history = Seikatsu()
    history.add("CoverageChanged", effective_on="2023-02-01", plan=plan(riders=LUMPS))
    history.sickness("c1", onset)
    history.stay("s1", "2023-03-01", "2023-03-05")
    assert [run[3] for run in history.runs(LATER, "lump_admission")] == [becomes]
    assert history.pays(LATER)["hospital_daily"] == 25_000


def test_sk_05_a_rider_s_declined_lines_change_their_clause_730_days_after_its_entry() -> None:
    history = Seikatsu(riders=LUMPS, period=("2023-01-01", "2026-01-01"))
    history.add("CoverageChanged", effective_on="2023-02-01", plan=plan(riders=LUMPS | {"three_diseases": "A"}))
    history.sickness("c1", "2023-01-10", "I21.0")
    turn = plus("2023-02-01", 730)
    history.stay("s1", plus(turn, -10), plus(turn, 9))
    assert history.runs(LATER, "three_daily") == [
        ("s1", plus(turn, -3), plus(turn, -1), "SK-04"),
        ("s1", turn, plus(turn, 9), "SK-05"),
    ]


# ---- SK-21: joined for lump sums -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gap", "paid"), [(178, 1), (179, 1), (180, 0), (181, 0)])
def test_sk_21_lump_sums_join_within_180_days_counted_from_the_discharge_day(gap: int, paid: int) -> None:
    history = stay_of(3, LUMPS)
    again = plus(FIRST, 2 + gap)
    history.stay("s2", again, plus(again, 2))
    assert len(reached(history, "lump_admission")) == paid
    assert history.used(LATER, "hospital_days.stay")["s1"] == ((6, 365) if gap <= 180 else (3, 365))


def test_sk_21_is_named_by_what_a_later_stay_reached_and_changes_nothing_that_was_reached_before() -> None:
    history = stay_of(9, LUMPS | {"three_diseases": "A"}, icd10="I63.9")
    before = history.on(LATER)["benefits"]
    history.stay("s2", plus(FIRST, 60), plus(FIRST, 64))
    after = history.on(LATER)["benefits"]
    assert [line for line in after if line in before] == before
    assert [(line["benefit"], line["rules"]) for line in after if line not in before] == [
        ("hospital_daily", ["SK-20", "SK-30"]),
        ("three_daily", ["SK-20", "SK-65"]),
        ("lump_discharge", ["SK-21", "SK-62"]),
    ]


def test_sk_21_180_days_apart_each_has_its_own_lump_sums_in_one_hospitalisation_of_days() -> None:
    history = stay_of(5, LUMPS)
    again = plus(FIRST, 4 + 180)
    history.stay("s2", again, plus(again, 4))
    assert reached(history, "lump_admission") == [("s1", plus(FIRST, 4)), ("s2", plus(again, 4))]
    assert history.used(LATER, "hospital_days.stay") == {"s1": (10, 365)}


# ---- SK-63: injuries -------------------------------------------------------------------------------------------------

ACCIDENT = "2023-02-01"


def injured(hospital_type: int = 365) -> Seikatsu:
    history = Seikatsu(riders=LUMPS, hospital_type=hospital_type)
    history.renewed(2024, 2025)
    history.injury(accident=ACCIDENT)
    return history


@pytest.mark.parametrize(("n", "paid"), [(179, True), (180, False)])
def test_sk_63_only_if_a_stay_begins_within_180_days_from_the_accident(n: int, paid: bool) -> None:
    history = injured()
    first = plus(ACCIDENT, n)
    history.stay("s1", first, plus(first, 4), "i1")
    assert reached(history, "lump_admission") == ([("s1", plus(first, 4))] if paid else [])


def test_sk_63_stays_that_begin_within_180_days_add_up_however_far_apart() -> None:
    history = injured()
    history.stay("s1", ACCIDENT, plus(ACCIDENT, 1), "i1")
    late = plus(ACCIDENT, 179)
    history.stay("s2", late, plus(late, 11), "i1")
    history.stay("s3", plus(late, 20), plus(late, 30), "i1")
    assert reached(history, "lump_admission") == [("s1", plus(late, 2))]
    assert reached(history, "lump_discharge") == [("s1", plus(late, 11))]


@pytest.mark.parametrize(("start", "counts"), [(4, 4), (5, 4), (6, 3)])
def test_sk_63_the_90_day_counts_take_days_within_365_days_from_the_accident(start: int, counts: int) -> None:
    history = injured()
    first = plus(ACCIDENT, start)
    history.stay("s1", first, plus(first, 399), "i1")
    assert len(reached(history, "lump_long")) == counts
    assert reached(history, "lump_discharge") == [("s1", plus(first, 365))]


def test_sk_63_days_that_count_as_sickness_stay_with_the_accident_for_lump_sums() -> None:
    history = injured(60)
    history.stay("s1", ACCIDENT, plus(ACCIDENT, 299), "i1")
    assert reached(history, "lump_long") == [("s1", plus(ACCIDENT, n - 1)) for n in (90, 180, 270)]
    assert history.pays(LATER)["hospital_daily"] == 120 * 5_000


def test_sk_63_the_rider_is_held_on_the_day_of_the_accident_and_of_the_admission() -> None:
    history = injured()
    history.add("CoverageChanged", effective_on="2023-03-01", plan=plan())
    history.stay("s1", "2023-02-10", "2023-02-20", "i1")
    history.stay("s2", "2023-03-10", "2023-03-30", "i1")
    assert reached(history, "lump_admission") == [("s1", "2023-02-14")]
    assert [run[3] for run in history.runs(LATER, "lump_discharge")] == ["SK-04a"]


# ---- SK-64, SK-65: three diseases ------------------------------------------------------------------------------------

COURSES = [("A", 235_000, 5_000), ("B", 470_000, 10_000), ("C", 1_000_000, 10_000), ("D", 3_000_000, 10_000)]


@pytest.mark.parametrize(("course", "lump", "a_day"), COURSES)
def test_sk_64_sk_65_each_course_pays_at_day_8_and_from_it_on(course: str, lump: int, a_day: int) -> None:
    pays = stay_of(10, {"three_diseases": course}, "I21.4", units="4").pays(LATER)
    assert (pays["three_lump"], pays["three_daily"]) == (lump, 3 * a_day)


@pytest.mark.parametrize(("n", "lump", "days"), [(7, 0, 0), (8, 235_000, 1), (9, 235_000, 2)])
def test_sk_64_sk_65_from_8_days_on(n: int, lump: int, days: int) -> None:
    pays = stay_of(n, {"three_diseases": "A"}, "I63.9").pays(LATER)
    assert (pays.get("three_lump", 0), pays.get("three_daily", 0)) == (lump, days * 5_000)


@pytest.mark.parametrize(
    ("icd10", "held"), [("D09", True), ("I60", True), ("I62", False), ("I20.9", False), ("E11.9", False)]
)
def test_sk_64_for_a_three_disease_cause_alone(icd10: str, held: bool) -> None:
    assert ("three_lump" in stay_of(8, {"three_diseases": "A"}, icd10).pays(LATER)) == held


@pytest.mark.parametrize(("gap", "lump", "days"), [(179, 235_000, 3), (180, 0, 3), (181, 0, 0)])
def test_sk_64_sk_65_the_lump_joins_by_sk_21_the_days_by_sk_20(gap: int, lump: int, days: int) -> None:
    history = stay_of(5, {"three_diseases": "A"}, "I21.0")
    again = plus(FIRST, 4 + gap)
    history.stay("s2", again, plus(again, 4))
    pays = history.pays(LATER)
    assert (pays.get("three_lump", 0), pays.get("three_daily", 0)) == (lump, days * 5_000)


@pytest.mark.parametrize(("n", "days"), [(126, 119), (127, 120), (128, 120)])
def test_sk_65_120_days_of_the_hospitalisations_that_start_in_one_period(n: int, days: int) -> None:
    history = stay_of(n, {"three_diseases": "B"}, "C50.4")
    assert history.pays(LATER)["three_daily"] == days * 10_000
    assert history.used(LATER, "three_days.period") == {"2023-01-01": (days, 120)}


def test_sk_65_a_second_hospitalisation_of_the_period_takes_what_is_left_one_of_the_next_starts_afresh() -> None:
    history = Seikatsu(riders={"three_diseases": "A"})
    history.renewed(2024)
    for i, (first, n) in enumerate((("2023-01-10", 100), ("2023-06-01", 50), ("2024-02-01", 20))):
        history.sickness(f"c{i}", "2023-01-05", "C34.1")
        history.stay(f"s{i}", first, plus(first, n - 1), f"c{i}")
    assert [run[3] for run in history.runs(LATER, "three_daily")] == [93 * 5_000, 27 * 5_000, 0, 13 * 5_000]
    assert history.used("2024-06-01", "three_days.period") == {"2023-01-01": (120, 120), "2024-01-01": (13, 120)}


def test_sk_65_the_limit_of_the_period_is_shown_where_the_rider_is_held() -> None:
    history = Seikatsu(riders={"three_diseases": "A"})
    assert history.used("2023-01-01", "three_days.period") == {"2023-01-01": (0, 120)}
    assert Seikatsu().used("2023-01-01", "three_days.period") == {}


def test_sk_65_days_that_the_hospital_limit_leaves_unpaid_count() -> None:
    history = stay_of(70, {"three_diseases": "A"}, "C34.1", hospital_type=60)
    assert history.pays(LATER)["three_daily"] == 63 * 5_000
