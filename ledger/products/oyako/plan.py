"""The plans of 親子のちから, and the contract read on them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from ledger.periods import Clock
from ledger.product import Plan
from ledger.products.general.contract import Contract
from ledger.products.general.contract import contract as read_contract
from ledger.terms import Terms
from ledger.timeline import Facts

TERMS = Terms.load(Path(__file__).parent)
CLOCK: Clock = "16:00"


class OyakoPlan(Plan):
    """One of four plans, which differ in the insured amount."""

    plan: Literal["A", "B", "C", "D"]


class Increase(NamedTuple):
    """A higher plan from a day on: the insured amount before it and with it, in yen; whether it came with a renewal."""

    day: date
    before: int
    after: int
    at_renewal: bool


def contract(facts: Facts) -> Contract[OyakoPlan]:
    """The contract on the plans of this product."""
    return facts.once(_contract)


def _contract(facts: Facts) -> Contract[OyakoPlan]:
    return read_contract(facts, OyakoPlan, CLOCK)


def entered_mid_term(entered_on: date) -> bool:
    """Whether cover starts at 00:00 on the day of entry, not at 16:00 with the scheme's year (OY-10, OY-14)."""
    return bool(f"{entered_on:%m-%d}" != TERMS.at("scheme_start", entered_on))


def insured_amount(plan: OyakoPlan, held: Contract[OyakoPlan]) -> int:
    """The insured amount (保険金額) of a plan, in yen."""
    return int(TERMS.at("insured_amount", held.entered_on)[plan.plan])


def increases(held: Contract[OyakoPlan]) -> list[Increase]:
    """Each change to a higher plan, in order of time."""
    amounts = [(change.from_, insured_amount(change.plan, held)) for change in held.plans]
    renewals = {period.start for period in held.periods[1:]}
    return [
        Increase(day, before, after, day in renewals)
        for (_, before), (day, after) in pairwise(amounts)
        if after > before
    ]
