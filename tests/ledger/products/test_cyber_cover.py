"""Cyber: what ends cover, what is known before a discovery, and the limits of a plan that changes (CY-03 to CY-13)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.errors import Refused
from ledger.products.cyber.plan import CyberPlan
from ledger.products.cyber.rules import premium_yearly
from tests.ledger.products.history import History

END = "2026-05-04"


def told(loss_on: str = "2025-12-01") -> History:
    """A policy with an incident discovered on 1 August and a claim of 500 yen settled."""
    h = History("cyber", {"type": "S1", "facility_kind": "clinic"}, ("2025-05-05", "2026-05-05"))
    h.add("CyberIncidentDiscovered", incident_id="i1", discovered_on="2025-08-01", kind="cyber_attack")
    h.add("CyberClaimSettled", incident_id="i1", settlement_id="t1", settled_on=loss_on, amount=500)
    return h


@pytest.mark.parametrize(
    ("person", "died_on", "line"),
    [("p1", "2025-07-31", (0, "CY-09")), ("p1", "2025-08-01", (500,)), ("p2", "2025-07-31", (500,))],
)
def test_cy_09_the_death_of_the_holder_ends_cover_the_day_after(person: str, died_on: str, line: tuple[Any, ...]) -> None:
    h = told()
    h.add("PersonDied", person_id=person, died_on=died_on)
    assert [found[2:] for found in h.lines(END)] == [line]


@pytest.mark.parametrize(("type_", "field"), [("PolicyCancelled", "cancelled_on"), ("PolicyWithdrawn", "withdrawn_on")])
@pytest.mark.parametrize(("day", "line"), [("2025-08-01", (0, "CY-09")), ("2025-08-02", (500,))], ids=["on the day", "before"])
def test_cy_09_no_discovery_counts_from_the_day_on_which_the_holder_ends_it(
    type_: str, field: str, day: str, line: tuple[Any, ...]
) -> None:
    h = told()
    h.add(type_, **{field: day})
    assert [found[2:] for found in h.lines(END)] == [line]


def test_cy_09_what_is_dated_before_the_discovery_is_one_loss_declined_until_then() -> None:
    h = told("2025-07-20")
    rows = [h.on(day)["benefits"][0] for day in ("2025-07-31", "2025-08-01")]
    assert [(row["quantity"], row["rate"]) for row in rows] == [(1, 500), (1, 500)]
    assert [(row["payable"], row["rules"][-1]) for row in rows] == [(0, "CY-09"), (500, "CY-03")]


def test_cy_03_the_limit_is_that_of_the_plan_held_last_in_the_period() -> None:
    h = told()
    h.add("PolicyRenewed", period_start="2026-05-05", period_end="2027-05-05")
    for day, type_ in (("2025-10-01", "S2"), ("2026-06-01", "S3")):
        h.add("CoverageChanged", effective_on=day, plan={"type": type_, "facility_kind": "clinic"})
    caps = {
        day: {row["key"]: row["cap"] for row in h.on(day)["limits"] if row["limit"] == "cyber.combined.period"}
        for day in ("2025-07-31", "2025-10-01", "2026-06-01")
    }
    assert caps == {
        "2025-07-31": {"2025-05-05": 10_000_000},
        "2025-10-01": {"2025-05-05": 30_000_000},
        "2026-06-01": {"2025-05-05": 30_000_000, "2026-05-05": 50_000_000},
    }


def test_cy_06_the_limit_of_the_option_stands_while_nothing_is_lost() -> None:
    plan = {"type": "S1", "facility_kind": "clinic", "options": {"business_interruption": 5_000_000}}
    h = History("cyber", plan, ("2025-05-05", "2026-05-05"))
    rows = [row for row in h.on(END)["limits"] if row["limit"] == "cyber.business.period"]
    assert [(row["key"], row["cap"], row["used"]) for row in rows] == [("2025-05-05", 5_000_000, 0)]


def test_cy_11_a_facility_that_a_correction_took_away_keeps_its_limits_by_the_name_in_the_id() -> None:
    plan = {"type": "S1", "facility_kind": "clinic", "sharing": "per_facility"}
    h = History("cyber", plan, ("2025-05-05", "2026-05-05"), facilities=["east", "west"])
    h.add("CyberIncidentDiscovered", incident_id="east/i1", discovered_on="2025-08-01", kind="leak")
    h.add("CyberClaimSettled", incident_id="east/i1", settlement_id="t1", settled_on="2025-12-01", amount=500)
    issued = {"product": "cyber", "plan": plan, "period_start": "2025-05-05", "period_end": "2026-05-05", "facilities": ["west"]}
    h.add("FactAmended", target=h.issued, data=issued | {"insured": {"person_id": "p1"}}, reason="sold")
    rows = {row["key"]: row["used"] for row in h.on(END)["limits"] if row["limit"] == "cyber.combined.period"}
    assert rows == {"east/2025-05-05": 500, "west/2025-05-05": 0}
    assert [row["rule"] for row in h.on(END)["discrepancies"]] == ["CY-11"]


def test_cy_13_a_plan_that_tells_no_size_goes_by_none() -> None:
    with pytest.raises(Refused) as refused:
        premium_yearly(CyberPlan(type="S3", facility_kind="hospital"), date(2025, 5, 5))
    assert refused.value.found == 0
