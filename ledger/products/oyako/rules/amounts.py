"""How much: the insured amount, what takes from it, and the limits made of it (特長1, 特長5, 告知義務, 注1)."""

from __future__ import annotations

from datetime import date

from ledger import events as ev
from ledger.limits import Limit
from ledger.money import percent
from ledger.periods import years_last_day
from ledger.product import clause
from ledger.products.oyako.plan import TERMS, Change, changes, contract, entered_on, insured_amount
from ledger.products.oyako.rules.rescission import of_an_added_part_alone
from ledger.products.oyako.rules.trigger import Target
from ledger.products.oyako.rules.trigger import target as target_period
from ledger.timeline import Facts, Known

# ---- OY-11, OY-12, OY-20: the insured amount that serves ------------------------------------------------------------


def amount_in_force(facts: Facts) -> tuple[int, tuple[str, ...]]:
    """The insured amount in yen: change by change to the plan at trigger, without the added parts that a rule takes off,
    and no more than under the plan at the cause; and the rules that made it."""
    held, period = contract(facts), facts.once(target_period)
    assert period is not None, "without a trigger there is no amount to ask for"
    amount, rules = insured_amount(held.plans[0].plan, held), ["OY-04"]
    for change in changes(held, served_on=period.first):
        off = added_before_its_year(facts, period, change) or added_part_rescinded(facts, period, change)
        amount = (
            min(amount, change.after) if not change.increase else amount + (0 if off else change.after - change.before)
        )
        rules += [off] if off else []
    at_cause = plan_at_the_cause(facts, period)
    if at_cause is not None and at_cause < amount:
        amount, rules = at_cause, [*rules, "OY-12"]
    lowered = amount < insured_amount(held.plan(period.first), held)
    return amount, tuple(dict.fromkeys(rules)) if lowered else ("OY-04",)


@clause("OY-11")
def cause_before_cover(facts: Facts, target: Target) -> bool:
    """The cause arose before the first start, and the trigger came within one year from it, the start being day 1 (告知義務)."""
    held = contract(facts)
    return _cause_before(facts, target, held.entered_on)


@clause("OY-11")
def added_before_its_year(facts: Facts, target: Target, change: Change) -> str | None:
    """On an increase, a higher plan at renewal, the same for the added amount from its day (告知義務)."""
    increased = change.increase and change.at_renewal
    return "OY-11" if increased and _cause_before(facts, target, change.day) else None


def _cause_before(facts: Facts, target: Target, start: date) -> bool:
    cause = cause_arose_on(facts, target.certificate)
    years = TERMS.number("disclosure_years", entered_on(facts))
    return cause is not None and cause < start and target.first <= years_last_day(start, years)


@clause("OY-12")
def plan_at_the_cause(facts: Facts, target: Target) -> int | None:
    """The amount under the plan when the cause arose, unless the trigger comes after the year that starts on that day (注1)."""
    held = contract(facts)
    cause = cause_arose_on(facts, target.certificate)
    if cause is None or cause > target.first:
        return None
    last = years_last_day(cause, TERMS.number("change_years", held.entered_on))
    return insured_amount(held.plan(cause), held) if target.first <= last else None


@clause("OY-20")
def added_part_rescinded(facts: Facts, target: Target, change: Change) -> str | None:
    """Rescission of an added part takes it off, but not for what the undisclosed fact did not cause (告知義務)."""
    for rescinded in facts.of(ev.PolicyRescinded):
        unrelated = target.certificate.data.condition_id in rescinded.data.unrelated_conditions
        spared = unrelated and target.first < rescinded.data.rescinded_on
        if not spared and change in of_an_added_part_alone(facts, rescinded, target.first):
            return "OY-20"
    return None


def cause_arose_on(facts: Facts, certificate: Known[ev.CareCertified]) -> date | None:
    """The day of the cause: as certified, else that of the certificate's condition."""
    return certificate.data.cause_arose_on or condition_arose_on(condition(facts, certificate))


def condition(facts: Facts, certificate: Known[ev.CareCertified]) -> Known[ev.ConditionRecorded] | None:
    """The condition that a certificate names."""
    named = certificate.data.condition_id
    return next((fact for fact in facts.of(ev.ConditionRecorded) if fact.data.condition_id == named), None)


def condition_arose_on(found: Known[ev.ConditionRecorded] | None) -> date | None:
    """The accident of an injury, the onset of a sickness."""
    if found is None:
        return None
    onset, accident = found.data.onset_on, found.data.accident_on
    return accident or onset if found.data.kind == "injury" else onset or accident


# ---- OY-04, OY-05, OY-07: limits ------------------------------------------------------------------------------------


@clause("OY-04")
def balance(facts: Facts, target: Target, on: date) -> Limit:
    """The insured amount over the whole target period, not per month or year (特長5)."""
    amount, rules = facts.once(amount_in_force)
    return _limit("parent_care.balance", amount, target, on, rules)


@clause("OY-05")
def category_limits(facts: Facts, target: Target, on: date) -> dict[str, Limit]:
    """Home modification and care homes have caps of their own over the target period, by category (特長1)."""
    caps = TERMS.at("category_caps", entered_on(facts))
    return {category: _limit(f"parent_care.{category}", cap, target, on, ("OY-05",)) for category, cap in caps.items()}


@clause("OY-07")
def incidental_total(facts: Facts, target: Target, on: date) -> Limit:
    """Incidental expenses come to no more than 10% of the insured amount (諸費用保険金)."""
    amount, _ = facts.once(amount_in_force)
    cap = percent(amount, TERMS.number("incidental_percent", entered_on(facts)))
    return _limit("incidental.total", cap, target, on, ("OY-07",))


def care_limits(facts: Facts, target: Target, on: date) -> dict[str, tuple[Limit, ...]]:
    """The limits of parent_care in the order in which they cut, by category; "" for those without a cap of their own."""
    overall = balance(facts, target, on)
    return {"": (overall,)} | {category: (own, overall) for category, own in category_limits(facts, target, on).items()}


def _limit(name: str, cap: int, target: Target, on: date, rules: tuple[str, ...]) -> Limit:
    return Limit(name, target.first.isoformat(), "yen", cap, target.first, target.to(on), rules)
