"""How rows reach the log: copied in, or by executemany, in the same transactions under the same lock and chain; and SQLite beside.

Run with: python -m bench.bulk [--lines 4000] [--rounds 3] [--postgres URL]. Variants take turns; medians are printed. The first
table is the writing of records that are worked out already, the second a whole import of a history without rules.
"""
# ruff: noqa: SLF001  # it writes rows in the store's own transactions

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.store import SERVER, STATE, Unruled, fact, schema
from ledger import events as ev
from ledger.application import ClaimsLedger
from ledger.recorders import postgres
from ledger.recorders.base import COLUMNS, TABLE
from ledger.recorders.log import LogRecord, NewRecord

INSERT = f"INSERT INTO {TABLE} ({COLUMNS}) VALUES ({', '.join(['%s'] * 11)})"


def executemany(channel: Any, records: list[LogRecord]) -> None:
    """Rows as the driver's executemany sends them: one statement a row, in a pipeline."""
    channel.written = True
    with channel._connection.cursor() as cursor:
        cursor.executemany(INSERT, [record[:11] for record in records])


@contextmanager
def written_by(write: Callable[..., None] | None) -> Iterator[None]:
    """Lets the channels of PostgreSQL write otherwise for a while; None: as the ledger does."""
    copied = postgres._Channel.write
    postgres._Channel.write = write or copied  # type: ignore[method-assign]
    try:
        yield
    finally:
        postgres._Channel.write = copied  # type: ignore[method-assign]


VARIANTS: dict[str, tuple[str, Callable[..., None] | None]] = {
    "PostgreSQL, COPY": ("postgresql", None),
    "PostgreSQL, executemany": ("postgresql", executemany),
    "SQLite": ("sqlite", None),
}


@contextmanager
def empty(kind: str, server: str) -> Iterator[ClaimsLedger]:
    """A new ledger of policies without rules."""
    with ExitStack() as stack:
        if kind == "sqlite":
            target = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "ledger.db")
        else:
            target = f"{server}?options=-csearch_path%3D{stack.enter_context(schema(server))}&application_name=hoken-bench"
        ledger = stack.enter_context(ClaimsLedger.open(target, new_policy=Unruled))
        ledger.init()
        yield ledger


def history(lines: int) -> list[tuple[int, ev.Event]]:
    """Facts of many policies that take turns, one a minute; the same each time."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    names = [str(uuid.UUID(int=i)) for i in range(lines)]
    events = (replace(fact(f"P-{i % 997:06}"), event_id=name) for i, name in enumerate(names))
    return [(i, replace(event, recorded_at=start + timedelta(minutes=i))) for i, event in enumerate(events, 1)]


def rates(run: Callable[[ClaimsLedger], int], rounds: int, server: str) -> dict[str, float]:
    """Rows a second of each variant."""
    found: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for _ in range(rounds):
        for name, (kind, write) in VARIANTS.items():
            with empty(kind, server) as ledger, written_by(write):
                start = time.perf_counter()
                rows = run(ledger)
                found[name].append(rows / (time.perf_counter() - start))
    return {name: statistics.median(measured) for name, measured in found.items()}


def appended(rows: int, size: int) -> Callable[[ClaimsLedger], int]:
    """Appends rows, so many in a transaction."""

    def run(ledger: ClaimsLedger) -> int:
        for _ in range(rows // size):
            new = [NewRecord(str(uuid.uuid4()), 1, "HospitalAdmitted", str(uuid.uuid4()), 0, STATE) for _ in range(size)]
            with ledger._recorder.appending([one.policy_id for one in new]) as append:
                append.insert(new)
        return rows // size * size

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgres", default=SERVER)
    given = parser.parse_args()
    for size in (1, 5, 100, 2_000):
        rows = given.lines if size > 5 else max(100, given.lines // 20)
        for name, rate in rates(appended(rows, size), given.rounds, given.postgres).items():
            print(f"append {size:5} a transaction   {name:24} {rate:9,.0f} rows/s")
    numbered = history(given.lines)
    for name, rate in rates(lambda ledger: ledger.import_events(numbered, workers=1).recorded, given.rounds, given.postgres).items():
        print(f"import {given.lines} lines          {name:24} {rate:9,.0f} lines/s")


if __name__ == "__main__":
    main()
