"""Oyako: first care around the start (OY-01, OY-10), and what a refund is held against (OY-03, OY-08)."""

from __future__ import annotations

import pytest

from ledger import events as ev
from ledger.errors import Refused, Words
from ledger.products.oyako.rules.costs import borne
from tests.ledger.products.oyako_history import Oyako, triggered


def test_oy_01_care_of_the_day_before_the_start_alone_is_not_the_first_time() -> None:
    history = Oyako()
    history.certified("2024-03-31", "2024-03-31")
    history.certified("2024-06-01")
    history.cost("2024-07-01")

    assert history.care("2024-07-01") == {"k1": 10_000}


def test_oy_10_a_certificate_from_the_day_after_the_end_of_care_begins_a_new_time_in_care() -> None:
    history = Oyako(period=("2024-07-01", "2025-04-01"))
    history.certified("2023-07-01", "2025-06-30")
    history.add("CareEnded", person_id="m1", ended_on="2024-06-30")
    history.certified("2024-07-01")
    history.cost("2024-07-20")

    assert history.care("2024-07-20") == {"k1": 10_000}


def test_oy_03_a_cost_that_is_borne_whole_is_not_reckoned() -> None:
    cost = {"cost_id": "k1", "used_on": "2024-07-01", "category": "meals", "gross": 10_000}
    data = ev.EVENT_TYPES["CareCostIncurred"].parse(cost)
    assert isinstance(data, ev.CareCostIncurred)

    assert borne(data) == (10_000, ())


def test_oy_08_is_named_by_the_line_of_a_cost_refunded() -> None:
    history = triggered()
    history.cost("2024-07-01")
    history.cost("2024-07-02")
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-07-10", amount=4_000)
    named = {line["key"]: "OY-08" in line["rules"] for line in history.on("2024-07-10")["benefits"]}

    assert (named["k1"], named["k2"]) == (True, False)


def test_oy_08_a_refund_is_held_against_its_own_cost_and_the_refunds_of_it() -> None:
    history = triggered()
    history.cost("2024-07-01", 10_000)
    history.cost("2024-07-02", 20_000)
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-07-10", amount=10_000)
    history.add("CareCostRefunded", cost_id="k2", refunded_on="2024-07-10", amount=20_000)

    assert history.care("2024-07-10") == {"k1": 0, "k2": 0}


@pytest.mark.parametrize(("refunded", "left"), [(3_000, 7_000), (10_000, 0)])
def test_oy_08_the_refusal_names_what_is_left_of_the_cost(refunded: int, left: int) -> None:
    history = triggered()
    history.cost("2024-07-01", 10_000)
    history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-07-10", amount=refunded)
    with pytest.raises(Refused) as refusal:
        history.add("CareCostRefunded", cost_id="k1", refunded_on="2024-07-11", amount=7_001)

    assert refusal.value.allowed == Words(f"{left} 円以下（費用の残り）", f"at most {left} yen, what is left of the cost")
