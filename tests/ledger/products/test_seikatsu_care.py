"""SK-85 to SK-87: what begins, carries on and ends a state of care, and which plan it is measured by."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import Seikatsu, plan

END = "2024-12-31"
CARE = {"lump_sum": 3_000_000, "annuity": 600_000, "min_level": "care2"}


def certified(
    history: Seikatsu, valid_from: str = "2023-04-05", valid_to: str = "2024-04-04", level: str = "care3", **more: Any
) -> str:
    span = {"certified_on": valid_from, "valid_from": valid_from, "valid_to": valid_to}
    return history.add("CareCertified", person_id="p1", level=level, **span, **more)


def cared() -> Seikatsu:
    history = Seikatsu(more={"care": CARE})
    history.renewed(2024)
    return history


def annuities(history: Seikatsu) -> list[tuple[Any, ...]]:
    return [(first, last) for _, first, last, _ in history.runs(END, "care_annuity")]


def test_sk_85_ended_on_the_first_day_of_the_next_certificate() -> None:
    history = cared()
    certified(history, "2023-04-05", "2023-09-30")
    certified(history, "2023-10-01", "2024-09-30")
    history.add("CareEnded", person_id="p1", ended_on="2023-10-01")

    assert annuities(history) == [("2023-07-04", "2023-10-01")]


def test_sk_85_what_ended_before_a_certificate_does_not_end_it() -> None:
    history = cared()
    history.add("CareEnded", person_id="p1", ended_on="2023-04-04")
    certified(history)

    assert annuities(history) == [("2023-07-04", "2024-04-04")]


def test_sk_85_the_end_of_another_person_s_care_is_not_the_insured_s() -> None:
    history = cared()
    certified(history)
    history.add("CareEnded", person_id="m1", ended_on="2023-07-10")

    assert annuities(history) == [("2023-07-04", "2024-04-04")]


@pytest.mark.parametrize(("person_id", "last"), [("p1", "2023-07-10"), ("m1", "2024-04-04")])
def test_sk_85_the_death_of_the_insured_ends_it(person_id: str, last: str) -> None:
    history = cared()
    certified(history)
    history.add("PersonDied", person_id=person_id, died_on="2023-07-10")

    assert annuities(history) == [("2023-07-04", last)]


def test_sk_85_the_next_certificate_ends_the_one_before_not_a_later_one() -> None:
    history = cared()
    certified(history)
    certified(history, "2023-10-01", "2023-11-30", "care1")
    certified(history, "2024-01-01", "2024-03-31", "care1")

    assert annuities(history) == [("2023-07-04", "2023-09-30")]


@pytest.mark.parametrize(("raised", "held"), [("2023-04-05", False), ("2023-04-06", True)])
def test_sk_85_the_level_is_that_of_the_plan_on_the_first_day_of_the_certificate(raised: str, held: bool) -> None:
    history = cared()
    history.add("CoverageChanged", effective_on=raised, plan=plan(care=CARE | {"min_level": "care4"}))
    certified(history)

    assert bool(annuities(history)) is held


def test_sk_35_care_for_an_excluded_condition_is_declined() -> None:
    history = cared()
    history.sickness(exclusion="drunk_driving")
    certified(history, condition_id="c1")

    assert [run[3] for run in history.runs(END, "care_lump") + history.runs(END, "care_annuity")] == ["SK-35", "SK-35"]


@pytest.mark.parametrize(("following", "rests_on"), [("2023-07-04", 2), ("2023-07-05", 1)])
def test_sk_86_the_lump_sum_rests_on_the_certificates_to_the_day_it_qualifies(following: str, rests_on: int) -> None:
    history = cared()
    certified(history)
    certified(history, following, "2024-04-04")

    [lump] = [line for line in history.on(END)["benefits"] if line["benefit"] == "care_lump"]
    assert len(lump["events"]) == rests_on


def test_sk_87_a_state_that_begins_after_the_option_is_dropped_has_no_line() -> None:
    history = cared()
    history.add("CoverageChanged", effective_on="2023-02-01", plan=plan())
    certified(history)

    assert history.on(END)["benefits"] == []
