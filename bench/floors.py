"""What the figures stand beside: the event-sourcing library saving the same events by itself, and bare SQLite."""

from __future__ import annotations

import time
from collections.abc import Container, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid5

import orjson
import pysqlite3.dbapi2 as sqlite
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from sqlalchemy import insert

from bench.portfolio import CUT, ON
from ledger.application import ClaimsLedger
from ledger.events import ASSESSED, decode
from ledger.recorders import open_recorder
from projections import tables
from projections.engine import writing
from projections.read_model import opened

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


def bare(path: Path) -> Any:
    """A bare connection to an SQLite file."""
    connection = sqlite.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA cache_size = -65536")  # as the ledger's own
    return connection


def pages(path: Path) -> int:
    """The size of a database, with what is not yet written back to its file."""
    [number], [size] = (bare(path).execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(number * size)


# ---- sums over the read model's movements ------------------------------------------------------------------------------------------

_USED = "CASE WHEN last IS NULL THEN amount WHEN last < :on THEN amount * (last - first + 1) ELSE amount * (:on - first + 1) END"
_KNOWN = "kind BETWEEN 1 AND 2 AND day <= :on AND known_us <= :cut"

SUMS = f"SELECT policy_no, account_no, SUM({_USED}) AS used FROM read_movements WHERE {_KNOWN} GROUP BY policy_no, kind, account_no"
"""What counts by a day and was known by an instant, on each limit of each policy: numbers alone, in the order in which they lie."""

ALL_SUMS = f"SELECT COUNT(*), SUM(used) FROM ({SUMS})"

DUCKDB = """
SELECT policy_id, kind, account,
       SUM(CASE WHEN last IS NULL THEN amount WHEN last < $on THEN amount * (last - first + 1) ELSE amount * ($on - first + 1) END) AS used
FROM read_parquet($movements) WHERE kind IN ('fault', 'limit') AND day <= $on AND known_at <= $known_at
GROUP BY policy_id, kind, account
"""


class SumOfAPolicy:
    """The same sum of one policy, whose number is known already: no names, no caps, no rows that are typed."""

    def __init__(self, path: Path) -> None:
        self._connection = bare(path)
        self.numbers: dict[str, int] = dict(self._connection.execute("SELECT policy_id, policy_no FROM read_policies").fetchall())
        sums = f"SELECT account_no, SUM({_USED}) FROM read_movements WHERE policy_no = :no AND {_KNOWN} GROUP BY kind, account_no"
        self._sql = sums.replace(":no", "?1").replace(":on", "?2").replace(":cut", "?3")
        self._values = ON.toordinal(), CUT

    def ask(self, number: int) -> list[tuple[int, int]]:
        """The sums of a policy."""
        found: list[tuple[int, int]] = self._connection.execute(self._sql, (number, *self._values)).fetchall()
        return found

    def named(self, policy_id: str, wanted: Container[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The sums of the limits wanted, by name and key: to compare."""
        number = self.numbers[policy_id]
        select = f"SELECT account_no, name, key FROM read_accounts WHERE {tables.of_policy('account_no', '?1')} AND kind = 10"
        names = {account_no: (name, key) for account_no, name, key in self._connection.execute(select, (number,))}
        return {names[one]: used for one, used in self.ask(number) if names.get(one) in wanted}


# ---- the bare loop of a rebuild ----------------------------------------------------------------------------------------------------


class BareLoop:
    """Reads the log as the library gives it, decodes it, and inserts the rows that the read model has of it, known beforehand."""

    def __init__(self, path: Path, copy: Path) -> None:
        self._open = ExitStack()
        self._recorder = open_recorder(str(path), lambda: 0, decode)
        self._open.callback(self._recorder.close)
        self._built = bare(path)
        with ClaimsLedger.open(str(copy)) as ledger:
            ledger.init()
        self._engine = self._open.enter_context(opened(str(copy)))
        self._position = self.policies = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def through(self, position: int) -> float:
        """Goes on to a position, up to which the read model is built; of policies that may go on behind it the rows come later. Seconds of
        the processor, without the time in which the rows are looked up.
        """
        seconds = 0.0
        while self._position < position:
            start = time.process_time()
            found = self._recorder.select_notifications(self._position + 1, 1_000, position)
            for one in found:
                if one.topic == ASSESSED:
                    orjson.loads(one.state)
            seconds += time.process_time() - start
            self._position = found[-1].id
        [[last]] = self._built.execute("SELECT MAX(policy_no) - 1 FROM read_policies").fetchall()
        for table, number, each in ((tables.accounts, "account_no", tables.ROOM), (tables.movements, "policy_no", 1)):
            names = table.columns.keys()
            select = f"SELECT {', '.join(names)} FROM {table.name} WHERE {number} >= ? AND {number} < ?"
            stored = self._built.execute(select, ((self.policies + 1) * each, (last + 1) * each))
            while chunk := [dict(zip(names, row, strict=True)) for row in stored.fetchmany(1_000)]:
                start = time.process_time()
                with writing(self._engine).begin() as connection:
                    connection.execute(insert(table), chunk)
                seconds += time.process_time() - start
        self.policies = last
        return seconds
