"""The timeline: the facts known of a policy, corrections applied, orphans set apart, each fact dated. Arrival order leaves no trace."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar, cast

from ledger import events as ev
from ledger.journal import UNDATED
from ledger.periods import month_first

F = TypeVar("F", bound=ev.Fact)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[F]):
    """A fact in force: its event's id, the day from which it is in view, and its data as corrected."""

    event_id: str
    day: date
    data: F


class Facts:
    """The facts in force as a set that rules read: by type, in order of day, then of event id. Never in order of recording.

    `on` is the day whose view this is, for the sections that read it. What is read is noted, so that what follows from it need not
    be found again while it stays the same. Facts that come of one another share their notes and what was made of them once.
    """

    __slots__ = ("_by_type", "_notes", "_on", "_once", "_readings")

    def __init__(self, known: Iterable[Known[Any]] = (), on: date | None = None, like: Facts | None = None) -> None:
        by_type: dict[type[ev.Fact], list[Known[Any]]] = {}
        for fact in sorted(known, key=_place):
            by_type.setdefault(type(fact.data), []).append(fact)
        self._by_type: _ByType = {fact_type: tuple(found) for fact_type, found in by_type.items()}
        self._on = on
        self._notes: _Notes = like._notes if like is not None else _Notes()
        self._once: dict[Callable[[Facts], Any], _Reading] = {}
        self._readings: dict[Callable[[Facts], Any], _Reading] = like._readings if like is not None else {}

    # ---- reading ------------------------------------------------------------------------------------------------------------

    @property
    def on(self) -> date | None:
        """The day in view."""
        self._notes.read.add(date)
        return self._on

    def of(self, fact_type: type[F]) -> Sequence[Known[F]]:
        """The facts of one type."""
        self._notes.read.add(fact_type)
        return self._by_type.get(fact_type, ())

    def __iter__(self) -> Iterator[Known[Any]]:
        self._notes.read.add(ev.Fact)
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def days(self) -> list[date]:
        """The days on which some fact comes into view, in order."""
        return sorted({fact.day for fact in self})

    def once(self, reading: Callable[[Facts], T]) -> T:
        """A reading of these facts (stays, contract, …), made once, and not again for facts that agree in all that it read."""
        made = self._once.get(reading)
        if made is None:
            made = self._readings.get(reading)
            if made is None or any(self.now(what) != then for what, then in made.read.items()):
                made = self._readings[reading] = self._made(reading)
            self._once[reading] = made
        self._notes.read.update(made.read)
        return cast(T, made.value)

    def _made(self, reading: Callable[[Facts], Any]) -> _Reading:
        value, read = self.noting(lambda: _whole(reading(self)))
        return _Reading(value, {what: self.now(what) for what in read})

    def noting(self, work: Callable[[], T]) -> tuple[T, set[Any]]:
        """What a piece of work comes to, and what it reads: types of facts, `Fact` for all of them, `date` for the day in view."""
        outer, self._notes.read = self._notes.read, set()
        try:
            return work(), self._notes.read
        finally:
            self._notes.read = outer

    def now(self, what: type[Any]) -> Any:
        """What `noting` names, as it is here."""
        if what is date:
            return self._on
        return self._all() if what is ev.Fact else self._by_type.get(what, ())

    def _all(self) -> tuple[Known[Any], ...]:
        return tuple(sorted((fact for found in self._by_type.values() for fact in found), key=_place))

    def differing(self, other: Facts) -> set[type[ev.Fact]]:
        """The types of which other facts hold others than these."""
        mine, theirs = self._by_type, other._by_type
        return {fact_type for fact_type in mine.keys() | theirs.keys() if mine.get(fact_type) != theirs.get(fact_type)}

    # ---- other facts that come of these ---------------------------------------------------------------------------------------

    def dated_to(self, day: date) -> Facts:
        """The facts in view on a day. Spans keep their known end: cutting them at the day asked for is arithmetic."""
        by_type: _ByType = {}
        for fact_type, found in self._by_type.items():
            if found[-1].day <= day:
                by_type[fact_type] = found
            elif found[0].day <= day:
                by_type[fact_type] = found[: bisect_right(found, day, key=_day)]
        return self._with(by_type, day)

    def only(self, types: frozenset[type[ev.Fact]], on: date | None) -> Facts:
        """The facts of some types."""
        return self._with({fact_type: found for fact_type, found in self._by_type.items() if fact_type in types}, on)

    def without(self, fact: Known[Any]) -> Facts:
        """The other facts."""
        others = tuple(other for other in self._by_type[type(fact.data)] if other is not fact)
        by_type = {**self._by_type, type(fact.data): others}
        return self._with({fact_type: found for fact_type, found in by_type.items() if found}, self._on)

    def plus(self, *new: Known[Any]) -> Facts:
        """These facts and new ones."""
        by_type = dict(self._by_type)
        for fact in new:
            by_type[type(fact.data)] = tuple(sorted((*by_type.get(type(fact.data), ()), fact), key=_place))
        return self._with(by_type, self._on)

    def _with(self, by_type: _ByType, on: date | None) -> Facts:
        other = Facts.__new__(Facts)
        other._by_type, other._on, other._once = by_type, on, {}
        other._notes, other._readings = self._notes, self._readings
        return other


_ByType = dict[type[Any], tuple[Known[Any], ...]]
_place = attrgetter("day", "event_id")
_day = attrgetter("day")


class _Notes:
    """What is being read, for all facts that come of one another: a rule may look at them dated to another day, too."""

    __slots__ = ("read",)

    def __init__(self) -> None:
        self.read: set[Any] = set()


def _whole(value: Any) -> Any:
    """A value that can be looked at again: what comes bit by bit is taken in whole."""
    return tuple(value) if isinstance(value, Iterator) else value


class _Reading(NamedTuple):
    """What a reading came to, and what it read."""

    value: Any
    read: dict[Any, Any]


class OrphanFound(NamedTuple):
    """A recorded fact that rests on one taken back. `ordinal`: its place in the order of recording, from 0."""

    ordinal: int
    event_id: str
    rests_on: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is known of one policy: the facts in force, and the orphans."""

    facts: Facts
    orphans: tuple[OrphanFound, ...]
    issued: bool


def timeline(recorded: Sequence[ev.Event], before: Facts | None = None) -> Timeline:
    """The timeline of a policy's events, given in order of recording. What it has in common with the facts `before` is kept as it is."""
    earlier = {fact.event_id: fact for fact in before or ()}
    effective = in_force(recorded)
    resting = _Resting(recorded, effective)
    stays = {fact.stay_id: fact.admitted_on for fact in effective.values() if isinstance(fact, ev.HospitalAdmitted)}
    known, orphans = [], []
    for ordinal, event in enumerate(recorded):
        fact = effective.get(event.event_id)
        if fact is None:
            continue
        rests_on = resting.missing(event.event_id, fact)
        if rests_on is None:
            dated = Known(event.event_id, day_of(fact, stays), fact)
            same = earlier.get(event.event_id)
            known.append(same if same == dated else dated)
        else:
            orphans.append(OrphanFound(ordinal, event.event_id, rests_on))
    issued = any(isinstance(fact.data, ev.PolicyIssued) for fact in known)
    return Timeline(Facts(known if issued else (), like=before), tuple(orphans), issued)


def joins(known: Timeline, fact: ev.Fact) -> bool:
    """Whether all that a new fact rests on stands: then it joins the facts in force and changes nothing else of the timeline.

    Not so, and not asked here, where it brings an id that was recorded before: it may take over what rests on that id.
    """
    provided = {(field, getattr(other.data, field)) for cls, field in PROVIDES.items() for other in known.facts.of(cls)}
    return known.issued and provided.issuperset(names(fact))


def in_force(recorded: Sequence[ev.Event]) -> dict[str, ev.Fact]:
    """The facts that no retraction in force targets, with the data of the latest amendment in force; by event id."""
    retracted: set[str] = set()
    amendments: dict[str, ev.Event] = {}
    for event in reversed(recorded):  # what targets an event was recorded after it
        if event.event_id in retracted:
            continue
        if isinstance(event.data, ev.FactRetracted):
            retracted.add(event.data.target)
        elif isinstance(event.data, ev.FactAmended):
            amendments.setdefault(event.data.target, event)
    facts: dict[str, ev.Fact] = {}
    for event in recorded:
        if isinstance(event.data, ev.FactAmended | ev.FactRetracted) or event.event_id in retracted:
            continue
        latest = event
        while latest.event_id in amendments:
            latest = amendments[latest.event_id]
        facts[event.event_id] = (
            cast(ev.Fact, event.data) if latest is event else ev.amended(event.type, cast(ev.FactAmended, latest.data).data)
        )
    return facts


# ---- what a fact rests on -----------------------------------------------------------------------------------------------------

PROVIDES: Mapping[type[ev.Fact], str] = {
    ev.ConditionRecorded: "condition_id",
    ev.HospitalAdmitted: "stay_id",
    ev.CareCostIncurred: "cost_id",
    ev.WorkDisabilityStarted: "disability_id",
    ev.CyberIncidentDiscovered: "incident_id",
    ev.ClaimFiled: "claim_id",
}
"""The facts whose id others name."""

_BY_ITSELF = (ev.SurgeryPerformed, ev.RadiationGiven)  # their stay_id is a reference only
SETTLEMENTS = (ev.BenefitPaid, ev.BenefitRecovered, ev.PremiumOffset)


def names(fact: ev.Fact) -> list[tuple[str, str]]:
    """The ids of other facts on which a fact rests, as (field, id)."""
    if isinstance(fact, SETTLEMENTS):
        return []
    own = PROVIDES.get(type(fact))
    fields = [f for f in ("stay_id", "cost_id", "disability_id", "incident_id", "claim_id", "condition_id") if f != own]
    if isinstance(fact, _BY_ITSELF):
        fields.remove("stay_id")
    if isinstance(fact, ev.CyberCostIncurred):
        fields.remove("cost_id")  # its own
    return [(field, value) for field in fields if (value := getattr(fact, field, None)) is not None]


class _Resting:
    """Finds, for a fact, the missing one that it rests on."""

    def __init__(self, recorded: Sequence[ev.Event], effective: Mapping[str, ev.Fact]) -> None:
        self._effective = effective
        self._provider: dict[tuple[str, str], str] = {}
        self._issued: str | None = None
        for event in recorded:
            fact = effective.get(event.event_id) or cast(ev.Fact, event.data)
            in_force = event.event_id in effective
            field = PROVIDES.get(type(fact))
            if field is not None:
                provided = (field, getattr(fact, field))
                if in_force or self._provider.get(provided) not in effective:
                    self._provider[provided] = event.event_id
            if isinstance(fact, ev.PolicyIssued) and (in_force or self._issued not in effective):
                self._issued = event.event_id
        self._missing: dict[str, str | None] = {}

    def missing(self, event_id: str, fact: ev.Fact) -> str | None:
        """The event that this fact rests on directly and that does not stand; None where the fact stands."""
        if event_id not in self._missing:
            self._missing[event_id] = self._find(fact)
        return self._missing[event_id]

    def _find(self, fact: ev.Fact) -> str | None:
        if isinstance(fact, (*SETTLEMENTS, ev.PolicyIssued)):
            return None
        for named in names(fact):
            provider = self._provider.get(named)
            if provider is None:
                continue
            if provider not in self._effective or self.missing(provider, self._effective[provider]) is not None:
                return provider
        return self._issued if self._issued not in self._effective else None


# ---- the day from which a fact is in view -------------------------------------------------------------------------------------

_DAY_FIELDS: Mapping[type[ev.Fact], str] = {
    ev.PolicyRenewed: "period_start",
    ev.CoverageChanged: "effective_on",
    ev.PremiumPaid: "paid_on",
    ev.PremiumMissed: "due_on",
    ev.PolicyLapsed: "lapsed_on",
    ev.PolicyReinstated: "reinstated_on",
    ev.PolicyCancelled: "cancelled_on",
    ev.PolicyWithdrawn: "withdrawn_on",
    ev.PolicyRescinded: "rescinded_on",
    ev.CoolingOffRequested: "requested_on",
    ev.RenewalNoticeSent: "sent_on",
    ev.RenewalRefused: "refused_on",
    ev.PersonDied: "died_on",
    ev.OutpatientVisited: "visited_on",
    ev.ImmobilisationWorn: "from_",
    ev.SurgeryPerformed: "performed_on",
    ev.RadiationGiven: "given_on",
    ev.AnticancerTreated: "from_",
    ev.CancerDiagnosed: "diagnosed_on",
    ev.AdvancedCareReceived: "received_on",
    ev.DisabilityFixed: "fixed_on",
    ev.CareCertified: "valid_from",
    ev.CareEnded: "ended_on",
    ev.CareCostIncurred: "used_on",
    ev.CareCostRefunded: "refunded_on",
    ev.WorkDisabilityStarted: "disabled_on",
    ev.WorkResumed: "resumed_on",
    ev.PropertyLost: "occurred_on",
    ev.LiabilityIncurred: "occurred_on",
    ev.HoleInOneAchieved: "achieved_on",
    ev.CyberIncidentDiscovered: "discovered_on",
    ev.CyberClaimSettled: "settled_on",
    ev.CyberCostIncurred: "incurred_on",
    ev.CyberBusinessLoss: "incurred_on",
    ev.ClaimFiled: "filed_on",
    ev.CertificateSubmitted: "submitted_on",
    ev.ClaimDocumentsCompleted: "completed_on",
    ev.InquiryOpened: "opened_on",
    ev.ClaimObstructed: "from_",
    ev.ClaimDecided: "decided_on",
    ev.BenefitPaid: "paid_on",
    ev.BenefitRecovered: "recovered_on",
    ev.PremiumOffset: "offset_on",
}
_UNDATED = (ev.PolicyIssued, ev.ConditionRecorded, ev.PolicyVoided, ev.PolicyRevoked)
"""In view on every day: the contract itself, what describes a condition, and what acts from the start."""


def day_of(fact: ev.Fact, stays: Mapping[str, date]) -> date:
    """The day from which a fact is in view. What tells of a stay is in view with its admission: `stays` gives admissions by stay_id."""
    field = _DAY_FIELDS.get(type(fact))
    if field is not None:
        return cast(date, getattr(fact, field))
    if isinstance(fact, _UNDATED):
        return UNDATED
    if isinstance(fact, ev.HospitalAdmitted):
        return fact.admitted_on
    if isinstance(fact, ev.StayConfirmed | ev.HospitalDischarged):
        return stays.get(fact.stay_id, UNDATED)
    if isinstance(fact, ev.HospitalChargesIncurred):
        return max(month_first(fact.month), stays.get(fact.stay_id, UNDATED))
    if isinstance(fact, ev.WorkIncomeReported):
        return month_first(fact.month)
    raise TypeError(f"no day is known for facts of type {type(fact).__name__}")
