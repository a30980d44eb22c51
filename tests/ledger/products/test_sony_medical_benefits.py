"""SM-07 to SM-10: charges of a stay by month, the room, advanced care, and reductions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.history import History
from tests.ledger.products.sony_medical_history import PLAN, care, limit, policy, stay


def charge(h: History, month: str, stay_id: str = "s1", **amounts: Any) -> str:
    return h.add("HospitalChargesIncurred", **{"month": month, "stay_id": stay_id, "treatment_charge": 0} | amounts)


# ---- SM-07 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "paid"), [(299_999, 299_999), (300_000, 300_000), (300_001, 300_000)], ids=["under", "at", "over"]
)
def test_sm_07_up_to_the_monthly_limit(amount: int, paid: int) -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", "2023-05-20", {"2023-05": amount})
    assert h.lines("2023-06-01") == [("hospital_treatment", "s1/2023-05", paid)]
    assert limit(h, "2023-06-01", "hospital_treatment.month", "2023-05") == (300_000, paid, 300_000 - paid)


def test_sm_07_each_month_has_its_own_limit_and_counts_from_the_stays_first_day_in_it() -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", "2023-06-20", {"2023-05": 400_000, "2023-06": 400_000})
    rows = [(b["key"], b["from"], b["to"], b["payable"]) for b in h.on("2023-07-01")["benefits"]]
    assert rows == [
        ("s1/2023-05", "2023-05-10", "2023-05-31", 300_000),
        ("s1/2023-06", "2023-06-01", "2023-06-20", 300_000),
    ]
    assert (len(h.lines("2023-05-09")), len(h.lines("2023-05-31")), len(h.lines("2023-06-01"))) == (0, 1, 2)


def test_sm_07_all_stays_of_a_month_in_order_of_their_first_day_in_it_then_of_their_id() -> None:
    h = policy()
    stay(h, "a", "2023-06-10", "2023-06-12", {"2023-06": 100_000})
    stay(h, "z", "2023-05-25", "2023-06-02", {"2023-06": 100_000})
    stay(h, "c", "2023-06-05", "2023-06-06", {"2023-06": 100_000})
    stay(h, "b", "2023-06-05", "2023-06-07", {"2023-06": 150_000})
    paid = {line[1]: line[2] for line in h.lines("2023-07-01")}
    assert paid == {"z/2023-06": 100_000, "b/2023-06": 150_000, "c/2023-06": 50_000, "a/2023-06": 0}
    [row] = [b for b in h.on("2023-07-01")["benefits"] if b["key"] == "c/2023-06"]
    assert row["cut_by"] == [{"limit": "hospital_treatment.month", "key": "2023-06", "by": 50_000}]


@pytest.mark.parametrize(
    ("changed", "cap"), [("2023-05-31", 100_000), ("2023-06-01", 100_000), ("2023-06-02", 300_000)]
)
def test_sm_07_the_limit_in_force_on_the_1st(changed: str, cap: int) -> None:
    h = policy()
    h.add("CoverageChanged", effective_on=changed, plan=PLAN | {"treatment_monthly_limit": 100_000})
    stay(h, "s1", "2023-06-10", "2023-06-12", {"2023-06": 400_000})
    assert [line[2] for line in h.lines("2023-07-01")] == [cap]


@pytest.mark.parametrize(("changed", "cap"), [("2023-06-16", 100_000), ("2023-06-17", 300_000)])
def test_sm_07_or_on_the_first_day_of_cover_in_the_month(changed: str, cap: int) -> None:
    h = policy(entered_on="2023-06-16", period=("2023-06-01", "2027-04-01"))
    h.add("CoverageChanged", effective_on=changed, plan=PLAN | {"treatment_monthly_limit": 100_000})
    stay(h, "s1", "2023-06-20", "2023-06-22", {"2023-06": 400_000})
    assert [line[2] for line in h.lines("2023-07-01")] == [cap]


@pytest.mark.parametrize(("known", "payable"), [(None, 0), ("2023-05-31", 0), ("2023-06-01", 70_000)])
def test_sm_07_a_month_which_the_stay_is_not_known_to_reach(known: str | None, payable: int) -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", None, {"2023-06": 70_000})
    if known:
        h.add("StayConfirmed", stay_id="s1", through=known)
    assert [line[2] for line in h.lines("2023-07-01")] == [payable]


def test_sm_07_several_charges_of_a_stay_and_month_are_one_line() -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", "2023-05-20", {"2023-05": 100_000})
    charge(h, "2023-05", treatment_charge=30_000)
    assert h.lines("2023-06-01") == [("hospital_treatment", "s1/2023-05", 130_000)]


@pytest.mark.parametrize(
    ("admitted", "payable"), [("2022-03-31", False), ("2022-04-01", True), ("2023-03-31", True), ("2023-04-01", False)]
)
def test_sm_07_in_a_policy_period(admitted: str, payable: bool) -> None:
    h = policy(("2022-04-01", "2023-04-01"))
    stay(h, "s1", admitted, admitted, {admitted[:7]: 70_000})
    assert [line[2:] for line in h.lines("2023-07-01")] == [(70_000,) if payable else (0, "SM-07")]


@pytest.mark.parametrize(
    ("type_", "data", "rule", "to"),
    [
        ("PolicyCancelled", {"cancelled_on": "2023-05-15"}, "KR-09", "2023-05-14"),
        ("PersonDied", {"person_id": "p1", "died_on": "2023-05-15"}, "KR-07", "2023-05-15"),
        (
            "PolicyRescinded",
            {"rescinded_on": "2023-05-15", "ground": "disclosure", "unrelated_conditions": ["c1"]},
            "KR-04",
            "2023-05-14",
        ),
    ],
)
def test_sm_04_a_stay_that_runs_on_beyond_the_end_counts_to_it(
    type_: str, data: dict[str, Any], rule: str, to: str
) -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", "2023-06-20", {"2023-05": 70_000, "2023-06": 80_000})
    h.add(type_, **data)
    rows = [(b["to"], b["payable"], b["rules"][-1]) for b in h.on("2023-07-01")["benefits"]]
    assert rows == [(to, 70_000, "SM-07"), ("2023-06-20", 0, rule)]


@pytest.mark.parametrize(
    ("type_", "data", "rule"),
    [
        ("PolicyVoided", {"ground": "other"}, "KR-06"),
        ("PolicyRevoked", {"ground": "fraud"}, "KR-08"),
        ("PolicyRescinded", {"rescinded_on": "2023-06-15", "ground": "disclosure"}, "KR-04"),
        (
            "PolicyRescinded",
            {"rescinded_on": "2023-06-15", "ground": "serious", "reason_arose_on": "2023-05-10"},
            "KR-10",
        ),
        ("PolicyRescinded", {"rescinded_on": "2023-06-15", "ground": "additional_premium"}, "KR-11"),
    ],
)
def test_kr_rules_of_ending_refuse_earlier_benefits_and_give_no_premium_back(
    type_: str, data: dict[str, Any], rule: str
) -> None:
    h = policy()
    h.add("PremiumPaid", due_months=["2023-05", "2023-06", "2023-07"], paid_on="2023-05-01", amount=12_000)
    stay(h, "s1", "2023-05-10", "2023-05-20", {"2023-05": 70_000})
    care(h, "2023-05-12", 500_000)
    h.add(type_, **data)
    assert [line[2:] for line in h.lines("2023-07-01")] == [(0, rule), (0, rule)]
    assert h.refunds("2023-07-01") == []
    assert h.on("2023-07-01")["limits"] == []


# ---- SM-08 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("room", "days", "paid"), [(49_999, 10, 49_999), (50_000, 10, 50_000), (50_001, 10, 50_000), (20_000, 0, 0)]
)
def test_sm_08_the_lower_of_the_bill_and_the_daily_amount(room: int, days: int, paid: int) -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", "2023-05-20", {})
    charge(h, "2023-05", room_charge=room, room_days=days)
    [row] = h.on("2023-06-01")["benefits"]
    assert (row["benefit"], row["key"], row["payable"], row["decision"]) == (
        "room_charge",
        "s1/2023-05",
        paid,
        "payable",
    )


def test_sm_08_does_not_use_up_the_treatment_limit() -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", "2023-05-20", {})
    charge(h, "2023-05", treatment_charge=300_000, room_charge=50_000, room_days=11)
    assert sorted(h.lines("2023-06-01")) == [
        ("hospital_treatment", "s1/2023-05", 300_000),
        ("room_charge", "s1/2023-05", 50_000),
    ]


# ---- SM-09 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, (2_900_000,)),
        ({"eligible": False}, (0, "SM-09")),
        ({"in_japan": False}, (0, "SM-09")),
        ({"direct_payment": True}, (2_900_000,)),
    ],
)
def test_sm_09_the_technical_fee_of_eligible_care_in_japan(more: dict[str, Any], line: tuple[Any, ...]) -> None:
    h = policy()
    event = care(h, "2023-05-10", 2_900_000, transport=60_000, **more)
    assert h.lines("2023-05-10") == [("advanced_care", event, *line)]
    [found] = h.on("2023-05-10")["benefits"]
    assert (found["quantity"], found["rate"], found["gross"]) == (1, 2_900_000, 2_900_000)
    assert found["decision"] != "reduced"
    assert h.lines("2023-05-09") == []


@pytest.mark.parametrize(
    ("second", "paid", "left"),
    [(3_999_999, 3_999_999, 1), (4_000_000, 4_000_000, 0), (4_000_001, 4_000_000, 0)],
    ids=["under", "at", "over"],
)
def test_sm_09_up_to_the_plans_amount_over_the_policys_life(second: int, paid: int, left: int) -> None:
    h = policy(("2022-04-01", "2023-04-01"))
    h.add("PolicyRenewed", period_start="2023-04-01", period_end="2024-04-01")
    care(h, "2023-05-10", second)
    care(h, "2022-05-10", 6_000_000)
    assert [line[2] for line in h.lines("2023-06-01")] == [6_000_000, paid]
    assert limit(h, "2023-06-01", "advanced_care.total", "") == (10_000_000, 6_000_000 + paid, left)
    assert limit(h, "2022-05-09", "advanced_care.total", "") is None


@pytest.mark.parametrize(
    ("amount", "second", "cap"),
    [(4_000_000, 0, 6_000_000), (7_000_000, 1_000_000, 7_000_000), (20_000_000, 9_000_000, 20_000_000)],
)
def test_sm_09_each_line_falls_under_the_amount_of_its_day(amount: int, second: int, cap: int) -> None:
    h = policy()
    care(h, "2023-05-10", 6_000_000)
    h.add("CoverageChanged", effective_on="2023-06-01", plan=PLAN | {"advanced_care_limit": amount})
    care(h, "2023-06-01", 9_000_000)
    assert [line[2] for line in h.lines("2023-07-01")] == [6_000_000, second]
    assert limit(h, "2023-05-31", "advanced_care.total", "") == (10_000_000, 6_000_000, 4_000_000)
    assert limit(h, "2023-07-01", "advanced_care.total", "") == (cap, 6_000_000 + second, cap - 6_000_000 - second)


def test_sm_09_what_is_declined_does_not_use_up_the_amount() -> None:
    h = policy()
    first = care(h, "2022-05-10", 9_000_000)
    care(h, "2023-05-10", 8_000_000)
    assert [line[2] for line in h.lines("2023-06-01")] == [9_000_000, 1_000_000]
    h.add("ClaimFiled", claim_id="k1", filed_on="2025-05-11", claimant="insured", facts=[first])
    assert [line[2] for line in h.lines("2025-05-11")] == [0, 8_000_000]
    assert limit(h, "2025-05-11", "advanced_care.total", "") == (10_000_000, 8_000_000, 2_000_000)


def test_sm_09_a_raise_does_not_reach_back() -> None:
    h = policy()
    care(h, "2023-05-10", 12_000_000)
    h.add("CoverageChanged", effective_on="2023-06-01", plan=PLAN | {"advanced_care_limit": 15_000_000})
    assert [line[2] for line in h.lines("2023-07-01")] == [10_000_000]
    assert limit(h, "2023-07-01", "advanced_care.total", "") == (15_000_000, 10_000_000, 5_000_000)


# ---- SM-10 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cover", "benefit"),
    [
        ("treatment_monthly_limit", "hospital_treatment"),
        ("room_daily", "room_charge"),
        ("advanced_care_limit", "advanced_care"),
    ],
)
def test_sm_10_a_cover_taken_off_counts_as_cancelled(cover: str, benefit: str) -> None:
    h = policy()
    h.add(
        "CoverageChanged",
        effective_on="2023-06-01",
        plan={name: amount for name, amount in PLAN.items() if name != cover},
    )
    for month in ("2023-05", "2023-06"):
        stay(h, month, f"{month}-10", f"{month}-20", {})
        charge(h, month, month, treatment_charge=70_000, room_charge=10_000, room_days=2)
        care(h, f"{month}-15", 500_000)
    found = [line[2:] for line in h.lines("2023-07-01") if line[0] == benefit]
    assert len(found) == 2
    assert found[0][0] > 0
    assert found[1] == (0, "SM-10")
    assert len([line for line in h.lines("2023-07-01") if line[2] > 0]) == 5


def test_sm_10_no_refund_on_cancellation() -> None:
    h = policy()
    h.add("PremiumPaid", due_months=["2023-05", "2023-06", "2023-07"], paid_on="2023-05-01", amount=12_000)
    h.add("PolicyCancelled", cancelled_on="2023-05-10")
    assert h.refunds("2023-06-01") == []


# ---- claims -----------------------------------------------------------------------------------------------------------------------


def test_gn_01_a_claim_for_the_admission_is_for_all_charges_of_the_stay() -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", "2023-06-20", {"2023-05": 100_000, "2023-06": 50_000})
    [admission] = [event.event_id for event in h.policy.recorded if event.type == "HospitalAdmitted"]
    h.add("ClaimFiled", claim_id="k1", filed_on="2023-06-25", claimant="insured", facts=[admission])
    h.add("ClaimDocumentsCompleted", claim_id="k1", completed_on="2023-06-26")
    for day, amount in (("2023-07-01", 100_000), ("2023-07-02", 50_000)):
        h.add("BenefitPaid", claim_id="k1", benefit="hospital_treatment", paid_on=day, amount=amount, payee="insured")
    assert h.deadlines("2023-07-01", "payment") == [("2023-07-25", None, False)]
    assert h.deadlines("2023-07-02", "payment") == [("2023-07-25", "2023-07-02", False)]


# ---- the last days of cover -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "data", "line"),
    [
        ("PersonDied", {"person_id": "p1", "died_on": "2023-05-10"}, (70_000,)),
        ("PersonDied", {"person_id": "p1", "died_on": "2023-05-09"}, (0, "KR-07")),
        ("PolicyCancelled", {"cancelled_on": "2023-05-11"}, (70_000,)),
        ("PolicyCancelled", {"cancelled_on": "2023-05-10"}, (0, "KR-09")),
    ],
)
def test_the_day_of_death_is_covered_that_of_a_cancellation_is_not(
    type_: str, data: dict[str, Any], line: tuple[Any, ...]
) -> None:
    h = policy()
    h.add(type_, **data)
    stay(h, "s1", "2023-05-10", "2023-05-10", {"2023-05": 70_000})
    assert [found[2:] for found in h.lines("2023-06-01")] == [line]


@pytest.mark.parametrize(
    ("renewed", "to"), [(None, "2023-04-14"), ("2023-04-15", "2023-04-20"), ("2023-04-16", "2023-04-14")]
)
def test_a_stay_runs_on_through_a_renewal_without_a_gap(renewed: str | None, to: str) -> None:
    h = policy(("2022-04-15", "2023-04-15"))
    if renewed:
        h.add("PolicyRenewed", period_start=renewed, period_end="2024-04-15")
    stay(h, "s1", "2023-04-10", "2023-04-20", {"2023-04": 70_000})
    assert [(b["to"], b["payable"]) for b in h.on("2023-06-01")["benefits"]] == [(to, 70_000)]


def test_sm_07_the_plan_of_a_month_without_any_cover_is_that_of_the_1st() -> None:
    h = policy(("2022-04-01", "2023-04-01"))
    h.add("CoverageChanged", effective_on="2023-05-20", plan={"room_daily": 1_000})
    stay(h, "s1", "2023-05-10", "2023-05-20", {"2023-05": 70_000})
    assert h.lines("2023-06-01") == [("hospital_treatment", "s1/2023-05", 0, "SM-07")]


def test_sm_07_cover_may_start_on_the_last_day_of_a_month() -> None:
    h = policy(("2023-05-31", "2027-04-01"))
    h.add("CoverageChanged", effective_on="2023-05-31", plan=PLAN | {"treatment_monthly_limit": 100_000})
    stay(h, "s1", "2023-05-31", "2023-05-31", {"2023-05": 400_000})
    assert [line[2] for line in h.lines("2023-06-01")] == [100_000]


def test_sm_07_to_sm_09_are_named_in_lines_and_limits() -> None:
    h = policy()
    stay(h, "s1", "2023-05-10", None, {"2023-05": 70_000, "2023-06": 80_000})
    charge(h, "2023-05", room_charge=5_000, room_days=1)
    care(h, "2023-05-20", 1_000)
    care(h, "2023-05-21", 1_000)
    rows = [(b["benefit"], b["from"], b["rules"]) for b in h.on("2023-07-01")["benefits"]]
    assert rows == [
        ("hospital_treatment", "2023-05-10", ["SM-07"]),
        ("room_charge", "2023-05-10", ["SM-08"]),
        ("advanced_care", "2023-05-20", ["SM-09"]),
        ("advanced_care", "2023-05-21", ["SM-09"]),
        ("hospital_treatment", "2023-06-01", ["SM-07"]),
    ]
    limits = [(row["limit"], row["from"], row["to"], row["rules"]) for row in h.on("2023-07-01")["limits"]]
    assert limits == [
        ("advanced_care.total", "2023-05-20", None, ["SM-09"]),
        ("hospital_treatment.month", "2023-05-01", "2023-05-31", ["SM-07"]),
    ]


def test_lines_rest_on_charge_stay_and_condition() -> None:
    h = policy()
    other = h.add("ConditionRecorded", condition_id="c2", kind="sickness")
    stay(h, "s1", "2023-05-10", "2023-05-20", {"2023-05": 70_000})
    of = {event.type: event.event_id for event in h.policy.recorded if event.event_id != other}
    [row] = h.on("2023-06-01")["benefits"]
    named = ("HospitalChargesIncurred", "HospitalAdmitted", "HospitalDischarged", "ConditionRecorded")
    assert row["events"] == [of[name] for name in named]
