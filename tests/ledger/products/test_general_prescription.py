"""GN-04: when the right to a benefit lapses, of which facts, and which claim keeps it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.products.history import History
from tests.ledger.products.oyako_history import triggered
from tests.ledger.products.test_general_deadlines import certified
from tests.ledger.products.test_ryoritsu import certify


@pytest.mark.parametrize(
    ("filed", "lines"),
    [
        ("2028-06-09", [("care_benefit", "2025-06-10", 1_000_000)]),
        ("2028-06-10", [("care_benefit", "2025-06-10", 1_000_000)]),
        ("2028-06-11", [("care_benefit", "2025-06-10", 0, "GN-04")]),
    ],
    ids=["under", "at", "over"],
)
def test_gn_04_three_years_from_the_day_after_the_fact(filed: str, lines: list[tuple[Any, ...]]) -> None:
    h = certified()
    h.add("ClaimFiled", claim_id="k1", filed_on=filed, claimant="insured", facts=[h.ids[1]])
    assert h.lines(filed) == lines
    assert h.deadlines(filed, "prescription") == [("2028-06-10", filed, filed > "2028-06-10")]


def test_gn_04_the_claim_may_say_when_the_right_arose() -> None:
    h = certified()
    h.add(
        "ClaimFiled",
        claim_id="k1",
        filed_on="2028-03-01",
        right_arose_on="2025-02-28",
        claimant="insured",
        facts=[h.ids[1]],
    )
    assert h.lines("2028-03-01")[0][-1] == "GN-04"
    assert h.lines("2028-02-29") == [("care_benefit", "2025-06-10", 1_000_000)]  # the late claim is not there yet
    assert h.deadlines("2028-03-01", "prescription") == [("2028-02-28", "2028-03-01", True)]


@pytest.mark.parametrize(("arose", "last"), [("2024-02-29", "2027-02-28"), ("2021-02-28", "2024-02-28")])
def test_gn_04_the_same_day_three_years_later(arose: str, last: str) -> None:
    h = certified()
    h.add("ClaimFiled", claim_id="k1", filed_on="2025-06-20", right_arose_on=arose, claimant="insured")
    assert [d[0] for d in h.deadlines("2025-06-20", "prescription")] == [last]


def test_gn_04_only_facts_that_a_claim_names() -> None:
    h = certified()
    h.add("ClaimFiled", claim_id="k1", filed_on="2029-01-01", claimant="insured")
    assert h.lines("2029-01-01") == [("care_benefit", "2025-06-10", 1_000_000)]
    assert h.deadlines("2029-01-01", "prescription") == []


@pytest.mark.parametrize("first", [{"facts": True}, {}], ids=["named", "for all facts"])
def test_gn_04_an_earlier_claim_in_time_keeps_the_right(first: dict[str, Any]) -> None:
    h = certified()
    names = {"facts": [h.ids[1]]} if first else {}
    h.add("ClaimFiled", claim_id="k1", filed_on="2026-01-01", claimant="insured", **names)
    h.add("ClaimFiled", claim_id="k2", filed_on="2029-01-01", claimant="heir", facts=[h.ids[1]])
    assert h.lines("2029-01-01") == [("care_benefit", "2025-06-10", 1_000_000)]


def test_gn_04_of_several_facts_the_earliest_last_day_from_the_day_of_filing() -> None:
    h = certified()
    second = certify(h, "2025-12-10")
    h.add("ClaimFiled", claim_id="k1", filed_on="2026-01-10", claimant="insured", facts=[second, h.ids[1]])
    assert h.deadlines("2026-01-09", "prescription") == []
    assert h.deadlines("2026-01-10", "prescription") == [("2028-06-10", "2026-01-10", False)]


def test_gn_04_a_claim_for_all_facts_keeps_the_right_of_those_of_its_day() -> None:
    for filed, payable in (("2025-06-09", 0), ("2025-06-10", 1_000_000)):
        h = certified()
        h.add("ClaimFiled", claim_id="k1", filed_on=filed, claimant="insured")
        h.add("ClaimFiled", claim_id="k2", filed_on="2029-01-01", claimant="heir", facts=[h.ids[1]])
        assert [line[2] for line in h.lines("2029-01-01")] == [payable]


def test_gn_04_of_the_facts_of_a_line_its_own_day_counts_not_that_of_the_certificate_years_before() -> None:
    h = History("oyako", {"plan": "B"}, ("2024-04-01", "2025-04-01"), insured={"person_id": "p1", "birth_date": "1970-05-05"},
                parent={"person_id": "p2", "birth_date": "1950-07-01"})  # fmt: skip
    care = h.add("CareCertified", person_id="p2", certified_on="2024-06-01", valid_from="2024-06-01", valid_to="2030-05-31", level="care2")
    old, new = (
        h.add("CareCostIncurred", cost_id=day, used_on=day, category="meals", gross=10_000)
        for day in ("2024-06-30", "2027-06-30")
    )
    h.add("ClaimFiled", claim_id="k1", filed_on="2027-07-01", claimant="insured", facts=[care, new])
    months = [("incidental_expenses", "2024-06", 1_000), ("incidental_expenses", "2027-06", 1_000)]
    own = [("parent_care", "2024-06-30", 10_000), ("parent_care", "2027-06-30", 10_000)]
    assert h.lines("2027-07-01") == [("parent_care", "2024-06-30", 0, "GN-04"), months[1], own[1]]
    h.add("ClaimFiled", claim_id="k2", filed_on="2024-07-10", claimant="insured", facts=[old])
    assert h.lines("2027-07-01") == [months[0], own[0], months[1], own[1]]


def test_gn_04_a_condition_alone_is_never_prescribed() -> None:
    h = History("ryoritsu", {"care_benefit": 1_000_000, "min_level": "care2"}, ("2025-04-01", "2026-04-01"))
    condition = h.add("ConditionRecorded", condition_id="c1", kind="sickness")
    h.add("CareCertified", person_id="p1", certified_on="2025-06-20", valid_from="2025-06-10", valid_to="2026-06-09", level="care2",
          condition_id="c1")  # fmt: skip
    h.add(
        "ClaimFiled",
        claim_id="k1",
        filed_on="2025-06-20",
        right_arose_on="2020-01-01",
        claimant="insured",
        facts=[condition],
    )
    assert h.lines("2025-06-20") == [("care_benefit", "2025-06-10", 1_000_000)]


@pytest.mark.parametrize(
    ("filed", "care", "incidental"),
    [
        ("2027-07-02", {"k1": 10_000, "k2": 10_000}, 2_000), ("2027-07-20", {"k1": 10_000, "k2": 10_000}, 2_000),
        ("2027-07-21", {"k1": 10_000, "k2": "GN-04"}, 1_000),
    ],
    ids=["after the first cost's last day", "on the second's", "after it"],
)  # fmt: skip
def test_gn_04_what_is_paid_of_costs_together_goes_with_the_later_one_that_was_claimed(
    filed: str, care: dict[str, object], incidental: int
) -> None:
    history = triggered()
    history.cost("2024-07-01", 10_000)
    second = history.cost("2024-07-20", 10_000)
    history.add("ClaimFiled", claim_id="q1", filed_on=filed, claimant="insured", facts=[second])

    assert (history.care(filed), history.incidental(filed)) == (care, {"2024-07": incidental})


def test_gn_04_a_claim_that_names_the_certificate_alone_is_measured_by_each_cost() -> None:
    history = triggered()
    certificate = history.ids[-1]
    history.cost("2024-07-01", 10_000)
    history.cost("2027-06-30", 10_000)
    history.add("ClaimFiled", claim_id="q1", filed_on="2027-07-02", claimant="insured", facts=[certificate])

    assert history.care("2027-07-02") == {"k1": "GN-04", "k2": 10_000}
