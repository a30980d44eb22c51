"""Oyako: entry, ages, premiums and cooling-off (OY-14, OY-15, OY-19), fields that rules need, and clauses shared by all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.errors import Refused
from ledger.products.oyako import PRODUCT
from tests.ledger.products.oyako_history import CHILD, PARENT, YEAR, Oyako, triggered

MILLION = 1_000_000


def refused_at_issue(**issued: Any) -> tuple[str | None, str | None]:
    """The rule and the field by which an issue is refused."""
    with pytest.raises(Refused) as refusal:
        Oyako(**issued)
    return refusal.value.rule, refusal.value.field


def test_a_parent_and_the_childs_birth_date_are_needed() -> None:
    assert refused_at_issue(parent=None) == (None, "data.parent")
    assert refused_at_issue(insured={"person_id": "p1"}) == (None, "data.insured.birth_date")


def test_another_plan_than_a_to_d_is_refused() -> None:
    assert refused_at_issue(plan="E") == (None, "data.plan.plan")


# ---- OY-14 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("applied_on", "start"), [
    ("2024-06-14", "2024-07-01"), ("2024-06-15", "2024-08-01"), ("2024-06-01", "2024-07-01"), ("2024-06-30", "2024-08-01"),
    ("2024-11-15", "2025-01-01"), ("2024-12-14", "2025-01-01"), ("2025-01-31", "2025-03-01"),
    ("2024-03-15", "2024-04-01"), ("2024-06-14", "2024-04-01"),
])  # fmt: skip
def test_oy_14_starts_as_applied_for_or_on_1_april(applied_on: str, start: str) -> None:
    assert Oyako(period=(start, "2025-04-01"), applied_on=applied_on).policy.version > 0


@pytest.mark.parametrize(("applied_on", "start"), [
    ("2024-06-14", "2024-08-01"), ("2024-06-15", "2024-07-01"), ("2024-06-14", "2024-06-01"), ("2024-06-14", "2024-07-02"),
    ("2024-06-15", "2024-09-01"), ("2024-06-14", "2024-04-02"),
])  # fmt: skip
def test_oy_14_another_start_is_refused(applied_on: str, start: str) -> None:
    assert refused_at_issue(period=(start, "2025-04-01"), applied_on=applied_on) == ("OY-14", "data.period_start")


def test_oy_14_without_a_day_of_application_any_start_is_taken() -> None:
    assert Oyako(period=("2024-07-15", "2025-04-01")).policy.version > 0


# ---- OY-15: ages ----------------------------------------------------------------------------------------------------


def born(day: str) -> dict[str, str]:
    return {"person_id": "m1", "birth_date": day}


@pytest.mark.parametrize(("birth", "refused"), [
    ("1984-04-01", False), ("1984-04-02", True),  # 40 on the start day, or on the next
    ("1944-04-02", False), ("1944-04-01", True),  # 79, or 80
    ("2030-01-01", True),
])  # fmt: skip
def test_oy_15_entry_for_parents_of_40_to_79(birth: str, *, refused: bool) -> None:
    if refused:
        assert refused_at_issue(parent=born(birth)) == ("OY-15", "data.parent.birth_date")
    else:
        Oyako(parent=born(birth))


@pytest.mark.parametrize(("birth", "found"), [("1984-04-02", "39"), ("2024-04-01", "0"), ("2024-04-02", "-1"), ("2030-01-01", "-1")])
def test_oy_15_a_refusal_tells_the_age_in_full_years(birth: str, found: str) -> None:
    with pytest.raises(Refused) as refusal:
        Oyako(parent=born(birth))
    assert refusal.value.found == f"{found} on 2024-04-01"


@pytest.mark.parametrize(("birth", "refused"), [("2006-04-01", False), ("2006-04-02", True)])
def test_oy_15_the_child_is_18_or_older(birth: str, *, refused: bool) -> None:
    insured = {"person_id": "p1", "birth_date": birth}
    if refused:
        assert refused_at_issue(insured=insured) == ("OY-15", "data.insured.birth_date")
    else:
        Oyako(insured=insured)


@pytest.mark.parametrize(("birth", "refused"), [("1944-04-02", False), ("1944-04-01", True)])
def test_oy_15_renewal_to_89(birth: str, *, refused: bool) -> None:
    history = Oyako(period=("2023-04-01", "2024-04-01"), parent=born(birth))
    for year in range(2024, 2034):
        history.renewed(year)
    renewal = {"period_start": "2034-04-01", "period_end": "2035-04-01"}
    if refused:
        assert history.refused("PolicyRenewed", **renewal) == "OY-15"
    else:
        history.add("PolicyRenewed", **renewal)
        assert history.refused("PolicyRenewed", period_start="2035-04-01", period_end="2036-04-01") == "OY-15"


def test_oy_15_renewal_at_80_where_entry_is_not() -> None:
    history = Oyako(parent=born("1944-05-01"))
    history.renewed(2025)

    assert history.state("2025-05-01")[0] == "in_force"


def test_oy_15_an_earlier_entry_counts_on_its_own_day() -> None:
    history = Oyako(period=("2030-04-01", "2031-04-01"), entered_on="2024-04-01", parent=born("1944-05-01"))

    assert history.state("2030-05-01")[0] == "in_force"
    assert (
        refused_at_issue(period=("2035-04-01", "2036-04-01"), entered_on="2024-04-01", parent=born("1944-05-01"))[0]
        == "OY-15"
    )


def test_oy_15_mid_term_the_age_on_the_day_of_entry_counts() -> None:
    assert refused_at_issue(period=("2024-07-01", "2025-04-01"), parent=born("1944-07-01"))[0] == "OY-15"
    Oyako(period=("2024-07-01", "2025-04-01"), parent=born("1944-07-02"))


def test_oy_15_a_correction_of_the_birth_shows_a_discrepancy_at_the_renewal() -> None:
    history = Oyako(parent=born("1950-07-01"))
    history.renewed(2025)
    data: dict[str, Any] = {
        "product": "oyako",
        "plan": {"plan": "B"},
        "period_start": YEAR[0],
        "period_end": YEAR[1],
        "insured": CHILD,
    }
    history.add("FactAmended", target=history.issued, data=data | {"parent": born("1984-04-01")}, reason="birth")

    assert history.differs("2025-05-01") == []
    assert (
        history.refused(
            "FactAmended", target=history.issued, data=data | {"parent": born("1984-04-02")}, reason="birth"
        )
        == "OY-15"
    )


# ---- OY-15: premiums ------------------------------------------------------------------------------------------------

TABLE = {
    40: (340, 360, 380, 390), 45: (380, 420, 450, 490), 50: (450, 540, 610, 700), 55: (620, 810, 960, 1_150),
    60: (970, 1_390, 1_720, 2_140),
    65: (1_750, 2_670, 3_390, 4_310), 70: (3_390, 5_350, 6_880, 8_840), 75: (6_620, 10_650, 13_800, 17_820),
    80: (12_380, 20_080, 26_120, 33_820), 85: (20_830, 33_930, 44_180, 57_280),
}  # fmt: skip


@pytest.mark.parametrize("plan", "ABCD")
@pytest.mark.parametrize("age", [age for age in TABLE if age < 80])
def test_oy_15_the_premium_of_the_table_at_both_ends_of_a_band(age: int, plan: str) -> None:
    premium = TABLE[age]["ABCD".index(plan)]
    for years in (age, age + 4):
        issued: dict[str, Any] = {"parent": born(f"{2024 - years}-04-01"), "premium_monthly": premium}
        assert Oyako(plan, **issued).differs("2024-04-01") == []
        other = Oyako(plan, **issued | {"premium_monthly": premium + 1})
        assert other.differs("2024-04-01") == [("OY-15", premium + 1, premium)]


@pytest.mark.parametrize("plan", "ABCD")
@pytest.mark.parametrize("age", [80, 84, 85, 89])
def test_oy_15_the_premium_of_a_renewal_from_80_on(age: int, plan: str) -> None:
    premium = TABLE[age - age % 5]["ABCD".index(plan)]
    entered: dict[str, Any] = {"entered_on": "2014-04-01", "parent": born(f"{2025 - age}-04-01")}
    history = Oyako(plan, **entered)
    history.renewed(2025, premium_monthly=premium)
    assert history.differs("2025-04-01") == []

    history = Oyako(plan, **entered)
    history.renewed(2025, premium_monthly=premium - 1)
    assert history.differs("2025-03-31") == []
    assert history.differs("2025-04-01") == [("OY-15", premium - 1, premium)]


def test_oy_15_the_bands_of_the_table_adjoin_from_the_first_age_of_entry_to_the_last_of_renewal() -> None:
    day = date(2024, 4, 1)
    rows = PRODUCT.terms.at("premium_monthly", day)
    first, last = (PRODUCT.terms.number(name, day) for name in ("entry_age_min", "renewal_age_max"))
    assert [row["from"] for row in rows] == [first, *(row["to"] + 1 for row in rows[:-1])]
    assert rows[-1]["to"] == last


def test_oy_15_a_renewals_premium_is_that_of_its_plan_and_age() -> None:
    history = Oyako("B", parent=born("1955-04-01"), premium_monthly=2_670)
    history.renewed(2025, plan={"plan": "D"}, premium_monthly=8_840)

    assert history.differs("2025-06-01") == []


def test_oy_15_the_premium_goes_by_the_later_of_entry_and_period_start() -> None:
    """A parent of 64 who turns 65 on 1 June: 1,750 yen for entry in July, 970 for the period that starts in April."""
    parent = born("1959-06-01")
    assert Oyako("A", parent=parent, entered_on="2024-07-01", premium_monthly=1_750).differs("2024-08-01") == []
    assert Oyako("A", parent=parent, entered_on="2020-04-01", premium_monthly=970).differs("2024-08-01") == []
    assert (
        Oyako("A", parent=born("1958-06-01"), entered_on="2020-04-01", premium_monthly=1_750).differs("2024-08-01")
        == []
    )


# ---- OY-19 ----------------------------------------------------------------------------------------------------------


def test_oy_19_cooling_off_is_refused() -> None:
    request = {"received_on": "2024-04-10", "requested_on": "2024-04-11", "channel": "letter"}

    assert Oyako().refused("CoolingOffRequested", **request) == "OY-19"


# ---- shared clauses -------------------------------------------------------------------------------------------------


def test_gn_01_a_claim_is_due_within_30_days() -> None:
    history = triggered()
    cost = history.cost("2024-07-01")
    history.add("ClaimFiled", claim_id="q1", filed_on="2024-07-05", facts=[cost], claimant="insured")
    history.add("ClaimDocumentsCompleted", claim_id="q1", completed_on="2024-07-10")

    assert history.deadlines("2024-07-10", "payment") == [("2024-08-08", None, False)]


def test_gn_04_a_claim_after_three_years_is_declined() -> None:
    history = triggered()
    cost = history.cost("2024-07-01")
    history.add("ClaimFiled", claim_id="q1", filed_on="2027-07-02", facts=[cost], claimant="insured")

    assert history.care("2027-07-01") == {"k1": 10_000}
    assert history.care("2027-07-02") == {"k1": "GN-04"}
    assert history.incidental("2027-07-02") == {}


def test_a_benefit_of_another_product_is_refused() -> None:
    payment = {"benefit": "hospital_daily", "paid_on": "2024-08-01", "amount": 1, "payee": "insured"}

    assert Oyako(parent=PARENT).refused("BenefitPaid", **payment) is None
