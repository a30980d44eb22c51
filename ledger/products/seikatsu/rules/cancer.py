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
from ledger.products.general.endings import refused
from ledger.products.seikatsu.plan import SeikatsuPlan
from ledger.products.seikatsu.rules.conditions import chains, conditions
from ledger.products.seikatsu.rules.cover import (
    TERMS,
    begun_before,
    cover,
    in_scheme,
    layers,
    period_begun,
    policy,
    turns,
)
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
    return None if fact.treatment_started_on is None else max(fact.diagnosed_on, fact.treatment_started_on)


@clause("SK-60")
def diagnosis_limit(period: Period) -> Limit:
    """Once a policy period (Q35)."""
    cap = TERMS.number("cancer_diagnosis_times", period.start)
    return Limit("cancer_diagnosis.period", str(period.start), "times", cap, period.first_day, period.last_day, ("SK-60",))


def _diagnosis(facts: Facts, diagnosed: Known[ev.CancerDiagnosed]) -> Iterator[Claim]:
    fact, day = diagnosed.data, diagnosed.data.diagnosed_on
    condition = conditions(facts)[fact.condition_id]
    covered = cover(facts, cancer_diagnosis, fact.condition_id, day, None, with_causes=False)
    if not covered.held:
        return
    claim = Claim(
        "cancer_diagnosis", diagnosed.event_id, day, day, day, "time", 1, TERMS.number("cancer_diagnosis", day), (),
        (diagnosed.event_id,), order=(diagnosed.event_id,), judged_on=day, condition_id=fact.condition_id,
    )  # fmt: skip
    period, counts_from = policy(facts).period(day), diagnosis_counts_from(fact)
    rule = excluded(condition, day) or covered.declined_by(day) or ("SK-60" if no_first_proven_cancer(condition, fact) else None)
    if rule is not None or period is None:
        yield claim.decline(rule or "SK-00")
    elif counts_from is not None:
        yield claim._replace(counts_from=counts_from, rules=("SK-60",), limits=(diagnosis_limit(period),))


# ---- SK-66, SK-67: a month of anticancer treatment -------------------------------------------------------------------


class Treated(NamedTuple):
    """What one treatment or prescription gave in one month, from a treated day of it on."""

    first: date
    event_id: str
    fact: ev.AnticancerTreated
    chain: frozenset[str]

    @property
    def month(self) -> str:
        return month_of(self.first)


class Month(NamedTuple):
    """A month of one incident: its first treated day, and whether only hormone therapy was given in it."""

    month: str
    first: date
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
    """Every month of every incident, and the months that are declined."""
    declined: dict[tuple[str, str, str], list[Treated]] = {}
    payable: list[Treated] = []
    for one in _treated(facts):
        rule = _declined_by(facts, one)
        if rule is None:
            payable.append(one)
        elif held_on_day(facts, one.first):
            declined.setdefault((rule, one.fact.condition_id, one.month), []).append(one)
    begun, outside = incidents(facts, payable)
    for rule, one in outside:
        declined.setdefault((rule, one.fact.condition_id, one.month), []).append(one)
    for (declined_by, condition_id, name), months in declined.items():
        yield _claim(f"{condition_id}/{name}", _month(facts, months), months[0].first).decline(declined_by)
    for incident in begun:
        yield from _months(facts, incident)
    for period in policy(facts).periods:
        if held_in(facts, anticancer, period):
            yield anticancer_period_limit(period).standing()


def _treated(facts: Facts) -> Iterator[Treated]:
    """Every treatment, month by month, and in a month from each day on which what is held can change; in order of day and event id."""
    for treated in facts.of(ev.AnticancerTreated):
        fact, chain = treated.data, chains(facts)[treated.data.condition_id]
        for month in months_touched(fact.from_, fact.to):
            first, last = max(fact.from_, month_first(month)), min(fact.to, month_last(month))
            for start in sorted(day for day in turns(facts) | {first} if first <= day <= last):
                yield Treated(start, treated.event_id, fact, chain)


@clause("SK-07")
def _declined_by(facts: Facts, one: Treated) -> str | None:
    """The clause that declines a month of treatment, whatever its incident: for its cover only the cancer's own onset counts (Q35)."""
    condition = conditions(facts)[one.fact.condition_id]
    rule = next((rule.clauses[0] for rule in DECLINING if rule(facts, one.fact)), None)  # type: ignore[attr-defined]
    held = layers(facts, anticancer, one.first)
    covered = any(not begun_before(facts, layer, one.fact.condition_id, with_causes=False) for layer in held)
    return excluded(condition, one.first) or rule or (None if covered else "SK-04")


def held_on_day(facts: Facts, on: date) -> bool:
    """Whether the plan of a day has the rider."""
    return bool(layers(facts, anticancer, on))


# ---- SK-68: incidents -------------------------------------------------------------------------------------------------


@clause("SK-68")
def goes_on(last: str, month: str) -> bool:
    """A month within the six that follow the last treated one belongs to the same incident; a later one starts a new one (Q40)."""
    return months_from_to(last, month) <= TERMS.number("incident_months", month_first(month))


def incidents(facts: Facts, treated: Iterable[Treated]) -> tuple[list[list[Month]], list[tuple[str, Treated]]]:
    """The months of each incident, in order; and what was given while no incident ran and begins none, with the clause that says so."""
    begun: list[dict[str, list[Treated]]] = []
    outside: list[tuple[str, Treated]] = []
    running: dict[frozenset[str], dict[str, list[Treated]]] = {}
    for one in sorted(treated, key=lambda one: (one.first, one.event_id)):
        months = running.get(one.chain)
        if months is None or not goes_on(max(months), one.month):
            rule = refused(facts, one.first, one.fact.condition_id) if in_scheme(facts, one.first) else "SK-00"
            if rule is not None:
                outside.append((rule, one))
                continue
            months = running[one.chain] = {}
            begun.append(months)
        months.setdefault(one.month, []).append(one)
    return [[_month(facts, of_month) for of_month in months.values()] for months in begun], outside


def _month(facts: Facts, treated: Sequence[Treated]) -> Month:
    """One month of treatments, in order of day and event id."""
    first = treated[0]
    only_hormones = all(hormone_only(conditions(facts)[one.fact.condition_id], one.fact) for one in treated)
    events = tuple(sorted({one.event_id for one in treated}))
    return Month(first.month, first.first, only_hormones, first.fact.condition_id, events)


def _months(facts: Facts, incident: list[Month]) -> Iterator[Claim]:
    """The months of an incident, which goes on after the end of the scheme."""
    start = incident[0]
    key = f"{start.condition_id}/{start.month}"
    limits = anticancer_limits(facts, key, start)
    for month in incident:
        yield _claim(key, month, start.first, ("SK-68",) if month is not start else ())._replace(limits=limits)


def _claim(key: str, month: Month, judged_on: date, joining: tuple[str, ...] = ()) -> Claim:
    """The claim for a month; `joining`: the clause by which it belongs to an incident that began before."""
    return Claim(
        "anticancer", key, month.first, month_first(month.month), month_last(month.month), "month", 1, month_rate(month),
        (*joining, "SK-66"), month.events, order=(key, month.month), judged_on=judged_on, condition_id=month.condition_id,
    )  # fmt: skip


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
