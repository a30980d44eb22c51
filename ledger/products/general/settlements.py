"""Money that moved between insurer and insured, benefit by benefit. What is outstanding is a sum that the answer makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger import events as ev
from ledger.journal import Line, Settlement
from ledger.product import Section, clause
from ledger.timeline import Facts


@clause("GN-06")
def movements(facts: Facts, lines: Sequence[Line]) -> Iterator[Settlement]:
    """Each payment, recovery and offset from its day; a second payment of one claim shows as overpaid (18(4))."""
    for paid in facts.of(ev.BenefitPaid):
        yield Settlement(paid.data.paid_on, paid.data.benefit, "paid", paid.data.amount, paid.event_id)
    for back in facts.of(ev.BenefitRecovered):
        yield Settlement(back.data.recovered_on, back.data.benefit, "recovered", back.data.amount, back.event_id)
    for offset in facts.of(ev.PremiumOffset):
        yield Settlement(offset.data.offset_on, offset.data.benefit, "offset", offset.data.amount, offset.event_id)


SETTLEMENTS = Section("settlements", frozenset({ev.BenefitPaid, ev.BenefitRecovered, ev.PremiumOffset}), movements)
"""For every product."""
