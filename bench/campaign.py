"""Runs over random histories, products in turn, on several processes; a row a product: seeds, how many, how many differ, seconds."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

CHUNK = 20

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
    print(f"{'product':14}{'seeds':>18}{'histories':>11}{'answers':>9}{'refused':>9}{'different':>11}{'seconds':>9}")
    for product, row in rows.items():
        print(f"{product:14}{seeds(given, row):>18}{row['histories']:>11,}{row['answers']:>9,}{row['refused']:>9,}{row['different']:>11,}"
              f"{row['milliseconds'] / 1000:>9,.0f}", flush=True)  # fmt: skip
    return sum(row["different"] for row in rows.values())


def gathered(given: argparse.Namespace, title: str, part: Part, total: int) -> dict[str, Counter[str]]:
    """Compares so many histories; gives for each product what was counted, and tells on the way what differs."""
    began, each = time.monotonic(), total // len(given.products)
    rows: dict[str, Counter[str]] = {product: Counter() for product in given.products}
    with ProcessPoolExecutor(given.processes) as pool:
        for done in _in_turn(pool, part, given, each, began + given.seconds):
            rows[done.product] += done.counts
            sys.stderr.writelines(f"\n{text}\n" for text in done.found)
            told = sum(row["histories"] for row in rows.values())
            sys.stderr.write(f"\r{title}: {told:,} of {each * len(rows):,}, {time.monotonic() - began:,.0f} s ")
    return rows


def seeds(given: argparse.Namespace, row: Counter[str]) -> str:
    """The seeds of the histories counted, those of each product."""
    return f"{given.first}–{given.first + row['histories'] - 1}" if row["histories"] else "none"


def _in_turn(pool: ProcessPoolExecutor, part: Part, given: argparse.Namespace, each: int, until: float) -> Iterator[Done]:
    """Chunk by chunk, products in turn, no more under way than there are processes; none begun after `until`."""
    starts = range(given.first, given.first + each, CHUNK)
    chunks = [(product, range(at, min(at + CHUNK, given.first + each))) for at in starts for product in given.products]
    for n in range(0, len(chunks), given.processes):
        if time.monotonic() < until:
            yield from pool.map(part, *zip(*chunks[n : n + given.processes], strict=True))


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
