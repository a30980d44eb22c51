"""What is measured of a ledger that holds a portfolio. Every figure has its floor from the same minutes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench import floors, portfolio
from bench.table import Figure, micro, rate, within
from ledger.application import ClaimsLedger
from ledger.door import read_object
from projections.catch_up import catch_up
from projections.queries import reader
from projections.read_model import opened
from replay.as_of import answer
from replay.known import History

ON = date(2024, 10, 31)
KNOWN_AT = datetime(2025, 1, 1, tzinfo=UTC)


class Bench(NamedTuple):
    """Where one run puts its files, and how large it is."""

    folder: Path
    policies: int
    by_time: bool
    workers: int
    pages: dict[str, int]

    @property
    def dump(self) -> Path:
        return self.folder / "dump.jsonl"

    @property
    def database(self) -> Path:
        return self.folder / "ledger.db"


def timed(work: Callable[..., Any], *of: Any, **named: Any) -> float:
    """The seconds that some work takes."""
    start = time.perf_counter()
    work(*of, **named)
    return time.perf_counter() - start


# ---- the import -----------------------------------------------------------------------------------------------------------------


def importing(bench: Bench) -> Iterator[Figure]:
    """The import of a dump, in a process of its own, beside the library saving the same events by itself."""
    with bench.dump.open("wb") as file:
        file.writelines(portfolio.lines(bench.policies, by_time=bench.by_time))
    command = [sys.executable, "-m", "bench.importing", str(bench.database), str(bench.dump), str(bench.workers)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    bench.pages["log"] = _bytes(bench)
    floor = _library_batches(bench)
    yield Figure(
        f"import of {found['facts']:,} facts", rate(found["facts"], found["seconds"], "facts"), rate(found["facts"], floor, "facts"),
        **within(found["seconds"] / floor, 5),
    )  # fmt: skip
    again, records = _library_again(bench, found["position"])
    mine = rate(records, found["seconds"], "records")
    yield Figure(f"  all {records:,} records, with what follows", mine, rate(records, again, "records"), found["seconds"] / again)
    yield Figure("  processor time a fact, all processes", micro(found["cpu"] / found["facts"]))
    yield Figure(
        "  memory of the import, and of a worker", f"{found['mb']} MB, {found['worker_mb']} MB", aim="below 500 MB", met=found["mb"] < 500
    )


def _library_batches(bench: Bench) -> float:
    with bench.dump.open("rb") as file:
        application = floors.library(bench.folder / "library.db")
        seconds = 0.0
        events = floors.facts(file)
        while batch := list(islice(events, 10_000)):
            seconds += timed(floors.save_in_batches, application, batch)
    return seconds


def _library_again(bench: Bench, upto: int) -> tuple[float, int]:
    seconds, records = 0.0, 0
    with ClaimsLedger.open(str(bench.database)) as ledger:
        for recorder, batch in floors.stored_again(ledger, bench.folder / "again.db", upto):
            seconds += timed(recorder.insert_events, batch)
            records += len(batch)
    return seconds, records


# ---- single facts ---------------------------------------------------------------------------------------------------------------


def recording(bench: Bench, count: int = 600, before: int = 400) -> Iterator[Figure]:
    """Single facts recorded as they come, turn about with the library saving one event; each is on the disk when the call returns."""
    told = list(islice(portfolio.lines(max(2, min(100, bench.policies)), seed=7, by_time=True), before + count))
    before = min(before, len(told) // 2)
    application = floors.library(bench.folder / "single.db")
    ours: list[float] = []
    theirs: list[float] = []
    with ClaimsLedger.open(str(bench.folder / "record.db")) as ledger:
        ledger.init()
        ledger.import_events(enumerate((read_object(line, mode="import") for line in told[:before]), start=1), workers=1)
        for line, fact in zip(told[before:], list(floors.facts(iter(told)))[before:], strict=True):
            event = replace(read_object(line, mode="import"), recorded_at=None)
            ours.append(timed(ledger.record, [event]))
            theirs.append(timed(application.save, fact))
    mine, floor = median(ours), median(theirs)
    yield Figure("one fact recorded, on the disk (median)", micro(mine), micro(floor), **within(mine / floor, 2))
    mine, floor = (sorted(times)[len(times) * 95 // 100] for times in (ours, theirs))
    yield Figure("  of a hundred the 95th", micro(mine), micro(floor), mine / floor)


# ---- questions ------------------------------------------------------------------------------------------------------------------


def asking(bench: Bench, count: int = 1_000) -> Iterator[Figure]:
    """The limits of one policy as of a day, from the read model, beside a bare sum over its movements; and the full answer."""
    asked = [f"T-{n % bench.policies:06d}" for n in range(0, count * 7, 7)]
    with ClaimsLedger.open(str(bench.database)) as ledger, opened(str(bench.database)) as engine:
        position, _ = ledger.head()
        taken = timed(catch_up, engine, ledger)
        bench.pages["read model"] = _bytes(bench) - bench.pages["log"]
        yield Figure("read model brought up to the log", rate(position, taken, "records"))
        with reader(engine) as model:
            times = [timed(model.limits, one, ON, known_at=KNOWN_AT) for one in asked]
        mine, floor = median(times), median(_bare_sums(bench, asked))
        yield Figure("limits of a policy as of a day, known at an instant (median)", micro(mine), micro(floor), **within(mine / floor, 2))
        yield Figure("  the same", micro(mine), aim="below 60 µs", met=mine < 60e-6)
        yield from _answers(ledger, asked)


def _bare_sums(bench: Bench, asked: list[str]) -> list[float]:
    connection, sql = floors.sum_of_a_policy(bench.database)
    numbers = dict(connection.execute("SELECT policy_id, policy_no FROM read_policies").fetchall())
    cut = int(KNOWN_AT.timestamp()) * 1_000_000

    def summed(number: int) -> None:
        connection.execute(sql, (number, ON.toordinal(), cut)).fetchall()

    return [timed(summed, numbers[one]) for one in asked]


def _answers(ledger: ClaimsLedger, asked: list[str]) -> Iterator[Figure]:
    """From the log alone: records read, decoded, folded, cut to the day and put into the answer's form."""

    def answered(one: str) -> None:
        answer(History(one, ledger.stream(one)).known(known_at=KNOWN_AT), ON, KNOWN_AT)

    facts = {one: sum(record.event_id is not None for record in ledger.stream(one)) for one in asked[:300]}
    times = [timed(answered, one) for one, count in facts.items() if 36 <= count <= 44]
    if times:
        mine = median(times)
        yield Figure("full answer of a policy of 40 facts, from the log (median)", micro(mine), aim="below 2 ms", met=mine < 2e-3)
    history = History(asked[0], ledger.stream(asked[0]))
    again = median([timed(lambda: answer(history.known(known_at=KNOWN_AT), ON, KNOWN_AT)) for _ in range(50)])
    yield Figure("  asked again of the same policy", micro(again))


# ---- storage --------------------------------------------------------------------------------------------------------------------


def storage(bench: Bench) -> Iterator[Figure]:
    """Bytes a fact, beside the dump's own lines."""
    with bench.dump.open("rb") as dump:
        facts = sum(1 for _ in dump)
    bare = bench.dump.stat().st_size / facts
    sizes = {
        "log, bytes a fact: fact, what follows, chain, indexes": bench.pages["log"],
        "  the library's table of the facts alone": (bench.folder / "library.db").stat().st_size,
        "read model, bytes a fact": bench.pages["read model"],
    }
    for name, size in sizes.items():
        yield Figure(name, f"{size / facts:,.0f} B", f"JSON line {bare:,.0f} B", size / facts / bare)


def _bytes(bench: Bench) -> int:
    """The size of the database, with what is not yet written back to its file."""
    connection, _ = floors.sum_of_a_policy(bench.database)
    [pages], [size] = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    return int(pages * size)
