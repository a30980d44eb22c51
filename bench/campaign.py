"""Runs over random histories, products in turn, on several processes; a row a product: seeds, how many, how many differ, seconds."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import Any, NamedTuple

CHUNK = 20
COLUMNS = ("histories", "event by event", "refused", "answers", "rows of limits", "different")

Wire = dict[str, Any]
Compared = Callable[[list[Wire], int], tuple[Counter[str], list[str]]]
"""Compares one history, given its seed: what was counted, and what differs."""


class Done(NamedTuple):
    """What a chunk of seeds came to: counts by name, and the differences as text."""

    product: str
    counts: Counter[str]
    found: list[str]


Part = Callable[[str, range], Done]


def run(given: argparse.Namespace, title: str, part: Part, total: int) -> int:
    """Compares so many histories, prints a row a product, gives how many differ."""
    began = time.monotonic()
    rows = gathered(given, title, part, total)
    print(f"\n\n{title}, {time.monotonic() - began:,.0f} s in all")
    print(f"{'product':14}{'seeds':>18}" + "".join(f"{column:>16}" for column in COLUMNS) + f"{'seconds':>9}")
    for product, row in rows.items():
        counted = "".join(f"{row[column]:>16,}" for column in COLUMNS)
        print(f"{product:14}{seeds(given, row):>18}{counted}{row['milliseconds'] / 1000:>9,.0f}", flush=True)
    return sum(row["different"] for row in rows.values())


def gathered(given: argparse.Namespace, title: str, part: Part, total: int) -> dict[str, Counter[str]]:
    """Compares so many histories; gives for each product what was counted, and tells on the way what differs."""
    began, each = time.monotonic(), total // len(given.products)
    rows: dict[str, Counter[str]] = {product: Counter() for product in given.products}
    for done in _in_turn(given, title, part, each, began + given.seconds):
        rows[done.product] += done.counts
        sys.stderr.writelines(f"\n{text}\n" for text in done.found)
        told = sum(row["histories"] for row in rows.values())
        sys.stderr.write(f"\r{title}: {told:,} of {each * len(rows):,}, {time.monotonic() - began:,.0f} s ")
    return rows


def seeds(given: argparse.Namespace, row: Counter[str]) -> str:
    """The seeds of the histories counted, those of each product."""
    return f"{given.first}–{given.first + row['histories'] - 1}" if row["histories"] else "none"


def _in_turn(given: argparse.Namespace, title: str, part: Part, each: int, until: float) -> Iterator[Done]:
    """Chunk by chunk, products in turn, no more under way than there are processes; none begun after `until`, nor one that is done."""
    starts = range(given.first, given.first + each, CHUNK)
    asked = [(product, at, min(CHUNK, given.first + each - at)) for at in starts for product in given.products]
    kept = _kept(given, title)
    yield from (kept[chunk] for chunk in asked if chunk in kept)
    left = iter([chunk for chunk in asked if chunk not in kept])
    under_way: dict[Future[Done], tuple[str, int, int]] = {}
    with ProcessPoolExecutor(given.processes) as pool:
        while True:
            while len(under_way) < given.processes and time.monotonic() < until and (chunk := next(left, None)):
                product, at, many = chunk
                under_way[pool.submit(part, product, range(at, at + many))] = chunk
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                done = future.result()
                _keep(given, title, under_way.pop(future), done)
                yield done


def _keep(given: argparse.Namespace, title: str, chunk: tuple[str, int, int], done: Done) -> None:
    if given.log:
        with given.log.open("a") as log:
            log.write(json.dumps([title, chunk, done]) + "\n")


def _kept(given: argparse.Namespace, title: str) -> dict[tuple[str, int, int], Done]:
    """What an earlier run has done, by product, first seed and number of seeds."""
    lines: list[Any] = [json.loads(line) for line in given.log.read_text().splitlines()] if given.log and given.log.exists() else []
    return {tuple(chunk): Done(done[0], Counter(done[1]), done[2]) for kept, chunk, done in lines if kept == title}


def each(product: str, seeds: range, compared: Compared) -> Done:
    """Compares the histories of a chunk. One that the ledger refuses, or a fault, is a finding, and the run goes on."""
    from ledger.errors import Refused
    from tests.oracle.comparison import HISTORIES

    began, counts, found = time.monotonic(), Counter[str](), list[str]()
    for seed in seeds:
        counts["histories"] += 1
        try:
            counted, differs = compared(HISTORIES[product](random.Random(seed)), seed)
        except Refused as refused:
            counted, differs = Counter({"refused": 1}), []
            found.append(f"{product}, seed {seed}: refused: {refused}")
        except Exception as error:  # noqa: BLE001 - a fault is a finding, and the run goes on
            counted, differs = Counter(), [f"{type(error).__name__}: {error}"]
        counts += counted
        counts["different"] += bool(differs)
        found += [f"{product}, seed {seed}: {text}" for text in differs[:3]]
    counts["milliseconds"] = round((time.monotonic() - began) * 1000)
    return Done(product, counts, found)
