"""SK-55: advanced care as its condition has it: none, a sickness, an injury, one that is excluded."""

from __future__ import annotations

from typing import Any

from tests.ledger.products.seikatsu_history import Seikatsu

END = "2023-12-31"


def decided(history: Seikatsu, day: str = "2023-02-25", **more: Any) -> list[object]:
    """What advanced care of a day comes to, or the clause that declines it."""
    history.add("AdvancedCareReceived", received_on=day, scheme="advanced", technical_fee=70, **more)
    return [run[3] for run in history.runs(END, "advanced_care")]


def test_sk_55_care_for_no_recorded_condition_is_paid() -> None:
    assert decided(Seikatsu()) == [70]


def test_sk_55_without_base_cover_there_is_no_line() -> None:
    history = Seikatsu()
    history.add("CoverageChanged", effective_on="2023-02-01", plan={"bailee": 1})

    assert decided(history) == []


def test_sk_04_advanced_care_for_what_began_before_the_entry() -> None:
    history = Seikatsu()
    history.sickness(onset="2022-12-31")

    assert decided(history, condition_id="c1") == ["SK-04"]


def test_sk_35_advanced_care_for_an_excluded_condition() -> None:
    history = Seikatsu()
    history.sickness(exclusion="drunk_driving")

    assert decided(history, condition_id="c1") == ["SK-35"]


def test_kr_10_advanced_care_for_an_injury_is_judged_by_the_accident_for_a_sickness_by_its_own_day() -> None:
    for condition_id, becomes in (("i1", 70), ("c1", "KR-10")):
        history = Seikatsu()
        history.injury("i1", "2023-01-05")
        history.sickness("c1", "2023-01-05")
        history.add("PolicyRescinded", rescinded_on="2023-03-01", ground="serious", reason_arose_on="2023-02-20")
        assert decided(history, condition_id=condition_id) == [becomes]
