"""The timeline: the facts known of a policy, corrections applied, orphans set apart, each fact dated. Arrival order leaves no trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, cast

from ledger import events as ev
from ledger.facts import Facts, Known
from ledger.journal import UNDATED
from ledger.periods import month_first

__all__ = ["PROVIDES", "SETTLEMENTS", "Facts", "Known", "OrphanFound", "Timeline", "day_of", "in_force", "joins", "names", "timeline"]


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
    return [(field, value) for field in fields if (value := vars(fact).get(field)) is not None]


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
