"""SK-61 to SK-65: what the medical reassurance riders pay for stays.

Only days of covered stays count, each once; days that a limit alone leaves unpaid do count (SK-62), so the hospital type is no matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ledger.journal import Item, Line
from ledger.limits import Claim, Limit
from ledger.money import Reckoned
from ledger.periods import Period, days, nth_day
from ledger.product import clause
from ledger.products.seikatsu.rules.conditions import conditions
from ledger.products.seikatsu.rules.cover import (
    TERMS,
    Cover,
    Option,
    cancer_long_stay,
    cover,
    medical_lump_sum,
    period_begun,
    policy,
    three_diseases,
    yen_for,
)
from ledger.products.seikatsu.rules.hospital import deciding_day, held_in, joining
from ledger.products.seikatsu.rules.hospitalisations import (
    Hospitalisation,
    Piece,
    hospital,
    joined_for_lump_sums,
    uncovered_included,
)
from ledger.products.seikatsu.rules.lists import is_cancer, is_one_of_three
from ledger.timeline import Facts


class Reached(NamedTuple):
    """A lump sum that a hospitalisation reached: on this day, so many yen."""

    benefit: str
    day: date
    amount: int
    limits: tuple[Limit, ...] = ()


def lump_sums(facts: Facts, lines: Sequence[Line]) -> Iterable[Claim | Item]:
    """All benefits of the riders for stays, and the period limit that stands though unused."""
    for one in hospital(facts).sickness:
        yield from _cancer_long_stay(facts, one)
        yield from _three_daily(facts, one)
    for one in joined_for_lump_sums(facts):
        yield from _medical_lump_sums(facts, one)
        yield from _three_lump(facts, one)
    for one in of_accidents(facts):
        yield from _medical_lump_sums_of_an_accident(facts, one)
    for period in policy(facts).periods:
        if held_in(facts, three_diseases("three_daily", period.start), period):
            yield three_days_limit(period).standing()


def rider_cover(facts: Facts, option: Option, one: Hospitalisation) -> Cover:
    """How far a rider covers a sickness hospitalisation: the layers of its first admission day, with the relief of SK-05 (SK-07)."""
    return cover(facts, option, one.condition_id, one.first, uncovered_included(facts, one.pieces[0].stay))


# ---- SK-61: cancer, from day 366 -------------------------------------------------------------------------------------


@clause("SK-61")
def _cancer_long_stay(facts: Facts, one: Hospitalisation) -> Iterator[Claim]:
    """10,000 yen a day and unit from day 366 of one hospitalisation for cancer, without limit, whatever the hospital type (Q35)."""
    if is_cancer(conditions(facts)[one.condition_id], one.first):
        term, covered = TERMS.at("cancer_long_stay", one.first), rider_cover(facts, cancer_long_stay, one)
        rate = yen_for(covered.amount or covered.held, cancer_long_stay=term["daily"])
        yield from _runs(facts, "cancer_long_stay", one, term["from_day"], rate, covered, "SK-61", ())


# ---- SK-62, SK-63: medical lump sums ---------------------------------------------------------------------------------


@clause("SK-62")
def _medical_lump_sums(facts: Facts, one: Hospitalisation) -> Iterator[Claim]:
    """Lump sums on reaching certain days of a hospitalisation; not per unit (Q33, Q34)."""
    covered = rider_cover(facts, medical_lump_sum, one)
    if covered.held:
        for reached in reached_by(one, date.max):
            yield _claim(facts, one, reached, covered, (*_joined_by(one, reached.day), "SK-62"))


@clause("SK-63")
def _medical_lump_sums_of_an_accident(facts: Facts, one: Hospitalisation) -> Iterator[Claim]:
    """For an injury: the stays that begin within 180 days add up; the 90-day counts take days within 365 days from the accident (Q33)."""
    accident_on = deciding_day(facts, one)
    last_counted = nth_day(accident_on, TERMS.number("injury_long_days", accident_on))
    for reached in reached_by(one, last_counted):
        stay = next(piece.stay for piece in one.pieces if piece.stay.first <= reached.day <= piece.stay.last)
        covered = cover(facts, medical_lump_sum, one.condition_id, stay.first, None)
        if covered.held:
            yield _claim(facts, one, reached, covered, ("SK-63", "SK-62"))


def of_accidents(facts: Facts) -> Iterator[Hospitalisation]:
    """Each accident's stays that begin within 180 days, whole: the days that SK-25 counts as sickness stay with them."""
    for one in hospital(facts).injuries:
        in_time = {piece.stay.stay_id for piece in one.pieces}
        late = (piece for other in hospital(facts).late_injuries for piece in other.pieces)
        beyond = [piece for piece in late if piece.stay.stay_id in in_time]
        yield one._replace(pieces=tuple(sorted((*one.pieces, *beyond), key=lambda piece: piece.at)))


def reached_by(one: Hospitalisation, last_counted: date) -> Iterator[Reached]:
    """The lump sums that a hospitalisation has reached."""
    yield from lump_admission(one)
    yield from lump_long(one, last_counted)
    yield from lump_discharge(one)


@clause("SK-62")
def lump_admission(one: Hospitalisation) -> Iterator[Reached]:
    """50,000 yen when it reaches 5 days (Q33, 1)."""
    term = TERMS.at("lump_admission", one.first)
    day = one.day(term["day"])
    if day is not None:
        yield Reached("lump_admission", day, term["amount"])


@clause("SK-62")
def lump_long(one: Hospitalisation, last_counted: date) -> Iterator[Reached]:
    """50,000 yen at each of 90, 180, 270 and 360 days, at most four times (Q33, 2)."""
    term = TERMS.at("lump_long", one.first)
    limit = Limit("lump_long.stay", one.key, "times", term["times"], one.first, None, ("SK-62",))
    for n in term["days"]:
        day = one.day(n)
        if day is not None and day <= last_counted:
            yield Reached("lump_long", day, term["amount"], (limit,))


@clause("SK-62")
def lump_discharge(one: Hospitalisation) -> Iterator[Reached]:
    """50,000 yen when it has reached 14 days and the person is discharged alive, or when it passes 365 days (Q33, 3)."""
    term = TERMS.at("lump_discharge", one.first)
    passed = one.day(term["passing"] + 1)
    reached = one.day(term["days"])
    due = [day for day in discharges_alive(one) if reached is not None and day >= reached]
    due += [passed] if passed is not None else []
    if due:
        yield Reached("lump_discharge", min(due), term["amount"])


@clause("SK-62")
def discharges_alive(one: Hospitalisation) -> list[date]:
    """The days on which the person left hospital alive: every stay that runs to the day ends on it with a known discharge. What was
    due on the first such day stays due though a stay joins later (Q33, 3)."""
    stays = [piece.stay for piece in one.pieces]
    return sorted(
        {
            day
            for day in (stay.discharged_on for stay in stays)
            if day is not None
            and all(stay.discharged_on == day and stay.alive for stay in stays if stay.first <= day <= stay.last)
        }
    )


# ---- SK-64, SK-65: three diseases ------------------------------------------------------------------------------------


@clause("SK-64")
def _three_lump(facts: Facts, one: Hospitalisation) -> Iterator[Claim]:
    """The course's lump sum when a hospitalisation for one of the three diseases reaches 8 days (Q36)."""
    covered = rider_cover(facts, three_diseases("three_lump", one.first), one)
    day = one.day(TERMS.number("three_from_day", one.first))
    if day is not None and covered.held and is_one_of_three(conditions(facts)[one.condition_id], one.first):
        reached = Reached("three_lump", day, covered.amount or covered.held)
        yield _claim(facts, one, reached, covered, (*_joined_by(one, day), "SK-64"))


@clause("SK-65")
def _three_daily(facts: Facts, one: Hospitalisation) -> Iterator[Claim]:
    """The course's amount a day from day 8 of the hospitalisation (Q36, Q37)."""
    if is_one_of_three(conditions(facts)[one.condition_id], one.first):
        covered = rider_cover(facts, three_diseases("three_daily", one.first), one)
        period = period_begun(facts, one.first)
        limits = (three_days_limit(period),) if period is not None else ()
        from_day = TERMS.number("three_from_day", one.first)
        rate = Reckoned(covered.amount or covered.held)
        yield from _runs(facts, "three_daily", one, from_day, rate, covered, "SK-65", limits)


@clause("SK-65")
def three_days_limit(period: Period) -> Limit:
    """120 days over the hospitalisations that start in one policy period (Q36 note 2; Interpretation)."""
    cap = TERMS.number("three_days", period.start)
    return Limit("three_days.period", str(period.start), "days", cap, period.first_day, period.last_day, ("SK-65",))


# ---- claims ----------------------------------------------------------------------------------------------------------


def _joined_by(one: Hospitalisation, day: date) -> tuple[str, ...]:
    """The clause by which a day counts that lies in a later stay than the first."""
    return ("SK-21",) if day > one.pieces[0].last else ()


def _claim(facts: Facts, one: Hospitalisation, reached: Reached, covered: Cover, rules: tuple[str, ...]) -> Claim:
    """The claim for a lump sum, declined where no layer covers it."""
    claim = Claim(
        reached.benefit, one.key, reached.day, reached.day, reached.day, "time", 1, reached.amount, rules,
        one.events(reached.day), reached.limits, order=(one.key,), judged_on=deciding_day(facts, one), condition_id=one.condition_id,
    )  # fmt: skip
    declined_by = covered.declined_by(reached.day)
    return claim.decline(declined_by) if declined_by else claim


def _runs(
    facts: Facts,
    benefit: str,
    one: Hospitalisation,
    from_day: int,
    rate: Reckoned,
    covered: Cover,
    rule: str,
    limits: tuple[Limit, ...],
) -> Iterator[Claim]:
    """The runs of days from the n-th on, declined where no layer covers them, and split where SK-05 takes the place of SK-04."""
    if not covered.held:
        return
    for piece, start, end in one.runs(from_day):
        rules = (*joining(one, piece), rule)
        for first, last in covered.spans(start, end):
            claim = Claim(
                benefit, one.key, first, first, last, "day", days(first, last), rate.amount, rules, _events(one, piece),
                limits, order=(piece.stay.stay_id,), judged_on=one.first, condition_id=one.condition_id, steps=rate.steps,
            )  # fmt: skip
            declined_by = covered.declined_by(first)
            yield claim.decline(declined_by) if declined_by else claim


def _events(one: Hospitalisation, piece: Piece) -> tuple[str, ...]:
    """A run rests on its own stay and on those before it whose days count towards it."""
    counted = (earlier for earlier in one.pieces if earlier.at <= piece.at and earlier.counted_from <= earlier.last)
    return tuple(event for earlier in counted for event in earlier.stay.events)
