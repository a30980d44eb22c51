"""Health facts: conditions, stays, treatments, charges, care and disability."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from ledger.events.base import Day, Fact, Flag, Id, Ids, Model, Month, Said, Text, Yen, ordered, whole

ConditionExclusion = Literal[
    "drunk_driving",
    "prosthesis_only",
    "intentional",
    "self_harm",
    "gross_negligence",
    "crime",
    "fight",
    "unlicensed",
    "drugs",
    "drug_dependence",
    "alcoholism",
    "congenital",
    "no_objective_findings",
    "war",
    "nuclear",
    "neglected_treatment",
]
CareLevel = Literal["independent", "support1", "support2", "care1", "care2", "care3", "care4", "care5"]
Dementia = Literal["none", "I", "IIa", "IIb", "IIIa", "IIIb", "IV", "M"]
SurgeryKind = Literal[
    "wound_care",
    "skin_incision",
    "debridement",
    "closed_reduction",
    "tooth_extraction",
    "transfusion",
    "stem_cell_transplant",
    "open_excision",
]
SurgeryBasis = Literal["medical_fee", "dental_and_medical_fee", "dental_fee_only", "test_fee", "advanced", "none"]
CareCategory = Literal["care_service", "housekeeping", "safety_check", "meals", "home_modification", "care_home"]


class ConditionRecorded(Fact):
    """A sickness, an injury or a pregnancy. `onset_on`: 発病日; `caused_by`: what it follows from medically."""

    condition_id: Id
    kind: Literal["sickness", "injury", "pregnancy"]
    icd10: Id | None = None
    onset_on: Day | None = None
    accident_on: Day | None = None
    caused_by: Ids = ()
    pregnancy_diagnosed_on: Day | None = None
    exclusion: ConditionExclusion | None = None


class HospitalAdmitted(Fact):
    """A stay in hospital began. `deemed`: みなし入院."""

    stay_id: Id
    admitted_on: Day
    condition_id: Id
    other_condition_ids: Ids = ()
    purpose: Literal["treatment", "examination", "checkup", "delivery"] = "treatment"
    examination_basis: Literal["treated_during_stay", "symptomatic"] | None = None
    health_insured: Flag = True
    deemed: Flag = False
    high_risk: Literal["age65", "needs_hospital", "drug_or_oxygen", "pregnant"] | None = None


class StayConfirmed(Fact):
    """A stay is known to have lasted through a day."""

    stay_id: Id
    through: Day


class HospitalDischarged(Fact):
    """A stay ended; the day of discharge is a day of the stay."""

    stay_id: Id
    discharged_on: Day
    alive: Flag = True


class OutpatientVisited(Fact):
    """A visit without a stay, or one at home."""

    visited_on: Day
    condition_id: Id
    mode: Literal[
        "clinic",
        "house_call",
        "home_visit",
        "home_nursing",
        "judo_therapist",
        "massage_acupuncture",
        "other_therapy",
    ] = "clinic"
    purpose: Literal["treatment", "checkup"] = "treatment"
    doctor_consent: Flag | None = None


class ImmobilisationWorn(Fact):
    """A device held a part of the body still, from the first day through the last."""

    from_: Day = Field(alias="from")
    to: Day
    condition_id: Id
    device: Literal["cast", "splint", "hard_corset", "external_fixator", "other"]
    site: Literal["long_bone", "spine", "major_joint_with_long_bone", "rib_sternum", "other"]
    injury: Literal["fracture", "dislocation", "ligament", "other"]

    @model_validator(mode="after")
    def _span(self) -> Self:
        ordered(self.from_, self.to, "to", "from")
        return self


class SurgeryPerformed(Fact):
    """A surgery. `code` is that of the medical fee table (K276); the name is for the papers, no rule reads it."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("name",)

    performed_on: Day
    condition_id: Id
    code: Id | None = None
    name: Said
    side: Literal["left", "right"] | None = None
    basis: SurgeryBasis
    kind: SurgeryKind | None = None
    stay_id: Id | None = None


class RadiationGiven(Fact):
    """Radiation or hyperthermia."""

    given_on: Day
    condition_id: Id
    modality: Literal["external", "stereotactic", "brachytherapy", "hyperthermia"]
    basis: Literal["medical_fee", "advanced", "none"] = "medical_fee"
    stay_id: Id | None = None


class AnticancerTreated(Fact):
    """Chemotherapy or hormone therapy, from the first day through the last."""

    from_: Day = Field(alias="from")
    to: Day
    condition_id: Id
    drug: Literal["chemotherapy", "hormone"]
    approved: Flag = True
    scheme: Literal["insured", "advanced", "trial"] = "insured"

    @model_validator(mode="after")
    def _span(self) -> Self:
        ordered(self.from_, self.to, "to", "from")
        return self


class CancerDiagnosed(Fact):
    """A cancer was diagnosed. `accepted_otherwise`: the insurer accepted another proof than pathology."""

    diagnosed_on: Day
    condition_id: Id
    pathology: Flag = True
    accepted_otherwise: Flag | None = None
    first_ever: Flag = True
    treatment_started_on: Day | None = None


class Lodging(Model):
    """Nights spent near the place of treatment, and their price in yen together."""

    nights: Annotated[int, Field(ge=0, le=9999), whole(0, 9999)]
    amount: Yen


class AdvancedCareReceived(Fact):
    """Advanced medical care (先進医療) and what it cost, in yen."""

    received_on: Day
    condition_id: Id | None = None
    scheme: Literal["advanced", "expanded_trial", "patient_proposed"]
    eligible: Flag = True
    in_japan: Flag = True
    technical_fee: Yen
    transport: Yen | None = None
    lodging: Annotated[tuple[Annotated[Lodging, Strict(False)], ...], Strict(False)] = ()
    direct_payment: Flag | None = None


class HospitalChargesIncurred(Fact):
    """The charges of a stay in one calendar month, in yen."""

    month: Month
    stay_id: Id
    treatment_charge: Yen
    room_charge: Yen | None = None
    room_days: Annotated[int, Field(ge=0, le=31), whole(0, 31)] | None = None


class Disability(Model):
    """A lasting disability: its grade (1 the gravest, to 14) and the part of the body."""

    grade: Annotated[int, Field(ge=1, le=14), whole(1, 14)]
    site: Id


Disabilities = Annotated[tuple[Annotated[Disability, Strict(False)], ...], Strict(False)]


class DisabilityFixed(Fact):
    """Symptoms are fixed after an accident; `existing` were there before it."""

    fixed_on: Day
    accident_on: Day
    condition_id: Id
    disabilities: Annotated[Disabilities, Field(min_length=1)]
    existing: Disabilities = ()


class CareCertified(Fact):
    """A care level was certified (要介護認定) from `valid_from` through `valid_to`."""

    person_id: Id
    certified_on: Day
    valid_from: Day
    valid_to: Day
    level: CareLevel
    dementia: Dementia | None = None
    cause_arose_on: Day | None = None
    condition_id: Id | None = None

    @model_validator(mode="after")
    def _span(self) -> Self:
        ordered(self.valid_from, self.valid_to, "valid_to", "valid_from")
        return self


class CareEnded(Fact):
    """A person no longer needs care."""

    person_id: Id
    ended_on: Day


class CareCostIncurred(Fact):
    """A cost of care: `gross` yen, of which the public scheme bears `public_benefit`."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("provider",)

    cost_id: Id
    used_on: Day
    category: CareCategory
    nature: Literal["fee", "deposit"] = "fee"
    gross: Yen
    public_benefit: Yen = 0
    in_japan: Flag = True
    payee: Literal["insured", "provider"] | None = None
    provider: Text | None = None


class CareCostRefunded(Fact):
    """A part of a cost of care came back."""

    cost_id: Id
    refunded_on: Day
    amount: Yen


class WorkDisabilityStarted(Fact):
    """A person can no longer work as before; `mental`: through a mental disorder."""

    disability_id: Id
    disabled_on: Day
    condition_id: Id
    mental: Flag = False


class WorkIncomeReported(Fact):
    """The income of one calendar month of work disability, in yen."""

    disability_id: Id
    month: Month
    usual_income: Yen
    recovered_income: Yen
    benefits_received: Yen
    totally_unable: Flag


class WorkResumed(Fact):
    """Work was taken up again."""

    disability_id: Id
    resumed_on: Day
