"""Oyako: the costs of care and the limits on them (OY-03 to OY-08, OY-16, OY-17), and the source's own example."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger import events as ev
from ledger.facts import Facts, Known
from ledger.products.oyako.rules.costs import Cost, Standing, still_borne
from tests.ledger.products.oyako_history import BALANCE, TRIGGER, Oyako, triggered

HOME = "parent_care.home_modification"
CARE_HOME = "parent_care.care_home"
TOTAL = "incidental.total"
MILLION = 1_000_000


def test_the_worked_example_of_the_source() -> None:
    history = Oyako("B")
    history.certified("2024-06-01", "2025-05-31", "care1", certified_on="2024-06-20", dementia="IIa")
    history.cost("2024-06-30", 266_000, "care_service", public_benefit=150_885)
    history.cost("2024-06-30", 31_680, "housekeeping")

    assert history.care("2024-06-30") == {"k1": 115_115, "k2": 31_680}
    assert history.incidental("2024-06-30") == {"2024-06": 14_680}
    assert history.on("2024-06-30")["settlement"]["payable"] == 161_475
    assert history.limit(BALANCE, "2024-06-30") == (TRIGGER, 5_000_000, 146_795, TRIGGER, "2034-05-31")


# ---- OY-03 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "category", ["care_service", "housekeeping", "safety_check", "meals", "home_modification", "care_home"]
)
def test_oy_03_every_category_is_paid(category: str) -> None:
    history = triggered()
    history.cost("2024-07-01", 10_000, category)

    assert history.care("2024-07-01") == {"k1": 10_000}


@pytest.mark.parametrize(("public_benefit", "payable"), [(0, 10_000), (9_999, 1), (10_000, 0), (10_001, 0)])
def test_oy_03_gross_less_public_benefit_not_below_0(public_benefit: int, payable: int) -> None:
    history = triggered()
    history.cost("2024-07-01", 10_000, public_benefit=public_benefit)

    assert history.care("2024-07-01") == {"k1": payable}
    assert history.incidental("2024-07-01") == ({"2024-07": payable // 10} if payable else {})


def test_oy_03_a_cost_abroad_is_declined_and_keeps_its_gross() -> None:
    history = triggered()
    history.cost("2024-07-01", in_japan=False)

    assert history.care("2024-07-01") == {"k1": "OY-03"}
    (line,) = history.on("2024-07-01")["benefits"]
    assert (line["gross"], line["payable"], line["rules"]) == (10_000, 0, ["OY-01", "OY-02", "OY-03"])


def test_oy_03_a_cost_counts_from_the_day_of_use() -> None:
    history = triggered()
    history.cost("2024-07-02")

    assert history.care("2024-07-01") == {}
    (line, _) = [line for line in history.on("2024-07-02")["benefits"] if line["key"] == "k1"] * 2
    assert (line["counts_from"], line["from"], line["to"]) == ("2024-07-02",) * 3


# ---- OY-04 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "amount"), [("A", 3 * MILLION), ("B", 5 * MILLION), ("C", 7 * MILLION), ("D", 10 * MILLION)]
)
def test_oy_04_the_balance_is_the_insured_amount_of_the_plan(plan: str, amount: int) -> None:
    history = triggered(plan)
    history.cost("2024-07-01", amount - 1)
    history.cost("2024-07-02", 1)
    history.cost("2024-07-03", 1)

    assert history.care("2024-07-03") == {"k1": amount - 1, "k2": 1, "k3": 0}
    assert history.limit(BALANCE, "2024-07-03")[1:3] == (amount, amount)
    assert history.cuts("k3", "2024-07-03") == [(BALANCE, 1)]


def test_oy_04_the_balance_is_one_over_the_years() -> None:
    history = triggered()
    history.cost("2024-07-01", 3 * MILLION)
    history.cost("2030-07-01", 3 * MILLION)

    assert history.care("2030-07-01") == {"k1": 3 * MILLION, "k2": 2 * MILLION}
    assert history.limit(BALANCE, "2025-07-01")[2] == 3 * MILLION


def test_oy_04_lines_take_the_balance_by_day_of_use_then_by_cost_id_not_by_recording() -> None:
    history = triggered("A")
    history.cost("2024-07-02", 2 * MILLION, cost_id="a")
    history.cost("2024-07-01", 2 * MILLION, cost_id="z")
    history.cost("2024-07-01", MILLION, cost_id="y")

    assert history.care("2024-07-02") == {"a": 0, "y": MILLION, "z": 2 * MILLION}


def test_oy_04_a_declined_line_does_not_touch_the_balance() -> None:
    history = triggered()
    history.cost("2024-07-01", in_japan=False)
    history.cost("2024-07-01", nature="deposit")

    assert history.limit(BALANCE, "2024-07-01")[2] == 0


# ---- OY-05 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "limit", "cap"), [("home_modification", HOME, MILLION), ("care_home", CARE_HOME, 3 * MILLION)]
)
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_oy_05_a_category_has_a_cap_of_its_own(category: str, limit: str, cap: int, over: int) -> None:
    history = triggered()
    history.cost("2024-07-01", cap + over, category)

    assert history.care("2024-07-01") == {"k1": min(cap, cap + over)}
    assert history.limit(limit, "2024-07-01")[:3] == (TRIGGER, cap, min(cap, cap + over))
    assert history.limit(BALANCE, "2024-07-01")[2] == min(cap, cap + over)
    assert history.cuts("k1", "2024-07-01") == ([(limit, 1)] if over == 1 else [])


def test_oy_05_other_categories_do_not_touch_the_caps() -> None:
    history = triggered()
    history.cost("2024-07-01", 4 * MILLION, "care_service")

    assert history.care("2024-07-01") == {"k1": 4 * MILLION}
    assert [history.limit(limit, "2024-07-01")[2] for limit in (HOME, CARE_HOME)] == [0, 0]


def test_oy_05_each_limit_that_cuts_is_named() -> None:
    history = triggered("A")
    history.cost("2024-07-01", 2_500_000, "care_service")
    history.cost("2024-07-02", 1_200_000, "home_modification")

    assert history.care("2024-07-02") == {"k1": 2_500_000, "k2": 500_000}
    assert history.cuts("k2", "2024-07-02") == [(HOME, 200_000), (BALANCE, 500_000)]
    assert history.limit(HOME, "2024-07-02")[:3] == (TRIGGER, MILLION, 500_000)


def test_oy_05_the_cap_of_care_homes_stays_3_million_under_plan_a() -> None:
    assert triggered("A").limit(CARE_HOME, TRIGGER)[1] == 3 * MILLION


# ---- OY-06 ----------------------------------------------------------------------------------------------------------


def test_oy_06_a_deposit_is_declined() -> None:
    history = triggered()
    history.cost("2024-07-01", 500_000, "care_home", nature="deposit")

    assert history.care("2024-07-01") == {"k1": "OY-06"}
    assert history.incidental("2024-07-01") == {}


# ---- OY-07 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "incidental"), [(146_794, 14_679), (146_795, 14_680), (146_796, 14_680), (4, 0), (5, 1)]
)
def test_oy_07_a_tenth_half_up(amount: int, incidental: int) -> None:
    history = triggered()
    history.cost("2024-07-01", amount)

    assert history.incidental("2024-07-01") == {"2024-07": incidental}


def test_oy_07_is_rounded_once_for_all_lines_of_a_calendar_month() -> None:
    history = triggered()
    for day in ("2024-07-01", "2024-07-15", "2024-07-31", "2024-08-01"):
        history.cost(day, 14)

    assert history.incidental("2024-08-01") == {"2024-07": 4, "2024-08": 1}


def test_oy_07_the_month_grows_as_its_costs_come_into_view() -> None:
    history = triggered()
    history.cost("2024-07-10", 1_000)
    history.cost("2024-07-20", 2_000)

    assert [history.incidental(day) for day in ("2024-07-09", "2024-07-10", "2024-07-19", "2024-07-20")] == [
        {}, {"2024-07": 100}, {"2024-07": 100}, {"2024-07": 300},
    ]  # fmt: skip
    (line,) = [line for line in history.on("2024-07-20")["benefits"] if line["key"] == "2024-07"]
    assert (line["counts_from"], line["from"], line["to"], line["unit"]) == (
        "2024-07-10",
        "2024-07-01",
        "2024-07-31",
        "month",
    )


def test_oy_07_is_taken_of_what_the_balance_leaves() -> None:
    history = triggered("A")
    history.cost("2024-07-01", 2_999_000)
    history.cost("2024-08-01", 5_000)

    assert history.incidental("2024-08-01") == {"2024-07": 299_900, "2024-08": 100}
    assert history.limit(TOTAL, "2024-08-01") == (TRIGGER, 300_000, 300_000, TRIGGER, "2034-05-31")


def test_oy_07_declined_lines_earn_nothing() -> None:
    history = triggered()
    history.cost("2024-07-01", in_japan=False)
    history.cost("2024-05-01")

    assert history.incidental("2024-07-01") == {}


def test_oy_07_the_total_cuts_the_latest_month() -> None:
    history = triggered("A")
    for n in range(9):  # half up gives 0.5 yen too much a month
        history.cost(f"2024-{n + 7:02d}-01" if n < 6 else f"2025-{n - 5:02d}-01", 5)
    history.cost("2025-04-01", 3 * MILLION - 45)

    found = history.incidental("2025-04-01")
    assert [found[month] for month in sorted(found)] == [1] * 9 + [299_991]
    assert history.cuts("2025-04", "2025-04-01") == [(TOTAL, 5)]
    assert history.limit(TOTAL, "2025-04-01")[1:3] == (300_000, 300_000)


def test_oy_07_a_late_recorded_month_cuts_the_latest_not_itself() -> None:
    history = triggered("A")
    history.cost("2025-04-01", 3 * MILLION - 5)
    history.cost("2024-07-01", 5)

    assert history.incidental("2025-04-01") == {"2024-07": 1, "2025-04": 299_999}


# ---- OY-08 ----------------------------------------------------------------------------------------------------------


def test_oy_08_a_cost_of_which_nothing_came_back_is_reckoned_without_refunds() -> None:
    """The explanation has no step for it."""
    day = date(2024, 7, 1)
    fact = Known("e", day, ev.CareCostIncurred(cost_id="k1", used_on=day, category="meals", gross=10_000))
    alone = still_borne(Cost(fact, (), Standing(None, None, None, ()), Facts()))
    assert (alone.amount, alone.steps) == (10_000, ())


def test_oy_08_a_refund_counts_from_its_day() -> None:
    history = triggered()
    history.cost("2024-07-01", 100_000)
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-09-10", amount=30_000)

    assert [history.care(day)["k1"] for day in ("2024-09-09", "2024-09-10")] == [100_000, 70_000]
    assert [history.incidental(day)["2024-07"] for day in ("2024-09-09", "2024-09-10")] == [10_000, 7_000]
    assert [history.limit(BALANCE, day)[2] for day in ("2024-09-09", "2024-09-10")] == [100_000, 70_000]


def test_oy_08_later_lines_take_what_a_refund_sets_free() -> None:
    history = triggered("A")
    history.cost("2024-07-01", 2 * MILLION)
    history.cost("2024-08-01", 2 * MILLION)
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-09-10", amount=1_500_000)

    assert history.care("2024-09-09") == {"k1": 2 * MILLION, "k2": MILLION}
    assert history.care("2024-09-10") == {"k1": 500_000, "k2": 2 * MILLION}
    assert history.incidental("2024-09-10") == {"2024-07": 50_000, "2024-08": 200_000}


def test_oy_08_a_refund_sets_the_cap_of_a_category_free() -> None:
    history = triggered()
    history.cost("2024-07-01", MILLION, "home_modification")
    history.cost("2024-08-01", 400_000, "home_modification")
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-09-10", amount=300_000)

    assert history.care("2024-09-10") == {"k1": 700_000, "k2": 300_000}


def test_oy_08_what_was_paid_shows_as_overpaid() -> None:
    history = triggered()
    history.cost("2024-07-01", 100_000)
    history.add("BenefitPaid", benefit="parent_care", paid_on="2024-08-01", amount=100_000, payee="insured")
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-09-10", amount=30_000)

    assert history.on("2024-09-09")["settlement"]["by_benefit"]["parent_care"]["outstanding"] == 0
    assert history.on("2024-09-10")["settlement"]["by_benefit"]["parent_care"]["outstanding"] == -30_000


@pytest.mark.parametrize(("second", "refused"), [(39_999, False), (40_000, False), (40_001, True)])
def test_oy_08_refunds_together_beyond_what_was_borne_are_refused(second: int, *, refused: bool) -> None:
    history = triggered()
    history.cost("2024-07-01", 100_000, public_benefit=30_000)
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-09-10", amount=30_000)
    refund = {"cost_id": "k1", "refunded_on": "2024-10-10", "amount": second}
    if refused:
        assert history.refused("CareCostRefunded", **refund) == "OY-08"
    else:
        history.add("CareCostRefunded", **refund)
        assert history.care("2024-10-10") == {"k1": 40_000 - second}


def test_oy_08_no_refund_of_a_cost_that_the_public_scheme_bore() -> None:
    history = triggered()
    history.cost("2024-07-01", 100_000, public_benefit=100_001)

    assert history.refused("CareCostRefunded", cost_id="k1", refunded_on="2024-09-10", amount=1) == "OY-08"


def test_oy_08_a_correction_of_the_cost_leaves_the_refund_and_shows_a_discrepancy() -> None:
    history = triggered()
    cost = history.cost("2024-07-01", 100_000)
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-09-10", amount=90_000)
    data = {"cost_id": "k1", "used_on": "2024-07-01", "category": "meals", "gross": 50_000}
    history.add("FactAmended", target=cost, data=data, reason="misread")

    assert history.care("2024-09-10") == {"k1": 0}
    assert history.differs("2024-09-09") == []
    assert [found[0] for found in history.differs("2024-09-10")] == ["OY-08"]


def test_oy_08_each_of_the_refunds_that_go_beyond_together_differs() -> None:
    history = triggered()
    cost = history.cost("2024-07-01", 100_000)
    for amount in (0, 90_000):
        history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-09-10", amount=amount)
    data = {"cost_id": "k1", "used_on": "2024-07-01", "category": "meals", "gross": 50_000}
    history.add("FactAmended", target=cost, data=data, reason="misread")

    assert [found[0] for found in history.differs("2024-09-10")] == ["OY-08", "OY-08"]


# ---- OY-16, OY-17 ---------------------------------------------------------------------------------------------------


def test_oy_16_payment_to_a_provider_is_the_same_benefit_and_lowers_the_same_balance() -> None:
    history = triggered()
    history.cost("2024-07-01", 30_000, payee="provider", provider="株式会社フレッシュハウス")
    history.cost("2024-07-02", 20_000, payee="insured")

    assert history.care("2024-07-02") == {"k1": 30_000, "k2": 20_000}
    assert history.limit(BALANCE, "2024-07-02")[2] == 50_000


def with_condition(**condition: Any) -> Oyako:
    history = Oyako()
    history.add("ConditionRecorded", condition_id="c1", kind="injury", **condition)
    history.add("ConditionRecorded", condition_id="c2", kind="sickness", exclusion="crime")
    history.certified(TRIGGER, condition_id="c1")
    history.cost("2024-07-01")
    return history


@pytest.mark.parametrize(
    "exclusion", ["drunk_driving", "intentional", "self_harm", "gross_negligence", "crime", "fight", "unlicensed", "drugs",
                  "drug_dependence", "alcoholism", "congenital", "no_objective_findings", "war", "nuclear", "neglected_treatment"],
)  # fmt: skip
def test_oy_17_an_exclusion_on_the_certificates_condition_declines(exclusion: str) -> None:
    assert with_condition(exclusion=exclusion).care("2024-07-01") == {"k1": "OY-17"}


def test_oy_17_a_condition_without_exclusion_and_one_that_the_certificate_does_not_name_decline_nothing() -> None:
    assert with_condition().care("2024-07-01") == {"k1": 10_000}


def test_oy_17_the_trigger_and_its_limits_stand_and_the_policy_has_lapsed() -> None:
    history = with_condition(exclusion="war")

    assert history.limit(BALANCE, "2024-07-01")[2] == 0
    assert history.state("2024-07-01") == ("lapsed", "2024-06-02", None)


def test_of_several_grounds_the_first_in_the_order_of_the_clauses_decides() -> None:
    history = with_condition(exclusion="war")
    history.cost("2024-05-31", in_japan=False, nature="deposit")
    history.cost("2024-07-01", in_japan=False, nature="deposit")
    history.cost("2024-07-01", nature="deposit")

    assert history.care("2024-07-01") == {"k1": "OY-17", "k2": "OY-02", "k3": "OY-03", "k4": "OY-06"}


def test_oy_08_a_refund_dated_before_its_cost_waits_for_it() -> None:
    history = triggered()
    history.cost("2024-07-10", 10_000)
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-07-01", amount=4_000)

    assert history.on("2024-07-09")["benefits"] == []
    assert history.care("2024-07-10") == {"k1": 6_000}
