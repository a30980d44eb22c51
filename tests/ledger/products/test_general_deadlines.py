"""GN-01 to GN-03, and GN-06: when benefits are due, what moves the day, and what shows as overpaid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ledger import events as ev
from ledger.journal import Line
from ledger.periods import days
from ledger.policy import Policy
from ledger.products.general.claims import Filed, settled_on
from ledger.timeline import Facts, Known
from tests.ledger.products.history import History
from tests.ledger.products.random_histories import INSTANT


def certified(valid_from: str = "2025-06-10") -> History:
    """A policy whose one benefit of 1,000,000 arose on a day."""
    h = History("ryoritsu", {"care_benefit": 1_000_000, "min_level": "care2"}, ("2025-04-01", "2026-04-01"))
    h.add(
        "CareCertified",
        person_id="p1",
        certified_on="2025-06-20",
        valid_from=valid_from,
        valid_to="2026-06-09",
        level="care2",
    )
    return h


def claimed(completed: str | None = "2025-07-01", **claim: Any) -> History:
    h = certified()
    h.add("ClaimFiled", claim_id="k1", filed_on="2025-06-20", claimant="insured", **claim)
    if completed:
        h.add("ClaimDocumentsCompleted", claim_id="k1", completed_on=completed)
    return h


def due(h: History, on: str = "2026-12-31") -> list[tuple[Any, ...]]:
    return h.deadlines(on, "payment")


def paid(h: History, on: str, amount: int, claim_id: str | None = "k1") -> None:
    data = {"benefit": "care_benefit", "paid_on": on, "amount": amount, "payee": "insured"}
    h.add("BenefitPaid", **data | ({"claim_id": claim_id} if claim_id else {}))


# ---- GN-01 ------------------------------------------------------------------------------------------------------------------------


def test_gn_01_thirty_days_from_the_completion_which_is_day_1() -> None:
    assert due(claimed()) == [("2025-07-30", None, True)]


@pytest.mark.parametrize(("on", "overdue"), [("2025-07-29", False), ("2025-07-30", False), ("2025-07-31", True)])
def test_gn_01_overdue_from_the_day_after(on: str, overdue: bool) -> None:
    assert due(claimed(), on) == [("2025-07-30", None, overdue)]


def test_gn_01_no_deadline_before_the_papers_are_complete() -> None:
    assert due(claimed(), "2025-06-30") == []
    assert len(due(claimed(), "2025-07-01")) == 1
    assert due(claimed(completed=None)) == []


def test_gn_01_the_last_completion_counts_from_its_day() -> None:
    h = claimed()
    h.add("ClaimDocumentsCompleted", claim_id="k1", completed_on="2025-07-10")
    assert due(h, "2025-07-09") == [("2025-07-30", None, False)]
    assert due(h, "2025-07-10") == [("2025-08-08", None, False)]


@pytest.mark.parametrize(
    ("amount", "met"),
    [(999_999, None), (1_000_000, "2025-07-30"), (1_000_001, "2025-07-30")],
    ids=["under", "at", "over"],
)
def test_gn_01_met_by_the_payment_that_brings_the_outstanding_to_0(amount: int, met: str | None) -> None:
    h = claimed()
    paid(h, "2025-07-30", amount)
    assert due(h, "2025-07-30") == [("2025-07-30", met, False)]
    assert due(h, "2025-07-31") == [("2025-07-30", met, met is None)]


def test_gn_01_met_late_is_overdue() -> None:
    h = claimed()
    paid(h, "2025-07-20", 400_000)
    paid(h, "2025-07-31", 600_000)
    assert due(h, "2025-07-30") == [("2025-07-30", None, False)]
    assert due(h) == [("2025-07-30", "2025-07-31", True)]


def test_gn_01_a_payment_without_the_claim_does_not_meet_it() -> None:
    h = claimed()
    paid(h, "2025-07-20", 1_000_000, claim_id=None)
    assert due(h, "2025-07-25") == [("2025-07-30", None, False)]


@pytest.mark.parametrize(("outcome", "met"), [("declined", "2025-07-15"), ("partly", None), ("accepted", None)])
def test_gn_01_met_by_a_declining_decision_alone(outcome: str, met: str | None) -> None:
    h = claimed()
    h.add("ClaimDecided", claim_id="k1", decided_on="2025-07-15", outcome=outcome)
    assert due(h, "2025-07-15") == [("2025-07-30", met, False)]
    assert due(h, "2025-07-14") == [("2025-07-30", None, False)]


def test_gn_01_a_claim_comes_to_the_lines_of_the_facts_it_names() -> None:
    h = certified()
    other = h.add("ConditionRecorded", condition_id="c1", kind="sickness")
    h.add("ClaimFiled", claim_id="k1", filed_on="2025-06-20", claimant="insured", facts=[other])
    h.add("ClaimDocumentsCompleted", claim_id="k1", completed_on="2025-07-01")
    paid(h, "2025-07-05", 1)
    assert due(h) == [("2025-07-30", "2025-07-05", False)]


def test_gn_01_met_on_the_earlier_of_decision_and_payment() -> None:
    for decided, met in (("2025-07-10", "2025-07-10"), ("2025-07-20", "2025-07-15")):
        h = claimed()
        h.add("ClaimDecided", claim_id="k1", decided_on=decided, outcome="declined")
        paid(h, "2025-07-15", 1_000_000)
        assert due(h) == [("2025-07-30", met, False)]


@pytest.mark.parametrize(("filed", "met"), [("2025-06-09", "2025-07-05"), ("2025-06-10", None), ("2025-06-11", None)])
def test_gn_01_a_claim_for_all_facts_is_for_what_counts_on_the_day_of_its_filing(filed: str, met: str | None) -> None:
    h = certified()
    h.add("ClaimFiled", claim_id="k1", filed_on=filed, claimant="insured")
    h.add("ClaimDocumentsCompleted", claim_id="k1", completed_on="2025-07-01")
    paid(h, "2025-07-05", 999_999)
    assert due(h)[0][1] == met


ADMITTED, CHARGED, DISCHARGED = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 4))


def run_of_days(first: date, last: date, *events: str) -> Line:
    """5,000 yen a day."""
    n = days(first, last)
    return Line(
        first, "hospital_daily", "s1", first, last, "day", n, 5_000, 5_000 * n, 5_000 * n, "payable", (), events
    )


@pytest.mark.parametrize(
    ("amount", "met"),
    [(54_999, None), (55_000, date(2025, 5, 11)), (100_000, date(2025, 5, 11))],
    ids=["under", "at", "over"],
)
def test_gn_01_days_that_pass_after_the_payment_do_not_count(amount: int, met: date | None) -> None:
    line = run_of_days(date(2025, 5, 1), date(2025, 6, 30), ADMITTED)
    assert settled("2025-05-11", amount, [line]) == met


@pytest.mark.parametrize(("amount", "met"), [(54_999, None), (55_000, date(2025, 5, 11))])
def test_gn_01_what_a_later_fact_brings_counts_on_its_day(amount: int, met: date | None) -> None:
    known = run_of_days(date(2025, 5, 1), date(2025, 5, 10), ADMITTED)
    later = run_of_days(date(2025, 6, 1), date(2025, 6, 10), ADMITTED, CHARGED)
    assert settled("2025-05-11", amount, [known, later]) == met


@pytest.mark.parametrize(("counts_from", "met"), [("2025-05-11", None), ("2025-05-12", date(2025, 5, 11))])
def test_gn_01_a_lump_sum_that_comes_to_count_later_by_itself_does_not(counts_from: str, met: date | None) -> None:
    day = date.fromisoformat(counts_from)
    run = run_of_days(date(2025, 5, 1), date(2025, 5, 11), ADMITTED)
    lump = Line(day, "lump_long", "s1", day, day, "time", 1, 50_000, 50_000, 50_000, "payable", (), (ADMITTED,))
    assert settled("2025-05-11", 55_000, [run, lump]) == met


@pytest.mark.parametrize(
    ("on", "met"), [("2025-05-11", date(2025, 5, 11)), ("2025-05-12", date(2025, 5, 11)), ("2025-05-13", None), ("2025-06-30", None)]
)
def test_gn_01_of_a_stay_whose_end_is_known_the_days_in_view_count(on: str, met: date | None) -> None:
    """60,000 yen are what twelve days come to; on the thirteenth, to the discharge on 30 June, the payment is too little."""
    line = run_of_days(date(2025, 5, 1), date(2025, 6, 30), ADMITTED, DISCHARGED)
    assert settled("2025-05-11", 60_000, [line], date.fromisoformat(on)) == met


def settled(paid_on: str, amount: int, lines: list[Line], on: date | None = None) -> date | None:
    """The day on which one payment meets a claim for all facts; admitted on 1 May, charged on 1 June, discharged on 30 June 2025."""
    payment = {"claim_id": "k1", "benefit": "hospital_daily", "paid_on": paid_on, "amount": amount, "payee": "insured"}
    admission = {"stay_id": "s1", "admitted_on": "2025-05-01", "condition_id": "c1"}
    charge = {"month": "2025-06", "stay_id": "s1", "treatment_charge": 1}
    facts = Facts([
        Known(ADMITTED, date(2025, 5, 1), ev.HospitalAdmitted.parse(admission)),
        Known(CHARGED, date(2025, 6, 1), ev.HospitalChargesIncurred.parse(charge)),
        Known(DISCHARGED, date(2025, 5, 1), ev.HospitalDischarged.parse({"stay_id": "s1", "discharged_on": "2025-06-30"})),
        Known(ADMITTED[:-1] + "3", date.fromisoformat(paid_on), ev.BenefitPaid.parse(payment)),
    ], on)  # fmt: skip
    return settled_on(facts, Filed(date(2025, 7, 1), "k1", None, frozenset()), lines)


def test_gn_01_a_claim_that_names_none_is_for_the_lines_that_count_by_its_filing() -> None:
    h = certified("2025-06-21")
    h.add("ClaimFiled", claim_id="k1", filed_on="2025-06-20", claimant="insured")
    h.add("ClaimDocumentsCompleted", claim_id="k1", completed_on="2025-07-01")
    paid(h, "2025-07-05", 1)
    assert due(h) == [("2025-07-30", "2025-07-05", False)]


# ---- GN-02 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ground", "time"),
    [
        ("public_authority", 180),
        ("medical_institution", 90),
        ("disability_review", 120),
        ("disaster_area", 60),
        ("overseas", 180),
    ],
)
def test_gn_02_each_ground_has_its_days_from_the_completion(ground: str, time: int) -> None:
    h = claimed()
    h.add("InquiryOpened", claim_id="k1", opened_on="2025-07-30", ground=ground)
    assert due(h)[0][0] == (date(2025, 7, 1) + timedelta(time - 1)).isoformat()


@pytest.mark.parametrize(
    ("opened", "day"),
    [
        ("2025-06-25", "2025-08-29"),
        ("2025-07-29", "2025-08-29"),
        ("2025-07-30", "2025-08-29"),
        ("2025-07-31", "2025-07-30"),
    ],
)
def test_gn_02_opened_on_or_before_the_day_then_due(opened: str, day: str) -> None:
    h = claimed()
    h.add("InquiryOpened", claim_id="k1", opened_on=opened, ground="disaster_area")
    assert due(h)[0][0] == day


def test_gn_02_an_inquiry_counts_from_the_day_it_is_opened() -> None:
    h = claimed()
    h.add("InquiryOpened", claim_id="k1", opened_on="2025-07-20", ground="disaster_area")
    assert (due(h, "2025-07-19")[0][0], due(h, "2025-07-20")[0][0]) == ("2025-07-30", "2025-08-29")


def test_gn_02_of_several_the_longest_counts_and_one_may_carry_the_next() -> None:
    h = claimed()
    h.add("InquiryOpened", claim_id="k1", opened_on="2025-08-29", ground="public_authority")
    h.add("InquiryOpened", claim_id="k1", opened_on="2025-07-30", ground="disaster_area")
    h.add("InquiryOpened", claim_id="k1", opened_on="2025-08-01", ground="medical_institution")
    assert due(h)[0][0] == "2025-12-27"


def test_gn_02_an_inquiry_of_another_claim_changes_nothing() -> None:
    h = claimed()
    h.add("ClaimFiled", claim_id="k2", filed_on="2025-06-21", claimant="heir")
    h.add("InquiryOpened", claim_id="k2", opened_on="2025-07-20", ground="overseas")
    assert due(h)[0][0] == "2025-07-30"


# ---- GN-03 ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("runs", "day"),
    [
        ([("2025-07-01", "2025-07-01")], "2025-07-31"),  # the completion itself
        ([("2025-06-20", "2025-07-02")], "2025-08-01"),  # days before it do not count
        ([("2025-06-20", "2025-06-25")], "2025-07-30"),  # nor does what was over before it
        ([("2025-07-30", "2025-07-30")], "2025-07-31"),  # the day due
        ([("2025-07-31", "2025-08-05")], "2025-07-30"),  # after it
        ([("2025-07-30", "2025-08-01")], "2025-08-02"),  # its own days carry it on
        ([("2025-07-10", "2025-07-12"), ("2025-07-12", "2025-07-13")], "2025-08-03"),  # a shared day once
        ([("2025-07-10", "2025-07-10"), ("2025-07-12", "2025-07-12")], "2025-08-01"),  # not the day between two
        (
            [("2025-07-10", "2025-07-10"), ("2025-07-31", "2025-07-31")],
            "2025-08-01",
        ),  # an earlier one carries to a later
        ([("2025-07-02", "2025-07-03"), ("2025-07-10", "2025-07-12"), ("2025-07-11", "2025-07-15")], "2025-08-07"),
    ],
)
def test_gn_03_days_of_obstruction_are_added(runs: list[tuple[str, str]], day: str) -> None:
    h = claimed()
    for first, last in runs:
        h.add("ClaimObstructed", claim_id="k1", from_=first, to=last)
    assert due(h)[0][0] == day


@pytest.mark.parametrize(
    ("obstructed", "ground", "rules"),
    [
        ("2025-07-10", None, ["GN-01", "GN-03"]),
        ("2025-07-31", None, ["GN-01"]),
        ("2025-07-31", "disaster_area", ["GN-01", "GN-02", "GN-03"]),
        ("2025-08-30", "disaster_area", ["GN-01", "GN-02"]),
    ],
)
def test_gn_02_gn_03_are_named_where_they_move_the_day(obstructed: str, ground: str | None, rules: list[str]) -> None:
    h = claimed()
    h.add("ClaimObstructed", claim_id="k1", from_=obstructed, to=obstructed)
    if ground:
        h.add("InquiryOpened", claim_id="k1", opened_on="2025-07-10", ground=ground)
    assert [row["rules"] for row in h.on("2026-06-01")["deadlines"] if row["kind"] == "payment"] == [rules]


def test_gn_03_with_an_inquiry_the_longer_time_is_extended() -> None:
    h = claimed()
    h.add("InquiryOpened", claim_id="k1", opened_on="2025-07-31", ground="disaster_area")
    h.add("ClaimObstructed", claim_id="k1", from_="2025-07-30", to="2025-07-30")
    assert due(h)[0][0] == "2025-08-30"


def test_gn_03_obstruction_of_another_claim_changes_nothing() -> None:
    h = claimed()
    h.add("ClaimFiled", claim_id="k2", filed_on="2025-06-21", claimant="heir")
    h.add("ClaimObstructed", claim_id="k2", from_="2025-07-10", to="2025-07-14")
    assert due(h)[0][0] == "2025-07-30"


@pytest.mark.parametrize(
    ("first", "due_days"),
    [("2025-07-30", ["2025-07-31", "2025-08-01", "2025-08-01"]), ("2025-07-31", ["2025-07-30"] * 3)],
)
def test_gn_03_that_begins_on_the_day_due_moves_it_day_by_day(first: str, due_days: list[str]) -> None:
    h = claimed()
    h.add("ClaimObstructed", claim_id="k1", from_=first, to="2025-07-31")
    assert [due(h, day)[0][0] for day in ("2025-07-30", "2025-07-31", "2025-08-01")] == due_days


def test_gn_03_only_the_days_to_the_day_asked_for() -> None:
    h = claimed()
    h.add("ClaimObstructed", claim_id="k1", from_="2025-07-10", to="2025-07-14")
    days = [due(h, f"2025-07-{n}")[0][0] for n in ("09", "10", "11", "14", "15")]
    assert days == ["2025-07-30", "2025-07-31", "2025-08-01", "2025-08-04", "2025-08-04"]


# ---- GN-06, and arrival -----------------------------------------------------------------------------------------------------------


def test_gn_06_a_second_payment_shows_as_overpaid() -> None:
    h = claimed()
    paid(h, "2025-07-10", 1_000_000)
    paid(h, "2025-08-01", 1_000_000)
    h.add("BenefitRecovered", benefit="care_benefit", recovered_on="2025-09-01", amount=300_000, reason="paid twice")
    h.add("PremiumOffset", benefit="care_benefit", offset_on="2025-09-02", amount=3_000)
    found = [
        h.on(day)["settlement"]["outstanding"]
        for day in ("2025-07-09", "2025-07-10", "2025-08-01", "2025-09-01", "2025-09-02")
    ]
    assert found == [1_000_000, 0, -1_000_000, -700_000, -703_000]


def test_gn_03_the_order_of_recording_does_not_matter() -> None:
    h = claimed()
    h.add("ClaimObstructed", claim_id="k1", from_="2025-07-30", to="2025-08-02")
    h.add("InquiryOpened", claim_id="k1", opened_on="2025-08-03", ground="disaster_area")
    other = Policy("P-1")
    issued, *rest = h.policy.recorded
    claim = next(event for event in rest if isinstance(event.data, ev.ClaimFiled))
    for event in (issued, claim, *reversed([event for event in rest if event is not claim])):
        other.admit(ev.Event(event.event_id, "P-1", event.type, 1, INSTANT, event.data))
    assert other.journal == h.policy.journal
    assert due(h)[0][0] == "2025-09-02"
