"""SK-30 to SK-32: the daily hospital benefit and its limits. What declines a stay (SK-33 to SK-35) is in purposes.py."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ledger.journal import Item, Line
from ledger.limits import Claim, Limit
from ledger.money import Reckoned
from ledger.periods import Period, days
from ledger.product import clause
from ledger.products.general.stays import Stay
from ledger.products.seikatsu.rules.conditions import accident_day, conditions
from ledger.products.seikatsu.rules.cover import TERMS, Option, base, layers, period_begun, policy, yen_for
from ledger.products.seikatsu.rules.hospitalisations import Hospitalisation, Piece, Uncovered, hospital
from ledger.products.seikatsu.rules.lists import is_lifestyle
from ledger.timeline import Facts


def hospital_daily(facts: Facts, lines: Sequence[Line]) -> Iterable[Claim | Item]:
    """The daily benefit of every stay, and the period limits that stand though unused."""
    for one in (*hospital(facts).sickness, *hospital(facts).late_injuries):
        yield from _runs(facts, one, (stay_limit(facts, one), *period_limit_of(facts, one)))
    for one in hospital(facts).injuries:
        yield from _runs(facts, one, (accident_limit(facts, one),))
    for uncovered in hospital(facts).uncovered:
        yield from _declined(facts, uncovered)
    for period in policy(facts).periods:
        if held_in(facts, base, period):
            yield standing_limit(facts, period).standing()


# ---- SK-30: the rate -------------------------------------------------------------------------------------------------


@clause("SK-30")
def daily_rate(facts: Facts, condition_id: str, half_units: int, first_admission: date) -> Reckoned:
    """5,000 yen a day and unit, 10,000 where the direct cause is a lifestyle disease; the units of the layers that cover (Q8, Q10)."""
    lifestyle = is_lifestyle(conditions(facts)[condition_id], first_admission)
    per_unit = TERMS.at("hospital_daily", first_admission)["lifestyle" if lifestyle else "other"]
    return yen_for(half_units, hospital_daily=per_unit)


def _runs(facts: Facts, one: Hospitalisation, limits: tuple[Limit, ...]) -> Iterator[Claim]:
    """A run for each stay: cause, layers and rate are the first stay's; an accident's are judged at each admission (SK-04a)."""
    for piece, first, last in one.runs():
        cover = one.cover if one.kind == "sickness" else piece.cover
        rate = daily_rate(facts, one.condition_id, cover.amount, one.first)
        yield _run(piece.stay, one.key, first, last, rate, (*joining(one, piece), "SK-30"))._replace(
            limits=limits, judged_on=deciding_day(facts, one), condition_id=one.condition_id
        )


def joining(one: Hospitalisation, piece: Piece) -> tuple[str, ...]:
    """The clauses by which a stay belongs to its hospitalisation."""
    if one.kind != "sickness":
        own = "SK-25" if piece.first > piece.stay.first else "SK-24"
        return (own,) if one.kind == "late_injury" else ()
    return ("SK-20",) if piece is not one.pieces[0] else ()


def deciding_day(facts: Facts, one: Hospitalisation) -> date:
    """The accident's day for an injury, else the first admission day (SK-03)."""
    accident_on = accident_day(conditions(facts)[one.condition_id]) if one.kind != "sickness" else None
    return accident_on or one.first


def _declined(facts: Facts, uncovered: Uncovered) -> Iterator[Claim]:
    """The runs of a declined stay, split where SK-05 takes the place of SK-04."""
    stay = uncovered.stay
    rate = daily_rate(facts, stay.condition_id, uncovered.cover.held, stay.first)
    for start, end in uncovered.runs if rate.amount else ():
        for first, last in uncovered.spans(start, end):
            run = _run(stay, stay.stay_id, first, last, rate, ("SK-30",)).decline(uncovered.declined_by(first))
            yield run._replace(judged_on=stay.first, condition_id=stay.condition_id)


def _run(stay: Stay, key: str, first: date, last: date, rate: Reckoned, rules: tuple[str, ...]) -> Claim:
    return Claim(
        "hospital_daily", key, first, first, last, "day", days(first, last), rate.amount, rules, stay.events,
        order=(stay.stay_id,), steps=rate.steps,
    )  # fmt: skip


# ---- SK-31, SK-32: limits --------------------------------------------------------------------------------------------


@clause("SK-01", "SK-31")
def stay_limit(facts: Facts, one: Hospitalisation) -> Limit:
    """365 or 60 days a hospitalisation, by the hospital type held on the first admission day (Q12)."""
    cap = _days_of_type(facts, one.first, one.first)
    return Limit("hospital_days.stay", one.key, "days", cap, one.first, None, ("SK-31",))


@clause("SK-01", "SK-31")
def accident_limit(facts: Facts, one: Hospitalisation) -> Limit:
    """365 or 60 days an accident (Q47)."""
    cap = _days_of_type(facts, one.first, one.first)
    return Limit("hospital_days.accident", one.condition_id, "days", cap, deciding_day(facts, one), None, ("SK-31",))


@clause("SK-32")
def period_limit(period: Period, cap: int) -> Limit:
    """Sickness hospitalisations that start in one policy period share 365 or 60 days (Q12; Interpretation)."""
    return Limit("hospital_days.period", str(period.start), "days", cap, period.first_day, period.last_day, ("SK-32",))


def period_limit_of(facts: Facts, one: Hospitalisation) -> tuple[Limit, ...]:
    """The limit of the period of the first admission day, however long the hospitalisation lasts; by the type of that day."""
    period = period_begun(facts, one.first)
    return (period_limit(period, _days_of_type(facts, one.first, one.first)),) if period is not None else ()


def standing_limit(facts: Facts, period: Period) -> Limit:
    """The limit as it stands: by the type of the hospitalisations that have started, of several the longer, else by the type held last."""
    as_sickness = (*hospital(facts).sickness, *hospital(facts).late_injuries)
    started = [one.first for one in as_sickness if period_begun(facts, one.first) == period]
    return period_limit(period, max(_days_of_type(facts, day, day) for day in started or [period.last_day]))


def _days_of_type(facts: Facts, held_on: date, picked_by: date) -> int:
    return int(TERMS.at("hospital_days", picked_by)[str(policy(facts).plan(held_on).hospital_type)])


def held_in(facts: Facts, option: Option, period: Period) -> bool:
    """Whether an option is held in a period, by the plan in view that was set last."""
    return bool(layers(facts, option, period.last_day))
