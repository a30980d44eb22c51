"""The contract of the medical insurance as it was written, and on which days it runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from ledger.periods import ONE_DAY, own_days, period_of
from ledger.products.general.contract import Contract
from ledger.products.general.contract import contract as read_contract
from ledger.products.general.endings import Ending, endings
from ledger.products.sony_medical.plan import SonyMedicalPlan
from ledger.terms import Terms
from ledger.timeline import Facts

TERMS = Terms.load(Path(__file__).parent)


class Held(NamedTuple):
    """A contract and what ended it before its time."""

    contract: Contract[SonyMedicalPlan]
    ended: tuple[Ending, ...]

    def in_contract(self, day: date) -> bool:
        """Whether a day lies in a period, and before the contract ended."""
        return period_of(self.contract.covered_periods(), day) is not None and self.ended_by(day) is None

    def ended_by(self, day: date) -> Ending | None:
        """What had ended the contract by a day; the day of death itself is still covered."""
        return next(
            (end for end in self.ended if end.day < day or (end.day == day and end.state != "ended_by_death")), None
        )

    def last_in_contract(self, day: date) -> date:
        """The last day to which the contract runs on unbroken from a day in it."""
        last = day
        for _, first, period_last in own_days(self.contract.covered_periods()):
            if first <= last + ONE_DAY:
                last = max(last, period_last)
        return min([last, *(end.day if end.state == "ended_by_death" else end.day - ONE_DAY for end in self.ended)])


def written(facts: Facts) -> Held:
    """The contract with all renewals, those included that a cooling-off undoes."""
    held = read_contract(facts, SonyMedicalPlan, "00:00")
    return Held(held, endings(facts, {held.issued.insured.person_id}))
