"""SK-85 to SK-87: care of the insured (介護保障), a lump sum and an annuity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.limits import Claim
from ledger.money import Reckoned, reckon
from ledger.periods import ONE_DAY, days
from ledger.product import clause
from ledger.products.general.endings import refused
from ledger.products.seikatsu.plan import SeikatsuPlan
from ledger.products.seikatsu.rules.conditions import conditions
from ledger.products.seikatsu.rules.cover import TERMS, Layer, Option, in_scheme, layers, policy
from ledger.products.seikatsu.rules.purposes import excluded
from ledger.timeline import Facts, Known

Certificate = Known[ev.CareCertified]


def care_lump_sum(plan: SeikatsuPlan) -> int:
    """The insured lump sum in yen."""
    return plan.care.lump_sum if plan.care else 0


def care_annuity(plan: SeikatsuPlan) -> int:
    """The insured annuity, yen a year."""
    return plan.care.annuity if plan.care else 0


class State(NamedTuple):
    """The prescribed state of care, unbroken from `start` to `last`; `key` is the valid_from of the certificate that began it."""

    start: date
    last: date
    key: date
    certificates: tuple[Certificate, ...]

    @property
    def qualifies_on(self) -> date:
        """The day on which the state has lasted 90 days."""
        return self.start + timedelta(TERMS.number("care_waiting_days", self.start))


def care(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """The lump sum and the annuity of every state that lasted."""
    lump_paid = False
    for state in states_of_care(facts):
        if lasted(state):
            lump = _claim(facts, "care_lump", care_lump_sum, state)
            if lump is not None:
                yield lump.decline("SK-86") if lump_paid and not lump.declined else lump
                paid = not lump.declined and refused(facts, state.start, lump.condition_id) is None
                lump_paid = lump_paid or paid
            annuity = _claim(facts, "care_annuity", care_annuity, state)
            if annuity is not None:
                yield annuity


# ---- SK-85: the state ------------------------------------------------------------------------------------------------


@clause("SK-85")
def states_of_care(facts: Facts) -> list[State]:
    """Certificates for the insured at the level held or above, unbroken: the next starts by the day after the last one ends (Q85)."""
    insured = policy(facts).issued.insured.person_id
    certificates = [c for c in facts.of(ev.CareCertified) if c.data.person_id == insured]
    ended = [e.data.ended_on for e in facts.of(ev.CareEnded) if e.data.person_id == insured]
    died_on = next((d.data.died_on for d in facts.of(ev.PersonDied) if d.data.person_id == insured), date.max)
    states: list[State] = []
    for n, certificate in enumerate(certificates):
        following = certificates[n + 1] if n + 1 < len(certificates) else None
        fact = certificate.data
        last = fact.valid_to if following is None else min(fact.valid_to, following.data.valid_from - ONE_DAY)
        last = min([last, died_on, *(day for day in ended if fact.valid_from <= day)])
        if not heavy_enough(facts, fact) or last < fact.valid_from:
            continue
        if states and fact.valid_from <= states[-1].last + ONE_DAY and states[-1].last not in ended:
            states[-1] = states[-1]._replace(last=last, certificates=(*states[-1].certificates, certificate))
        else:
            start = min(fact.certified_on, fact.valid_from)
            start = max(start, states[-1].last + ONE_DAY) if states else start
            states.append(State(start, last, fact.valid_from, (certificate,)))
    return states


@clause("SK-85")
def heavy_enough(facts: Facts, fact: ev.CareCertified) -> bool:
    """Certified at the level that the plan names or above; the plan is the last that held the option, before the entry the first (Q85)."""
    levels = TERMS.at("care_levels", fact.valid_from)
    first, *changes = policy(facts).plans
    plans = [first, *(change for change in changes if change.from_ <= fact.valid_from)]
    held = [one.plan.care for one in plans if one.plan.care is not None]
    return bool(held) and levels.index(fact.level) >= levels.index(held[-1].min_level)


@clause("SK-86")
def lasted(state: State) -> bool:
    """It qualifies on the 90th day after its start, if it still holds that day (Q81, Q85)."""
    return state.qualifies_on <= state.last


@clause("SK-85")
def arose_before(facts: Facts, layer: Layer, state: State) -> bool:
    """Care whose cause arose before the entry of a layer is not covered by it (Q85)."""
    fact = state.certificates[0].data
    condition = conditions(facts).get(fact.condition_id) if fact.condition_id is not None else None
    first_noticed = condition.onset_on or condition.accident_on if condition is not None else None
    arose_on = fact.cause_arose_on or first_noticed
    return arose_on is not None and arose_on < layer.entered_on


# ---- SK-86, SK-87: what it pays --------------------------------------------------------------------------------------


@clause("SK-87")
def annuity_a_day(annuity: int, on: date) -> Reckoned:
    """A day's amount is the annuity / 365, rounded up to the yen (Q82)."""
    return reckon("divide_up", annuity=annuity, care_annuity_days=TERMS.number("care_annuity_days", on))


def _claim(facts: Facts, benefit: str, option: Option, state: State) -> Claim | None:
    """The claim for one state: what the layers that cover it hold on its first day; None where nothing is held."""
    held = layers(facts, option, state.start)
    covered = sum(layer.amount for layer in held if not arose_before(facts, layer, state))
    insured = covered or sum(layer.amount for layer in held)
    if not insured:
        return None
    first = state.qualifies_on
    fact = state.certificates[0].data
    condition = conditions(facts).get(fact.condition_id) if fact.condition_id is not None else None
    if benefit == "care_lump":
        last, unit, quantity, rate, rules = first, "time", 1, Reckoned(insured), ("SK-85", "SK-86")
    else:
        last, unit, quantity, rules = state.last, "day", days(first, state.last), ("SK-85", "SK-87")
        rate = annuity_a_day(insured, first)
    counts_from = max(first, state.key)
    claim = Claim(
        benefit, str(state.key), counts_from, first, last, unit, quantity, rate.amount, rules,
        tuple(c.event_id for c in state.certificates if c.day <= last), order=(str(state.key),), judged_on=state.start,
        condition_id=fact.condition_id, steps=rate.steps,
    )  # fmt: skip
    rule = excluded(condition, state.start) or (None if in_scheme(facts, state.start) else "SK-00")
    rule = rule or (None if covered else "SK-85")
    return claim.decline(rule) if rule is not None else claim
