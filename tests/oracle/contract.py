"""Periods and the state of a policy (30-answers: state), walked from day to day on which it can turn. Shares no code with the ledger."""
from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from .dates import ONE, D
from .timeline import Fact, fact_day, of, once


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
