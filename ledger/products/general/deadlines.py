"""Deadlines that all products share: the payment of a claim (GN-01 to GN-03), and the prescription of the right (GN-04)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ledger import events as ev
from ledger.journal import UNDATED, Deadline, Line
from ledger.limits import Claim
from ledger.periods import add_years, days, days_after, nth_day
from ledger.product import Guard, Section, clause
from ledger.products.general import TERMS
from ledger.products.general.claims import CLAIMS, Filed, claims_for, completed_on, day_of, filed, settled_on
from ledger.timeline import Facts


def deadlines(benefit_facts: frozenset[type[ev.Fact]]) -> Section:
    """The deadlines of claims, to follow the sections whose lines they look at. `benefit_facts`: the facts that lines rest on."""
    return Section("deadlines", CLAIMS | benefit_facts, _deadlines, reads_lines=True, reads_day=True)


def _deadlines(facts: Facts, lines: Sequence[Line]) -> Iterator[Deadline]:
    for claim in facts.once(filed):
        yield from payment(facts, lines, claim)
        yield from facts.once(prescription, claim)


# ---- GN-01 to GN-03: payment ------------------------------------------------------------------------------------------------------


@clause("GN-01")
def payment(facts: Facts, lines: Sequence[Line], claim: Filed) -> Iterator[Deadline]:
    """Benefits are due within 30 days from the day the claim's papers were complete, that day included (19(1))."""
    for due in facts.once(_due, claim.claim_id):
        yield due._replace(met_on=settled_on(facts, claim, lines))


def _due(facts: Facts, claim_id: str) -> Iterator[Deadline]:
    completed = completed_on(facts, claim_id)
    if completed is not None:
        hindered = obstructions(facts, claim_id, completed)
        days, rules = inquiries(facts, claim_id, completed, hindered)
        due_on = extended(completed, days, hindered)
        rules += ("GN-03",) if due_on != nth_day(completed, days) else ()
        yield Deadline(completed, "payment", claim_id, due_on, None, rules)


@clause("GN-02")
def inquiries(facts: Facts, claim_id: str, completed: date, hindered: Sequence[Run]) -> tuple[int, tuple[str, ...]]:
    """A special inquiry opened by the day then due lengthens the time; of several the longest counts (19(2), 注3)."""
    days = TERMS.number("payment_days", completed)
    rules: tuple[str, ...] = ("GN-01",)
    for opened in facts.naming(ev.InquiryOpened, "claim_id", claim_id):
        if opened.data.opened_on <= extended(completed, days, hindered):
            days, rules = max(days, TERMS.at("inquiry_days", completed)[opened.data.ground]), ("GN-01", "GN-02")
    return days, rules


@clause("GN-03")
def extended(completed: date, days: int, hindered: Sequence[Run]) -> date:
    """Days of obstruction from the completion to the day due, as moved by earlier ones, are added to the time (19(3))."""
    due_on = nth_day(completed, days)
    for run in hindered:
        due_on = days_after(due_on, run.days) if run.first <= due_on else due_on
    return due_on


class Run(NamedTuple):
    """An unbroken run of days of obstruction, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return days(self.first, self.last)


def obstructions(facts: Facts, claim_id: str, completed: date) -> list[Run]:
    """The days of obstruction from the completion to the day in view, each once, as runs in order. One that has not come has no days."""
    merged: list[Run] = []
    for fact in facts.naming(ev.ClaimObstructed, "claim_id", claim_id):  # in order of their first days
        run = Run(max(fact.data.from_, completed), facts.cut(fact.data.to))
        if merged and run.first <= merged[-1].last:
            merged[-1] = Run(merged[-1].first, max(merged[-1].last, run.last))
        else:
            merged.append(run)
    return merged


def deadline_turns(facts: Facts) -> Iterator[date]:
    """The days on which a deadline moves though no fact is dated to them: further days of obstruction. For `Product.turns`."""
    for fact in facts.of(ev.ClaimDocumentsCompleted):
        completed = fact.data.completed_on
        hindered = obstructions(facts, fact.data.claim_id, completed)
        time, _ = inquiries(facts, fact.data.claim_id, completed, hindered)
        due_on = extended(completed, time, hindered)
        for run in hindered:
            if run.first <= due_on:
                yield from (days_after(run.first, n) for n in range(run.days))


# ---- GN-04: prescription ----------------------------------------------------------------------------------------------------------


@clause("GN-04")
def prescription(facts: Facts, claim: Filed) -> Iterator[Deadline]:
    """The right lapses three years from the day after it arose, unless it was claimed by then (20)."""
    rights = [claim.right_arose_on] if claim.right_arose_on else []
    if claim.right_arose_on is None:
        rights = [day for event_id in claim.names if (day := day_of(facts, event_id)) != UNDATED]
    if rights:
        last = min(lapses_after(arose) for arose in rights)
        yield Deadline(
            max(claim.filed_on, min(rights)), "prescription", claim.claim_id, last, claim.filed_on, ("GN-04",)
        )


def lapses_after(arose: date) -> date:
    """The last day of a right that arose on a day."""
    return add_years(arose, TERMS.number("prescription_years", arose))


def _prescribed(facts: Facts, claim: Claim) -> str | None:
    """The lines of a fact are declined where a claim for them came, and none came in time (20).

    Interpretation: what can be prescribed is what a claim names, or whose right a claim says when it arose; a claim that names a
    condition alone names nothing, for it has no day and may bring benefits for years.
    """
    made = {filed for event_id in claim.events for filed in claims_for(facts, event_id)}
    dated = {event_id: day for event_id in claim.events if (day := day_of(facts, event_id)) != UNDATED}
    arose = right_arose(claim, dated.values())
    own = [filed for filed in made if filed.covers(dated, claim.counts_from)]
    subject = any(filed.names or filed.right_arose_on for filed in own)
    in_time = any(filed.filed_on <= lapses_after(filed.right_arose_on or _latest(filed, arose, dated)) for filed in own)
    return "GN-04" if subject and not in_time else None


def _latest(filed: Filed, arose: date, dated: Mapping[str, date]) -> date:
    """A claim for a later fact that the line rests on as well is in time by the day of that."""
    return max([arose, *(day for event_id, day in dated.items() if event_id in filed.names)])


def right_arose(claim: Claim, days: Collection[date]) -> date:
    """The day of the fact: of several that a line rests on, a certificate and a cost, the latest by the day it counts from."""
    return max((day for day in days if day <= claim.counts_from), default=claim.counts_from)


PRESCRIPTION = Guard("prescription", frozenset({ev.ClaimFiled}), _prescribed)
"""For every product, last of its guards."""
