"""SM-01 to SM-03: missed debits, grace and lapse."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from ledger.products.sony_medical import lapses_due
from tests.ledger.products.sony_medical_history import lapsed, lapsed_twice, miss, pay, policy, states, stay

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


def test_sm_02_a_second_lapse_after_a_reinstatement() -> None:
    h = lapsed_twice()
    days = ("2023-01-19", "2023-01-20", "2023-03-28", "2023-04-01")
    assert states(h, *days) == ["lapsed", "in_force", "grace", "lapsed"]
    h.add("PremiumMissed", due_month="2023-04", due_on="2023-04-27")
    assert [d[0] for d in h.deadlines("2023-05-01", "grace")] == ["2022-12-31", "2023-03-31"]


def test_sm_02_reinstated_on_the_lapse_day_no_day_is_lost() -> None:
    h = lapsed(reinstated="2023-01-01")
    assert h.state("2023-01-01") == ("in_force", "2023-01-01", "2027-03-31")
    stay(h, "s1", "2022-12-20", "2023-01-10", {"2022-12": 50_000, "2023-01": 60_000})
    rows = [(b["to"], b["payable"]) for b in h.on("2023-02-01")["benefits"]]
    assert rows == [("2022-12-31", 50_000), ("2023-01-10", 60_000)]


def test_sm_02_sm_03_sm_05_are_named_where_they_act() -> None:
    h = lapsed()
    assert [h.on(day)["status"]["rules"] for day in ("2022-12-28", "2023-01-01")] == [["SM-02"], ["SM-02"]]
    assert [d["rules"] for d in h.on("2023-01-01")["deadlines"]] == [["SM-02"], ["SM-05"]]
    h = policy()
    h.add("PolicyLapsed", lapsed_on="2023-05-20", ground="premium")
    assert h.on("2023-05-20")["status"]["rules"] == ["SM-03"]


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
