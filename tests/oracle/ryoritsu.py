"""Reference calculator for `ryoritsu` (spec 23-ryoritsu.md), rule by rule.

    answer(events, on) -> dict         events: wire events known, in recording order
    refused(events, new_event) -> rule id | None
    comparable(ledger_answer), difference(oracle, ledger): see general.py
"""
from __future__ import annotations

from datetime import date

from . import answers, claims, contract, general, timeline
from .dates import ONE, D, add_months, last_of_n_years_from, month_first, month_of
from .general import comparable, difference, first_start  # noqa: F401
from .timeline import Fact, of

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("care_benefit", "Certificates below min_level or of another person: a declined line?", "No line: no rule id could be named."),
    ("care_benefit", "Certificates at min_level after one that is paid (renewals of the state)", "No line: once in the policy's life. Declined ones before it each have their line."),
    ("care_benefit", "A certificate declined (premium gap, out of the periods), then another at min_level", "The other is paid: the first payable one by valid_from."),
    ("care_benefit", "Two certificates of one valid_from", "The later certified_on, then the greater event_id, stands for both."),
    ("care_benefit", "A certificate dated to the first day of the first period (16:00 product)", "Covered: only a first period's first day counts whole. A state that began before the start and is certified anew inside is not looked into."),
    ("care_benefit", "A limit row for 'once in the policy's life'", "None: no limit is named."),
    ("care_benefit", "Amount and min_level where the plan changed", "The plan on valid_from (KR-11(5) observed)."),
    ("KR-02", "When is the deadline row there", "From period_start of each period dated to `on`; not where the policy had ended (death, cancellation, rescission, void …) on or before the due day."),
    ("KR-02", "Which notice meets which period's deadline", "The earliest RenewalNoticeSent dated inside the period (after its start, to its end)."),
    ("KR-02", "RenewalRefused and PolicyRenewed: the discrepancy's conditions", "A notice sent in the period of the refusal with deadline >= refused_on, and a renewal that starts at that period's end or later."),
    ("KR-03", "A miss dated by due_on: answers for `on` before due_on", "Nothing declined yet."),
    ("KR-03", "Payment on or before the 1st of the missed month, or several", "The earliest paid_on of those that name the month; then no gap is left."),
    ("KR-05", "(c) benefit event: covered or only of the kind", "A certificate of the insured at min_level with valid_from in the year, covered or not."),
    ("KR-05", "Grounds", "Disclosure only; serious and additional_premium have no such limits. insurer_knew_on left out: (a) is not judged."),
    ("KR-05", "One month after 01-31", "To the last day of February."),
    ("KR-11", "How is 'unpaid' seen for added_premium_due_on", "Paid by the first PremiumPaid naming its month. Not by the day itself: from the next day on certificates from effective_on "
     "to the day before paid_on are judged by the plan before the change."),
    ("KR-11", "A PremiumMissed due on the very added_premium_due_on", "The added premium's, not KR-03's: else the terms before the change could never serve."),
    ("PolicyLapsed", "On ryoritsu", "Only the state (lapsed); not generated."),
]

ORDER = ("KR-01", "KR-03", "KR-07", *general.ENDED, "KR-09", "GN-04")
LEVELS = ("independent", "support1", "support2", "care1", "care2", "care3", "care4", "care5")


@timeline.once
def insured(facts: list[Fact]) -> str | None:
    return (general.issued(facts).get("insured") or {}).get("person_id")


def kr_11_plan(facts: list[Fact], day: date, on: date) -> dict:
    """The plan on the day; a change whose added premium is unpaid does not serve until it is paid (5)."""
    unpaid = []
    for f in of(facts, "CoverageChanged"):
        if f["data"].get("added_premium_due_on"):
            due = D(f["data"]["added_premium_due_on"])
            paid = sorted(D(g["data"]["paid_on"]) for g in of(facts, "PremiumPaid") if month_of(due) in g["data"]["due_months"])
            if (paid and due < paid[0] and day < paid[0]) or (not paid and due < on):
                unpaid.append(f)
    return general.plan_on([f for f in facts if f not in unpaid], day, end_inside=True)


def at_level(plan: dict, level: str) -> bool:
    return LEVELS.index(level) >= LEVELS.index(plan["min_level"])


@timeline.once
def kr_03_gaps(facts: list[Fact]) -> list[tuple[date, date | None]]:
    """Premium gaps: from the 1st of the month missed to the day before the payment for it (None: open)."""
    out = []
    added = [f["data"].get("added_premium_due_on") for f in of(facts, "CoverageChanged")]
    for f in of(facts, "PremiumMissed"):
        if f["data"]["due_on"] in added:
            continue
        month = f["data"]["due_month"]
        paid = sorted(D(g["data"]["paid_on"]) for g in of(facts, "PremiumPaid") if month in g["data"]["due_months"])
        out.append((month_first(month), paid[0] - ONE if paid else None))
    return out


def answer(events: list[dict], on: date) -> dict:
    k = timeline.known(events)
    if k.issued is None:
        return general.unknown(k)
    facts = timeline.as_of(k.facts, on)
    start = general.from_the_start(k.facts)                                        # KR-06, KR-08: every `on`
    gone = claims.barred(facts, timeline.fact_day)
    who = insured(facts)

    lines: list[dict] = []
    paid = False
    by_day: dict[str, Fact] = {}
    for f in sorted(of(facts, "CareCertified"), key=lambda f: (f["data"]["certified_on"], f["event_id"])):
        if f["data"]["person_id"] == who and at_level(kr_11_plan(facts, D(f["data"]["valid_from"]), on), f["data"]["level"]):
            by_day[f["data"]["valid_from"]] = f
    for valid_from, f in sorted(by_day.items()):
        if paid:
            break
        day = D(valid_from)
        plan = kr_11_plan(facts, day, on)
        why = list(start)
        if contract.period_of(contract.periods(facts), day, end_inside=True) is None or day < contract.first_day(facts):
            why.append("KR-01")
        for first, last in kr_03_gaps(facts):
            if first <= day and (last is None or day <= last):
                why.append("KR-03")
        why += general.refused_by_rescission(facts, day, f["data"].get("condition_id"))
        why += general.ended_before(facts, day, (who,))
        rests = [f["event_id"], *(g["event_id"] for g in of(facts, "ConditionRecorded") if g["data"]["condition_id"] == f["data"].get("condition_id"))]
        if gone(rests, day):
            why.append("GN-04")
        l = answers.line("care_benefit", valid_from, day, day, plan["care_benefit"], "KR-01", events=rests)
        lines.append(general.decide(l, sorted(why, key=ORDER.index)))
        paid = l["decision"] == "payable"

    def extra(day: date) -> set[str]:
        return {"-void", "-revoked"} if day < contract.first_day(facts) else set()

    state = contract.status(facts, on, end_inside=True, extra=extra)
    return general.finished(k, facts, on, state, lines, {}, refunds=general.refunds(facts, on, who),
                            deadlines=claims.claim_deadlines(facts, lines, on, timeline.fact_day) + kr_02_deadlines(facts, on),
                            discrepancies=kr_02_discrepancies(facts) + general.discrepancies(check, facts, ("PolicyRescinded",)))


def kr_02_deadlines(facts: list[Fact], on: date) -> list[dict]:
    out = []
    for p in contract.periods(facts):
        due = add_months(p["end"], -3)
        if on < p["start"] or general.from_the_start(facts) or general.ended_before(facts, due) or died_by(facts, due):
            continue
        sent = sorted(D(f["data"]["sent_on"]) for f in of(facts, "RenewalNoticeSent") if in_period(facts, D(f["data"]["sent_on"])) == p["start"])
        out.append(claims.deadline("renewal_notice", None, due, sent[0] if sent else None, on))
    return out


def died_by(facts: list[Fact], day: date) -> bool:
    return any(f["data"]["person_id"] == insured(facts) and D(f["data"]["died_on"]) <= day for f in of(facts, "PersonDied"))


def in_period(facts: list[Fact], day: date) -> date | None:
    p = contract.period_of(contract.periods(facts), day, end_inside=True)
    return p["start"] if p else None


def kr_02_discrepancies(facts: list[Fact]) -> list[tuple]:
    out = []
    for refusal in of(facts, "RenewalRefused"):
        day = D(refusal["data"]["refused_on"])
        p = contract.period_of(contract.periods(facts), day, end_inside=True)
        if p is None:
            continue
        notices = [f for f in of(facts, "RenewalNoticeSent") if in_period(facts, D(f["data"]["sent_on"])) == p["start"] and day <= D(f["data"]["deadline"])]
        renewals = [f for f in of(facts, "PolicyRenewed") if D(f["data"]["period_start"]) >= p["end"]]
        if notices and renewals:
            out.append(("KR-02", None, None))
    return out


# ---- refusals --------------------------------------------------------------------------------------------------------------------------
def refused(events: list[dict], new_event: dict) -> str | None:
    return general.refused_with(check, events, new_event)


def check(others: list[Fact], f: Fact) -> str | None:
    d = f["data"]
    if f["type"] != "PolicyRescinded" or d["ground"] != "disclosure" or not of(others, "PolicyIssued"):
        return None
    day, start = D(d["rescinded_on"]), first_start(others)                         # KR-05
    if d.get("insurer_knew_on") and day > add_months(D(d["insurer_knew_on"]), 1):
        return "KR-05"
    if day > last_of_n_years_from(start, 5):
        return "KR-05"
    if day > last_of_n_years_from(start, 1):
        year = [g for g in of(others, "CareCertified") if g["data"]["person_id"] == insured(others)
                and start <= D(g["data"]["valid_from"]) <= last_of_n_years_from(start, 1)
                and at_level(kr_11_plan(others, D(g["data"]["valid_from"]), date.max), g["data"]["level"])]
        if not year:
            return "KR-05"
    return None
