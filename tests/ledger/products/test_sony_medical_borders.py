"""SM-09 and SM-11 at their borders: a plan of 0 yen, and the first and the last day of a renewal undone."""

from __future__ import annotations

import pytest

from tests.ledger.products.history import History
from tests.ledger.products.sony_medical_history import PLAN, care, cool_off, limit, renewed


def test_sm_09_of_an_amount_of_0_nothing_is_paid() -> None:
    h = History("sony-medical", PLAN | {"advanced_care_limit": 0}, ("2022-04-01", "2027-04-01"))
    care(h, "2023-05-10", 1_000)
    assert [line[2:] for line in h.lines("2023-06-01")] == [(0,)]
    assert limit(h, "2023-06-01", "advanced_care.total", "") == (0, 0, 0)


@pytest.mark.parametrize(
    ("day", "line"),
    [
        ("2023-03-31", (1_000,)),
        ("2023-04-01", (0, "SM-11")),
        ("2024-03-31", (0, "SM-11")),
        ("2024-04-01", (0, "SM-09")),
    ],
)
def test_sm_11_is_named_on_the_days_of_the_renewal_undone(day: str, line: tuple[object, ...]) -> None:
    h = renewed()
    cool_off(h, "2023-03-20", "2023-03-25")
    care(h, day, 1_000)
    assert [found[2:] for found in h.lines("2024-05-01")] == [line]


def test_sm_11_is_named_in_each_of_several_renewals_undone() -> None:
    h = renewed()
    h.add("PolicyRenewed", period_start="2024-04-01", period_end="2025-04-01")
    cool_off(h, "2023-03-20", "2023-03-25")
    care(h, "2024-05-10", 1_000)
    assert [found[2:] for found in h.lines("2024-06-01")] == [(0, "SM-11")]
    assert h.state("2024-06-01") == ("matured", "2023-04-01", None)


@pytest.mark.parametrize(("day", "state"), [("2024-03-31", "in_force"), ("2024-04-01", "matured")])
def test_sm_11_care_in_the_period_after_it_does_not_keep_a_renewal(day: str, state: str) -> None:
    h = renewed()
    h.add("PolicyRenewed", period_start="2024-04-01", period_end="2025-04-01")
    care(h, day, 1_000)
    cool_off(h, "2024-03-30", "2024-04-05")
    assert h.state("2024-05-01")[0] == state
