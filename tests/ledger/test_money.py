"""Rounding in whole yen."""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerFault
from ledger.money import ceil_div, grouped, half_up, percent

AMOUNTS = st.integers(0, 10**15)
PARTS = st.integers(1, 10**6)


@pytest.mark.parametrize(
    ("numerator", "denominator", "result"),
    [(0, 7, 0), (1, 2, 1), (3, 2, 2), (5, 2, 3), (14, 10, 1), (15, 10, 2), (149, 100, 1), (150, 100, 2), (7, 7, 1)],
)
def test_half_a_yen_goes_up(numerator: int, denominator: int, result: int) -> None:
    assert half_up(numerator, denominator) == result


@pytest.mark.parametrize(
    ("numerator", "denominator", "result"),
    [(0, 365, 0), (600_000, 365, 1_644), (730_000, 365, 2_000), (730_001, 365, 2_001)],
)
def test_any_part_of_a_yen_goes_up(numerator: int, denominator: int, result: int) -> None:
    assert ceil_div(numerator, denominator) == result


@pytest.mark.parametrize(
    ("amount", "percentage", "result"),
    [(146_795, 10, 14_680), (146_794, 10, 14_679), (10_000_000, 89, 8_900_000), (333, 100, 333), (5, 0, 0)],
)
def test_percent_is_rounded_half_up(amount: int, percentage: int, result: int) -> None:
    assert percent(amount, percentage) == result


@given(AMOUNTS, PARTS)
def test_rounding_is_that_of_the_decimal_module(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    assert abs(half_up(numerator, denominator) - exact) <= Fraction(1, 2)
    assert 0 <= ceil_div(numerator, denominator) - exact < 1

    # Hundredths are exact in decimal, halves among them, so that the two ways of rounding meet on the half itself.
    hundredths = Decimal(numerator).scaleb(-2)
    assert half_up(numerator, 100) == int(hundredths.to_integral_value(ROUND_HALF_UP))
    assert ceil_div(numerator, 100) == int(hundredths.to_integral_value(ROUND_CEILING))


@pytest.mark.parametrize("rounded", [half_up, ceil_div])
@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 2), (1, 0), (1, -2)])
def test_a_debt_is_never_rounded_by_accident(rounded: object, numerator: int, denominator: int) -> None:
    assert callable(rounded)
    with pytest.raises(LedgerFault, match="not negative"):
        rounded(numerator, denominator)


@pytest.mark.parametrize("amount", [1.5, True, "100"])
def test_only_whole_numbers_are_amounts(amount: object) -> None:
    with pytest.raises(LedgerFault, match="whole numbers"):
        half_up(amount, 2)  # type: ignore[arg-type]


def test_amounts_are_grouped_by_thousands() -> None:
    assert [grouped(amount) for amount in (0, 999, 1_000, 1_234_567, -500_000)] == [
        "0",
        "999",
        "1,000",
        "1,234,567",
        "-500,000",
    ]
