"""What is refused, and what is only shown to differ (中途加入, 被保険者, クーリングオフ, 告知義務, ※4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ledger import events as ev
from ledger.errors import MISSING, Words
from ledger.journal import Discrepancy, Line
from ledger.periods import ONE_DAY, add_months, age
from ledger.product import Ground, clause
from ledger.products.oyako.plan import TERMS, OyakoPlan, contract, entered_mid_term
from ledger.products.oyako.rules.amounts import condition, condition_arose_on
from ledger.products.oyako.rules.costs import borne
from ledger.products.oyako.rules.cover import first_debit
from ledger.products.oyako.rules.rescission import of_added_parts, of_the_contract
from ledger.products.oyako.rules.trigger import from_the_start, never_was, target, trigger_day
from ledger.timeline import Facts, Known

Refunded = Known[ev.CareCostRefunded]
Period = Known[ev.PolicyIssued] | Known[ev.PolicyRenewed]


# ---- fields that rules need -----------------------------------------------------------------------------------------


def parent_named(facts: Facts, new: Known[ev.PolicyIssued]) -> Ground | None:
    """The parent is the person in care: without one no rule can be applied."""
    words = Words("対象者（person_id と birth_date）", "the parent in care, with person_id and birth_date")
    return Ground("parent", MISSING, words) if new.data.parent is None else None


def childs_birth_date(facts: Facts, new: Known[ev.PolicyIssued]) -> Ground | None:
    """The child's age is asked at entry (OY-15)."""
    words = Words("被保険者の生年月日（YYYY-MM-DD）", "the birth date of the insured, written YYYY-MM-DD")
    return Ground("insured.birth_date", MISSING, words) if new.data.insured.birth_date is None else None


# ---- refused by a clause --------------------------------------------------------------------------------------------


@clause("OY-08")
def refunds_beyond_the_cost(facts: Facts, new: Refunded) -> Ground | None:
    """Refunds together exceed what the insured bore of the cost (※4)."""
    cost = next((fact.data for fact in facts.naming(ev.CareCostIncurred, "cost_id", new.data.cost_id)), None)
    if cost is None:  # not in view yet: the refund is dated before it
        return None
    others = sum(other.data.amount for other in facts.of(ev.CareCostRefunded) if other.data.cost_id == new.data.cost_id)
    left = max(0, borne(cost).amount - others)
    if others + new.data.amount <= borne(cost).amount:
        return None
    return Ground(
        "amount",
        new.data.amount,
        Words(f"{left} 円以下（費用の残り）", f"at most {left} yen, what is left of the cost"),
    )


@clause("OY-14")
def other_start_than_applied_for(facts: Facts, new: Known[ev.PolicyIssued]) -> Ground | None:
    """Applied to the 14th: starts on the 1st of the next month; later: on the 1st of the month after that; or on 1 April (中途加入)."""
    applied, start = new.data.applied_on, new.data.period_start
    if applied is None or not entered_mid_term(start):
        return None
    months = 1 if applied.day <= TERMS.number("entry_apply_by_day", applied) else 2
    allowed = add_months(applied, months).replace(day=1)
    words = Words(f"{allowed} または 4 月 1 日", f"{allowed}, or 1 April")
    return None if start == allowed else Ground("period_start", start.isoformat(), words)


@clause("OY-15")
def age_of_parent_or_child(facts: Facts, new: Period) -> Ground | None:
    """Entry for parents of 40 to 79, renewal to 89, in full years on the start day; the child is 18 or older (特長2, 被保険者)."""
    if isinstance(new.data, ev.PolicyRenewed):
        issued = facts.of(ev.PolicyIssued)
        return (
            _parents_age(issued[0].data, new.data.period_start, "period_start", "renewal_age_max") if issued else None
        )
    entered_on, start = new.data.entered_on, new.data.period_start
    return (
        _parents_age(new.data, entered_on, "parent.birth_date", "entry_age_max")
        or (_parents_age(new.data, start, "period_start", "renewal_age_max") if start > entered_on else None)
        or _childs_age(new.data, entered_on)
    )


def _parents_age(issued: ev.PolicyIssued, day: date, field: str, oldest: str) -> Ground | None:
    assert issued.parent is not None, "refused before"
    least, most = TERMS.number("entry_age_min", day), TERMS.number(oldest, day)
    found = _age(issued.parent.birth_date, day)
    words = Words(
        f"始期日に満 {least} 歳から満 {most} 歳までの対象者", f"a parent of {least} to {most} in full years on {day}"
    )
    return None if least <= found <= most else Ground(field, f"{found} on {day}", words)


def _childs_age(issued: ev.PolicyIssued, day: date) -> Ground | None:
    assert issued.insured.birth_date is not None, "refused before"
    least, found = TERMS.number("child_age_min", day), _age(issued.insured.birth_date, day)
    words = Words(f"始期日に満 {least} 歳以上の被保険者", f"an insured of {least} or older on {day}")
    return None if found >= least else Ground("insured.birth_date", f"{found} on {day}", words)


def _age(birth: date, day: date) -> int:
    """Age in full years; below 0 where the birth is still to come."""
    return age(birth, day) if birth <= day else -1


@clause("OY-19")
def no_cooling_off(facts: Facts, new: Known[ev.CoolingOffRequested]) -> Ground | None:
    """A group contract has no cooling-off (クーリングオフ)."""
    words = Words("団体契約にクーリングオフはない", "no cooling-off in a group contract")
    return Ground("requested_on", new.data.requested_on.isoformat(), words)


@clause("OY-20")
def disclosure_too_late(facts: Facts, new: Known[ev.PolicyRescinded]) -> Ground | None:
    """Rescission for disclosure comes within one year from the first start, or a benefit event happened within it; after an
    increase the same from its day, for the added part (告知義務). A contract that never was has no benefit event."""
    held, never = contract(facts), never_was(facts) or any(True for _ in from_the_start(facts))
    day = None if never else trigger_day(facts)
    if new.data.ground != "disclosure" or of_the_contract(held, new.data, day) or of_added_parts(held, new.data, day):
        return None
    start = held.entered_on
    words = Words(
        f"{start} から 1 年以内（支払事由がその間に生じたときを除く）",
        f"within one year from {start}, or with a benefit event within it",
    )
    return Ground("rescinded_on", new.data.rescinded_on.isoformat(), words)


# ---- shown to differ ------------------------------------------------------------------------------------------------


def discrepancies(facts: Facts, lines: Sequence[Line]) -> Iterator[Discrepancy]:
    """What was recorded otherwise than the rules have it."""
    yield from recorded_lapses(facts)
    yield from two_days_of_one_cause(facts)
    yield from misses_before_the_first_debit(facts)
    yield from other_premiums(facts)


@clause("OY-09")
def recorded_lapses(facts: Facts) -> Iterator[Discrepancy]:
    """The lapse follows from the trigger; a recorded one of another day differs (無効と失効)."""
    day = trigger_day(facts)
    derived = day + ONE_DAY if day else None
    for lapsed in facts.of(ev.PolicyLapsed):
        if lapsed.data.lapsed_on != derived:
            yield Discrepancy(
                lapsed.day, "OY-09", str(lapsed.data.lapsed_on), str(derived) if derived else None, (lapsed.event_id,)
            )


@clause("OY-11")
def two_days_of_one_cause(facts: Facts) -> Iterator[Discrepancy]:
    """The certificate of the trigger and its condition give different days of the cause. A contract that never was has no trigger."""
    care = facts.once(target)
    named = condition(facts, care.certificate) if care is not None else None
    if care is None or named is None:
        return
    given, found = care.certificate.data.cause_arose_on, condition_arose_on(named)
    if given is not None and found is not None and given != found:
        yield Discrepancy(care.first, "OY-11", str(given), str(found), (care.certificate.event_id, named.event_id))


@clause("OY-13")
def misses_before_the_first_debit(facts: Facts) -> Iterator[Discrepancy]:
    """A month before the first debit has none to miss (お支払方法)."""
    first = first_debit(contract(facts))
    for missed in facts.of(ev.PremiumMissed):
        if missed.data.due_month < first:
            yield Discrepancy(missed.day, "OY-13", missed.data.due_month, first, (missed.event_id,))


@clause("OY-15")
def other_premiums(facts: Facts) -> Iterator[Discrepancy]:
    """The premium is that of the table, by plan and by the parent's age on the period's start day (特長2)."""
    held = contract(facts)
    periods: list[tuple[Any, date]] = [
        (fact, max(fact.data.period_start, held.entered_on)) for fact in facts.of(ev.PolicyIssued)
    ]
    periods += [(fact, fact.data.period_start) for fact in facts.of(ev.PolicyRenewed)]
    for fact, start in periods:
        plan = OyakoPlan.model_validate(dict(fact.data.plan)) if fact.data.plan is not None else held.plan(start)
        premium = premium_monthly(held.issued, plan, start)
        if fact.data.premium_monthly is not None and premium is not None and fact.data.premium_monthly != premium:
            yield Discrepancy(fact.day, "OY-15", fact.data.premium_monthly, premium, (fact.event_id,))


@clause("OY-15")
def premium_monthly(issued: ev.PolicyIssued, plan: OyakoPlan, start: date) -> int | None:
    """The monthly premium in yen; None at an age for which there is none."""
    assert issued.parent is not None, "refused before"
    years = _age(issued.parent.birth_date, start)
    row = next((row for row in TERMS.at("premium_monthly", start) if row["from"] <= years <= row["to"]), None)
    return int(row[plan.plan]) if row else None
