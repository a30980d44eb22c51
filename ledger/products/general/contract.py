"""The contract as the facts have it: periods, plans by day, and the state of the policy from what acts on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

import orjson

from ledger import events as ev
from ledger.journal import UNDATED, Span
from ledger.periods import ONE_DAY, Clock, Period, own_days, period_of
from ledger.product import Plan
from ledger.timeline import Facts, Known

P = TypeVar("P", bound=Plan)

CONTRACT: frozenset[type[ev.Fact]] = frozenset({ev.PolicyIssued, ev.PolicyRenewed, ev.CoverageChanged})
ENDINGS: frozenset[type[ev.Fact]] = frozenset(
    {ev.PolicyCancelled, ev.PolicyWithdrawn, ev.PolicyRescinded, ev.PolicyVoided, ev.PolicyRevoked, ev.PersonDied}
)
LIFE = CONTRACT | ENDINGS
"""The facts that say whether and how a policy holds; nearly every section reads them."""


class PlanHeld(NamedTuple, Generic[P]):
    """A plan and the day from which it is held; `event_id` set it, `change` is that fact."""

    from_: date
    plan: P
    event_id: str
    change: Any


class Contract(NamedTuple, Generic[P]):
    """Who is covered, in which periods, on which plan."""

    issued: ev.PolicyIssued
    event_id: str
    entered_on: date
    periods: tuple[Period, ...]
    plans: tuple[PlanHeld[P], ...]

    @property
    def first_day(self) -> date:
        """The first day of cover: that of the first period, or a later day of entry."""
        return self.covered_periods()[0].first_day

    def period(self, day: date) -> Period | None:
        """The period a day belongs to."""
        return period_of(self.periods, day)

    def plan(self, day: date) -> P:
        """The plan held on a day; before the first, the first."""
        return self.plans_to(day)[-1].plan

    def plans_to(self, day: date) -> tuple[PlanHeld[P], ...]:
        """The first plan and the changes that have come in by a day, in order."""
        came_in = (
            change for change in self.plans[1:] if change.from_ <= day and not self._of_the_earlier_period(change, day)
        )
        return (self.plans[0], *came_in)

    def covered_periods(self) -> tuple[Period, ...]:
        """The periods as cover runs: the first from the day of entry where that is later than the period's start."""
        first, *later = self.periods
        return (first._replace(start=max(first.start, self.entered_on)), *later)

    def _of_the_earlier_period(self, change: PlanHeld[P], day: date) -> bool:
        """Whether a renewal brings its plan in on a day that still belongs to the period before."""
        period = self.period(day)
        renewed_today = change.from_ == day and isinstance(change.change, ev.PolicyRenewed)
        return renewed_today and period is not None and period.start < day


def contract(facts: Facts, plan_type: type[P], clock: Clock) -> Contract[P]:
    """Reads the contract. Raises IndexError where no PolicyIssued is in view: rules run on issued policies only."""
    issued = facts.of(ev.PolicyIssued)[0]
    renewed = facts.of(ev.PolicyRenewed)
    written: list[Any] = [issued.data, *(fact.data for fact in renewed)]
    periods = [Period(data.period_start, data.period_end, clock) for data in written]
    entered_on = issued.data.entered_on
    plans = [
        PlanHeld(
            min(entered_on, issued.data.period_start), _plan(plan_type, issued.data.plan), issued.event_id, issued.data
        )
    ]
    changes: list[tuple[date, Any]] = [(fact.data.period_start, fact) for fact in renewed if fact.data.plan is not None]
    changes += [(fact.data.effective_on, fact) for fact in facts.of(ev.CoverageChanged)]
    shared = {period.end for period in periods if clock == "16:00"}
    for day, fact in sorted(changes, key=lambda change: (change[0], _turn(change[1], shared), change[1].event_id)):
        plans.append(PlanHeld(day, _plan(plan_type, fact.data.plan), fact.event_id, fact.data))
    return Contract(issued.data, issued.event_id, entered_on, tuple(sorted(periods)), tuple(plans))


def _turn(change: Known[Any], shared: set[date]) -> int:
    """On one day a renewal brings its plan in before a change of it does; on a day that two periods share the change is the earlier
    period's, and comes before. Interpretation."""
    renewed = change.data.period_start if isinstance(change.data, ev.PolicyRenewed) else None
    return 1 if renewed is None else 2 if renewed in shared else 0


def _plan(plan_type: type[P], options: Any) -> P:
    read: P = _read_plan(plan_type, orjson.dumps(options, option=orjson.OPT_SORT_KEYS, default=dict))
    return read


@lru_cache(maxsize=4096)
def _read_plan(plan_type: type[P], options: bytes) -> P:
    return plan_type.model_validate_json(options)


# ---- the state of the policy ---------------------------------------------------------------------------------------------------

PRECEDENCE = (
    "void", "revoked", "rescinded", "withdrawn", "cancelled", "ended_by_death", "lapsed", "matured", "grace", "in_force", "pending",
)  # fmt: skip
"""Of the states that hold on a day, the first of these is the policy's."""


class Holds(NamedTuple):
    """A state holds from `first` to `last` (null: open), by these rules."""

    state: str
    first: date
    last: date | None
    rules: tuple[str, ...] = ()


def periods_hold(
    periods: Sequence[Period], in_force: tuple[str, ...] = (), matured: tuple[str, ...] = ()
) -> list[Holds]:
    """Pending before the first period, in force in each, matured where one has ended and none runs; by these rules."""
    own = list(own_days(periods))
    held = [Holds("pending", UNDATED, None)]
    for (_, first, last), after in zip(own, [*own[1:], None], strict=True):
        held.append(Holds("in_force", first, last, in_force))
        gap_last = after[1] - ONE_DAY if after is not None else None
        if gap_last != last:
            held.append(Holds("matured", last + ONE_DAY, gap_last, matured))
    return held


def states(holding: Iterable[Holds]) -> list[Span]:
    """The policy's state as unbroken spans: on each day the first of `PRECEDENCE` that holds."""
    holding = sorted(holding, key=lambda held: (PRECEDENCE.index(held.state), held.first))
    starts = sorted(
        {held.first for held in holding} | {held.last + ONE_DAY for held in holding if held.last is not None}
    )
    spans: list[Span] = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        held = next(h for h in holding if h.first <= start and (h.last is None or start <= h.last))
        last = following - ONE_DAY if following is not None else None
        if spans and spans[-1].state == held.state and spans[-1].rules == held.rules:
            spans[-1] = spans[-1]._replace(last=last)
        else:
            spans.append(Span(start, held.state, last, held.rules))
    return spans
