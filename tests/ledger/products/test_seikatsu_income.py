"""SK-80 to SK-82: what ends income in long disability and what does not, month by month."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.seikatsu_history import INSURED, Seikatsu, plan
from tests.ledger.products.test_seikatsu_income_care import PLAN, income, months, reported, unable_for, worker

TO_JANUARY = 146_667
"""What the 22 days of January 2024 pay of a disability from 2023-01-10 on."""


def declined(history: Seikatsu, day: str) -> set[str]:
    return {b["rules"][-1] for b in history.on(day)["benefits"] if b["decision"] == "declined"}


def test_sk_80_without_the_option_there_is_no_line() -> None:
    history = Seikatsu()
    history.sickness(onset="2023-01-10")
    history.add("WorkDisabilityStarted", disability_id="d1", disabled_on="2023-01-10", condition_id="c1")
    unable_for(history, 20)
    assert history.on("2024-06-30")["benefits"] == []


def test_sk_80_a_disability_has_its_own_reports() -> None:
    history = unable_for(worker(), 14)
    history.add("WorkDisabilityStarted", disability_id="d2", disabled_on="2023-02-01", condition_id="c1")
    for month in months("2023-02", 14):
        history.add(
            "WorkIncomeReported", disability_id="d2", month=month, usual_income=PLAN, recovered_income=PLAN, benefits_received=0,
            totally_unable=False,
        )  # fmt: skip
    assert income(history, "2024-02-29") == TO_JANUARY + PLAN


def test_sk_80_day_365_is_the_last_of_the_waiting() -> None:
    """Disabled on 1 February: day 365 is 31 January, and of the month after it nothing need be reported."""
    history = worker(onset="2023-02-01", disabled_on="2023-02-01")
    for month in (*months("2023-02", 12), "2024-03"):
        reported(history, month)
    assert income(history, "2024-03-31") == PLAN


def test_sk_81_one_day_of_a_month_is_a_thirtieth() -> None:
    """Disabled on 31 January: day 366 is 31 January, the only day of its month that is paid."""
    history = worker(onset="2023-01-31", disabled_on="2023-01-31")
    unable_for(history)
    assert income(history, "2024-01-31") == 6_667


def test_sk_81_a_month_that_pays_nothing_has_no_line() -> None:
    history = unable_for(worker())
    reported(history, "2024-02", 200_000, 150_000)
    assert [b["from"] for b in history.on("2024-02-29")["benefits"]] == ["2024-01-10"]


def test_sk_35_an_exclusion_declines_income() -> None:
    history = Seikatsu(more={"income": {"monthly": PLAN}})
    history.sickness(onset="2023-01-10", exclusion="drunk_driving")
    history.add("WorkDisabilityStarted", disability_id="d1", disabled_on="2023-01-10", condition_id="c1")
    unable_for(history)
    assert declined(history, "2024-01-31") == {"SK-35"}


def test_sk_82_the_first_day_on_which_work_is_resumed_decides_that_of_another_disability_does_not() -> None:
    history = unable_for(worker(), 20)
    history.add("WorkDisabilityStarted", disability_id="d2", disabled_on="2023-02-01", condition_id="c1")
    for disability, day in (("d2", "2024-02-01"), ("d1", "2024-03-01"), ("d1", "2024-04-01")):
        history.add("WorkResumed", disability_id=disability, resumed_on=day)
    assert income(history, "2024-06-30") == TO_JANUARY + PLAN


def test_sk_82_the_first_month_with_an_income_above_80_percent_decides() -> None:
    history = unable_for(worker())
    for month, recovered in (("2024-02", 0), ("2024-03", 240_001), ("2024-04", 0), ("2024-05", 240_001)):
        reported(history, month, recovered)
    assert income(history, "2024-06-30") == TO_JANUARY + PLAN


@pytest.mark.parametrize(("disabled_on", "month", "paid"), [("2023-01-30", "2023-02", True), ("2023-01-31", "2024-01", False)])
def test_sk_82_such_an_income_ends_it_from_the_month_in_which_pay_begins(disabled_on: str, month: str, paid: bool) -> None:
    """Day 366 of 31 January is again a 31 January, the last day of the month. Who is unable to work may have an income all the same."""
    history = worker(onset="2023-01-30", disabled_on=disabled_on)
    for one in months("2023-01", 15):
        reported(history, one, 240_001 if one == month else 0, unable=True)
    assert (income(history, "2024-03-31") > 0) is paid


@pytest.mark.parametrize(("person", "pays"), [("p1", TO_JANUARY + 100_000), ("m1", TO_JANUARY + 2 * PLAN)])
def test_sk_82_the_death_of_the_insured_alone_ends_it(person: str, pays: int) -> None:
    history = unable_for(worker(), 15)
    history.add("PersonDied", person_id=person, died_on="2024-02-15")
    assert income(history, "2024-06-30") == pays


def test_sk_82_where_a_correction_takes_the_day_of_birth_away_no_age_ends_it() -> None:
    issued: dict[str, Any] = {"product": "seikatsu", "period_start": "2023-01-01", "period_end": "2024-01-01"}
    history = Seikatsu(insured=INSURED | {"birth_date": "1965-05-05"})
    history.renewed(*range(2024, 2036))
    history.add("CoverageChanged", effective_on="2023-01-02", plan=plan(income={"monthly": PLAN}))
    history.sickness(onset="2023-01-10")
    history.add("WorkDisabilityStarted", disability_id="d1", disabled_on="2023-01-10", condition_id="c1")
    unable_for(history, 60)
    assert history.on("2028-01-01")["benefits"][-1]["to"] == "2027-01-09"
    history.add("FactAmended", target=history.issued, data=issued | {"plan": plan(), "insured": {"person_id": "p1"}}, reason="not known")
    assert history.on("2028-01-01")["benefits"][-1]["to"] == "2027-12-31"


def test_sk_82_of_two_days_of_death_recorded_the_earlier_ends_it() -> None:
    history = unable_for(worker(), 20)
    for day in ("2024-03-15", "2024-02-15"):
        history.add("PersonDied", person_id="p1", died_on=day)
    assert income(history, "2024-06-30") == TO_JANUARY + 100_000


@pytest.mark.parametrize(("onset", "rules"), [("2022-12-31", {"SK-80"}), ("2023-01-01", set())])
def test_sk_80_a_sickness_begins_with_what_it_follows_from(onset: str, rules: set[str]) -> None:
    history = Seikatsu(more={"income": {"monthly": PLAN}})
    history.renewed(2024)
    history.sickness("c0", onset=onset)
    history.sickness(onset="2023-01-10", caused_by=["c0"])
    history.add("WorkDisabilityStarted", disability_id="d1", disabled_on="2023-01-10", condition_id="c1")
    assert declined(unable_for(history), "2024-01-31") == rules


def hurt(accident: str, *rescinded: tuple[str, list[str]]) -> Seikatsu:
    """Disabled on 2023-01-10 by an accident; the option is held from 2023-01-01."""
    history = Seikatsu(more={"income": {"monthly": PLAN}})
    history.renewed(2024)
    history.sickness(onset="2022-06-01")
    history.injury(accident=accident, caused_by=["c1"])
    history.add("WorkDisabilityStarted", disability_id="d1", disabled_on="2023-01-10", condition_id="i1")
    for day, unrelated in rescinded:
        history.add("PolicyRescinded", rescinded_on=day, ground="disclosure", unrelated_conditions=unrelated)
    return unable_for(history)


@pytest.mark.parametrize(("accident", "rules"), [("2022-12-31", {"SK-80"}), ("2023-01-01", set())])
def test_sk_80_the_onset_of_an_injury_is_its_accident_whatever_led_to_it(accident: str, rules: set[str]) -> None:
    assert declined(hurt(accident), "2024-01-31") == rules


@pytest.mark.parametrize(
    ("accident", "rescinded_on", "rules"),
    [
        ("2023-01-09", "2023-01-10", {"KR-04"}), ("2023-01-09", "2023-01-11", set()), ("2023-01-09", "2023-01-08", {"KR-04"}),
        ("2022-12-31", "2023-01-08", {"SK-80"}),
    ],
)  # fmt: skip
def test_kr_04_a_disability_from_the_rescission_on_is_declined_for_that(accident: str, rescinded_on: str, rules: set[str]) -> None:
    """Though the condition is unrelated to what was not disclosed, the contract had ended; the accident is not asked about (SK-80)."""
    assert declined(hurt(accident, (rescinded_on, ["i1"])), "2024-01-31") == rules
