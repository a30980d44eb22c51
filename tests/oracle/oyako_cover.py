"""Reference calculator for `oyako`, part 1: the parent's state of care, the trigger and the target period, what ends cover, and the amount.

Its AMBIGUITIES stand in oyako.py.
"""
from __future__ import annotations

from datetime import date

from . import contract, general, timeline
from .dates import ONE, D, last_of_n_years_from, month_of, month_plus
from .general import first_start
from .timeline import Fact, of

AMOUNT = {"A": 3_000_000, "B": 5_000_000, "C": 7_000_000, "D": 10_000_000}
STATE_A_DEMENTIA = ("IIa", "IIb", "IIIa", "IIIb", "IV", "M")


# ---- the state of care ----------------------------------------------------------------------------------------------------
@timeline.once
def parent(facts: list[Fact]) -> dict:
    return general.issued(facts)["parent"]


def is_ab(c: dict) -> bool:
    """OY-01: state B (care2–care5) or state A (care1 with dementia IIa or above)."""
    if c["level"] in ("care2", "care3", "care4", "care5"):
        return True
    return c["level"] == "care1" and c.get("dementia") in STATE_A_DEMENTIA


def running(facts: list[Fact], day: date) -> Fact | None:
    """The parent's certificate that has its place on the day: the last begun (OY-02)."""
    found = None
    for f in of(facts, "CareCertified"):
        c = f["data"]
        if c["person_id"] == parent(facts)["person_id"] and D(c["valid_from"]) <= day:
            rank = (c["valid_from"], c["certified_on"], f["event_id"])
            if found is None or rank > (found["data"]["valid_from"], found["data"]["certified_on"], found["event_id"]):
                found = f
    return found


@timeline.once
def care_ends(facts: list[Fact]) -> list[date]:
    return [D(f["data"]["ended_on"]) for f in of(facts, "CareEnded") if f["data"]["person_id"] == parent(facts)["person_id"]]


def in_ab(facts: list[Fact], day: date) -> bool:
    """The parent is in state A/B on the day."""
    f = running(facts, day)
    if f is None or not is_ab(f["data"]) or day > D(f["data"]["valid_to"]):
        return False
    return not any(D(f["data"]["valid_from"]) <= end < day for end in care_ends(facts))


@timeline.once
def deaths(facts: list[Fact]) -> list[date]:
    """Of the parent and of the child."""
    persons = (parent(facts)["person_id"], (general.issued(facts).get("insured") or {}).get("person_id"))
    return [D(f["data"]["died_on"]) for f in of(facts, "PersonDied") if f["data"]["person_id"] in persons]


# ---- OY-01: trigger --------------------------------------------------------------------------------------------------------
@timeline.once
def first_state(facts: list[Fact]) -> Fact | None:
    """The certificate by which the parent is in state A/B for the first time since the first start."""
    start = first_start(facts)
    for f in sorted(of(facts, "CareCertified"), key=lambda f: f["data"]["valid_from"]):
        day = D(f["data"]["valid_from"])
        if day >= start and f["data"]["person_id"] == parent(facts)["person_id"] and running(facts, day) is f and in_ab(facts, day):
            return f
    return None


@timeline.once
def oy_01_trigger(facts: list[Fact]) -> tuple[Fact | None, str]:
    """(the trigger's certificate, "") or (None, the rule by which there is none: the one that ended cover first)."""
    f = first_state(facts)
    if f is None:
        return None, "OY-01"
    day = D(f["data"]["valid_from"])
    if contract.period_of(contract.periods(facts), day, end_inside=True) is None or day < contract.first_day(facts):
        return None, "OY-01"
    ended = [(due + ONE, "OY-13") for due in oy_13_missed(facts)]
    ended += [(D(g["data"][general.LIFE_ENDS[g["type"]]]), "OY-18") for g in of(facts, "PolicyWithdrawn", "PolicyCancelled")]
    ended += [(D(g["data"]["rescinded_on"]), general.rescission_rule(g)) for g in of(facts, "PolicyRescinded") if not only_added_part(facts, g)]
    ended += [(died + ONE, "OY-18") for died in deaths(facts)]
    why = [e for e in ended if e[0] <= day]
    return (None, min(why)[1]) if why else (f, "")


# ---- OY-02: target period ----------------------------------------------------------------------------------------------------
def oy_02_last_day(facts: list[Fact], trigger: date, on: date) -> date:
    """The last day of the target period as the facts give it; not looked for beyond `on`."""
    last = min(last_of_n_years_from(trigger, 10), on)

    def ends(day: date) -> bool:
        over = any(died <= day for died in deaths(facts)) or any(trigger <= end <= day for end in care_ends(facts))
        return over or not in_ab(facts, day + ONE)

    asked = {trigger} | {turn - ONE for turn in contract.turns(facts)}             # on other days it is as on the day before
    return next((day for day in sorted(asked) if trigger <= day < last and ends(day)), last)


# ---- OY-10, OY-13: from the start -----------------------------------------------------------------------------------------------
def oy_10_void(facts: list[Fact]) -> bool:
    """All known facts, whatever `on`."""
    start = first_start(facts)
    if start.month == 4 and start.day == 1:
        return in_ab(facts, start)
    return in_ab(facts, start - ONE) and in_ab(facts, start)


@timeline.once
def oy_13_missed(facts: list[Fact]) -> list[date]:
    """The due_on of debits not made good by their last day."""
    out = []
    for f in of(facts, "PremiumMissed"):
        due = D(f["data"]["due_on"])
        good = [g for g in of(facts, "PremiumPaid") if f["data"]["due_month"] in g["data"]["due_months"] and D(g["data"]["paid_on"]) <= due]
        if not good:
            out.append(due)
    return out


def oy_13_revoked(facts: list[Fact]) -> bool:
    """The first debit of the first period missed. All known facts, whatever `on`."""
    first_debit = month_plus(month_of(first_start(facts)), 2)
    trigger, _ = oy_01_trigger(facts)
    for f in of(facts, "PremiumMissed"):
        due = D(f["data"]["due_on"])
        if f["data"]["due_month"] == first_debit and due in oy_13_missed([f, *of(facts, "PremiumPaid")]):
            if trigger is None or due <= D(trigger["data"]["valid_from"]):                  # OY-09: later ones are not due
                return True
    return False


def oy_13_withdrawn(facts: list[Fact], trigger: date | None) -> list[date]:
    """First days of withdrawal."""
    return [due + ONE for due in oy_13_missed(facts) if trigger is None or due <= trigger]


# ---- OY-11, OY-12, OY-20: the amount --------------------------------------------------------------------------------------------
def condition_of(facts: list[Fact], certificate: Fact) -> dict | None:
    for f in of(facts, "ConditionRecorded"):
        if f["data"]["condition_id"] == certificate["data"].get("condition_id"):
            return f["data"]
    return None


def condition_day(c: dict | None) -> date | None:
    if c is None:
        return None
    if c["kind"] == "injury" and c.get("accident_on"):
        return D(c["accident_on"])
    return D(c.get("onset_on") or c.get("accident_on"))


def cause_day(facts: list[Fact], certificate: Fact) -> date | None:
    return D(certificate["data"].get("cause_arose_on")) or condition_day(condition_of(facts, certificate))


def amount_of(plan: dict) -> int:
    return AMOUNT[plan["plan"]]


def oy_11_declined(facts: list[Fact], certificate: Fact) -> bool:
    start, cause, day = first_start(facts), cause_day(facts, certificate), D(certificate["data"]["valid_from"])
    return cause is not None and cause < start and day <= last_of_n_years_from(start, 1)


@timeline.once
def increases(facts: list[Fact]) -> list[date]:
    out = []
    amount = amount_of(general.issued(facts)["plan"])
    for day, _, plan in general.plan_changes(facts, end_inside=True):
        if amount_of(plan) > amount:
            out.append(day)
        amount = amount_of(plan)
    return out


def insured_amount(facts: list[Fact], certificate: Fact) -> int:
    trigger, cause = D(certificate["data"]["valid_from"]), cause_day(facts, certificate)
    amount = last = amount_of(general.issued(facts)["plan"])
    for day, serves, plan in general.plan_changes(facts, end_inside=True):
        if serves > trigger:
            continue
        new = amount_of(plan)
        if new > last:
            left_out = cause is not None and cause < day and trigger <= last_of_n_years_from(day, 1)      # OY-11
            if not left_out and not oy_20_added_part_gone(facts, certificate, day):
                amount += new - last
        if new < last:
            amount = min(amount, new)
        last = new
    if cause is not None and first_start(facts) <= cause <= trigger <= last_of_n_years_from(cause, 1):   # OY-12
        then = amount_of(general.plan_on(facts, cause, end_inside=True))
        amount = min(amount, then)
    return amount


def event_in_year(facts: list[Fact], start: date, rescission: Fact) -> bool:
    """A benefit event (trigger) within one year from the day, the rescission itself left out; none of a contract that never was."""
    others = [f for f in facts if f is not rescission]
    if of(others, "PolicyVoided", "PolicyRevoked") or oy_10_void(others) or oy_13_revoked(others):
        return False
    trigger, _ = oy_01_trigger(others)
    return trigger is not None and start <= D(trigger["data"]["valid_from"]) <= last_of_n_years_from(start, 1)


def oy_20_whole(facts: list[Fact], rescission: Fact) -> bool:
    start = first_start(facts)
    return D(rescission["data"]["rescinded_on"]) <= last_of_n_years_from(start, 1) or event_in_year(facts, start, rescission)


def oy_20_increases(facts: list[Fact], rescission: Fact) -> list[date]:
    """The increases whose added part the rescission may take away."""
    day = D(rescission["data"]["rescinded_on"])
    return [i for i in increases(facts) if i <= day and (day <= last_of_n_years_from(i, 1) or event_in_year(facts, i, rescission))]


def only_added_part(facts: list[Fact], rescission: Fact) -> bool:
    if rescission["data"]["ground"] != "disclosure":
        return False
    return not oy_20_whole(facts, rescission) and bool(oy_20_increases(facts, rescission))


def oy_20_added_part_gone(facts: list[Fact], certificate: Fact, increase: date) -> bool:
    for f in of(facts, "PolicyRescinded"):
        if only_added_part(facts, f) and increase in oy_20_increases(facts, f):
            before = D(certificate["data"]["valid_from"]) < D(f["data"]["rescinded_on"])
            unrelated = certificate["data"].get("condition_id") in (f["data"].get("unrelated_conditions") or [])
            if not (before and unrelated):
                return True
    return False
