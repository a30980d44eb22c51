"""What the tests of differences share: pairs of questions, and every amount of an answer and of a difference by its account."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ledger.recorders.log import LogRecord
from replay import as_of
from replay.difference import Point
from replay.known import History

Balances = Counter[tuple[str, ...]]


def answer(records: list[LogRecord], point: Point) -> dict[str, Any]:
    """What the ledger said."""
    known = History("P", records).known(known_at=point.cut.known_at, at_position=point.cut.position)
    return as_of.answer(known, point.on, point.cut.known_at)


def balances(given: dict[str, Any]) -> Balances:
    """Every amount of an answer, by account."""
    found: Balances = Counter()
    for benefit, sums in given["settlement"]["by_benefit"].items():
        found.update({("benefit", benefit, name): amount for name, amount in sums.items()})
    for row in given["limits"]:
        found.update({("limit", row["limit"], row["key"], name): row[name] for name in ("cap", "used", "remaining")})
    return found


def change(before: dict[str, Any], after: dict[str, Any]) -> dict[tuple[str, ...], int]:
    """By how much two answers differ, account by account."""
    one, other = balances(before), balances(after)
    return {account: other[account] - one[account] for account in {*one, *other} if other[account] != one[account]}


def grouped(groups: list[dict[str, Any]]) -> dict[tuple[str, ...], int]:
    """What groups of a difference come to, by account."""
    sums: Balances = Counter()
    for group in groups:
        sums.update({("benefit", row["benefit"], row["movement"]): row["by"] for row in group["benefits"]})
        for row in group["limits"]:
            sums.update({("limit", row["limit"], row["key"], name): by for name, by in row["by"].items()})
    return {account: by for account, by in sums.items() if by}
