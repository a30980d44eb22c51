"""Oyako: rescission for breach of disclosure, of the contract or of an added part (OY-20), and for other grounds."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import Refused
from tests.ledger.products.oyako_history import BALANCE, Oyako, triggered

MILLION = 1_000_000


def rescinds(history: Oyako, day: str, **more: Any) -> str | None:
    """Records a rescission for disclosure, or gives the rule that refuses it."""
    try:
        history.add("PolicyRescinded", **{"rescinded_on": day, "ground": "disclosure"} | more)
    except Refused as refusal:
        return refusal.rule
    return None


@pytest.mark.parametrize(("day", "refused"), [("2024-04-01", None), ("2025-03-31", None), ("2025-04-01", "OY-20")])
def test_oy_20_within_one_year_from_the_first_start(day: str, refused: str | None) -> None:
    history = Oyako()
    history.renewed(2025)

    assert rescinds(history, day) == refused


@pytest.mark.parametrize(("trigger", "refused"), [("2025-03-31", None), ("2025-04-01", "OY-20")])
def test_oy_20_later_where_a_benefit_event_happened_within_the_year(trigger: str, refused: str | None) -> None:
    history = Oyako()
    history.renewed(2025)
    history.certified(trigger)

    assert rescinds(history, "2026-06-01") == refused


def test_oy_20_a_contract_that_never_was_has_no_benefit_event() -> None:
    """Its first debit was not made good; the trigger within the year does not count."""
    history = Oyako()
    history.renewed(2025)
    history.certified("2024-08-01")
    history.add("PremiumMissed", due_month="2024-06", due_on="2024-07-31")
    assert history.state("2024-08-01")[0] == "revoked"

    assert rescinds(history, "2025-04-01") == "OY-20"
    assert rescinds(history, "2025-03-31") is None


def test_oy_20_later_where_a_mid_term_entry_had_its_trigger_on_the_first_day() -> None:
    history = Oyako(period=("2024-07-01", "2025-04-01"))
    history.certified("2024-07-01")

    assert rescinds(history, "2026-06-01") is None


def test_oy_20_refuses_costs_before_and_after_and_ends_the_policy() -> None:
    history = triggered()
    history.cost("2024-07-01")
    history.cost("2024-10-01")
    history.add("BenefitPaid", benefit="parent_care", paid_on="2024-08-01", amount=10_000, payee="insured")
    assert rescinds(history, "2024-09-01") is None

    assert history.care("2024-08-31") == {"k1": 10_000}
    assert history.care("2024-10-01") == {"k1": "KR-04", "k2": "KR-04"}
    assert history.incidental("2024-10-01") == {}
    assert history.state("2024-08-31") == ("lapsed", "2024-06-02", None)
    assert history.state("2024-09-01") == ("rescinded", "2024-09-01", None)
    assert history.on("2024-10-01")["settlement"]["by_benefit"]["parent_care"]["outstanding"] == -10_000
    assert history.limit(BALANCE, "2024-10-01")[2] == 0


def test_oy_20_not_what_the_undisclosed_fact_did_not_cause() -> None:
    history = Oyako()
    history.add("ConditionRecorded", condition_id="c1", kind="injury", accident_on="2024-05-01")
    history.certified("2024-06-01", condition_id="c1")
    history.cost("2024-10-01")
    assert rescinds(history, "2024-09-01", unrelated_conditions=["c1"]) is None

    assert history.care("2024-10-01") == {"k1": 10_000}


def test_oy_20_a_trigger_after_the_rescission_is_not_covered() -> None:
    history = Oyako()
    assert rescinds(history, "2024-09-01") is None
    history.certified("2024-09-01")
    history.cost("2024-10-01")

    assert history.care("2024-10-01") == {"k1": "KR-04"}
    assert history.on("2024-10-01")["limits"] == []


def increased() -> Oyako:
    """Plan A from 2022, plan C from 2025-04-01."""
    history = Oyako("A", period=("2022-04-01", "2023-04-01"))
    for year in (2023, 2024):
        history.renewed(year)
    history.renewed(2025, plan={"plan": "C"})
    history.renewed(2026)
    return history


@pytest.mark.parametrize(
    ("day", "refused"), [("2025-03-31", "OY-20"), ("2025-04-01", None), ("2026-03-31", None), ("2026-04-01", "OY-20")]
)
def test_oy_20_after_an_increase_within_a_year_from_its_day(day: str, refused: str | None) -> None:
    assert rescinds(increased(), day) == refused


@pytest.mark.parametrize(("trigger", "refused"), [("2025-04-02", None), ("2026-03-31", None), ("2026-04-01", "OY-20")])
def test_oy_20_after_an_increase_or_with_a_benefit_event_within_its_year(trigger: str, refused: str | None) -> None:
    history = increased()
    history.certified(trigger)

    assert rescinds(history, "2026-10-01") == refused


def test_oy_20_a_renewal_on_the_same_plan_is_no_increase() -> None:
    history = Oyako("A", period=("2022-04-01", "2023-04-01"))
    for year in (2023, 2024, 2025):
        history.renewed(year, plan={"plan": "A"})

    assert rescinds(history, "2025-09-01") == "OY-20"


@pytest.mark.parametrize(
    "ground", [{"ground": "serious", "reason_arose_on": "2025-08-01"}, {"ground": "additional_premium"}]
)
def test_oy_20_within_the_year_of_an_increase_other_grounds_end_the_contract(ground: dict[str, str]) -> None:
    history = increased()
    assert rescinds(history, "2025-09-01", **ground) is None

    assert history.state("2025-09-01")[0] == "rescinded"


def test_oy_20_for_the_added_part_alone_the_contract_goes_on_with_the_amount_before() -> None:
    history = increased()
    assert rescinds(history, "2025-09-01") is None
    history.certified("2025-10-01")
    history.cost("2025-11-01", 5 * MILLION)

    assert history.state("2025-09-30")[0] == "in_force"
    assert history.care("2025-11-01") == {"k1": 3 * MILLION}
    assert history.limit(BALANCE, "2025-11-01")[1] == 3 * MILLION


def test_oy_20_for_the_added_part_after_the_trigger_from_the_day_of_the_rescission() -> None:
    history = increased()
    history.certified("2025-06-01")
    history.cost("2025-07-01", 5 * MILLION)
    assert rescinds(history, "2025-09-01") is None

    assert history.care("2025-08-31") == {"k1": 5 * MILLION}
    assert history.care("2025-09-01") == {"k1": 3 * MILLION}
    assert history.incidental("2025-09-01") == {"2025-07": 300_000}
    assert history.state("2025-09-01")[0] == "lapsed"


@pytest.mark.parametrize(("rescinded_on", "unrelated", "cost"), [
    ("2025-09-01", ["c1"], 7 * MILLION), ("2025-09-01", ["c2"], 3 * MILLION),
    ("2025-06-01", ["c1"], 3 * MILLION), ("2025-05-01", ["c1"], 3 * MILLION),  # the trigger does not come before it
])  # fmt: skip
def test_oy_20_of_an_added_part_spares_an_earlier_trigger_of_an_unrelated_condition(
    rescinded_on: str, unrelated: list[str], cost: int
) -> None:
    history = increased()
    for condition in ("c1", "c2"):
        history.add("ConditionRecorded", condition_id=condition, kind="sickness")
    history.certified("2025-06-01", condition_id="c1")
    history.cost("2025-10-01", 20 * MILLION)
    assert rescinds(history, rescinded_on, unrelated_conditions=unrelated) is None

    assert history.care("2025-10-01") == {"k1": cost}


def test_oy_20_takes_off_the_part_added_by_its_increase_alone() -> None:
    """A until 2025, C from then on, D from 2026: within the year of the first increase, 4 million go, the 3 added later stay."""
    history = Oyako("A", period=("2022-04-01", "2023-04-01"))
    for year, plan in ((2023, "A"), (2024, "A"), (2025, "C"), (2026, "D"), (2027, "D")):
        history.renewed(year, plan={"plan": plan})
    assert rescinds(history, "2025-09-01") is None
    history.certified("2027-06-01")
    history.cost("2027-07-01", 20 * MILLION)

    assert history.care("2027-07-01") == {"k1": 6 * MILLION}


def test_oy_20_a_correction_that_takes_the_ground_away_leaves_the_rescission_and_a_discrepancy() -> None:
    history = Oyako()
    history.renewed(2025)
    certificate = history.certified("2024-06-01")
    assert rescinds(history, "2025-06-01") is None
    history.add("FactRetracted", target=certificate, reason="of another person")

    assert history.state("2025-06-01")[0] == "rescinded"
    assert [found[0] for found in history.differs("2025-06-01")] == ["OY-20"]


@pytest.mark.parametrize(("reason_arose_on", "cost"), [("2024-06-01", "KR-10"), ("2024-06-02", 10_000)])
def test_oy_20_for_a_serious_reason_as_kr_10_at_any_time(reason_arose_on: str, cost: object) -> None:
    history = triggered()
    history.cost("2024-07-01")
    assert rescinds(history, "2027-09-01", ground="serious", reason_arose_on=reason_arose_on) is None

    assert history.care("2027-08-31") == {"k1": 10_000}
    assert history.care("2027-09-01") == {"k1": cost}
