"""Random histories of `seikatsu` policies, days crowded round the numbers of the rules.

    history(rng) -> wire events in recording order, 5 to 40 of them: one or two themes, then claims, settlements, endings, corrections
    days_to_ask(rng, events, n) -> days on which to compare: days that the history names, one before, one after, and some at random
"""
from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

from . import contract, dates, timeline
from .claims import INQUIRY_DAYS
from .dates import D, plus
from .teller_seikatsu import Teller
from .themes_seikatsu import THEMES

JST = timezone(timedelta(hours=9))
LIMIT = 40


# ---- changes of plan ---------------------------------------------------------------------------------------------------------
def some_change(t: Teller) -> Callable[[dict], None]:
    r = t.rng.random()
    units, kind, course = t.rng.choice(["1", "2", "3", "4", "E"]), t.rng.choice([365, 60]), t.rng.choice("ABCD")
    if r < 0.4:
        return lambda plan: plan.update(units=units)
    if r < 0.55:
        return lambda plan: plan.update(hospital_type=kind)
    if r < 0.7:
        return lambda plan: plan["riders"].update(three_diseases=course)
    rider = t.rng.choice(["medical_lump_sum", "anticancer", "cancer_diagnosis", "cancer_long_stay", "three_diseases"])
    return lambda plan: plan["riders"].pop(rider) if rider in plan["riders"] else plan["riders"].update({rider: "B" if rider == "three_diseases" else True})


def fill_plans(t: Teller) -> dict[str, Any]:
    """The plan at issue; the changes get the whole plans that follow from it."""
    first = deepcopy(t.plan)
    plan = deepcopy(t.plan)
    for _, data, what in sorted(t.changes, key=lambda c: (c[0], "period_start" not in c[1])):
        what(plan)
        data["plan"] = deepcopy(plan)
    return first


def issue(t: Teller) -> dict[str, Any]:
    for n in range(1, t.periods):
        start = dates.years_after(t.start, n)
        t.tell("PolicyRenewed", (), period_start=start, period_end=dates.years_after(t.start, n + 1))
        if t.chance(0.25):
            t.changes.append((start, t.facts[-1]["data"], some_change(t)))
    data: dict[str, Any] = {"product": "seikatsu", "plan": fill_plans(t), "period_start": t.start.isoformat(),
                            "period_end": dates.years_after(t.start, 1).isoformat(),
                            "insured": {"person_id": "p1", "birth_date": t.rng.choice(["1970-05-05", "1964-02-29", "1985-12-31", "1962-04-01"])}}
    if t.entered is not None:
        data["entered_on"] = t.entered.isoformat()
    return {"event_id": t.new_id(), "type": "PolicyIssued", "data": data, "after": []}


# ---- claims, settlements, endings -----------------------------------------------------------------------------------------------
BENEFITS = {"HospitalAdmitted": "hospital_daily", "OutpatientVisited": "outpatient_daily", "SurgeryPerformed": "surgery", "RadiationGiven": "radiation",
            "AdvancedCareReceived": "advanced_care", "AnticancerTreated": "anticancer", "CancerDiagnosed": "cancer_diagnosis",
            "DisabilityFixed": "injury_disability", "LiabilityIncurred": "liability", "PropertyLost": "belongings", "CareCertified": "care_annuity",
            "WorkDisabilityStarted": "income_monthly", "HoleInOneAchieved": "hole_in_one", "ImmobilisationWorn": "outpatient_daily"}


NEVER_LATE = ("OutpatientVisited", "ImmobilisationWorn", "CareCertified")


def claims(t: Teller) -> None:
    primary = [f for f in t.facts if f["type"] in BENEFITS]
    last = max((timeline.fact_day(f) or t.start for f in primary), default=t.start)
    day = plus(last, t.rng.randint(-20, 60))
    for _ in range(t.pick(1, 1, 2, 3)):
        fresh = [f for f in primary if plus(day, -700) < (timeline.fact_day(f) or t.start)]        # GN-04 stays out of it
        named = [f["event_id"] for f in fresh if t.chance(0.5)] if t.chance(0.5) else []
        late = [f for f in primary if f["type"] not in NEVER_LATE]
        arose, filed = None, day
        if late and t.chance(0.15):                                                            # GN-04: by its last day, or after it
            fact = t.rng.choice(late)
            named, arose = [fact["event_id"]], t.rng.choice([None, timeline.fact_day(fact)])
            filed = plus(dates.years_after(timeline.fact_day(fact) or t.start, 3), t.pick(0, 1, 1, 30))
        claim_id = t.name("k")
        event_id = t.tell("ClaimFiled", tuple(named), claim_id=claim_id, filed_on=filed, claimant="insured", facts=named or None, right_arose_on=arose)
        papers(t, event_id, claim_id, filed)
        if t.chance(0.5):
            t.tell("CertificateSubmitted", (event_id,), claim_id=claim_id, submitted_on=plus(day, t.pick(0, 0, 1, 10)))
        if t.chance(0.4) and primary:
            t.tell("BenefitPaid", (event_id,), claim_id=claim_id, benefit=BENEFITS[t.rng.choice(primary)["type"]], paid_on=plus(day, t.pick(0, 20)),
                   amount=t.pick(50_000, 100_000, 300_000), payee="insured")
        day = plus(day, t.pick(0, 1, 30, 90))


def papers(t: Teller, event_id: str, claim_id: str, filed: date) -> None:
    """GN-01 to GN-03: papers complete, inquiries and obstruction round the day due, a decision."""
    if t.chance(0.4):
        done = plus(filed, t.pick(0, 3, 20))
        t.tell("ClaimDocumentsCompleted", (event_id,), claim_id=claim_id, completed_on=done)
        due = plus(done, 29)
        if t.chance(0.4):
            t.tell("InquiryOpened", (event_id,), claim_id=claim_id, opened_on=plus(due, t.pick(-20, -1, 0, 1)), ground=t.rng.choice(sorted(INQUIRY_DAYS)))
        if t.chance(0.3):
            first = plus(due, t.pick(-10, -1, 0, 1))
            t.tell("ClaimObstructed", (event_id,), claim_id=claim_id, from_=first, to=plus(first, t.pick(0, 3, 15)))
    if t.chance(0.15):
        t.tell("ClaimDecided", (event_id,), claim_id=claim_id, decided_on=plus(filed, t.pick(1, 29, 40)), outcome=t.rng.choice(["accepted", "declined"]))


def settlements(t: Teller) -> None:
    for _ in range(t.pick(1, 2, 3)):
        benefit = t.rng.choice(sorted(set(BENEFITS.values()) | {"lump_admission", "lump_discharge", "three_daily", "three_lump", "bailee", "household"}))
        day = t.some_day()
        kind = t.rng.random()
        if kind < 0.6:
            t.tell("BenefitPaid", benefit=benefit, paid_on=day, amount=t.pick(5_000, 50_000, 120_000), payee="insured")
        elif kind < 0.8:
            t.tell("BenefitRecovered", benefit=benefit, recovered_on=day, amount=t.pick(5_000, 50_000), reason="返還")
        else:
            t.tell("PremiumOffset", benefit=benefit, offset_on=day, amount=t.pick(1_000, 50_000))


def ending(t: Teller) -> None:
    named = [timeline.fact_day(f) for f in t.facts if f["type"] in BENEFITS]
    days = [d for d in named if d is not None]
    day = t.near(t.rng.choice(days), 3) if days and t.chance(0.7) else t.some_day()
    day = max(day, plus(t.start, 1))
    kind = t.rng.random()
    if kind < 0.35:
        t.tell("PolicyCancelled", cancelled_on=day)
    elif kind < 0.65:
        t.tell("PolicyWithdrawn", withdrawn_on=day)
    elif kind < 0.72:
        t.tell("PolicyRescinded", rescinded_on=day, ground="serious", reason_arose_on=plus(day, -t.pick(0, 1, 30, 200)))
    elif kind < 0.84:
        unrelated = [f for f in t.facts if f["type"] == "ConditionRecorded" and t.chance(0.5)]
        t.tell("PolicyRescinded", tuple(f["event_id"] for f in unrelated), rescinded_on=day, ground="disclosure",
               unrelated_conditions=[f["data"]["condition_id"] for f in unrelated] or None)
    elif kind < 0.87:
        t.tell("PolicyRescinded", rescinded_on=day, ground="additional_premium")
    elif kind < 0.92:
        t.tell("PolicyVoided", ground="other")
    elif kind < 0.95:
        t.tell("PolicyRevoked", ground="fraud")
    else:
        t.tell("PersonDied", person_id="p1", died_on=max([day, *days]))


# ---- order of recording ---------------------------------------------------------------------------------------------------------
def ordered(t: Teller, first: dict[str, Any]) -> list[dict[str, Any]]:
    """PolicyIssued, then the rest: as told, or in any order in which nothing comes before what it names."""
    rest = t.facts if t.chance(0.4) else t.rng.sample(t.facts, len(t.facts))
    out, told = [first], {first["event_id"]}
    while rest:
        ready = [f for f in rest if all(e in told for e in f["after"])]
        f = ready[0]
        out.append(f)
        told.add(f["event_id"])
        rest = [g for g in rest if g is not f]
    return [{**f, "policy_id": t.policy_id} for f in out[:LIMIT]]


# ---- corrections ------------------------------------------------------------------------------------------------------------------
def sound(events: list[dict]) -> bool:
    """Whether what is in force could stand in the ledger: ends after starts, ids once, no overlapping periods, onsets known."""
    k = timeline.known(events)
    seen: set[tuple] = set()
    admitted = {f["data"]["stay_id"]: D(f["data"]["admitted_on"]) for f in k.in_force if f["type"] == "HospitalAdmitted"}
    for f in k.in_force:
        d, type_ = f["data"], f["type"]
        own = timeline.OWN_ID.get(type_) or ("loss_id" if "loss_id" in d else "stay_id" if type_ == "HospitalDischarged" else None)
        mark = (type_, d[own] if own else f["event_id"])
        if type_ in ("PropertyLost", "LiabilityIncurred"):
            mark = ("loss", d["loss_id"])
        if type_ == "PolicyIssued":
            mark = ("issued", "")
        if type_ == "WorkIncomeReported":
            mark = (type_, d["disability_id"], d["month"])
        if mark in seen:
            return False
        seen.add(mark)
        end = {"HospitalDischarged": "discharged_on", "StayConfirmed": "through"}.get(type_)
        if end and d["stay_id"] in admitted and D(d[end]) < admitted[d["stay_id"]]:
            return False
        if any(a in d and b in d and D(d[a]) > D(d[b]) for a, b in (("from", "to"), ("valid_from", "valid_to"), ("period_start", "period_end"))):
            return False
    periods = contract.periods([f for f in k.in_force if f["type"] in ("PolicyIssued", "PolicyRenewed")])
    return all(a["end"] <= b["start"] for a, b in pairwise(periods))


DAYS = ("admitted_on", "discharged_on", "through", "visited_on", "performed_on", "given_on", "from", "to", "onset_on", "accident_on", "received_on",
        "diagnosed_on", "treatment_started_on", "occurred_on", "fixed_on", "valid_from", "valid_to", "certified_on", "disabled_on", "effective_on",
        "pregnancy_diagnosed_on", "filed_on", "submitted_on", "paid_on", "cancelled_on", "withdrawn_on", "resumed_on", "entered_on")
SWAPS: dict[str, list] = {"purpose": ["treatment", "checkup"], "health_insured": [True, False], "basis": ["medical_fee", "none"], "drug": ["chemotherapy", "hormone"],
                          "scheme": ["insured", "trial"], "first_ever": [True, False], "technical_fee": [9_000_000, 1_000_000], "excluded": ["work"],
                          "icd10": ["C34.1", "K57.3", "I63.9", "C50.4"], "alive": [True, False], "totally_unable": [True, False], "amount": [1, 250_000]}


def amended(rng: random.Random, type_: str, data: dict) -> dict:
    """The data with a day moved or a code changed."""
    new = deepcopy(data)
    moved = [n for n in DAYS if n in new]
    swapped = [n for n in SWAPS if n in new]
    if type_ not in ("SurgeryPerformed", "AnticancerTreated", "HospitalAdmitted"):
        swapped = [n for n in swapped if n not in ("basis", "scheme", "purpose")]
    if new.get("kind", "sickness") != "sickness":
        swapped = [n for n in swapped if n != "icd10"]
    if moved and (not swapped or rng.random() < 0.65):
        name = rng.choice(moved)
        new[name] = plus(D(new[name]), rng.choice([-180, -30, -3, -2, -1, 1, 2, 3, 30, 180])).isoformat()
    elif swapped:
        name = rng.choice(swapped)
        new[name] = rng.choice(SWAPS[name])
    return new


def correction(rng: random.Random, events: list[dict], issued_too: bool) -> dict | None:
    """One correction, or a fact recorded anew, of what is in force."""
    k = timeline.known(events)
    force = {f["event_id"] for f in k.in_force}
    facts = [f for f in k.facts if issued_too or f["type"] not in ("PolicyIssued", "PolicyRenewed")]
    live = in_force_corrections(events)
    r = rng.random()
    target: dict | None = None
    if r < 0.35 and facts:
        f = rng.choice(facts)
        return {"type": "FactAmended", "data": {"target": f["event_id"], "data": amended(rng, f["type"], f["data"]), "reason": "訂正"}}
    if r < 0.65 and facts:
        chosen = [f for f in facts if f["type"] in ("HospitalAdmitted", "ConditionRecorded", "HospitalDischarged", "CoverageChanged")]
        return {"type": "FactRetracted", "data": {"target": rng.choice(chosen if chosen and rng.random() < 0.6 else facts)["event_id"], "reason": "取消"}}
    if r < 0.8 and live:
        target = rng.choice(live)
        return {"type": "FactRetracted", "data": {"target": target["event_id"], "reason": "訂正の取消"}}
    if r < 0.9:
        amendments = [e for e in live if e["type"] == "FactAmended" and root(events, e)["event_id"] in force]
        if amendments:
            target = rng.choice(amendments)
            type_ = root(events, target)["type"]
            return {"type": "FactAmended", "data": {"target": target["event_id"], "data": amended(rng, type_, target["data"]["data"]), "reason": "再訂正"}}
    gone = [e for e in events if e["type"] in ("HospitalAdmitted", "ConditionRecorded") and e["event_id"] not in force]
    if gone and k.issued is not None:
        target = rng.choice(gone)
        return {"type": target["type"], "data": amended(rng, target["type"], target["data"])}
    return None


def root(events: list[dict], e: dict) -> dict:
    by_id = {x["event_id"]: x for x in events}
    while e["type"] in timeline.CORRECTIONS:
        e = by_id[e["data"]["target"]]
    return e


def in_force_corrections(events: list[dict]) -> list[dict]:
    """Corrections that no retraction in force takes back, nor the fall of what they target."""
    force: dict[str, bool] = {}
    for i in reversed(range(len(events))):
        e = events[i]
        force[e["event_id"]] = not any(g["type"] == "FactRetracted" and g["data"]["target"] == e["event_id"] and force[g["event_id"]]
                                       for g in events[i + 1:])
    return [e for e in events if e["type"] in timeline.CORRECTIONS and force[e["event_id"]]
            and (e["type"] == "FactRetracted" or force[e["data"]["target"]])]


# ---- a history ------------------------------------------------------------------------------------------------------------------------
def history(rng: random.Random, only: str | None = None) -> list[dict]:
    """`only`: the name of a theme, to try one alone."""
    t = Teller(rng)
    for rider in ("medical_lump_sum", "anticancer", "cancer_diagnosis", "cancer_long_stay"):
        t.hold(rider, p=0.3)
    t.hold("three_diseases", rng.choice("ABCD"), p=0.3)
    for name in [only] if only else rng.sample(sorted(THEMES), t.pick(1, 2, 2)):
        THEMES[name](t)
    for p, extra in ((0.25, changes), (0.35, claims), (0.3, settlements), (0.2, ending)):
        if t.chance(p):
            extra(t)
    if t.chance(0.1):
        t.entered = plus(t.start, t.pick(-400, 1, 15, 60))
    events = ordered(t, issue(t))
    if t.chance(0.6):
        events = with_corrections(rng, events, t)
    while len(events) < 5:
        events.append({"event_id": t.new_id(), "type": "PremiumPaid", "data": {"due_months": ["2022-01"], "paid_on": "2022-01-27", "amount": 3_000}})
    return stamped(t, events)


def changes(t: Teller) -> None:
    for _ in range(t.pick(1, 1, 2)):
        t.change(plus(t.start, t.rng.randint(1, (t.end - t.start).days)), some_change(t))


def with_corrections(rng: random.Random, events: list[dict], t: Teller) -> list[dict]:
    """Corrections among the events and after them, as many as there is room for."""
    count = rng.choice([1, 1, 2, 3, 4, 6])
    events = events[:LIMIT - count]
    for _ in range(count):
        at = rng.randint(2, len(events)) if rng.random() < 0.3 else len(events)
        head, tail = events[:at], events[at:]
        e = correction(rng, head, rng.random() < 0.04)
        if e is None:
            continue
        e |= {"event_id": t.new_id(), "policy_id": t.policy_id}
        new = [*head, e, *tail]
        if all(sound(new[:n]) and recordable(new[:n]) for n in range(at + 1, len(new) + 1)):
            events = new
    return events


def recordable(events: list[dict]) -> bool:
    """Whether the last event may follow the others: not after PolicyIssued is gone, its target and what it names in force."""
    *before, last = events
    k = timeline.known(before)
    if last["type"] in timeline.CORRECTIONS:
        return last["data"]["target"] in {f["event_id"] for f in k.in_force} | {e["event_id"] for e in in_force_corrections(before)}
    if k.issued is None:
        return False
    return last["event_id"] not in {e for e, _ in timeline.known(events).orphans}


def stamped(t: Teller, events: list[dict]) -> list[dict]:
    """Wire events with recorded_at non-decreasing; several often share one instant."""
    at = datetime(2019, 1, 5, 9, 0, tzinfo=JST)
    out = []
    for e in events:
        at += timedelta(days=t.pick(0, 0, 1, 7, 40), seconds=t.pick(0, 0, 1, 3_600))
        out.append({"event_id": e["event_id"], "policy_id": t.policy_id, "type": e["type"], "recorded_at": at.isoformat(), "data": e["data"]})
    return out


def days_to_ask(rng: random.Random, events: list[dict], n: int = 6) -> list[date]:
    named: set[date] = set()
    for e in events:
        data = e["data"]["data"] if e["type"] == "FactAmended" else e["data"]
        named |= {D(v) for v in data.values() if isinstance(v, str) and len(v) == 10 and v[4:5] == "-" and v[7:8] == "-"}  # type: ignore[misc]
    crowd = [plus(d, x) for d in sorted(named) for x in (-1, 0, 1)]
    last = max(named)
    crowd += [plus(d, x) for d in sorted(named) for x in (179, 180, 364, 365)]
    return sorted({last, plus(last, 800), *(rng.choice(crowd) for _ in range(n))})
