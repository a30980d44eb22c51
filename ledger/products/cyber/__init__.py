"""医療機関用サイバー保険: group cyber cover for medical institutions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.product import Product, Refusal, Section
from ledger.products.cyber import rules
from ledger.products.cyber.plan import CyberPlan
from ledger.products.general.contract import LIFE, periods_hold, states
from ledger.products.general.deadlines import PRESCRIPTION, deadline_turns, deadlines
from ledger.products.general.endings import ENDINGS_GUARD, LAPSES, endings_hold, recorded_lapses_hold
from ledger.products.general.settlements import SETTLEMENTS
from ledger.timeline import Facts

PLAN_SET = (ev.PolicyIssued, ev.PolicyRenewed, ev.CoverageChanged)


def status(facts: Facts, lines: Sequence[Line]) -> Iterable[Item]:
    """The state of the policy."""
    held = rules.contract(facts)
    return states([*periods_hold(held.covered_periods()), *endings_hold(facts, held), *recorded_lapses_hold(facts)])


PRODUCT = Product(
    name="cyber",
    plan=CyberPlan,
    terms=rules.TERMS,
    clock="16:00",
    benefits=frozenset(rules.BENEFIT_CLAUSE),
    sections=(
        Section("status", LIFE | LAPSES, status),
        Section("losses", LIFE | rules.LOSSES, rules.losses, reads_day=True),
        deadlines(rules.LOSSES),
        SETTLEMENTS,
    ),
    guards=(*ENDINGS_GUARD, PRESCRIPTION),
    refusals=(
        Refusal("CY-06", PLAN_SET, rules.option_of_a_leak_plan),
        Refusal("CY-10", (ev.PolicyIssued,), rules.mid_term_entry),
        Refusal("CY-11", (ev.CyberIncidentDiscovered,), rules.facility_named),
        Refusal("CY-14", (ev.CoolingOffRequested,), rules.no_cooling_off),
    ),
    turns=lambda facts: [*rules.becoming_evident(facts), *deadline_turns(facts)],
)
