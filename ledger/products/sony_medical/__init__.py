"""ソニー損保の医療保険: medical insurance that pays charges as billed, up to the plan's amounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ledger import events as ev
from ledger.journal import Deadline, Discrepancy, Item, Line
from ledger.product import Product, Refusal, Section
from ledger.products.general.contract import LIFE, periods_hold, states
from ledger.products.general.deadlines import deadline_turns, deadlines
from ledger.products.general.endings import endings_hold
from ledger.products.general.settlements import SETTLEMENTS
from ledger.products.general.stays import STAYS
from ledger.products.sony_medical import premiums, rules
from ledger.products.sony_medical.cover import (
    CARE_DAYS,
    cannot_be_reinstated,
    cooling_off_deadlines,
    cover,
    matured_by_cooling_off,
    too_late_to_cool_off,
)
from ledger.products.sony_medical.held import TERMS
from ledger.products.sony_medical.plan import SonyMedicalPlan
from ledger.timeline import Facts

COVER = LIFE | premiums.PREMIUMS | frozenset[type[ev.Fact]]({ev.CoolingOffRequested, ev.ConditionRecorded, *CARE_DAYS})
CHARGES = STAYS | frozenset[type[ev.Fact]]({ev.HospitalChargesIncurred})
GUARDED = frozenset[type[ev.Fact]]().union(*(guard.reads for guard in rules.GUARDS))
CARE = frozenset[type[ev.Fact]]({ev.AdvancedCareReceived, ev.ConditionRecorded})


def status(facts: Facts, lines: Sequence[Line]) -> Iterable[Item]:
    """The state of the policy."""
    standing = facts.once(cover)
    contract = standing.held.contract
    return states([
        *matured_by_cooling_off(standing), *periods_hold(contract.covered_periods()), *endings_hold(facts, contract),
        *premiums.graces_hold(standing.course), *premiums.lapses_hold(standing.course),
    ])  # fmt: skip


def course_of_premiums(facts: Facts, lines: Sequence[Line]) -> Iterator[Deadline | Discrepancy]:
    """Deadlines of grace, reinstatement and cooling-off, and recorded lapses that differ from the derived ones."""
    standing = facts.once(cover)
    yield from premiums.premium_deadlines(standing.course, standing.held)
    yield from cooling_off_deadlines(facts)
    yield from premiums.lapses_that_differ(facts, standing.lapses_to(facts.on))


def turns(facts: Facts) -> Iterable[date]:
    """Days on which something turns though no fact is dated to them."""
    return (*deadline_turns(facts), *premiums.lapse_turns(facts))


def lapses_due(policy_id: str, facts: Facts, on: date) -> list[tuple[date, str]]:
    """The derived lapses that have come about by a day and are not recorded: the day of each, and the id of the event for it."""
    recorded = {fact.data.lapsed_on for fact in facts.of(ev.PolicyLapsed)}
    due = [lapse.first for lapse in cover(facts.dated_to(on)).lapses_to(on)]
    return [(day, premiums.lapse_event_id(policy_id, day)) for day in due if day not in recorded]


PRODUCT = Product(
    name="sony-medical",
    plan=SonyMedicalPlan,
    terms=TERMS,
    clock="00:00",
    benefits=frozenset({"hospital_treatment", "room_charge", "advanced_care"}),
    sections=(
        Section("status", COVER, status),
        Section("premiums", COVER, course_of_premiums, reads_day=True),
        Section("hospital", COVER | CHARGES, rules.hospital, reads_day=True),
        Section("advanced care", COVER | GUARDED, rules.advanced_care, reads_day=True),
        deadlines(CHARGES | CARE),
        SETTLEMENTS,
    ),
    guards=rules.GUARDS,
    refusals=(
        Refusal("SM-05", (ev.PolicyReinstated,), cannot_be_reinstated),
        Refusal("SM-11", (ev.CoolingOffRequested,), too_late_to_cool_off),
    ),
    turns=turns,
)
