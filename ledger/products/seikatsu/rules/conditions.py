"""Conditions as the facts have them: what each follows from, and which belong together through `caused_by`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ledger import events as ev
from ledger.timeline import Facts


def conditions(facts: Facts) -> Mapping[str, ev.ConditionRecorded]:
    """The conditions in force, by id."""
    return facts.once(_conditions)


def _conditions(facts: Facts) -> Mapping[str, ev.ConditionRecorded]:
    return {fact.data.condition_id: fact.data for fact in facts.of(ev.ConditionRecorded)}


def causes(facts: Facts, condition_id: str) -> frozenset[str]:
    """The condition and all that it follows from, any number of steps up. A cause that is not in force is passed over."""
    known = conditions(facts)
    found: set[str] = set()
    open_ = [condition_id]
    while open_:
        one = open_.pop()
        if one in known and one not in found:
            found.add(one)
            open_ += known[one].caused_by
    return frozenset(found)


def chains(facts: Facts) -> Mapping[str, frozenset[str]]:
    """For each condition its chain: all conditions connected with it through `caused_by`, in either direction, itself included."""
    return facts.once(_chains)


def _chains(facts: Facts) -> Mapping[str, frozenset[str]]:
    chain_of = {one: {one} for one in conditions(facts)}
    for one, condition in conditions(facts).items():
        for cause in condition.caused_by:
            if cause in chain_of:
                chain_of[one] |= chain_of[cause]
                for member in chain_of[cause]:
                    chain_of[member] = chain_of[one]
    frozen = {id(chain): frozenset(chain) for chain in chain_of.values()}
    return {one: frozen[id(chain)] for one, chain in chain_of.items()}


def same_chain(facts: Facts, one: str, other: str) -> bool:
    """Whether two conditions belong to one chain."""
    return other in chains(facts).get(one, frozenset({one}))


def onsets(facts: Facts, condition_id: str, *, with_causes: bool) -> Iterator[date]:
    """The days of onset that SK-04 looks at; a pregnancy is judged by its diagnosis instead (SK-08)."""
    for one in causes(facts, condition_id) if with_causes else {condition_id}:
        condition = conditions(facts).get(one)
        if condition is None or condition.pregnancy_diagnosed_on is not None:
            continue
        onset = condition.onset_on or condition.accident_on
        if onset is not None:
            yield onset


def pregnancies(facts: Facts, condition_id: str) -> Iterator[date]:
    """The days of diagnosis of the pregnancies from which the condition comes, itself included."""
    for one in causes(facts, condition_id):
        diagnosed_on = conditions(facts)[one].pregnancy_diagnosed_on
        if diagnosed_on is not None:
            yield diagnosed_on


def accident_day(condition: ev.ConditionRecorded) -> date | None:
    """The day of an injury's accident; the onset where no accident day is recorded."""
    return condition.accident_on or condition.onset_on
