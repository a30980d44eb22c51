"""The aggregate: what it refuses by looking at the other facts, and that what it appends says what follows."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ledger import events as ev
from ledger.errors import Refused
from ledger.journal import Entry, Journal, Line
from ledger.policy import Policy

AT = datetime(2025, 4, 1, tzinfo=UTC)
S1 = {"type": "S1", "facility_kind": "clinic"}
ISSUED = {
    "product": "cyber",
    "period_start": "2025-05-05",
    "period_end": "2026-05-05",
    "plan": S1,
    "insured": {"person_id": "h1"},
}
INCIDENT = {"incident_id": "i1", "discovered_on": "2025-08-01", "kind": "cyber_attack"}
COST = {
    "incident_id": "i1",
    "cost_id": "k1",
    "incurred_on": "2025-08-10",
    "amount": 400_000,
    "category": "incident_response",
}

BEGINNING: list[tuple[str, dict[str, Any]]] = [
    ("PolicyIssued", ISSUED),
    ("CyberIncidentDiscovered", INCIDENT),
    ("CyberCostIncurred", COST),
]


def id_of(n: int) -> str:
    return str(uuid.UUID(int=n))


def event(n: int, type_: str, data: dict[str, Any]) -> ev.Event:
    return ev.Event(id_of(n), "T-1", type_, 1, AT, ev.EVENT_TYPES[type_].parse(data))


def policy(*more: tuple[str, dict[str, Any]]) -> Policy:
    """A cyber policy with one incident (event 2), one cost (event 3), and what is given (from event 4 on)."""
    made = Policy("T-1")
    for n, (type_, data) in enumerate([*BEGINNING, *more], 1):
        made.admit(event(n, type_, data))
    return made


def payable(held: Policy, on: date = date(2026, 5, 4)) -> int:
    return sum(item.payable for item in held.journal.standing(on) if isinstance(item, Line))


def amend(target: int, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "FactAmended", {"target": id_of(target), "data": data, "reason": "wrong bill"}


def retract(target: int) -> tuple[str, dict[str, Any]]:
    return "FactRetracted", {"target": id_of(target), "reason": "another facility"}


PAID = {"benefit": "surgery", "paid_on": "2025-09-01", "amount": 1, "payee": "insured"}
CLAIM = {"claim_id": "q", "filed_on": "2025-09-01", "facts": [id_of(99)], "claimant": "insured"}
OTHER_PLAN = {"effective_on": "2025-09-01", "plan": {"type": "Z1"}}

REFUSED: dict[str, tuple[list[tuple[str, dict[str, Any]]], str, dict[str, Any], str]] = {
    "a fact before the policy is issued": ([], "FIRST", INCIDENT, "policy_id"),
    "a second issue": ([], "PolicyIssued", ISSUED, "type"),
    "an incident never recorded": ([], "CyberCostIncurred", COST | {"cost_id": "k2", "incident_id": "i9"}, "data.incident_id"),
    "a claim never recorded": ([], "CertificateSubmitted", {"claim_id": "x", "submitted_on": "2025-09-01"}, "data.claim_id"),
    "a second incident with an id in force": ([], "CyberIncidentDiscovered", INCIDENT, "data.incident_id"),
    "a second cost with an id in force": ([], "CyberCostIncurred", COST, "data.cost_id"),
    "a period that overlaps": ([], "PolicyRenewed", {"period_start": "2026-05-04", "period_end": "2027-05-05"}, "data.period_start"),
    "a plan that the product does not have": ([], "CoverageChanged", OTHER_PLAN, "data.plan.type"),
    "a benefit of another product": ([], "BenefitPaid", PAID, "data.benefit"),
    "a claim on an event never recorded": ([], "ClaimFiled", CLAIM, "data.facts[0]"),
    "a correction of an unknown event": ([], *retract(99), "data.target"),
    "a correction of itself": ([], *retract(4), "data.target"),
    "an amendment of a retraction": ([retract(3)], *amend(4, COST), "data.target"),
    "an amendment of the fact's own id": ([], *amend(3, COST | {"cost_id": "k9"}), "data.data.cost_id"),
    "an amendment of the product": ([], *amend(1, ISSUED | {"product": "ryoritsu"}), "data.data.product"),
    "an amendment with a field of another type": ([], *amend(3, COST | {"stay_id": "s1"}), "data.data.stay_id"),
    "an amendment to what could not be recorded": ([], *amend(3, COST | {"incident_id": "i9"}), "data.incident_id"),
    "a retraction of a retraction whose fact was recorded anew": ([retract(3), ("CyberCostIncurred", COST)], *retract(4), "data.cost_id"),
    "a fact after the issue is retracted": ([retract(1)], "CyberIncidentDiscovered", INCIDENT | {"incident_id": "i2"}, "policy_id"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "type_", "data", "field"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(before: list[tuple[str, dict[str, Any]]], type_: str, data: dict[str, Any], field: str) -> None:
    """One refusal that names the field; the policy is as it was."""
    held = Policy("T-1") if type_ == "FIRST" else policy(*before)
    new = event(4 + len(before), "CyberIncidentDiscovered" if type_ == "FIRST" else type_, data)
    events, version, journal = list(held.recorded), held.version, held.journal

    with pytest.raises(Refused) as refused:
        held.admit(new)

    assert refused.value.field == field
    assert (refused.value.policy_id, refused.value.event_id) == ("T-1", new.event_id)
    assert (held.recorded, held.version, held.journal) == (events, version, journal)


def test_a_fact_comes_with_the_assessment_it_causes_and_folding_both_gives_the_same_policy() -> None:
    held = policy()
    stored = held.admit(event(4, "CyberCostIncurred", COST | {"cost_id": "k2", "amount": 900_000}))

    assert [e.type for e in stored] == ["CyberCostIncurred", "Assessed"]
    assert stored[1].recorded_at == stored[0].recorded_at
    assert isinstance(stored[1].data, ev.Assessed)
    assert stored[1].data.causes == (id_of(4),)
    assert payable(held) == 1_000_000  # the incident-cost limit of S1

    folded = Policy("T-1")
    for one in policy_events():
        folded.fold(one)
    assert (folded.version, folded.journal) == (held.version - 2, policy().journal)


def policy_events() -> list[ev.Event]:
    made, stored = Policy("T-1"), []
    for n, (type_, data) in enumerate(BEGINNING, 1):
        stored += made.admit(event(n, type_, data))
    return stored


def test_a_fact_that_changes_nothing_comes_alone() -> None:
    held = policy()

    assert [
        e.type
        for e in held.admit(event(4, "PremiumPaid", {"due_months": ["2025-05"], "paid_on": "2025-06-01", "amount": 1}))
    ] == ["PremiumPaid"]


def test_corrections_are_amounts_too() -> None:
    assert payable(policy()) == 400_000
    assert payable(policy(amend(3, COST | {"amount": 100_000}))) == 100_000
    assert payable(policy(retract(3))) == 0
    assert payable(policy(retract(3), retract(4))) == 400_000
    assert payable(policy(amend(3, COST | {"amount": 100_000}), amend(4, COST | {"amount": 50_000}))) == 50_000
    assert (
        payable(policy(amend(3, COST | {"amount": 100_000}), amend(4, COST | {"amount": 50_000}), retract(4)))
        == 400_000
    )


def test_a_limit_freed_by_a_retraction_lets_a_later_line_pay() -> None:
    cut = policy(("CyberCostIncurred", COST | {"cost_id": "k2", "incurred_on": "2025-09-01", "amount": 900_000}))
    assert payable(cut) == 1_000_000

    cut.admit(event(5, *retract(3)))

    assert payable(cut) == 900_000


def test_a_rule_that_raises_leaves_the_fact_recorded_and_the_policy_undetermined_until_it_can_be_derived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = policy()
    with monkeypatch.context() as broken:
        broken.setattr("ledger.policy.rewritten", lambda *_, **__: 1 // 0)
        [fact, assessed] = held.admit(event(4, "CyberCostIncurred", COST | {"cost_id": "k2"}))
    assert isinstance(assessed.data, ev.Assessed)
    assert (fact.type, assessed.data.entries, assessed.data.fault) == (
        "CyberCostIncurred",
        (),
        "ZeroDivisionError: integer division or modulo by zero",
    )
    [_, mended] = held.admit(event(5, "CyberCostIncurred", COST | {"cost_id": "k3", "amount": 1}))

    assert isinstance(mended.data, ev.Assessed)
    assert mended.data.fault is None
    assert payable(held) == 800_001


def test_running_the_same_rules_again_changes_nothing() -> None:
    held = policy(("CyberCostIncurred", COST | {"cost_id": "k2"}), retract(3))

    assert held.readjudicate() == ()


def test_the_journal_is_the_sum_of_what_was_assessed() -> None:
    entries = [
        Entry.decoded(entry) for e in policy_events() if isinstance(e.data, ev.Assessed) for entry in e.data.entries
    ]

    assert Journal(entries) == policy().journal
    assert [Entry.decoded(entry.encoded()) for entry in entries] == entries
