"""The options of the group scheme せいかつ（生活）保障プラン. Riders and covers left out are not held."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ledger.product import Plan

Amount = Annotated[int, Field(ge=0, le=10**12)]
Course = Literal["A", "B", "C", "D"]
CareLevel = Literal["support1", "support2", "care1", "care2", "care3", "care4", "care5"]


class Options(Plan):
    """Options of which one that is `null` counts as left out."""

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, given: Any) -> Any:
        return {name: value for name, value in given.items() if value is not None} if isinstance(given, dict) else given


class Riders(Options):
    """医療あんしん特約. `three_diseases` is the course."""

    medical_lump_sum: bool = False
    three_diseases: Course | None = None
    anticancer: bool = False
    cancer_diagnosis: bool = False
    cancer_long_stay: bool = False


class Income(Options):
    """所得長期補償: yen a month."""

    monthly: Amount


class Care(Options):
    """介護保障: yen at once, yen a year, and the level from which the prescribed state counts."""

    lump_sum: Amount = 0
    annuity: Amount = 0
    min_level: CareLevel


class SeikatsuPlan(Options):
    """`units` of base cover (E: half a unit), `hospital_type` in days; insured amounts in yen, None where the cover is not held."""

    units: Literal["1", "2", "3", "4", "E"] | None = None
    hospital_type: Literal[365, 60] = 365
    riders: Riders = Riders()
    injury_disability: Amount | None = None
    personal_liability: bool = False
    bailee: Amount | None = None
    belongings: bool = False
    household: Amount | None = None
    hole_in_one: Amount | None = None
    income: Income | None = None
    care: Care | None = None

    @property
    def half_units(self) -> int:
        """Base cover in half units, so that amounts stay whole yen: E is 1, one unit 2."""
        if self.units is None:
            return 0
        return 1 if self.units == "E" else 2 * int(self.units)
