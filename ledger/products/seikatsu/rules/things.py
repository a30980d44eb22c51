"""SK-75 to SK-79: liability, property entrusted, belongings, household goods, hole-in-one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ledger import events as ev
from ledger.journal import Item, Line, Opening
from ledger.limits import Claim, Limit
from ledger.money import Reckoned, reckon, total
from ledger.periods import Period
from ledger.product import clause
from ledger.products.seikatsu.plan import SeikatsuPlan
from ledger.products.seikatsu.rules.cover import TERMS, Option, in_scheme, layers, policy
from ledger.timeline import Facts, Known


def liability(plan: SeikatsuPlan) -> int:
    """個人賠償: held or not."""
    return int(plan.personal_liability)


def bailee(plan: SeikatsuPlan) -> int:
    """受託品: the insured amount in yen."""
    return plan.bailee or 0


def belongings(plan: SeikatsuPlan) -> int:
    """携行品: held or not."""
    return int(plan.belongings)


def household(plan: SeikatsuPlan) -> int:
    """家財: the insured amount in yen."""
    return plan.household or 0


def hole_in_one(plan: SeikatsuPlan) -> int:
    """ホールインワン: the insured amount in yen."""
    return plan.hole_in_one or 0


def losses(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """Every loss, by the cover it is recorded under, and the limits of each period."""
    for incurred in facts.of(ev.LiabilityIncurred):
        yield from _liability(facts, incurred)
    for lost in facts.of(ev.PropertyLost):
        yield from _property(facts, lost)
    for achieved in facts.of(ev.HoleInOneAchieved):
        yield from _achievement(facts, achieved)
    yield from _standing(facts)


def held(facts: Facts, option: Option, on: date) -> int:
    """The amount named by the plan on a day; SK-00 is judged apart."""
    return sum(layer.amount for layer in layers(facts, option, on))


# ---- SK-75, SK-76: liability -----------------------------------------------------------------------------------------


@clause("SK-75")
def liability_limit(fact: ev.LiabilityIncurred) -> Limit:
    """200,000,000 yen an accident (Q52)."""
    cap = TERMS.number("liability_limit", fact.occurred_on)
    return Limit("liability.accident", fact.loss_id, "yen", cap, fact.occurred_on, None, ("SK-75",))


@clause("SK-76")
def bailee_amount(fact: ev.LiabilityIncurred) -> Reckoned:
    """The amount less 5,000 yen an accident (Q58)."""
    left = reckon("subtract", amount=fact.amount, bailee_deductible=TERMS.number("bailee_deductible", fact.occurred_on))
    return reckon("max", nothing=0, left=left)


def _liability(facts: Facts, incurred: Known[ev.LiabilityIncurred]) -> Iterator[Claim]:
    fact = incurred.data
    personal = fact.cover == "personal"
    rule, amount = ("SK-75", Reckoned(fact.amount)) if personal else ("SK-76", bailee_amount(fact))
    if not held(facts, liability if personal else bailee, fact.occurred_on):
        return
    claim = _claim("liability" if personal else "bailee", incurred, fact.loss_id, amount, rule)
    limits = (liability_limit(fact),) if personal else _period_limits(facts, "bailee.period", fact.occurred_on)
    yield _within(facts, claim, fact.occurred_on, rule if fact.excluded is not None else None, limits)


# ---- SK-77, SK-78: belongings and household --------------------------------------------------------------------------


@clause("SK-77")
def belongings_amount(fact: ev.PropertyLost) -> Reckoned:
    """Per item at most 100,000 yen, cash and tickets 50,000 together; the sum less 3,000 yen an accident (Q63, Q64)."""
    day = fact.occurred_on
    item_max = TERMS.number("belongings_item", day)
    things = [reckon("min", **_value(item), belongings_item=item_max) for item in fact.items if item.kind in {"ordinary", "valuables"}]
    lost = total([*(("item", item) for item in things), *cash_and_tickets(fact)])
    left = reckon("subtract", lost=lost, belongings_deductible=TERMS.number("belongings_deductible", day))
    return reckon("max", nothing=0, left=left)


@clause("SK-78")
def household_amount(fact: ev.PropertyLost) -> Reckoned:
    """Per item repair or replacement; valuables at most 300,000 yen, cash and tickets 50,000 together; no deductible (Q65, Q67)."""
    item_max = TERMS.number("household_valuables_item", fact.occurred_on)
    things = [reckon("min", **_value(item)) for item in fact.items if item.kind == "ordinary"]
    valuables = [
        reckon("min", **_value(item), household_valuables_item=item_max) for item in fact.items if item.kind == "valuables"
    ]
    return total([*(("item", item) for item in (*things, *valuables)), *cash_and_tickets(fact)])


@clause("SK-77", "SK-78")
def cash_and_tickets(fact: ev.PropertyLost) -> Iterator[tuple[str, Reckoned]]:
    """Cash and tickets together at most 50,000 yen an accident (Q64, Q67)."""
    cash = [("cash_or_tickets", reckon("min", **_value(item))) for item in fact.items if item.kind == "cash_or_tickets"]
    if cash:
        most = TERMS.number("cash_and_tickets", fact.occurred_on)
        yield "cash", reckon("min", cash_or_tickets=total(cash), cash_and_tickets=most)


@clause("SK-77")
def belongings_not_payable(fact: ev.PropertyLost) -> bool:
    """Left behind or lost, a theft not reported to the police, or excluded things alone (Q60, Q62)."""
    return fact.cause in TERMS.at("belongings_causes_declined", fact.occurred_on) or _unreported_or_excluded(fact)


@clause("SK-78")
def household_not_payable(fact: ev.PropertyLost) -> bool:
    """A theft not reported to the police, or excluded things alone (Q65, Q66)."""
    return _unreported_or_excluded(fact)


def _unreported_or_excluded(fact: ev.PropertyLost) -> bool:
    unreported = fact.cause == "theft" and not fact.police_report
    return unreported or all(item.kind == "excluded" for item in fact.items)


def _value(item: ev.LostItem) -> dict[str, int]:
    """The repair cost and the value, of which the lower counts."""
    return {"current_value": item.current_value} | ({"repair_cost": item.repair_cost} if item.repair_cost is not None else {})


def _property(facts: Facts, lost: Known[ev.PropertyLost]) -> Iterator[Claim]:
    fact = lost.data
    own = fact.cover == "belongings"
    rule, amount, declined = (
        ("SK-77", belongings_amount(fact), belongings_not_payable(fact))
        if own
        else ("SK-78", household_amount(fact), household_not_payable(fact))
    )
    if not held(facts, belongings if own else household, fact.occurred_on):
        return
    claim = _claim(fact.cover, lost, fact.loss_id, amount, rule)
    limits = _period_limits(facts, f"{fact.cover}.period", fact.occurred_on)
    yield _within(facts, claim, fact.occurred_on, rule if declined else None, limits)


# ---- the limits of a period ------------------------------------------------------------------------------------------

PERIOD_LIMITS: dict[str, Option] = {"bailee.period": bailee, "belongings.period": belongings, "household.period": household}
_CLAUSES = {"bailee.period": "SK-76", "belongings.period": "SK-77", "household.period": "SK-78"}


@clause("SK-76", "SK-77", "SK-78")
def period_limit(facts: Facts, name: str, period: Period, on: date) -> Limit:
    """The amount held on the day of the loss, or 300,000 yen for belongings, a policy period (Interpretation)."""
    own = name != "belongings.period"
    cap = held(facts, PERIOD_LIMITS[name], on) if own else TERMS.number("belongings_period", period.start)
    return Limit(name, str(period.start), "yen", cap, period.first_day, period.last_day, (_CLAUSES[name],))


def _period_limits(facts: Facts, name: str, on: date) -> tuple[Limit, ...]:
    period = policy(facts).period(on)
    return (period_limit(facts, name, period, on),) if period is not None else ()


def _standing(facts: Facts) -> Iterator[Opening]:
    """The limits of every period in view, by what was held last in it."""
    for period in policy(facts).periods:
        last = max([period.first_day, *(plan.from_ for plan in policy(facts).plans if period.contains(plan.from_))])
        for name, option in PERIOD_LIMITS.items():
            if held(facts, option, last):
                yield period_limit(facts, name, period, last).standing()


# ---- SK-79: hole-in-one ----------------------------------------------------------------------------------------------


@clause("SK-79")
def hole_in_one_costs(fact: ev.HoleInOneAchieved, insured: int) -> Reckoned:
    """Gifts, party, tree, caddie, and other costs up to 10 % of the insured amount (Q69, Q70)."""
    costs = fact.costs
    percentage = TERMS.number("hole_in_one_other_percent", fact.achieved_on)
    most = reckon("percent", hole_in_one=insured, hole_in_one_other_percent=percentage)
    other = reckon("min", other=costs.other, most=most)
    return reckon("add", gifts=costs.gifts, party=costs.party, tree=costs.tree, caddie=costs.caddie, other=other)


@clause("SK-79")
def not_witnessed(fact: ev.HoleInOneAchieved) -> bool:
    """In Japan, accompanied or in an official match, with a caddie (Q69, Q71)."""
    return not (fact.in_japan and fact.caddie and (fact.accompanied or fact.official))


def _achievement(facts: Facts, achieved: Known[ev.HoleInOneAchieved]) -> Iterator[Claim]:
    fact, day = achieved.data, achieved.data.achieved_on
    insured = held(facts, hole_in_one, day)
    if not insured:
        return
    claim = _claim("hole_in_one", achieved, achieved.event_id, hole_in_one_costs(fact, insured), "SK-79")
    limit = Limit("hole_in_one.achievement", achieved.event_id, "yen", insured, day, None, ("SK-79",))
    yield _within(facts, claim, day, "SK-79" if not_witnessed(fact) else None, (limit,))


# ---- claims ----------------------------------------------------------------------------------------------------------


def _claim(benefit: str, fact: Known[Any], key: str, cost: Reckoned, rule: str) -> Claim:
    day, amount = fact.day, cost.amount
    return Claim(
        benefit, key, day, day, day, "time", 1, amount, (rule,), (fact.event_id,), order=(key,), judged_on=day, steps=cost.steps
    )  # fmt: skip


def _within(facts: Facts, claim: Claim, day: date, rule: str | None, limits: tuple[Limit, ...]) -> Claim:
    """The claim within its limits, or declined: by SK-00 outside the scheme, else by its own clause."""
    if not in_scheme(facts, day):
        return claim.decline("SK-00")
    return claim.decline(rule) if rule is not None else claim._replace(limits=limits)
