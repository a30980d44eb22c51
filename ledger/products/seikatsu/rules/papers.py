"""SK-90: when a claim needs a doctor's certificate (診断書)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from ledger import events as ev
from ledger.codes import Icd10List
from ledger.journal import Certificate, Item, Line
from ledger.limits import Claim
from ledger.periods import days, month_first, months_touched
from ledger.product import clause
from ledger.products.general.claims import Filed, filed
from ledger.products.seikatsu.rules.conditions import conditions
from ledger.products.seikatsu.rules.cover import TERMS
from ledger.products.seikatsu.rules.hospitalisations import hospital
from ledger.products.seikatsu.rules.income import work_disabilities
from ledger.timeline import Facts


def certificates(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """For each claim, in order of filing: what has been claimed since the last certificate, and whether that needs one."""
    filed_claims = facts.once(filed)
    counted_from = (line for line in lines if line.payable and facts.reached(line.counts_from))
    payable = [_to_the_day_in_view(facts, line) for line in counted_from] if filed_claims else []
    own = {claim.claim_id: claimed_lines(payable, claim) for claim in filed_claims}
    for n, claim in enumerate(filed_claims):
        lines_of_claim = own[claim.claim_id]
        earlier = since_last_certificate(facts, claim, filed_claims[:n])
        counted = frozenset(lines_of_claim).union(*(own[one.claim_id] for one in earlier))
        claimed, threshold = sum(line.payable for line in counted), threshold_of(facts, lines_of_claim, claim.filed_on)
        required = bool(lines_of_claim) and (always_required(lines_of_claim, claim.filed_on) or claimed > threshold)
        yield Certificate(claim.filed_on, claim.claim_id, claimed, threshold, required, ("SK-90",))


@clause("SK-90")
def claimed_lines(payable: Iterable[Line], claim: Filed) -> frozenset[Line]:
    """The lines that rest on the facts the claim names, all where it names none; never those of care (Q85)."""
    never = TERMS.at("certificate_never", claim.filed_on)
    named = (line for line in payable if not claim.names or not claim.names.isdisjoint(line.events))
    return frozenset(line for line in named if line.benefit not in never)


@clause("SK-90")
def since_last_certificate(facts: Facts, claim: Filed, before: Sequence[Filed]) -> list[Filed]:
    """Of the claims before this one those filed after the last certificate handed in for another by its filing (Q8, Q9)."""
    given = [
        c.data.submitted_on
        for c in facts.of(ev.CertificateSubmitted)
        if c.data.claim_id != claim.claim_id and c.data.submitted_on <= claim.filed_on
    ]
    return [one for one in before if not given or one.filed_on > max(given)]


@clause("SK-90")
def threshold_of(facts: Facts, lines: Iterable[Line], on: date) -> int:
    """300,000 yen; 100,000 where a condition is cancer, acute myocardial infarction or stroke (Q1, Q8)."""
    grave = facts.once(_listed_conditions, (*TERMS.at("cancer", on), *TERMS.at("three_diseases", on)))
    deciding = {event_id for line in lines for event_id in _deciding(facts, line)} if grave else ()
    kind = "grave" if any(_condition_of(facts, event_id) in grave for event_id in deciding) else "other"
    return int(TERMS.at("certificate_threshold", on)[kind])


@clause("SK-90")
def always_required(lines: Iterable[Line], on: date) -> bool:
    """Always for anticancer treatment and income (Q8, Q80)."""
    return any(line.benefit in TERMS.at("certificate_always", on) for line in lines)


def _listed_conditions(facts: Facts, diseases: tuple[str, ...]) -> frozenset[str]:
    """The conditions of a list, by id."""
    listed = Icd10List.parse(diseases)
    return frozenset(one for one, condition in conditions(facts).items() if listed.covers(condition.icd10))


def _condition_of(facts: Facts, event_id: str) -> str | None:
    """The condition that the fact of an event names."""
    fact = facts.get(event_id)
    return vars(fact.data).get("condition_id") if fact is not None else None


def _deciding(facts: Facts, line: Line) -> frozenset[str]:
    """The facts whose condition is the line's: of a hospitalisation its first admission alone, for its cause is the direct one (SK-22)."""
    admitted = {fact.event_id: fact for fact in facts.of(ev.HospitalAdmitted)}
    if admitted.keys().isdisjoint(line.events):
        return frozenset(line.events)
    return frozenset(event_id for event_id, fact in admitted.items() if fact.data.stay_id == line.key)


def _to_the_day_in_view(facts: Facts, line: Line) -> Line:
    return line.through(facts.cut(line.last)) if line.unit == "day" else line


def growing_days(facts: Facts) -> list[date]:
    """Days on which what was claimed grows though no fact is dated to them: those of a stay or a device that outlasts the filing,
    the further months of a prescription, the start of a cancer's treatment, the first day of pay for a work disability."""
    growing: set[date] = set()
    for claim in facts.once(filed):
        for first, last in _growing(facts, claim):
            start = max(first, claim.filed_on)
            growing |= {start + timedelta(n) for n in range(days(start, last))}
    return sorted(growing)


def _growing(facts: Facts, claim: Filed) -> Iterator[tuple[date, date]]:
    """The stays and devices whose days the claim may count. A line of days rests on its own stay, or on its hospitalisation's."""
    joined = hospital(facts)
    for one in (*joined.sickness, *joined.injuries, *joined.late_injuries):
        if claim.concerns(event for piece in one.pieces for event in piece.stay.events):
            yield from ((piece.stay.first, piece.stay.last) for piece in one.pieces)
    for worn in facts.of(ev.ImmobilisationWorn):
        if claim.concerns((worn.event_id,)):
            yield worn.data.from_, worn.data.to
    for treated in facts.of(ev.AnticancerTreated):
        if claim.concerns((treated.event_id,)):
            months = map(month_first, months_touched(treated.data.from_, treated.data.to))
            yield from ((day, day) for day in months)
    for diagnosed in facts.of(ev.CancerDiagnosed):
        started = diagnosed.data.treatment_started_on
        if started is not None and claim.concerns((diagnosed.event_id,)):
            yield started, started
    for disability in work_disabilities(facts):
        if claim.concerns((disability.event_id, *(report.event_id for report in disability.reports.values()))):
            yield disability.pay_from, disability.pay_from
