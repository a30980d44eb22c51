"""SK-00 to SK-08: what is held on a day, in which layers, and which of the layers cover a condition.

Every rule that pays asks `cover(...)`: it names the option held (`base`, `medical_lump_sum` …), the condition, the deciding day and
the day that the 730 days look at, and is given the amount covered, or the clause that leaves the case without cover.
Amounts are in the option's own unit: half units of base cover (see `yen_for`), 1 for a rider, yen for an insured amount.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ledger import events as ev
from ledger.money import Reckoned, reckon
from ledger.periods import ONE_DAY, Period
from ledger.product import clause
from ledger.products.general.contract import Contract
from ledger.products.general.contract import contract as read_contract
from ledger.products.seikatsu.plan import SeikatsuPlan
from ledger.products.seikatsu.rules.conditions import accident_day, conditions, onsets, pregnancies
from ledger.terms import Terms
from ledger.timeline import Facts

TERMS = Terms.load(Path(__file__).parents[1])

Option = Callable[[SeikatsuPlan], int]
"""How much of a cover a plan holds, in the cover's own unit; 0 where it is not held."""


class Layer(NamedTuple):
    """A part of a cover that was entered on one day."""

    entered_on: date
    amount: int


class Cover(NamedTuple):
    """How far a case is covered: `amount` by the layers that cover it, `held` by all layers of its deciding day.

    Where nothing covers it, `reason` is the clause; `relief_from` is the day from which SK-05 takes the place of SK-04.
    """

    amount: int
    held: int
    reason: str | None = None
    relief_from: date | None = None

    def declined_by(self, day: date) -> str | None:
        """The clause that declines a line of a day; None where the case is covered, if only in part."""
        return (
            "SK-05"
            if self.reason == "SK-04" and self.relief_from is not None and day >= self.relief_from
            else self.reason
        )

    def spans(self, first: date, last: date) -> tuple[tuple[date, date], ...]:
        """A run of days, split where SK-05 takes the place of SK-04."""
        turn = self.relief_from if self.reason == "SK-04" else None
        return (
            ((first, turn - ONE_DAY), (turn, last)) if turn is not None and first < turn <= last else ((first, last),)
        )


# ---- the options: what is held of each cover -------------------------------------------------------------------------


def base(plan: SeikatsuPlan) -> int:
    """Base cover, in half units."""
    return plan.half_units


def medical_lump_sum(plan: SeikatsuPlan) -> int:
    """医療一時金: held or not."""
    return int(plan.riders.medical_lump_sum)


def cancer_long_stay(plan: SeikatsuPlan) -> int:
    """がん長期入院, in half units of base cover."""
    return plan.half_units if plan.riders.cancer_long_stay else 0


def three_diseases(term: str, on: date) -> Option:
    """３大疾病: what a course comes to, in yen, by one of the tables of terms.toml."""
    by_course = TERMS.at(term, on)
    return lambda plan: by_course[plan.riders.three_diseases] if plan.riders.three_diseases else 0


@lru_cache(maxsize=1024)
def yen_for(half_units: int, **per_unit: int) -> Reckoned:
    """An amount per unit, the product of the terms named, for a number of half units, in whole yen."""
    return reckon("divide_half_up", product=reckon("multiply", **per_unit, half_units=half_units), halves=2)


# ---- the contract ----------------------------------------------------------------------------------------------------


def policy(facts: Facts) -> Contract[SeikatsuPlan]:
    """The contract on the options of this product; its periods turn at 00:00."""
    return facts.once(_policy)


def _policy(facts: Facts) -> Contract[SeikatsuPlan]:
    return read_contract(facts, SeikatsuPlan, "00:00")


def period_begun(facts: Facts, day: date) -> Period | None:
    """The policy period of a day; after the last one, the last that began before it."""
    return max((period for period in policy(facts).periods if period.start <= day), default=None)


def turns(facts: Facts) -> frozenset[date]:
    """The days on which what is held can change: plans, periods, cancellation, withdrawal, rescission."""
    held = policy(facts)
    days = {held.entered_on, *(plan.from_ for plan in held.plans), *_ended_on(facts)}
    days |= {fact.data.rescinded_on for fact in facts.of(ev.PolicyRescinded)}
    return frozenset(days.union(*(p[:2] for p in held.periods)))


def _ended_on(facts: Facts) -> list[date]:
    return facts.once(_endings)


def _endings(facts: Facts) -> list[date]:
    cancelled = [fact.data.cancelled_on for fact in facts.of(ev.PolicyCancelled)]
    return cancelled + [fact.data.withdrawn_on for fact in facts.of(ev.PolicyWithdrawn)]


@clause("SK-00")
def in_scheme(facts: Facts, day: date) -> bool:
    """A deciding day lies in a policy period, on or after the entry, and before a cancellation or withdrawal (Interpretation)."""
    held = policy(facts)
    return held.entered_on <= day and held.period(day) is not None and all(day < ended for ended in _ended_on(facts))


def still_held(facts: Facts, day: date) -> bool:
    """Whether anything is held on a day: it lies in the scheme, and before a rescission."""
    return in_scheme(facts, day) and all(day < fact.data.rescinded_on for fact in facts.of(ev.PolicyRescinded))


@clause("SK-01", "SK-02")
def layers(facts: Facts, option: Option, on: date) -> tuple[Layer, ...]:
    """The layers held on a day, the oldest first: each increase a new layer entered on its own day; a decrease takes the newest (Q31)."""
    held = policy(facts)
    stack: list[Layer] = []
    for i, change in enumerate(held.plans):
        if i and change.from_ > on:
            break
        wanted, amount = option(change.plan), sum(layer.amount for layer in stack)
        while amount > wanted:
            newest = stack.pop()
            amount -= newest.amount
            if amount < wanted:
                stack.append(newest._replace(amount=wanted - amount))
                amount = wanted
        if amount < wanted:
            _enter(stack, Layer(change.from_ if i else held.entered_on, wanted - amount))
    return tuple(stack)


def _enter(stack: list[Layer], layer: Layer) -> None:
    """Puts a layer on top; what is entered on one day is one layer."""
    below = stack.pop().amount if stack and stack[-1].entered_on == layer.entered_on else 0
    stack.append(layer._replace(amount=below + layer.amount))


# ---- what covers a case ----------------------------------------------------------------------------------------------


@clause("SK-03")
def cover(
    facts: Facts,
    option: Option,
    condition_id: str | None,
    deciding_day: date,
    relief_day: date | None,
    *,
    with_causes: bool = True,
    at_onset: bool = False,
) -> Cover:
    """A case is measured against the layers held on its deciding day; benefits add up over the layers that cover it (Q31, Q50).

    `relief_day` is compared with entry + 730: the first admission day for a hospitalisation (SK-05), its own day for a surgery,
    radiation or advanced care (SK-06), None where there is no such relief (SK-07). `with_causes` false: only the condition's own onset.
    For an injury the deciding day is that of the admission, visit or surgery; the accident's is found in the condition. `at_onset`: an
    injury is measured as a sickness is, by the layers of the deciding day into which its accident falls (SK-80).
    """
    condition = conditions(facts).get(condition_id) if condition_id is not None else None
    if condition is not None and condition.kind == "injury" and not at_onset:
        return _injury_cover(facts, option, condition, deciding_day)
    stack = layers(facts, option, deciding_day)
    held = sum(layer.amount for layer in stack)
    if not in_scheme(facts, deciding_day):
        return Cover(0, held, "SK-00")
    barred = {
        layer: _barred(facts, layer, condition_id, relief_day, with_causes) if condition_id is not None else None
        for layer in stack
    }
    amount = sum(layer.amount for layer, reason in barred.items() if reason is None)
    if amount or not stack:
        return Cover(amount, held)
    return Cover(0, held, barred[stack[0]], _relief_from(stack[0]) if relief_day is not None else None)


def _barred(facts: Facts, layer: Layer, condition_id: str, relief_day: date | None, with_causes: bool) -> str | None:
    """The clause by which a layer does not cover a condition."""
    if with_causes and pregnant_before(facts, layer, condition_id):
        return "SK-08"
    relieved = relief_day is not None and relief_day >= _relief_from(layer)
    return "SK-04" if not relieved and begun_before(facts, layer, condition_id, with_causes=with_causes) else None


@clause("SK-04")
def begun_before(facts: Facts, layer: Layer, condition_id: str, *, with_causes: bool) -> bool:
    """A condition whose onset, or that of anything it follows from, lies before a layer's entry is not covered by it (Q26, Q27).

    An injury begins with its accident, whatever led to it (SK-04a)."""
    condition = conditions(facts).get(condition_id)
    if condition is not None and condition.kind == "injury":
        accident_on = accident_day(condition)
        return accident_on is not None and accident_on < layer.entered_on
    return any(onset < layer.entered_on for onset in onsets(facts, condition_id, with_causes=with_causes))


@clause("SK-05", "SK-06")
def _relief_from(layer: Layer) -> date:
    """From 730 days after the entry on, what begins is covered although the condition was there before (Q30, Q31)."""
    return layer.entered_on + timedelta(TERMS.number("relief_days", layer.entered_on))


@clause("SK-08")
def pregnant_before(facts: Facts, layer: Layer, condition_id: str) -> bool:
    """Nothing that comes of a pregnancy diagnosed before a layer's entry is covered by it, without relief (Q32)."""
    return any(diagnosed_on < layer.entered_on for diagnosed_on in pregnancies(facts, condition_id))


@clause("SK-04a")
def _injury_cover(facts: Facts, option: Option, condition: ev.ConditionRecorded, on: date) -> Cover:
    """An injury is covered by the layers held on the day of the accident, as far as they are still held on the day itself (Q50)."""
    accident_on = accident_day(condition)
    then = layers(facts, option, accident_on or on)
    held = sum(layer.amount for layer in then)
    if accident_on is None or not in_scheme(facts, accident_on):
        return Cover(0, held, "SK-00" if accident_on else "SK-04a")
    now = {layer.entered_on: layer.amount for layer in layers(facts, option, on)} if still_held(facts, on) else {}
    kept = [layer._replace(amount=min(layer.amount, now.get(layer.entered_on, 0))) for layer in then]
    amount = sum(layer.amount for layer in kept if not pregnant_before(facts, layer, condition.condition_id))
    if amount or not held:
        return Cover(amount, held)
    return Cover(0, held, "SK-08" if any(layer.amount for layer in kept) else "SK-04a")
