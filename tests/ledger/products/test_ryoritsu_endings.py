"""KR-04 and KR-06 to KR-11: how the contract ends, what that does to benefits, and what premium comes back."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.products import PRODUCTS
from ledger.products.general.deadlines import PRESCRIPTION
from ledger.products.general.endings import ENDINGS_GUARD
from tests.ledger.products.history import History
from tests.ledger.products.test_ryoritsu import PAID, certify, policy

YEAR = [f"2025-{month:02}" for month in range(4, 13)] + ["2026-01", "2026-02", "2026-03"]


def premium(h: History, months: list[str] = YEAR, paid_on: str = "2025-04-01", amount: int = 36_000) -> None:
    h.add("PremiumPaid", due_months=months, paid_on=paid_on, amount=amount)


def ended(type_: str, **data: Any) -> History:
    h = policy()
    premium(h)
    certify(h)
    h.add(type_, **data)
    return h


# ---- KR-04 ------------------------------------------------------------------------------------------------------------------------


def test_kr_04_earlier_events_are_refused_from_the_day_of_the_rescission_and_paid_ones_recovered() -> None:
    h = ended("PolicyRescinded", rescinded_on="2026-01-15", ground="disclosure")
    h.add("BenefitPaid", benefit="care_benefit", paid_on="2025-08-01", amount=1_000_000, payee="insured")
    assert h.lines("2026-01-14") == [PAID]
    assert h.lines("2026-01-15") == [("care_benefit", "2025-06-10", 0, "KR-04")]
    assert h.on("2026-01-15")["settlement"]["outstanding"] == -1_000_000
    assert h.state("2026-01-15") == ("rescinded", "2026-01-15", None)


@pytest.mark.parametrize(("day", "payable"), [("2026-01-14", True), ("2026-01-15", False)])
def test_kr_04_not_for_events_of_unrelated_conditions_before_it(day: str, payable: bool) -> None:
    h = policy()
    h.add("ConditionRecorded", condition_id="c1", kind="sickness")
    certify(h, day, condition_id="c1")
    h.add("PolicyRescinded", rescinded_on="2026-01-15", ground="disclosure", unrelated_conditions=["c1"])
    assert [line[2] for line in h.lines("2026-02-01")] == [1_000_000 if payable else 0]


def test_kr_04_the_lump_sum_goes_to_an_unrelated_event_after_a_refused_one() -> None:
    h = policy()
    h.add("ConditionRecorded", condition_id="c1", kind="injury")
    certify(h)
    certify(h, "2025-09-10", condition_id="c1")
    h.add("PolicyRescinded", rescinded_on="2026-01-15", ground="disclosure", unrelated_conditions=["c1"])
    assert h.lines("2026-01-15") == [
        ("care_benefit", "2025-06-10", 0, "KR-04"),
        ("care_benefit", "2025-09-10", 1_000_000),
    ]


# ---- KR-06, KR-08 -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "ground", "rule", "state", "back"),
    [
        ("PolicyVoided", "unlawful_gain", "KR-06", "void", []),
        ("PolicyVoided", "other", "KR-06", "void", [(36_000, "2025-04-01", ["KR-06"])]),
        ("PolicyRevoked", "fraud", "KR-08", "revoked", []),
        ("PolicyRevoked", "duress", "KR-08", "revoked", []),
    ],
)
def test_kr_06_kr_08_from_the_start(type_: str, ground: str, rule: str, state: str, back: list[Any]) -> None:
    h = ended(type_, ground=ground)
    assert h.lines("2025-06-10") == [("care_benefit", "2025-06-10", 0, rule)]
    assert h.state("2025-03-31")[0] == "pending"
    assert h.state("2025-04-01") == (state, "2025-04-01", None)
    assert (h.refunds("2025-03-31"), h.refunds("2025-04-01")) == ([], back)


def test_kr_06_void_otherwise_gives_back_what_was_paid_to_the_day() -> None:
    h = policy()
    premium(h, YEAR[:6], "2025-04-01", 18_000)
    premium(h, YEAR[6:], "2025-10-01", 18_000)
    h.add("PolicyVoided", ground="other")
    assert [refund[0] for refund in h.refunds("2025-09-30")] == [18_000]
    assert [refund[0] for refund in h.refunds("2025-10-01")] == [36_000]


# ---- KR-07 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("died", "back"),
    [
        ("2026-01-31", 6_000),
        ("2026-02-01", 3_000),  # the first day of a month begins it
        ("2026-02-10", 3_000),  # the example of the specification: 11 months begun
        ("2026-02-28", 3_000),
        ("2026-03-01", 0),
        ("2025-04-01", 33_000),
    ],
)
def test_kr_07_premium_for_months_after_the_one_of_the_death(died: str, back: int) -> None:
    h = ended("PersonDied", person_id="p1", died_on=died)
    assert h.refunds("2026-03-31") == ([(back, died, ["KR-07"])] if back else [])


def test_kr_07_from_the_day_of_death_which_is_still_covered() -> None:
    for day, lines in (("2025-06-10", [PAID]), ("2025-06-09", [("care_benefit", "2025-06-10", 0, "KR-07")])):
        h = ended("PersonDied", person_id="p1", died_on=day)
        assert h.lines("2026-01-01") == lines
        assert h.state(day) == ("ended_by_death", day, None)
        assert h.state(f"2025-06-{int(day[-2:]) - 1:02}")[0] == "in_force"
    other = ended("PersonDied", person_id="p2", died_on="2025-06-09")
    assert (other.state("2026-01-01")[0], other.lines("2026-01-01")) == ("in_force", [PAID])


def test_kr_06_void_on_two_grounds_one_of_them_unlawful_gain_no_premium_comes_back() -> None:
    h = ended("PolicyVoided", ground="other")
    h.add("PolicyVoided", ground="unlawful_gain")
    assert h.refunds("2026-03-31") == []


def test_kr_07_of_two_reports_of_the_death_the_earlier_day_counts() -> None:
    h = ended("PersonDied", person_id="p1", died_on="2025-06-20")
    h.add("PersonDied", person_id="p1", died_on="2025-06-09")
    assert h.lines("2026-01-01") == [("care_benefit", "2025-06-10", 0, "KR-07")]


@pytest.mark.parametrize(
    ("amount", "months", "back"),
    [
        (10_000, YEAR[9:], 3_333 + 3_334),
        (11, YEAR[9:], 4 + 3),
        (3_000, YEAR[11:], 3_000),
        (1, YEAR[11:], 1),
        (10_001, YEAR[10:], 5_001 + 5_000),
    ],
)
def test_kr_07_a_payment_is_spread_evenly_half_up_with_the_remainder_on_the_last(
    amount: int, months: list[str], back: int
) -> None:
    h = policy()
    premium(h, months, amount=amount)
    h.add("PersonDied", person_id="p1", died_on="2026-01-20")
    assert [refund[0] for refund in h.refunds("2026-02-01")] == [back]


def test_kr_07_a_remainder_below_zero_is_no_refund() -> None:
    h = policy()
    premium(h, amount=7)
    h.add("PersonDied", person_id="p1", died_on="2026-02-20")
    assert h.refunds("2026-02-20") == []


@pytest.mark.parametrize(("died", "back"), [("2026-02-14", 6_000), ("2026-02-15", 3_000)])
def test_kr_07_months_are_counted_from_the_start_day(died: str, back: int) -> None:
    h = policy(("2025-04-15", "2026-04-15"))
    premium(h)
    h.add("PersonDied", person_id="p1", died_on=died)
    assert [refund[0] for refund in h.refunds("2026-03-01")] == [back]


@pytest.mark.parametrize(("died", "back"), [("2026-04-01", 36_000), ("2026-04-02", 33_000)])
def test_kr_07_the_day_that_ends_one_period_and_starts_the_next_begins_no_month_of_the_next(
    died: str, back: int
) -> None:
    h = policy()
    h.add("PolicyRenewed", period_start="2026-04-01", period_end="2027-04-01")
    premium(h, [f"2026-{month:02}" for month in range(4, 13)] + ["2027-01", "2027-02", "2027-03"], "2026-03-27")
    h.add("PersonDied", person_id="p1", died_on=died)
    assert [refund[0] for refund in h.refunds("2026-05-01")] == [back]


def test_kr_07_what_is_paid_after_the_end_comes_back_from_the_day_it_was_paid() -> None:
    h = policy()
    h.add("PersonDied", person_id="p1", died_on="2026-02-10")
    premium(h, ["2026-03"], "2026-02-20", 3_000)
    assert (h.refunds("2026-02-19"), h.refunds("2026-02-20")) == ([], [(3_000, "2026-02-10", ["KR-07"])])


# ---- KR-09, KR-10, KR-11 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("type_", "field"), [("PolicyCancelled", "cancelled_on"), ("PolicyWithdrawn", "withdrawn_on")])
def test_kr_09_for_the_future_with_premium_back(type_: str, field: str) -> None:
    for day, lines in (("2025-06-11", [PAID]), ("2025-06-10", [("care_benefit", "2025-06-10", 0, "KR-09")])):
        h = ended(type_, **{field: day})
        assert h.lines("2026-01-01") == lines
        assert h.refunds("2026-01-01") == [(27_000, day, ["KR-09", "KR-07"])]
        assert h.state(day)[:2] == (field.removesuffix("_on"), day)


@pytest.mark.parametrize(("arose", "payable"), [("2025-06-09", False), ("2025-06-10", False), ("2025-06-11", True)])
def test_kr_10_events_from_the_day_the_reason_arose(arose: str, payable: bool) -> None:
    h = ended("PolicyRescinded", rescinded_on="2026-02-10", ground="serious", reason_arose_on=arose)
    assert h.lines("2026-02-09") == [PAID]
    assert h.lines("2026-02-10") == ([PAID] if payable else [("care_benefit", "2025-06-10", 0, "KR-10")])
    assert h.refunds("2026-02-10") == [(3_000, "2026-02-10", ["KR-10", "KR-07"])]


def test_kr_11_all_benefits_are_refused() -> None:
    h = ended("PolicyRescinded", rescinded_on="2026-02-10", ground="additional_premium")
    assert h.lines("2026-02-10") == [("care_benefit", "2025-06-10", 0, "KR-11")]
    assert h.refunds("2026-02-10") == [(3_000, "2026-02-10", ["KR-11", "KR-07"])]


def test_of_several_endings_the_earliest_decides_the_refund() -> None:
    h = ended("PolicyCancelled", cancelled_on="2025-12-20")
    h.add("PersonDied", person_id="p1", died_on="2025-11-20")
    assert h.refunds("2026-01-01") == [(12_000, "2025-11-20", ["KR-07"])]


def test_an_end_after_maturity_ends_nothing() -> None:
    h = policy()
    premium(h, [*YEAR, "2026-05"])
    h.add("PersonDied", person_id="p1", died_on="2026-04-20")
    assert h.refunds("2026-05-01") == []


@pytest.mark.parametrize(("day", "payable"), [("2025-06-10", False), ("2025-06-09", False), ("2025-06-11", True)])
def test_kr_07_a_recorded_lapse_leaves_its_days_without_cover(day: str, payable: bool) -> None:
    h = policy()
    h.add("PolicyLapsed", lapsed_on=min(day, "2025-06-10"), ground="premium")
    h.add("PolicyReinstated", reinstated_on="2025-06-11", unpaid_premium=0, interest=0)
    certify(h, day)
    assert [line[2] for line in h.lines("2026-01-01")] == [1_000_000 if payable else 0]
    assert h.state("2025-06-10")[0] == "lapsed"


@pytest.mark.parametrize("name", ["ryoritsu", "sony-medical"])
def test_the_guards_of_ending_and_prescription_are_listed(name: str) -> None:
    assert {*ENDINGS_GUARD, PRESCRIPTION} <= set(PRODUCTS[name].guards)


# ---- of several, which one --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "data", "rule"),
    [
        ("PolicyVoided", {"ground": "other"}, "KR-06"),
        ("PolicyRevoked", {"ground": "fraud"}, "KR-08"),
        ("PolicyRescinded", {"rescinded_on": "2025-10-01", "ground": "disclosure"}, "KR-04"),
        (
            "PolicyRescinded",
            {"rescinded_on": "2025-10-01", "ground": "serious", "reason_arose_on": "2025-09-01"},
            "KR-10",
        ),
        ("PolicyRescinded", {"rescinded_on": "2025-10-01", "ground": "additional_premium"}, "KR-11"),
        ("PolicyCancelled", {"cancelled_on": "2025-10-01"}, "KR-09"),
        ("PersonDied", {"person_id": "p1", "died_on": "2025-10-01"}, "KR-07"),
        ("PolicyLapsed", {"lapsed_on": "2025-10-01", "ground": "death"}, "KR-07"),
    ],
)
def test_the_state_names_the_rule_that_ended_the_contract(type_: str, data: dict[str, Any], rule: str) -> None:
    assert ended(type_, **data).on("2025-10-01")["status"]["rules"] == [rule]


@pytest.mark.parametrize(
    ("type_", "first", "second"),
    [
        ("PolicyCancelled", {"cancelled_on": "2025-06-10"}, {"cancelled_on": "2025-09-01"}),
        ("PolicyWithdrawn", {"withdrawn_on": "2025-06-10"}, {"withdrawn_on": "2025-09-01"}),
        ("PersonDied", {"person_id": "p1", "died_on": "2025-06-09"}, {"person_id": "p1", "died_on": "2025-09-01"}),
        (
            "PolicyRescinded",
            {"rescinded_on": "2025-09-01", "ground": "serious", "reason_arose_on": "2025-06-10"},
            {"rescinded_on": "2025-09-02", "ground": "serious", "reason_arose_on": "2025-07-10"},
        ),
    ],
)
def test_of_two_of_a_kind_the_earlier_day_counts(type_: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    h = policy()
    certify(h)
    for data in (second, first):
        h.add(type_, **data)
    assert [line[2] for line in h.lines("2026-01-01")] == [0]


def test_of_several_endings_the_earliest_decides_the_refund_and_its_rule() -> None:
    h = ended("PersonDied", person_id="p1", died_on="2025-12-20")
    h.add("PolicyCancelled", cancelled_on="2025-11-20")
    assert h.refunds("2026-01-01") == [(12_000, "2025-11-20", ["KR-09", "KR-07"])]
    assert h.deadlines("2025-12-31", "renewal_notice") == []


def test_kr_02_of_two_endings_the_earlier_one_leaves_no_notice_due() -> None:
    h = ended("PersonDied", person_id="p1", died_on="2026-01-20")
    h.add("PolicyCancelled", cancelled_on="2025-12-20")
    assert h.deadlines("2026-02-01", "renewal_notice") == []


@pytest.mark.parametrize(("type_", "ground"), [("PolicyVoided", "other"), ("PolicyRevoked", "fraud")])
def test_kr_02_a_contract_that_never_was_has_no_renewal_notice_due_however_short_its_period(
    type_: str, ground: str
) -> None:
    h = policy(("2026-02-01", "2026-04-01"))
    assert h.deadlines("2026-02-01", "renewal_notice") == [("2026-01-01", None, True)]
    h.add(type_, ground=ground)
    assert h.deadlines("2026-02-01", "renewal_notice") == []


@pytest.mark.parametrize(
    ("reinstated", "state"),
    [
        (["2025-10-01"], ["in_force", "in_force"]),
        (["2025-10-02"], ["lapsed", "in_force"]),
        (["2025-10-03", "2025-10-02"], ["lapsed", "in_force"]),
        (["2025-09-30"], ["lapsed", "lapsed"]),
    ],
)
def test_a_recorded_lapse_ends_with_the_first_reinstatement_after_it(reinstated: list[str], state: list[str]) -> None:
    h = policy()
    h.add("PolicyLapsed", lapsed_on="2025-10-01", ground="premium")
    for day in reinstated:
        h.add("PolicyReinstated", reinstated_on=day, unpaid_premium=0, interest=0)
    assert [h.state(day)[0] for day in ("2025-10-01", "2025-10-02")] == state


def test_kr_07_of_two_reinstatements_the_first_ends_a_recorded_lapse() -> None:
    h = policy()
    h.add("PolicyLapsed", lapsed_on="2025-10-01", ground="premium")
    for day in ("2025-10-03", "2025-10-02"):
        h.add("PolicyReinstated", reinstated_on=day, unpaid_premium=0, interest=0)
    assert h.state("2025-10-03") == ("in_force", "2025-10-02", "2026-04-01")


def test_kr_07_is_the_rule_of_what_a_recorded_lapse_leaves_without_cover() -> None:
    h = policy()
    h.add("PolicyLapsed", lapsed_on="2025-06-01", ground="premium")
    certify(h)
    assert h.lines("2026-01-01") == [("care_benefit", "2025-06-10", 0, "KR-07")]
