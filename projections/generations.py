"""Generations of a projection: one is read, another may be building beside it. Each has its mark: how far in the log it is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from ledger.errors import LedgerFault
from ledger.recorders.log import GENESIS
from projections import dialect

MOVEMENTS: Final = "movements"
"""The projection of the journal's movements, which limits, settlements, deadlines and states are read from."""

PROJECTIONS: Final = (MOVEMENTS,)

CURRENT, BUILDING, LEFT = "current", "building", "left"


class Mark(NamedTuple):
    """A generation, and the position and hash of the last record that it holds."""

    generation: int
    state: str
    position: int
    hash: bytes


def marks(connection: Connection, projection: str = MOVEMENTS) -> list[Mark]:
    """The generations of a projection, in order."""
    select = "SELECT generation, state, position, hash FROM read_generations WHERE projection = :projection ORDER BY generation"
    found = dialect.rows(connection, select, projection=projection)
    return [Mark(generation, state, position, bytes(hash_)) for generation, state, position, hash_ in found]


def current(connection: Connection, projection: str = MOVEMENTS) -> Mark:
    """The generation that is read."""
    return one(marks(connection, projection), CURRENT)


def one(found: Sequence[Mark], state: str) -> Mark:
    """The only generation in a state."""
    among = [mark for mark in found if mark.state == state]
    if len(among) != 1:
        raise LedgerFault(f"the read model has {len(among)} generations that are {state}: one is right")
    return among[0]


def begin(connection: Connection, state: str, projection: str = MOVEMENTS) -> Mark:
    """A new generation without rows."""
    [[number]] = dialect.rows(connection, "SELECT COALESCE(MAX(generation), 0) + 1 FROM read_generations")
    made = Mark(int(number), state, 0, GENESIS)
    insert = "INSERT INTO read_generations (generation, projection, state, position, hash)"
    values = "VALUES (:generation, :projection, :state, 0, :hash)"
    dialect.run(connection, f"{insert} {values}", generation=made.generation, projection=projection, state=state, hash=GENESIS)
    return made


def advance(connection: Connection, mark: Mark, position: int, hash_: bytes) -> bool:
    """Moves a mark on, in the transaction of the rows and before them; False where another has moved it meanwhile, or it is left."""
    update = (
        "UPDATE read_generations SET position = :position, hash = :hash "
        "WHERE generation = :generation AND state = :state AND position = :before AND hash = :hash_before"
    )
    values = {"generation": mark.generation, "state": mark.state, "before": mark.position, "hash_before": mark.hash}
    moved = dialect.run(connection, update, position=position, hash=hash_, **values)
    return bool(moved.rowcount == 1)
