"""The random histories of `seikatsu`: what they promise, and what the calculator's answers to them must always hold."""
from __future__ import annotations

import random
from datetime import datetime

import pytest

from . import seikatsu, themes_seikatsu, timeline
from .histories_seikatsu import days_to_ask, history

# type -> (fields that must be there, fields that may): the wire contract of 10-events.md for what the histories tell
FIELDS = {
    "PolicyIssued": ("product period_start period_end plan insured", "entered_on"),
    "PolicyRenewed": ("period_start period_end", "plan"), "CoverageChanged": ("effective_on plan", ""), "PremiumPaid": ("due_months paid_on amount", ""),
    "PolicyCancelled": ("cancelled_on", ""), "PolicyWithdrawn": ("withdrawn_on", ""), "PolicyRescinded": ("rescinded_on ground", "reason_arose_on unrelated_conditions"),
    "PolicyVoided": ("ground", ""), "PolicyRevoked": ("ground", ""), "PersonDied": ("person_id died_on", ""),
    "ConditionRecorded": ("condition_id kind", "icd10 onset_on accident_on caused_by pregnancy_diagnosed_on exclusion"),
    "HospitalAdmitted": ("stay_id admitted_on condition_id", "other_condition_ids purpose examination_basis health_insured deemed high_risk"),
    "StayConfirmed": ("stay_id through", ""), "HospitalDischarged": ("stay_id discharged_on", "alive"),
    "OutpatientVisited": ("visited_on condition_id", "mode purpose doctor_consent"),
    "ImmobilisationWorn": ("from to condition_id device site injury", ""),
    "SurgeryPerformed": ("performed_on condition_id name basis", "code side kind stay_id"),
    "RadiationGiven": ("given_on condition_id modality", "basis stay_id"), "AnticancerTreated": ("from to condition_id drug", "approved scheme"),
    "CancerDiagnosed": ("diagnosed_on condition_id", "pathology accepted_otherwise first_ever treatment_started_on"),
    "AdvancedCareReceived": ("received_on scheme technical_fee", "condition_id eligible in_japan transport lodging direct_payment"),
    "DisabilityFixed": ("fixed_on accident_on condition_id disabilities", "existing"),
    "CareCertified": ("person_id certified_on valid_from valid_to level", "dementia cause_arose_on condition_id"), "CareEnded": ("person_id ended_on", ""),
    "WorkDisabilityStarted": ("disability_id disabled_on condition_id", "mental"),
    "WorkIncomeReported": ("disability_id month usual_income recovered_income benefits_received totally_unable", ""),
    "WorkResumed": ("disability_id resumed_on", ""), "PropertyLost": ("loss_id occurred_on cover cause items", "police_report"),
    "LiabilityIncurred": ("loss_id occurred_on cover amount", "excluded"),
    "HoleInOneAchieved": ("achieved_on feat in_japan accompanied costs", "official caddie"),
    "ClaimFiled": ("claim_id filed_on claimant", "right_arose_on facts"), "ClaimDocumentsCompleted": ("claim_id completed_on", ""),
    "InquiryOpened": ("claim_id opened_on ground", ""), "ClaimObstructed": ("claim_id from to", ""), "ClaimDecided": ("claim_id decided_on outcome", ""),
    "CertificateSubmitted": ("claim_id submitted_on", ""),
    "BenefitPaid": ("benefit paid_on amount payee", "claim_id"), "BenefitRecovered": ("benefit recovered_on amount reason", ""),
    "PremiumOffset": ("benefit offset_on amount", ""), "FactAmended": ("target data reason", ""), "FactRetracted": ("target reason", ""),
}
SEEDS = range(40)


def wrong_fields(type_: str, data: dict) -> list[str]:
    must, may = FIELDS[type_][0].split(), FIELDS[type_][1].split()
    return [f"{type_}.{f} is missing" for f in must if f not in data] + [f"{type_}.{f} is unknown" for f in data if f not in must + may]


@pytest.mark.parametrize("theme", sorted(themes_seikatsu.THEMES))
def test_every_theme_tells_events_of_the_wire_contract_in_order(theme: str) -> None:
    for seed in SEEDS:
        events = history(random.Random(seed), theme)
        assert events == history(random.Random(seed), theme)
        assert 5 <= len(events) <= 40
        assert events[0]["type"] == "PolicyIssued"
        instants = [datetime.fromisoformat(e["recorded_at"]) for e in events]
        assert instants == sorted(instants)
        by_id = {e["event_id"]: e for e in events}
        assert len(by_id) == len(events)
        for n, e in enumerate(events):
            assert wrong_fields(e["type"], e["data"]) == []
            root = e
            while root["type"] in timeline.CORRECTIONS:
                root = by_id[root["data"]["target"]]
                assert root in events[:n]
            if e["type"] == "FactAmended":
                assert wrong_fields(root["type"], e["data"]["data"]) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_arrival_order_never_matters(seed: int) -> None:
    rng = random.Random(seed)
    events = history(rng)
    facts = [e for e in events if e["type"] not in timeline.CORRECTIONS]
    corrections = [e for e in events if e["type"] in timeline.CORRECTIONS]
    other = [facts[0], *rng.sample(facts[1:], len(facts) - 1), *corrections]
    for day in days_to_ask(rng, events, 3):
        this, that = (a | {"orphans": sorted(a["orphans"])} for a in (seikatsu.answer(events, day), seikatsu.answer(other, day)))
        assert seikatsu.difference(this, that) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_limits_hold_and_lines_agree_with_them(seed: int) -> None:
    rng = random.Random(seed)
    events = history(rng)
    for day in days_to_ask(rng, events, 4):
        got = seikatsu.answer(events, day)
        assert all(0 <= used <= cap for _, cap, used in got["limits"].values())
        for benefit, prefix in (("advanced_care", "advanced_care.period"), ("anticancer", "anticancer.incident"), ("anticancer", "anticancer.period"),
                                ("liability", "liability.accident"), ("bailee", "bailee.period"), ("household", "household.period")):
            assert sum(l[5] for l in got["lines"] if l[0] == benefit) == sum(row[2] for key, row in got["limits"].items() if key.startswith(prefix + "|"))
        assert all(l[2] <= day.isoformat() for l in got["lines"])


def test_difference_says_what_differs() -> None:
    rng = random.Random(7)
    events = history(rng, "anticancer")
    day = max(days_to_ask(rng, events))
    want = seikatsu.answer(events, day)
    got = {**want, "lines": want["lines"][1:], "settlement": {**want["settlement"], "outstanding": want["settlement"]["outstanding"] + 1}}
    assert [text.split(":")[0] for text in seikatsu.difference(want, got)] == ["settlement", "lines"]
