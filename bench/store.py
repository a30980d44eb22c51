"""The speed of the store, beside the library's own recorders on the same machine in the same seconds.

Run with: python -m bench.store [--rounds 7] [--postgres URL]. Each round takes every variant in turn; medians are printed.
"""

import argparse
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from ledger import events as ev
from ledger.application import ClaimsLedger
from ledger.recorders.log import NewRecord

SERVER = "postgresql://postgres@127.0.0.1:5432/test"
INSTANT = datetime(2024, 4, 1, tzinfo=UTC)
STREAM = 40

Run = Callable[[int], None]
"""Saves a number of streams of forty events, or of single events."""


class Unruled:
    """A policy that takes every fact and derives nothing."""

    def __init__(self, policy_id: str) -> None:
        self.version = 0

    def fold(self, event: ev.Event) -> None:
        self.version += 1

    def admit(self, event: ev.Event) -> list[ev.Event]:
        self.version += 1
        return [event]


def fact(policy_id: str) -> ev.Event:
    data = ev.HospitalAdmitted(stay_id="s1", admitted_on=date(2023, 8, 1), condition_id="c1")
    evidence = ("診断書 2023-08-15", "領収書 2023-08-20")
    return ev.Event(str(uuid.uuid4()), policy_id, "HospitalAdmitted", 1, None, data, evidence, "claims-desk")


STATE = ev.encode(fact("P-000001"))


def library(recorder: SQLiteApplicationRecorder | PostgresApplicationRecorder, size: int) -> Run:
    def run(times: int) -> None:
        for _ in range(times):
            name = uuid.uuid4()
            recorder.insert_events([StoredEvent(name, i, "HospitalAdmitted", STATE) for i in range(1, size + 1)])

    return run


def stored(ledger: ClaimsLedger, size: int) -> Run:
    """Records that are encoded already: the log's own share, without decisions."""

    def run(times: int) -> None:
        for _ in range(times):
            name = str(uuid.uuid4())
            new = [NewRecord(name, i, "HospitalAdmitted", str(uuid.uuid4()), 0, STATE) for i in range(1, size + 1)]
            with ledger._recorder.appending((name,), [one.event_id for one in new if one.event_id]) as append:  # noqa: SLF001
                append.insert(new)

    return run


def recorded(ledger: ClaimsLedger, size: int) -> Run:
    """Facts through `record`: looked up, admitted, encoded, chained, appended, receipts given."""

    def run(times: int) -> None:
        for _ in range(times):
            name = str(uuid.uuid4())
            ledger.record([fact(name) for _ in range(size)])

    return run


@contextmanager
def schema(server: str) -> Iterator[str]:
    import psycopg

    name = f"bench_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        try:
            yield name
        finally:
            connection.execute("SET client_min_messages = warning")
            connection.execute(f"DROP SCHEMA {name} CASCADE")


def opened(stack: ExitStack, target: str) -> ClaimsLedger:
    ledger = stack.enter_context(ClaimsLedger.open(target, new_policy=Unruled))
    ledger.init()
    return ledger


def stores(
    stack: ExitStack, server: str | None
) -> dict[str, tuple[SQLiteApplicationRecorder | PostgresApplicationRecorder, ClaimsLedger]]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    bare = SQLiteApplicationRecorder(SQLiteDatastore(str(folder / "bare.db")))
    bare.create_table()
    found: dict[str, tuple[SQLiteApplicationRecorder | PostgresApplicationRecorder, ClaimsLedger]]
    found = {"SQLite": (bare, opened(stack, str(folder / "ledger.db")))}
    if server:
        name = stack.enter_context(schema(server))
        datastore = PostgresDatastore("test", "127.0.0.1", 5432, "postgres", "", schema=name, pool_size=1)
        stack.callback(datastore.close)
        bare_on_server = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        bare_on_server.create_table()
        own = stack.enter_context(schema(server))
        found["PostgreSQL"] = (bare_on_server, opened(stack, f"{server}?options=-csearch_path%3D{own}"))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--postgres", default=SERVER)
    given = parser.parse_args()
    with ExitStack() as stack:
        for name, (bare, ledger) in stores(stack, given.postgres).items():
            for size, times in ((1, 200), (STREAM, 50), (1000, 5)):
                runs = {"library": library(bare, size), "log": stored(ledger, size), "record": recorded(ledger, size)}
                seconds: dict[str, list[float]] = {variant: [] for variant in runs}
                for _ in range(given.rounds):
                    for variant, run in runs.items():
                        start = time.perf_counter()
                        run(times)
                        seconds[variant].append(time.perf_counter() - start)
                for variant, measured in seconds.items():
                    median = statistics.median(measured)
                    rate, each = size * times / median, median / times * 1e6
                    ratio = statistics.median(seconds["library"]) / median
                    print(
                        f"{name:10} {size:5} a save  {variant:8} {each:9.0f} µs a save {rate:9.0f} events/s  × {ratio:.2f}"
                    )


if __name__ == "__main__":
    main()
