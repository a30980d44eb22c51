"""The costs of care: what is paid of each, and the incidental expenses on top (補償の内容, 諸費用保険金)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from ledger import events as ev
from ledger.journal import Line, Opening
from ledger.limits import Claim
from ledger.money import Reckoned, reckon, reckon_all, total
from ledger.periods import month_first, month_last, month_of
from ledger.product import clause, clauses_of
from ledger.products.general.endings import UNDISCLOSED
from ledger.products.oyako.plan import TERMS, entered_on
from ledger.products.oyako.rules.amounts import care_limits, cause_before_cover, condition, incidental_total
from ledger.products.oyako.rules.cover import first_care_since_the_start, uncovered
from ledger.products.oyako.rules.rescission import ending_the_contract
from ledger.products.oyako.rules.trigger import Target, never_was, target, trigger_day
from ledger.timeline import Facts, Known


class Standing(NamedTuple):
    """What holds for every cost alike: the target period, what declines all of them, and the events that all of them rest on."""

    target: Target | None
    never_was: str | None
    declined_by: str | None
    events: tuple[str, ...]


class Cost(NamedTuple):
    """A cost of care and what came back of it, beside what holds for every cost; `facts` are those in view."""

    fact: Known[ev.CareCostIncurred]
    refunds: tuple[Known[ev.CareCostRefunded], ...]
    standing: Standing
    facts: Facts

    @property
    def used_on(self) -> date:
        """The day that decides on it."""
        return self.fact.data.used_on


# ---- OY-03 and OY-08: the amount ------------------------------------------------------------------------------------


@clause("OY-03")
def borne(cost: ev.CareCostIncurred) -> Reckoned:
    """What the insured bears of a cost: gross less what the public scheme pays, not below 0 (補償の内容)."""
    if not cost.public_benefit:
        return Reckoned(cost.gross)
    return reckon("max", nothing=0, left=reckon("subtract", gross=cost.gross, public_benefit=cost.public_benefit))


@clause("OY-08")
def still_borne(cost: Cost) -> Reckoned:
    """A refund lowers the cost from the day of the refund on, not below 0 (※4)."""
    whole = borne(cost.fact.data)
    if not cost.refunds:
        return whole
    refunds = (("amount", refund.data.amount) for refund in cost.refunds)
    return reckon("max", nothing=0, left=reckon_all("subtract", [("gross", whole), *refunds]))


# ---- what a cost must meet, in order --------------------------------------------------------------------------------


@clause("OY-10", "OY-13")
def of_a_contract_that_never_was(facts: Facts) -> str | None:
    """Void or revoked from the start: nothing is payable (無効と失効, お支払方法)."""
    nothing = never_was(facts)
    return nothing[1] if nothing else None


@clause("OY-01")
def without_trigger(cost: Cost) -> str | None:
    """No trigger, or one on a day that a rule leaves uncovered (特長4, 特長5)."""
    if cost.standing.target is not None:
        return None
    care = cost.facts.once(first_care_since_the_start)
    found = uncovered(cost.facts, care.first) if care is not None and care.first <= cost.used_on else None
    return found or "OY-01"


@clause("OY-02")
def outside_the_target_period(cost: Cost) -> str | None:
    """The cost was used before the target period or after it (用語: 対象期間)."""
    period = cost.standing.target
    return None if period is not None and period.first <= cost.used_on <= period.last else "OY-02"


@clause("OY-03")
def used_abroad(cost: Cost) -> str | None:
    """The cost was used outside Japan (補償の内容)."""
    return None if cost.fact.data.in_japan else "OY-03"


@clause("OY-06")
def deposit(cost: Cost) -> str | None:
    """Deposits and what is like them (敷金、保証金) are no costs of moving into a home (※10)."""
    return "OY-06" if cost.fact.data.nature in TERMS.at("excluded_natures", entered_on(cost.facts)) else None


@clause("OY-11")
def cause_too_early(facts: Facts, period: Target) -> str | None:
    """The cause arose before the first start and the trigger came within the year (告知義務)."""
    return "OY-11" if cause_before_cover(facts, period) else None


@clause("OY-17")
def excluded(facts: Facts, period: Target) -> str | None:
    """An exclusion on the condition that the certificate names (お支払いできない主な場合)."""
    found = condition(facts, period.certificate)
    return "OY-17" if found is not None and found.data.exclusion is not None else None


@clause("OY-20")
def undisclosed(facts: Facts, claim: Claim) -> str | None:
    """Rescission of the contract for breach of disclosure has the effect of KR-04 (告知義務)."""
    return UNDISCLOSED.declines(ending_the_contract(facts, trigger_day(facts)), claim)


REQUIRED = (without_trigger, outside_the_target_period, used_abroad)
"""What a cost must meet: asked in this order, each is named by the line."""


# ---- the flow -------------------------------------------------------------------------------------------------------


def parent_care(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Opening]:
    """Every cost as a claim within its limits, or declined; and the limits in use from the trigger on."""
    assert facts.on is not None
    held = facts.once(standing)
    limits = care_limits(facts, held.target, facts.on) if held.target is not None else {}
    for fact in facts.of(ev.CareCostIncurred):
        claim = facts.once(_judged, fact)
        own = limits.get(fact.data.category, ()) or limits.get("", ())
        yield claim if claim.declined else claim._replace(limits=own)
    for limit in dict.fromkeys(limit for cutting in limits.values() for limit in cutting):
        yield limit.in_use()


def standing(facts: Facts) -> Standing:
    """What holds for every cost alike."""
    period = facts.once(target)
    if period is None:
        return Standing(None, of_a_contract_that_never_was(facts), None, ())
    named = condition(facts, period.certificate)
    events = (period.certificate.event_id, *((named.event_id,) if named else ()))
    return Standing(period, None, cause_too_early(facts, period) or excluded(facts, period), events)


def _judged(facts: Facts, fact: Known[ev.CareCostIncurred]) -> Claim:
    """The claim, declined by the first rule that declines it."""
    refunds = facts.naming(ev.CareCostRefunded, "cost_id", fact.data.cost_id)
    cost = Cost(fact, tuple(refunds), facts.once(standing), facts)
    claim = _claim(cost)
    if cost.standing.never_was is not None:
        return claim.decline(cost.standing.never_was)
    passed: tuple[str, ...] = ()
    for required in REQUIRED:
        rule = required(cost)
        if rule is not None:
            return claim._replace(rules=passed).decline(rule)
        passed += clauses_of(required)
    claim = claim._replace(rules=(*passed, "OY-08") if cost.refunds else passed)
    rule = deposit(cost) or cost.standing.declined_by
    return claim.decline(rule) if rule is not None else claim


def _claim(cost: Cost) -> Claim:
    data, day, period = cost.fact.data, cost.used_on, cost.standing.target
    events = (cost.fact.event_id, *(refund.event_id for refund in cost.refunds), *cost.standing.events)
    amount = still_borne(cost)
    return Claim(
        "parent_care", data.cost_id, day, day, day, "time", 1, amount.amount, (), events, order=(data.cost_id, "0"),
        judged_on=period.first if period else None, condition_id=period.certificate.data.condition_id if period else None,
        steps=amount.steps,
    )  # fmt: skip


@clause("OY-07")
def incidental_expenses(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Opening]:
    """On top: 10% of the payable parent_care lines of one calendar month together, half up to the yen (諸費用保険金)."""
    assert facts.on is not None
    period = facts.once(target)
    if period is None:
        return
    limit = incidental_total(facts, period, facts.on)
    share = TERMS.number("incidental_percent", entered_on(facts))
    paid = sorted(
        (line for line in lines if line.benefit == "parent_care" and line.payable),
        key=lambda line: (line.first, line.key),
    )
    for month, found in groupby(paid, key=lambda line: month_of(line.first)):
        of_month = list(found)
        costs = total(("parent_care", line.payable) for line in of_month)
        amount = reckon("percent", parent_care=costs, incidental_percent=share)
        yield Claim(
            "incidental_expenses", month, of_month[0].first, month_first(month), month_last(month), "month", 1,
            amount.amount, ("OY-07",),
            tuple(dict.fromkeys(event for line in of_month for event in line.events)), (limit,), order=(month, "0"),
            judged_on=period.first, condition_id=period.certificate.data.condition_id, steps=amount.steps,
        )  # fmt: skip
    yield limit.in_use()
