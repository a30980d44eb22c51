"""Reference calculator for `oyako` (spec 21-oyako.md), rule by rule, straight from the words: the answer and the refusals.

    answer(events, on) -> dict         events: wire events known, in recording order
    refused(events, new_event) -> rule id | None
    comparable(ledger_answer), difference(oracle, ledger): see general.py
"""
from __future__ import annotations

from datetime import date

from . import answers, claims, contract, dates, general, timeline
from .dates import ONE, D, half_up, month_of
from .general import comparable, difference, first_start  # noqa: F401  (comparable, difference: for the tests)
from .oyako_cover import (
    condition_day,
    condition_of,
    deaths,
    first_state,
    insured_amount,
    only_added_part,
    oy_01_trigger,
    oy_02_last_day,
    oy_10_void,
    oy_11_declined,
    oy_13_revoked,
    oy_13_withdrawn,
    oy_20_increases,
    oy_20_whole,
    parent,
)
from .timeline import Fact, of

AMBIGUITIES: list[tuple[str, str, str]] = [
    ("OY-01", "The first certificate in A/B since the start lies outside a period in force (gap, after withdrawal …), a second one (after recovery) inside",
     "No trigger: 'for the first time' is used up."),
    ("OY-01", "Two certificates with one valid_from", "The one with the later certified_on holds, then the greater event_id."),
    ("OY-01", "Is there a trigger (lapse by OY-09, 'used up') where the benefits are declined by OY-11, OY-17 or a rescission?",
     "Yes: the policy lapses the day after, and the limits stand from the trigger, unused. A void or revoked contract has neither."),
    ("OY-01", "A trigger on `cancelled_on`, `rescinded_on`", "Not covered, as on `withdrawn_on` (OY-18)."),
    ("OY-02", "CareEnded, and a certificate in A/B from the day after `ended_on`", "The period has ended on `ended_on` for good; only a `valid_to` is continued."),
    ("OY-02", "A shorter certificate replaces a longer one: does the longer one's rest revive?", "No: it has lost its place."),
    ("OY-02", "Does a CareEnded dated before the running certificate's valid_from end it?", "No."),
    ("OY-02", "Death of the parent on the trigger day", "Trigger stands; the target period is that one day."),
    ("OY-03", "Which rule declines a cost outside the target period", "OY-02 where there is a trigger; where there is none OY-01, or the rule that had ended cover before the first certificate."),
    ("OY-03", "`gross` of a line whose cost has public_benefit or refunds", "What is left of the cost: gross - public_benefit - refunds, not below 0."),
    ("OY-04", "Amount where the plan changes after the trigger", "The plan at the trigger day for the whole target period."),
    ("OY-05", "Which of the sub-limit and the balance cuts first", "The sub-limit, then the balance; `used` of both counts what is payable in the end."),
    ("OY-05", "Rows of the sub-limits and incidental.total before anything touched them", "Shown from the trigger day with used 0, like the balance."),
    ("OY-07", "`from`, `to` of the month's line", "First and last day of the calendar month (as the anticancer line of 30-answers.md); counts_from: the first payable cost's day."),
    ("OY-07", "A month without payable parent_care", "No line."),
    ("OY-08", "Refunds dated after `on` in the refusal", "All refunds in force count, whatever their day."),
    ("OY-09", "PolicyLapsed recorded with ground care_state on a day that differs from the derived one", "Both act (the earlier shows); not generated."),
    ("OY-10", "Mid-term entry: certificate to the day before the start, next one from the start day",
     "One unbroken state that began before: void. A state that begins on the start day of a mid-term entry is a trigger."),
    ("OY-10", "Are facts after `on` (certificate, CareEnded) read for voidness?", "Yes: what makes a contract void acts on every `on`, so all known facts are read."),
    ("OY-10", "entered_on after period_start: state between the two on a void policy", "pending until the day before entered_on."),
    ("OY-11", "'both given and different': which two", "cause_arose_on and the condition's day (accident_on of an injury, else onset_on); cause_arose_on counts. Only of the trigger's certificate."),
    ("OY-11", "Day of an increase at renewal of a 16:00 product", "period_start of the renewal (day 1 of its year), though the old plan still serves a trigger on that day."),
    ("OY-11", "Several increases and decreases", "Layer by layer: an increase whose year covers the trigger and that came after the cause adds nothing; a decrease lowers what is left to at most the new amount."),
    ("OY-12", "Plan 'when the cause arose' for a cause before the first start", "None: OY-12 does not serve then."),
    ("OY-12", "cause_arose_on after the trigger (contradictory)", "OY-12 does not serve: no change of terms lies between the cause and the trigger."),
    ("OY-12", "CoverageChanged on oyako", "A change of terms from its effective_on (that day in the new plan)."),
    ("OY-13", "Is revocation for the first debit 'from the start' on every `on`?",
     "Yes, judged by all known facts: miss, payment by due_on, and a trigger before the due_on (OY-09) whatever `on` is."),
    ("OY-13", "'The first debit' where the second month after the start lies in the next period", "Still that month: start month + 2."),
    ("OY-13", "State where a debit due on the trigger day is missed", "withdrawn from due_on + 1 (it goes before lapsed); the target period runs on."),
    ("OY-14", "entered_on given beside period_start", "Only period_start is judged by OY-14; the end is not."),
    ("OY-15", "Start day for the ages", "entered_on, default period_start; at a renewal its period_start. The child's age only at entry, only where birth_date is given."),
    ("OY-15", "Premium discrepancy: which plan", "The plan from that start on (PolicyRenewed.plan, else the one before). None where premium_monthly is left out."),
    ("OY-17", "Codes that the source does not list (prosthesis_only)", "Decline like all others: the rule says `an exclusion`."),
    ("OY-17", "An exclusion on the condition of a later certificate", "No effect: the trigger's certificate decides."),
    ("OY-18", "Rule that declines after a death before the trigger", "OY-18."),
    ("OY-18", "Refunds of premium on cancellation, death, voidness", "None for oyako."),
    ("OY-20", "Rescission admissible for the whole and for an added part", "For the whole."),
    ("OY-20", "Rescission of the added part: state", "Unchanged; the amount falls to that without the increase from rescinded_on on, not where the trigger's condition is unrelated and the trigger came before."),
    ("OY-20", "Does KR-05 (one month, five years) serve too?", "No: OY-20 has its own limits."),
    ("OY-20", "KR-04, KR-10: which is the 'event'?", "The trigger (its day, its certificate's condition_id), not each cost."),
]

HOME_MODIFICATION, CARE_HOME = 1_000_000, 3_000_000
PREMIUM = {                                                                                # OY-15
    40: (340, 360, 380, 390), 45: (380, 420, 450, 490), 50: (450, 540, 610, 700), 55: (620, 810, 960, 1_150),
    60: (970, 1_390, 1_720, 2_140), 65: (1_750, 2_670, 3_390, 4_310), 70: (3_390, 5_350, 6_880, 8_840),
    75: (6_620, 10_650, 13_800, 17_820), 80: (12_380, 20_080, 26_120, 33_820), 85: (20_830, 33_930, 44_180, 57_280)}


# ---- the answer -----------------------------------------------------------------------------------------------------------------
def answer(events: list[dict], on: date) -> dict:
    k = timeline.known(events)
    if k.issued is None:
        return general.unknown(k)
    facts = timeline.as_of(k.facts, on)

    # for every `on`
    start = ["OY-10" if f["data"]["ground"] == "already_in_care" else "KR-06" for f in of(k.facts, "PolicyVoided")] + \
            ["OY-13" if f["data"]["ground"] == "first_premium" else "KR-08" for f in of(k.facts, "PolicyRevoked")]
    void, revoked = oy_10_void(k.facts), oy_13_revoked(k.facts)
    start = sorted([*start, *(["OY-10"] if void else []), *(["OY-13"] if revoked else [])], key=("OY-10", "KR-06", "OY-13", "KR-08").index)

    certificate, no_trigger = oy_01_trigger(facts)
    trigger = D(certificate["data"]["valid_from"]) if certificate else None
    target_last = oy_02_last_day(facts, trigger, on) if trigger else None
    gone = claims.barred(facts, timeline.fact_day)              # GN-04

    # what declines everything that follows from the trigger
    against: list[str] = []
    if certificate:
        if oy_11_declined(facts, certificate):
            against.append("OY-11")
        condition = condition_of(facts, certificate)
        if condition is not None and condition.get("exclusion"):
            against.append("OY-17")
        whole = [f for f in facts if not (f["type"] == "PolicyRescinded" and only_added_part(facts, f))]
        refused_rules = general.refused_by_rescission(whole, trigger, certificate["data"].get("condition_id"))
        against += refused_rules

    amount = insured_amount(facts, certificate) if certificate else 0
    limits: dict = {}
    if certificate and not start:                                                                   # 30-answers: from the trigger
        key = trigger.isoformat()
        limits[("parent_care.balance", key)] = ["yen", amount, 0]                                   # OY-04
        limits[("parent_care.home_modification", key)] = ["yen", HOME_MODIFICATION, 0]              # OY-05
        limits[("parent_care.care_home", key)] = ["yen", CARE_HOME, 0]
        limits[("incidental.total", key)] = ["yen", half_up(amount, 10), 0]                         # OY-07

    # OY-03, OY-04, OY-05, OY-06, OY-08: parent_care, in order of used_on, then cost_id
    lines = []
    for f in sorted(of(facts, "CareCostIncurred"), key=lambda f: (f["data"]["used_on"], f["data"]["cost_id"])):
        d, day = f["data"], D(f["data"]["used_on"])
        refunds = [g for g in of(facts, "CareCostRefunded") if g["data"]["cost_id"] == d["cost_id"]]
        gross = max(0, d["gross"] - d.get("public_benefit", 0) - sum(g["data"]["amount"] for g in refunds))
        rests = [f["event_id"], *[g["event_id"] for g in refunds]] + ([certificate["event_id"]] if certificate else [])
        l = answers.line("parent_care", d["cost_id"], day, day, gross, "OY-03", events=rests)
        why = list(start)                                                                           # in the order in which they are asked
        first = first_state(facts)
        if not certificate:
            why.append(no_trigger if first is not None and D(first["data"]["valid_from"]) <= day else "OY-01")
        elif not trigger <= day <= target_last:
            why.append("OY-02")
        if not d.get("in_japan", True):
            why.append("OY-03")
        if d.get("nature", "fee") == "deposit":
            why.append("OY-06")
        why += against
        if gone(l["events"], day):
            why.append("GN-04")
        general.decide(l, why)
        under = []
        if certificate:
            if d["category"] == "home_modification":
                under.append(("parent_care.home_modification", trigger.isoformat(), HOME_MODIFICATION))
            if d["category"] == "care_home":
                under.append(("parent_care.care_home", trigger.isoformat(), CARE_HOME))
            under.append(("parent_care.balance", trigger.isoformat(), amount))
        general.cut_line(l, limits, under)
        lines.append(l)

    # OY-07: incidental expenses, month by month
    months = sorted({month_of(l["from"]) for l in lines if l["payable"] > 0})
    for month in months:
        costs = [l for l in lines if l["benefit"] == "parent_care" and month_of(l["from"]) == month and l["payable"] > 0]
        gross = half_up(sum(l["payable"] for l in costs), 10)
        l = answers.line("incidental_expenses", month, dates.month_first(month), dates.month_last(month), gross, "OY-07",
                      counts_from=min(c["from"] for c in costs), events=sorted({e for c in costs for e in c["events"]}))
        general.decide(l, [])
        general.cut_line(l, limits, [("incidental.total", trigger.isoformat(), half_up(amount, 10))])
        lines.append(l)

    # the state
    withdrawn = oy_13_withdrawn(facts, trigger)
    dead = deaths(facts)
    rescinded = [D(f["data"]["rescinded_on"]) for f in of(facts, "PolicyRescinded") if not only_added_part(facts, f)]

    def extra(day: date) -> set[str]:
        out = set()
        begun = day >= contract.first_day(facts)
        if not begun:
            out |= {"-void", "-revoked"}
        if begun and void:
            out.add("void")                                                                         # OY-10
        if begun and (revoked or any(f["data"]["ground"] == "first_premium" for f in of(facts, "PolicyRevoked"))):
            out.add("revoked")                                                                      # OY-13
        if any(first <= day for first in withdrawn):
            out.add("withdrawn")                                                                    # OY-13
        if trigger and day > trigger:
            out.add("lapsed")                                                                       # OY-09
        if trigger is None and any(died <= day for died in dead):
            out.add("ended_by_death")                                                               # OY-18
        else:
            out.add("-ended_by_death")
        if not any(first <= day for first in rescinded):
            out.add("-rescinded")                                                                   # OY-20: added part only
        return out

    state = contract.status(facts, on, end_inside=True, extra=extra)
    return general.finished(k, facts, on, state, lines, limits, deadlines=claims.claim_deadlines(facts, lines, on, timeline.fact_day),
                            discrepancies=discrepancies(facts, None if start else certificate))


def discrepancies(facts: list[Fact], certificate: Fact | None) -> list[tuple]:
    out = []
    if certificate:                                                                                 # OY-11
        given, found = D(certificate["data"].get("cause_arose_on")), condition_day(condition_of(facts, certificate))
        if given and found and given != found:
            out.append(("OY-11", None, None))
    for f in of(facts, "PolicyIssued", "PolicyRenewed"):                                            # OY-15: premium
        start = first_start(facts) if f["type"] == "PolicyIssued" else D(f["data"]["period_start"])
        plan = general.issued(facts)["plan"]
        for _, serves, new in general.plan_changes(facts, end_inside=True):
            if f["type"] == "PolicyRenewed" and serves <= start + ONE:
                plan = new
        given = f["data"].get("premium_monthly")
        if given is not None and given != oy_15_premium(D(parent(facts)["birth_date"]), start, plan):
            out.append(("OY-15", None, None))
    return out + general.discrepancies(check, facts, ("CareCostRefunded", "PolicyIssued", "PolicyRenewed", "PolicyRescinded", "CoolingOffRequested"))


def oy_15_premium(birth: date, start: date, plan: dict) -> int | None:
    age = dates.age_on(birth, start)
    row = PREMIUM.get(age // 5 * 5)
    return row["ABCD".index(plan["plan"])] if row else None


# ---- refusals --------------------------------------------------------------------------------------------------------------------
def refused(events: list[dict], new_event: dict) -> str | None:
    return general.refused_with(check, events, new_event)


def oy_14_start(applied: date) -> date:
    first = date(applied.year, applied.month, 1)
    return dates.add_months(first, 1 if applied.day <= 14 else 2)


def check(others: list[Fact], f: Fact) -> str | None:
    """The rule by which the fact is refused, the others being in force."""
    d = f["data"]
    if f["type"] == "CareCostRefunded":                                                             # OY-08
        for cost in of(others, "CareCostIncurred"):
            if cost["data"]["cost_id"] == d["cost_id"]:
                before = sum(g["data"]["amount"] for g in of(others, "CareCostRefunded") if g["data"]["cost_id"] == d["cost_id"])
                if before + d["amount"] > max(0, cost["data"]["gross"] - cost["data"].get("public_benefit", 0)):
                    return "OY-08"
    if f["type"] == "PolicyIssued":
        start = D(d["period_start"])
        if d.get("applied_on") and (start.month, start.day) != (4, 1) and start != oy_14_start(D(d["applied_on"])):    # OY-14
            return "OY-14"
        entry = D(d.get("entered_on")) or start
        if not 40 <= dates.age_on(D(d["parent"]["birth_date"]), entry) <= 79:                        # OY-15
            return "OY-15"
        if (d.get("insured") or {}).get("birth_date") and dates.age_on(D(d["insured"]["birth_date"]), entry) < 18:
            return "OY-15"
    if f["type"] == "PolicyRenewed" and of(others, "PolicyIssued"):
        if dates.age_on(D(parent(others)["birth_date"]), D(d["period_start"])) > 89:
            return "OY-15"
    if f["type"] == "CoolingOffRequested":                                                          # OY-19
        return "OY-19"
    if f["type"] == "PolicyRescinded" and d["ground"] == "disclosure" and of(others, "PolicyIssued"):   # OY-20
        if not oy_20_whole(others, f) and not oy_20_increases(others, f):
            return "OY-20"
    return None
