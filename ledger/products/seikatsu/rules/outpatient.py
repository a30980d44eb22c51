"""SK-36 to SK-40: outpatient days.

Each visit, and each day on which a device was worn, is a day of treatment with the ways in which it may be paid: after a
hospitalisation, before one, or for an injury. Days are taken in the order of the day each counts from, then of event ids (the order
in which limits are used up), one a day; a day whose way has no room left goes on to its next way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from itertools import groupby
from typing import Any, NamedTuple

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.limits import Claim, Limit
from ledger.money import Reckoned
from ledger.periods import ONE_DAY, days, nth_day
from ledger.product import clause
from ledger.products.seikatsu.rules.conditions import accident_day, conditions, same_chain
from ledger.products.seikatsu.rules.cover import TERMS, Cover, base, cover, layers, turns, yen_for
from ledger.products.seikatsu.rules.hospitalisations import Hospitalisation, hospital, stays, uncovered_included
from ledger.products.seikatsu.rules.purposes import excluded
from ledger.timeline import Facts, Known


class Way(NamedTuple):
    """A way in which a day of treatment may be paid."""

    counts_from: date
    limit: Limit
    rate: Reckoned
    judged_on: date
    rule: str


class Treated(NamedTuple):
    """A day of treatment with the ways in which it may be paid, the first open first; with none, `reason` is the clause."""

    day: date
    event_id: str
    condition_id: str
    ways: tuple[Way, ...]
    reason: str | None
    rate: Reckoned
    rules: tuple[str, ...] = ("SK-36",)


class Found(NamedTuple):
    """What is found of a visit: its ways, the clause that leaves it without cover, the clause where it has no way, and what is held."""

    ways: tuple[Way, ...]
    uncovered: str | None
    otherwise: str
    held: int


class Taken(NamedTuple):
    """What became of a day of treatment: the way in which it counts, or the clause that declines it."""

    treated: Treated
    way: Way | None
    reason: str | None


def outpatient_daily(facts: Facts, lines: Sequence[Line]) -> Iterable[Claim | Item]:
    """The benefit for every visit, and for the days on which a device was worn."""
    treated = [facts.once(_visit, visit) for visit in facts.of(ev.OutpatientVisited)]
    for worn in facts.of(ev.ImmobilisationWorn):
        treated += facts.once(_worn_days, worn)
    outcomes = sorted(one_a_day(treated), key=lambda taken: (taken.treated.event_id, taken.treated.day))
    for claim in map(_claim, _runs(outcomes)):
        if claim.rate:
            yield claim
    for worn in facts.of(ev.ImmobilisationWorn):
        yield from _worn_out_of_time(facts, worn)


# ---- SK-36: one a day ------------------------------------------------------------------------------------------------


@clause("SK-36")
def one_a_day(treated: Sequence[Treated]) -> Iterator[Taken]:
    """One visit a day is paid; a visit that a limit leaves unpaid does not stand in the way of another (Q8)."""
    queue = [(one.ways[0].counts_from, one.event_id, one.day, i, 0) for i, one in enumerate(treated) if one.ways]
    heapify(queue)
    paid: set[date] = set()
    used: Counter[tuple[str, str]] = Counter()
    while queue:
        *_, i, n = heappop(queue)
        one, way = treated[i], treated[i].ways[n]
        if one.day in paid:
            yield Taken(one, None, "SK-36")
        elif used[way.limit[:2]] < way.limit.cap:
            paid.add(one.day)
            used[way.limit[:2]] += 1
            yield Taken(one, way, None)
        elif n + 1 < len(one.ways):
            heappush(queue, (one.ways[n + 1].counts_from, one.event_id, one.day, i, n + 1))
        else:
            yield Taken(one, way, None)
    yield from (Taken(one, None, one.reason) for one in treated if not one.ways)


@clause("SK-36")
def in_hospital(facts: Facts, day: date) -> bool:
    """No visit is paid on a day of any stay, paid or not (Q8)."""
    return any(stay.first <= day <= stay.last for stay in stays(facts))


@clause("SK-36")
def visit_rate(half_units: int, on: date) -> Reckoned:
    """2,500 yen a day and unit, lifestyle disease or not (Q8)."""
    return yen_for(half_units, outpatient_daily=TERMS.number("outpatient_daily", on))


def _visit(facts: Facts, visit: Known[ev.OutpatientVisited]) -> Treated:
    """A visit with the ways in which it may be paid, or the first clause that declines it."""
    fact, condition = visit.data, conditions(facts)[visit.data.condition_id]
    found = (_for_injury if condition.kind == "injury" else _for_sickness)(facts, fact, condition)
    declined_by = found.uncovered or _barred(facts, fact, condition) or (None if found.ways else found.otherwise)
    allowed = (
        tuple(way for way in found.ways if mode_allowed(fact, condition, way.judged_on)) if declined_by is None else ()
    )
    rate = visit_rate(found.held, fact.visited_on)
    return Treated(fact.visited_on, visit.event_id, fact.condition_id, allowed, declined_by or "SK-40", rate)


def _for_injury(facts: Facts, visit: ev.OutpatientVisited, condition: ev.ConditionRecorded) -> Found:
    covered = cover(facts, base, visit.condition_id, visit.visited_on, None)
    return Found(injury_ways(visit.visited_on, condition, covered), covered.reason, "SK-38", covered.held)


def _for_sickness(facts: Facts, visit: ev.OutpatientVisited, condition: ev.ConditionRecorded) -> Found:
    """Around hospitalisations, by the layers of each as far as they serve the visit's own condition (SK-03, SK-04)."""
    held = sum(layer.amount for layer in layers(facts, base, visit.visited_on))
    near = sorted(_around_hospitalisations(facts, visit), key=lambda way: (way.counts_from, way.judged_on))
    covers = [cover(facts, base, visit.condition_id, way.judged_on, _relief_day(facts, way)) for way in near]
    ways = tuple(way for way, covered in zip(near, covers, strict=True) if covered.amount)
    uncovered = covers[0].declined_by(visit.visited_on) if covers and not ways else None
    return Found(ways, uncovered, "SK-37", held)


def _relief_day(facts: Facts, way: Way) -> date:
    """The day that the 730 days look at: that of the hospitalisation around which the visit lies."""
    return next(uncovered_included(facts, stay) for stay in stays(facts) if stay.stay_id == way.limit.key)


def _barred(facts: Facts, visit: ev.OutpatientVisited, condition: ev.ConditionRecorded) -> str | None:
    """The clause that declines a visit whatever is held."""
    if visit.purpose == "checkup":
        return "SK-33"
    return excluded(condition, visit.visited_on) or ("SK-36" if in_hospital(facts, visit.visited_on) else None)


# ---- SK-37: around a hospitalisation ---------------------------------------------------------------------------------


@clause("SK-37")
def _around_hospitalisations(facts: Facts, visit: ev.OutpatientVisited) -> Iterator[Way]:
    """A visit after a hospitalisation of the same chain, or before one (Q15); it counts from the first stay of its chain in view."""
    for one in hospital(facts).sickness:
        same = [piece for piece in one.pieces if same_chain(facts, piece.stay.condition_id, visit.condition_id)]
        if not same:
            continue
        counts_from = max(visit.visited_on, same[0].first)
        rate = visit_rate(one.cover.amount, visit.visited_on)
        last_discharge = max(piece.last for piece in one.pieces)
        before = before_limit(one)
        window = TERMS.at("outpatient_after", one.first)["window"]
        if one.first < visit.visited_on <= last_discharge + timedelta(window):
            yield Way(counts_from, after_limit(one), rate, one.first, "SK-37")
        elif before.last is not None and before.first <= visit.visited_on <= before.last:
            yield Way(counts_from, before, rate, one.first, "SK-37")


@clause("SK-37")
def before_limit(one: Hospitalisation) -> Limit:
    """Up to 30 days in the 90 days before the first admission (Q15)."""
    term = TERMS.at("outpatient_before", one.first)
    first, last = one.first - timedelta(term["window"]), one.first - ONE_DAY
    return Limit("outpatient_days.before", one.key, "days", term["days"], first, last, ("SK-37",))


@clause("SK-37")
def after_limit(one: Hospitalisation) -> Limit:
    """Up to 30 days in the 180 days after the last discharge, those between joined stays among them (Q15)."""
    term = TERMS.at("outpatient_after", one.first)
    return Limit("outpatient_days.after", one.key, "days", term["days"], one.first, None, ("SK-37",))


# ---- SK-38: injuries -------------------------------------------------------------------------------------------------


@clause("SK-38")
def injury_ways(day: date, condition: ev.ConditionRecorded, covered: Cover) -> tuple[Way, ...]:
    """From the first visit on, within 180 days from the accident; no stay is needed (Q43, Q46)."""
    limit = injury_limit(condition)
    if limit is None or limit.last is None or not covered.amount or not limit.first <= day <= limit.last:
        return ()
    return (Way(day, limit, visit_rate(covered.amount, day), limit.first, "SK-38"),)


@clause("SK-38")
def injury_limit(condition: ev.ConditionRecorded) -> Limit | None:
    """Up to 90 days an accident (Q46)."""
    accident_on = accident_day(condition)
    if accident_on is None:
        return None
    term = TERMS.at("outpatient_injury", accident_on)
    last = nth_day(accident_on, term["window"])
    return Limit("outpatient_days.injury", condition.condition_id, "days", term["days"], accident_on, last, ("SK-38",))


# ---- SK-39: devices worn ---------------------------------------------------------------------------------------------


@clause("SK-39")
def counts_as_visits(worn: ev.ImmobilisationWorn, condition: ev.ConditionRecorded) -> bool:
    """A cast, splint or external fixator on a site named, a hard corset on the spine; for the injuries named (Q49)."""
    sites = TERMS.at("immobilisation", worn.from_).get(worn.device, ())
    injured = worn.injury in TERMS.at("immobilised_injuries", worn.from_)
    return condition.kind == "injury" and worn.site in sites and injured


def _in_time(worn: ev.ImmobilisationWorn, condition: ev.ConditionRecorded) -> tuple[date, date]:
    """The days worn that lie within the window of SK-38; the first after the last where there are none."""
    limit = injury_limit(condition)
    return (
        (max(worn.from_, limit.first), min(worn.to, limit.last or worn.to)) if limit else (worn.to + ONE_DAY, worn.to)
    )


def _worn_days(facts: Facts, worn: Known[ev.ImmobilisationWorn]) -> Iterator[Treated]:
    """Each worn day that counts as a visit."""
    fact, condition = worn.data, conditions(facts)[worn.data.condition_id]
    if not counts_as_visits(fact, condition):
        return
    first, last = _in_time(fact, condition)
    changes = turns(facts)
    for n in range(days(first, last)):
        day = first + timedelta(n)
        if not n or day in changes:
            covered = cover(facts, base, fact.condition_id, day, None)
            held_ways = injury_ways(day, condition, covered)
        if not covered.held:
            continue
        declined_by = covered.reason or excluded(condition, day) or ("SK-36" if in_hospital(facts, day) else None)
        ways = tuple(way._replace(counts_from=day) for way in held_ways) if declined_by is None else ()
        rate = visit_rate(covered.held, day)
        yield Treated(day, worn.event_id, fact.condition_id, ways, declined_by, rate, ("SK-39", "SK-36"))


def _worn_out_of_time(facts: Facts, worn: Known[ev.ImmobilisationWorn]) -> Iterator[Claim]:
    """The days worn outside the window, or all of them where the device does not count, as declined runs."""
    fact, condition = worn.data, conditions(facts)[worn.data.condition_id]
    counts = counts_as_visits(fact, condition)
    first, last = _in_time(fact, condition) if counts else (fact.to + ONE_DAY, fact.to)
    for start, end in ((fact.from_, min(first - ONE_DAY, fact.to)), (max(last + ONE_DAY, fact.from_), fact.to)):
        rate = visit_rate(sum(layer.amount for layer in layers(facts, base, start)), start)
        if start <= end and rate.amount:
            n = days(start, end)
            claim = Claim(
                "outpatient_daily", worn.event_id, start, start, end, "day", n, rate.amount, ("SK-39",), (worn.event_id,), steps=rate.steps
            )  # fmt: skip
            yield claim.decline("SK-38" if counts else "SK-39")


# ---- SK-40: modes ----------------------------------------------------------------------------------------------------


@clause("SK-40")
def mode_allowed(visit: ev.OutpatientVisited, condition: ev.ConditionRecorded, began_on: date) -> bool:
    """Visits and doctors' calls; judo therapists for injuries; massage and acupuncture with a doctor's consent; no other care (Q17, Q48).

    `began_on`: the first admission of the hospitalisation, or the accident.
    """
    needs = TERMS.at("visit_modes", began_on)[visit.mode]
    met = {"nothing": True, "injury": condition.kind == "injury", "doctor_consent": visit.doctor_consent is True}
    return met.get(needs, False)


# ---- from days to claims ---------------------------------------------------------------------------------------------


def _runs(outcomes: Iterable[Taken]) -> Iterator[list[Taken]]:
    """Days of one fact that follow one another and fared alike, as runs."""

    def fared(place: tuple[int, Taken]) -> tuple[Any, ...]:
        n, taken = place
        way = (taken.way.limit, taken.way.rate.amount) if taken.way else None
        return taken.treated.event_id, taken.treated.day.toordinal() - n, way, taken.reason, taken.treated.rate.amount

    for _, run in groupby(enumerate(outcomes), fared):
        yield [taken for _, taken in run]


def _claim(run: list[Taken]) -> Claim:
    """The claim for days of one fact that fared alike."""
    treated, way, reason = run[0]
    last = run[-1].treated.day
    rate = way.rate if way else treated.rate
    claim = Claim(
        "outpatient_daily", treated.event_id, way.counts_from if way else treated.day, treated.day, last, "day",
        days(treated.day, last), rate.amount, treated.rules, (treated.event_id,), order=(treated.event_id,),
        judged_on=way.judged_on if way else treated.day, condition_id=treated.condition_id, steps=rate.steps,
    )  # fmt: skip
    if way is not None:
        return claim._replace(rules=(*treated.rules, way.rule), limits=(way.limit,))
    assert reason is not None, "a day of treatment is paid in some way, or a clause declines it"
    return claim.decline(reason)
