"""What is known of a policy: corrections applied, orphans set apart, facts dated. Written from spec 00-principles and 10-events alone; shares
no code with the ledger. Plain dicts and loops.

    k = known(events)                 events: wire dicts in recording order, cut at the position asked for
    k.facts                           facts that rules may read: in force, not orphans; {"event_id","type","data","n"}
    k.orphans                         [(event_id, rests_on event_id)] in recording order
    facts = as_of(k.facts, on)        facts dated after `on` dropped
"""
from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from .dates import D

Fact = dict[str, Any]
T = TypeVar("T")
P = ParamSpec("P")


class Facts(list[Fact]):
    """Facts that no longer change, with what was once asked of them."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        super().__init__(facts)
        self.asked: dict[Any, Any] = {}


def once(rule: Callable[Concatenate[list[Fact], P], T]) -> Callable[Concatenate[list[Fact], P], T]:
    """A rule that says the same of the same facts each time is asked once."""
    @wraps(rule)
    def ask(facts: list[Fact], *args: P.args, **more: P.kwargs) -> T:
        if not isinstance(facts, Facts):
            return rule(facts, *args, **more)
        question = (rule, args, *more.items())
        if question not in facts.asked:
            facts.asked[question] = rule(facts, *args, **more)
        said: T = facts.asked[question]
        return said
    return ask


AMBIGUITIES: list[tuple[str, str, str]] = [
    # (rule, question, reading chosen)
    ("principles/amendments", "A2 amends the root after A1 did; then A3 amends A1 (the older): does A3 show?",
     "No: the root takes its latest own amendment in force (A2); A3 only replaces A1's data, which show again if A2 is retracted."),
    ("principles/orphans", "An id was recorded, retracted, recorded anew and retracted again: which event does the orphan rest on?",
     "The latest recorded fact that bears the id (the one that had taken the dependants over)."),
    ("principles/orphans", "PolicyIssued retracted: does a discharge rest directly on the admission or on PolicyIssued?",
     "On the fact whose id it names (admission); facts that name no id rest on PolicyIssued."),
    ("principles/orphans", "PolicyIssued recorded, retracted, and the condition retracted as well: condition an orphan?",
     "No: only facts in force can be orphans; a retracted fact is not listed."),
    ("principles/orphans", "Are orphans dated after `on` listed?",
     "Yes: corrections hold for every `on`, so the list does not depend on `on`."),
    ("principles/unknown", "PolicyIssued retracted but BenefitPaid in force: does settlement show the payment?",
     "No: the answer of a policy not known has zeros throughout."),
    ("30/status", "`since` while pending; `until` while in force with a renewal or ending dated after `on`",
     "pending: since null, until the day before the start. Facts dated after `on` are left out of `until` too."),
    ("30/status", "entered_on later than period_start: which is the first day in force?",
     "The later of the two; entered_on before period_start (years of an earlier history): period_start."),
    ("30/status", "A gap between two periods", "matured from the first period's end, in_force again from the renewal's period_start."),
    ("30/status", "PolicyLapsed recorded on a product without a lapse rule", "lapsed from lapsed_on on, until the day before reinstated_on."),
    ("30/status", "ended_by_death: whose death", "The insured's (PersonDied.person_id = insured.person_id), from died_on on."),
]


@dataclass
class Known:
    events_seen: int = 0
    policy_id: str | None = None
    facts: Facts = field(default_factory=Facts)              # in force and not orphaned: what rules read
    in_force: list[Fact] = field(default_factory=list)       # orphans included
    orphans: list[tuple[str, str]] = field(default_factory=list)
    issued: Fact | None = None

    def of(self, *types: str) -> list[Fact]:
        return [f for f in self.facts if f["type"] in types]


SETTLEMENTS = ("BenefitPaid", "BenefitRecovered", "PremiumOffset")
CORRECTIONS = ("FactAmended", "FactRetracted")
# the type that an id belongs to, and the types that rest on it by that id
OWN_ID = {"ConditionRecorded": "condition_id", "HospitalAdmitted": "stay_id", "CareCostIncurred": "cost_id",
          "WorkDisabilityStarted": "disability_id", "CyberIncidentDiscovered": "incident_id", "ClaimFiled": "claim_id"}
RESTS_BY_ID = {
    "HospitalAdmitted": ("condition_id", "ConditionRecorded"),
    "StayConfirmed": ("stay_id", "HospitalAdmitted"),
    "HospitalDischarged": ("stay_id", "HospitalAdmitted"),
    "HospitalChargesIncurred": ("stay_id", "HospitalAdmitted"),
    "OutpatientVisited": ("condition_id", "ConditionRecorded"),
    "ImmobilisationWorn": ("condition_id", "ConditionRecorded"),
    "SurgeryPerformed": ("condition_id", "ConditionRecorded"),
    "RadiationGiven": ("condition_id", "ConditionRecorded"),
    "AnticancerTreated": ("condition_id", "ConditionRecorded"),
    "CancerDiagnosed": ("condition_id", "ConditionRecorded"),
    "AdvancedCareReceived": ("condition_id", "ConditionRecorded"),
    "DisabilityFixed": ("condition_id", "ConditionRecorded"),
    "CareCertified": ("condition_id", "ConditionRecorded"),
    "WorkDisabilityStarted": ("condition_id", "ConditionRecorded"),
    "CareCostRefunded": ("cost_id", "CareCostIncurred"),
    "WorkIncomeReported": ("disability_id", "WorkDisabilityStarted"),
    "WorkResumed": ("disability_id", "WorkDisabilityStarted"),
    "CyberClaimSettled": ("incident_id", "CyberIncidentDiscovered"),
    "CyberCostIncurred": ("incident_id", "CyberIncidentDiscovered"),
    "CyberBusinessLoss": ("incident_id", "CyberIncidentDiscovered"),
    "CertificateSubmitted": ("claim_id", "ClaimFiled"),
    "ClaimDocumentsCompleted": ("claim_id", "ClaimFiled"),
    "InquiryOpened": ("claim_id", "ClaimFiled"),
    "ClaimObstructed": ("claim_id", "ClaimFiled"),
    "ClaimDecided": ("claim_id", "ClaimFiled"),
}


def known(events: list[dict]) -> Known:
    """The facts in force with their data as corrected, and the orphans. `events` in recording order."""
    events = _once_each(events)
    k = Known(events_seen=len(events), policy_id=events[0]["policy_id"] if events else None)
    ids = [e["event_id"].lower() for e in events]

    corrections = [(j, e["type"], e["data"]["target"].lower()) for j, e in enumerate(events) if e["type"] in CORRECTIONS]

    # In force: no retraction in force targets it. A retraction is recorded after its target, so newest first.
    force: dict[str, bool] = {}
    for i in reversed(range(len(events))):
        force[ids[i]] = True
        for j, type_, target in corrections:
            if j > i and type_ == "FactRetracted" and target == ids[i] and force[ids[j]]:
                force[ids[i]] = False

    # Data: those of the latest recorded amendment in force that targets it, else its own. Newest first again, so that an
    # amendment's data are settled (by the amendments made of it) before they are taken.
    data: dict[str, dict] = {}
    for i in reversed(range(len(events))):
        own = events[i]["data"]
        data[ids[i]] = own["data"] if events[i]["type"] == "FactAmended" else own
        for j, type_, target in corrections:
            if j > i and type_ == "FactAmended" and target == ids[i] and force[ids[j]]:
                data[ids[i]] = data[ids[j]]          # the last j wins

    everything: list[Fact] = []                      # facts, whether in force or not
    for i, e in enumerate(events):
        if e["type"] not in CORRECTIONS:
            everything.append({"event_id": ids[i], "type": e["type"], "data": data[ids[i]], "n": i, "force": force[ids[i]]})
    k.in_force = [f for f in everything if f["force"]]

    # What a fact rests on directly: the fact that bears the id it names, and PolicyIssued.
    def bearer(type_: str, id_field: str, value: str) -> Fact | None:
        """The fact in force that bears this id, else the latest recorded of those that do."""
        found = None
        for f in everything:
            if f["type"] == type_ and f["data"][id_field] == value:
                if f["force"]:
                    return f
                found = f
        return found

    issued = None
    latest_issued = None
    for f in everything:
        if f["type"] == "PolicyIssued":
            latest_issued = f
            if f["force"]:
                issued = f
    k.issued = issued

    def rests_on(f: Fact) -> Fact | None:
        if f["type"] in RESTS_BY_ID:
            id_field, type_ = RESTS_BY_ID[f["type"]]
            if f["data"].get(id_field) is not None:
                return bearer(type_, id_field, f["data"][id_field])
        return latest_issued if issued is None else issued

    def stands(f: Fact) -> bool:
        if not f["force"]:
            return False
        if f["type"] == "PolicyIssued" or f["type"] in SETTLEMENTS:
            return True
        if issued is None:
            return False
        ground = rests_on(f)
        return ground is None or stands(ground)

    for f in k.in_force:
        if stands(f):
            k.facts.append(f)
        else:
            k.orphans.append((f["event_id"], rests_on(f)["event_id"]))
    return k


def _once_each(events: list[dict]) -> list[dict]:
    """The event_id is the idempotency key: a repeated line is passed over."""
    seen, out = set(), []
    for e in events:
        if e["event_id"].lower() not in seen:
            seen.add(e["event_id"].lower())
            out.append(e)
    return out


# The field that dates a fact. None: undated, held by no day. Spans are dated by their first day; the rules cut their end.
FACT_DAY: dict[str, str | None] = {
    "PolicyIssued": None, "PolicyRenewed": "period_start", "CoverageChanged": "effective_on", "PremiumPaid": "paid_on",
    "PremiumMissed": "due_on", "PolicyLapsed": "lapsed_on", "PolicyReinstated": "reinstated_on", "PolicyCancelled": "cancelled_on",
    "PolicyWithdrawn": "withdrawn_on", "PolicyRescinded": "rescinded_on", "PolicyVoided": None, "PolicyRevoked": None,
    "CoolingOffRequested": "requested_on", "RenewalNoticeSent": "sent_on", "RenewalRefused": "refused_on", "PersonDied": "died_on",
    "ConditionRecorded": None, "HospitalAdmitted": "admitted_on", "StayConfirmed": None, "HospitalDischarged": None,
    "OutpatientVisited": "visited_on", "ImmobilisationWorn": "from", "SurgeryPerformed": "performed_on", "RadiationGiven": "given_on",
    "AnticancerTreated": "from", "CancerDiagnosed": "diagnosed_on", "AdvancedCareReceived": "received_on",
    "HospitalChargesIncurred": None, "DisabilityFixed": "fixed_on", "CareCertified": "valid_from", "CareEnded": "ended_on",
    "CareCostIncurred": "used_on", "CareCostRefunded": "refunded_on", "WorkDisabilityStarted": "disabled_on",
    "WorkIncomeReported": None, "WorkResumed": "resumed_on", "PropertyLost": "occurred_on", "LiabilityIncurred": "occurred_on",
    "HoleInOneAchieved": "achieved_on", "CyberIncidentDiscovered": "discovered_on", "CyberClaimSettled": "settled_on",
    "CyberCostIncurred": "incurred_on", "CyberBusinessLoss": "incurred_on", "ClaimFiled": "filed_on", "CertificateSubmitted": "submitted_on",
    "ClaimDocumentsCompleted": "completed_on", "InquiryOpened": "opened_on", "ClaimObstructed": "from", "ClaimDecided": "decided_on",
    "BenefitPaid": "paid_on", "BenefitRecovered": "recovered_on", "PremiumOffset": "offset_on",
}
# StayConfirmed, HospitalDischarged: they say how far a stay reached, so they are read for days before their own too (`stays`).
# HospitalChargesIncurred: dated by the first day of the stay in its month; WorkIncomeReported: by its month. Left to the rules.


def fact_day(f: Fact) -> date | None:
    name = FACT_DAY[f["type"]]
    return None if name is None else D(f["data"][name])


def as_of(facts: list[Fact], on: date) -> Facts:
    """Facts dated after `on` left out."""
    out = []
    for f in facts:
        day = fact_day(f)
        if day is None or day <= on:
            out.append(f)
    return Facts(out)


def of(facts: list[Fact], *types: str) -> list[Fact]:
    """The facts of these types, in the order in which they stand."""
    if not isinstance(facts, Facts):
        return [f for f in facts if f["type"] in types]
    if types not in facts.asked:
        facts.asked[types] = [f for f in facts if f["type"] in types]
    found: list[Fact] = facts.asked[types]
    return found


def conditions(facts: list[Fact]) -> dict[str, dict]:
    """condition_id -> data; references in caused_by to conditions that no longer stand are dropped."""
    out = {f["data"]["condition_id"]: dict(f["data"]) for f in of(facts, "ConditionRecorded")}
    for c in out.values():
        c["caused_by"] = [other for other in c.get("caused_by") or [] if other in out]
    return out


def stays(facts: list[Fact], on: date) -> list[dict]:
    """Each stay with its first and last counted day, cut at `on`; sorted by first day, then stay_id.

    Without a known discharge it counts to its last confirmed day, without one to the admission day alone.
    `discharged`: the discharge day where it is known and not after `on`.
    `known_discharge`: the same, whatever `on` (to tell a stay that is still running on `on`).
    """
    standing = {f["data"]["condition_id"] for f in of(facts, "ConditionRecorded")}
    out = []
    for f in of(facts, "HospitalAdmitted"):
        d = f["data"]
        first = D(d["admitted_on"])
        if first > on:
            continue
        last, discharged, alive, events = first, None, None, [f["event_id"]]
        discharge = [x for x in of(facts, "HospitalDischarged") if x["data"]["stay_id"] == d["stay_id"]]
        confirmations = [x for x in of(facts, "StayConfirmed") if x["data"]["stay_id"] == d["stay_id"]]
        if discharge:
            last = D(discharge[0]["data"]["discharged_on"])
            events.append(discharge[0]["event_id"])
            if last <= on:
                discharged, alive = last, discharge[0]["data"].get("alive", True)
        for x in confirmations:
            events.append(x["event_id"])
            last = last if discharge else max(last, D(x["data"]["through"]))
        out.append({"stay_id": d["stay_id"], "first": first, "last": min(last, on), "discharged": discharged, "alive": alive,
                    "known_discharge": last if discharge else None,
                    "condition_id": d["condition_id"], "others": [o for o in d.get("other_condition_ids") or [] if o in standing],
                    "purpose": d.get("purpose", "treatment"), "examination_basis": d.get("examination_basis"),
                    "health_insured": d.get("health_insured", True), "deemed": d.get("deemed", False), "high_risk": d.get("high_risk"),
                    "event_id": f["event_id"], "events": events})
    return sorted(out, key=lambda s: (s["first"], s["stay_id"]))
