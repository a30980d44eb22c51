"""Oyako: lapse, voidness, premiums, withdrawal and death (OY-09, OY-10, OY-13, OY-18)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.oyako_history import BALANCE, TRIGGER, YEAR, Oyako, triggered

# ---- OY-09: lapse ---------------------------------------------------------------------------------------------------


def test_oy_09_lapsed_from_the_day_after_the_trigger() -> None:
    history = triggered()

    assert history.state("2024-05-31") == ("in_force", "2024-04-01", "2025-04-01")
    assert history.state("2024-06-01") == ("in_force", "2024-04-01", "2024-06-01")
    assert history.state("2024-06-02") == ("lapsed", "2024-06-02", None)
    assert history.state("2025-04-02") == ("lapsed", "2024-06-02", None)


def test_oy_09_the_target_period_runs_on() -> None:
    history = triggered()
    history.cost("2033-01-01")

    assert history.care("2033-01-01") == {"k1": 10_000}


@pytest.mark.parametrize(
    ("lapsed_on", "differs"), [("2024-06-02", []), ("2024-06-03", [("OY-09", "2024-06-03", "2024-06-02")])]
)
def test_oy_09_a_recorded_lapse_of_another_day_is_a_discrepancy(lapsed_on: str, differs: list[Any]) -> None:
    history = triggered()
    history.add("PolicyLapsed", lapsed_on=lapsed_on, ground="care_state")

    assert history.differs(lapsed_on) == differs
    assert history.state(lapsed_on)[:2] == ("lapsed", "2024-06-02")


def test_oy_09_a_lapse_recorded_without_a_trigger_lapses_nothing() -> None:
    history = Oyako()
    history.add("PolicyLapsed", lapsed_on="2024-06-02", ground="care_state")

    assert history.state("2024-06-02")[0] == "in_force"
    assert history.differs("2024-06-02") == [("OY-09", "2024-06-02", None)]


# ---- OY-10: in care at the start ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("valid_from", "void"), [("2023-08-01", True), ("2024-03-31", True), ("2024-04-01", True), ("2024-04-02", False)]
)
def test_oy_10_on_or_before_the_first_day_is_void(valid_from: str, *, void: bool) -> None:
    history = Oyako()
    history.certified(valid_from)
    history.cost("2024-04-20")

    assert history.state("2024-04-20")[0] == ("void" if void else "lapsed")
    assert history.care("2024-04-20") == {"k1": "OY-10" if void else 10_000}
    assert len(history.on("2024-04-20")["limits"]) == (0 if void else 4)


@pytest.mark.parametrize(("valid_from", "void"), [("2024-06-30", True), ("2024-07-01", False), ("2024-07-02", False)])
def test_oy_10_with_mid_term_entry_at_midnight_only_before_the_first_day(valid_from: str, *, void: bool) -> None:
    history = Oyako(period=("2024-07-01", "2025-04-01"))
    history.certified(valid_from)
    history.cost("2024-07-20")

    assert history.care("2024-07-20") == {"k1": "OY-10" if void else 10_000}
    if not void:
        assert history.limit(BALANCE, "2024-07-20")[0] == valid_from


@pytest.mark.parametrize(("valid_to", "void"), [("2024-03-31", False), ("2024-04-01", True)])
def test_oy_10_not_where_the_certificate_ended_before_the_first_day(valid_to: str, *, void: bool) -> None:
    history = Oyako()
    history.certified("2023-04-01", valid_to)

    assert history.state("2024-05-01")[0] == ("void" if void else "in_force")


@pytest.mark.parametrize(("ended_on", "void"), [("2024-03-31", False), ("2024-04-01", True)])
def test_oy_10_not_where_care_ended_before_the_first_day(ended_on: str, *, void: bool) -> None:
    history = Oyako()
    history.certified("2023-04-01", "2025-03-31")
    history.add("CareEnded", person_id="m1", ended_on=ended_on)

    assert history.state("2024-05-01")[0] == ("void" if void else "in_force")


@pytest.mark.parametrize(("valid_from", "void"), [("2024-04-01", False), ("2024-04-02", True)])
def test_oy_10_not_where_a_certificate_below_took_its_place_before_the_first_day(
    valid_from: str, *, void: bool
) -> None:
    history = Oyako()
    history.certified("2023-04-01", "2025-03-31")
    history.certified(valid_from, level="support1")

    assert history.state("2024-05-01")[0] == ("void" if void else "in_force")


def test_oy_10_certificates_that_continue_one_another_are_one_time_in_care() -> None:
    history = Oyako(period=("2024-07-01", "2025-04-01"))
    history.certified("2023-07-01", "2024-06-30")
    history.certified("2024-07-01", "2025-06-30")

    assert history.state("2024-08-01")[0] == "void"


def test_oy_10_the_first_day_is_the_day_of_entry() -> None:
    history = Oyako(period=("2025-04-01", "2026-04-01"), entered_on="2024-04-01")
    history.certified("2024-04-01", "2025-03-31")

    assert history.state("2025-05-01")[0] == "void"


def test_oy_10_care1_without_dementia_or_another_person_at_the_start_is_not_void() -> None:
    history = Oyako()
    history.certified("2023-04-01", level="care1")
    history.certified("2023-04-01", person_id="m2")

    assert history.state("2024-05-01")[0] == "in_force"


def test_oy_10_acts_on_every_day_once_known() -> None:
    history = Oyako()
    history.cost("2024-03-01")
    history.cost("2024-05-01")
    assert history.care("2024-05-01") == {"k1": "OY-01", "k2": "OY-01"}
    certificate = history.certified("2024-03-20")

    assert history.care("2024-03-10") == {"k1": "OY-10"}
    assert [history.state(day) for day in ("2024-03-31", "2024-04-01", "2030-01-01")] == [
        ("pending", None, "2024-03-31"), ("void", "2024-04-01", None), ("void", "2024-04-01", None),
    ]  # fmt: skip
    history.add("FactRetracted", target=certificate, reason="of another person")
    assert history.state("2024-04-01")[0] == "in_force"
    assert history.care("2024-05-01") == {"k1": "OY-01", "k2": "OY-01"}


def test_oy_10_known_from_a_certificate_that_comes_late_it_undoes_what_was_paid() -> None:
    history = Oyako()
    history.certified("2024-06-01")
    history.cost("2024-07-01", 50_000)
    history.add("BenefitPaid", benefit="parent_care", paid_on="2024-08-01", amount=50_000, payee="insured")
    history.certified("2024-01-01", "2024-05-31", certified_on="2024-12-01")

    assert history.care("2024-08-01") == {"k1": "OY-10"}
    assert history.on("2024-08-01")["settlement"]["outstanding"] == -50_000
    assert history.on("2024-08-01")["limits"] == []


@pytest.mark.parametrize(
    ("ground", "rule"), [("already_in_care", "OY-10"), ("unlawful_gain", "KR-06"), ("other", "KR-06")]
)
def test_a_recorded_voidness_declines_every_cost(ground: str, rule: str) -> None:
    history = triggered()
    history.cost("2024-05-01")
    history.cost("2024-07-01", in_japan=False)
    history.add("PolicyVoided", ground=ground)

    assert history.care("2024-07-01") == {"k1": rule, "k2": rule}
    assert history.state("2024-07-01") == ("void", "2024-04-01", None)


@pytest.mark.parametrize("first", ["fraud", "missed"])
def test_oy_13_its_own_ground_is_named_before_fraud(first: str) -> None:
    history = Oyako()
    facts: list[tuple[str, dict[str, Any]]] = [
        ("PolicyRevoked", {"ground": "fraud"}),
        ("PremiumMissed", {"due_month": "2024-06", "due_on": "2024-06-30"}),
    ]
    for type_, data in facts if first == "fraud" else reversed(facts):
        history.add(type_, **data)

    assert history.on("2024-12-31")["status"]["rules"] == ["OY-13"]


# ---- OY-13: premiums not paid ---------------------------------------------------------------------------------------


def missed(month: str, due_on: str, *paid: str, trigger: str | None = None) -> Oyako:
    """A missed debit, payments for its month on days, and a trigger where there is one."""
    history = Oyako()
    history.add("PremiumMissed", due_month=month, due_on=due_on)
    for day in paid:
        history.add("PremiumPaid", due_months=[month], paid_on=day, amount=3_810)
    if trigger is not None:
        history.certified(trigger)
        history.cost("2024-12-01")
    return history


@pytest.mark.parametrize(("paid", "state"), [((), "revoked"), (("2024-07-31",), "in_force"), (("2024-08-01",), "revoked"),
                                             (("2024-07-30", "2024-08-01"), "in_force")])  # fmt: skip
def test_oy_13_the_first_debit_not_made_good_by_the_day_revokes(paid: tuple[str, ...], state: str) -> None:
    assert missed("2024-06", "2024-07-31", *paid).state("2024-09-01")[0] == state


def test_oy_13_a_payment_for_another_month_makes_nothing_good() -> None:
    history = missed("2024-06", "2024-07-31")
    history.add("PremiumPaid", due_months=["2024-07", "2024-08"], paid_on="2024-07-27", amount=7_620)

    assert history.state("2024-09-01")[0] == "revoked"


def test_oy_13_revoked_acts_on_every_day_once_known() -> None:
    history = Oyako()
    history.cost("2024-05-01")
    assert history.state("2024-05-01")[0] == "in_force"
    miss = history.add("PremiumMissed", due_month="2024-06", due_on="2024-07-31")

    assert [history.state(day) for day in ("2024-03-31", "2024-04-01", "2024-07-30", "2026-01-01")] == [
        ("pending", None, "2024-03-31"), *[("revoked", "2024-04-01", None)] * 3,
    ]  # fmt: skip
    assert history.care("2024-05-01") == {"k1": "OY-13"}
    history.add("PremiumPaid", due_months=["2024-06"], paid_on="2024-07-20", amount=3_810)
    assert history.state("2024-05-01")[0] == "in_force"
    history.add("FactRetracted", target=miss, reason="the bank's error")
    assert history.state("2024-05-01")[0] == "in_force"


def test_oy_13_mid_term_entry_has_its_first_debit_two_months_on() -> None:
    for month, state in (("2024-09", "revoked"), ("2024-10", "withdrawn")):
        history = Oyako(period=("2024-07-01", "2025-04-01"))
        history.add("PremiumMissed", due_month=month, due_on="2024-10-31")
        assert history.state("2024-11-01")[0] == state


def test_oy_13_a_later_debit_not_made_good_withdraws_from_the_day_after() -> None:
    history = missed("2024-07", "2024-08-31")

    assert history.state("2024-08-31") == ("in_force", "2024-04-01", "2024-08-31")
    assert history.state("2024-09-01") == ("withdrawn", "2024-09-01", None)
    assert missed("2024-07", "2024-08-31", "2024-08-31").state("2024-09-01")[0] == "in_force"
    assert missed("2024-07", "2024-08-31", "2024-09-01").state("2024-09-01")[0] == "withdrawn"


@pytest.mark.parametrize(("trigger", "cost"), [("2024-08-31", 10_000), ("2024-09-01", "OY-13")])
def test_oy_13_a_trigger_after_the_day_due_is_not_covered(trigger: str, cost: object) -> None:
    assert missed("2024-07", "2024-08-31", trigger=trigger).care("2024-12-01") == {"k1": cost}


def test_oy_13_a_first_debit_missed_before_the_trigger_revokes_and_nothing_is_payable() -> None:
    history = missed("2024-06", "2024-07-31", trigger="2024-08-01")

    assert history.care("2024-12-01") == {"k1": "OY-13"}
    assert history.on("2024-12-01")["limits"] == []


@pytest.mark.parametrize(("trigger", "state"), [("2024-07-30", "lapsed"), ("2024-07-31", "revoked")])
def test_oy_13_only_premiums_due_by_the_trigger_day_can_be_missed(trigger: str, state: str) -> None:
    assert missed("2024-06", "2024-07-31", trigger=trigger).state("2024-12-01")[0] == state


def test_oy_13_a_later_premium_due_after_the_trigger_withdraws_nothing() -> None:
    assert missed("2024-10", "2024-11-30", trigger="2024-11-29").state("2024-12-01")[0] == "lapsed"
    assert missed("2024-10", "2024-11-30", trigger="2024-11-30").state("2024-12-01")[0] == "withdrawn"


def test_oy_13_a_renewed_year_has_no_first_debit_of_its_own() -> None:
    history = Oyako()
    history.renewed(2025)
    history.add("PremiumMissed", due_month="2025-06", due_on="2025-07-31")

    assert history.state("2025-07-31")[0] == "in_force"
    assert history.state("2025-08-01")[0] == "withdrawn"


def test_oy_13_a_miss_before_the_first_debit_is_a_discrepancy() -> None:
    history = missed("2024-05", "2024-06-30")

    assert history.state("2024-07-01")[0] == "in_force"
    assert history.differs("2024-07-01") == [("OY-13", "2024-05", "2024-06")]
    assert missed("2024-06", "2024-06-30").differs("2024-07-01") == []


@pytest.mark.parametrize(("ground", "rule"), [("first_premium", "OY-13"), ("fraud", "KR-08"), ("duress", "KR-08")])
def test_a_recorded_revocation_declines_every_cost(ground: str, rule: str) -> None:
    history = triggered()
    history.cost("2024-07-01")
    history.add("PolicyRevoked", ground=ground)

    assert history.care("2024-07-01") == {"k1": rule}
    assert history.state("2024-07-01") == ("revoked", "2024-04-01", None)


# ---- OY-18: withdrawal, and death before a trigger ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "field", "state"),
    [("PolicyWithdrawn", "withdrawn_on", "withdrawn"), ("PolicyCancelled", "cancelled_on", "cancelled")],
)
@pytest.mark.parametrize(
    ("trigger", "cost"), [("2024-08-31", 10_000), ("2024-09-01", "OY-18"), ("2024-09-02", "OY-18")]
)
def test_oy_18_cover_ends_on_the_day_of_withdrawal(
    type_: str, field: str, state: str, trigger: str, cost: object
) -> None:
    history = Oyako()
    history.add(type_, **{field: "2024-09-01"})
    history.certified(trigger)
    history.cost("2024-12-01")

    assert history.care("2024-12-01") == {"k1": cost}
    assert history.state("2024-09-02")[:2] == (state, "2024-09-01")
    assert history.on("2024-12-01")["refunds"] == []


def test_oy_18_declines_from_the_day_of_the_certificate_on_and_oy_01_before() -> None:
    history = Oyako()
    history.add("PolicyWithdrawn", withdrawn_on="2024-09-01")
    history.certified("2024-10-01")
    history.cost("2024-09-30")
    history.cost("2024-10-01")

    assert history.care("2024-10-01") == {"k1": "OY-01", "k2": "OY-18"}


@pytest.mark.parametrize(("due_on", "rule"), [("2024-09-30", "OY-18"), ("2024-07-31", "OY-13")])
def test_of_several_ends_of_cover_the_first_declines(due_on: str, rule: str) -> None:
    history = missed("2024-07", due_on, trigger="2024-11-01")
    history.add("PolicyWithdrawn", withdrawn_on="2024-09-01")

    assert history.care("2024-12-01") == {"k1": rule}


def test_oy_18_no_premium_comes_back() -> None:
    history = Oyako()
    history.add(
        "PremiumPaid", due_months=[f"2024-{month:02d}" for month in range(6, 13)], paid_on="2024-06-27", amount=26_670
    )
    history.add("PolicyWithdrawn", withdrawn_on="2024-07-10")

    assert history.on("2024-12-01")["refunds"] == []


@pytest.mark.parametrize("person", ["p1", "m1"])
@pytest.mark.parametrize(("trigger", "state", "cost"), [("2024-08-31", "lapsed", "OY-02"), ("2024-09-01", "lapsed", "OY-02"),
                                                        ("2024-09-02", "ended_by_death", "OY-18")])  # fmt: skip
def test_oy_18_a_death_before_the_trigger_ends_the_policy(person: str, trigger: str, state: str, cost: str) -> None:
    history = Oyako()
    history.add("PersonDied", person_id=person, died_on="2024-09-01")
    history.certified(trigger)
    history.cost("2024-12-01")

    assert history.state("2024-12-01")[0] == state
    assert history.care("2024-12-01") == {"k1": cost}


def test_oy_18_ended_by_death_from_the_day_of_death() -> None:
    history = Oyako()
    history.add("PersonDied", person_id="m1", died_on="2024-09-01")

    assert history.state("2024-08-31") == ("in_force", "2024-04-01", "2025-04-01")
    assert history.state("2024-09-01") == ("ended_by_death", "2024-09-01", None)


def test_oy_18_the_death_of_somebody_else_ends_nothing() -> None:
    history = Oyako()
    history.add("PersonDied", person_id="x9", died_on="2024-09-01")

    assert history.state("2024-09-01")[0] == "in_force"


# ---- the state through periods --------------------------------------------------------------------------------------


def test_the_state_through_periods_a_shared_day_and_a_gap() -> None:
    history = Oyako()
    history.renewed(2025)
    history.renewed(2027)

    assert history.state("2025-04-01") == ("in_force", "2024-04-01", "2026-04-01")
    assert history.state("2026-04-01") == ("in_force", "2024-04-01", "2026-04-01")
    assert history.state("2026-04-02") == ("matured", "2026-04-02", None)
    assert history.state("2027-04-01") == ("in_force", "2027-04-01", "2028-04-01")


def test_a_later_day_of_entry_than_the_period_is_the_first_in_force() -> None:
    history = Oyako(period=YEAR, entered_on="2024-07-01")

    assert history.state("2024-06-30") == ("pending", None, "2024-06-30")
    assert history.state("2024-07-01") == ("in_force", "2024-07-01", "2025-04-01")


def test_retracting_the_issue_leaves_an_unknown_policy() -> None:
    history = Oyako()
    history.certified(TRIGGER)
    history.add("FactRetracted", target=history.issued, reason="recorded twice")

    assert history.state("2024-07-01")[0] == "unknown"
    assert len(history.on("2024-07-01")["orphans"]) == 1
