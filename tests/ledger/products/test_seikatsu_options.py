"""Seikatsu: what is not held pays nothing and shows nothing; insured amounts; what a change of what is held leaves."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ledger.products.seikatsu.plan import SeikatsuPlan
from tests.ledger.products.seikatsu_history import Seikatsu, plan, plus

ENTRY = "2023-01-01"
LATER = "2030-01-01"


def test_options_left_out_are_off() -> None:
    options = SeikatsuPlan.model_validate({"care": {"min_level": "care1"}})
    riders = options.riders
    assert options.care is not None
    assert not any((riders.cancer_long_stay, riders.cancer_diagnosis, riders.anticancer, riders.medical_lump_sum))
    assert not any((options.personal_liability, options.belongings, options.care.lump_sum, options.care.annuity))


def test_an_insured_amount_lies_between_nothing_and_a_trillion_yen() -> None:
    assert [SeikatsuPlan(household=amount).household for amount in (0, 10**12)] == [0, 10**12]
    with pytest.raises(ValidationError):
        SeikatsuPlan(household=10**12 + 1)


def test_sk_30_without_base_cover_a_stay_has_no_line() -> None:
    history = Seikatsu()
    history.add("CoverageChanged", effective_on="2023-02-01", plan={"bailee": 1})
    history.sickness()
    history.stay("s1", "2023-03-01", "2023-03-10")

    assert history.on(LATER)["benefits"] == []


def test_sk_61_without_the_rider_a_long_stay_for_cancer_has_no_line() -> None:
    history = Seikatsu()
    history.sickness(icd10="C34.1")
    history.stay("s1", "2023-03-01", plus("2023-03-01", 400))

    assert history.runs(LATER, "cancer_long_stay") == []


def test_sk_08_of_layers_that_are_still_held_in_part_the_pregnancy_is_named() -> None:
    history = Seikatsu()
    history.add("CoverageChanged", effective_on="2023-02-01", plan=plan("2"))
    history.add("CoverageChanged", effective_on="2023-04-01", plan=plan("1"))
    pregnancy = {"kind": "pregnancy", "onset_on": "2022-12-31", "pregnancy_diagnosed_on": "2022-12-31"}
    history.add("ConditionRecorded", condition_id="p", **pregnancy)
    history.injury("i1", "2023-03-01", caused_by=["p"])
    history.stay("s1", "2023-05-01", "2023-05-02", "i1")

    assert [run[3] for run in history.runs(LATER)] == ["SK-08"]


@pytest.mark.parametrize("first", [725, 730])
def test_sk_05_the_clause_turns_on_the_730th_day_be_it_the_first_or_the_last_of_a_stay(first: int) -> None:
    history = Seikatsu()
    history.renewed(2024, 2025)
    history.sickness(onset="2022-12-31")
    history.stay("s0", plus(ENTRY, 720), plus(ENTRY, 721))
    last = 730 if first < 730 else 735
    history.stay("s1", plus(ENTRY, first), plus(ENTRY, last))

    before = [(plus(ENTRY, first), plus(ENTRY, 729), "SK-04")] if first < 730 else []
    assert [run[1:] for run in history.runs(LATER)][1:] == [*before, (plus(ENTRY, 730), plus(ENTRY, last), "SK-05")]
