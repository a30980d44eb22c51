"""Property, liability and cyber losses."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from ledger.events.base import Day, Fact, Flag, Id, Model, Text, Yen

CyberExclusion = Literal[
    "intent",
    "knowing_breach",
    "theft_or_fraud",
    "bodily_or_property",
    "non_performance",
    "ip",
    "pricing",
    "unfair_competition",
    "authority",
    "crypto",
    "war",
    "unlawful_data",
    "officer_data",
    "utilities",
    "labour_dispute",
    "untested_software",
    "satellite",
    "political_violence",
    "negligence",
]


class LostItem(Model):
    """A thing lost or damaged; `current_value` is 時価 (for household goods the price of a new one), in yen."""

    kind: Literal["ordinary", "valuables", "cash_or_tickets", "excluded"]
    repair_cost: Yen | None = None
    current_value: Yen


class PropertyLost(Fact):
    """Belongings or household goods were lost or damaged in one accident."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("police_report",)

    loss_id: Id
    occurred_on: Day
    cover: Literal["belongings", "household"]
    cause: Literal["theft", "damage", "left_behind", "lost"]
    items: Annotated[tuple[Annotated[LostItem, Strict(False)], ...], Strict(False), Field(min_length=1)]
    police_report: Text | None = None


class LiabilityIncurred(Fact):
    """Damages are owed to another, in yen; `bailee`: for a thing taken in keeping."""

    loss_id: Id
    occurred_on: Day
    cover: Literal["personal", "bailee"]
    amount: Yen
    excluded: Literal["work", "vehicle", "household_relative", "natural_disaster", "excluded_object"] | None = None


class GolfCosts(Model):
    """What was spent to celebrate, in yen."""

    gifts: Yen
    party: Yen
    tree: Yen
    caddie: Yen
    other: Yen


class HoleInOneAchieved(Fact):
    """A hole in one or an albatross."""

    achieved_on: Day
    feat: Literal["hole_in_one", "albatross"]
    in_japan: Flag
    accompanied: Flag
    official: Flag = False
    caddie: Flag = True
    costs: Annotated[GolfCosts, Strict(False)]


class CyberIncidentDiscovered(Fact):
    """A cyber incident came to light; `leak_evident` says what made a leak evident to the outside."""

    incident_id: Id
    discovered_on: Day
    kind: Literal["cyber_attack", "leak", "content", "other_it"]
    leak_evident: Literal["notice", "public_announcement", "apology", "authority"] | None = None
    leak_evident_on: Day = Field(default_factory=lambda data: data["discovered_on"])
    personal_data: Flag = True
    attack_confirmed: Flag = True
    suspicion_source: Literal["authority", "security_vendor"] | None = None
    exclusion: CyberExclusion | None = None


class CyberClaimSettled(Fact):
    """Damages of a cyber incident were settled, in yen."""

    incident_id: Id
    settlement_id: Id
    settled_on: Day
    amount: Yen


class CyberCostIncurred(Fact):
    """A cost of answering a cyber incident, in yen."""

    incident_id: Id
    cost_id: Id
    incurred_on: Day
    amount: Yen
    category: Literal["incident_response", "attack_response", "leak_response", "legal_response"]


class CyberBusinessLoss(Fact):
    """Profit lost or extra expense through a cyber incident, in yen."""

    incident_id: Id
    loss_id: Id
    incurred_on: Day
    kind: Literal["lost_profit", "extra_expense"]
    amount: Yen
