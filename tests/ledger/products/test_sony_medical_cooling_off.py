"""SM-11: cooling-off from a renewal, until when, what it undoes, and the care by which the renewal stands."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.sony_medical_history import care, cool_off, lapsed, policy, renewed, stay


@pytest.mark.parametrize(
    ("requested", "rule"),
    [("2023-04-10", None), ("2023-04-11", None), ("2023-04-12", "SM-11")],
    ids=["under", "at", "over"],
)
def test_sm_11_within_eight_days_the_day_of_receipt_being_the_first(requested: str, rule: str | None) -> None:
    h = renewed()
    assert cool_off(h, "2023-04-04", requested) == rule
    assert h.state("2023-05-01")[0] == ("matured" if rule is None else "in_force")


def test_sm_11_refused_where_the_policy_was_never_renewed() -> None:
    assert cool_off(policy(), "2022-04-04", "2022-04-05") == "SM-11"


def test_sm_11_the_renewed_period_is_undone_from_the_day_of_the_request() -> None:
    h = renewed()
    cool_off(h, "2023-04-04", "2023-04-10")
    assert h.state("2023-04-09") == ("in_force", "2022-04-01", "2024-03-31")
    assert h.state("2023-04-10") == ("matured", "2023-04-01", None)
    assert h.on("2023-04-10")["status"]["rules"] == ["SM-11"]
    stay(h, "s1", "2023-06-10", "2023-06-20", {"2023-06": 70_000})
    assert h.lines("2023-07-01") == [("hospital_treatment", "s1/2023-06", 0, "SM-11")]
    assert h.deadlines("2023-04-10", "cooling_off") == [("2023-04-11", "2023-04-10", False)]
    assert h.deadlines("2023-04-09", "cooling_off") == []


@pytest.mark.parametrize(("received", "state"), [("2023-03-20", "in_force"), ("2023-03-25", "in_force")])
def test_sm_11_the_period_that_starts_next_where_none_started_yet(received: str, state: str) -> None:
    h = renewed()
    assert cool_off(h, received, "2023-03-26") is None
    assert h.state("2023-03-31") == (state, "2022-04-01", "2023-03-31")
    assert h.state("2023-04-01") == ("matured", "2023-04-01", None)


def test_sm_11_of_several_the_one_that_starts_last_on_or_before_the_receipt() -> None:
    h = renewed()
    h.add("PolicyRenewed", period_start="2024-04-01", period_end="2025-04-01")
    cool_off(h, "2024-04-01", "2024-04-05")
    assert h.state("2024-04-05") == ("matured", "2024-04-01", None)
    assert h.state("2024-03-31")[0] == "in_force"


@pytest.mark.parametrize(
    ("admitted", "stands"), [("2023-03-31", False), ("2023-04-01", True), ("2023-04-10", True), ("2023-04-11", False)]
)
def test_sm_11_it_stands_where_care_came_by_the_request_also_where_recorded_later(admitted: str, stands: bool) -> None:
    h = renewed()
    cool_off(h, "2023-04-04", "2023-04-10")
    stay(h, "s1", admitted, admitted, {admitted[:7]: 70_000})
    assert h.state("2023-05-01")[0] == ("in_force" if stands else "matured")


@pytest.mark.parametrize(("more", "stands"), [({}, True), ({"eligible": False}, False), ({"in_japan": False}, False)])
def test_sm_11_care_that_is_not_covered_does_not_keep_it(more: dict[str, Any], stands: bool) -> None:
    h = renewed()
    care(h, "2023-04-05", 500_000, **more)
    cool_off(h, "2023-04-04", "2023-04-10")
    assert h.state("2023-05-01")[0] == ("in_force" if stands else "matured")


def test_sm_11_a_surgery_keeps_it_unless_its_condition_arose_in_a_lapse() -> None:
    for onset, stands in (("2022-12-31", True), ("2023-01-01", False)):
        h = lapsed(reinstated="2023-02-01", period=("2022-04-01", "2023-04-01"))
        h.add("PolicyRenewed", period_start="2023-04-01", period_end="2024-04-01")
        h.add("ConditionRecorded", condition_id="c1", kind="sickness", onset_on=onset)
        h.add("SurgeryPerformed", performed_on="2023-04-05", condition_id="c1", name="手術", basis="medical_fee")
        cool_off(h, "2023-04-04", "2023-04-10")
        assert h.state("2023-05-01")[0] == ("in_force" if stands else "matured")


def test_sm_11_without_the_renewal_the_request_stays_with_a_discrepancy() -> None:
    h = policy(("2022-04-01", "2023-04-01"))
    renewal = h.add("PolicyRenewed", period_start="2023-04-01", period_end="2024-04-01")
    cool_off(h, "2023-04-04", "2023-04-10")
    h.add("FactRetracted", target=renewal, reason="entered by mistake")
    assert [d["rule"] for d in h.on("2023-04-10")["discrepancies"]] == ["SM-11"]


def test_sm_11_of_renewals_to_come_the_next_and_named_in_its_deadline() -> None:
    h = renewed()
    h.add("PolicyRenewed", period_start="2024-04-01", period_end="2025-04-01")
    cool_off(h, "2023-03-20", "2023-03-25")
    assert h.state("2023-04-01") == ("matured", "2023-04-01", None)
    assert [d["rules"] for d in h.on("2023-03-25")["deadlines"]] == [["SM-11"]]


def test_sm_11_care_on_the_lapse_day_is_not_covered() -> None:
    h = policy(("2022-04-01", "2023-04-01"))
    h.add("PolicyRenewed", period_start="2023-04-01", period_end="2024-04-01")
    h.add("PremiumMissed", due_month="2023-02", due_on="2023-02-27")
    h.add("PremiumMissed", due_month="2023-03", due_on="2023-03-27")
    care(h, "2023-04-01", 500_000)
    cool_off(h, "2023-03-30", "2023-04-01")
    assert h.state("2023-05-01")[0] == "matured"
