"""Reference calculator: the GN rules, and the KR rules as they serve every product (spec 23-ryoritsu.md); the frame round a product.

    comparable(ledger_answer) -> the ledger's JSON answer (30-answers.md) in the oracle's shape
    difference(oracle, ledger) -> texts
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

from . import answers, claims, contract, dates, timeline
from .dates import ONE, D, add_months, half_up, month_of, month_plus
from .timeline import Fact, of

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("KR-04, KR-06, KR-08, KR-10, KR-11", "Do they serve sony-medical and cyber, which are silent on rescission, voidness, revocation?",
     "Their effect on benefits: yes, everywhere. KR-05 (refusal) and premium refunds: ryoritsu alone."),
    ("KR-04, KR-09, KR-11", "Is premium given back on a rescission for disclosure or an unpaid additional premium, and on PolicyWithdrawn? (The rules name KR-07 and "
     "KR-09, KR-10 only; article 17(1) of the source covers 4(2) and 14(2) too.)", "Yes, as KR-07, for all of them."),
    ("KR-07", "Several endings of one policy", "The earliest ends the contract and alone decides the refund."),
    ("KR-07", "Period that starts in mid-month (15th): which months are begun, which months does a debit cover?",
     "Policy months run from the start day of the period; the debit of a calendar month covers the policy month that starts in it. The day on which a month starts counts as begun."),
    ("KR-06, KR-07", "`due_from` of a refund", "The day of the ending; for a void policy its first day. No row where the amount is 0."),
    ("KR-06", "Is a void policy's premium paid back by payments dated to `on` only?", "Yes; the row is there from the first day on."),
    ("KR-08", "PolicyRevoked with ground first_premium: premium back?", "No row."),
    ("KR-09", "Is an event on `cancelled_on`/`withdrawn_on`/`rescinded_on` still covered? On the day of death?",
     "No on the first three (the state holds from the day named); yes on the day of death (the contract ends that day)."),
    ("KR-10", "An event on `rescinded_on`", "Refused (the contract has ended, and 'to the rescission' includes it)."),
    ("GN-01", "A payment deadline before the claim itself is filed (completed_on < filed_on)", "The row is shown once both are dated to `on`."),
    ("GN-01..03", "met_on: which payable is compared with the payments by day?", "The claim's payable as the facts dated to `on` give it; "
     "the first payment day on which what was paid reaches it (overpayment too); what a fact known by then earns afterwards, by days "
     "that pass, is not counted."),
    ("GN-01..03", "met_on with both a declining decision and a payment", "The earlier day."),
    ("GN-01..03", "A claim without facts: 'all lines of facts dated to filed_on'", "Lines whose counts_from is on or before filed_on."),
    ("GN-01..03", "Which facts does a line rest on, for a claim that names e.g. the certificate or the admission?",
     "Everything the line is derived from: cost + refunds + trigger certificate; charge + admission; settlement/cost + incident; certificate. Conditions too."),
    ("GN-01..03", "Is a BenefitRecovered subtracted from a claim's paid?", "No: it bears no claim_id."),
    ("GN-02", "'on or before the day then due' with several inquiries and obstruction", "Repeated until nothing changes: the due day as extended so far decides which inquiries count."),
    ("GN-03", "An obstruction that lasts beyond `on`", "Only its days up to `on` are added."),
    ("GN-04", "Between the last day and a late ClaimFiled, which first makes the rule apply (it is for named facts only)",
     "Lines stay payable until `filed_on` of the late claim, and are declined from then on (facts after `on` are left out)."),
    ("GN-04", "A claim that names no facts but has right_arose_on", "It is one for all lines that count by filed_on, all with that day."),
    ("GN-04", "A timely claim that names no facts and no right_arose_on", "It saves all lines that count by filed_on, but makes the rule apply to none."),
    ("GN-04", "Several claims for one line with different days", "The line is barred only where every one of them was filed too late by its own day."),
    ("GN-04", "Deadline rows of a claim with several facts of different days", "One row per claim, its earliest last day. met_on = filed_on."),
    ("GN-04", "A line that rests on several facts, one barred", "The day of the latest of them by the day the line counts from: of certificate and cost the cost's. (The month's incidental expenses are taken of what remains payable.)"),
    ("deadlines", "Do rows stay after they are met?", "Yes, all rows dated to `on` are listed."),
    ("discrepancies", "Is every event that would be refused now listed, or only where a correction (not a later plain fact) took its ground away?",
     "Every event that the facts dated to `on` would not admit, whatever made it so: arrival order never matters."),
    ("discrepancies", "One row per event or per ground", "Per event: each that could not be recorded beside the others."),
    ("declined", "Several rules decline one line: which is last in `rules`?", "The one that the product asks first: its ORDER. Prescription is asked last."),
    ("declined", "Which rule decides where a fact is outside the periods or after an ending, in products that name none?",
     "Outside the periods OY-01, CY-09, KR-01, of sony-medical the benefit's own; after an ending the KR rule of that ending, of cyber CY-09 (but not for a rescission)."),
    ("corrections", "An amendment or a restored fact is 'checked like the original's': is the event that *names* it checked again too (a cost amended below its refunds)?",
     "No: the amendment is recorded and the dependant shows as a discrepancy."),
]

ENDED = ("KR-06", "KR-08", "KR-04", "KR-10", "KR-11")
"""The clauses on a contract that never was, and on rescission, in the order in which they are asked."""
LIFE_ENDS = {"PolicyRescinded": "rescinded_on", "PolicyWithdrawn": "withdrawn_on", "PolicyCancelled": "cancelled_on"}
BENEFITS = {"oyako": ("parent_care", "incidental_expenses"), "sony-medical": ("hospital_treatment", "room_charge", "advanced_care"),
            "ryoritsu": ("care_benefit",), "cyber": ("cyber_liability", "cyber_cost", "cyber_business")}


# ---- the policy's frame --------------------------------------------------------------------------------------------------
@timeline.once
def issued(facts: list[Fact]) -> dict:
    return of(facts, "PolicyIssued")[0]["data"]


@timeline.once
def first_start(facts: list[Fact]) -> date:
    """The first start (初年度の始期): entered_on, default period_start."""
    d = issued(facts)
    return D(d.get("entered_on")) or D(d["period_start"])


def one_year_ends(start: date) -> date:
    return dates.last_of_n_years_from(start, 1)


@timeline.once
def plan_changes(facts: list[Fact], end_inside: bool) -> list[tuple[date, date, dict]]:
    """[(day of the change, first day on which the plan serves, whole plan)] in order. On the day that two periods of a
    16:00 product share, the earlier period's plan still serves."""
    out = []
    for f in of(facts, "PolicyRenewed"):
        if f["data"].get("plan") is not None:
            start = D(f["data"]["period_start"])
            shared = end_inside and any(p["end"] == start for p in contract.periods(facts))
            out.append((start, start + ONE if shared else start, f["data"]["plan"], 0))
    for f in of(facts, "CoverageChanged"):
        day = D(f["data"]["effective_on"])
        out.append((day, day, f["data"]["plan"], 1))
    out.sort(key=lambda c: (c[1], c[3]))
    return [(day, serves, plan) for day, serves, plan, _ in out]


@timeline.once
def plan_on(facts: list[Fact], day: date, end_inside: bool) -> dict:
    plan = issued(facts)["plan"]
    for _, serves, new in plan_changes(facts, end_inside):
        if serves <= day:
            plan = new
    return plan


@timeline.once
def ended_before(facts: list[Fact], day: date, persons: tuple[str, ...] = ()) -> list[str]:
    """KR-04, KR-07, KR-09, KR-10, KR-11: the rules by which the contract had already ended when something happened on the day, the
    earliest ending first."""
    out = [(D(f["data"]["rescinded_on"]), 0, rescission_rule(f)) for f in of(facts, "PolicyRescinded")]
    out += [(D(f["data"]["withdrawn_on"]), 1, "KR-09") for f in of(facts, "PolicyWithdrawn")]
    out += [(D(f["data"]["cancelled_on"]), 2, "KR-09") for f in of(facts, "PolicyCancelled")]
    died = [(D(f["data"]["died_on"]), 3, "KR-07") for f in of(facts, "PersonDied") if f["data"]["person_id"] in persons]
    return [rule for _, _, rule in sorted([e for e in out if e[0] <= day] + [e for e in died if e[0] < day])]


def rescission_rule(f: Fact) -> str:
    return {"disclosure": "KR-04", "serious": "KR-10", "additional_premium": "KR-11"}[f["data"]["ground"]]


def refused_by_rescission(facts: list[Fact], event_day: date, condition_id: str | None) -> list[str]:
    """KR-04, KR-10, KR-11(3): benefits for an event before a rescission (dated to `on`) that are refused all the same."""
    out = []
    for f in of(facts, "PolicyRescinded"):
        d = f["data"]
        if event_day >= D(d["rescinded_on"]):
            continue
        if d["ground"] == "disclosure" and (condition_id is None or condition_id not in (d.get("unrelated_conditions") or [])):
            out.append("KR-04")
        if d["ground"] == "serious" and D(d["reason_arose_on"]) <= event_day:
            out.append("KR-10")
        if d["ground"] == "additional_premium":
            out.append("KR-11")
    return sorted(out, key=ENDED.index)


def from_the_start(facts: list[Fact]) -> list[str]:
    """KR-06, KR-08: void or revoked from the start (undated: every `on`)."""
    return ["KR-06" for _ in of(facts, "PolicyVoided")] + ["KR-08" for _ in of(facts, "PolicyRevoked")]


# ---- KR-06, KR-07, KR-09, KR-10: premium back --------------------------------------------------------------------------------
def premium_by_month(f: Fact) -> dict[str, int]:
    """A payment's amount, month by month: amount / number of months, half up, the remainder on the last."""
    months = sorted(f["data"]["due_months"])
    amount = f["data"]["amount"]
    each = half_up(amount, len(months))
    out: dict[str, int] = {}
    for m in months[:-1]:
        out[m] = out.get(m, 0) + each
    out[months[-1]] = out.get(months[-1], 0) + amount - each * (len(months) - 1)
    return out


def month_begun_last(start: date, end: date) -> str:
    """The calendar month in which the policy month of `end` started; policy months run from the start day."""
    k = 0
    while add_months(start, k + 1) <= end:
        k += 1
    return month_plus(month_of(start), k)


def refunds(facts: list[Fact], on: date, insured: str | None) -> list[dict]:
    """`facts` dated to `on`."""
    paid = of(facts, "PremiumPaid")
    if of(facts, "PolicyVoided"):
        grounds = [f["data"]["ground"] for f in of(facts, "PolicyVoided")]
        total = sum(f["data"]["amount"] for f in paid)
        if "unlawful_gain" in grounds or total == 0 or on < contract.first_day(facts):         # KR-06
            return []
        return [{"kind": "premium", "amount": total, "due_from": contract.first_day(facts).isoformat()}]
    if of(facts, "PolicyRevoked"):                                                         # KR-08
        return []
    ends = []
    for f in of(facts, "PersonDied"):                                                      # KR-07
        if f["data"]["person_id"] == insured:
            ends.append(D(f["data"]["died_on"]))
    for f in of(facts, "PolicyCancelled", "PolicyWithdrawn", "PolicyRescinded"):           # KR-09, KR-10, (KR-04, KR-11)
        ends.append(D(f["data"][LIFE_ENDS[f["type"]]]))
    if not ends:
        return []
    end = min(ends)
    period = contract.period_of(contract.periods(facts), end, end_inside=True)
    if period is None:
        return []
    last_begun = month_begun_last(period["start"], min(end, period["end"] - ONE))          # the shared day is the earlier period's
    total = 0
    for f in paid:
        for month, amount in premium_by_month(f).items():
            if month > last_begun:
                total += amount
    return [{"kind": "premium", "amount": total, "due_from": end.isoformat()}] if total > 0 else []


# ---- refusals and discrepancies ---------------------------------------------------------------------------------------------
Check = Callable[[list[Fact], Fact], "str | None"]


def refused_with(check: Check, events: list[dict], new: dict) -> str | None:
    """The rule id by which a new event is refused, or None. `check(other facts in force, fact)` is the product's."""
    k = timeline.known(events)
    if new["type"] not in timeline.CORRECTIONS:
        return check(k.facts, {"event_id": new["event_id"].lower(), "type": new["type"], "data": new["data"], "n": len(events)})
    root = root_of(events, new["data"]["target"])
    if root is None:
        return None
    after = timeline.known([*events, new])
    fact = [f for f in after.in_force if f["event_id"] == root["event_id"].lower()]
    if not fact:
        return None
    before = [f["data"] for f in k.in_force if f["event_id"] == root["event_id"].lower()]
    restored = new["type"] == "FactRetracted" and before != [fact[0]["data"]]                   # it brings a fact back, or its data
    if new["type"] == "FactAmended" or restored:
        others = timeline.Facts(f for f in after.facts if f["event_id"] != root["event_id"].lower())
        return check(others, fact[0])
    return None


def root_of(events: list[dict], target: str) -> dict | None:
    """The fact that a correction changes in the end."""
    by_id = {e["event_id"].lower(): e for e in events}
    e = by_id.get(target.lower())
    while e is not None and e["type"] in timeline.CORRECTIONS:
        e = by_id.get(e["data"]["target"].lower())
    return e


def discrepancies(check: Check, facts: list[Fact], types: tuple[str, ...]) -> list[tuple]:
    """Facts that could not be recorded now, judged by the others: (rule, None, None)."""
    out = []
    for f in of(facts, *types):
        rule = check(timeline.Facts(g for g in facts if g is not f), f)
        if rule:
            out.append((rule, None, None))
    return out


# ---- the answer -------------------------------------------------------------------------------------------------------------
def cut_line(l: dict, limits: dict, under: list[tuple[str, str, int]]) -> None:
    """Puts a yen line under several limits at once, in the order given; each row's `used` counts what is payable in the end."""
    if l["decision"] == "declined":
        return
    left = l["gross"]
    for limit, key, cap in under:
        row = limits.setdefault((limit, key), ["yen", cap, 0])
        room = row[1] - row[2]
        if left > room:
            l["cut_by"].append((limit, key, left - room))
            left = room
            l["decision"] = "reduced"
    l["payable"] = left
    for limit, key, _ in under:
        limits[(limit, key)][2] += left


def decide(l: dict, rules: list[str]) -> dict:
    """A line declined by the first of the rules, or left as it is."""
    if rules:
        l["payable"], l["decision"], l["rule"] = 0, "declined", rules[0]
    return l


def unknown(k: timeline.Known) -> dict:
    return answers.UNKNOWN | {"orphans": [list(o) for o in k.orphans], "deadlines": [], "refunds": [], "discrepancies": []}


def finished(k: timeline.Known, facts: list[Fact], on: date, state: dict, lines: list[dict], limits: dict, *, deadlines: list[dict],
             refunds: list[dict] = (), discrepancies: list[tuple] = ()) -> dict:
    """The answer in the shape that is compared."""
    out = answers.result(state, lines, limits, answers.settlement(lines, facts, on), k.orphans)
    out["deadlines"] = claims.in_order(deadlines)
    out["refunds"] = sorted(refunds, key=lambda r: (r["kind"], r["due_from"], r["amount"]))
    out["discrepancies"] = sorted(discrepancies, key=repr)
    return out


def comparable(a: dict) -> dict:
    """The ledger's answer in the same shape. Of deadlines, refunds and discrepancies only what the specification fixes."""
    out = answers.comparable(a)
    out["deadlines"] = sorted(({n: d[n] for n in ("kind", "claim_id", "due_on", "met_on", "overdue")} for d in a["deadlines"]), key=claims.deadline_order)
    out["refunds"] = sorted(({n: r[n] for n in ("kind", "amount", "due_from")} for r in a["refunds"]), key=lambda r: (r["kind"], r["due_from"], r["amount"]))
    out["discrepancies"] = sorted(((x["rule"], x["recorded"], x["derived"]) if x["rule"] == "SM-03" else (x["rule"], None, None)
                                   for x in a["discrepancies"]), key=repr)
    return out


def difference(oracle: dict, ledger: dict) -> list[str]:
    """What differs, as text."""
    return answers.difference(oracle, ledger)
