"""SM-01 to SM-06: missed debits, grace, lapse and reinstatement, and what a lapse takes away."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ledger.errors import Refused
from ledger.products.sony_medical import lapses_due
from tests.ledger.products.history import History

PLAN = {"treatment_monthly_limit": 300_000, "room_daily": 5_000, "advanced_care_limit": 10_000_000}
DEBITS = {"2022-10": "2022-10-27", "2022-11": "2022-11-28", "2022-12": "2022-12-27", "2023-01": "2023-01-27"}


def policy(period: tuple[str, str] = ("2022-04-01", "2027-04-01"), **issued: Any) -> History:
    return History("sony-medical", PLAN, period, **issued)


def miss(h: History, *months: str) -> list[str]:
    return [h.add("PremiumMissed", due_month=month, due_on=DEBITS[month]) for month in months]


def pay(h: History, paid_on: str, *months: str) -> None:
    h.add("PremiumPaid", due_months=list(months), paid_on=paid_on, amount=4_000 * len(months))


def lapsed(*, reinstated: str | None = None, period: tuple[str, str] = ("2022-04-01", "2027-04-01")) -> History:
    """Lapsed on 1 January 2023."""
    h = policy(period)
    miss(h, "2022-11", "2022-12")
    if reinstated:
        h.add("PolicyReinstated", reinstated_on=reinstated, unpaid_premium=28_000, interest=400)
    return h


def stay(
    h: History, stay_id: str, first: str, last: str | None, charges: dict[str, int], condition: str = "c1", **more: Any
) -> None:
    if not any(getattr(event.data, "condition_id", None) == condition for event in h.policy.recorded):
        h.add("ConditionRecorded", condition_id=condition, kind="sickness", **more)
    h.add("HospitalAdmitted", stay_id=stay_id, admitted_on=first, condition_id=condition)
    if last:
        h.add("HospitalDischarged", stay_id=stay_id, discharged_on=last)
    for month, amount in charges.items():
        h.add("HospitalChargesIncurred", month=month, stay_id=stay_id, treatment_charge=amount)


def states(h: History, *days: str) -> list[str]:
    return [h.state(day)[0] for day in days]


def reinstate(h: History, day: str) -> str | None:
    """The rule that refuses the reinstatement; None where it is admitted."""
    try:
        h.add("PolicyReinstated", reinstated_on=day, unpaid_premium=0, interest=0)
    except Refused as refused:
        return refused.rule
    return None


# ---- SM-01 ------------------------------------------------------------------------------------------------------------------------


def test_sm_01_one_month_missed_and_both_paid_with_the_next_debit() -> None:
    h = policy()
    miss(h, "2022-11")
    pay(h, "2022-12-27", "2022-11", "2022-12")
    for day in ("2022-11-29", "2022-12-28", "2023-01-01"):
        assert h.state(day) == ("in_force", "2022-04-01", "2027-03-31")
    assert h.on("2023-01-01")["deadlines"] == []


def test_sm_01_two_months_apart_are_not_in_a_row() -> None:
    h = policy()
    miss(h, "2022-10", "2022-12")
    assert states(h, "2022-12-28", "2023-01-01") == ["in_force", "in_force"]


# ---- SM-02 ------------------------------------------------------------------------------------------------------------------------


def test_sm_02_grace_from_the_day_after_the_second_debit_and_lapse_on_the_1st() -> None:
    h = lapsed()
    assert h.state("2022-12-27") == ("in_force", "2022-04-01", "2022-12-27")
    assert h.state("2022-12-28") == ("grace", "2022-12-28", "2022-12-31")
    assert h.state("2022-12-31") == ("grace", "2022-12-28", "2022-12-31")
    assert h.state("2023-01-01") == ("lapsed", "2023-01-01", None)


@pytest.mark.parametrize(
    ("paid_on", "grace", "lapse"),
    [("2022-12-27", "in_force", "in_force"), ("2022-12-28", "grace", "lapsed")],
)
def test_sm_02_one_of_them_paid_by_the_second_debit(paid_on: str, grace: str, lapse: str) -> None:
    h = lapsed()
    pay(h, paid_on, "2022-11")
    assert states(h, "2022-12-29", "2023-01-01") == [grace, lapse]


@pytest.mark.parametrize(
    ("paid_on", "lapse"),
    [("2022-12-30", "in_force"), ("2022-12-31", "in_force"), ("2023-01-01", "lapsed")],
    ids=["under", "at", "over"],
)
def test_sm_02_both_must_be_paid_by_the_last_day_of_grace(paid_on: str, lapse: str) -> None:
    h = lapsed()
    pay(h, "2022-12-29", "2022-11")
    pay(h, paid_on, "2022-12")
    assert h.state("2022-12-29")[0] == "grace"
    assert h.state("2023-01-01")[0] == lapse


def test_sm_02_paid_in_grace_it_ends_on_the_day_before() -> None:
    h = lapsed()
    pay(h, "2022-12-30", "2022-11", "2022-12")
    assert h.state("2022-12-29") == ("grace", "2022-12-28", "2022-12-31")
    assert h.state("2022-12-30") == ("in_force", "2022-12-30", "2027-03-31")
    assert h.deadlines("2022-12-30", "grace") == [("2022-12-31", "2022-12-30", False)]


def test_sm_02_a_payment_for_other_months_does_not_help() -> None:
    h = lapsed()
    pay(h, "2022-12-30", "2022-11", "2023-01")
    assert h.state("2023-01-01")[0] == "lapsed"


def test_sm_02_the_second_month_and_the_third_are_a_row_too() -> None:
    h = policy()
    miss(h, "2022-11", "2022-12", "2023-01")
    pay(h, "2022-12-27", "2022-11")
    assert h.state("2023-01-28") == ("grace", "2023-01-28", "2023-01-31")
    assert h.state("2023-02-01") == ("lapsed", "2023-02-01", None)


def test_sm_02_a_second_debit_in_the_next_month_gives_grace_to_its_end() -> None:
    h = policy()
    h.add("PremiumMissed", due_month="2023-01", due_on="2023-01-27")
    h.add("PremiumMissed", due_month="2023-02", due_on="2023-03-01")
    assert h.state("2023-03-02") == ("grace", "2023-03-02", "2023-03-31")
    assert h.state("2023-04-01")[0] == "lapsed"


def test_sm_02_a_debit_on_the_last_day_of_the_month_leaves_no_grace() -> None:
    h = policy()
    h.add("PremiumMissed", due_month="2023-01", due_on="2023-01-27")
    h.add("PremiumMissed", due_month="2023-02", due_on="2023-02-28")
    assert states(h, "2023-02-28", "2023-03-01") == ["in_force", "lapsed"]


@pytest.mark.parametrize(
    ("end", "renewed", "state"),
    [("2023-01-01", False, "matured"), ("2023-01-01", True, "lapsed"), ("2023-01-02", False, "lapsed")],
)
def test_sm_02_what_is_no_longer_in_force_does_not_lapse(end: str, renewed: bool, state: str) -> None:
    h = lapsed(period=("2022-04-01", end))
    if renewed:
        h.add("PolicyRenewed", period_start=end, period_end="2024-01-01")
    assert h.state("2023-01-01")[0] == state


@pytest.mark.parametrize(
    ("day", "rows"),
    [("2022-12-27", []), ("2022-12-28", [("2022-12-31", None, False)]), ("2023-01-01", [("2022-12-31", None, True)])],
)
def test_sm_02_the_deadline_of_grace(day: str, rows: list[Any]) -> None:
    assert lapsed().deadlines(day, "grace") == rows


def test_sm_05_a_reinstatement_settles_a_grace_that_was_still_open() -> None:
    h = policy()
    for month, due_on in (("2022-11", "2022-11-28"), ("2022-12", "2022-12-28"), ("2023-01", "2022-12-28")):
        h.add("PremiumMissed", due_month=month, due_on=due_on)
    h.add("PolicyReinstated", reinstated_on="2023-01-10", unpaid_premium=12_000, interest=100)

    assert states(h, "2022-12-31", "2023-01-01", "2023-01-10", "2023-01-20") == ["grace", "lapsed", "in_force", "in_force"]


def test_sm_02_two_graces_that_end_on_one_day_are_one_deadline() -> None:
    h = policy()
    for month, due_on in (("2022-11", "2022-11-28"), ("2022-12", "2023-01-02"), ("2023-01", "2023-01-28")):
        h.add("PremiumMissed", due_month=month, due_on=due_on)
    assert h.deadlines("2023-02-01", "grace") == [("2023-01-31", None, True)]


def test_sm_02_a_grace_of_one_day() -> None:
    h = policy()
    h.add("PremiumMissed", due_month="2022-11", due_on="2022-11-28")
    h.add("PremiumMissed", due_month="2022-12", due_on="2022-12-30")
    assert h.state("2022-12-31") == ("grace", "2022-12-31", "2022-12-31")


def test_sm_02_a_lapse_of_one_day_breaks_the_time_in_force() -> None:
    assert lapsed(reinstated="2023-01-02").state("2023-01-02") == ("in_force", "2023-01-02", "2027-03-31")


# ---- SM-03 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "derived"),
    [
        ("2023-01-01", "same"),
        ("2022-12-31", "2023-01-01"),
        ("2023-01-02", "2023-01-01"),
        ("2023-02-01", "2023-01-01"),
        ("2022-12-01", "2023-01-01"),
    ],
)
def test_sm_03_the_derived_lapse_counts_and_a_recorded_one_that_differs_shows(recorded: str, derived: str) -> None:
    h = lapsed()
    h.add("PolicyLapsed", lapsed_on=recorded, ground="premium")
    assert h.state("2023-03-01") == ("lapsed", "2023-01-01", None)
    found = [(d["rule"], d["recorded"], d["derived"]) for d in h.on("2023-03-01")["discrepancies"]]
    assert found == ([] if derived == "same" else [("SM-03", recorded, derived)])


def test_sm_03_a_recorded_lapse_with_a_single_miss_has_no_derived_one() -> None:
    h = policy()
    miss(h, "2022-11")
    h.add("PolicyLapsed", lapsed_on="2023-01-01", ground="premium")
    assert h.state("2023-02-01")[0] == "in_force"
    assert [(d["recorded"], d["derived"]) for d in h.on("2023-02-01")["discrepancies"]] == [("2023-01-01", None)]


@pytest.mark.parametrize(
    ("recorded", "state"), [("2023-11-27", "in_force"), ("2023-11-28", "in_force"), ("2023-11-29", "lapsed")]
)
def test_sm_03_without_a_miss_within_a_year_before_the_recorded_lapse_counts(recorded: str, state: str) -> None:
    h = policy()
    miss(h, "2022-11")
    h.add("PolicyLapsed", lapsed_on=recorded, ground="premium")
    assert h.state("2023-12-31")[0] == state
    assert len(h.on("2023-12-31")["discrepancies"]) == (state == "in_force")


def test_sm_03_a_migrated_lapse_in_mid_month_cuts_the_stay_on_the_day_before() -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", "2023-06-20", {"2023-05": 50_000, "2023-06": 60_000})
    h.add("PolicyLapsed", lapsed_on="2023-05-20", ground="premium")
    assert h.on("2023-05-19")["benefits"][0]["to"] == "2023-05-19"
    rows = [(b["from"], b["to"], b["payable"], b["rules"][-1]) for b in h.on("2023-07-01")["benefits"]]
    assert rows == [("2023-05-10", "2023-05-19", 50_000, "SM-07"), ("2023-06-01", "2023-06-20", 0, "SM-04")]


@pytest.mark.parametrize(
    ("on", "due"), [("2022-12-31", []), ("2023-01-01", ["2023-01-01"]), ("2024-01-01", ["2023-01-01"])]
)
def test_sm_03_the_lapses_due_by_a_day_each_with_its_id(on: str, due: list[str]) -> None:
    h = lapsed()
    found = lapses_due("P-1", h.policy.timeline.facts, date.fromisoformat(on))
    assert [day.isoformat() for day, _ in found] == due
    assert found == lapses_due("P-1", h.policy.timeline.facts, date.fromisoformat(on))
    assert all(UUID(event_id).version == 5 for _, event_id in found)


def test_sm_03_a_lapse_that_is_recorded_is_not_due_and_the_id_is_the_policys_own() -> None:
    h = lapsed()
    [(_, first)] = lapses_due("P-1", h.policy.timeline.facts, date(2023, 2, 1))
    [(_, other)] = lapses_due("P-2", h.policy.timeline.facts, date(2023, 2, 1))
    assert first != other
    h.add("PolicyLapsed", lapsed_on="2023-01-01", ground="premium")
    assert lapses_due("P-1", h.policy.timeline.facts, date(2023, 2, 1)) == []


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


# ---- SM-05 ------------------------------------------------------------------------------------------------------------------------


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


# ---- several lapses, and which one ------------------------------------------------------------------------------------------------


def lapsed_twice(*, reinstated: str | None = None) -> History:
    """Lapsed from 1 January to 19 January 2023, and again from 1 April."""
    h = lapsed(reinstated="2023-01-20")
    h.add("PremiumMissed", due_month="2023-02", due_on="2023-02-27")
    h.add("PremiumMissed", due_month="2023-03", due_on="2023-03-27")
    if reinstated:
        h.add("PolicyReinstated", reinstated_on=reinstated, unpaid_premium=8_000, interest=0)
    return h


def test_sm_02_a_second_lapse_after_a_reinstatement() -> None:
    h = lapsed_twice()
    days = ("2023-01-19", "2023-01-20", "2023-03-28", "2023-04-01")
    assert states(h, *days) == ["lapsed", "in_force", "grace", "lapsed"]
    h.add("PremiumMissed", due_month="2023-04", due_on="2023-04-27")
    assert [d[0] for d in h.deadlines("2023-05-01", "grace")] == ["2022-12-31", "2023-03-31"]


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


def test_sm_02_reinstated_on_the_lapse_day_no_day_is_lost() -> None:
    h = lapsed(reinstated="2023-01-01")
    assert h.state("2023-01-01") == ("in_force", "2023-01-01", "2027-03-31")
    stay(h, "s1", "2022-12-20", "2023-01-10", {"2022-12": 50_000, "2023-01": 60_000})
    rows = [(b["to"], b["payable"]) for b in h.on("2023-02-01")["benefits"]]
    assert rows == [("2022-12-31", 50_000), ("2023-01-10", 60_000)]


def test_sm_04_a_lapse_long_past_cuts_no_later_stay() -> None:
    h = lapsed(reinstated="2023-02-01")
    stay(h, "s1", "2023-05-10", "2023-05-20", {"2023-05": 50_000})
    assert [(b["from"], b["to"]) for b in h.on("2023-06-01")["benefits"]] == [("2023-05-10", "2023-05-20")]


def test_sm_02_sm_03_sm_05_are_named_where_they_act() -> None:
    h = lapsed()
    assert [h.on(day)["status"]["rules"] for day in ("2022-12-28", "2023-01-01")] == [["SM-02"], ["SM-02"]]
    assert [d["rules"] for d in h.on("2023-01-01")["deadlines"]] == [["SM-02"], ["SM-05"]]
    h = policy()
    h.add("PolicyLapsed", lapsed_on="2023-05-20", ground="premium")
    assert h.on("2023-05-20")["status"]["rules"] == ["SM-03"]


def test_sm_03_a_miss_due_on_the_day_of_the_recorded_lapse_does_not_come_before_it() -> None:
    h = policy()
    miss(h, "2022-11")
    h.add("PolicyLapsed", lapsed_on="2022-11-28", ground="premium")
    assert h.state("2022-11-28")[0] == "lapsed"


@pytest.mark.parametrize(
    ("missed", "recorded", "derived"),
    [
        ("2023-12", "2024-01-01", "2023-01-01"),
        ("2023-12", "2024-01-02", None),
        ("2021-12", "2022-01-01", "2023-01-01"),
        ("2021-12", "2021-12-31", None),
    ],
)
def test_sm_03_a_derived_lapse_within_a_year_is_named(missed: str, recorded: str, derived: str | None) -> None:
    h = policy(("2021-04-01", "2027-04-01"))
    miss(h, "2022-11", "2022-12")
    h.add("PremiumMissed", due_month=missed, due_on=f"{missed}-27")
    h.add("PolicyLapsed", lapsed_on=recorded, ground="premium")
    assert [d["derived"] for d in h.on("2024-06-01")["discrepancies"]] == [derived]


@pytest.mark.parametrize(("recorded", "derived"), [("2023-02-10", "2023-01-01"), ("2023-03-15", "2023-04-01")])
def test_sm_03_the_nearest_of_several_is_named(recorded: str, derived: str) -> None:
    h = lapsed_twice()
    h.add("PolicyLapsed", lapsed_on=recorded, ground="premium")
    assert [d["derived"] for d in h.on("2023-06-01")["discrepancies"]] == [derived]


def test_sm_03_a_migrated_lapse_is_not_named_as_the_derived_one() -> None:
    h = policy()
    h.add("PolicyLapsed", lapsed_on="2022-06-01", ground="premium")
    miss(h, "2022-11")
    h.add("PolicyLapsed", lapsed_on="2023-01-15", ground="premium")
    assert [(d["recorded"], d["derived"]) for d in h.on("2023-02-01")["discrepancies"]] == [("2023-01-15", None)]


def test_sm_03_the_derived_lapse_is_named_from_its_day() -> None:
    h = policy()
    h.add("PremiumMissed", due_month="2023-01", due_on="2023-01-27")
    h.add("PremiumMissed", due_month="2023-02", due_on="2023-03-01")
    h.add("PolicyLapsed", lapsed_on="2023-03-10", ground="premium")
    found = [h.on(day)["discrepancies"][0]["derived"] for day in ("2023-03-10", "2023-03-31", "2023-04-01")]
    assert found == [None, None, "2023-04-01"]


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
