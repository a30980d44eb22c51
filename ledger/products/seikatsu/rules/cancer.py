"""SK-60 and SK-66 to SK-69: the diagnosis of cancer, and anticancer treatment by the month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.codes import Icd10List
from ledger.journal import Item, Line
from ledger.limits import Claim, Limit
from ledger.periods import Period, month_first, month_last, month_of, months_from_to, months_touched
from ledger.product import clause
from ledger.products.seikatsu.plan import SeikatsuPlan
from ledger.products.seikatsu.rules.conditions import chains, conditions
from ledger.products.seikatsu.rules.cover import TERMS, cover, period_begun, policy
from ledger.products.seikatsu.rules.hospital import held_in
from ledger.products.seikatsu.rules.lists import is_cancer, is_for_anticancer
from ledger.products.seikatsu.rules.purposes import excluded
from ledger.timeline import Facts, Known


def cancer_diagnosis(plan: SeikatsuPlan) -> int:
    """がん診断: held or not."""
    return int(plan.riders.cancer_diagnosis)


def anticancer(plan: SeikatsuPlan) -> int:
    """抗がん剤治療: held or not."""
    return int(plan.riders.anticancer)


# ---- SK-60: the diagnosis --------------------------------------------------------------------------------------------


def diagnoses(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """Every diagnosis of cancer while the rider is held."""
    for diagnosed in facts.of(ev.CancerDiagnosed):
        yield from _diagnosis(facts, diagnosed)
    for period in policy(facts).periods:
        if held_in(facts, cancer_diagnosis, period):
            yield diagnosis_limit(period).standing()


@clause("SK-60")
def no_first_proven_cancer(condition: ev.ConditionRecorded, fact: ev.CancerDiagnosed) -> bool:
    """First-ever cancer, in situ included, proven by pathology or accepted otherwise; no recurrence or spread (Q35)."""
    proven = fact.pathology or fact.accepted_otherwise is True
    return not (is_cancer(condition, fact.diagnosed_on) and fact.first_ever and proven)


@clause("SK-60")
def diagnosis_counts_from(fact: ev.CancerDiagnosed) -> date | None:
    """The later of the diagnosis and the start of its treatment; None while no treatment has started (Q35)."""
    started_on = fact.treatment_started_on
    return None if started_on is None else max(fact.diagnosed_on, started_on)


@clause("SK-60")
def diagnosis_limit(period: Period) -> Limit:
    """Once a policy period (Q35)."""
    cap = TERMS.number("cancer_diagnosis_times", period.start)
    return Limit("cancer_diagnosis.period", str(period.start), "times", cap, period.first_day, period.last_day, ("SK-60",))


def treatment_starts(facts: Facts) -> list[date]:
    """Days on which a diagnosis made before comes to count."""
    return [day for fact in facts.of(ev.CancerDiagnosed) if (day := diagnosis_counts_from(fact.data)) is not None]


def _diagnosis(facts: Facts, diagnosed: Known[ev.CancerDiagnosed]) -> Iterator[Claim]:
    fact, day = diagnosed.data, diagnosed.data.diagnosed_on
    condition = conditions(facts)[fact.condition_id]
    covered = cover(facts, cancer_diagnosis, fact.condition_id, day, None, with_causes=False)
    if not covered.held:
        return
    starts = diagnosis_counts_from(fact)
    claim = Claim(
        "cancer_diagnosis", diagnosed.event_id, starts or day, day, day, "time", 1, TERMS.number("cancer_diagnosis", day), (),
        (diagnosed.event_id,), order=(diagnosed.event_id,), judged_on=day, condition_id=fact.condition_id,
    )  # fmt: skip
    period = policy(facts).period(day)
    rule = excluded(condition, day) or covered.declined_by(day)
    assert facts.on is not None
    if rule is None and (no_first_proven_cancer(condition, fact) or starts is None or starts > facts.on):
        rule = "SK-60"
    if rule is not None or period is None:
        yield claim._replace(counts_from=day).decline(rule or "SK-00")
    else:
        yield claim._replace(rules=("SK-60",), limits=(diagnosis_limit(period),))


# ---- SK-66, SK-67: a month of anticancer treatment -------------------------------------------------------------------


class Treated(NamedTuple):
    """A treatment or a prescription's span that is payable."""

    first: date
    event_id: str
    last: date
    condition_id: str
    chain: frozenset[str]
    hormone_only: bool


class Month(NamedTuple):
    """A month of one incident: its first treated day, and whether only hormone therapy was given in it."""

    month: str
    first: date
    last: date
    hormone_only: bool
    condition_id: str
    events: tuple[str, ...]


@clause("SK-67")
def outside_the_list(facts: Facts, fact: ev.AnticancerTreated) -> bool:
    """A condition that is not on the list for anticancer treatment, carcinoma in situ with it (Q38)."""
    return not is_for_anticancer(conditions(facts)[fact.condition_id], fact.from_)


@clause("SK-67")
def outside_insurance(facts: Facts, fact: ev.AnticancerTreated) -> bool:
    """Drugs of advanced care or a trial, or not approved for the disease (Q39)."""
    return fact.scheme not in TERMS.at("anticancer_schemes", fact.from_) or not fact.approved


DECLINING: tuple[Callable[[Facts, ev.AnticancerTreated], bool], ...] = (outside_the_list, outside_insurance)


@clause("SK-66")
def hormone_only(condition: ev.ConditionRecorded, fact: ev.AnticancerTreated) -> bool:
    """Hormone therapy for breast or prostate cancer pays half where the month has nothing else (Q39)."""
    return fact.drug == "hormone" and Icd10List.parse(TERMS.at("hormone_cancers", fact.from_)).covers(condition.icd10)


@clause("SK-66")
def month_rate(month: Month) -> int:
    """100,000 yen for every month touched; 50,000 where it has only hormone therapy for breast or prostate cancer (Q39)."""
    return int(TERMS.at("anticancer_month", month.first)["hormone" if month.hormone_only else "other"])


def anticancer_treatment(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """Every month of every incident, and the treatments that are declined."""
    payable: list[Treated] = []
    for treated in facts.of(ev.AnticancerTreated):
        fact, condition = treated.data, conditions(facts)[treated.data.condition_id]
        rule = excluded(condition, fact.from_) or next((rule.clauses[0] for rule in DECLINING if rule(facts, fact)), None)  # type: ignore[attr-defined]
        if rule is None:
            chain = chains(facts)[fact.condition_id]
            payable.append(Treated(fact.from_, treated.event_id, fact.to, fact.condition_id, chain, hormone_only(condition, fact)))
        elif cover(facts, anticancer, fact.condition_id, fact.from_, None, with_causes=False).held:
            yield _declined(facts, treated, rule)
    for incident in incidents(payable):
        yield from _months(facts, incident)
    for period in policy(facts).periods:
        if held_in(facts, anticancer, period):
            yield anticancer_period_limit(period).standing()


def _declined(facts: Facts, treated: Known[ev.AnticancerTreated], rule: str) -> Claim:
    """A treatment that is declined, as one line of the months it touches."""
    fact, condition = treated.data, conditions(facts)[treated.data.condition_id]
    month = Month(month_of(fact.from_), fact.from_, fact.to, hormone_only(condition, fact), fact.condition_id, (treated.event_id,))
    return Claim(
        "anticancer", f"{fact.condition_id}/{month.month}", fact.from_, month_first(month.month), month_last(month.month), "month", 1,
        month_rate(month), (), (treated.event_id,), order=(treated.event_id,), judged_on=fact.from_, condition_id=fact.condition_id,
    ).decline(rule)  # fmt: skip


# ---- SK-68: incidents ------------------------------------------------------------------------------------------------


@clause("SK-68")
def goes_on(last: str, month: str) -> bool:
    """A month within the six that follow the last treated one belongs to the same incident; a later one starts a new one (Q40)."""
    return months_from_to(last, month) <= TERMS.number("incident_months", month_first(month))


def incidents(treated: Iterable[Treated]) -> Iterator[list[Month]]:
    """The months of each incident, in order."""
    chained: dict[frozenset[str], list[Treated]] = {}
    for one in sorted(treated):
        chained.setdefault(one.chain, []).append(one)
    for of_chain in chained.values():
        incident: list[Month] = []
        for month in _months_of(of_chain):
            if incident and not goes_on(incident[-1].month, month.month):
                yield incident
                incident = []
            incident.append(month)
        yield incident


def _months_of(treated: Sequence[Treated]) -> list[Month]:
    """The months touched by treatments of one chain, in order."""
    months: dict[str, Month] = {}
    for one in treated:
        for name in months_touched(one.first, one.last):
            first, last = max(one.first, month_first(name)), min(one.last, month_last(name))
            known = months.get(name)
            if known is None:
                months[name] = Month(name, first, last, one.hormone_only, one.condition_id, (one.event_id,))
                continue
            only_hormones = known.hormone_only and one.hormone_only
            months[name] = known._replace(
                first=min(known.first, first), hormone_only=only_hormones, events=tuple(sorted({*known.events, one.event_id}))
            )
    return [months[name] for name in sorted(months)]


def _months(facts: Facts, incident: list[Month]) -> Iterator[Claim]:
    """The months of an incident: it is covered where its first treatment is."""
    start = incident[0]
    key = f"{start.condition_id}/{start.month}"
    covered = cover(facts, anticancer, start.condition_id, start.first, None, with_causes=False)
    if not covered.held:
        return
    rule = covered.declined_by(start.first)
    limits = anticancer_limits(facts, key, start)
    for month in incident:
        claim = Claim(
            "anticancer", key, month.first, month_first(month.month), month_last(month.month), "month", 1, month_rate(month),
            ("SK-68", "SK-66") if month is not start else ("SK-66",), month.events, order=(key, month.month), judged_on=start.first,
            condition_id=start.condition_id,
        )  # fmt: skip
        yield claim.decline(rule) if rule else claim._replace(limits=limits)


# ---- SK-69: limits ---------------------------------------------------------------------------------------------------


@clause("SK-69")
def anticancer_limits(facts: Facts, key: str, start: Month) -> tuple[Limit, ...]:
    """6,000,000 yen an incident, and for incidents that start in one policy period together (Q40; Interpretation)."""
    cap = TERMS.number("anticancer_limit", start.first)
    incident = Limit("anticancer.incident", key, "yen", cap, start.first, None, ("SK-69",))
    period = period_begun(facts, start.first)
    return (incident, anticancer_period_limit(period)) if period is not None else (incident,)


@clause("SK-69")
def anticancer_period_limit(period: Period) -> Limit:
    """Incidents that start in one policy period share 6,000,000 yen (Q40)."""
    cap = TERMS.number("anticancer_limit", period.start)
    return Limit("anticancer.period", str(period.start), "yen", cap, period.first_day, period.last_day, ("SK-69",))
