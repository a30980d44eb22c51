"""What every product's reference calculator shares: corrections, orphans, dates, calendar, state, settlement.

Written from spec 00-principles, 10-events, 30-answers alone; shares no code with the ledger. Plain dicts and loops.

    k = known(events)                 events: wire dicts in recording order, cut at the position asked for
    k.facts                           facts that rules may read: in force, not orphans; {"event_id","type","data","n"}
    k.orphans                         [(event_id, rests_on event_id)] in recording order
    facts = as_of(k.facts, on)        facts dated after `on` dropped
    answer(...)                       the frame around a product's lines and limits
"""
from __future__ import annotations

import calendar as _calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Fact = dict[str, Any]
ONE = timedelta(days=1)
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


# ---- calendar (principles: Counting) -------------------------------------------------------------------------------
def D(text: str | date | None) -> date | None:
    """A wire date as a date."""
    if text is None or isinstance(text, date):
        return text
    return date.fromisoformat(text)


def plus(day: date, n: int) -> date:
    return day + timedelta(days=n)


def last_of_n_days_from(x: date, n: int) -> date:
    """「n days from X, X included」: X is day 1."""
    return x + timedelta(days=n - 1)


def last_within_n_days_after(x: date, n: int) -> date:
    """「within n days after X」: the day after X is day 1."""
    return x + timedelta(days=n)


def number_of_day(x: date, day: date) -> int:
    """Which day `day` is, counted from X = day 1."""
    return (day - x).days + 1


def month_length(year: int, month: int) -> int:
    return _calendar.monthrange(year, month)[1]


def add_months(day: date, n: int) -> date:
    """n months after (before, if negative): the same day of that month, or its last day where it has none."""
    index = day.year * 12 + day.month - 1 + n
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, month_length(year, month)))


def last_of_n_years_from(x: date, n: int) -> date:
    """「n years from X」: ends on the day before the same calendar day n years later; 28 February where there is no 29."""
    if x.month == 2 and x.day == 29 and not _calendar.isleap(x.year + n):
        return date(x.year + n, 2, 28)
    return date(x.year + n, x.month, x.day) - ONE


def years_after(x: date, n: int) -> date:
    """x + n years: the same calendar day, or 28 February."""
    return add_months(x, 12 * n)


def birthday(birth: date, age: int) -> date:
    """The day on which the age is reached; for 29 February in other years 1 March (age in full years by birthday)."""
    try:
        return date(birth.year + age, birth.month, birth.day)
    except ValueError:
        return date(birth.year + age, 3, 1)


def age_on(birth: date, day: date) -> int:
    age = day.year - birth.year
    if (day.month, day.day) < (birth.month, birth.day):
        age -= 1
    return age


def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def month_first(month: str) -> date:
    return date(int(month[:4]), int(month[5:7]), 1)


def month_last(month: str) -> date:
    y, m = int(month[:4]), int(month[5:7])
    return date(y, m, month_length(y, m))


def month_plus(month: str, n: int) -> str:
    return month_of(add_months(month_first(month), n))


def months_between(a: str, b: str) -> int:
    """How many months b lies after a."""
    return (int(b[:4]) - int(a[:4])) * 12 + int(b[5:7]) - int(a[5:7])


def days(first: date, last: date) -> list[date]:
    """All days from first to last, both included; empty where last < first."""
    out = []
    day = first
    while day <= last:
        out.append(day)
        day += ONE
    return out


def months_touched(first: date, last: date) -> list[str]:
    out: list[str] = []
    for day in days(first, last):
        if month_of(day) not in out:
            out.append(month_of(day))
    return out


def half_up(numerator: int, denominator: int) -> int:
    """Rounded to the whole yen, half up (numerator >= 0)."""
    return (2 * numerator + denominator) // (2 * denominator)


def round_up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


# ---- corrections (principles: Corrections) ---------------------------------------------------------------------------
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


# ---- facts as of a day (principles: The answer on a day) ---------------------------------------------------------------
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
        else:
            for x in confirmations:
                last = max(last, D(x["data"]["through"]))
                events.append(x["event_id"])
        out.append({"stay_id": d["stay_id"], "first": first, "last": min(last, on), "discharged": discharged, "alive": alive,
                    "known_discharge": last if discharge else None,
                    "condition_id": d["condition_id"], "others": [o for o in d.get("other_condition_ids") or [] if o in standing],
                    "purpose": d.get("purpose", "treatment"), "examination_basis": d.get("examination_basis"),
                    "health_insured": d.get("health_insured", True), "deemed": d.get("deemed", False), "high_risk": d.get("high_risk"),
                    "event_id": f["event_id"], "events": events})
    return sorted(out, key=lambda s: (s["first"], s["stay_id"]))


# ---- periods and state (30-answers: state) -------------------------------------------------------------------------------
@once
def periods(facts: list[Fact]) -> list[dict]:
    """Periods begun by facts at hand, in order: {"start", "end", "plan" (None where a renewal keeps it)}."""
    out = []
    for f in of(facts, "PolicyIssued", "PolicyRenewed"):
        d = f["data"]
        out.append({"start": D(d["period_start"]), "end": D(d["period_end"]), "plan": d.get("plan"), "event_id": f["event_id"]})
    return sorted(out, key=lambda p: p["start"])


def period_of(ps: list[dict], day: date, end_inside: bool = False) -> dict | None:
    """The period in which the day lies. end_inside: a 16:00 product, `period_end` is the last day and on a shared day the earlier period's."""
    for p in ps:
        if p["start"] <= day < p["end"] or (end_inside and day == p["end"]):
            return p
    return None


STATES = ("void", "revoked", "rescinded", "withdrawn", "cancelled", "ended_by_death", "lapsed", "matured", "grace", "in_force", "pending")


@once
def first_day(facts: list[Fact]) -> date:
    """The first day in force."""
    start = periods(facts)[0]["start"]
    issued = of(facts, "PolicyIssued")[0]["data"]
    return max(start, D(issued.get("entered_on")) or start)


def state_on(facts: list[Fact], day: date, end_inside: bool = False, extra: Callable[[date], set[str]] = lambda day: set()) -> str:
    """The first state that applies on the day. `extra(day)` adds a product's own: lapsed, grace, …, or "-lapsed" to take one away."""
    ps = periods(facts)
    begun = day >= ps[0]["start"]
    applies = set() if begun else {"pending"}
    entered = day >= first_day(facts)
    if entered and of(facts, "PolicyVoided"):
        applies.add("void")
    if entered and of(facts, "PolicyRevoked"):
        applies.add("revoked")
    for type_, name, state in (("PolicyRescinded", "rescinded_on", "rescinded"), ("PolicyWithdrawn", "withdrawn_on", "withdrawn"),
                               ("PolicyCancelled", "cancelled_on", "cancelled")):
        for f in of(facts, type_):
            if D(f["data"][name]) <= day:
                applies.add(state)
    insured = of(facts, "PolicyIssued")[0]["data"].get("insured") or {}
    for f in of(facts, "PersonDied"):
        if f["data"]["person_id"] == insured.get("person_id") and D(f["data"]["died_on"]) <= day:
            applies.add("ended_by_death")
    lapsed = None
    for f in sorted(of(facts, "PolicyLapsed", "PolicyReinstated"), key=fact_day):
        if fact_day(f) <= day:
            lapsed = f["type"] == "PolicyLapsed"
    if lapsed:
        applies.add("lapsed")
    if begun:
        applies.add("in_force" if period_of(ps, day, end_inside) else "matured")
    if not entered:
        applies = (applies - {"in_force"}) | {"pending"}
    for s in extra(day):
        if s.startswith("-"):
            applies.discard(s[1:])
        else:
            applies.add(s)
    for s in STATES:
        if s in applies:
            return s
    raise AssertionError(applies)


@once
def turns(facts: list[Fact]) -> set[date]:
    """The days on which the state may turn. It is asked of facts by comparing days with theirs, so it turns on a day that one of
    them names or on the day after it, and on no other."""
    named = {D(v) for f in facts for v in f["data"].values() if isinstance(v, str) and len(v) == 10 and v[4] == v[7] == "-"}
    return named | {day + ONE for day in named}


def status(facts: list[Fact], on: date, end_inside: bool = False, extra: Callable[[date], set[str]] = lambda day: set(),
           more_turns: Iterable[date] = ()) -> dict:
    """{"state", "since", "until"}: walked from `on` to every day on which the state may turn, with the facts dated to `on`.
    `more_turns`: days on which `extra` turns that no fact names."""
    s = state_on(facts, on, end_inside, extra)
    horizon = max([on, first_day(facts)] + [p["end"] for p in periods(facts)]) + timedelta(days=400)
    turning = sorted(turns(facts) | set(more_turns))
    since = None
    for day in reversed(turning):
        if s != "pending" and day <= on and state_on(facts, day - ONE, end_inside, extra) != s:
            since = day
            break
    until = next((day - ONE for day in turning if on < day <= horizon and state_on(facts, day, end_inside, extra) != s), None)
    return {"state": s, "since": since, "until": until}


# ---- lines, limits, settlement ----------------------------------------------------------------------------------------------
def line(benefit: str, key: str, first: date, last: date, gross: int, rule: str, *, rate: int | None = None, counts_from: date | None = None,
         declined: str | None = None, events: list[str] = (), **more) -> dict:
    """One benefit line before limits. `declined`: the rule that declines it."""
    return {"benefit": benefit, "key": key, "from": first, "to": last, "rate": gross if rate is None else rate, "gross": gross,
            "payable": 0 if declined else gross, "decision": "declined" if declined else "payable", "rule": declined or rule,
            "cut_by": [], "counts_from": counts_from or first, "events": list(events), **more}


def take(lines_: list[dict], limits: dict, limit: str, key: str, unit: str, cap: int, l: dict, want: int, per_unit: int | None = None) -> None:
    """Puts one line under one limit. `want` in the limit's unit; for days and times it takes the line whole or not at all."""
    row = limits.setdefault((limit, key), [unit, cap, 0])
    if unit == "yen":
        got = min(want, cap - row[2])
        if got < l["payable"]:
            l["cut_by"].append((limit, key, l["payable"] - got))
            l["payable"], l["decision"] = got, "reduced"
        row[2] += got
    elif row[2] + want <= cap:
        row[2] += want
    else:
        l["cut_by"].append((limit, key, l["payable"]))
        l["payable"], l["decision"] = 0, "reduced"


def settlement(lines_: list[dict], facts: list[Fact], on: date) -> dict:
    """payable, paid, recovered, offset, outstanding, in all and by benefit (only benefits with something to show)."""
    by: dict[str, dict[str, int]] = {}

    def row(benefit: str) -> dict[str, int]:
        return by.setdefault(benefit, {"payable": 0, "paid": 0, "recovered": 0, "offset": 0})

    for l in lines_:
        row(l["benefit"])["payable"] += l["payable"]
    for f in as_of(of(facts, *SETTLEMENTS), on):
        name = {"BenefitPaid": "paid", "BenefitRecovered": "recovered", "PremiumOffset": "offset"}[f["type"]]
        row(f["data"]["benefit"])[name] += f["data"]["amount"]
    total = {"payable": 0, "paid": 0, "recovered": 0, "offset": 0}
    for r in by.values():
        for name in total:
            total[name] += r[name]
    for r in [*by.values(), total]:
        r["outstanding"] = r["payable"] - r["paid"] - r["offset"] + r["recovered"]
    total["by_benefit"] = {b: r for b, r in sorted(by.items()) if any(r.values())}
    return total


def merge_days(lines_: list[dict]) -> list[dict]:
    """Day lines of one benefit, key, rate, outcome and rule on adjoining days become one run. Lines must have "from" == "to"
    or be runs whose gross and payable are the same every day."""
    out: list[dict] = []
    for l in sorted(lines_, key=lambda l: (l["benefit"], l["key"], l["rate"], l["decision"], l["rule"], [c[:2] for c in l["cut_by"]], l["from"])):
        last = out[-1] if out else None
        if last and _same_run(last, l) and l["from"] == last["to"] + ONE:
            last["to"] = l["to"]
            last["gross"] += l["gross"]
            last["payable"] += l["payable"]
            last["cut_by"] = [(a[0], a[1], a[2] + b[2]) for a, b in zip(last["cut_by"], l["cut_by"], strict=False)]
            last["events"] = last["events"] + [e for e in l["events"] if e not in last["events"]]
        else:
            out.append(dict(l))
    return out


def _per_day(l: dict) -> tuple:
    n = (l["to"] - l["from"]).days + 1
    return (l["gross"] / n, l["payable"] / n)


def _same_run(a: dict, b: dict) -> bool:
    same = all(a[name] == b[name] for name in ("benefit", "key", "decision", "rule"))
    return same and _per_day(a) == _per_day(b) and [c[:2] for c in a["cut_by"]] == [c[:2] for c in b["cut_by"]]


def shape(l: dict) -> tuple:
    """(benefit, key, from, to, gross, payable, decision, deciding rule where declined / limits that cut where reduced / "")."""
    why = l["rule"] if l["decision"] == "declined" else "+".join(sorted({c[0] for c in l["cut_by"]}))
    return (l["benefit"], l["key"], l["from"].isoformat(), l["to"].isoformat(), l["gross"], l["payable"], l["decision"], why)


def result(state: dict, lines_: list[dict], limits: dict, settled: dict, orphans: list, day_benefits: tuple = (), **more) -> dict:
    """The comparable answer."""
    daily = merge_days([l for l in lines_ if l["benefit"] in day_benefits])
    rest = [l for l in lines_ if l["benefit"] not in day_benefits]
    iso = lambda d: d.isoformat() if d else None
    return {"state": state["state"], "since": iso(state["since"]), "until": iso(state["until"]),
            "lines": sorted(shape(l) for l in daily + rest),
            "limits": {k: tuple(v) for k, v in sorted(limits.items())},
            "settlement": settled, "orphans": [list(o) for o in orphans], **more}


UNKNOWN = {"state": "unknown", "since": None, "until": None, "lines": [], "limits": {},
           "settlement": {"payable": 0, "paid": 0, "recovered": 0, "offset": 0, "outstanding": 0, "by_benefit": {}}}


def comparable(a: dict, day_benefits: tuple = ()) -> dict:
    """The ledger's answer (30-answers) in the oracle's shape."""
    lines_ = []
    for b in a["benefits"]:
        lines_.append({"benefit": b["benefit"], "key": b["key"], "from": D(b["from"]), "to": D(b["to"]), "rate": b["rate"], "gross": b["gross"],
                       "payable": b["payable"], "decision": b["decision"], "rule": b["rules"][-1] if b["decision"] == "declined" else "",
                       "cut_by": sorted((c["limit"], c["key"], c["by"]) for c in b["cut_by"]), "events": list(b["events"])})
    s = a["settlement"]
    names = ("payable", "paid", "recovered", "offset", "outstanding")
    settled = {n: s[n] for n in names}
    settled["by_benefit"] = {b: {n: r[n] for n in names} for b, r in sorted(s["by_benefit"].items()) if any(r[n] for n in names)}
    return result({"state": a["status"]["state"], "since": D(a["status"]["since"]), "until": D(a["status"]["until"])}, lines_,
                  {(r["limit"], r["key"]): [r["unit"], r["cap"], r["used"]] for r in a["limits"]}, settled,
                  [(o["event_id"], o["rests_on"]) for o in a["orphans"]], day_benefits)


def difference(oracle: dict, ledger: dict) -> list[str]:
    """What differs, as text; empty where the answers agree. Only what the oracle answers is compared."""
    out = []
    for name, want in oracle.items():
        got = ledger.get(name)
        if want == got:
            continue
        if name == "lines":
            out += [f"lines: only oracle {l}" for l in want if l not in got] + [f"lines: only ledger {l}" for l in got if l not in want]
            if sorted(map(tuple, want)) == sorted(set(map(tuple, want))) and len(got) != len(set(map(tuple, got))):
                out.append("lines: the ledger has doubles")
        elif name == "limits":
            for k in sorted({*want, *got}):
                if want.get(k) != got.get(k):
                    out.append(f"limit {k}: oracle {want.get(k)}, ledger {got.get(k)}")
        else:
            out.append(f"{name}: oracle {want}, ledger {got}")
    return out


def frame(events: list[dict], on: date, rules: Callable[[list[Fact], date], dict], day_benefits: tuple = (), end_inside: bool = False) -> dict:
    """The answer around a product's rules. `rules(facts dated to on, on)` gives {"lines", "limits"} and, where it has them,
    "state" (function of a day: states to add or "-state" to take away), "more" (deadlines, certificates … for the answer)."""
    k = known(events)
    if k.issued is None:
        return UNKNOWN | {"orphans": [list(o) for o in k.orphans]}
    facts = as_of(k.facts, on)
    got = rules(facts, on)
    s = status(facts, on, end_inside, got.get("state") or (lambda day: set()))
    return result(s, got["lines"], got["limits"], settlement(got["lines"], facts, on), k.orphans, day_benefits, **got.get("more", {}))
