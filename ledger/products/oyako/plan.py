"""The plans of 親子のちから, and the contract read on them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from ledger import events as ev
from ledger.periods import ONE_DAY, Clock
from ledger.product import Plan
from ledger.products.general.contract import Contract, PlanHeld
from ledger.products.general.contract import contract as read_contract
from ledger.terms import Terms
from ledger.timeline import Facts

TERMS = Terms.load(Path(__file__).parent)
CLOCK: Clock = "16:00"


class OyakoPlan(Plan):
    """One of four plans, which differ in the insured amount."""

    plan: Literal["A", "B", "C", "D"]


class Change(NamedTuple):
    """A change of plan: its day, the insured amount before and after it, in yen, and whether it came with a renewal."""

    day: date
    before: int
    after: int
    at_renewal: bool

    @property
    def increase(self) -> bool:
        """Whether to a higher plan."""
        return self.after > self.before


def contract(facts: Facts) -> Contract[OyakoPlan]:
    """The contract on the plans of this product."""
    return facts.once(_contract)


def _contract(facts: Facts) -> Contract[OyakoPlan]:
    return read_contract(facts, OyakoPlan, CLOCK)


def entered_on(facts: Facts) -> date:
    """The day of entry: what rests on it alone rests on nothing else of the contract."""
    return facts.once(_entered_on)


def _entered_on(facts: Facts) -> date:
    return contract(facts).entered_on


def entered_mid_term(entered_on: date) -> bool:
    """Whether cover starts at 00:00 on the day of entry, not at 16:00 with the scheme's year (OY-10, OY-14)."""
    return bool(f"{entered_on:%m-%d}" != TERMS.at("scheme_start", entered_on))


def insured_amount(plan: OyakoPlan, held: Contract[OyakoPlan]) -> int:
    """The insured amount (保険金額) of a plan, in yen."""
    return int(TERMS.at("insured_amount", held.entered_on)[plan.plan])


def changes(held: Contract[OyakoPlan], served_on: date | None = None) -> list[Change]:
    """Each change of plan, in order of time; of those alone, where a day is given, whose new plan serves by that day."""
    plans = [plan for plan in held.plans if served_on is None or _serves_from(held, plan) <= served_on]
    amounts = [(plan.from_, insured_amount(plan.plan, held)) for plan in plans]
    renewals = {period.start for period in held.periods[1:]}
    return [Change(day, before, after, day in renewals) for (_, before), (day, after) in pairwise(amounts)]


def _serves_from(held: Contract[OyakoPlan], new: PlanHeld[OyakoPlan]) -> date:
    """A renewal's plan does not serve on a day that still belongs to the period before."""
    period = held.period(new.from_)
    shared = isinstance(new.change, ev.PolicyRenewed) and period is not None and period.start < new.from_
    return new.from_ + ONE_DAY if shared else new.from_
