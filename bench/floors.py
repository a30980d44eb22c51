"""What the figures stand beside: the event-sourcing library saving the same events by itself, and bare SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson
import pysqlite3.dbapi2 as sqlite
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from ledger.application import ClaimsLedger

NAMESPACE = UUID("7e4c1f0a-5a0e-4b5f-9c83-1f1d6c1f2b11")


class Fact(DomainEvent):
    """An event as a user of the library would write it down: what the line says, as it is."""

    said: dict[str, Any]


def library(path: Path) -> Application[UUID]:
    """The library on an SQLite file, as it comes: WAL, and on the disk when a save returns."""
    return Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def facts(lines: Iterator[bytes]) -> Iterator[Fact]:
    """The lines of a dump as events of the library."""
    versions: dict[str, int] = {}
    stamp = datetime(2025, 1, 1, tzinfo=UTC)
    for line in lines:
        said = orjson.loads(line)
        versions[said["policy_id"]] = version = versions.get(said["policy_id"], 0) + 1
        stream = uuid5(NAMESPACE, said["policy_id"])
        yield Fact(originator_id=stream, originator_version=version, timestamp=stamp, said=said)  # type: ignore[call-arg]


def save_in_batches(application: Application[UUID], events: Sequence[Fact], size: int = 1_000) -> None:
    """Saves events, so many a transaction."""
    left = iter(events)
    while batch := list(islice(left, size)):
        application.save(*batch)


def stored_again(
    ledger: ClaimsLedger, path: Path, upto: int, size: int = 1_000
) -> Iterator[tuple[SQLiteApplicationRecorder, list[StoredEvent]]]:
    """All that a ledger holds, facts and what follows from them, for the library's recorder to store by itself, batch by batch."""
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    recorder.create_table()
    for first in range(1, upto + 1, size):
        records = ledger.log(first, size)
        yield recorder, [StoredEvent(uuid5(NAMESPACE, r.policy_id), r.version, r.type, r.state) for r in records]


def sum_of_a_policy(path: Path) -> tuple[Any, str]:
    """A bare connection, and the sum over the movements of one policy's limits that count by a day and were known by an instant."""
    connection = sqlite.connect(str(path), isolation_level=None)
    sql = (
        "SELECT account_no, SUM(amount) FROM read_movements WHERE policy_no = ? AND kind BETWEEN 0 AND 2 AND day <= ? AND known_us <= ? "
        "GROUP BY kind, account_no"
    )
    return connection, sql
