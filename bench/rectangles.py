"""Movements as rectangles: what a limit stood at over days of the world and instants of knowledge, as temporal tables hold it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from projections import tables

FOREVER_US = 2_145_916_799_000_000
"""The last second of 2037: temporal tables keep instants of four bytes."""
NO_DAY = 3_652_059
"""The ordinal of the last day."""

_SELECT = """
SELECT p.policy_id, m.account_no, m.known_us, m.day, m.first, m.last, m.shown_to, m.amount, m.stands FROM read_policies p
JOIN read_generations g ON g.generation = p.generation AND g.state = 'current'
JOIN read_movements m ON m.policy_no = p.policy_no AND m.kind = 2 ORDER BY p.policy_id, m.account_no, m.known_us
"""
_ACCOUNTS = f"""
SELECT p.policy_id, a.account_no, a.name, a.key, a.unit, a.cap, a.first, a.last, a.rules FROM read_policies p
JOIN read_generations g ON g.generation = p.generation AND g.state = 'current'
JOIN read_accounts a ON {tables.of_policy("a.account_no", "p.policy_no")} AND a.kind = 10
"""


class Rectangle(NamedTuple):
    """A limit that is shown from `day` until before `until`, as known from `known` until before `unknown`.

    What is used of it on a day is `base` + `slope` * day.
    """

    limit: str
    key: str
    unit: str
    cap: int
    first: int
    last: int | None
    rules: str
    base: int
    slope: int
    day: int
    until: int
    known: int
    unknown: int


Piece = tuple[Any, ...]
"""A rectangle without its last two fields."""


def rectangles(connection: Any) -> dict[str, list[Rectangle]]:
    """The rectangles of each policy of a read model."""
    openings = {(policy_id, number): tuple(of) for policy_id, number, *of in connection.execute(_ACCOUNTS)}
    found: dict[str, list[Rectangle]] = {}
    for (policy_id, _), rows in groupby(connection.execute(_SELECT), lambda row: row[:2]):
        found.setdefault(policy_id, []).extend(_of_a_limit({n: o for (p, n), o in openings.items() if p == policy_id}, list(rows)))
    return found


def _of_a_limit(openings: dict[int, Piece], rows: list[Piece]) -> Iterator[Rectangle]:
    """A rectangle begins when a piece is first known, and ends when what is known no longer has it."""
    standing: dict[Piece, int] = {}
    for known in sorted({row[2] for row in rows}):
        now = set(_pieces(openings, [row[3:] for row in rows if row[2] <= known]))
        for piece in [piece for piece in standing if piece not in now]:
            yield Rectangle._make((*piece, standing.pop(piece), known))
        standing |= {piece: known for piece in now if piece not in standing}
    yield from (Rectangle._make((*piece, known, FOREVER_US)) for piece, known in standing.items())


def _pieces(openings: dict[int, Piece], movements: list[Piece]) -> Iterator[Piece]:
    """The runs of days on which one formula holds, where the limit is shown."""
    days = {day for day, *_ in movements} | {last + 1 for _, _, last, *_ in movements if last is not None}
    numbers = {abs(stands) for *_, stands in movements if stands is not None}
    days |= {at for number in numbers for at in (openings[number][4], (openings[number][5] or NO_DAY - 1) + 1)}
    for day, until in pairwise([*sorted(days), NO_DAY + 1]):
        on = [movement for movement in movements if movement[0] <= day]
        opening = openings.get(sum(stands or 0 for *_, stands in on))
        if opening is None or sum(shown_to for _, _, _, shown_to, _, _ in on) < day:
            continue
        base = slope = 0
        for _, first, last, _, amount, _ in on:
            if last is None:
                base += amount
            elif last < day:
                base += amount * (last - first + 1)
            else:
                base, slope = base + amount * (1 - first), slope + amount
        yield *opening, base, slope, day, until
