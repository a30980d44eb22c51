"""The options of the cyber cover."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ledger.product import Plan

Type = Literal[
    "S1", "S2", "S3", "S4", "S5", "S1000", "S3000", "S5000", "S10000", "S20000",
    "P1", "P2", "P3", "P4", "P5", "P1000", "P3000", "P5000", "P10000", "P20000",
]  # fmt: skip


class CyberOptions(Plan):
    """`business_interruption`: the option's insured amount in yen."""

    business_interruption: Annotated[int, Field(ge=1, le=10**12)] | None = None


class CyberPlan(Plan):
    """`size`: beds of a hospital, places of a care facility; no meaning for a clinic."""

    type: Type
    facility_kind: Literal["clinic", "hospital", "care_facility"]
    size: Annotated[int, Field(ge=0, le=100_000)] = 0
    options: CyberOptions = CyberOptions()
    sharing: Literal["shared", "per_facility"] = "shared"

    @property
    def leak_only(self) -> bool:
        """Types P: 情報漏えい限定プラン; types S: オールリスクプラン."""
        return self.type.startswith("P")

    @property
    def step(self) -> str:
        """The type without its letter: 1 … 5, 1000 … 20000."""
        return self.type[1:]
