"""What all products read of the facts: entry and plans, stays, what a claim is for, and what refuses it by the end of the contract."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest

from ledger.errors import Refused
from ledger.limits import Claim
from ledger.periods import Clock
from ledger.products.general.claims import Filed
from ledger.products.general.contract import Contract, contract
from ledger.products.general.endings import judged, refused
from ledger.products.general.stays import stays
from ledger.products.ryoritsu.plan import RyoritsuPlan
from tests.ledger.products import sony_medical_history as sony
from tests.ledger.products.history import History
from tests.ledger.products.test_ryoritsu import certify, policy

D = date(2026, 4, 1)


def plan(amount: int) -> dict[str, Any]:
    return {"care_benefit": amount, "min_level": "care2"}


def renewed(start: str, amount: int) -> tuple[str, dict[str, Any]]:
    return "PolicyRenewed", {"period_start": start, "period_end": "2027-04-01", "plan": plan(amount)}


def changed(on: str, amount: int) -> tuple[str, dict[str, Any]]:
    return "CoverageChanged", {"effective_on": on, "plan": plan(amount)}


def read(h: History, clock: Clock) -> Contract[RyoritsuPlan]:
    return contract(h.policy.timeline.facts, RyoritsuPlan, clock)


@pytest.mark.parametrize("turned", [False, True], ids=["as told", "the other way round"])
@pytest.mark.parametrize(
    ("clock", "facts", "amounts"),
    [
        ("00:00", [renewed("2026-04-01", 2), changed("2026-04-01", 3)], [1, 3, 3]),
        ("16:00", [renewed("2026-04-01", 2), changed("2026-04-01", 3)], [1, 3, 2]),  # the day shared is the earlier period's
        ("16:00", [renewed("2026-04-02", 2), changed("2026-04-02", 3)], [1, 1, 3]),
        ("00:00", [renewed("2026-04-01", 2)], [1, 2, 2]),
        ("16:00", [renewed("2026-04-01", 2)], [1, 1, 2]),
        ("16:00", [changed("2026-04-01", 2), changed("2026-04-02", 3)], [1, 2, 3]),
    ],
)  # fmt: skip
def test_kr_01_the_plan_of_each_day_where_a_renewal_and_a_change_meet(
    clock: Clock, facts: list[tuple[str, dict[str, Any]]], amounts: list[int], turned: bool
) -> None:
    h = History("ryoritsu", plan(1), ("2025-04-01", "2026-04-01"))
    for type_, data in reversed(facts) if turned else facts:
        h.add(type_, **data)
    held = read(h, clock)
    assert [held.plan(date(*day)).care_benefit for day in ((2026, 3, 31), (2026, 4, 1), (2026, 4, 2))] == amounts


@pytest.mark.parametrize(("entered", "from_"), [("2022-04-01", "2022-04-01"), ("2025-07-01", "2025-04-01")])
def test_the_first_plan_is_held_from_the_first_entry_or_the_start_of_the_period(entered: str, from_: str) -> None:
    assert read(policy(entered_on=entered), "16:00").plans[0].from_ == date.fromisoformat(from_)


@pytest.mark.parametrize(("day", "rule"), [("2026-03-31", "KR-01"), ("2026-04-01", 1_000_000), ("2026-04-02", "KR-01")])
def test_kr_01_who_joins_on_the_last_day_is_covered_on_it_alone(day: str, rule: object) -> None:
    h = policy(entered_on="2026-04-01")
    certify(h, day)
    assert [line[-1] for line in h.lines("2026-06-01")] == [rule]


@pytest.mark.parametrize(
    ("names", "concerns"), [((), [True, True]), (("a",), [True, False]), (("b",), [False, True])], ids=["none", "a", "b"]
)
def test_a_claim_concerns_what_rests_on_a_fact_it_names_and_all_where_it_names_none(
    names: tuple[str, ...], concerns: list[bool]
) -> None:
    filed = Filed(D, "k1", None, frozenset(names))
    assert [filed.concerns(("a", "c")), filed.concerns(("b",))] == concerns


def test_a_claim_is_judged_by_the_deciding_day_of_its_fact_else_by_its_first_day() -> None:
    claim = Claim("cost", "k", D, D, D, "time", 1, 1, (), ())
    assert [judged(claim), judged(claim._replace(judged_on=date(2026, 3, 1)))] == [D, date(2026, 3, 1)]


@pytest.mark.parametrize(("ending", "rule"), [(None, None), ("PolicyRevoked", "KR-08")])
def test_kr_08_what_is_decided_on_a_day_is_refused_by_the_rule_that_ended_the_contract(ending: str | None, rule: str | None) -> None:
    h = policy()
    if ending:
        h.add(ending, ground="fraud")
    assert refused(h.policy.timeline.facts, D, None) == rule


def test_a_stay_without_a_discharge_counts_to_its_last_confirmed_day() -> None:
    h = sony.policy()
    sony.stay(h, "s1", "2023-05-10", None, {})
    for through in ("2023-05-20", "2023-05-31", "2023-05-25"):
        h.add("StayConfirmed", stay_id="s1", through=through)
    [stay] = stays(h.policy.timeline.facts)
    assert (stay.last, stay.discharged_on, stay.alive) == (date(2023, 5, 31), None, True)


# ---- GN-04 where a fact has not come, or comes with another ------------------------------------------------------------------------


def hospital(last: str | None = "2023-05-20") -> History:
    """A stay from 10 May 2023, charged for; the admission is the third fact."""
    h = sony.policy()
    sony.stay(h, "s1", "2023-05-10", last, {"2023-05": 100_000})
    return h


def prescription(h: History, on: str) -> list[Any]:
    return [row[0] for row in h.deadlines(on, "prescription")]


def test_gn_04_the_right_that_a_discharge_brings_runs_from_its_own_day() -> None:
    h = hospital()
    h.add("ClaimFiled", claim_id="k1", filed_on="2023-05-15", claimant="insured", facts=[h.ids[3]])
    assert (prescription(h, "2023-05-19"), prescription(h, "2023-05-20")) == ([], ["2026-05-20"])


def test_gn_04_the_right_that_a_confirmed_stay_brings_runs_from_its_last_day() -> None:
    h = hospital(None)
    confirmed = h.add("StayConfirmed", stay_id="s1", through="2023-05-25")
    h.add("ClaimFiled", claim_id="k1", filed_on="2023-06-15", claimant="insured", facts=[confirmed])
    assert prescription(h, "2023-06-15") == ["2026-05-25"]


def test_gn_04_of_an_admission_and_its_discharge_the_deadline_shows_from_the_first() -> None:
    h = hospital()
    h.add("ClaimFiled", claim_id="k1", filed_on="2023-05-12", claimant="insured", facts=[h.ids[2], h.ids[3]])
    assert (prescription(h, "2023-05-11"), prescription(h, "2023-05-12")) == ([], ["2026-05-10"])


def test_gn_04_a_right_that_arises_after_the_filing_shows_from_its_day() -> None:
    h = hospital()
    h.add("ClaimFiled", claim_id="k1", filed_on="2023-05-12", right_arose_on="2023-06-01", claimant="insured")
    assert (prescription(h, "2023-05-31"), prescription(h, "2023-06-01")) == ([], ["2026-06-01"])


def test_gn_04_a_named_fact_that_has_not_come_brings_no_right_yet() -> None:
    h = hospital()
    later = h.add("AdvancedCareReceived", received_on="2023-08-01", scheme="advanced", technical_fee=1)
    h.add("ClaimFiled", claim_id="k1", filed_on="2023-07-01", claimant="insured", facts=[later])
    assert (prescription(h, "2023-07-31"), prescription(h, "2023-08-01")) == ([], ["2026-08-01"])


def test_gn_04_the_day_of_a_fact_after_the_line_counts_does_not_delay_its_prescription() -> None:
    h = hospital()
    h.add("ClaimFiled", claim_id="k1", filed_on="2026-05-15", claimant="insured", facts=[h.ids[2]])
    assert h.lines("2026-05-15") == [("hospital_treatment", "s1/2023-05", 0, "GN-04")]


def test_gn_04_a_claim_for_all_facts_that_says_when_the_right_arose_can_come_too_late() -> None:
    h = policy()
    certify(h)
    h.add("ClaimFiled", claim_id="k1", filed_on="2025-06-20", right_arose_on="2022-06-19", claimant="insured")
    assert h.lines("2025-06-20") == [("care_benefit", "2025-06-10", 0, "GN-04")]


@pytest.mark.parametrize(
    ("product", "options", "entered", "accepted"),
    [
        ("ryoritsu", plan(1), "2026-04-01", True),  # 16:00: the last day is the period's
        ("ryoritsu", plan(1), "2026-04-02", False),
        ("seikatsu", {"units": "1", "hospital_type": 365}, "2026-03-31", True),
        ("seikatsu", {"units": "1", "hospital_type": 365}, "2026-04-01", False),  # 00:00: it is the first day after
    ],
)
def test_kr_01_the_entry_comes_by_the_last_day_of_the_first_period(
    product: str, options: dict[str, Any], entered: str, accepted: bool
) -> None:
    expected = nullcontext() if accepted else pytest.raises(Refused, match="entered_on")
    with expected:
        History(product, options, ("2025-04-01", "2026-04-01"), entered_on=entered)
