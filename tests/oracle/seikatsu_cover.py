"""Reference calculator for `seikatsu` (spec 20-seikatsu.md), part 1: layers, what covers a condition, disease lists.

A `case` is a plain dict: the facts dated to `on`, and what is asked of them again and again (conditions, plan changes, stays).
"""
from __future__ import annotations

import unicodedata
from datetime import date
from functools import cache
from typing import Any

from . import answers, claims, contract, dates, timeline
from .dates import D, plus
from .timeline import Fact, of

Case = dict[str, Any]
Layer = tuple[date, int]                     # (the day on which it was entered, amount)

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("SK-01", "A fact whose benefit is not held on the deciding day (no anticancer rider, no bailee cover …): a declined line, or none?",
     "None: what is not held is no benefit. Held is what the plan in force on that day says (before entry: the first plan)."),
    ("SK-00", "Deciding day before `entered_on` but after period_start", "Declined by SK-00: the policy is pending."),
    ("SK-00", "Void, revoked, rescinded policies: the product is silent", "KR-06, KR-08, KR-04/10/11 decline as for every product, asked last; what they refuse joins no hospitalisation and begins no incident."),
    ("SK-00", "Death of the insured as an end of the policy", "Only the state; days after died_on end income and care. No fact is declined for it."),
    ("SK-00", "A gap between two periods", "Facts in it are declined by SK-00; layers go on over it, with their entry days."),
    ("SK-00", "An injury stay, visit or surgery after the policy's end, the accident inside",
     "Not covered: SK-04a asks that the layer still be held on the admission, visit or surgery day, and nothing is held after the end."),
    ("SK-01", "Two changes on one day (PolicyRenewed and CoverageChanged)", "The renewal first, then the change."),
    ("SK-01", "Three diseases from course to course", "Two stacks of layers, the lump sum's difference and the daily amount's difference (B to C raises only the lump sum)."),
    ("SK-02", "A decrease that takes a part of a layer", "The layer keeps its entry day and what is left of it."),
    ("SK-03, SK-20", "The layers of a hospitalisation where the policy ended or was decreased between its stays", "Those of the first admission day, to the end."),
    ("SK-03", "Advanced care (not per unit) where only some of the layers cover the condition", "Paid in full as soon as one layer of the base cover covers."),
    ("SK-04", "Onset of an injury in the caused_by chain of a sickness", "onset_on, else accident_on."),
    ("SK-04, SK-08", "A condition that bears pregnancy_diagnosed_on, with an onset before the entry and a diagnosis on or after it",
     "Covered, as SK-08 says: the diagnosis counts in place of its onset."),
    ("SK-04", "Only some of the layers cover: is there a declined line for the rest?", "No: one line at the amount of the covering layers."),
    ("SK-04, SK-05, SK-08", "Several layers, each barred for its own reason: which rule decides?",
     "That of the oldest layer; SK-08 before SK-04; SK-05 on days from the oldest barred layer's entry + 730 on."),
    ("SK-04", "A line that several rules decline", "The first that is asked decides: what is no case to be paid (SK-33, SK-35, SK-47 …), then SK-00, then the layers, then repeats; the KR rules last."),
    ("SK-04", "`gross` of a declined line", "The amount of all layers held on the deciding day, as though covered. Not compared unless strict."),
    ("SK-04a", "Stays of one accident: one test on the first admission, or one for each stay?", "Each stay by its own admission day, each visit and surgery by its own."),
    ("SK-04a", "'as far as they are still held'", "Layer by layer (by entry day) the lesser of the amount held on accident_on and on the later day."),
    ("SK-04a", "A lump sum of an accident with several stays", "The rider must be held on accident_on and on the admission of the stay in which the day of the lump falls."),
    ("SK-05", "'joined as SK-20': do SK-22 and SK-23 join here too?", "No: same chain within 180 days only. Every stay counts, also those declined by SK-33 to SK-35; injury stays do not."),
    ("SK-08", "Does it bar injury benefits of an injury with a pregnancy in its chain?", "Yes: 'nothing that comes of that pregnancy'."),
    ("SK-61", "Entry day of the rider's layer, and its units", "For each base layer the later of its entry and the rider's; units of those that cover."),
]


# ---- case ----------------------------------------------------------------------------------------------------------------
def case_of(facts: list[Fact], on: date) -> Case:
    """`facts` known; those dated after `on` are dropped here."""
    facts = timeline.as_of(facts, on)
    issued = of(facts, "PolicyIssued")[0]["data"]
    start = contract.first_day(facts)
    entered = D(issued.get("entered_on")) or start
    changes: list[tuple[date, int, dict]] = []
    for f in of(facts, "PolicyRenewed"):
        if f["data"].get("plan") is not None:
            changes.append((D(f["data"]["period_start"]), 0, f["event_id"], f["data"]["plan"]))
    for f in of(facts, "CoverageChanged"):
        changes.append((D(f["data"]["effective_on"]), 1, f["event_id"], f["data"]["plan"]))
    changes.sort(key=lambda c: c[:3])
    plans = [(entered, issued["plan"])] + [(day, plan) for day, *_, plan in changes]
    case: Case = {"facts": facts, "on": on, "issued": issued, "start": start, "periods": contract.periods(facts), "plans": plans,
                  "conditions": timeline.conditions(facts), "stays": timeline.stays(facts, on), "limits": {}, "lines": []}
    case["gone"] = claims.barred(facts, day_of)                # GN-04
    for s in case["stays"]:
        s["kind"] = case["conditions"][s["condition_id"]]["kind"]
    return case


def day_of(f: Fact) -> date | None:
    """The day of a fact for GN-01 and GN-04; of a month's report its first day."""
    if f["type"] == "WorkIncomeReported":
        return dates.month_first(f["data"]["month"])
    return D(f["data"].get("discharged_on") or f["data"].get("through")) or timeline.fact_day(f)


def plan_on(case: Case, day: date) -> dict:
    """The plan in force on the day; before entry the first one."""
    plan = case["plans"][0][1]
    for changed, new in case["plans"][1:]:
        if changed <= day:
            plan = new
    return plan


def period_key(case: Case, day: date) -> str | None:
    """The period_start of the period in which the day lies."""
    p = contract.period_of(case["periods"], day)
    return p["start"].isoformat() if p else None


# ---- SK-00 ---------------------------------------------------------------------------------------------------------------
def from_the_start(case: Case) -> list[str]:
    """KR-06, KR-08: void or revoked (undated: on every `on`)."""
    out = ["KR-06" for _ in of(case["facts"], "PolicyVoided")] + ["KR-08" for _ in of(case["facts"], "PolicyRevoked")]
    return sorted(set(out))


def sk_00(case: Case, day: date) -> list[str]:
    """SK-00 where the day lies outside the periods, or on or after a cancellation or withdrawal; [] where it is inside."""
    outside = day < case["start"] or contract.period_of(case["periods"], day) is None
    for type_, name in (("PolicyCancelled", "cancelled_on"), ("PolicyWithdrawn", "withdrawn_on")):
        for f in of(case["facts"], type_):
            outside = outside or D(f["data"][name]) <= day
    return ["SK-00"] if outside else []


def rescinded(case: Case, day: date) -> bool:
    return any(D(f["data"]["rescinded_on"]) <= day for f in of(case["facts"], "PolicyRescinded"))


def kr(case: Case, day: date, condition_id: str | None = None) -> list[str]:
    """The clauses on a contract that never was, and on rescission, that refuse what is decided on the day; asked last."""
    out = from_the_start(case)
    for f in of(case["facts"], "PolicyRescinded"):
        d = f["data"]
        rule = {"disclosure": "KR-04", "serious": "KR-10", "additional_premium": "KR-11"}[d["ground"]]
        if D(d["rescinded_on"]) <= day or ((d["ground"] == "disclosure" and condition_id not in (d.get("unrelated_conditions") or []))
              or (d["ground"] == "serious" and D(d["reason_arose_on"]) <= day) or d["ground"] == "additional_premium"):
            out.append(rule)
    return sorted(out, key=("KR-06", "KR-08", "KR-04", "KR-10", "KR-11").index)


# ---- SK-01, SK-02: layers ------------------------------------------------------------------------------------------------
HALF_UNITS = {"E": 1, "1": 2, "2": 4, "3": 6, "4": 8}
THREE_LUMP = {"A": 235_000, "B": 470_000, "C": 1_000_000, "D": 3_000_000}
THREE_DAILY = {"A": 5_000, "B": 10_000, "C": 10_000, "D": 10_000}


def amount_of(plan: dict, what: str) -> int:
    """How much of something a plan holds; 0: not held. Units are counted in halves; a rider without an amount is 1."""
    riders = plan.get("riders") or {}
    if what == "units":
        return HALF_UNITS[plan["units"]]
    if what == "three_lump":
        return THREE_LUMP.get(riders.get("three_diseases") or "", 0)
    if what == "three_daily":
        return THREE_DAILY.get(riders.get("three_diseases") or "", 0)
    if what == "income":
        return (plan.get("income") or {}).get("monthly") or 0
    if what == "care_lump":
        return (plan.get("care") or {}).get("lump_sum") or 0
    if what == "care_annuity":
        return (plan.get("care") or {}).get("annuity") or 0
    if what in ("injury_disability", "bailee", "household", "hole_in_one"):
        return plan.get(what) or 0
    if what in ("personal_liability", "belongings"):
        return 1 if plan.get(what) else 0
    return 1 if riders.get(what) else 0                          # medical_lump_sum, anticancer, cancer_diagnosis, cancer_long_stay


def layers(case: Case, what: str, day: date) -> list[Layer]:
    """The layers held on the day, oldest first. A decrease takes from the newest."""
    stack: list[list] = []
    for i, (changed, plan) in enumerate(case["plans"]):
        if i > 0 and changed > day:
            break
        held = sum(amount for _, amount in stack)
        want = amount_of(plan, what)
        if want > held:
            if stack and stack[-1][0] == changed:
                stack[-1][1] += want - held
            else:
                stack.append([changed, want - held])
        while held > want:                                       # SK-02
            cut = min(stack[-1][1], held - want)
            stack[-1][1] -= cut
            held -= cut
            if stack[-1][1] == 0:
                stack.pop()
    return [(entry, amount) for entry, amount in stack]


def long_stay_layers(case: Case, day: date) -> list[Layer]:
    """SK-61: units under the rider cancer_long_stay, each entered on the later of the unit's and the rider's entry."""
    rider = layers(case, "cancer_long_stay", day)
    if not rider:
        return []
    return [(max(entry, rider[0][0]), amount) for entry, amount in layers(case, "units", day)]


def total(ls: list[Layer]) -> int:
    return sum(amount for _, amount in ls)


# ---- conditions ----------------------------------------------------------------------------------------------------------
def upward(case: Case, condition_id: str) -> list[str]:
    """The condition and its causes, any number of steps."""
    out, todo = [], [condition_id]
    while todo:
        c = todo.pop()
        if c in case["conditions"] and c not in out:
            out.append(c)
            todo += case["conditions"][c]["caused_by"]
    return out


def chain(case: Case, condition_id: str) -> set[str]:
    """Condition chain: connected through caused_by in either direction."""
    out, grown = {condition_id}, True
    while grown:
        grown = False
        for c, data in case["conditions"].items():
            for cause in data["caused_by"]:
                if (c in out) != (cause in out):
                    out |= {c, cause}
                    grown = True
    return out


def onset(c: dict) -> date | None:
    return D(c.get("onset_on") or (c.get("accident_on") if c["kind"] == "injury" else None))


def earliest_onset(case: Case, condition_id: str) -> date | None:
    """SK-04: its own, or that of any condition in its caused_by chain. A pregnancy is judged by its diagnosis instead (SK-08)."""
    begun = [case["conditions"][c] for c in upward(case, condition_id)]
    known = [onset(c) for c in begun if not c.get("pregnancy_diagnosed_on")]
    found = [d for d in known if d is not None]
    return min(found) if found else None


def sk_04_bars(case: Case, entry: date, condition_id: str) -> bool:
    began = earliest_onset(case, condition_id)
    return began is not None and began < entry


def sk_08_bars(case: Case, entry: date, condition_id: str) -> bool:
    for c in upward(case, condition_id):
        diagnosed = D(case["conditions"][c].get("pregnancy_diagnosed_on"))
        if diagnosed is not None and diagnosed < entry:
            return True
    return False


def after_730_days(entry: date, day: date) -> bool:
    """SK-05, SK-06: the day is entry + 730 or later."""
    return day >= plus(entry, 730)


def cover(case: Case, held: list[Layer], condition_id: str, relief_day: date | None) -> tuple[list[Layer], list[tuple[date, str]]]:
    """(layers that cover a sickness or pregnancy, [(entry, rule)] of those that do not, oldest first).

    relief_day: the day that SK-05 or SK-06 looks at (first admission, surgery day); None: no 730-day relief.
    """
    good, barred = [], []
    for entry, amount in held:
        if sk_08_bars(case, entry, condition_id):
            barred.append((entry, "SK-08"))
        elif sk_04_bars(case, entry, condition_id) and not (relief_day is not None and after_730_days(entry, relief_day)):
            barred.append((entry, "SK-04"))
        else:
            good.append((entry, amount))
    return good, barred


def cover_injury(case: Case, what: str, condition_id: str, day: date) -> tuple[list[Layer], list[str]]:
    """SK-04a (and SK-08): (layers that cover an admission, visit or surgery on the day, rules that decline where none does)."""
    accident = accident_day(case, condition_id)
    then = layers(case, what, accident)
    ended = bool(sk_00(case, day)) or rescinded(case, day)                 # then nothing is held any more
    now = {} if ended else dict(layers(case, what, day))
    good, barred = [], []
    for entry, amount in then:
        if entry > accident or not now.get(entry):
            barred.append("SK-04a")
        elif sk_08_bars(case, entry, condition_id):
            barred.append("SK-08")
        else:
            good.append((entry, min(amount, now[entry])))
    outside = sk_00(case, accident)
    if outside or not good:
        return [], outside or ["SK-08" if "SK-08" in barred else "SK-04a"]
    return good, []


def accident_day(case: Case, condition_id: str) -> date:
    c = case["conditions"][condition_id]
    return D(c.get("accident_on") or c.get("onset_on")) or date.min


def sk_35(case: Case, condition_id: str | None) -> list[str]:
    """Exclusions of the condition. congenital and neglected_treatment have no effect here."""
    exclusion = (case["conditions"].get(condition_id) or {}).get("exclusion") if condition_id else None
    return ["SK-35"] if exclusion and exclusion not in ("congenital", "neglected_treatment") else []


# ---- SK-10 to SK-13: disease lists ---------------------------------------------------------------------------------------
CANCER = ("C00-C14 C15-C26 C30-C39 C40-C41 C43-C44 C45-C49 C50-C50 C51-C58 C60-C63 C64-C68 C69-C72 C73-C75 C76-C80 C81-C96 C97-C97 "
          "D00-D09 D45-D45 D46-D46")
LIFESTYLE = "E10-E14 I05-I09 I20-I25 I26-I28 I30-I52 I10-I10 I11-I11 I12-I12 I13-I13 I15-I15 I60-I69"


def code_of(case: Case, condition_id: str) -> str:
    return unicodedata.normalize("NFKC", case["conditions"][condition_id].get("icd10") or "").strip().upper()


@cache
def listed(code: str, ranges: str) -> bool:
    """A code with a decimal belongs to its three-character category."""
    category = code[:3]
    return any(first <= category <= last for first, last in (r.split("-") for r in ranges.split()))


def sk_10_cancer(code: str) -> bool:
    return listed(code, CANCER) or code.startswith(("D47.1", "D47.3"))


def sk_11_lifestyle(code: str) -> bool:
    return sk_10_cancer(code) or listed(code, LIFESTYLE)


def sk_12_three_diseases(code: str) -> bool:
    return sk_10_cancer(code) or code[:3] in ("I21", "I60", "I61", "I63")


def sk_13_anticancer(code: str) -> bool:
    return sk_10_cancer(code) and not listed(code, "D00-D09")


# ---- lines and limits ----------------------------------------------------------------------------------------------------
def add(case: Case, benefit: str, key: str, first: date, last: date, gross: int, rule: str, declined: list[str], *,
        counts_from: date | None = None, events: list[str] = (), condition_id: str | None = None, right_from: date | None = None) -> dict:
    """A line before limits. `declined`: the rules that decline it, in the order in which they are asked; the first decides.
    `right_from`: the first day of the line of which this is a day (GN-04)."""
    declined = declined or (["GN-04"] if case["gone"](list(events), right_from or counts_from or first) else [])
    l = answers.line(benefit, key, first, last, gross, rule, counts_from=counts_from, declined=declined[0] if declined else None,
                  events=events, condition_id=condition_id, run_from=right_from or counts_from or first)
    case["lines"].append(l)
    return l


def row_of(case: Case, limit: str, key: str, unit: str, cap: int) -> list:
    """The row of a limit. Where the amount held differs within a period, the row shows the greatest drawn upon so far."""
    row = case["limits"].setdefault((limit, key), [unit, cap, 0])
    row[1] = max(row[1], cap)
    return row


def take_whole(case: Case, l: dict, under: list[tuple[str, str, str, int]]) -> bool:
    """One day, one time: whole or not at all, under all of the limits (limit, key, unit, cap)."""
    if l["decision"] == "declined":
        return False
    full = [(limit, key) for limit, key, unit, cap in under if row_of(case, limit, key, unit, cap)[2] + 1 > cap]
    if full:
        l["cut_by"] = [(limit, key, l["payable"]) for limit, key in full[:1]]
        l["payable"], l["decision"] = 0, "reduced"
        return False
    for limit, key, _, _ in under:
        case["limits"][(limit, key)][2] += 1
    return True


def take_yen(case: Case, l: dict, under: list[tuple[str, str, int]]) -> None:
    """As many yen as every one of the limits leaves."""
    if l["decision"] == "declined":
        return
    got = l["payable"]
    for limit, key, cap in under:
        room = max(0, cap - row_of(case, limit, key, "yen", cap)[2])
        if room < got:
            l["cut_by"].append((limit, key, got - room))
            got, l["decision"] = room, "reduced"
    l["payable"] = got
    for limit, key, _ in under:
        case["limits"][(limit, key)][2] += got
