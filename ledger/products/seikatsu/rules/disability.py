"""SK-70 to SK-72: injury disability, by grades, percentages and what was there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.limits import Claim
from ledger.money import Reckoned, reckon, reckon_all
from ledger.periods import nth_day
from ledger.product import clause
from ledger.products.seikatsu.plan import SeikatsuPlan
from ledger.products.seikatsu.rules.conditions import conditions
from ledger.products.seikatsu.rules.cover import TERMS, in_scheme, layers
from ledger.products.seikatsu.rules.purposes import excluded
from ledger.timeline import Facts, Known

Fixed = Known[ev.DisabilityFixed]


def injury_disability(plan: SeikatsuPlan) -> int:
    """The insured amount for injury disability, in yen."""
    return plan.injury_disability or 0


def disabilities(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """One assessment for each accident: several disabilities of one accident are assessed together (SK-72)."""
    accidents: dict[str, list[Fixed]] = {}
    for fixed in facts.of(ev.DisabilityFixed):
        accidents.setdefault(fixed.data.condition_id, []).append(fixed)
    for condition_id, of_accident in accidents.items():
        injured = conditions(facts)[condition_id].kind == "injury"
        in_time = [one for one in of_accident if injured and not arisen_late(one.data)]
        for one in of_accident:
            if one not in in_time:
                yield from _assessed(facts, [one], "SK-70")
        if in_time:
            yield from _assessed(facts, in_time, None)


def _assessed(facts: Facts, fixed: Sequence[Fixed], rule: str | None) -> Iterator[Claim]:
    """The claim for one assessment, where the cover is held on the day of the accident; declined by the rule, if any, or another."""
    fact = fixed[0].data
    insured = sum(layer.amount for layer in layers(facts, injury_disability, fact.accident_on))
    if insured:
        rule = rule or excluded(conditions(facts)[fact.condition_id], fact.accident_on)
        rule = rule or (None if in_scheme(facts, fact.accident_on) else "SK-00")
        claim = _claim(fixed, insured)
        yield claim.decline(rule) if rule else claim


@clause("SK-70")
def arisen_late(fact: ev.DisabilityFixed) -> bool:
    """Covered are disabilities that arise within 180 days from the accident, its day being day 1 (Q51)."""
    return fact.fixed_on > nth_day(fact.accident_on, TERMS.number("disability_days", fact.accident_on))


@clause("SK-70")
def percent_of(grade: int, on: date) -> int:
    """The percentage of a grade (Q51, table)."""
    return int(TERMS.at("disability_percent", on)[str(grade)])


@clause("SK-71")
def percent_together(grades: Iterable[int], on: date) -> Reckoned:
    """Two or more of one accident: the heaviest grade is raised by three, two or one; by one, never above the sum (table)."""
    grades = sorted(grades)
    if len(grades) > 1:
        for row in TERMS.at("disability_raised", on):
            if grades[1] <= row["to_grade"]:
                raised = percent_of(max(1, grades[0] - row["up"]), on)
                whole = reckon_all("add", [("disability_percent", percent_of(grade, on)) for grade in grades])
                return reckon("min", disability_percent=raised, whole=whole) if row["not_above_sum"] else Reckoned(raised)
    return Reckoned(percent_of(grades[0], on) if grades else 0)


@clause("SK-72")
def percent_added(fixed: Iterable[Fixed], on: date) -> Reckoned:
    """Worsening at the same site: the percentage of the grades after, less that of the existing grades at those sites (table)."""
    after: dict[str, list[int]] = {}
    before: dict[str, list[int]] = {}
    for one in fixed:
        for site in {existing.site for existing in one.data.existing or ()}:
            before.setdefault(site, [existing.grade for existing in one.data.existing or () if existing.site == site])
        for site in {disability.site for disability in one.data.disabilities}:  # what was fixed later of a site takes the place
            after[site] = [disability.grade for disability in one.data.disabilities if disability.site == site]
    grades = [grade for of_site in after.values() for grade in of_site]
    existed = [grade for site, of_site in before.items() if site in after for grade in of_site]
    together, before_it = percent_together(grades, on), percent_together(existed, on)
    if not before_it.amount:
        return together
    return reckon("max", nothing=0, added=reckon("subtract", disability_percent=together, existing=before_it))


def _claim(fixed: Sequence[Fixed], insured: int) -> Claim:
    """A claim for what one assessment comes to. It counts from the last disability that belongs to it."""
    fact, own_id, day = fixed[0].data, fixed[0].event_id, fixed[-1].day
    amount = reckon("percent", injury_disability=insured, disability_percent=percent_added(fixed, fact.accident_on))
    return Claim(
        "injury_disability", own_id, day, fixed[0].day, fixed[0].day, "time", 1, amount.amount,
        ("SK-71", "SK-72", "SK-70") if len(fixed) > 1 else ("SK-70",),
        tuple(one.event_id for one in fixed), order=(own_id,), judged_on=fact.accident_on, condition_id=fact.condition_id,
        steps=amount.steps,
    )  # fmt: skip
