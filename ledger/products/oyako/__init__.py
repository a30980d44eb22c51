"""親子のちから: the child's cover of what the care of a parent costs, a rider in a group policy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger import events as ev
from ledger.product import Guard, Product, Refusal, Section
from ledger.products.general.contract import LIFE
from ledger.products.general.deadlines import PRESCRIPTION, deadline_turns, deadlines
from ledger.products.general.endings import ADDITIONAL_PREMIUM, SERIOUS_REASON, UNDISCLOSED
from ledger.products.general.settlements import SETTLEMENTS
from ledger.products.oyako.plan import CLOCK, TERMS, OyakoPlan
from ledger.products.oyako.rules import costs, refusals, trigger
from ledger.timeline import Facts

TRIGGER: frozenset[type[ev.Fact]] = LIFE | frozenset(
    {ev.PremiumMissed, ev.PremiumPaid, ev.CareCertified, ev.CareEnded, ev.ConditionRecorded}
)
"""The facts that say whether there is a trigger, and what it opens."""

COSTS: frozenset[type[ev.Fact]] = frozenset({ev.CareCostIncurred, ev.CareCostRefunded})


def _turns(facts: Facts) -> Iterable[date]:
    return (*trigger.turns(facts), *deadline_turns(facts))


PRODUCT = Product(
    name="oyako",
    plan=OyakoPlan,
    terms=TERMS,
    clock=CLOCK,
    benefits=frozenset({"parent_care", "incidental_expenses"}),
    sections=(
        Section("status", TRIGGER, trigger.status),
        Section("parent_care", TRIGGER | COSTS, costs.parent_care, reads_day=True),
        Section("incidental_expenses", TRIGGER | COSTS, costs.incidental_expenses, reads_lines=True, reads_day=True),
        Section("discrepancies", TRIGGER | {ev.PolicyLapsed}, refusals.discrepancies),
        deadlines(COSTS | {ev.CareCertified, ev.ConditionRecorded}),
        SETTLEMENTS,
    ),
    guards=(
        Guard(UNDISCLOSED.name, TRIGGER, costs.undisclosed),
        SERIOUS_REASON,
        ADDITIONAL_PREMIUM,
        PRESCRIPTION,
    ),
    refusals=(
        Refusal(None, (ev.PolicyIssued,), refusals.parent_named),
        Refusal(None, (ev.PolicyIssued,), refusals.childs_birth_date),
        Refusal("OY-08", (ev.CareCostRefunded,), refusals.refunds_beyond_the_cost),
        Refusal("OY-14", (ev.PolicyIssued,), refusals.other_start_than_applied_for),
        Refusal("OY-15", (ev.PolicyIssued, ev.PolicyRenewed), refusals.age_of_parent_or_child),
        Refusal("OY-19", (ev.CoolingOffRequested,), refusals.no_cooling_off),
        Refusal("OY-20", (ev.PolicyRescinded,), refusals.disclosure_too_late),
    ),
    turns=_turns,
    from_the_start=trigger.from_the_start,
)
