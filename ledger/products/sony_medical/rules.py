"""The benefits of the medical insurance (SM-07 to SM-10), in the order of clauses.md. Amounts come with the plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.journal import Line, Opening
from ledger.limits import Claim, Limit
from ledger.money import Reckoned, reckon, total
from ledger.periods import ONE_DAY, month_first, month_last, period_of
from ledger.product import clause
from ledger.products.general.deadlines import PRESCRIPTION
from ledger.products.general.endings import ENDINGS_GUARD
from ledger.products.general.stays import Stay, stays
from ledger.products.sony_medical.cover import Cover, arose_in_between, cover, not_in_force
from ledger.products.sony_medical.plan import SonyMedicalPlan
from ledger.timeline import Facts

GUARDS = (*ENDINGS_GUARD, PRESCRIPTION)


class MonthOfStay(NamedTuple):
    """The charges of one stay in one calendar month, in yen. The stay lay in it from `first` to `last`; None: it did not reach it."""

    stay: Stay
    month: str
    first: date
    last: date | None
    treatment: Reckoned
    room: Reckoned
    room_days: Reckoned
    events: tuple[str, ...]


def months_of_stay(facts: Facts) -> Iterator[MonthOfStay]:
    """All charges, put together by stay and month."""
    of_stay = {stay.stay_id: stay for stay in facts.once(stays)}
    charges: dict[tuple[str, str], list[tuple[str, ev.HospitalChargesIncurred]]] = {}
    for fact in facts.of(ev.HospitalChargesIncurred):
        charges.setdefault((fact.data.stay_id, fact.data.month), []).append((fact.event_id, fact.data))
    for (stay_id, month), found in charges.items():
        stay = of_stay[stay_id]
        first, last = max(stay.first, month_first(month)), min(stay.last, month_last(month))
        yield MonthOfStay(
            stay, month, first, last if first <= last else None,
            total(("treatment_charge", charge.treatment_charge) for _, charge in found),
            total(("room_charge", charge.room_charge or 0) for _, charge in found),
            total(("room_days", charge.room_days or 0) for _, charge in found),
            (*(event_id for event_id, _ in found), *stay.events, *_condition(facts, stay.condition_id)),
        )  # fmt: skip


def _condition(facts: Facts, condition_id: str | None) -> tuple[str, ...]:
    return tuple(fact.event_id for fact in facts.of(ev.ConditionRecorded) if fact.data.condition_id == condition_id)


# ---- SM-07, SM-08: charges of a stay ----------------------------------------------------------------------------------------------


def hospital(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim]:
    """Treatment and room of each month of stay."""
    for month in months_of_stay(facts):
        yield from (
            decided(facts, claim, month) for claim in (*hospital_treatment(facts, month), *room_charge(facts, month))
        )


@clause("SM-07")
def hospital_treatment(facts: Facts, month: MonthOfStay) -> Iterator[Claim]:
    """The treatment charges of a month of stay, of all stays together up to the plan's monthly limit (請求手続, FAQ 6)."""
    cap = facts.once(plan_of_month, month.month).treatment_monthly_limit
    if month.treatment.amount:
        claim = _of_month(month, "hospital_treatment", month.treatment, "SM-07")
        yield claim._replace(limits=(monthly_limit(month.month, cap),)) if cap is not None else cover_taken_off(claim)


def monthly_limit(month: str, cap: int) -> Limit:
    """The plan's limit for the treatment charges of one calendar month."""
    return Limit("hospital_treatment.month", month, "yen", cap, month_first(month), month_last(month), ("SM-07",))


@clause("SM-08")
def room_charge(facts: Facts, month: MonthOfStay) -> Iterator[Claim]:
    """The room bill, up to the plan's daily amount for the days in the room (請求手続)."""
    daily = facts.once(plan_of_month, month.month).room_daily
    if month.room.amount:
        bill = month.room if daily is None else within_the_daily_amount(month, daily)
        claim = _of_month(month, "room_charge", bill, "SM-08")
        yield claim if daily is not None else cover_taken_off(claim)


def within_the_daily_amount(month: MonthOfStay, daily: int) -> Reckoned:
    """The room bill of a month, or the daily amount for the days in the room where that is less."""
    return reckon("min", room_charge=month.room, most=reckon("multiply", room_days=month.room_days, room_daily=daily))


def _of_month(month: MonthOfStay, benefit: str, amount: Reckoned, rule: str) -> Claim:
    first = month.first if month.last else month_first(month.month)
    return Claim(
        benefit=benefit, key=f"{month.stay.stay_id}/{month.month}", counts_from=month.first, first=first, last=month.last or first,
        unit="time", quantity=1, rate=amount.amount, rules=(rule,), events=month.events, order=(month.stay.stay_id,),
        judged_on=month.stay.first, condition_id=month.stay.condition_id, steps=amount.steps,
    )  # fmt: skip


def decided(facts: Facts, claim: Claim, month: MonthOfStay) -> Claim:
    """The claim to the last day covered; declined where the month is not covered, or the stay did not reach it."""
    if in_cover(facts.once(cover), claim.first):
        claim = claim._replace(last=min(claim.last, last_covered(facts, claim.first)))
    ruled = claim if claim.declined else covered(facts, claim, claim.first)
    return ruled.decline("SM-07") if month.last is None and not ruled.declined else ruled


@clause("SM-07")
def plan_of_month(facts: Facts, month: str) -> SonyMedicalPlan:
    """The plan in force on the 1st of the month, or on the first day of cover in it."""
    standing = facts.once(cover)
    day, last = month_first(month), month_last(month)
    while day <= last and not in_cover(standing, day):
        day += ONE_DAY
    return standing.held.contract.plan(day if day <= last else month_first(month))


def in_cover(standing: Cover, day: date) -> bool:
    """Whether the contract runs and is not lapsed on a day."""
    return standing.held.in_contract(day) and not any(lapse.holds(day) for lapse in standing.course.lapses)


def last_covered(facts: Facts, day: date) -> date:
    """The last day to which cover goes on unbroken from a covered day."""
    standing = facts.once(cover)
    lapses = [
        lapse.first - ONE_DAY
        for lapse in standing.course.lapses
        if lapse.first > day and lapse.reinstated_on != lapse.first
    ]
    return min([standing.held.last_in_contract(day), *lapses])


# ---- SM-09: advanced care ---------------------------------------------------------------------------------------------------------


@clause("SM-09")
def advanced_care(facts: Facts, lines: Sequence[Line]) -> Iterator[Claim | Opening]:
    """The technical fee of eligible care in Japan, up to the plan's amount over the policy's life (直接支払サービス)."""
    claims = [_care(facts, fact.event_id, fact.data) for fact in facts.of(ev.AdvancedCareReceived)]
    yield from (claim for claim in claims if claim.declined)
    yield from _within_the_total(facts, [claim for claim in claims if not claim.declined])


def _care(facts: Facts, event_id: str, care: ev.AdvancedCareReceived) -> Claim:
    day = care.received_on
    claim = Claim(
        benefit="advanced_care", key=event_id, counts_from=day, first=day, last=day, unit="time", quantity=1, rate=care.technical_fee,
        rules=("SM-09",), events=(event_id, *_condition(facts, care.condition_id)), order=(event_id,), judged_on=day,
        condition_id=care.condition_id,
    )  # fmt: skip
    if not (care.eligible and care.in_japan):
        return claim.decline("SM-09")
    if facts.once(cover).held.contract.plan(day).advanced_care_limit is None:
        return cover_taken_off(claim)
    ruled = covered(facts, claim, day)
    declined = (rule for guard in GUARDS if (rule := guard.declines(facts, ruled)) is not None)
    return ruled if ruled.declined else next((ruled.decline(rule) for rule in declined), ruled)


def _within_the_total(facts: Facts, claims: Sequence[Claim]) -> Iterator[Claim | Opening]:
    """Each line under the amount of its day, less what is used; the limit shows the latest amount, or what is used where that is more."""
    contract = facts.once(cover).held.contract
    used = 0
    for claim in claims:
        used += min(claim.rate, max(0, (contract.plan(claim.first).advanced_care_limit or 0) - used))
        yield claim._replace(limits=(_total(used, claims[0].first),))
    if claims:
        yield _total(max(contract.plans[-1].plan.advanced_care_limit or 0, used), claims[0].first).in_use()


def _total(cap: int, first: date) -> Limit:
    """The limit for one line goes as far as that line may use it up, for the amount differs from day to day."""
    return Limit("advanced_care.total", "", "yen", cap, first, None, ("SM-09",))


# ---- SM-10 and cover --------------------------------------------------------------------------------------------------------------


@clause("SM-10")
def cover_taken_off(claim: Claim) -> Claim:
    """A cover that was taken off counts as cancelled (FAQ 5, 6)."""
    return claim.decline("SM-10")


def covered(facts: Facts, claim: Claim, day: date) -> Claim:
    """The claim, declined where it did not begin in cover (`judged_on`) or is no longer in cover on a day of its own."""
    standing = facts.once(cover)
    began = claim.judged_on or day
    lapses = standing.course.lapses
    if not_in_force(lapses, began, day) is not None:
        return claim.decline("SM-04")
    if arose_in_between(facts, lapses, claim.condition_id):
        return claim.decline("SM-06")
    rule = next(
        (rule for one in (began, day) if (rule := out_of_contract(standing, one, claim.rules[0])) is not None), None
    )
    return claim.decline(rule) if rule is not None else claim


def out_of_contract(standing: Cover, day: date, own: str) -> str | None:
    """The rule that leaves a day without contract: that of its end or of the renewal undone; outside the periods the benefit's own."""
    ended = standing.held.ended_by(day)
    if ended is not None:
        return ended.rule
    if period_of(standing.held.contract.covered_periods(), day) is not None:
        return None
    undone = any(renewal.data.period_start <= day < renewal.data.period_end for renewal in standing.undone)
    return "SM-11" if undone else own
