"""Premiums: missed debits, grace, lapse and reinstatement (SM-01 to SM-03, SM-05), in the order of clauses.md.

The lapse is derived from the misses. All of this is a reading of the facts in view and of one contract; it decides no benefit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid5

from ledger import events as ev
from ledger.journal import Deadline, Discrepancy
from ledger.periods import ONE_DAY, add_months, month_add, month_last, month_of, years_last_day
from ledger.product import clause
from ledger.products.general.contract import Holds
from ledger.products.general.refunds import first_paid_on
from ledger.products.sony_medical.held import TERMS, Held
from ledger.timeline import Facts

PREMIUMS: frozenset[type[ev.Fact]] = frozenset({ev.PremiumPaid, ev.PremiumMissed, ev.PolicyLapsed, ev.PolicyReinstated})

LAPSE_IDS = UUID("5a0c1f0e-4b7e-5f0e-9d0b-6c2f5d0a7e31")
"""The namespace of the events that record derived lapses: the same lapse of the same policy always gets the same event id."""


class Missed(NamedTuple):
    """Two months in a row whose debits were missed, both unpaid on the day due of the second (`due_on`).

    Both can still be paid to `last`; `paid_on` is the day on which both were.
    """

    due_on: date
    last: date
    first_due_on: date
    paid_on: date | None
    events: tuple[str, ...]

    @property
    def grace_from(self) -> date:
        return self.due_on + ONE_DAY

    @property
    def lapses_on(self) -> date:
        return self.last + ONE_DAY


class Lapse(NamedTuple):
    """The policy is lapsed from `first` to the day before `reinstated_on`. `derived` from misses, or recorded in a migrated history."""

    first: date
    reinstated_on: date | None
    derived: bool
    events: tuple[str, ...]

    def holds(self, day: date) -> bool:
        """Whether the policy is lapsed on a day by this lapse."""
        return self.first <= day and (self.reinstated_on is None or day < self.reinstated_on)


class Course(NamedTuple):
    """How the premiums went: the graces that were opened, the lapses, and the days of the reinstatements."""

    graces: tuple[Missed, ...]
    lapses: tuple[Lapse, ...]
    reinstated: tuple[date, ...]


# ---- SM-01, SM-02: from misses to a lapse -----------------------------------------------------------------------------------------


@clause("SM-01")
def missed_in_a_row(facts: Facts) -> Iterator[Missed]:
    """A single miss changes nothing, and what is paid by the next debit counts as if nothing had been (FAQ 1)."""
    misses = _misses(facts)
    for month, first in sorted(misses.items()):
        second = misses.get(month_add(month, 1))
        if second is None:
            continue
        due_on = max(first.due_on, second.due_on)
        paid = [first_paid_on(facts, month), first_paid_on(facts, month_add(month, 1))]
        if all(paid_on is None or paid_on > due_on for paid_on in paid):
            last = _last_day(month_add(month, 1), due_on)
            known = [day for day in paid if day is not None]
            paid_on = max(known) if len(known) == len(paid) else None
            first_due_on = min(first.due_on, second.due_on)
            yield Missed(due_on, last, first_due_on, paid_on, (first.event_id, second.event_id))


class _Miss(NamedTuple):
    due_on: date
    event_id: str


def _misses(facts: Facts) -> dict[str, _Miss]:
    """The miss of each month; of several the one due first."""
    found: dict[str, _Miss] = {}
    for fact in facts.of(ev.PremiumMissed):
        found.setdefault(fact.data.due_month, _Miss(fact.data.due_on, fact.event_id))
    return found


@clause("SM-02")
def course(facts: Facts, held: Held) -> Course:
    """Two months in a row missed: grace to the end of the second month, and lapsed from the next day unless both are paid (FAQ 2)."""
    graces: list[Missed] = []
    lapses: list[Lapse] = []
    settled_to: date | None = None
    for day, turn, what in _turns_in_order(facts):
        lapsed = bool(lapses) and lapses[-1].reinstated_on is None
        if turn == "reinstated":
            settled_to = day
            lapses[-1:] = [lapse._replace(reinstated_on=day) if lapsed else lapse for lapse in lapses[-1:]]
        elif lapsed or not held.in_contract(day):
            continue
        elif isinstance(what, Lapse):
            lapses.append(what)
        elif isinstance(what, Missed) and (settled_to is None or what.first_due_on >= settled_to):
            graces += [what] if turn == "grace" else []
            lapses += [Lapse(day, None, True, what.events)] if turn == "lapse" else []
    reinstated = (fact.data.reinstated_on for fact in facts.of(ev.PolicyReinstated))
    return Course(tuple(graces), tuple(lapses), tuple(reinstated))


_TURNS = ("migrated", "grace", "lapse", "reinstated")
"""What happens to the contract through premiums, in the order in which it happens within a day."""


def _turns_in_order(facts: Facts) -> list[tuple[date, str, Missed | Lapse | None]]:
    turns: list[tuple[date, str, Missed | Lapse | None]] = [
        (lapse.first, "migrated", lapse) for lapse in migrated_lapses(facts)
    ]
    for missed in missed_in_a_row(facts):
        turns.append((missed.grace_from, "grace", missed))
        if missed.paid_on is None or missed.paid_on > missed.last:
            turns.append((missed.lapses_on, "lapse", missed))
    turns += [(fact.data.reinstated_on, "reinstated", None) for fact in facts.of(ev.PolicyReinstated)]
    return sorted(turns, key=lambda turn: (turn[0], _TURNS.index(turn[1])))


def lapse_turns(facts: Facts) -> Iterator[date]:
    """The days on which a lapse may come about though no fact is dated to them. For `Product.turns`."""
    misses = _misses(facts)
    for month, first in misses.items():
        second = misses.get(month_add(month, 1))
        if second is not None:
            yield _last_day(month_add(month, 1), max(first.due_on, second.due_on)) + ONE_DAY


def _last_day(second_month: str, due_on: date) -> date:
    """The last day of the second month missed; where its debit falls into the next month, of that one. Interpretation."""
    return max(month_last(second_month), month_last(month_of(due_on)))


def graces_hold(gone: Course) -> list[Holds]:
    """Grace from the day after the second debit to the last day, or to the day before both were paid."""
    found = []
    for grace in gone.graces:
        ends = [grace.paid_on, *gone.reinstated]  # a reinstatement settles the misses due before it
        last = min([grace.last, *(day - ONE_DAY for day in ends if day is not None and day > grace.first_due_on)])
        if grace.grace_from <= last:
            found.append(Holds("grace", grace.grace_from, last, ("SM-02",)))
    return found


def lapses_hold(gone: Course) -> list[Holds]:
    """Lapsed to the day before the reinstatement."""
    found = []
    for lapse in gone.lapses:
        last = lapse.reinstated_on - ONE_DAY if lapse.reinstated_on else None
        if last is None or lapse.first <= last:
            found.append(Holds("lapsed", lapse.first, last, ("SM-02",) if lapse.derived else ("SM-03",)))
    return found


# ---- SM-03: recorded and derived --------------------------------------------------------------------------------------------------


@clause("SM-03")
def migrated_lapses(facts: Facts) -> Iterator[Lapse]:
    """A recorded lapse counts where no miss is recorded within a year before it: a migrated history."""
    misses = _misses(facts).values()
    for fact in facts.of(ev.PolicyLapsed):
        day = fact.data.lapsed_on
        from_ = add_months(day, -TERMS.number("migrated_without_misses_months", day))
        if not any(from_ <= miss.due_on < day for miss in misses):
            yield Lapse(day, None, False, (fact.event_id,))


def lapses_that_differ(facts: Facts, lapses: Sequence[Lapse]) -> Iterator[Discrepancy]:
    """A recorded lapse on another day than the derived one that counts: both are named."""
    migrated = {lapse.first for lapse in migrated_lapses(facts)}
    derived = {lapse.first: lapse for lapse in lapses if lapse.derived}
    for fact in facts.of(ev.PolicyLapsed):
        day = fact.data.lapsed_on
        if day not in migrated and day not in derived:
            months = TERMS.number("migrated_without_misses_months", day)
            near = [other for other in derived if add_months(day, -months) <= other <= add_months(day, months)]
            nearest = min(near, key=lambda other: (abs((other - day).days), other), default=None)
            events = (fact.event_id, *(derived[nearest].events if nearest else ()))
            yield Discrepancy(day, "SM-03", day.isoformat(), nearest.isoformat() if nearest else None, events)


def lapse_event_id(policy_id: str, lapsed_on: date) -> str:
    """The id of the event that records a derived lapse: always the same for the same lapse."""
    return str(uuid5(LAPSE_IDS, f"{policy_id}/lapse/{lapsed_on.isoformat()}"))


# ---- SM-02, SM-05: deadlines ------------------------------------------------------------------------------------------------------


def premium_deadlines(gone: Course, held: Held) -> Iterator[Deadline]:
    """The last day of grace, met when both months are paid, once where two graces share it; the last day for a reinstatement."""
    for grace in {(grace.last, grace.paid_on): grace for grace in reversed(gone.graces)}.values():
        yield Deadline(grace.grace_from, "grace", None, grace.last, grace.paid_on, ("SM-02",))
    for lapse in gone.lapses:
        yield Deadline(
            lapse.first, "reinstatement", None, last_reinstatement(lapse.first, held), lapse.reinstated_on, ("SM-05",)
        )


@clause("SM-05")
def last_reinstatement(lapsed_on: date, held: Held) -> date:
    """A lapsed contract can be reinstated within one year from the lapse day, and not after the maturity day (FAQ 3)."""
    maturity = held.contract.periods[-1].end
    return min(years_last_day(lapsed_on, TERMS.number("reinstatement_years", lapsed_on)), maturity - ONE_DAY)
