"""Random histories of cyber: incidents with their costs, settlements and losses, by facility or together."""
from __future__ import annotations

import random
from datetime import date, timedelta

from . import dates, general
from .teller_other import Story


def cyber_history(rng: random.Random, policy_id: str | None = None, ambiguous: bool = False, corrections: bool = True, refusals: bool = False):
    s = Story(rng, "cyber", policy_id, corrections, ambiguous)
    start, end = date(2023, 5, 5), date(2024, 5, 5)
    applied = None
    if s.chance(0.3):
        start = rng.choice([date(2023, 7, 5), date(2024, 1, 5)])
        applied = rng.choice([dates.add_months(start, -1) + timedelta(days=10), dates.add_months(start, -2) + timedelta(days=11), dates.add_months(start, -1) + timedelta(days=11)])
    type_ = rng.choice(["S1", "S1", "S2", "P1", "P1", "P2", "S1000", "P1000", "S3000", "S5000"])
    kind = rng.choice(["clinic", "hospital", "care_facility"])
    options = {"business_interruption": rng.choice([1_000_000, 5_000_000])} if type_[0] == "S" and s.chance(0.5) else {}
    if s.chance(0.03):
        options = {"business_interruption": 5_000_000}
    each = s.chance(0.35)
    plan: dict = {"type": type_, "facility_kind": kind, "size": 0 if kind == "clinic" else rng.choice([50, 70, 100])}
    if options:
        plan["options"] = options
    if each:
        plan["sharing"] = "per_facility"
    elif s.chance(0.3):
        plan["sharing"] = "shared"
    s.low, s.high = start - timedelta(days=20), end + timedelta(days=600)
    s.heat(start, end)
    s.fact("PolicyIssued", product="cyber", period_start=start, period_end=end, plan=plan, applied_on=applied, insured={"person_id": "h1"},
           facilities=["north", "south"] if each or s.chance(0.3) else None)
    p = end
    for _ in range(rng.choice([0, 1, 1, 2])):
        new = None
        if s.chance(0.3):
            new = {**plan, "type": rng.choice(["S1", "S2"])}
        p_end = date(p.year + 1, 5, 5)
        s.fact("PolicyRenewed", period_start=p, period_end=p_end, plan=new)
        p = p_end
        s.heat(p)
    if ambiguous and s.chance(0.2):
        s.fact("CoverageChanged", effective_on=s.day(start, end), plan={**plan, "type": rng.choice(["S2", "S3"])})
    names = []
    for i in range(rng.choice([0, 1, 2, 3, 4])):
        incident = f"i{i}" if not each else rng.choice(["north", "south", "north", "south", "west"]) + f"/i{i}"
        if each and s.chance(0.05):
            incident = f"i{i}"
        found = s.day()
        leak_evident = rng.choice(["notice", "public_announcement", "apology", "authority", None])
        evident_on = s.day(found) if leak_evident and s.chance(0.5) else None
        attack = s.chance(0.7)
        what = rng.choice(["cyber_attack", "cyber_attack", "leak", "leak", "leak", "content", "other_it"])
        s.fact("CyberIncidentDiscovered", _name=incident, incident_id=incident, discovered_on=found, kind=what, leak_evident=leak_evident if what == "leak" else None,
               leak_evident_on=evident_on if what == "leak" else None, personal_data=False if s.chance(0.15) else None,
               attack_confirmed=None if attack or what != "cyber_attack" else False,
               suspicion_source=rng.choice(["authority", "security_vendor"]) if not attack and s.chance(0.5) else None,
               exclusion=rng.choice(["war", "ip", "utilities", "officer_data", "negligence", "labour_dispute", "intent"]) if s.chance(0.15) else None)
        s.heat(found)
        for n in range(rng.choice([0, 1, 2, 4])):
            own = f"{rng.choice('abz')}{rng.randrange(100)}-{i}-{n}"
            day = s.day(found if not ambiguous else found - timedelta(days=10))
            kind_ = rng.choice(["cost", "cost", "cost", "settled", "settled", "loss"])
            amount = s.yen(200_000, 600_000, 1_000_000, 3_000_000, 9_000_000, 12_000_000)
            if kind_ == "cost":
                names.append(s.fact("CyberCostIncurred", [incident], own, incident_id=incident, cost_id=own, incurred_on=day, amount=amount,
                                    category=rng.choice(["incident_response", "attack_response", "leak_response", "leak_response", "legal_response"])))
            elif kind_ == "settled":
                names.append(s.fact("CyberClaimSettled", [incident], own, incident_id=incident, settlement_id=own, settled_on=day, amount=amount))
            else:
                names.append(s.fact("CyberBusinessLoss", [incident], own, incident_id=incident, loss_id=own, incurred_on=day, kind=rng.choice(["lost_profit", "extra_expense"]),
                                    amount=amount))
    s.endings([], 0.12, "h1", start)
    if s.chance(0.03):
        s.fact("CoolingOffRequested", received_on=start, requested_on=start + timedelta(days=2), channel="letter")
    s.claims(names, general.BENEFITS["cyber"])
    events = s.finish()
    return (events, s.refused) if refusals else events
