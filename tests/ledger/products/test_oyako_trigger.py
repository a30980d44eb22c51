"""Oyako: the trigger and the target period (OY-01, OY-02), and the costs in and out of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.oyako_history import BALANCE, TRIGGER, Oyako, triggered

LATER = "2036-01-01"


# ---- OY-01: the trigger ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["care2", "care3", "care4", "care5"])
def test_oy_01_care2_to_care5_are_state_b(level: str) -> None:
    history = triggered(level=level)
    history.cost("2024-06-30")

    assert history.care("2024-06-30") == {"k1": 10_000}


@pytest.mark.parametrize("level", ["independent", "support1", "support2", "care1"])
def test_oy_01_below_care2_is_no_state_b(level: str) -> None:
    history = triggered(level=level)
    history.cost("2024-06-30")

    assert history.care("2024-06-30") == {"k1": "OY-01"}
    assert history.state("2024-06-30")[0] == "in_force"
    assert history.on("2024-06-30")["limits"] == []


@pytest.mark.parametrize(("dementia", "met"), [(None, False), ("none", False), ("I", False), ("IIa", True), ("IIb", True),
                                               ("IIIa", True), ("IIIb", True), ("IV", True), ("M", True)])  # fmt: skip
def test_oy_01_care1_with_dementia_from_iia_is_state_a(dementia: str | None, *, met: bool) -> None:
    history = triggered(level="care1", **({"dementia": dementia} if dementia else {}))
    history.cost("2024-06-30")

    assert history.care("2024-06-30") == {"k1": 10_000 if met else "OY-01"}


def test_oy_01_dementia_makes_no_state_a_of_support2() -> None:
    history = triggered(level="support2", dementia="M")
    history.cost("2024-06-30")

    assert history.care("2024-06-30") == {"k1": "OY-01"}


def test_oy_01_the_certificate_of_another_person_is_no_trigger() -> None:
    history = triggered(person_id="m2")
    history.cost("2024-06-30")

    assert history.care("2024-06-30") == {"k1": "OY-01"}
    assert history.state("2024-06-30")[0] == "in_force"


def test_oy_01_the_trigger_day_is_the_first_day_of_validity_not_of_the_certification() -> None:
    history = Oyako()
    history.certified("2024-06-01", certified_on="2024-07-10")
    history.cost("2024-06-01")

    assert history.care("2024-06-01") == {"k1": 10_000}
    assert history.limit(BALANCE, "2024-06-01") == ("2024-06-01", 5_000_000, 10_000, "2024-06-01", "2034-05-31")


def test_oy_01_before_the_trigger_comes_into_view_a_cost_is_declined_and_there_is_no_limit() -> None:
    history = triggered()
    history.cost("2024-05-31")

    assert history.care("2024-05-31") == {"k1": "OY-01"}
    assert history.on("2024-05-31")["limits"] == []
    assert history.care("2024-06-01") == {"k1": "OY-02"}


@pytest.mark.parametrize(("valid_from", "cost"), [("2025-04-01", 10_000), ("2025-04-02", "OY-01")])
def test_oy_01_the_last_day_of_the_period_is_inside_it(valid_from: str, cost: object) -> None:
    history = Oyako()
    history.certified(valid_from)
    history.cost("2025-06-01")

    assert history.care("2025-06-01") == {"k1": cost}


def test_oy_01_a_trigger_in_a_renewed_period() -> None:
    history = Oyako()
    history.renewed(2025)
    history.certified("2025-04-02")
    history.cost("2025-06-01")

    assert history.care("2025-06-01") == {"k1": 10_000}


def test_oy_01_the_first_time_is_the_first_even_where_no_period_covered_it() -> None:
    history = Oyako()
    history.renewed(2026)
    history.certified("2025-06-01", "2025-12-31")
    history.certified("2026-06-01")
    history.cost("2026-07-01")

    assert history.care("2026-07-01") == {"k1": "OY-01"}


def test_oy_01_care_that_ended_before_the_start_is_not_the_first_time() -> None:
    history = Oyako()
    history.certified("2023-01-01", "2024-03-31")
    history.certified("2024-06-01")
    history.cost("2024-07-01")

    assert history.care("2024-07-01") == {"k1": 10_000}
    assert history.limit(BALANCE, "2024-07-01")[0] == "2024-06-01"


def test_oy_01_a_higher_level_later_is_no_second_trigger() -> None:
    history = triggered()
    history.certified("2024-12-01", level="care5")
    history.cost("2024-12-31")

    assert history.limit(BALANCE, "2024-12-31")[0] == TRIGGER


def test_oy_01_care1_without_dementia_first_then_care2() -> None:
    history = Oyako()
    history.certified("2024-05-01", level="care1")
    history.certified("2024-08-01")
    history.cost("2024-08-01")

    assert history.care("2024-08-01") == {"k1": 10_000}
    assert history.limit(BALANCE, "2024-08-01")[0] == "2024-08-01"


@pytest.mark.parametrize(("first", "second", "met"), [("care1", "care3", True), ("care3", "care1", False)])
def test_oy_01_of_two_certificates_from_one_day_the_last_certified_counts(
    first: str, second: str, *, met: bool
) -> None:
    history = Oyako()
    history.certified(TRIGGER, level=second, certified_on="2024-07-02")
    history.certified(TRIGGER, level=first, certified_on="2024-07-01")
    history.cost("2024-07-01")

    assert history.care("2024-07-01") == {"k1": 10_000 if met else "OY-01"}


def test_oy_01_a_retracted_certificate_takes_the_trigger_back() -> None:
    history = Oyako()
    certificate = history.certified(TRIGGER)
    history.cost("2024-06-30")
    history.add("FactRetracted", target=certificate, reason="another person's card")

    assert history.care("2024-06-30") == {"k1": "OY-01"}
    assert history.state("2024-06-30")[0] == "in_force"
    assert history.on("2024-06-30")["limits"] == []


# ---- OY-02: the target period ---------------------------------------------------------------------------------------


def costs_by_day(history: Oyako, *days: str, on: str = LATER) -> list[object]:
    """What becomes of a cost on each of the days."""
    for day in days:
        history.cost(day)
    return [history.care(on)[f"k{n + 1}"] for n in range(len(days))]


PAID = 10_000


def test_oy_02_ten_years_the_trigger_day_included() -> None:
    history = triggered()

    assert costs_by_day(history, "2024-05-31", "2024-06-01", "2034-05-31", "2034-06-01") == [
        "OY-02",
        PAID,
        PAID,
        "OY-02",
    ]


def test_oy_02_ten_years_from_29_february_end_on_28_february() -> None:
    history = Oyako(period=("2023-04-01", "2024-04-01"))
    history.certified("2024-02-29")

    assert costs_by_day(history, "2034-02-28", "2034-03-01") == [PAID, "OY-02"]
    assert history.limit(BALANCE, LATER)[4] == "2034-02-28"


@pytest.mark.parametrize("person", ["m1", "p1"])
def test_oy_02_the_day_of_the_parents_or_the_childs_death_is_the_last(person: str) -> None:
    history = triggered()
    history.add("PersonDied", person_id=person, died_on="2024-09-10")

    assert costs_by_day(history, "2024-09-10", "2024-09-11") == [PAID, "OY-02"]


def test_oy_02_the_death_of_somebody_else_ends_nothing() -> None:
    history = triggered()
    history.add("PersonDied", person_id="x9", died_on="2024-09-10")

    assert costs_by_day(history, "2024-09-11") == [PAID]


def test_oy_02_a_death_on_the_trigger_day_leaves_one_day() -> None:
    history = triggered()
    history.add("PersonDied", person_id="m1", died_on=TRIGGER)

    assert costs_by_day(history, TRIGGER, "2024-06-02") == [PAID, "OY-02"]
    assert history.state("2024-06-02")[0] == "lapsed"


def test_oy_02_ended_on_is_the_last_day() -> None:
    history = triggered()
    history.add("CareEnded", person_id="m1", ended_on="2024-09-10")

    assert costs_by_day(history, "2024-09-10", "2024-09-11") == [PAID, "OY-02"]


def test_oy_02_the_end_of_another_persons_care_ends_nothing() -> None:
    history = triggered()
    history.add("CareEnded", person_id="m2", ended_on="2024-09-10")

    assert costs_by_day(history, "2024-09-11") == [PAID]


def test_oy_02_an_end_of_care_before_the_trigger_does_not_count() -> None:
    history = triggered()
    history.add("CareEnded", person_id="m1", ended_on="2024-05-31")

    assert costs_by_day(history, TRIGGER) == [PAID]


def test_oy_02_valid_to_is_the_last_day_without_a_next_certificate() -> None:
    history = triggered(valid_to="2025-05-31")

    assert costs_by_day(history, "2025-05-31", "2025-06-01") == [PAID, "OY-02"]


@pytest.mark.parametrize(
    ("valid_from", "continued"), [("2025-05-31", True), ("2025-06-01", True), ("2025-06-02", False)]
)
def test_oy_02_a_certificate_that_starts_by_the_day_after_continues(valid_from: str, *, continued: bool) -> None:
    history = triggered(valid_to="2025-05-31")
    history.certified(valid_from, "2026-05-31")

    assert costs_by_day(history, "2025-05-31", "2025-06-02") == [PAID, PAID if continued else "OY-02"]


def test_oy_02_a_late_recorded_certificate_continues_all_the_same() -> None:
    history = triggered(valid_to="2025-05-31")
    history.cost("2025-07-01")
    history.cost("2026-06-01")
    assert history.care(LATER) == {"k1": "OY-02", "k2": "OY-02"}
    history.certified("2025-12-01", "2026-11-30")
    assert history.care(LATER) == {"k1": "OY-02", "k2": "OY-02"}
    history.certified("2025-06-01", "2025-11-30", certified_on="2026-08-01")

    assert history.care(LATER) == {"k1": PAID, "k2": PAID}


def test_oy_02_a_certificate_takes_the_place_of_a_running_one_with_its_own_end() -> None:
    history = triggered(valid_to="2025-05-31")
    history.certified("2024-12-01", "2025-01-31")

    assert costs_by_day(history, "2025-01-31", "2025-02-01") == [PAID, "OY-02"]


@pytest.mark.parametrize(
    "below",
    [
        {"level": "care1"},
        {"level": "care1", "dementia": "I"},
        {"level": "support2", "dementia": "M"},
        {"level": "independent"},
    ],
)
def test_oy_02_the_day_before_a_certificate_below_is_the_last(below: dict[str, Any]) -> None:
    history = triggered(valid_to="2025-05-31")
    history.certified("2024-12-01", "2025-11-30", **below)

    assert costs_by_day(history, "2024-11-30", "2024-12-01") == [PAID, "OY-02"]


def test_oy_02_from_state_b_to_state_a_the_period_goes_on() -> None:
    history = triggered(valid_to="2025-05-31")
    history.certified("2024-12-01", "2025-11-30", level="care1", dementia="IIa")

    assert costs_by_day(history, "2025-11-30", "2025-12-01") == [PAID, "OY-02"]


@pytest.mark.parametrize(
    "end",
    [
        {"type_": "CareEnded", "person_id": "m1", "ended_on": "2024-09-10"},
        {
            "type_": "CareCertified",
            "person_id": "m1",
            "certified_on": "2024-09-11",
            "valid_from": "2024-09-11",
            "valid_to": "2025-09-10",
            "level": "support1",
        },
    ],
    ids=["ended", "below"],
)
def test_oy_02_after_the_end_no_later_state_opens_a_new_one(end: dict[str, Any]) -> None:
    history = triggered()
    history.add(**end)
    history.renewed(2025)
    history.certified("2025-10-01", level="care5")

    assert costs_by_day(history, "2024-09-10", "2024-09-11", "2025-10-01") == [PAID, "OY-02", "OY-02"]
    assert [row["key"] for row in history.on(LATER)["limits"]] == [TRIGGER] * 4


def test_oy_02_a_certificate_from_the_day_after_the_end_of_care_continues_nothing() -> None:
    history = triggered()
    history.add("CareEnded", person_id="m1", ended_on="2024-09-10")
    history.certified("2024-09-11")

    assert costs_by_day(history, "2024-09-10", "2024-09-11") == [PAID, "OY-02"]


# ---- OY-04: the window as shown -------------------------------------------------------------------------------------


def test_oy_04_limits_are_shown_from_the_trigger_and_their_end_moves_once_it_is_past() -> None:
    history = triggered(valid_to="2025-05-31")

    assert [history.limit(BALANCE, day)[4] for day in (TRIGGER, "2025-05-31", "2025-06-01", LATER)] == [
        "2034-05-31", "2034-05-31", "2025-05-31", "2025-05-31",
    ]  # fmt: skip
    assert [row["limit"] for row in history.on(LATER)["limits"]] == [
        "incidental.total", BALANCE, "parent_care.care_home", "parent_care.home_modification",
    ]  # fmt: skip


@pytest.mark.parametrize("used", [False, True])
def test_oy_04_the_end_moves_for_limits_in_use_alike(*, used: bool) -> None:
    history = triggered()
    if used:
        history.cost("2024-07-01", category="care_home")
    history.add("PersonDied", person_id="m1", died_on="2024-09-10")

    for name in ("incidental.total", BALANCE, "parent_care.care_home", "parent_care.home_modification"):
        assert [history.limit(name, day)[3:] for day in ("2024-09-10", "2024-09-11")] == [
            (TRIGGER, "2034-05-31"),
            (TRIGGER, "2024-09-10"),
        ]


def test_oy_04_after_ten_years_the_unused_limits_are_still_shown() -> None:
    history = triggered()

    assert history.limit(BALANCE, LATER) == (TRIGGER, 5_000_000, 0, TRIGGER, "2034-05-31")
