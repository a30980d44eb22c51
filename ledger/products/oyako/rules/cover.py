"""Cover: from when it holds, what ends it, and what makes that it never was (無効と失効, お支払方法, 中途脱退)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.periods import ONE_DAY, month_add, month_of
from ledger.product import clause
from ledger.products.general.contract import Contract
from ledger.products.general.endings import Ending
from ledger.products.general.endings import endings as general_endings
from ledger.products.oyako.plan import TERMS, OyakoPlan, contract, entered_mid_term, entered_on
from ledger.products.oyako.rules.certificates import Run, parent_id, runs
from ledger.products.oyako.rules.rescission import ending_the_contract
from ledger.timeline import Facts, Known


class Uncovered(NamedTuple):
    """From this day on a trigger is not covered, by this rule."""

    day: date
    rule: str


@clause("OY-10")
def in_care_at_the_start(facts: Facts) -> Run | None:
    """The parent was in care when cover started, at 16:00 of the first day, with mid-term entry at its 00:00 (無効と失効)."""
    first_day = entered_on(facts)
    latest = first_day - ONE_DAY if entered_mid_term(first_day) else first_day
    return next((run for run in facts.once(runs) if run.first <= latest and run.last >= first_day), None)


def first_care_since_the_start(facts: Facts) -> Run | None:
    """The first time that the parent came into care since cover started (OY-01)."""
    first_day = entered_on(facts)
    earliest = first_day if entered_mid_term(first_day) else first_day + ONE_DAY
    return next((run for run in facts.once(runs) if run.first >= earliest), None)


# ---- OY-13: premiums not made good ----------------------------------------------------------------------------------


def first_debit(held: Contract[OyakoPlan]) -> str:
    """The month of the first debit: the second after the start month (お支払方法)."""
    return month_add(month_of(held.entered_on), TERMS.number("first_debit_months", held.entered_on))


@clause("OY-13")
def not_made_good(facts: Facts) -> list[Known[ev.PremiumMissed]]:
    """Missed debits without a payment for that month by `due_on`, from the first debit on (お支払方法)."""
    paid = [(month, fact.data.paid_on) for fact in facts.of(ev.PremiumPaid) for month in fact.data.due_months]
    first = first_debit(contract(facts))
    return [
        missed
        for missed in facts.of(ev.PremiumMissed)
        if missed.data.due_month >= first
        and not any(month == missed.data.due_month and paid_on <= missed.data.due_on for month, paid_on in paid)
    ]


@clause("OY-13")
def later_misses(facts: Facts) -> list[Known[ev.PremiumMissed]]:
    """Those after the first debit of the first period: they withdraw the policy from `due_on` + 1 (お支払方法)."""
    first = first_debit(contract(facts))
    return [missed for missed in not_made_good(facts) if missed.data.due_month > first]


# ---- what ends cover ------------------------------------------------------------------------------------------------


def persons(facts: Facts) -> set[str]:
    """The child and the parent."""
    return {contract(facts).issued.insured.person_id, parent_id(facts)}


@clause("OY-18")
def endings(facts: Facts, trigger: date | None = None) -> list[Ending]:
    """Withdrawal ends cover on its day; the child's or the parent's death before a trigger ends the policy (中途脱退)."""
    own = {"withdrawn", "cancelled", "ended_by_death"}
    found = general_endings(ending_the_contract(facts, trigger), persons(facts))
    return [ending._replace(rule="OY-18") if ending.state in own else ending for ending in found]


def uncovered(facts: Facts, day: date) -> str | None:
    """The rule by which a trigger on a day is not covered: no policy period runs, or the first that ended cover by then."""
    if contract(facts).period(day) is None:
        return "OY-01"
    return min((end for end in _uncovered(facts) if end.day <= day), default=Uncovered(day, "")).rule or None


def _uncovered(facts: Facts) -> Iterator[Uncovered]:
    for missed in later_misses(facts):
        yield Uncovered(missed.data.due_on + ONE_DAY, "OY-13")
    for ending in endings(facts):
        yield Uncovered(ending.day + ONE_DAY if ending.state == "ended_by_death" else ending.day, ending.rule)
