"""Whole yen: rounding that is named, and grouping for people. Integers only; there is no float in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Final, NamedTuple

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


# ---- arithmetic that shows its steps -------------------------------------------------------------------------------


class Operand(NamedTuple):
    """A number that a step reckons with. `step`: the step, from 1, whose result it is; None for a number that was found."""

    name: str
    value: int
    step: int | None = None


class Step(NamedTuple):
    """One operation on whole numbers, in order, and what it gives."""

    op: str
    operands: tuple[Operand, ...]
    result: int


class Reckoned(NamedTuple):
    """An amount, and the steps that led to it, the last one giving it; none where it was found as it is."""

    amount: int
    steps: tuple[Step, ...] = ()


def _difference(values: Sequence[int]) -> int:
    return values[0] - sum(values[1:])


OPERATIONS: Final[Mapping[str, Callable[[Sequence[int]], int]]] = {
    "add": sum,
    "subtract": _difference,
    "multiply": prod,
    "min": min,
    "max": max,
    "divide_half_up": lambda values: half_up(*values),
    "divide_up": lambda values: ceil_div(*values),
    "percent": lambda values: percent(*values),
}
"""What a step can be. `percent` takes an amount and so many hundredths of it; all divisions are of two numbers."""


def reckon(op: str, **operands: int | Reckoned) -> Reckoned:
    """What an operation gives, its step behind those that its operands took. Operands are named for what they are in the terms or facts."""
    return reckon_all(op, operands.items())


def reckon_all(op: str, operands: Iterable[tuple[str, int | Reckoned]]) -> Reckoned:
    """The same of operands given in order: of several with one name, such as the items of a loss."""
    steps: list[Step] = []
    named: list[Operand] = []
    for name, given in operands:
        if isinstance(given, Reckoned) and given.steps:
            named.append(Operand(name, given.amount, _appended(steps, given.steps)))
        else:
            named.append(Operand(name, given.amount if isinstance(given, Reckoned) else given))
    result = OPERATIONS[op]([operand.value for operand in named])
    return Reckoned(result, (*steps, Step(op, tuple(named), result)))


def total(parts: Iterable[tuple[str, int | Reckoned]]) -> Reckoned:
    """The sum of parts; one part alone is taken as it is."""
    parts = list(parts)
    if len(parts) != 1:
        return reckon_all("add", parts)
    [(_, one)] = parts
    return one if isinstance(one, Reckoned) else Reckoned(one)


def _appended(steps: list[Step], more: Sequence[Step]) -> int:
    """Puts steps behind others; those that both begin with stand once. Gives the place, from 1, of the last of them."""
    same = 0
    while same < min(len(steps), len(more)) and steps[same] == more[same]:
        same += 1
    by = len(steps) - same
    for step in more[same:]:
        moved = (one._replace(step=one.step + by) if one.step and one.step > same else one for one in step.operands)
        steps.append(step._replace(operands=tuple(moved)) if by else step)
    return len(steps) if same < len(more) else same


def _check(numerator: int, denominator: int) -> None:
    for part in (numerator, denominator):
        if type(part) is not int:
            raise LedgerFault(f"amounts are whole numbers, found {part!r}")
    if numerator < 0 or denominator < 1:
        raise LedgerFault(f"only amounts that are not negative are rounded, found {numerator} / {denominator}")
