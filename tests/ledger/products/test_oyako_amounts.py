"""Oyako: causes before the start or an increase (OY-11), and the lower amount after a change of plan (OY-12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.oyako_history import BALANCE, Oyako

MILLION = 1_000_000


def paid_in_full(history: Oyako, trigger: str, **certificate: Any) -> object:
    """What is paid of a cost beyond every plan, used on the trigger day; or the rule that declines it."""
    history.certified(trigger, **certificate)
    history.cost(trigger, 20 * MILLION)
    return history.care(trigger)["k1"]


def renewed(*plans: str) -> Oyako:
    """A policy of the first plan from 2024, renewed each year on the further ones."""
    history = Oyako(plans[0])
    for n, plan in enumerate(plans[1:]):
        history.renewed(2025 + n, plan={"plan": plan})
    return history


# ---- OY-11: before the first start ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cause", "trigger", "paid"), [
    ("2024-03-31", "2025-03-31", "OY-11"),
    ("2024-03-31", "2025-04-01", 5 * MILLION),  # the year from the start, day 1, is over
    ("2024-04-01", "2025-03-31", 5 * MILLION),  # the cause arose on the first day
    ("2024-04-01", "2024-04-02", 5 * MILLION),
    ("1999-01-01", "2024-04-02", "OY-11"),
])  # fmt: skip
def test_oy_11_a_cause_before_the_first_start_and_a_trigger_within_the_year(
    cause: str, trigger: str, paid: object
) -> None:
    assert paid_in_full(Oyako(), trigger, cause_arose_on=cause) == paid


def test_oy_11_the_first_start_is_the_day_of_entry() -> None:
    history = Oyako(period=("2026-04-01", "2027-04-01"), entered_on="2024-04-01")

    assert paid_in_full(history, "2026-05-01", cause_arose_on="2024-01-01") == 5 * MILLION


def test_oy_11_from_29_february_the_year_ends_on_28_february() -> None:
    for trigger, paid in (("2025-02-28", "OY-11"), ("2025-03-01", 5 * MILLION)):
        history = Oyako(period=("2024-02-29", "2025-04-01"))
        assert paid_in_full(history, trigger, cause_arose_on="2024-02-28") == paid


@pytest.mark.parametrize(("condition", "paid"), [
    ({"kind": "sickness", "onset_on": "2024-03-31"}, "OY-11"),
    ({"kind": "sickness", "onset_on": "2024-04-01"}, 5 * MILLION),
    ({"kind": "injury", "accident_on": "2024-03-31"}, "OY-11"),
    ({"kind": "injury", "accident_on": "2024-03-31", "onset_on": "2024-04-02"}, "OY-11"),
    ({"kind": "sickness"}, 5 * MILLION),
])  # fmt: skip
def test_oy_11_without_a_certified_cause_the_conditions_day_counts(condition: dict[str, Any], paid: object) -> None:
    history = Oyako()
    history.add("ConditionRecorded", condition_id="c1", **condition)

    assert paid_in_full(history, "2024-06-01", condition_id="c1") == paid


@pytest.mark.parametrize(
    ("onset", "differs"), [("2024-03-01", []), ("2024-05-01", [("OY-11", "2024-03-01", "2024-05-01")])]
)
def test_oy_11_two_different_days_are_a_discrepancy_and_the_certified_one_counts(
    onset: str, differs: list[Any]
) -> None:
    history = Oyako()
    history.add("ConditionRecorded", condition_id="c1", kind="sickness", onset_on=onset)

    assert paid_in_full(history, "2024-06-01", condition_id="c1", cause_arose_on="2024-03-01") == "OY-11"
    assert history.differs("2024-05-31") == []
    assert history.differs("2024-06-01") == differs


def test_oy_11_a_contract_that_is_revoked_has_no_trigger_whose_days_could_differ() -> None:
    history = Oyako()
    history.add("ConditionRecorded", condition_id="c1", kind="sickness", onset_on="2024-05-01")
    paid_in_full(history, "2024-09-01", condition_id="c1", cause_arose_on="2024-03-01")
    assert history.differs("2024-09-01") == [("OY-11", "2024-03-01", "2024-05-01")]

    history.add("PolicyRevoked", ground="fraud")
    assert history.differs("2024-09-01") == []


def test_oy_11_the_trigger_and_its_limits_stand() -> None:
    history = Oyako()
    paid_in_full(history, "2024-06-01", cause_arose_on="2024-03-31")

    assert history.limit(BALANCE, "2024-06-01")[1:3] == (5 * MILLION, 0)
    assert history.state("2024-06-02")[0] == "lapsed"


# ---- OY-11: before an increase --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cause", "trigger", "paid"), [
    ("2025-03-31", "2026-03-31", 3 * MILLION),
    ("2025-03-31", "2026-04-02", 7 * MILLION),  # after the year from the increase; OY-12's year is over as well
    ("2025-04-02", "2025-06-01", 7 * MILLION),
    ("2025-03-31", "2025-04-01", 3 * MILLION),  # the day of the renewal still belongs to the old year
    ("2024-05-01", "2025-10-01", 3 * MILLION),  # OY-12's year is over, OY-11's is not
])  # fmt: skip
def test_oy_11_an_increase_starts_a_year_for_the_added_amount(cause: str, trigger: str, paid: int) -> None:
    history = renewed("A", "C", "C")

    assert paid_in_full(history, trigger, cause_arose_on=cause) == paid


def test_oy_11_of_two_increases_each_has_a_year_of_its_own() -> None:
    assert paid_in_full(renewed("A", "B", "D"), "2026-10-01", cause_arose_on="2024-05-01") == 5 * MILLION
    assert paid_in_full(renewed("A", "B", "D"), "2025-10-01", cause_arose_on="2024-05-01") == 3 * MILLION


def test_oy_11_a_change_of_coverage_on_the_day_of_a_renewal_is_an_increase_at_renewal() -> None:
    history = renewed("A", "A", "A")
    history.add("CoverageChanged", effective_on="2025-04-01", plan={"plan": "D"})

    assert paid_in_full(history, "2026-03-31", cause_arose_on="2024-07-31") == 3 * MILLION


def test_oy_11_the_lower_amount_shows_in_every_limit_made_of_it() -> None:
    history = renewed("A", "C")
    paid_in_full(history, "2025-10-01", cause_arose_on="2024-05-01")

    assert history.limit(BALANCE, "2025-10-01")[1:3] == (3 * MILLION, 3 * MILLION)
    assert history.limit("incidental.total", "2025-10-01")[1:3] == (300_000, 300_000)
    assert [row["rules"] for row in history.on("2025-10-01")["limits"] if row["limit"] == BALANCE] == [
        ["OY-04", "OY-11"]
    ]


# ---- OY-12 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("trigger", "paid"), [("2026-02-28", 5 * MILLION), ("2026-03-01", 10 * MILLION)])
def test_oy_12_the_lower_of_two_plans_within_the_year_that_starts_on_the_day_of_the_cause(
    trigger: str, paid: int
) -> None:
    history = renewed("B", "B")
    history.add("CoverageChanged", effective_on="2025-05-01", plan={"plan": "D"})

    assert paid_in_full(history, trigger, cause_arose_on="2025-03-01") == paid


@pytest.mark.parametrize(("cause", "paid"), [("2025-04-30", 5 * MILLION), ("2025-05-01", 10 * MILLION)])
def test_oy_12_a_cause_on_the_day_of_a_change_arose_under_the_new_plan(cause: str, paid: int) -> None:
    history = renewed("B", "B")
    history.add("CoverageChanged", effective_on="2025-05-01", plan={"plan": "D"})

    assert paid_in_full(history, "2025-10-01", cause_arose_on=cause) == paid


@pytest.mark.parametrize(("cause", "paid"), [("2025-04-01", 5 * MILLION), ("2025-04-02", 10 * MILLION)])
def test_oy_12_a_cause_on_the_day_of_a_renewal_arose_under_the_old_plan(cause: str, paid: int) -> None:
    assert paid_in_full(renewed("B", "D"), "2026-03-31", cause_arose_on=cause) == paid


@pytest.mark.parametrize(
    ("trigger", "paid"), [("2026-03-01", 5 * MILLION), ("2026-03-31", 5 * MILLION), ("2026-04-02", 10 * MILLION)]
)
def test_oy_11_and_oy_12_both_apply_and_the_lower_amount_counts(trigger: str, paid: int) -> None:
    """The year of the cause is over on 2026-03-01, that of the increase a month later."""
    assert paid_in_full(renewed("B", "D", "D"), trigger, cause_arose_on="2025-03-01") == paid


def test_oy_12_a_lower_plan_at_trigger_counts_whenever_the_cause_arose() -> None:
    assert paid_in_full(renewed("D", "A"), "2025-06-01", cause_arose_on="2025-03-01") == 3 * MILLION
    assert paid_in_full(renewed("D", "A"), "2025-06-01") == 3 * MILLION


def test_oy_12_without_a_known_cause_the_plan_at_trigger_serves() -> None:
    assert paid_in_full(renewed("A", "D"), "2025-06-01") == 10 * MILLION


def test_oy_12_a_renewal_without_a_plan_keeps_the_plan() -> None:
    history = Oyako("C")
    history.renewed(2025)

    assert paid_in_full(history, "2025-06-01", cause_arose_on="2025-05-01") == 7 * MILLION


# ---- the plan at the trigger --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("trigger", "paid"), [("2025-04-01", 3 * MILLION), ("2025-04-02", 7 * MILLION)])
def test_oy_04_on_the_day_of_a_renewal_the_old_plan_still_serves(trigger: str, paid: int) -> None:
    assert paid_in_full(renewed("A", "C"), trigger) == paid


def test_oy_04_after_a_gap_the_first_day_of_the_new_period_has_the_new_plan() -> None:
    history = Oyako("A")
    history.renewed(2026, plan={"plan": "C"})

    assert paid_in_full(history, "2026-04-01") == 7 * MILLION


@pytest.mark.parametrize(("trigger", "paid"), [("2024-07-31", 3 * MILLION), ("2024-08-01", 7 * MILLION)])
def test_oy_04_a_change_of_coverage_serves_from_its_day(trigger: str, paid: int) -> None:
    history = Oyako("A")
    history.add("CoverageChanged", effective_on="2024-08-01", plan={"plan": "C"})

    assert paid_in_full(history, trigger) == paid


def test_oy_04_a_change_after_the_trigger_changes_nothing() -> None:
    history = renewed("A", "C")
    paid_in_full(history, "2024-08-01")

    assert history.limit(BALANCE, "2025-06-01")[1] == 3 * MILLION


# ---- several changes of plan --------------------------------------------------------------------------------------------


def balance_rules(history: Oyako, day: str) -> list[str]:
    (row,) = [row for row in history.on(day)["limits"] if row["limit"] == BALANCE]
    rules: list[str] = row["rules"]
    return rules


def test_an_added_amount_left_out_takes_nothing_off_a_later_one() -> None:
    """Plan A, C by a renewal after the cause (left out: 4 million), D by a change within the period (OY-12's year is over)."""
    history = renewed("A", "C")
    history.add("CoverageChanged", effective_on="2025-08-01", plan={"plan": "D"})

    assert paid_in_full(history, "2025-10-01", cause_arose_on="2024-05-01") == 6 * MILLION
    assert balance_rules(history, "2025-10-01") == ["OY-04", "OY-11"]


def test_a_later_reduction_leaves_no_more_than_the_lower_plan() -> None:
    history = renewed("A", "D", "B")

    assert paid_in_full(history, "2026-06-01", cause_arose_on="2026-04-15") == 5 * MILLION


def test_the_rules_of_the_balance_name_what_lowered_it_and_nothing_else() -> None:
    history = renewed("A", "C")
    history.add("CoverageChanged", effective_on="2025-08-01", plan={"plan": "A"})
    paid_in_full(history, "2025-10-01", cause_arose_on="2024-05-01")
    assert balance_rules(history, "2025-10-01") == ["OY-04"]

    both = renewed("A", "C")
    paid_in_full(both, "2025-10-01", cause_arose_on="2025-03-01")
    assert balance_rules(both, "2025-10-01") == ["OY-04", "OY-11"]

    by_the_cause = renewed("A", "A")
    by_the_cause.add("CoverageChanged", effective_on="2025-08-01", plan={"plan": "D"})
    paid_in_full(by_the_cause, "2025-10-01", cause_arose_on="2025-07-01")
    assert balance_rules(by_the_cause, "2025-10-01") == ["OY-04", "OY-12"]
