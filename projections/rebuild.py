"""Builds a generation of the read model anew beside the one that is read, compares the two, and swaps them in one step.

Readers ask for the generation that is current inside each statement, so they see the old one whole or the new one whole, and no error.
Followers go on with the old one until the swap, and with the new one from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from sqlalchemy import Engine

from ledger.errors import LedgerFault
from projections import compare, dialect, generations, tables
from projections.catch_up import Follower, Heard, Log, LogRewritten, following
from projections.compare import Difference
from projections.engine import writing
from projections.generations import BUILDING, CURRENT, LEFT, Mark

BATCH: Final = 5_000
CLEARED_AT_ONCE: Final = 500
"""Policies of a left generation that one transaction takes out."""

ATTEMPTS: Final = 1_000


class Built(NamedTuple):
    """A generation built anew, and in what it differs from the one before at `compared_at`, or why the two were not compared."""

    mark: Mark
    compared_at: int | None
    not_compared: str | None
    differences: list[Difference]


def rebuild(
    engine: Engine, log: Log, *, heard: Heard | None = None, differs: Callable[[Difference], None] | None = None,
    projection: str = generations.MOVEMENTS,
) -> Built:  # fmt: skip
    """Builds, compares and swaps; then clears the old generation away. Interrupted, it is simply run again."""
    new = _begun(engine, projection)
    clear(engine, projection)
    follower = Follower(engine, log, generation=new, batch=BATCH)
    follower.run(heard)
    analyse(engine)
    at, not_compared = _comparable(engine, log, new, projection)
    found: list[Difference] = []
    if at is not None:
        for difference in compare.differences(engine, _numbers(engine, projection), at):
            found.append(difference)
            if differs is not None:
                differs(difference)
    mark = _swapped(engine, follower, new, projection, behind=not_compared is None)
    clear(engine, projection)
    return Built(mark, at, not_compared, found)


def _begun(engine: Engine, projection: str) -> int:
    """A new generation. One that is building already is left: this is what is wanted now."""
    with writing(engine).begin() as connection:
        left = "UPDATE read_generations SET state = :left WHERE projection = :projection AND state = :building"
        dialect.run(connection, left, left=LEFT, projection=projection, building=BUILDING)
        return generations.begin(connection, BUILDING, projection).generation


def _numbers(engine: Engine, projection: str) -> tuple[int, int]:
    """The generation that is read, and the one that is building."""
    with engine.connect() as connection:
        found = generations.marks(connection, projection)
    return generations.one(found, CURRENT).generation, generations.one(found, BUILDING).generation


def _comparable(engine: Engine, log: Log, new: int, projection: str) -> tuple[int | None, str | None]:
    """Up to which position the two can be compared; nothing where the old one was built from another log.

    Before the last record of the one that is behind: what follows from a fact there may be known to the other alone.
    """
    with engine.connect() as connection:
        found = generations.marks(connection, projection)
    old = generations.one(found, CURRENT)
    try:
        following(log, old, 1)
    except LogRewritten as rewritten:
        return None, str(rewritten)
    return min(mark.position for mark in found if mark.generation in {old.generation, new}) - 1, None


def _swapped(engine: Engine, follower: Follower, new: int, projection: str, *, behind: bool) -> Mark:
    """The new generation is read from here on. Never while it is behind the old one: what a reader has seen stays seen."""
    for _ in range(ATTEMPTS):
        follower.run()
        with writing(engine).begin() as connection:
            if connection.dialect.name == "postgresql":
                dialect.rows(connection, "SELECT 1 FROM read_generations WHERE projection = :name FOR UPDATE", name=projection)
            found = generations.marks(connection, projection)
            old = generations.one(found, CURRENT)
            mark = next((mark for mark in found if mark.generation == new and mark.state == BUILDING), None)
            if mark is None:
                raise LedgerFault(f"generation {new} is no longer building: another rebuild has begun since")
            if mark.position < old.position and behind:
                continue
            state = f"CASE generation WHEN :new THEN '{CURRENT}' ELSE '{LEFT}' END"
            swap = f"UPDATE read_generations SET state = {state} WHERE generation IN (:new, :old)"
            dialect.run(connection, swap, new=new, old=old.generation)
            return mark._replace(state=CURRENT)
    raise LedgerFault(f"the new generation did not come up to the old one in {ATTEMPTS} attempts")


def clear(engine: Engine, projection: str = generations.MOVEMENTS) -> None:
    """Takes out the generations that were left, some policies at a time, so that nobody waits for long."""
    with engine.connect() as connection:
        left = [mark.generation for mark in generations.marks(connection, projection) if mark.state == LEFT]
    for generation in left:
        while _cleared(engine, generation):
            pass
        with writing(engine).begin() as connection:
            dialect.run(connection, "DELETE FROM read_generations WHERE generation = :generation", generation=generation)


def _cleared(engine: Engine, generation: int) -> bool:
    """Takes out some policies of a generation; False where there are none left."""
    with writing(engine).begin() as connection:
        database = dialect.of(connection)
        select = "SELECT policy_no FROM read_policies WHERE generation = :generation ORDER BY policy_no LIMIT :limit"
        numbers = [row[0] for row in dialect.rows(connection, select, generation=generation, limit=CLEARED_AT_ONCE)]
        which = database.among("policy_no", "numbers")
        of = f"SELECT a.account_no FROM read_policies p JOIN read_accounts a ON {tables.of_policy('a.account_no', 'p.policy_no')}"
        delete = f"DELETE FROM read_accounts WHERE account_no IN ({of} WHERE p.{which})"
        dialect.run(connection, delete, numbers=database.listed(numbers))
        for table in ("read_movements", "read_faults", "read_policies"):
            dialect.run(connection, f"DELETE FROM {table} WHERE {which}", numbers=database.listed(numbers))
    return bool(numbers)


def analyse(engine: Engine) -> None:
    """Lets PostgreSQL's planner know how many rows there are now."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE read_policies, read_accounts, read_movements")
