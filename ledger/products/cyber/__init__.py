"""医療機関用サイバー保険: group cyber cover for medical institutions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.limits import Claim
from ledger.product import Product, Refusal, Section
from ledger.products.cyber import rules
from ledger.products.cyber.plan import CyberPlan
from ledger.products.general.contract import LIFE, periods_hold, states
from ledger.timeline import Facts


def status(facts: Facts, lines: Sequence[Line]) -> Iterable[Claim | Item]:
    """The state of the policy."""
    return states(periods_hold(rules.contract(facts).periods))


READ = LIFE | rules.LOSSES
PLAN_SET = (ev.PolicyIssued, ev.PolicyRenewed, ev.CoverageChanged)

PRODUCT = Product(
    name="cyber",
    plan=CyberPlan,
    terms=rules.TERMS,
    clock="16:00",
    benefits=frozenset(rules.BENEFIT_CLAUSE),
    sections=(
        Section("status", LIFE, status),
        Section("losses", READ, rules.losses, reads_day=True),
    ),
    refusals=(
        Refusal("CY-06", PLAN_SET, rules.option_of_a_leak_plan),
        Refusal("CY-10", (ev.PolicyIssued,), rules.mid_term_entry),
        Refusal("CY-11", (ev.CyberIncidentDiscovered,), rules.facility_named),
        Refusal("CY-14", (ev.CoolingOffRequested,), rules.no_cooling_off),
    ),
    turns=rules.becoming_evident,
)
