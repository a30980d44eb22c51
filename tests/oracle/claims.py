"""Reference calculator: the deadlines of claims and prescription (GN-01 to GN-04), for every product. Its AMBIGUITIES stand in general.py."""
from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import groupby

from .dates import ONE, D, days, years_after
from .timeline import Fact, of

INQUIRY_DAYS = {"public_authority": 180, "medical_institution": 90, "disability_review": 120, "disaster_area": 60, "overseas": 180}


def payment_due(completed: date, inquiries: list[tuple[date, str]], obstructed: set[date]) -> date:
    """The day due: day by day from the completion (day 1), obstructed days not counted."""
    allowed = 30                                                         # GN-01
    while True:
        counted, day = 0, completed
        while True:
            if day not in obstructed:                                    # GN-03
                counted += 1
            if counted == allowed:
                break
            day += ONE
        longest = allowed
        for opened, ground in inquiries:                                 # GN-02
            if opened <= day:
                longest = max(longest, INQUIRY_DAYS[ground])
        if longest == allowed:
            return day
        allowed = longest


def claim_deadlines(facts: list[Fact], lines: list[dict], on: date, day_of: Callable[[Fact], date | None]) -> list[dict]:
    """Deadlines of kind payment and prescription. `facts` dated to `on`; `lines` the finished lines."""
    out = []
    for claim in of(facts, "ClaimFiled"):
        c = claim["data"]
        mine = [f for f in facts if f["data"].get("claim_id") == c["claim_id"] and f is not claim]
        completions = [D(f["data"]["completed_on"]) for f in of(mine, "ClaimDocumentsCompleted")]
        if completions:
            inquiries = [(D(f["data"]["opened_on"]), f["data"]["ground"]) for f in of(mine, "InquiryOpened")]
            obstructed = set()
            for f in of(mine, "ClaimObstructed"):
                obstructed |= set(days(D(f["data"]["from"]), min(D(f["data"]["to"]), on)))
            due = payment_due(max(completions), inquiries, obstructed)
            out.append(deadline("payment", c["claim_id"], due, met_on(claim, mine, lines, facts, day_of), on))
        limit = right_ends(claim, [f for f in facts if (day_of(f) or on) <= on], day_of)
        if limit is not None:
            out.append(deadline("prescription", c["claim_id"], limit, D(c["filed_on"]), on))
    return out


def claim_lines(claim: Fact, lines: list[dict]) -> list[dict]:
    named = [e.lower() for e in claim["data"].get("facts") or []]
    if named:
        return [l for l in lines if any(e in named for e in l["events"])]
    return [l for l in lines if l.get("run_from", l["counts_from"]) <= D(claim["data"]["filed_on"])]


def met_on(claim: Fact, mine: list[Fact], lines: list[dict], facts: list[Fact], day_of: Callable[[Fact], date | None]) -> date | None:
    """A payment is measured against what the claim's lines came to by then, and by what later facts added to them; not against what
    known facts earn afterwards by days that pass."""
    days_of = {f["event_id"]: day_of(f) for f in facts}

    def due(l: dict, paid_on: date) -> int:
        earned_by = max([paid_on, *(d for e in l["events"] if (d := days_of.get(e)) is not None)])
        return l["payable"] if l["counts_from"] <= earned_by else 0

    found = [D(f["data"]["decided_on"]) for f in of(mine, "ClaimDecided") if f["data"]["outcome"] == "declined"]
    payments = of(mine, "BenefitPaid")
    for day in sorted(D(f["data"]["paid_on"]) for f in payments):
        if sum(f["data"]["amount"] for f in payments if D(f["data"]["paid_on"]) <= day) >= sum(due(l, day) for l in claim_lines(claim, lines)):
            found.append(day)
            break
    return min(found) if found else None


def deadline(kind: str, claim_id: str | None, due: date, met: date | None, on: date) -> dict:
    overdue = (met is None and on > due) or (met is not None and met > due)
    return {"kind": kind, "claim_id": claim_id, "due_on": due.isoformat(), "met_on": met.isoformat() if met else None, "overdue": overdue}


def right_last_day(claim: Fact, f: Fact, day_of: Callable[[Fact], date | None]) -> date | None:
    arose = D(claim["data"].get("right_arose_on")) or day_of(f)
    return None if arose is None else years_after(arose, 3)


def right_ends(claim: Fact, facts: list[Fact], day_of: Callable[[Fact], date | None]) -> date | None:
    """The last day of the right, for the deadline row of a claim to which the rule applies."""
    if claim["data"].get("right_arose_on"):
        return years_after(D(claim["data"]["right_arose_on"]), 3)
    named = [e.lower() for e in claim["data"].get("facts") or []]
    last = [right_last_day(claim, f, day_of) for f in facts if f["event_id"] in named]
    last = [d for d in last if d is not None]
    return min(last) if last else None


def barred(facts: list[Fact], day_of: Callable[[Fact], date | None]) -> Callable[[list[str], date], bool]:
    """Of a line, by the events it rests on and the day it counts from: whether its right has lapsed without a claim in time."""
    days_of = {f["event_id"]: day for f in facts if f["type"] != "ClaimFiled" and (day := day_of(f)) is not None}
    claims = [(D(c["data"]["filed_on"]), {e.lower() for e in c["data"].get("facts") or []}, D(c["data"].get("right_arose_on"))) for c in of(facts, "ClaimFiled")]

    def lapsed(events: list[str], counts_from: date) -> bool:
        dated = {e: days_of[e] for e in events if e in days_of}
        arose = max((day for day in dated.values() if day <= counts_from), default=counts_from)
        own = [(filed, named, right) for filed, named, right in claims if (named & dated.keys() if named else counts_from <= filed)]
        applies = any(named or right for _, named, right in own)
        return applies and not any(filed <= years_after(right or max([arose, *(dated[e] for e in named & dated.keys())]), 3)
                                   for filed, named, right in own)

    return lapsed


def in_order(deadlines: list[dict]) -> list[dict]:
    """Deadlines in a fixed order; equal rows say nothing twice."""
    return [row for row, _ in groupby(sorted(deadlines, key=deadline_order))]


def deadline_order(d: dict) -> tuple:
    return (d["kind"], d["claim_id"] or "", d["due_on"], d["met_on"] or "")
