"""KR-01 to KR-05 and KR-11(5): the lump sum, the premium gap, renewal, and when a rescission is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import Refused
from tests.ledger.products.history import History

PAID = ("care_benefit", "2025-06-10", 1_000_000)


def policy(period: tuple[str, str] = ("2025-04-01", "2026-04-01"), min_level: str = "care2", **issued: Any) -> History:
    return History("ryoritsu", {"care_benefit": 1_000_000, "min_level": min_level}, period, **issued)


def certify(h: History, valid_from: str = "2025-06-10", level: str = "care2", **more: Any) -> str:
    data = {
        "person_id": "p1",
        "certified_on": valid_from,
        "valid_from": valid_from,
        "valid_to": "2030-01-01",
        "level": level,
    }
    return h.add("CareCertified", **data | more)


# ---- the benefit ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "lines"), [("care1", []), ("care2", [PAID]), ("care3", [PAID])], ids=["under", "at", "over"]
)
def test_care_benefit_at_the_level_insured_or_above(level: str, lines: list[Any]) -> None:
    h = policy()
    certify(h, level=level)
    assert h.lines("2026-01-01") == lines


def test_care_benefit_counts_from_the_first_day_of_the_certificate() -> None:
    h = policy()
    certify(h, certified_on="2025-07-20")
    assert (h.lines("2025-06-09"), h.lines("2025-06-10")) == ([], [PAID])


def test_care_benefit_once_in_the_policys_life() -> None:
    h = policy()
    certify(h, "2025-12-10", "care3")
    certify(h)
    assert h.lines("2026-01-01") == [PAID]


def test_care_benefit_of_another_person_is_none() -> None:
    h = policy()
    certify(h, person_id="p2")
    assert h.lines("2026-01-01") == []


def test_care_benefit_a_certificate_declined_leaves_it_to_the_next() -> None:
    h = policy()
    certify(h, "2025-03-01")
    certify(h)
    assert h.lines("2026-01-01") == [("care_benefit", "2025-03-01", 0, "KR-01"), PAID]


def test_care_benefit_a_prescribed_certificate_leaves_it_to_the_next() -> None:
    h = policy()
    first = certify(h)
    certify(h, "2025-12-10")
    h.add("ClaimFiled", claim_id="k1", filed_on="2028-06-11", claimant="insured", facts=[first])
    assert h.lines("2028-06-11") == [
        ("care_benefit", "2025-06-10", 0, "GN-04"),
        ("care_benefit", "2025-12-10", 1_000_000),
    ]


def test_care_benefit_rests_on_certificate_and_condition() -> None:
    h = policy()
    condition, _ = (h.add("ConditionRecorded", condition_id=one, kind="sickness") for one in ("c1", "c2"))
    certificate = certify(h, condition_id="c1")
    assert h.on("2026-01-01")["benefits"][0]["events"] == [certificate, condition]


# ---- KR-01 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "covered"), [("2025-03-31", False), ("2025-04-01", True), ("2026-04-01", True), ("2026-04-02", False)]
)
def test_kr_01_first_and_last_day_are_covered(day: str, covered: bool) -> None:
    h = policy()
    certify(h, day)
    assert [line[-1] for line in h.lines("2026-06-01")] == [1_000_000 if covered else "KR-01"]


@pytest.mark.parametrize(("day", "covered"), [("2025-06-30", False), ("2025-07-01", True)])
def test_kr_01_who_joins_in_mid_period_is_covered_from_that_day(day: str, covered: bool) -> None:
    h = policy(entered_on="2025-07-01")
    certify(h, day)
    assert [line[-1] for line in h.lines("2026-06-01")] == [1_000_000 if covered else "KR-01"]
    assert h.state("2025-06-30")[0] == "pending"
    assert h.state("2025-07-01") == ("in_force", "2025-07-01", "2026-04-01")


def test_kr_01_the_day_shared_by_two_periods_belongs_to_the_earlier_with_its_plan() -> None:
    for day, amount in (("2026-04-01", 1_000_000), ("2026-04-02", 2_000_000)):
        h = policy()
        h.add(
            "PolicyRenewed",
            period_start="2026-04-01",
            period_end="2027-04-01",
            plan={"care_benefit": 2_000_000, "min_level": "care2"},
        )
        certify(h, day)
        assert h.lines("2026-06-01") == [("care_benefit", day, amount)]


# ---- KR-02 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "met", "overdue"),
    [
        (None, None, True),
        ("2025-12-31", "2025-12-31", False),
        ("2026-01-01", "2026-01-01", False),
        ("2026-01-02", "2026-01-02", True),
    ],
)
def test_kr_02_the_notice_is_due_three_months_before_the_end(sent: str | None, met: str | None, overdue: bool) -> None:
    h = policy()
    if sent:
        h.add("RenewalNoticeSent", sent_on=sent, deadline="2026-03-01")
    assert h.deadlines("2026-03-31", "renewal_notice") == [("2026-01-01", met, overdue)]


def test_kr_02_shown_from_the_start_and_each_period_has_its_own() -> None:
    h = policy()
    h.add("PolicyRenewed", period_start="2026-04-01", period_end="2027-04-01")
    h.add("RenewalNoticeSent", sent_on="2025-12-20", deadline="2026-03-01")
    assert h.deadlines("2025-03-31", "renewal_notice") == []
    assert h.deadlines("2025-04-01", "renewal_notice") == [("2026-01-01", None, False)]
    assert h.deadlines("2026-04-01", "renewal_notice") == [
        ("2026-01-01", "2025-12-20", False),
        ("2027-01-01", None, False),
    ]


@pytest.mark.parametrize(("ended", "rows"), [("2026-01-01", 0), ("2026-01-02", 1)])
def test_kr_02_no_notice_is_due_where_the_contract_ended_by_then(ended: str, rows: int) -> None:
    h = policy()
    h.add("PolicyCancelled", cancelled_on=ended)
    assert len(h.deadlines("2026-03-01", "renewal_notice")) == rows


@pytest.mark.parametrize(("refused", "rows"), [("2026-02-28", 1), ("2026-03-01", 1), ("2026-03-02", 0)])
def test_kr_02_refused_by_the_notices_deadline_and_renewed_all_the_same(refused: str, rows: int) -> None:
    h = policy()
    h.add("RenewalNoticeSent", sent_on="2025-12-20", deadline="2026-03-01")
    refusal = h.add("RenewalRefused", refused_on=refused)
    renewal = h.add("PolicyRenewed", period_start="2026-04-01", period_end="2027-04-01")
    assert h.on("2026-03-31")["discrepancies"] == []
    expected = {"rule": "KR-02", "recorded": "2026-04-01", "derived": None, "events": [refusal, renewal]}
    assert h.on("2026-04-01")["discrepancies"] == [expected][:rows]


def test_kr_02_without_a_renewal_the_period_ends_matured() -> None:
    h = policy()
    h.add("RenewalRefused", refused_on="2026-02-01")
    assert h.state("2026-04-01") == ("in_force", "2025-04-01", "2026-04-01")
    assert h.state("2026-04-02") == ("matured", "2026-04-02", None)
    assert [h.on(day)["status"]["rules"] for day in ("2026-04-01", "2026-04-02")] == [["KR-01"], ["KR-02"]]


# ---- KR-03 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "covered"),
    [("2025-05-31", True), ("2025-06-01", False), ("2025-07-14", False), ("2025-07-15", True)],
)
def test_kr_03_from_the_1st_of_the_month_missed_to_the_day_before_its_payment(day: str, covered: bool) -> None:
    h = policy()
    h.add("PremiumMissed", due_month="2025-06", due_on="2025-06-27")
    h.add("PremiumPaid", due_months=["2025-06"], paid_on="2025-07-15", amount=3_000)
    certify(h, day)
    assert [line[-1] for line in h.lines("2026-01-01")] == [1_000_000 if covered else "KR-03"]


def test_kr_03_the_gap_shows_from_the_day_due() -> None:
    h = policy()
    h.add("PremiumMissed", due_month="2025-06", due_on="2025-06-27")
    certify(h)
    assert h.lines("2025-06-26") == [PAID]
    assert h.lines("2025-06-27") == [("care_benefit", "2025-06-10", 0, "KR-03")]


def test_kr_03_a_later_months_payment_does_not_close_an_earlier_gap() -> None:
    h = policy()
    h.add("PremiumMissed", due_month="2025-05", due_on="2025-05-27")
    h.add("PremiumPaid", due_months=["2025-06", "2025-07"], paid_on="2025-06-01", amount=6_000)
    certify(h)
    assert h.lines("2026-01-01") == [("care_benefit", "2025-06-10", 0, "KR-03")]


def test_kr_03_without_a_miss_the_premium_counts_as_received() -> None:
    h = policy()
    missed = h.add("PremiumMissed", due_month="2025-06", due_on="2025-06-27")
    certify(h)
    h.add("FactRetracted", target=missed, reason="the bank's error")
    assert h.lines("2026-01-01") == [PAID]


# ---- KR-05 ------------------------------------------------------------------------------------------------------------------------


def rescind(h: History, day: str, **more: Any) -> str | None:
    """The rule that refuses the rescission; None where it is admitted."""
    try:
        h.add("PolicyRescinded", **{"rescinded_on": day, "ground": "disclosure"} | more)
    except Refused as refused:
        return refused.rule
    return None


@pytest.mark.parametrize(
    ("knew", "day", "rule"),
    [
        ("2026-01-25", "2026-02-24", None),
        ("2026-01-25", "2026-02-25", None),
        ("2026-01-25", "2026-02-26", "KR-05"),
        ("2026-01-31", "2026-02-28", None),
        ("2026-01-31", "2026-03-01", "KR-05"),
        (None, "2026-03-31", None),
    ],
)
def test_kr_05_one_month_from_the_insurers_knowledge(knew: str | None, day: str, rule: str | None) -> None:
    assert rescind(policy(), day, **{"insurer_knew_on": knew} if knew else {}) == rule


@pytest.mark.parametrize(("day", "rule"), [("2030-03-30", None), ("2030-03-31", None), ("2030-04-01", "KR-05")])
def test_kr_05_five_years_from_the_first_start(day: str, rule: str | None) -> None:
    h = policy(("2025-04-01", "2032-04-01"))
    certify(h)
    assert rescind(h, day) == rule


@pytest.mark.parametrize(("day", "rule"), [("2026-03-30", None), ("2026-03-31", None), ("2026-04-01", "KR-05")])
def test_kr_05_one_year_without_a_benefit_event(day: str, rule: str | None) -> None:
    assert rescind(policy(), day) == rule


@pytest.mark.parametrize(
    ("event", "rule"), [("2025-04-01", None), ("2026-03-31", None), ("2026-04-01", "KR-05"), ("2025-03-31", "KR-05")]
)
def test_kr_05_a_benefit_event_in_the_first_year_leaves_the_right(event: str, rule: str | None) -> None:
    h = policy()
    certify(h, event)
    assert rescind(h, "2026-06-01") == rule


def test_kr_05_the_first_start_is_that_of_the_first_year_also_before_a_renewal() -> None:
    assert rescind(policy(entered_on="2022-04-01"), "2025-06-01") == "KR-05"


@pytest.mark.parametrize("ground", ["serious", "additional_premium"])
def test_kr_05_other_grounds_have_no_such_limits(ground: str) -> None:
    assert (
        rescind(policy(), "2027-01-01", ground=ground, reason_arose_on="2025-05-01", insurer_knew_on="2025-05-01")
        is None
    )


def test_kr_05_where_a_correction_takes_the_event_away_the_rescission_stays_with_a_discrepancy() -> None:
    h = policy()
    certificate = certify(h)
    assert rescind(h, "2026-06-01") is None
    h.add("FactRetracted", target=certificate, reason="another person's")
    assert h.state("2026-06-01")[0] == "rescinded"
    assert [d["rule"] for d in h.on("2026-06-01")["discrepancies"]] == ["KR-05"]
    assert h.on("2026-05-31")["discrepancies"] == []


# ---- KR-11(5) ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid", "amount"),
    [(None, 1_000_000), ("2025-06-05", 2_000_000), ("2025-06-06", 1_000_000), ("2025-06-10", 1_000_000), ("2025-06-11", 1_000_000)],
)
def test_kr_11_until_an_added_premium_in_arrears_is_paid_the_old_terms_serve(paid: str | None, amount: int) -> None:
    h = changed(due_on="2025-06-05", paid_on=paid)
    certify(h, "2025-06-03")
    assert h.lines("2025-06-05") == [("care_benefit", "2025-06-03", 2_000_000)]  # it can still be paid
    assert h.lines("2026-01-01") == [("care_benefit", "2025-06-03", amount)]


@pytest.mark.parametrize(("event", "amount"), [("2025-08-19", 1_000_000), ("2025-08-20", 2_000_000)])
def test_kr_11_from_the_payment_in_arrears_on_the_new_terms_serve(event: str, amount: int) -> None:
    h = changed(due_on="2025-07-10", paid_on="2025-08-20")
    certify(h, event)
    assert h.lines("2026-01-01") == [("care_benefit", event, amount)]


def test_kr_11_the_old_terms_serve_from_the_day_after_the_day_due() -> None:
    h = changed(due_on="2025-07-10")
    certify(h)
    h.add("PremiumPaid", due_months=["2025-08"], paid_on="2025-07-10", amount=3_000)  # looked at anew on the day due
    assert [line[2] for day in ("2025-07-10", "2025-07-11") for line in h.lines(day)] == [2_000_000, 1_000_000]


def test_kr_11_a_change_without_added_premium_serves_from_its_day() -> None:
    h = policy()
    h.add("CoverageChanged", effective_on="2025-06-10", plan={"care_benefit": 2_000_000, "min_level": "care2"})
    certify(h)
    assert h.lines("2026-01-01") == [("care_benefit", "2025-06-10", 2_000_000)]


@pytest.mark.parametrize(
    ("due_on", "line"),
    [
        ("2025-07-10", ("care_benefit", "2025-08-15", 1_000_000)),
        ("2025-07-27", ("care_benefit", "2025-08-15", 0, "KR-03")),
    ],
)
def test_kr_11_a_miss_of_the_added_premium_leaves_no_gap_in_cover(due_on: str, line: tuple[Any, ...]) -> None:
    h = changed(due_on="2025-07-10")
    h.add("PremiumMissed", due_month="2025-07", due_on=due_on)
    certify(h, "2025-08-15")
    assert h.lines("2026-01-01") == [line]


def changed(due_on: str, paid_on: str | None = None) -> History:
    """Twice the amount from June on, for which premium is added."""
    h = policy()
    plan = {"care_benefit": 2_000_000, "min_level": "care2"}
    h.add("CoverageChanged", effective_on="2025-06-01", plan=plan, added_premium_due_on=due_on)
    if paid_on:
        h.add("PremiumPaid", due_months=[due_on[:7]], paid_on=paid_on, amount=500)
    return h


# ---- of several, which one --------------------------------------------------------------------------------------------------------


def test_kr_01_is_the_rule_of_the_benefit_and_kr_11_of_the_old_terms() -> None:
    h = policy()
    certify(h)
    assert h.on("2026-01-01")["benefits"][0]["rules"] == ["KR-01"]
    plan = {"care_benefit": 2_000_000, "min_level": "care2"}
    h.add("CoverageChanged", effective_on="2025-06-01", plan=plan, added_premium_due_on="2025-07-10")
    assert h.on("2026-01-01")["benefits"][0]["rules"] == ["KR-01", "KR-11"]


@pytest.mark.parametrize(
    ("sent", "met"),
    [
        (["2025-03-31"], None),
        (["2025-04-01"], "2025-04-01"),
        (["2026-04-01"], "2026-04-01"),
        (["2026-04-02"], None),
        (["2026-01-10", "2025-12-10"], "2025-12-10"),
    ],
)
def test_kr_02_the_first_notice_in_the_period_counts(sent: list[str], met: str | None) -> None:
    h = policy()
    for day in sent:
        h.add("RenewalNoticeSent", sent_on=day, deadline="2026-03-01")
    [row] = h.on("2026-06-01")["deadlines"]
    assert (row["met_on"], row["rules"]) == (met, ["KR-02"])


@pytest.mark.parametrize(
    ("refused", "rows"), [("2025-03-31", 0), ("2025-04-01", 1), ("2026-03-05", 1), ("2026-03-06", 0)]
)
def test_kr_02_of_two_notices_the_later_deadline_and_of_two_renewals_the_next(refused: str, rows: int) -> None:
    h = policy()
    for deadline in ("2026-03-05", "2026-02-01"):
        h.add("RenewalNoticeSent", sent_on="2025-12-20", deadline=deadline)
    refusal = h.add("RenewalRefused", refused_on=refused)
    h.add("PolicyRenewed", period_start="2027-04-01", period_end="2028-04-01")
    renewal = h.add("PolicyRenewed", period_start="2026-04-01", period_end="2027-04-01")
    found = [(d["recorded"], d["events"]) for d in h.on("2027-06-01")["discrepancies"]]
    assert found == [("2026-04-01", [refusal, renewal])][:rows]


def test_kr_02_a_refusal_in_the_next_period_is_none_of_the_period_before() -> None:
    h = policy()
    h.add("RenewalNoticeSent", sent_on="2025-12-20", deadline="2027-03-01")
    h.add("PolicyRenewed", period_start="2026-04-01", period_end="2027-04-01")
    h.add("RenewalRefused", refused_on="2027-01-10")
    assert h.on("2027-06-01")["discrepancies"] == []


def test_kr_02_the_renewal_that_began_the_period_is_none_of_a_refusal_in_it() -> None:
    h = policy()
    h.add("PolicyRenewed", period_start="2026-04-01", period_end="2027-04-01")
    h.add("RenewalNoticeSent", sent_on="2026-12-20", deadline="2027-03-01")
    h.add("RenewalRefused", refused_on="2027-01-10")
    assert h.on("2027-06-01")["discrepancies"] == []


def test_kr_03_of_several_payments_the_first_counts() -> None:
    h = policy()
    h.add("PremiumMissed", due_month="2025-06", due_on="2025-06-27")
    for paid_on in ("2025-07-20", "2025-06-10"):
        h.add("PremiumPaid", due_months=["2025-06"], paid_on=paid_on, amount=3_000)
    certify(h)
    assert h.lines("2026-01-01") == [PAID]
