"""Two generations side by side: the movements of each policy by what they are on, whatever numbers they were given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from projections import as_of, queries


class Difference(NamedTuple):
    """A policy of which two generations say different things: how many movements only the one has, only the other, and the first such."""

    policy_id: str
    only_old: int
    only_new: int
    first_at: int


def differences(engine: Engine, generations: tuple[int, int], upto: int) -> Iterator[Difference]:
    """The policies in whose movements, up to a position, two generations differ, by code point. Both are read once, side by side."""
    with queries.snapshot(engine) as left, queries.snapshot(engine) as right:
        old, new = movements(left, generations[0], upto), movements(right, generations[1], upto)
        for policy_id, one, other in paired(old, new):
            gone, come = one - other, other - one
            if gone or come:
                first_at = min(movement[0] for movement in (*gone, *come))
                yield Difference(policy_id, gone.total(), come.total(), first_at)


Movements = Counter[tuple[Any, ...]]
"""Of one policy, each as `as_of.movements` selects it, without the policy's id; and how often it is there."""


def movements(connection: Connection, generation: int, upto: int) -> Iterator[tuple[str, Movements]]:
    """Each policy's movements, by code point of the ids."""
    found = queries.streamed(connection, as_of.movements(connection.dialect.name), {"generation": generation, "upto": upto})
    for policy_id, rows in groupby(found, itemgetter(0)):
        yield policy_id, Counter(tuple(row[1:]) for row in rows)


def paired(old: Iterator[tuple[str, Movements]], new: Iterator[tuple[str, Movements]]) -> Iterator[tuple[str, Movements, Movements]]:
    """The policies of both, those that only one has beside nothing."""
    one, other = next(old, None), next(new, None)
    while one is not None or other is not None:
        first = min(pair[0] for pair in (one, other) if pair is not None)
        here = one[1] if one is not None and one[0] == first else Counter()
        there = other[1] if other is not None and other[0] == first else Counter()
        yield first, here, there
        one = next(old, None) if one is not None and one[0] == first else one
        other = next(new, None) if other is not None and other[0] == first else other
