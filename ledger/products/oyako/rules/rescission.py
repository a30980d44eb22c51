"""Rescission for breach of disclosure: within which time, of the whole contract or of an added part (告知義務)."""

from __future__ import annotations

from datetime import date

from ledger import events as ev
from ledger.periods import years_last_day
from ledger.product import clause
from ledger.products.general.contract import Contract
from ledger.products.oyako.plan import TERMS, Change, OyakoPlan, changes, contract
from ledger.timeline import Facts, Known


@clause("OY-20")
def of_the_contract(held: Contract[OyakoPlan], rescinded: ev.PolicyRescinded, trigger: date | None) -> bool:
    """Possible within one year from the first start (day 1), or where a benefit event happened within it (告知義務)."""
    return _within_a_year(held, held.entered_on, rescinded.rescinded_on, trigger)


@clause("OY-20")
def of_added_parts(held: Contract[OyakoPlan], rescinded: ev.PolicyRescinded, trigger: date | None) -> list[Change]:
    """After an increase the same from its day, for the added part alone (告知義務, ※補償を拡大した時)."""
    made = [change for change in changes(held) if change.increase and change.day <= rescinded.rescinded_on]
    return [increase for increase in made if _within_a_year(held, increase.day, rescinded.rescinded_on, trigger)]


def _within_a_year(held: Contract[OyakoPlan], start: date, rescinded_on: date, trigger: date | None) -> bool:
    last = years_last_day(start, TERMS.number("disclosure_years", held.entered_on))
    return rescinded_on <= last or (trigger is not None and start <= trigger <= last)


def of_an_added_part_alone(facts: Facts, rescinded: Known[ev.PolicyRescinded], trigger: date | None) -> list[Change]:
    """The increases that a rescission takes back; none where it ends the contract."""
    held = contract(facts)
    if rescinded.data.ground != "disclosure" or of_the_contract(held, rescinded.data, trigger):
        return []
    return of_added_parts(held, rescinded.data, trigger)


def ending_the_contract(facts: Facts, trigger: date | None = None) -> Facts:
    """The facts without rescissions that take back an added part alone. Before a trigger there is none to ask for."""
    for rescinded in facts.of(ev.PolicyRescinded):
        if of_an_added_part_alone(facts, rescinded, trigger):
            facts = facts.without(rescinded)
    return facts
