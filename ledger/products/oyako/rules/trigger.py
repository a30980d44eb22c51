"""The trigger and the target period that it opens; what follows from it for the policy (特長5, 無効と失効)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from ledger import events as ev
from ledger.journal import UNDATED, Line, Span
from ledger.periods import ONE_DAY, years_last_day
from ledger.product import clause
from ledger.products.general.contract import Holds, periods_hold, states
from ledger.products.oyako.plan import TERMS, contract, entered_on
from ledger.products.oyako.rules.certificates import Run
from ledger.products.oyako.rules.cover import (
    endings,
    first_care_since_the_start,
    first_debit,
    in_care_at_the_start,
    later_misses,
    not_made_good,
    persons,
    uncovered,
)
from ledger.timeline import Facts, Known


class Target(NamedTuple):
    """The target period (対象期間): its first day (the trigger), the last day of its ten years, its last day as known."""

    first: date
    ten_years: date
    last: date
    certificate: Known[ev.CareCertified]

    def to(self, on: date) -> date:
        """Its end as shown on a day: the ten years' end, or the earlier last day once that lies before the day (OY-04)."""
        return self.last if self.last < on else self.ten_years


@clause("OY-01")
def trigger(facts: Facts) -> Run | None:
    """The parent comes into state A or B for the first time since the first start, inside a policy period that is in force;
    the trigger day is the first day of validity printed on the card (特長4, 特長5)."""
    care = first_care_since_the_start(facts)
    return None if care is None or uncovered(facts, care.first) else care


@clause("OY-02")
def target(facts: Facts) -> Target | None:
    """Ten years from the trigger, that day included; it ends earlier with care in A/B, and with the parent's or the child's
    death. A contract that never was opens none."""
    care = facts.once(trigger)
    if care is None or never_was(facts):
        return None
    ten_years = years_last_day(care.first, TERMS.number("target_years", entered_on(facts)))
    deaths = [
        f.data.died_on
        for f in facts.of(ev.PersonDied)
        if f.data.person_id in persons(facts) and f.data.died_on >= care.first
    ]
    return Target(care.first, ten_years, min(ten_years, care.last, *deaths), care.certificate)


def turns(facts: Facts) -> list[date]:
    """The days after a last day of the target period, when the limits show it: certificates run out, care and lives end."""
    ran_out = [fact.data.valid_to for fact in facts.of(ev.CareCertified)]
    ended = [fact.data.ended_on for fact in facts.of(ev.CareEnded)] + [
        fact.data.died_on for fact in facts.of(ev.PersonDied)
    ]
    return [day + ONE_DAY for day in (*ran_out, *ended)]


def trigger_day(facts: Facts) -> date | None:
    """The trigger day, None where there is no trigger."""
    care = facts.once(trigger)
    return care.first if care else None


# ---- what acts from the start, on every day -------------------------------------------------------------------------


@clause("OY-10", "OY-13")
def from_the_start(facts: Facts) -> Iterator[Known[Any]]:
    """Void where the parent was in care already; revoked where the first debit was not made good (無効と失効, お支払方法)."""
    in_care = in_care_at_the_start(facts)
    if in_care is not None:
        yield Known(in_care.certificate.event_id, UNDATED, ev.PolicyVoided(ground="already_in_care"))
    for missed in not_made_good(facts):
        if missed.data.due_month == first_debit(contract(facts)) and still_due(facts, missed):
            yield Known(missed.event_id, UNDATED, ev.PolicyRevoked(ground="first_premium"))


@clause("OY-09", "OY-13")
def still_due(facts: Facts, missed: Known[ev.PremiumMissed]) -> bool:
    """Only premiums due on or before the trigger day can be missed: afterwards none is due (無効と失効)."""
    day = trigger_day(facts)
    return day is None or missed.data.due_on <= day


def never_was(facts: Facts) -> tuple[str, str] | None:
    """The state of a contract that never was, and the rule: void before revoked, the clauses of this product before the general ones."""
    if voided := {fact.data.ground for fact in facts.of(ev.PolicyVoided)}:
        return "void", "OY-10" if "already_in_care" in voided else "KR-06"
    if revoked := {fact.data.ground for fact in facts.of(ev.PolicyRevoked)}:
        return "revoked", "OY-13" if "first_premium" in revoked else "KR-08"
    return None


# ---- the state of the policy ----------------------------------------------------------------------------------------


def status(facts: Facts, lines: Sequence[Line]) -> list[Span]:
    """The state of the policy, day by day."""
    return states(_holding(facts))


def _holding(facts: Facts) -> Iterator[Holds]:
    held = contract(facts)
    first, *later = held.periods
    begun = first._replace(start=max(first.start, held.entered_on))
    yield from periods_hold((begun, *later))
    nothing = never_was(facts)
    if nothing is not None:
        yield Holds(nothing[0], begun.start, None, (nothing[1],))
    yield from withdrawn(facts)
    yield from ended(facts)
    yield from lapsed(facts)


@clause("OY-09")
def lapsed(facts: Facts) -> Iterator[Holds]:
    """From the day after the trigger day the policy has lapsed (無効と失効)."""
    day = trigger_day(facts)
    if day is not None:
        yield Holds("lapsed", day + ONE_DAY, None, ("OY-09",))


@clause("OY-13")
def withdrawn(facts: Facts) -> Iterator[Holds]:
    """A later premium not made good withdraws the policy from the day after `due_on` (お支払方法)."""
    for missed in later_misses(facts):
        if still_due(facts, missed):
            yield Holds("withdrawn", missed.data.due_on + ONE_DAY, None, ("OY-13",))


@clause("OY-18")
def ended(facts: Facts) -> Iterator[Holds]:
    """What ended the policy, from the day named; a death only where it comes before a trigger (中途脱退)."""
    day = trigger_day(facts)
    for ending in endings(facts, day):
        if ending.state != "ended_by_death" or day is None or ending.day < day:
            yield Holds(ending.state, ending.day, None, (ending.rule,))
