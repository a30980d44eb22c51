"""SK-80 to SK-82: income in long disability (所得長期補償), by the months reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.journal import Item, Line
from ledger.limits import Claim
from ledger.money import Reckoned, reckon
from ledger.periods import ONE_DAY, birthday, days, month_first, month_last, months_touched, nth_day, years_last_day
from ledger.product import clause
from ledger.products.seikatsu.plan import SeikatsuPlan
from ledger.products.seikatsu.rules.conditions import conditions
from ledger.products.seikatsu.rules.cover import TERMS, cover, in_scheme, policy
from ledger.products.seikatsu.rules.purposes import excluded
from ledger.timeline import Facts, Known

Report = Known[ev.WorkIncomeReported]
Reports = Mapping[str, Report]


def income(plan: SeikatsuPlan) -> int:
    """The insured amount, yen a month."""
    return plan.income.monthly if plan.income else 0


class Disability(NamedTuple):
    """A work disability and the reports of its months."""

    fact: ev.WorkDisabilityStarted
    event_id: str
    reports: Reports

    @property
    def pay_from(self) -> date:
        """The first day that is paid: day 366."""
        return nth_day(self.fact.disabled_on, TERMS.number("income_pay_from_day", self.fact.disabled_on))


def income_disability(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Item]:
    """The months of every disability that qualifies."""
    for disability in work_disabilities(facts):
        if qualifies(disability):
            yield from _months(facts, disability)


def work_disabilities(facts: Facts) -> Iterator[Disability]:
    """Every work disability with the reports of its months."""
    for started in facts.of(ev.WorkDisabilityStarted):
        reports = {r.data.month: r for r in facts.of(ev.WorkIncomeReported) if r.data.disability_id == started.data.disability_id}
        yield Disability(started.data, started.event_id, reports)


# ---- SK-80: what qualifies -------------------------------------------------------------------------------------------


@clause("SK-80")
def qualifies(disability: Disability) -> bool:
    """Totally unable on days 1 to 120, then to day 365 unable or with a loss of income above 20 %; month by month (Q72 to Q74)."""
    start = disability.fact.disabled_on
    unable_to = nth_day(start, TERMS.number("income_unable_days", start))
    wait_to = disability.pay_from - ONE_DAY
    reported = disability.reports
    unable = all(_unable(reported.get(month)) for month in months_touched(start, unable_to))
    return unable and all(_lost(reported.get(month)) for month in months_touched(unable_to, wait_to))


def _unable(report: Report | None) -> bool:
    return report is not None and report.data.totally_unable


def _lost(report: Report | None) -> bool:
    return report is not None and (report.data.totally_unable or loss_above(report.data))


@clause("SK-80")
def loss_above(fact: ev.WorkIncomeReported) -> bool:
    """More than 20 % of the usual income is lost (Q72)."""
    percent_lost = TERMS.number("income_loss_percent", month_first(fact.month))
    return (fact.usual_income - fact.recovered_income) * 100 > fact.usual_income * percent_lost


# ---- SK-81: what a month pays ----------------------------------------------------------------------------------------


@clause("SK-81")
def month_amount(fact: ev.WorkIncomeReported, insured: int) -> Reckoned:
    """The insured amount, at most the usual income less what was earned and received, not below 0 (Q72, Q75)."""
    lost = reckon(
        "subtract", usual_income=fact.usual_income, recovered_income=fact.recovered_income, benefits_received=fact.benefits_received
    )  # fmt: skip
    return reckon("max", nothing=0, pays=reckon("min", monthly=insured, lost=lost))


@clause("SK-81")
def part_of_month(amount: Reckoned, first: date, last: date) -> Reckoned:
    """A month covered in part pays the amount × days / 30, at most the month's amount (Interpretation)."""
    if first.day == 1 and last == month_last(f"{last:%Y-%m}"):
        return amount
    by_days = reckon("multiply", month=amount, days=days(first, last))
    part = reckon("divide_half_up", by_days=by_days, income_month_days=TERMS.number("income_month_days", first))
    return reckon("min", month=amount, part=part)


def _months(facts: Facts, disability: Disability) -> Iterator[Claim]:
    fact, condition = disability.fact, conditions(facts)[disability.fact.condition_id]
    covered = cover(facts, income, fact.condition_id, fact.disabled_on, None, at_onset=True)
    rule = excluded(condition, fact.disabled_on) or (None if in_scheme(facts, fact.disabled_on) else "SK-00")
    rule = rule or ("SK-80" if covered.reason == "SK-04" else covered.reason)
    pay_to = last_paid_day(facts, disability)
    for month, report in sorted(disability.reports.items()):
        first, last = max(disability.pay_from, month_first(month)), min(month_last(month), pay_to)
        if first > last or not loss_above(report.data):
            continue
        amount = part_of_month(month_amount(report.data, covered.amount or covered.held), first, last)
        if not amount.amount:
            continue
        claim = Claim(
            "income_monthly", fact.disability_id, first, first, last, "month", 1, amount.amount, ("SK-82", "SK-81"),
            (disability.event_id, report.event_id), order=(fact.disability_id, month), judged_on=fact.disabled_on,
            condition_id=fact.condition_id, steps=amount.steps,
        )  # fmt: skip
        yield claim.decline(rule) if rule else claim


# ---- SK-82: when it ends ---------------------------------------------------------------------------------------------


def last_paid_day(facts: Facts, disability: Disability) -> date:
    """The earliest of the ends of SK-82."""
    ends = [end_by_age(facts, disability), end_of_mental_disorder(disability), end_by_work(facts, disability)]
    ends += [end_by_income(disability), end_by_death(facts)]
    return min((end for end in ends if end is not None), default=date.max)


@clause("SK-82")
def end_by_age(facts: Facts, disability: Disability) -> date | None:
    """The day before the 60th birthday, but never before three years of pay have run (Q76)."""
    birth = policy(facts).issued.insured.birth_date
    if birth is None:
        return None
    on = disability.fact.disabled_on
    three_years = years_last_day(disability.pay_from, TERMS.number("income_years_at_least", on))
    return max(birthday(birth, TERMS.number("income_end_age", on)) - ONE_DAY, three_years)


@clause("SK-82")
def end_of_mental_disorder(disability: Disability) -> date | None:
    """Two years of pay for a mental disorder (Q75)."""
    if not disability.fact.mental:
        return None
    return years_last_day(disability.pay_from, TERMS.number("income_years_mental", disability.fact.disabled_on))


@clause("SK-82")
def end_by_work(facts: Facts, disability: Disability) -> date | None:
    """The day before work is resumed without disability (Q75)."""
    resumed = [r.data.resumed_on for r in facts.of(ev.WorkResumed) if r.data.disability_id == disability.fact.disability_id]
    return min(resumed) - ONE_DAY if resumed else None


@clause("SK-82")
def end_by_income(disability: Disability) -> date | None:
    """The end of the month before the first one with an income above 80 %, for good (Q75)."""
    above = [month for month, report in disability.reports.items() if month_last(month) >= disability.pay_from and _above(report.data)]
    return month_first(min(above)) - ONE_DAY if above else None


def _above(fact: ev.WorkIncomeReported) -> bool:
    percent_end = TERMS.number("income_end_percent", month_first(fact.month))
    return fact.recovered_income * 100 > fact.usual_income * percent_end


@clause("SK-82")
def end_by_death(facts: Facts) -> date | None:
    """The day of death (Q75)."""
    insured = policy(facts).issued.insured.person_id
    return min((fact.data.died_on for fact in facts.of(ev.PersonDied) if fact.data.person_id == insured), default=None)
