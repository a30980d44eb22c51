"""Cyber: what a leak that becomes evident does to the order in which costs take of a limit (CY-05, CY-08)."""

from __future__ import annotations

from tests.ledger.products.history import History


def test_cy_08_a_cost_that_waited_for_the_evidence_takes_its_place_on_the_day_of_the_evidence() -> None:
    h = History("cyber", {"type": "P1", "facility_kind": "clinic", "size": 0}, ("2025-05-05", "2026-05-05"))
    h.add(
        "CyberIncidentDiscovered",
        incident_id="i1", discovered_on="2025-06-01", kind="leak", leak_evident="notice", leak_evident_on="2025-08-01",
    )  # fmt: skip
    for cost_id, day, amount, category in (("a", "2025-06-10", 800_000, "leak_response"), ("b", "2025-07-01", 600_000, "legal_response")):
        h.add("CyberCostIncurred", incident_id="i1", cost_id=cost_id, incurred_on=day, amount=amount, category=category)

    assert h.lines("2025-07-31") == [("cyber_cost", "a", 0, "CY-08"), ("cyber_cost", "b", 600_000)]
    assert h.lines("2025-08-01") == [("cyber_cost", "a", 400_000), ("cyber_cost", "b", 600_000)]


def test_cy_08_a_leak_made_evident_on_the_shared_day_is_evident_in_the_earlier_period() -> None:
    h = History("cyber", {"type": "P1", "facility_kind": "clinic", "size": 0}, ("2025-05-05", "2026-05-05"))
    h.add("PolicyRenewed", period_start="2026-05-05", period_end="2027-05-05")
    for incident_id, discovered_on in (("i1", "2026-05-05"), ("i2", "2026-05-06")):
        leak = {"kind": "leak", "leak_evident": "notice", "leak_evident_on": "2026-05-05"}
        h.add("CyberIncidentDiscovered", incident_id=incident_id, discovered_on=discovered_on, **leak)
        cost = {"incurred_on": "2026-05-07", "amount": 1_000, "category": "leak_response"}
        h.add("CyberCostIncurred", incident_id=incident_id, cost_id=incident_id, **cost)

    assert h.lines("2026-05-07") == [("cyber_cost", "i1", 1_000), ("cyber_cost", "i2", 0, "CY-08")]
