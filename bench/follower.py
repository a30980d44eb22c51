"""Whether a reader that follows the log by position sees every record once and in order, while others write.

Run with: python -m bench.follower --events 12500 --writers 8 [--imported 900000] [--postgres URL] [--variant locked unlocked sequence].
One process imports a history; each writer records facts in small batches and large ones, so many, and with the
lock until the import is done; every fifth transaction is rolled back, and each waits a moment before its commit. The ways to write:

  locked    as the ledger does
  unlocked  without the lock of the table: positions are still the head's plus one, so that who comes second is refused
  sequence  without the lock, positions from a sequence as the library's own recorder has them: the follower must miss some
"""
# ruff: noqa: SLF001  # it takes parts of the store away, to see what they are for

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import threading
import time
import uuid
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from psycopg.rows import tuple_row

from bench.store import SERVER, Unruled, fact, schema
from ledger import events as ev
from ledger.application import ClaimsLedger
from ledger.clock import SystemClock
from ledger.recorders import postgres
from ledger.recorders.log import LogRecord, LostRace, NewRecord, StoreFault, micros

VARIANTS = ("locked", "unlocked", "sequence")
PAUSE_SECONDS = 0.004
"""The longest wait before a commit."""
REST_SECONDS = 0.1
"""The longest rest of a writer that has recorded its share, and goes on while the import does."""


class Followed(NamedTuple):
    """What the follower saw, beside what is in the log at the end."""

    variant: str
    records: int
    missed: int
    duplicated: int
    disordered: int
    polls: int
    rolled_back: int
    retried: int
    lost_facts: int
    seconds: float


# ---- a writer: a process of its own ------------------------------------------------------------------------------------------


@contextmanager
def writer(target: str, variant: str, rng: random.Random) -> Iterator[ClaimsLedger]:
    """A ledger that writes in one of the ways, with a pause before each commit."""
    clock = SystemClock()
    recorder: Any = postgres.open_postgres(target, lambda: micros(clock.now()), ev.decode)
    commit = recorder._commit

    def slowly(connection: Any) -> None:
        time.sleep(rng.uniform(0, PAUSE_SECONDS))
        commit(connection)

    recover, recorder.retried = recorder.recover, 0

    def again() -> None:
        recorder.retried += 1
        recover()

    recorder._commit, recorder.recover = slowly, again
    if variant != "locked":
        recorder.lock_table_statements = recorder.lock_table_statements[:-1]
    numbering = numbered_by_sequence() if variant == "sequence" else nullcontext()
    with numbering, ClaimsLedger(recorder, clock, ev.encode, Unruled) as ledger:
        yield ledger


@contextmanager
def numbered_by_sequence() -> Iterator[None]:
    """For a while all records of this process are given the next numbers of a sequence, before they are committed."""
    write = postgres._Channel.write

    def numbered(channel: Any, records: Sequence[LogRecord]) -> None:
        sql = "SELECT nextval('follower_position') FROM generate_series(1, %s)"
        rows = channel._connection.cursor(row_factory=tuple_row).execute(sql, (len(records),)).fetchall()
        write(channel, [record._replace(position=row[0]) for record, row in zip(records, rows, strict=True)])

    postgres._Channel.write = numbered  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        postgres._Channel.write = write  # type: ignore[method-assign]


def start_together() -> threading.Event:
    """Tells the parent that this process is ready, and waits for the word: so that writers are there at the same time.

    What it gives is set at the second word: it is enough.
    """
    print("ready", flush=True)
    sys.stdin.readline()
    enough = threading.Event()

    def wait() -> None:
        sys.stdin.readline()
        enough.set()

    threading.Thread(target=wait, daemon=True).start()
    return enough


class RolledBack(Exception):
    """Raised inside a transaction that is meant to come to nothing."""


def roll_back(ledger: ClaimsLedger, policy_id: str) -> int:
    """Appends a few records and takes them back."""
    new = [NewRecord(f"{policy_id}-never", i, "HospitalAdmitted", None, 0, b"{}") for i in range(1, 4)]
    try:
        with ledger._recorder.appending() as append:
            append.insert(new)
            raise RolledBack  # noqa: TRY301
    except (RolledBack, LostRace):
        return 1


def write(target: str, variant: str, name: int, events: int) -> dict[str, int]:
    """Records facts to policies of its own: so many, and until it is told that it is enough."""
    rng = random.Random(name)
    counts = {"recorded": 0, "rolled_back": 0}
    with writer(target, variant, rng) as ledger:
        enough = start_together()
        while counts["recorded"] < events or not enough.is_set():
            if counts["recorded"] >= events:
                time.sleep(rng.uniform(0, REST_SECONDS))
            policy_id = f"W{name}-{rng.randrange(5)}"
            if rng.random() < 0.2:
                counts["rolled_back"] += roll_back(ledger, policy_id)
                continue
            size = rng.choice((1, 1, 2, 5, 40))
            batch = [fact(policy_id) for _ in range(size)]
            while True:
                try:
                    ledger.record(batch)
                    break
                except StoreFault:
                    continue
            counts["recorded"] += size
        return counts | {"retried": ledger._recorder.retried}  # type: ignore[attr-defined]


def history(events: int) -> Iterator[tuple[int, ev.Event]]:
    """A history to import, the same each time: a fact a minute, some hundreds of a policy."""
    start, policies = datetime(2020, 1, 1, tzinfo=UTC), max(50, events // 200)
    for i in range(events):
        event_id, recorded_at = str(uuid.UUID(int=(1 << 100) + i)), start + timedelta(minutes=i)
        yield i + 1, replace(fact(f"H-{i % policies}"), event_id=event_id, recorded_at=recorded_at)


def bring(target: str, variant: str, events: int) -> dict[str, int]:
    """Imports a history, in as many attempts as it takes."""
    counts = {"recorded": events, "rolled_back": 0}
    with writer(target, variant, random.Random(events)) as ledger:
        start_together()
        while True:
            try:
                ledger.import_events(history(events), workers=1)
            except StoreFault:
                continue
            return counts | {"retried": ledger._recorder.retried}  # type: ignore[attr-defined]


# ---- the follower ------------------------------------------------------------------------------------------------------------


class Follower:
    """Pulls the log by position from where it stopped; keeps 16 bytes of each record."""

    def __init__(self, ledger: ClaimsLedger) -> None:
        self._ledger = ledger
        self.positions, self.keys = array("q"), array("Q")
        self.polls = 0

    def pull(self) -> None:
        """Takes in what is there now."""
        self.polls += 1
        for record in self._ledger.log(self.positions[-1] + 1 if self.positions else 1):
            self.positions.append(record.position)
            self.keys.append(_key(record))

    def compared(self) -> tuple[int, int, int, int]:
        """Records in the log at the end, and of these missed; seen twice; seen out of order."""
        seen = dict(zip(self.keys, self.positions, strict=True))
        records = missed = 0
        for record in self._ledger.log():
            records += 1
            missed += seen.get(_key(record)) != record.position
        disordered = sum(a >= b for a, b in zip(self.positions, self.positions[1:], strict=False))
        return records, missed, len(self.keys) - len(seen), disordered


def _key(record: LogRecord) -> int:
    return int.from_bytes(record.hash[:8], "big")


def follow(target: str, variant: str, writers: int, events: int, imported: int) -> Followed:
    """Starts the writers, follows until they are done, and compares."""
    target += "&application_name=hoken-follower"
    with ClaimsLedger.open(target, new_policy=Unruled) as ledger, closing(_connected(target)) as connection:
        ledger.init()
        connection.execute("CREATE SEQUENCE follower_position")
        follower = Follower(ledger)
        command = [sys.executable, "-m", "bench.follower", "--target", target, "--variant", variant]
        amounts = [imported, *[events] * writers]
        children = [started([*command, "--writer", str(name), "--events", str(amount)]) for name, amount in enumerate(amounts)]
        try:
            for child in children:
                child.stdout.readline()
            start = time.monotonic()
            _tell(children)
            while variant == "locked" and children[0].poll() is None:
                follower.pull()
            _tell(children[1:])
            while any(child.poll() is None for child in children):
                follower.pull()
        finally:
            for child in children:
                child.kill()
        said = [child.communicate()[0] for child in children]
        if any(child.returncode for child in children):
            raise RuntimeError(f"a writer failed: {[child.returncode for child in children]}")
        follower.pull()
        seconds = time.monotonic() - start
        counts = [json.loads(text) for text in said]
        records, missed, duplicated, disordered = follower.compared()
        total = {name: sum(one[name] for one in counts) for name in counts[0]}
        lost = total["recorded"] - records
        races = total["rolled_back"], total["retried"]
        return Followed(variant, records, missed, duplicated, disordered, follower.polls, *races, lost, seconds)


def _tell(children: Sequence[Any]) -> None:
    """Gives the word to processes that wait for it."""
    for child in children:
        with suppress(BrokenPipeError):
            child.stdin.write("go\n")
            child.stdin.flush()


def started(command: list[str]) -> Any:
    """A child that is spoken to by pipe."""
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _connected(target: str) -> Any:
    import psycopg

    return psycopg.connect(target, autocommit=True)


def campaign(server: str, variants: Sequence[str], writers: int, events: int, imported: int) -> Iterator[tuple[Followed, bool]]:
    """What the follower saw of each way to write, and whether that is as it must be: nothing wrong, or, with a sequence, some missed."""
    for variant in variants:
        with schema(server) as name:
            found = follow(f"{server}?options=-csearch_path%3D{name}", variant, writers, events, imported)
        clean = (found.missed, found.duplicated, found.disordered, found.lost_facts) == (0, 0, 0, 0)
        yield found, found.missed > 0 if variant == "sequence" else clean


def evidence(server: str, imported: int) -> int:
    """A row for each way to write, the ledger's with a large import, the others with a small one; how many are not as they must be."""
    columns = ("variant", "records", "missed", "duplicated", "disordered", "lost_facts", "rolled_back", "retried", "polls")
    print("\n\n" + "".join(f"{name:>12}" for name in columns) + f"{'seconds':>9}")
    wrong = 0
    for variants, events, of in ((["locked"], 1_000, imported), (["unlocked", "sequence"], 200, 200)):
        for found, right in campaign(server, variants, 8, events, of):
            print("".join(f"{getattr(found, name):>12}" for name in columns) + f"{found.seconds:>9,.0f}", flush=True)
            wrong += not right
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000, help="facts of each writer at least")
    parser.add_argument("--imported", type=int, help="facts of the import; as many as each writer's where nothing is said")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--variant", nargs="+", choices=VARIANTS, default=VARIANTS)
    parser.add_argument("--postgres", default=SERVER)
    parser.add_argument("--target", help=argparse.SUPPRESS)
    parser.add_argument("--writer", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.writer is not None:
        [variant] = given.variant
        if given.writer == 0:
            print(json.dumps(bring(given.target, variant, given.events)))
        else:
            print(json.dumps(write(given.target, variant, given.writer, given.events)))
        return
    failed = False
    for found, right in campaign(given.postgres, given.variant, given.writers, given.events, given.imported or given.events):
        print(json.dumps(found._asdict()), flush=True)
        failed |= not right
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
