"""Claims and settlement: the papers, the decision, the money."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ledger.events.base import Day, EventIds, Fact, Id, Said, Text, Yen, ordered


class ClaimFiled(Fact):
    """A claim was filed for the facts named."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("claimant_relation",)

    claim_id: Id
    filed_on: Day
    right_arose_on: Day | None = None
    facts: EventIds = ()
    claimant: Literal["insured", "heir", "statutory_agent", "provider"]
    claimant_relation: Text | None = None


class CertificateSubmitted(Fact):
    """A medical certificate (診断書) came in."""

    claim_id: Id
    submitted_on: Day


class ClaimDocumentsCompleted(Fact):
    """All papers of the claim are there (請求完了)."""

    claim_id: Id
    completed_on: Day


class InquiryOpened(Fact):
    """The insurer asks a third party, which lengthens the time to pay."""

    claim_id: Id
    opened_on: Day
    ground: Literal["public_authority", "medical_institution", "disability_review", "disaster_area", "overseas"]


class ClaimObstructed(Fact):
    """The claimant hindered the inquiry, from the first day through the last."""

    claim_id: Id
    from_: Day = Field(alias="from")
    to: Day

    @model_validator(mode="after")
    def _span(self) -> Self:
        ordered(self.from_, self.to, "to", "from")
        return self


class ClaimDecided(Fact):
    """The insurer decided a claim."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("reason",)

    claim_id: Id
    decided_on: Day
    outcome: Literal["accepted", "partly", "declined"]
    reason: Text | None = None


class BenefitPaid(Fact):
    """A benefit was paid, in yen."""

    claim_id: Id | None = None
    benefit: Id
    paid_on: Day
    amount: Yen
    payee: Literal["insured", "provider", "hospital", "heir"]


class BenefitRecovered(Fact):
    """A benefit was paid back (返還), in yen."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("reason",)

    benefit: Id
    recovered_on: Day
    amount: Yen
    reason: Said


class PremiumOffset(Fact):
    """Premium owed was taken from a benefit, in yen."""

    benefit: Id
    offset_on: Day
    amount: Yen
