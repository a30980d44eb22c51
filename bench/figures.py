"""What is measured of a ledger by itself: imports, single facts, full answers. Every figure has its floor from the same minutes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench import floors, portfolio
from bench.portfolio import KNOWN_AT, ON
from bench.store import SERVER, schema
from bench.table import Figure, micro, rate, within
from ledger.application import ClaimsLedger
from ledger.door import read_object
from replay.as_of import answer
from replay.known import History

ORIGINALS = 200
"""Policies that are imported, rule by rule. A larger portfolio is copies of them."""


IMPORTS = 4
"""Times that the originals are imported on each database."""


class Bench(NamedTuple):
    """Where one run puts its files, and how large it is."""

    folder: Path
    policies: int
    by_time: bool
    workers: int

    @property
    def originals(self) -> int:
        return min(self.policies, ORIGINALS)

    @property
    def dump(self) -> Path:
        return self.folder / "dump.jsonl"

    @property
    def imported(self) -> Path:
        """The ledger of the originals."""
        return self.folder / "imported.db"

    @property
    def database(self) -> Path:
        """The ledger of the whole portfolio."""
        return self.folder / "ledger.db"


def timed(work: Callable[..., Any], *of: Any, **named: Any) -> float:
    """The seconds that some work takes."""
    start = time.perf_counter()
    work(*of, **named)
    return time.perf_counter() - start


# ---- the import -----------------------------------------------------------------------------------------------------------------


def importing(bench: Bench) -> Iterator[Figure]:
    """The import of a dump, in a process of its own, turn about with a server's, beside the library saving the same events by itself."""
    with bench.dump.open("wb") as file:
        file.writelines(portfolio.lines(bench.originals, by_time=bench.by_time))
    found = _imported(bench, str(bench.imported))
    embedded, served = [found["seconds"]], []
    for n in range(IMPORTS):
        served += _on_the_server(bench)
        if n:
            embedded.append(_imported(bench, str(bench.folder / f"imported-{n}.db"))["seconds"])
    seconds = min(embedded)  # the quickest: what others do on the machine only adds
    floor = _library_batches(bench)
    yield Figure(
        f"import of {found['facts']:,} facts", rate(found["facts"], seconds, "facts"), rate(found["facts"], floor, "facts"),
        **within(seconds / floor, 5),
    )  # fmt: skip
    again, records = _library_again(bench, found["position"])
    mine = rate(records, seconds, "records")
    yield Figure(f"  all {records:,} records, with what follows", mine, rate(records, again, "records"), ratio=seconds / again)
    yield Figure("  processor time a fact, all processes", micro(found["cpu"] / found["facts"]))
    memory = {"aim": "below 500 MB", "met": found["mb"] < 500}
    yield Figure("  memory of the import, and of a worker", f"{found['mb']} MB, {found['worker_mb']} MB", **memory)
    if served:
        aim = within(min(served) / seconds, 1) | {"aim": "no slower than SQLite"}
        on_sqlite = f"SQLite {rate(found['facts'], seconds, 'facts')}"
        yield Figure("  the same on PostgreSQL", rate(found["facts"], min(served), "facts"), on_sqlite, **aim)


def _imported(bench: Bench, target: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.importing", target, str(bench.dump), str(bench.workers)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def _on_the_server(bench: Bench) -> list[float]:
    """The seconds of an import on PostgreSQL; nothing where no server answers, and that is said."""
    try:
        with schema(SERVER) as name:
            return [_imported(bench, f"{SERVER}?options=-csearch_path%3D{name}")["seconds"]]
    except subprocess.CalledProcessError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever an absent server, or its driver, raises
        print(f"\n!!! SKIPPED: the import on PostgreSQL: {error}\n")
        return []


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
    with ClaimsLedger.open(str(bench.imported)) as ledger:
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
    yield Figure("one fact recorded, on the disk", micro(mine), micro(floor), **within(mine / floor, 2))
    mine, floor = (sorted(times)[len(times) * 95 // 100] for times in (ours, theirs))
    yield Figure("  of a hundred the 95th", micro(mine), micro(floor), ratio=mine / floor)


# ---- full answers ---------------------------------------------------------------------------------------------------------------


def answering(bench: Bench) -> Iterator[Figure]:
    """From the log alone: records read, decoded, folded, cut to the day and put into the answer's form."""
    with ClaimsLedger.open(str(bench.imported)) as ledger:

        def answered(one: str) -> None:
            answer(History(one, ledger.stream(one)).known(known_at=KNOWN_AT), ON, KNOWN_AT)

        asked = list(ledger.policies())
        facts = {one: sum(record.event_id is not None for record in ledger.stream(one)) for one in asked}
        times = [timed(answered, one) for one, count in facts.items() if 36 <= count <= 44]
        if times:
            mine = median(times)
            yield Figure("full answer of a policy of 40 facts, from the log", micro(mine), aim="below 2 ms", met=mine < 2e-3)
        history = History(asked[0], ledger.stream(asked[0]))
        again = median([timed(lambda: answer(history.known(known_at=KNOWN_AT), ON, KNOWN_AT)) for _ in range(50)])
        yield Figure("  asked again of the same policy", micro(again))
