"""How a contract ends or never was: void, revoked, rescinded, withdrawn, cancelled, ended by death; and what that does to benefits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from ledger import events as ev
from ledger.limits import Claim
from ledger.periods import ONE_DAY
from ledger.product import Guard, clause
from ledger.products.general.contract import ENDINGS, PRECEDENCE, Contract, Holds
from ledger.timeline import Facts, Known

LAPSES: frozenset[type[ev.Fact]] = frozenset({ev.PolicyLapsed, ev.PolicyReinstated})

_RESCISSION_RULES = {"disclosure": "KR-04", "serious": "KR-10", "additional_premium": "KR-11"}
_ENDED_BY_HOLDER: dict[type[ev.Fact], str] = {ev.PolicyCancelled: "cancelled_on", ev.PolicyWithdrawn: "withdrawn_on"}


class Ending(NamedTuple):
    """The contract ends, for the future, on a day named: its first day in the state."""

    day: date
    state: str
    rule: str
    event_id: str


def endings(facts: Facts, persons: Collection[str]) -> tuple[Ending, ...]:
    """What ends the contract for the future, the earliest first. `persons`: those with whose death it ends (as a rule the insured)."""
    found = [
        Ending(f.data.rescinded_on, "rescinded", _RESCISSION_RULES[f.data.ground], f.event_id)
        for f in facts.of(ev.PolicyRescinded)
    ]
    found += [Ending(f.data.withdrawn_on, "withdrawn", "KR-09", f.event_id) for f in facts.of(ev.PolicyWithdrawn)]
    found += [Ending(f.data.cancelled_on, "cancelled", "KR-09", f.event_id) for f in facts.of(ev.PolicyCancelled)]
    found += [
        Ending(f.data.died_on, "ended_by_death", "KR-07", f.event_id)
        for f in facts.of(ev.PersonDied)
        if f.data.person_id in persons
    ]
    return tuple(sorted(found, key=lambda ending: (ending.day, PRECEDENCE.index(ending.state), ending.event_id)))


def endings_hold(facts: Facts, contract: Contract[Any], persons: Collection[str] | None = None) -> list[Holds]:
    """For `contract.states`: void and revoked from the first period's start, every other ending from its day. `persons` as in `endings`."""
    held = [Holds("void", contract.first_day, None, ("KR-06",))] if facts.of(ev.PolicyVoided) else []
    held += [Holds("revoked", contract.first_day, None, ("KR-08",))] if facts.of(ev.PolicyRevoked) else []
    earliest: dict[str, Ending] = {}
    for ending in endings(facts, {contract.issued.insured.person_id} if persons is None else persons):
        earliest.setdefault(ending.state, ending)
    return held + [Holds(ending.state, ending.day, None, (ending.rule,)) for ending in earliest.values()]


def recorded_lapses_hold(facts: Facts, rules: tuple[str, ...] = ()) -> list[Holds]:
    """For products without a lapse of their own: lapsed as recorded, to the day before a later reinstatement."""
    reinstated = [fact.data.reinstated_on for fact in facts.of(ev.PolicyReinstated)]
    held = []
    for fact in facts.of(ev.PolicyLapsed):
        back = min((day for day in reinstated if day >= fact.data.lapsed_on), default=None)
        if back != fact.data.lapsed_on:
            held.append(Holds("lapsed", fact.data.lapsed_on, back - ONE_DAY if back else None, rules))
    return held


# ---- what an ending does to benefits: guards that products list, in this order ---------------------------------------------------


def judged(claim: Claim) -> date:
    """The day by which a claim is judged: its fact's deciding day, else its first day."""
    return claim.judged_on or claim.first


@clause("KR-06")
def _void(facts: Facts, claim: Claim) -> str | None:
    """A contract for unlawful gain, or void otherwise, never was: nothing is payable from the start (7, 15(1))."""
    return "KR-06" if facts.of(ev.PolicyVoided) else None


@clause("KR-08")
def _revoked(facts: Facts, claim: Claim) -> str | None:
    """A contract made by fraud or duress and revoked never was: nothing is payable from the start (9)."""
    return "KR-08" if facts.of(ev.PolicyRevoked) else None


@clause("KR-04")
def _undisclosed(facts: Facts, claim: Claim) -> str | None:
    """Rescission for breach of disclosure refuses earlier events too, but not those that the undisclosed fact did not cause (4(6), (7))."""
    return next(("KR-04" for rescinded in _rescinded(facts, "disclosure") if not _unrelated(rescinded, claim)), None)


def _unrelated(rescinded: Known[ev.PolicyRescinded], claim: Claim) -> bool:
    return claim.condition_id in rescinded.data.unrelated_conditions and judged(claim) < rescinded.data.rescinded_on


@clause("KR-10")
def _serious_reason(facts: Facts, claim: Claim) -> str | None:
    """Rescission for a serious reason refuses events from the day the reason arose (11(3))."""
    arose = [fact.data.reason_arose_on or fact.data.rescinded_on for fact in _rescinded(facts, "serious")]
    return "KR-10" if arose and judged(claim) >= min(arose) else None


@clause("KR-11")
def _additional_premium_unpaid(facts: Facts, claim: Claim) -> str | None:
    """Rescission because premium added for disclosure was not paid refuses all benefits (14(3))."""
    return "KR-11" if _rescinded(facts, "additional_premium") else None


def _rescinded(facts: Facts, ground: str) -> list[Known[ev.PolicyRescinded]]:
    return [fact for fact in facts.of(ev.PolicyRescinded) if fact.data.ground == ground]


@clause("KR-09")
def _ended_by_holder(facts: Facts, claim: Claim) -> str | None:
    """What happens on or after the day of a cancellation or withdrawal is no longer covered (10, 13)."""
    ends = [getattr(fact.data, field) for fact_type, field in _ENDED_BY_HOLDER.items() for fact in facts.of(fact_type)]
    return "KR-09" if ends and judged(claim) >= min(ends) else None


VOID = Guard("void", frozenset({ev.PolicyVoided}), _void)
REVOKED = Guard("revoked", frozenset({ev.PolicyRevoked}), _revoked)
UNDISCLOSED = Guard("rescinded for breach of disclosure", frozenset({ev.PolicyRescinded}), _undisclosed)
SERIOUS_REASON = Guard("rescinded for a serious reason", frozenset({ev.PolicyRescinded}), _serious_reason)
ADDITIONAL_PREMIUM = Guard(
    "rescinded for additional premium unpaid", frozenset({ev.PolicyRescinded}), _additional_premium_unpaid
)

ENDINGS_GUARD: tuple[Guard, ...] = (VOID, REVOKED, UNDISCLOSED, SERIOUS_REASON, ADDITIONAL_PREMIUM)
"""For every product: the contract never was, or its end refuses benefits for earlier events."""


def refused(facts: Facts, day: date, condition_id: str | None) -> str | None:
    """The first of them that refuses what is decided on a day, where more follows from that than one declined claim."""
    asked = Claim("", "", day, day, day, "time", 1, 0, (), (), condition_id=condition_id)
    return next((rule for guard in ENDINGS_GUARD if (rule := guard.declines(facts, asked)) is not None), None)


ENDED_BY_HOLDER = Guard("ended by the holder", frozenset(_ENDED_BY_HOLDER), _ended_by_holder)
"""For products that do not decline by a rule of their own what comes on or after a cancellation or withdrawal."""

assert frozenset(fact for guard in (*ENDINGS_GUARD, ENDED_BY_HOLDER) for fact in guard.reads) <= ENDINGS
