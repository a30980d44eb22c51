"""介護両立支援プラン: mutual aid that pays a lump sum when care is certified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.product import Product, Refusal, Section
from ledger.products.general.contract import LIFE, periods_hold, states
from ledger.products.general.deadlines import deadline_turns, deadlines
from ledger.products.general.endings import LAPSES, endings_hold, recorded_lapses_hold
from ledger.products.general.settlements import SETTLEMENTS
from ledger.products.ryoritsu import rules
from ledger.products.ryoritsu.plan import RyoritsuPlan
from ledger.timeline import Facts

PREMIUMS = frozenset[type[ev.Fact]]({ev.PremiumPaid, ev.PremiumMissed})
RENEWALS = frozenset[type[ev.Fact]]({ev.RenewalNoticeSent, ev.RenewalRefused})
GUARDED = frozenset[type[ev.Fact]]().union(*(guard.reads for guard in rules.GUARDS))
CARE = frozenset[type[ev.Fact]]({ev.CareCertified, ev.ConditionRecorded})


def status(facts: Facts, lines: Sequence[Line]) -> Iterable[Item]:
    """The state of the policy."""
    held = rules.contract(facts)
    return states(
        [
            *periods_hold(held.covered_periods(), ("KR-01",), ("KR-02",)),
            *endings_hold(facts, held),
            *recorded_lapses_hold(facts, ("KR-07",)),
        ]
    )


PRODUCT = Product(
    name="ryoritsu",
    plan=RyoritsuPlan,
    terms=rules.TERMS,
    clock="16:00",
    benefits=frozenset({"care_benefit"}),
    sections=(
        Section("status", LIFE | LAPSES, status),
        Section("care", LIFE | LAPSES | PREMIUMS | CARE | GUARDED, rules.care_benefit, reads_day=True),
        Section("renewal", LIFE | RENEWALS, rules.renewal_notice),
        Section("refunds", LIFE | PREMIUMS, rules.premium_back),
        deadlines(CARE),
        SETTLEMENTS,
    ),
    guards=rules.GUARDS,
    refusals=(Refusal("KR-05", (ev.PolicyRescinded,), rules.too_late_to_rescind),),
    turns=lambda facts: [*rules.turns(facts), *deadline_turns(facts)],
)
