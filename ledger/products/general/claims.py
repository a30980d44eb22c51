"""Claims as the facts have them: what each names, when its papers were complete, and when it was settled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.journal import UNDATED, Line
from ledger.timeline import Facts

CLAIMS: frozenset[type[ev.Fact]] = frozenset(
    {ev.ClaimFiled, ev.ClaimDocumentsCompleted, ev.InquiryOpened, ev.ClaimObstructed, ev.ClaimDecided, ev.BenefitPaid}
)


class Filed(NamedTuple):
    """A claim as filed. One that names no facts is made for all facts dated to the day of filing."""

    filed_on: date
    claim_id: str
    right_arose_on: date | None
    names: frozenset[str]

    def covers(self, events: Collection[str], counts_from: date) -> bool:
        """Whether the claim is made for a line that rests on these facts and counts from that day."""
        return not self.names.isdisjoint(events) if self.names else counts_from <= self.filed_on

    def concerns(self, events: Iterable[str]) -> bool:
        """Whether a line that rests on these facts can be the claim's."""
        return not self.names or not self.names.isdisjoint(events)

    def lines(self, lines: Iterable[Line]) -> list[Line]:
        """The claim's lines: those that rest on a fact it names; naming none, those that count by the day of filing."""
        if self.names:
            return [line for line in lines if not self.names.isdisjoint(line.events)]
        return [line for line in lines if line.counts_from <= self.filed_on]


def filed(facts: Facts) -> tuple[Filed, ...]:
    """All claims in order of filing, then of claim_id."""
    found = [
        Filed(f.data.filed_on, f.data.claim_id, f.data.right_arose_on, frozenset(f.data.facts))
        for f in facts.of(ev.ClaimFiled)
    ]
    return tuple(sorted(found, key=lambda claim: (claim.filed_on, claim.claim_id)))


def claims_for(facts: Facts, event_id: str) -> tuple[Filed, ...]:
    """The claims that name a fact, and those that name none, in order of filing."""
    named, for_all = facts.once(_by_fact)
    return named.get(event_id, for_all)


def _by_fact(facts: Facts) -> tuple[Mapping[str, tuple[Filed, ...]], tuple[Filed, ...]]:
    claims = facts.once(filed)
    named = {event_id for claim in claims for event_id in claim.names}
    by_fact = {event_id: tuple(c for c in claims if not c.names or event_id in c.names) for event_id in named}
    return by_fact, tuple(claim for claim in claims if not claim.names)


def day_of(facts: Facts, event_id: str) -> date:
    """The day of a fact in view; of the end of a stay its own, though it is in view with the admission. `UNDATED` where it has none."""
    fact = facts.get(event_id)
    if fact is None:
        return UNDATED
    if isinstance(fact.data, ev.HospitalDischarged):
        return fact.data.discharged_on
    return fact.data.through if isinstance(fact.data, ev.StayConfirmed) else fact.day


def completed_on(facts: Facts, claim_id: str) -> date | None:
    """The day on which the claim's papers were complete: the last such day counts."""
    return max(
        (f.data.completed_on for f in facts.naming(ev.ClaimDocumentsCompleted, "claim_id", claim_id)), default=None
    )


def settled_on(facts: Facts, claim: Filed, lines: Sequence[Line]) -> date | None:
    """The day on which the insurer was done with the claim: it declined it, or paid what the claim's lines come to."""
    decided = facts.naming(ev.ClaimDecided, "claim_id", claim.claim_id)
    done = [fact.data.decided_on for fact in decided if fact.data.outcome == "declined"]
    payments = facts.naming(ev.BenefitPaid, "claim_id", claim.claim_id)
    own = claim.lines(lines) if payments else []
    paid = 0
    for payment in payments:
        paid += payment.data.amount
        if paid >= sum(_due(facts, line, payment.data.paid_on) for line in own):
            done.append(payment.data.paid_on)
    return min(done, default=None)


def _due(facts: Facts, line: Line, paid_on: date) -> int:
    """What a line comes to for a payment, in yen. What a fact known by then earns afterwards, by days that pass, is not counted; nor is
    what a stay whose end is known will earn after the day in view."""
    earned_by = facts.cut(max([paid_on, *(day_of(facts, event_id) for event_id in line.events)]))
    return line.through(earned_by).payable if line.counts_from <= earned_by else 0
