"""SK-45 to SK-51: surgery and radiation. Each is judged by its own day; what is repeated too soon is declined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ledger import events as ev
from ledger.codes import Icd10List, procedure_listed
from ledger.journal import Item, Line
from ledger.limits import Claim
from ledger.money import Reckoned
from ledger.periods import nth_day
from ledger.product import clause
from ledger.products.general.deadlines import PRESCRIPTION
from ledger.products.general.endings import ENDINGS_GUARD
from ledger.products.seikatsu.rules.conditions import accident_day, chains, conditions
from ledger.products.seikatsu.rules.cover import TERMS, base, cover, yen_for
from ledger.products.seikatsu.rules.hospitalisations import stays
from ledger.products.seikatsu.rules.lists import is_lifestyle
from ledger.products.seikatsu.rules.purposes import excluded
from ledger.timeline import Facts, Known

GUARDS = (*ENDINGS_GUARD, PRESCRIPTION)
Surgery = Known[ev.SurgeryPerformed]
Radiation = Known[ev.RadiationGiven]


# ---- SK-45, SK-46: what a surgery pays -------------------------------------------------------------------------------


@clause("SK-45")
def surgery_rate(facts: Facts, fact: ev.SurgeryPerformed, half_units: int) -> Reckoned:
    """5,000 yen × units × 20 in hospital, × 5 outside; twice that where the surgery's own condition is a lifestyle disease (Q6, Q10)."""
    day = fact.performed_on
    place = "in_hospital" if in_hospital(facts, day) else "outside"
    lifestyle = is_lifestyle(conditions(facts)[fact.condition_id], day)
    times = "surgery_times_lifestyle" if lifestyle else "surgery_times"
    return yen_for(half_units, treatment_base=TERMS.number("treatment_base", day), **{times: TERMS.at(times, day)[place]})


@clause("SK-46")
def in_hospital(facts: Facts, day: date) -> bool:
    """On a day of any stay in health insurance, found by the day; in a stay outside it: as outside hospital (Q14, Q21)."""
    return any(stay.first <= day <= stay.last and stay.admission.health_insured for stay in stays(facts))


# ---- SK-47, SK-48, SK-51: what is declined by itself -----------------------------------------------------------------


@clause("SK-47")
def basis_not_payable(condition: ev.ConditionRecorded, fact: ev.SurgeryPerformed) -> bool:
    """Payable are surgeries of the medical fee schedule; of advanced care only open excisions (Q4, Q5, Q7, Q14, Q20)."""
    if fact.basis == "advanced":
        return fact.kind not in TERMS.at("advanced_surgery_kinds", fact.performed_on)
    return fact.basis not in TERMS.at("surgery_bases", fact.performed_on)


@clause("SK-48")
def kind_not_payable(condition: ev.ConditionRecorded, fact: ev.SurgeryPerformed) -> bool:
    """Wound care, incision of the skin, debridement, closed reduction, extraction of teeth, transfusion and the like (Q4, Q14)."""
    return fact.kind in TERMS.at("surgery_kinds_declined", fact.performed_on)


@clause("SK-51")
def infertility_not_yet_insured(condition: ev.ConditionRecorded, fact: ev.SurgeryPerformed) -> bool:
    """Surgeries for infertility are payable from 2022-04-01, when health insurance came to cover them (Q22)."""
    return Icd10List.parse(TERMS.at("infertility_declined", fact.performed_on)).covers(condition.icd10)


SURGERY_RULES: tuple[Callable[[ev.ConditionRecorded, ev.SurgeryPerformed], bool], ...] = (
    basis_not_payable,
    kind_not_payable,
    infertility_not_yet_insured,
)


def surgeries(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """Every surgery, in order of its day and event id."""
    paid: list[Surgery] = []
    for surgery in facts.of(ev.SurgeryPerformed):
        fact, condition = surgery.data, conditions(facts)[surgery.data.condition_id]
        covered = cover(facts, base, fact.condition_id, fact.performed_on, fact.performed_on)
        if not covered.held:
            continue
        rule = next((rule.clauses[0] for rule in SURGERY_RULES if rule(condition, fact)), None)  # type: ignore[attr-defined]
        rule = excluded(condition, fact.performed_on) or rule or covered.declined_by(fact.performed_on)
        if rule is None and repeated_too_soon(fact, paid):
            rule = "SK-49"
        rate = surgery_rate(facts, fact, covered.amount or covered.held)
        claim = _claim("surgery", surgery, fact.performed_on, rate, ("SK-45", "SK-46"), rule, condition)
        if is_paid(facts, claim):
            paid.append(surgery)
        yield claim


@clause("SK-49")
def repeated_too_soon(fact: ev.SurgeryPerformed, paid: Iterable[Surgery]) -> bool:
    """A listed surgery with the same code, on the same side, within 14 days from the last paid one, that day included (Q19)."""
    listed = TERMS.at("repeated_surgeries", fact.performed_on)
    code = procedure_listed(fact.code, listed)
    same = [
        one.data.performed_on
        for one in paid
        if code is not None and procedure_listed(one.data.code, listed) == code and _one_side(fact, one.data)
    ]
    return bool(same) and fact.performed_on <= nth_day(max(same), TERMS.number("repeat_surgery_days", fact.performed_on))


def _one_side(this: ev.SurgeryPerformed, that: ev.SurgeryPerformed) -> bool:
    """Not where both name a side, and another."""
    return this.side is None or that.side is None or this.side == that.side


# ---- SK-50: radiation ------------------------------------------------------------------------------------------------


class Given(NamedTuple):
    """A therapy that was paid: its chain of conditions, its modality, its day."""

    chain: frozenset[str]
    modality: str
    day: date


@clause("SK-50")
def radiation_rate(facts: Facts, fact: ev.RadiationGiven, half_units: int) -> Reckoned:
    """5,000 yen × units × 5, × 10 for a lifestyle disease, in hospital or not (Q6, Q18)."""
    lifestyle = is_lifestyle(conditions(facts)[fact.condition_id], fact.given_on)
    times = TERMS.at("radiation_times", fact.given_on)["lifestyle" if lifestyle else "other"]
    return yen_for(half_units, treatment_base=TERMS.number("treatment_base", fact.given_on), radiation_times=times)


@clause("SK-50")
def radiation_not_payable(fact: ev.RadiationGiven) -> bool:
    """Without a basis in the fee schedule it is declined; hyperthermia pays only as advanced care (Q18)."""
    return fact.basis == "none" or (fact.modality == "hyperthermia" and fact.basis != "advanced")


@clause("SK-50")
def given_too_soon(chain: frozenset[str], fact: ev.RadiationGiven, paid: Iterable[Given]) -> bool:
    """Per chain and modality once in 60 days from the last paid one, that day included; on one day one modality pays (Q18)."""
    days = timedelta(TERMS.number("repeat_radiation_days", fact.given_on))
    for last in paid:
        same_therapy = last.modality == fact.modality and fact.given_on < last.day + days
        if last.chain & chain and (same_therapy or last.day == fact.given_on):
            return True
    return False


def radiations(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """Every radiation, in order of its day and event id."""
    paid: list[Given] = []
    for given in facts.of(ev.RadiationGiven):
        fact, condition = given.data, conditions(facts)[given.data.condition_id]
        covered = cover(facts, base, fact.condition_id, fact.given_on, fact.given_on)
        if not covered.held:
            continue
        chain = chains(facts)[fact.condition_id]
        rule = excluded(condition, fact.given_on) or ("SK-50" if radiation_not_payable(fact) else covered.declined_by(fact.given_on))
        if rule is None and given_too_soon(chain, fact, paid):
            rule = "SK-50"
        rate = radiation_rate(facts, fact, covered.amount or covered.held)
        claim = _claim("radiation", given, fact.given_on, rate, ("SK-50",), rule, condition)
        if is_paid(facts, claim):
            paid.append(Given(chain, fact.modality, fact.given_on))
        yield claim


def is_paid(facts: Facts, claim: Claim) -> bool:
    """Whether a treatment is paid, so that a repeat is counted from it: not where the contract's end or prescription declines it."""
    return not claim.declined and all(guard.declines(facts, claim) is None for guard in GUARDS)


def _claim(
    benefit: str,
    fact: Surgery | Radiation,
    day: date,
    rate: Reckoned,
    rules: tuple[str, ...],
    rule: str | None,
    condition: ev.ConditionRecorded,
) -> Claim:
    """A claim for one treatment on its own day, declined where a rule says so."""
    injured_on = accident_day(condition) if condition.kind == "injury" else None
    claim = Claim(
        benefit, fact.event_id, day, day, day, "time", 1, rate.amount, rules, (fact.event_id,), order=(fact.event_id,),
        judged_on=injured_on or day, condition_id=fact.data.condition_id, steps=rate.steps,
    )  # fmt: skip
    return claim if rule is None else claim.decline(rule)

