"""Policy life: from the issue to the end of a contract."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from ledger.errors import MISSING, Words
from ledger.events.base import Day, Fact, Flag, Id, Ids, Model, Month, Plan, Text, Texts, Yen, ordered, refusal

Months = Annotated[tuple[Month, ...], Strict(False), Field(min_length=1)]


class Insured(Model):
    """The person insured. `sex` is for the papers alone: no rule reads it."""

    person_id: Id
    birth_date: Day | None = None
    sex: Text | None = None


class Parent(Model):
    """The parent whose care is insured."""

    person_id: Id
    birth_date: Day


class Policyholder(Model):
    """Who holds the policy."""

    person_id: Id


class PolicyIssued(Fact):
    """A policy was issued for its first period. `entered_on` is 初年度の加入日; the product checks `plan`."""

    PERSONAL: ClassVar[tuple[str, ...]] = ("insured.sex",)

    product: Id
    period_start: Day
    period_end: Day
    entered_on: Day = Field(default_factory=lambda data: data["period_start"])
    plan: Plan
    insured: Annotated[Insured, Strict(False)]
    parent: Annotated[Parent, Strict(False)] | None = None
    policyholder: Annotated[Policyholder, Strict(False)] | None = None
    premium_monthly: Yen | None = None
    applied_on: Day | None = None
    facilities: Texts = ()

    @model_validator(mode="after")
    def _period(self) -> Self:
        ordered(self.period_start, self.period_end, "period_end", "period_start", apart=True)
        return self


class PolicyRenewed(Fact):
    """The policy goes on for another period. `plan` is given where it changes."""

    period_start: Day
    period_end: Day
    plan: Plan | None = None
    premium_monthly: Yen | None = None

    @model_validator(mode="after")
    def _period(self) -> Self:
        ordered(self.period_start, self.period_end, "period_end", "period_start", apart=True)
        return self


class CoverageChanged(Fact):
    """The plan's options change on a day; `plan` holds the options after the change."""

    effective_on: Day
    plan: Plan
    disclosed: Flag | None = None
    added_premium_due_on: Day | None = None


class PremiumPaid(Fact):
    """Premium for one or more months came in."""

    due_months: Months
    paid_on: Day
    amount: Yen


class PremiumMissed(Fact):
    """A debit failed. `due_month`: the month of the debit; `due_on`: the last day on which it can be paid."""

    due_month: Month
    due_on: Day


class PolicyLapsed(Fact):
    """The policy lapsed (失効)."""

    lapsed_on: Day
    ground: Literal["premium", "care_state", "death"]


class PolicyReinstated(Fact):
    """A lapsed policy came back into force (復活) against the unpaid premium and interest, in yen."""

    reinstated_on: Day
    unpaid_premium: Yen
    interest: Yen


class PolicyCancelled(Fact):
    """The policyholder ended the contract (解約)."""

    cancelled_on: Day


class PolicyWithdrawn(Fact):
    """The member left the scheme (脱退)."""

    withdrawn_on: Day


class PolicyRescinded(Fact):
    """The insurer ended the contract (解除)."""

    rescinded_on: Day
    ground: Literal["disclosure", "serious", "additional_premium"]
    reason_arose_on: Day | None = None
    insurer_knew_on: Day | None = None
    unrelated_conditions: Ids = ()

    @model_validator(mode="after")
    def _reason(self) -> Self:
        if self.ground == "serious" and self.reason_arose_on is None:
            words = Words(
                "ground が serious のときは日付（YYYY-MM-DD）が必要",
                "a day (YYYY-MM-DD), required where ground is serious",
            )
            raise refusal(words, field="reason_arose_on", found=MISSING)
        return self


class PolicyVoided(Fact):
    """The contract is void from the start (無効)."""

    ground: Literal["unlawful_gain", "already_in_care", "other"]


class PolicyRevoked(Fact):
    """The contract is revoked from the start (取消)."""

    ground: Literal["fraud", "duress", "first_premium"]


class CoolingOffRequested(Fact):
    """The application was withdrawn. `received_on`: 継続証を受け取った日; `requested_on`: postmark or day of sending."""

    received_on: Day
    requested_on: Day
    channel: Literal["letter", "email"]


class RenewalNoticeSent(Fact):
    """The insurer announced a renewal; an answer is due by `deadline`."""

    sent_on: Day
    deadline: Day


class RenewalRefused(Fact):
    """A renewal was refused."""

    refused_on: Day


class PersonDied(Fact):
    """A person of the policy died."""

    person_id: Id
    died_on: Day
