"""SK-90: when a claim needs a doctor's certificate (診断書)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from ledger import events as ev
from ledger.codes import Icd10List
from ledger.journal import Certificate, Item, Line
from ledger.limits import Claim
from ledger.product import clause
from ledger.products.general.claims import Filed, filed
from ledger.products.seikatsu.rules.conditions import conditions
from ledger.products.seikatsu.rules.cover import TERMS
from ledger.products.seikatsu.rules.hospitalisations import stays
from ledger.timeline import Facts


def certificates(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """For each claim, in order of filing: what has been claimed since the last certificate, and whether that needs one."""
    assert facts.on is not None
    on = facts.on
    payable = [line.through(on) for line in lines if line.payable and line.counts_from <= on]
    since_last: set[Line] = set()
    for claim in filed(facts):
        if certified_before(facts, claim):
            since_last = set()
        own = [line for line in payable if not claim.names or not claim.names.isdisjoint(line.events)]
        since_last |= {line for line in own if line.benefit not in TERMS.at("certificate_never", claim.filed_on)}
        claimed, threshold = sum(line.payable for line in since_last), threshold_of(facts, since_last, claim.filed_on)
        required = always_required(own, claim.filed_on) or claimed > threshold
        yield Certificate(max(on, claim.filed_on), claim.claim_id, claimed, threshold, required, ("SK-90",))


@clause("SK-90")
def certified_before(facts: Facts, claim: Filed) -> bool:
    """A certificate handed in for an earlier claim by the day of filing: amounts are counted afresh (Q8, Q9)."""
    earlier = {one.claim_id for one in filed(facts) if (one.filed_on, one.claim_id) < (claim.filed_on, claim.claim_id)}
    return any(c.data.claim_id in earlier and c.data.submitted_on <= claim.filed_on for c in facts.of(ev.CertificateSubmitted))


@clause("SK-90")
def threshold_of(facts: Facts, lines: Iterable[Line], on: date) -> int:
    """300,000 yen; 100,000 where a condition is cancer, acute myocardial infarction or stroke (Q1, Q8)."""
    listed = Icd10List.parse((*TERMS.at("cancer", on), *TERMS.at("three_diseases", on)))
    grave = {fact_id for fact_id, condition in _conditions_of(facts).items() if listed.covers(condition.icd10)}
    kind = "grave" if any(not grave.isdisjoint(line.events) for line in lines) else "other"
    return int(TERMS.at("certificate_threshold", on)[kind])


@clause("SK-90")
def always_required(lines: Iterable[Line], on: date) -> bool:
    """Always for anticancer treatment and income (Q8, Q80)."""
    return any(line.benefit in TERMS.at("certificate_always", on) for line in lines)


def _conditions_of(facts: Facts) -> dict[str, ev.ConditionRecorded]:
    """The condition that each fact names, by the fact's event id."""
    known = conditions(facts)
    named = {fact.event_id: getattr(fact.data, "condition_id", None) for fact in facts}
    return {event_id: known[condition_id] for event_id, condition_id in named.items() if condition_id is not None and condition_id in known}


def growing_days(facts: Facts) -> list[date]:
    """Days on which what was claimed grows though no fact is dated to them: those of a stay or a device that outlasts the filing."""
    spans = [(stay.first, stay.last) for stay in stays(facts)]
    spans += [(worn.data.from_, worn.data.to) for worn in facts.of(ev.ImmobilisationWorn)]
    days: set[date] = set()
    for claim in facts.of(ev.ClaimFiled):
        for first, last in spans:
            start = max(first, claim.data.filed_on)
            days |= {start + timedelta(n) for n in range((last - start).days + 1)}
    return sorted(days)
