"""Whether anybody notices a rebuild: on PostgreSQL the read model is built anew time after time, while writers record and readers ask.

Run with: python -m bench.rebuilds [--rebuilds 20] [--policies 200] [--postgres URL]. A rebuild compares the old rows with the new, policy
by policy. One reader asks the portfolio as of a cut that lies before all that is written meanwhile, another single policies: each answer
must be the bytes of the first. A third adds up what is known now, which never becomes less.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from hashlib import sha256
from multiprocessing import synchronize
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Engine

from bench import portfolio
from bench.store import SERVER, schema
from ledger.application import Busy, ClaimsLedger
from ledger.door import read_lines
from ledger.events import Event
from projections import queries, rows
from projections.catch_up import catch_up
from projections.engine import engine
from projections.queries import Question
from projections.rebuild import rebuild
from projections.schema import migrate

LATER = date(2030, 1, 1)
Counted = tuple[str, int, list[str]]
"""Who, how often, and what went wrong."""


class Signals(NamedTuple):
    """Between the processes: that all are there, that it is enough, and what came of it."""

    ready: synchronize.Barrier
    enough: synchronize.Event
    done: Any


class Rebuilt(NamedTuple):
    """What the rebuilds came to, and what everybody else did meanwhile, and saw."""

    rebuilds: int
    differences: int
    recorded: int
    asked: int
    errors: list[str]
    seconds: float


# ---- processes that go on until it is enough ---------------------------------------------------------------------------------------


def write(target: str, name: int, known_at: datetime, signals: Signals) -> None:
    """Records policies, each in batches of a few facts."""
    with ClaimsLedger.open(target) as ledger:
        stories = portfolio.policies(10_000, seed=1_000 + name)

        def record() -> list[str]:
            told = [event | {"policy_id": f"{event['policy_id']}-{name}", "recorded_at": None} for event in next(stories)]
            lines = [orjson.dumps({key: value for key, value in event.items() if value is not None}) + b"\n" for event in told]
            for start in range(0, len(lines), 5):
                facts = [event for _, event in read_lines(iter(lines[start : start + 5]), mode="record")]
                while not _recorded(ledger, facts):
                    pass
            return []

        _until(f"writer {name}", record, signals)


def _recorded(ledger: ClaimsLedger, facts: list[Event]) -> bool:
    """Records them; False where the other writer held the log for too long, as a writer is told, and tries again."""
    try:
        ledger.record(facts)
    except Busy:
        return False
    return True


def follow(target: str, name: int, known_at: datetime, signals: Signals) -> None:
    """Brings the tables up to date."""
    with ClaimsLedger.open(target) as ledger:
        made = engine(target)

        def bring() -> list[str]:
            catch_up(made, ledger)
            return []

        _until("follower", bring, signals)


def ask_all(target: str, name: int, known_at: datetime, signals: Signals) -> None:
    """Asks the portfolio as of a cut: the same bytes each time."""
    made = engine(target)
    first = limits_then(made, known_at)
    _until("portfolio", lambda: [] if limits_then(made, known_at) == first else ["other rows of the portfolio"], signals)


def limits_then(made: Engine, known_at: datetime) -> str:
    """The hash of the portfolio's limits as of a cut."""
    hashed = sha256()
    with made.connect() as connection:
        for row in queries.report(connection, Question(LATER, known_at), rows.limits, lambda policy: None):
            hashed.update(orjson.dumps(row.wire()))
    return hashed.hexdigest()


def ask_one(target: str, name: int, known_at: datetime, signals: Signals) -> None:
    """Asks one policy after the other as of a cut: the same rows each time."""
    made = engine(target)
    first: dict[str, Any] = {}
    ids = [f"T-{n:06d}" for n in range(50)]

    def ask() -> list[str]:
        with queries.reader(made) as reader:
            found = {one: (reader.limits(one, LATER, known_at=known_at), reader.settlement(one, LATER, known_at=known_at)) for one in ids}
        wrong = [f"other rows of {one}" for one in ids if first and found[one] != first[one]]
        first.update(found)
        return wrong

    _until("single policies", ask, signals)


def add_up(target: str, name: int, known_at: datetime, signals: Signals) -> None:
    """Counts the policies that are known now: never fewer than were seen."""
    made = engine(target)
    seen = [0]

    def ask() -> list[str]:
        with made.connect() as connection:
            count = len(list(queries.report(connection, Question(LATER), rows.settlement, lambda policy: None)))
        wrong = [f"{count} policies, {seen[0]} before"] if count < seen[0] else []
        seen[0] = count
        return wrong

    _until("policies now", ask, signals)


def _until(who: str, act: Callable[[], list[str]], signals: Signals) -> None:
    """Waits for the others, then does it again and again until it is enough; tells how often, and what went wrong."""
    times, wrong = 0, list[str]()
    signals.ready.wait()
    while not signals.enough.is_set() and not wrong:
        try:
            wrong += [f"{who}: {text}" for text in act()]
            times += 1
        except Exception as error:  # noqa: BLE001 - an error that a reader or writer sees is the finding
            wrong.append(f"{who}: {type(error).__name__}: {error}")
    signals.done.put((who, times, wrong))


# ---- the rebuilds ------------------------------------------------------------------------------------------------------------------


def rebuilt(server: str, rebuilds: int, policies: int) -> Rebuilt:
    """Rebuilds so often, while all the others go on."""
    with schema(server) as name:
        target = f"{server}?options=-csearch_path%3D{name}"
        with ClaimsLedger.open(target) as ledger:
            ledger.init()
            made = engine(target)
            migrate(made)
            ledger.import_events(read_lines(portfolio.lines(policies), mode="import"), workers=1)
            catch_up(made, ledger)
            known_at = max(record.recorded_at for record in ledger.log(ledger.head()[0]))
            acts = (write, write, follow, ask_all, ask_one, add_up)
            spawn = multiprocessing.get_context("spawn")
            signals = Signals(spawn.Barrier(len(acts) + 1), spawn.Event(), spawn.Queue())
            others = [spawn.Process(target=act, args=(target, n, known_at, signals)) for n, act in enumerate(acts)]
            for other in others:
                other.start()
            signals.ready.wait(timeout=300)
            began = time.monotonic()
            differences = _rebuild(made, ledger, rebuilds, others)
            signals.enough.set()
            counted: list[Counted] = [signals.done.get(timeout=300) for _ in others]
            for other in others:
                other.join()
            made.dispose()
    recorded = sum(times for who, times, _ in counted if who.startswith("writer"))
    asked = sum(times for who, times, _ in counted if not who.startswith(("writer", "follower")))
    return Rebuilt(rebuilds, differences, recorded, asked, [text for *_, wrong in counted for text in wrong], time.monotonic() - began)


def _rebuild(made: Engine, ledger: ClaimsLedger, rebuilds: int, others: Sequence[Any]) -> int:
    """How many policies differed between an old generation and a new one, over all the rebuilds."""
    differences = 0
    for n in range(rebuilds):
        differences += len(rebuild(made, ledger).differences)
        sys.stderr.write(f"\rrebuilds: {n + 1} of {rebuilds}, {sum(other.is_alive() for other in others)} others go on ")
    return differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rebuilds", type=int, default=20)
    parser.add_argument("--policies", type=int, default=200, help="policies that are there from the start")
    parser.add_argument("--postgres", default=SERVER)
    given = parser.parse_args()
    return told(rebuilt(given.postgres, given.rebuilds, given.policies))


def told(found: Rebuilt) -> int:
    """Prints what was found; 1 where anything differs or went wrong."""
    print(f"\n\n{'rebuilds':>9}{'differences':>13}{'policies recorded':>19}{'questions':>11}{'errors':>8}{'seconds':>9}")
    print(f"{found.rebuilds:>9,}{found.differences:>13,}{found.recorded:>19,}{found.asked:>11,}{len(found.errors):>8,}{found.seconds:>9,.0f}")
    print("".join(f"  {text}\n" for text in found.errors), end="", flush=True)
    return 1 if found.differences or found.errors else 0


if __name__ == "__main__":
    sys.exit(main())
