"""What a lapse takes away (SM-04, SM-06), and the renewal that a cooling-off undoes (SM-11). In the order of clauses.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from ledger import events as ev
from ledger.errors import Words
from ledger.journal import Deadline
from ledger.periods import ONE_DAY, nth_day
from ledger.product import Ground, clause
from ledger.products.general.contract import Holds
from ledger.products.sony_medical.held import TERMS, Held, written
from ledger.products.sony_medical.premiums import Course, Lapse, course, last_reinstatement
from ledger.timeline import Facts, Known

CARE_DAYS: dict[type[ev.Fact], str] = {
    ev.HospitalAdmitted: "admitted_on",
    ev.SurgeryPerformed: "performed_on",
    ev.AdvancedCareReceived: "received_on",
}
"""The facts for which a renewal stands in spite of a cooling-off, and the day by which each is judged."""


class Cover(NamedTuple):
    """The contract less what a cooling-off undid, the graces and lapses of its premiums, and the renewals undone."""

    held: Held
    course: Course
    undone: tuple[Known[ev.PolicyRenewed], ...]

    def lapses_to(self, on: date | None) -> tuple[Lapse, ...]:
        """The lapses that have come about by a day."""
        return tuple(lapse for lapse in self.course.lapses if on is None or lapse.first <= on)


def cover(facts: Facts) -> Cover:
    """How the contract stands."""
    undone = tuple(undone_renewals(facts))
    gone = {renewal.event_id for renewal in undone}
    held = (
        written(Facts((fact for fact in facts if fact.event_id not in gone), facts.on))
        if undone
        else facts.once(written)
    )
    return Cover(held, course(facts, held), undone)


# ---- SM-04, SM-06: what a lapse takes away ----------------------------------------------------------------------------------------


@clause("SM-04")
def not_in_force(lapses: Sequence[Lapse], began: date, day: date) -> Lapse | None:
    """What begins in a lapse is not covered; a stay that began before it counts to the day before it, and never again (FAQ 2, 3)."""
    for lapse in lapses:
        if lapse.first <= day and (lapse.reinstated_on is None or max(began, lapse.first) < lapse.reinstated_on):
            return lapse
    return None


@clause("SM-06")
def arose_in_between(facts: Facts, lapses: Sequence[Lapse], condition_id: str | None) -> bool:
    """Conditions that arise between lapse and reinstatement, and what they cause, are never covered (FAQ 3)."""
    arose_in = (lapse for day in _onsets(facts, condition_id) for lapse in lapses if lapse.holds(day))
    return any(lapse.reinstated_on is not None or facts.on is None or lapse.first <= facts.on for lapse in arose_in)


def _onsets(facts: Facts, condition_id: str | None) -> Iterator[date]:
    """The days on which a condition and all that it follows from arose: the accident's of an injury, else the onset's."""
    conditions = {fact.data.condition_id: fact.data for fact in facts.of(ev.ConditionRecorded)}
    waiting, seen = [condition_id], set[str]()
    while waiting:
        condition = conditions.get(waiting.pop() or "")
        if condition is None or condition.condition_id in seen:
            continue
        seen.add(condition.condition_id)
        waiting += condition.caused_by
        onset, accident = condition.onset_on, condition.accident_on
        arose = accident or onset if condition.kind == "injury" else onset or accident
        if arose is not None:
            yield arose


@clause("SM-05")
def cannot_be_reinstated(facts: Facts, new: Known[Any]) -> Ground | None:
    """A reinstatement comes in a lapse, within one year from it and before maturity, and not after a cancellation (FAQ 3)."""
    day = new.data.reinstated_on
    cancelled = min((fact.data.cancelled_on for fact in facts.of(ev.PolicyCancelled)), default=None)
    if cancelled is not None and cancelled <= day:
        return Ground(
            "reinstated_on",
            day,
            Words(f"{cancelled} の解約より前の日", f"a day before the cancellation on {cancelled}"),
        )
    lapses = cover(facts.dated_to(day)).lapses_to(day)
    if not lapses or lapses[-1].reinstated_on not in (None, day):
        return Ground("reinstated_on", day, Words("失効中の日", "a day on which the policy is lapsed"))
    last = last_reinstatement(lapses[-1].first, written(facts))
    first = lapses[-1].first
    return (
        Ground("reinstated_on", day, Words(f"{first} から {last} までの日", f"a day from {first} to {last}"))
        if day > last
        else None
    )


# ---- SM-11: cooling-off -----------------------------------------------------------------------------------------------------------


@clause("SM-11")
def undone_renewals(facts: Facts) -> Iterator[Known[ev.PolicyRenewed]]:
    """A cooling-off undoes the renewal, unless care that it covers came by the day of the request (クーリングオフ)."""
    for request in facts.of(ev.CoolingOffRequested):
        renewal = renewal_meant(facts, request.data.received_on)
        if renewal is not None and not _care_came(facts, renewal.data, request.data.requested_on):
            yield from (
                other for other in facts.of(ev.PolicyRenewed) if other.data.period_start >= renewal.data.period_start
            )


def matured_by_cooling_off(standing: Cover) -> Iterator[Holds]:
    """The policy ends matured with the old period."""
    if standing.undone:
        yield Holds("matured", standing.held.contract.periods[-1].end, None, ("SM-11",))


def renewal_meant(facts: Facts, received_on: date) -> Known[ev.PolicyRenewed] | None:
    """The renewed period that starts last on or before the day of receipt, or next after it."""
    renewals = sorted(facts.of(ev.PolicyRenewed), key=lambda fact: fact.data.period_start)
    before = [renewal for renewal in renewals if renewal.data.period_start <= received_on]
    return before[-1] if before else renewals[0] if renewals else None


def _care_came(facts: Facts, renewed: ev.PolicyRenewed, requested_on: date) -> bool:
    """An admission, surgery or care that the renewed period covers, on or before the request."""
    held = facts.once(written)
    lapses = [lapse for lapse in course(facts, held).lapses if lapse.first <= requested_on]
    last = min(requested_on, renewed.period_end - ONE_DAY)
    for fact_type, field in CARE_DAYS.items():
        for fact in facts.of(fact_type):
            day = getattr(fact.data, field)
            if (
                renewed.period_start <= day <= last
                and held.in_contract(day)
                and _covered(facts, lapses, fact.data, day)
            ):
                return True
    return False


def _covered(facts: Facts, lapses: Sequence[Lapse], care: Any, day: date) -> bool:
    eligible = not isinstance(care, ev.AdvancedCareReceived) or (care.eligible and care.in_japan)
    return (
        eligible and not_in_force(lapses, day, day) is None and not arose_in_between(facts, lapses, care.condition_id)
    )


def last_cooling_off(received_on: date) -> date:
    """The last day for the request: the eighth, the day of receipt being the first."""
    return nth_day(received_on, TERMS.number("cooling_off_days", received_on))


def too_late_to_cool_off(facts: Facts, new: Known[Any]) -> Ground | None:
    """A cooling-off comes within eight days from the receipt of the renewal certificate; without a renewal there is none."""
    last = last_cooling_off(new.data.received_on)
    if new.data.requested_on > last:
        return Ground("requested_on", new.data.requested_on, Words(f"{last} までの日", f"a day to {last}"))
    if renewal_meant(facts, new.data.received_on) is None:
        return Ground(
            "received_on", new.data.received_on, Words("継続された契約の継続証", "the certificate of a renewed policy")
        )
    return None


def cooling_off_deadlines(facts: Facts) -> Iterator[Deadline]:
    """The last day for each request, met by it."""
    for request in facts.of(ev.CoolingOffRequested):
        data = request.data
        yield Deadline(
            data.requested_on, "cooling_off", None, last_cooling_off(data.received_on), data.requested_on, ("SM-11",)
        )
