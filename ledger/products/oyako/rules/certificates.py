"""Care certificates: which states they certify, and how long the parent was in care without a break (特長4, 特長5, 用語)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.periods import ONE_DAY
from ledger.product import clause
from ledger.products.oyako.plan import TERMS, contract
from ledger.timeline import Facts, Known


class Run(NamedTuple):
    """The parent in state A or B without a break, from the first day of the first certificate to the last day known."""

    first: date
    last: date
    certificate: Known[ev.CareCertified]


class _Step(NamedTuple):
    """From this day on a certificate tells of the parent's state; none: the parent is no longer in care."""

    first: date
    certificate: Known[ev.CareCertified] | None


@clause("OY-01")
def in_state_a_or_b(certified: ev.CareCertified) -> bool:
    """State B: care2 to care5. State A: care1 with dementia IIa or graver at that certification (用語: 要介護状態)."""
    day = certified.valid_from
    if certified.level in TERMS.at("state_b_levels", day):
        return True
    return certified.level in TERMS.at("state_a_levels", day) and certified.dementia in TERMS.at(
        "state_a_dementia", day
    )


def parents_certificates(facts: Facts) -> list[Known[ev.CareCertified]]:
    """The parent's certificates, nobody else's, by first day. Of several with one first day the one certified last."""
    parent = parent_id(facts)
    mine = [fact for fact in facts.of(ev.CareCertified) if fact.data.person_id == parent]
    latest = {f.data.valid_from: f for f in sorted(mine, key=lambda f: (f.data.certified_on, f.event_id))}
    return [latest[day] for day in sorted(latest)]


def parent_id(facts: Facts) -> str:
    """The person in care (対象者)."""
    parent = contract(facts).issued.parent
    assert parent is not None, "a policy without a parent is refused"
    return parent.person_id


@clause("OY-02")
def runs(facts: Facts) -> tuple[Run, ...]:
    """A certificate in A/B that starts by the day after the last one's end continues it; one that starts while another runs takes
    its place; one below A/B, the end of care and the end of the last certificate end the run (特長5, 用語: 対象期間)."""
    return tuple(_runs(facts))


def _runs(facts: Facts) -> Iterator[Run]:
    run: Run | None = None
    for step in _steps(facts):
        certificate = step.certificate
        in_care = certificate is not None and in_state_a_or_b(certificate.data)
        broken = run is not None and (not in_care or step.first > run.last + ONE_DAY)
        if run is not None and broken:
            yield run._replace(last=min(run.last, step.first - ONE_DAY))
            run = None
        if in_care:
            assert certificate is not None
            run = (
                Run(step.first, certificate.data.valid_to, certificate)
                if run is None
                else run._replace(last=certificate.data.valid_to)
            )
    if run is not None:
        yield run


def _steps(facts: Facts) -> list[_Step]:
    """What changes the parent's state, in order; on one day an end of care comes before a new certificate."""
    parent = parent_id(facts)
    ends = [_Step(f.data.ended_on + ONE_DAY, None) for f in facts.of(ev.CareEnded) if f.data.person_id == parent]
    starts = [_Step(fact.data.valid_from, fact) for fact in parents_certificates(facts)]
    return sorted([*ends, *starts], key=lambda step: (step.first, step.certificate is not None))
