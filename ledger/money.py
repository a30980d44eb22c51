"""Whole yen: rounding that is named, and grouping for people. Integers only; there is no float in the ledger."""

from ledger.errors import LedgerFault


def half_up(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded half up (四捨五入), of amounts that are not negative."""
    _check(numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def ceil_div(numerator: int, denominator: int) -> int:
    """numerator / denominator rounded up (切り上げ), of amounts that are not negative."""
    _check(numerator, denominator)
    return -(-numerator // denominator)


def percent(amount: int, percentage: int) -> int:
    """`percentage` hundredths of an amount, half up: 10 percent of 146,795 are 14,680."""
    return half_up(amount * percentage, 100)


def grouped(yen: int) -> str:
    """An amount as people read it: 1,234,567."""
    return f"{yen:,}"


def _check(numerator: int, denominator: int) -> None:
    for part in (numerator, denominator):
        if type(part) is not int:
            raise LedgerFault(f"amounts are whole numbers, found {part!r}")
    if numerator < 0 or denominator < 1:
        raise LedgerFault(f"only amounts that are not negative are rounded, found {numerator} / {denominator}")
