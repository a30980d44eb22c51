"""SM-04 to SM-06: what a lapse takes away, reinstatement, and what arises in between."""

from __future__ import annotations

import pytest

from tests.ledger.products.sony_medical_history import lapsed, lapsed_twice, miss, policy, reinstate, states, stay

# ---- SM-04 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("admitted", "payable"), [("2022-12-31", True), ("2023-01-01", False), ("2023-05-31", False), ("2023-06-01", True)]
)
def test_sm_04_an_admission_is_judged_by_its_own_day(admitted: str, payable: bool) -> None:
    h = lapsed(reinstated="2023-06-01")
    stay(h, "s1", admitted, admitted, {admitted[:7]: 80_000}, onset_on="2022-06-01")
    assert h.lines("2023-07-01") == [
        ("hospital_treatment", f"s1/{admitted[:7]}", *((80_000,) if payable else (0, "SM-04")))
    ]


@pytest.mark.parametrize(
    ("day", "payable"), [("2022-12-31", True), ("2023-01-01", False), ("2023-05-31", False), ("2023-06-01", True)]
)
def test_sm_04_advanced_care_by_the_day_received(day: str, payable: bool) -> None:
    h = lapsed(reinstated="2023-06-01")
    h.add("AdvancedCareReceived", received_on=day, scheme="advanced", technical_fee=1_000_000)
    assert [line[2:] for line in h.lines("2023-07-01")] == [(1_000_000,) if payable else (0, "SM-04")]


def test_sm_04_a_stay_counts_to_the_day_before_the_lapse_and_is_not_taken_up_again() -> None:
    h = lapsed(reinstated="2023-02-01")
    stay(h, "s1", "2022-12-20", "2023-02-10", {"2022-12": 90_000, "2023-01": 100_000, "2023-02": 110_000})
    expected = [("s1/2022-12", 90_000), ("s1/2023-01", 0, "SM-04"), ("s1/2023-02", 0, "SM-04")]
    assert [line[1:] for line in h.lines("2023-03-01")] == expected


def test_sm_04_unpaid_premium_may_be_set_off() -> None:
    h = lapsed()
    stay(h, "s1", "2022-12-20", "2022-12-25", {"2022-12": 90_000})
    h.add("PremiumOffset", benefit="hospital_treatment", offset_on="2023-01-10", amount=8_000)
    settlement = h.on("2023-01-10")["settlement"]
    assert (settlement["payable"], settlement["offset"], settlement["outstanding"]) == (90_000, 8_000, 82_000)


def test_sm_04_a_lapse_long_past_cuts_no_later_stay() -> None:
    h = lapsed(reinstated="2023-02-01")
    stay(h, "s1", "2023-05-10", "2023-05-20", {"2023-05": 50_000})
    assert [(b["from"], b["to"]) for b in h.on("2023-06-01")["benefits"]] == [("2023-05-10", "2023-05-20")]


# ---- SM-05 ------------------------------------------------------------------------------------------------------------------------


def test_sm_05_a_reinstatement_settles_a_grace_that_was_still_open() -> None:
    h = policy()
    for month, due_on in (("2022-11", "2022-11-28"), ("2022-12", "2022-12-28"), ("2023-01", "2022-12-28")):
        h.add("PremiumMissed", due_month=month, due_on=due_on)
    h.add("PolicyReinstated", reinstated_on="2023-01-10", unpaid_premium=12_000, interest=100)

    assert states(h, "2022-12-31", "2023-01-01", "2023-01-10", "2023-01-20") == ["grace", "lapsed", "in_force", "in_force"]


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        ("2022-12-31", "SM-05"),
        ("2023-01-01", None),
        ("2023-12-30", None),
        ("2023-12-31", None),
        ("2024-01-01", "SM-05"),
    ],
)
def test_sm_05_within_one_year_from_the_lapse_day(day: str, rule: str | None) -> None:
    assert reinstate(lapsed(), day) == rule


@pytest.mark.parametrize(("day", "rule"), [("2023-03-30", None), ("2023-03-31", None), ("2023-04-01", "SM-05")])
def test_sm_05_before_the_period_end_of_the_last_period(day: str, rule: str | None) -> None:
    h = lapsed(period=("2022-04-01", "2023-04-01"))
    assert reinstate(h, day) == rule
    assert h.deadlines("2023-01-01", "reinstatement")[0][0] == "2023-03-31"


@pytest.mark.parametrize(
    ("cancelled", "rule"), [("2023-02-01", "SM-05"), ("2023-03-01", "SM-05"), ("2023-03-02", None)]
)
def test_sm_05_not_after_a_cancellation(cancelled: str, rule: str | None) -> None:
    h = lapsed()
    h.add("PolicyCancelled", cancelled_on=cancelled)
    assert reinstate(h, "2023-03-01") == rule


def test_sm_05_once_for_each_lapse_and_only_in_one() -> None:
    assert reinstate(policy(), "2023-03-01") == "SM-05"
    assert reinstate(lapsed(reinstated="2023-03-01"), "2023-04-01") == "SM-05"


def test_sm_05_it_settles_the_misses_due_before_it() -> None:
    h = lapsed(reinstated="2023-01-20")
    miss(h, "2023-01")
    assert h.state("2023-02-01") == ("in_force", "2023-01-20", "2027-03-31")


def test_sm_05_a_miss_due_on_its_day_is_not_settled() -> None:
    h = lapsed(reinstated="2023-01-27")
    miss(h, "2023-01")
    h.add("PremiumMissed", due_month="2023-02", due_on="2023-02-27")
    assert states(h, "2023-01-27", "2023-02-28", "2023-03-01") == ["in_force", "grace", "lapsed"]


def test_sm_05_the_deadline_from_the_lapse_day_met_by_the_reinstatement() -> None:
    h = lapsed(reinstated="2023-06-01")
    assert h.deadlines("2022-12-31", "reinstatement") == []
    assert h.deadlines("2023-01-01", "reinstatement") == [("2023-12-31", None, False)]
    assert h.deadlines("2023-06-01", "reinstatement") == [("2023-12-31", "2023-06-01", False)]
    assert lapsed().deadlines("2024-01-01", "reinstatement") == [("2023-12-31", None, True)]


def test_sm_05_without_the_lapse_the_reinstatement_stays_with_a_discrepancy() -> None:
    h = policy()
    first, _ = miss(h, "2022-11", "2022-12")
    assert reinstate(h, "2023-02-01") is None
    h.add("FactRetracted", target=first, reason="the bank's error")
    assert h.state("2023-02-01") == ("in_force", "2022-04-01", "2027-03-31")
    assert [d["rule"] for d in h.on("2023-02-01")["discrepancies"]] == ["SM-05"]


def test_sm_05_without_the_lapse_the_reinstatement_settles_a_grace_all_the_same() -> None:
    h = policy()
    first, _ = miss(h, "2022-11", "2022-12")
    assert reinstate(h, "2023-01-29") is None
    h.add("PremiumMissed", due_month="2023-01", due_on="2023-01-27")
    h.add("FactRetracted", target=first, reason="the bank's error")

    assert states(h, "2023-01-27", "2023-01-28", "2023-01-29", "2023-02-01") == ["in_force", "grace", "in_force", "in_force"]
    assert h.state("2023-01-28") == ("grace", "2023-01-28", "2023-01-31")
    assert h.state("2023-01-29") == ("in_force", "2023-01-29", "2027-03-31")


def test_sm_05_the_lapse_that_goes_on_is_the_one_reinstated() -> None:
    assert reinstate(lapsed_twice(), "2023-03-31") == "SM-05"
    assert reinstate(lapsed_twice(), "2024-03-31") is None
    assert reinstate(lapsed_twice(), "2024-04-01") == "SM-05"
    assert reinstate(lapsed_twice(reinstated="2023-04-10"), "2023-04-11") == "SM-05"
    assert lapsed_twice(reinstated="2023-04-10").state("2023-04-10") == ("in_force", "2023-04-10", "2027-03-31")


def test_sm_05_a_second_reinstatement_leaves_the_first_lapse_as_it_was() -> None:
    h = lapsed_twice(reinstated="2023-04-10")
    assert h.deadlines("2023-04-10", "reinstatement") == [
        ("2023-12-31", "2023-01-20", False),
        ("2024-03-31", "2023-04-10", False),
    ]


def test_sm_05_maturity_is_that_of_the_last_period_and_of_two_cancellations_the_earlier_counts() -> None:
    h = lapsed(period=("2022-04-01", "2023-04-01"))
    h.add("PolicyRenewed", period_start="2023-04-01", period_end="2024-04-01")
    assert reinstate(h, "2023-06-01") is None
    h = lapsed()
    for day in ("2023-05-01", "2023-02-01"):
        h.add("PolicyCancelled", cancelled_on=day)
    assert reinstate(h, "2023-03-01") == "SM-05"


# ---- SM-06 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("onset", "payable"), [("2022-12-31", True), ("2023-01-01", False), ("2023-05-31", False), ("2023-06-01", True)]
)
@pytest.mark.parametrize("kind", ["sickness", "injury"])
def test_sm_06_what_arises_in_between_is_never_covered(kind: str, onset: str, payable: bool) -> None:
    h = lapsed(reinstated="2023-06-01")
    h.add(
        "ConditionRecorded",
        condition_id="c1",
        kind=kind,
        **{"onset_on" if kind == "sickness" else "accident_on": onset},
    )
    stay(h, "s1", "2024-02-01", "2024-02-05", {"2024-02": 80_000})
    assert [line[2:] for line in h.lines("2024-03-01")] == [(80_000,) if payable else (0, "SM-06")]


def test_sm_06_and_what_it_causes_through_all_steps() -> None:
    h = lapsed(reinstated="2023-06-01")
    h.add("ConditionRecorded", condition_id="c1", kind="sickness", onset_on="2023-03-01")
    h.add("ConditionRecorded", condition_id="c2", kind="sickness", onset_on="2023-08-01", caused_by=["c1"])
    h.add("ConditionRecorded", condition_id="c3", kind="sickness", onset_on="2023-09-01", caused_by=["c2"])
    h.add("ConditionRecorded", condition_id="c4", kind="sickness", onset_on="2023-09-01")
    for condition, rule in (("c3", (0, "SM-06")), ("c4", (1_000_000,))):
        care = h.add(
            "AdvancedCareReceived",
            received_on="2024-02-01",
            condition_id=condition,
            scheme="advanced",
            technical_fee=1_000_000,
        )
        assert ("advanced_care", care, *rule) in h.lines("2024-03-01")


def test_sm_06_an_injury_arises_with_its_accident() -> None:
    h = lapsed(reinstated="2023-06-01")
    h.add("ConditionRecorded", condition_id="c1", kind="injury", onset_on="2023-03-01", accident_on="2022-12-20")
    stay(h, "s1", "2024-02-01", "2024-02-05", {"2024-02": 80_000})
    assert [line[2:] for line in h.lines("2024-03-01")] == [(80_000,)]


def test_sm_06_without_a_reinstatement_all_that_arises_from_the_lapse_day_on() -> None:
    h = lapsed()
    h.add("ConditionRecorded", condition_id="c1", kind="sickness", onset_on="2023-01-01")
    stay(h, "s1", "2022-12-20", "2022-12-25", {"2022-12": 50_000})
    assert [line[2:] for line in h.lines("2022-12-31")] == [(50_000,)]
    assert [line[2:] for line in h.lines("2023-01-01")] == [(0, "SM-06")]


@pytest.mark.parametrize(("kind", "field"), [("injury", "onset_on"), ("sickness", "accident_on")])
def test_sm_06_what_has_only_the_other_of_the_two_days_arises_with_that(kind: str, field: str) -> None:
    h = lapsed(reinstated="2023-06-01")
    h.add("ConditionRecorded", condition_id="c1", kind=kind, **{field: "2023-03-01"})
    stay(h, "s1", "2024-02-01", "2024-02-05", {"2024-02": 80_000})
    assert [line[2:] for line in h.lines("2024-03-01")] == [(0, "SM-06")]


def test_sm_06_for_advanced_care_too_from_the_lapse_day_on() -> None:
    h = lapsed()
    h.add("ConditionRecorded", condition_id="c1", kind="sickness", onset_on="2023-01-01")
    h.add("AdvancedCareReceived", received_on="2022-12-20", condition_id="c1", scheme="advanced", technical_fee=50_000)
    assert [line[2:] for line in h.lines("2022-12-31")] == [(50_000,)]
    assert [line[2:] for line in h.lines("2023-01-01")] == [(0, "SM-06")]
