"""How far the projections are: their generations, positions and hashes, beside the end of the log."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection

from projections import dialect, generations
from projections.catch_up import Log
from projections.generations import PROJECTIONS, Mark


class Status(NamedTuple):
    """A generation of a projection. `lag` counts the records behind it; `on_log`: whether the log has its hash at its position."""

    projection: str
    generation: int
    state: str
    position: int
    hash: str
    head: int
    lag: int
    on_log: bool
    policies: int
    undetermined: int


def status(connection: Connection, log: Log) -> list[Status]:
    """All generations of all projections."""
    head, _ = log.head()
    return [
        Status(
            projection, mark.generation, mark.state, mark.position, mark.hash.hex(), head, head - mark.position, _on_log(log, mark),
            *_counted(connection, mark.generation),
        )
        for projection in PROJECTIONS
        for mark in generations.marks(connection, projection)
    ]  # fmt: skip


def _on_log(log: Log, mark: Mark) -> bool:
    if mark.position == 0:
        return True
    found = next(iter(log.log(mark.position, 1)), None)
    return found is not None and (found.position, found.hash) == (mark.position, mark.hash)


def _counted(connection: Connection, generation: int) -> tuple[Any, Any]:
    """How many policies a generation holds, and how many of them are undetermined now."""
    policies = "SELECT COUNT(*) FROM read_policies p WHERE p.generation = :generation"
    faults = "SELECT COUNT(*) FROM read_faults f JOIN read_policies p ON p.policy_no = f.policy_no WHERE p.generation = :generation"
    [[held]], [[undetermined]] = (dialect.rows(connection, select, generation=generation) for select in (policies, faults))
    return held, undetermined
