"""The figures of trust: the ledger against the calculators on random histories, arrivals in other orders, limits that add up.

A short run: `python -m bench.evidence --histories 2000`. Whether tests notice a broken rule is shown by `bench.noticed`.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

PRODUCTS = ("seikatsu", "oyako", "sony-medical", "ryoritsu", "cyber")
CHUNK = 20


class Done(NamedTuple):
    """What a chunk of seeds came to: counts by name, and the differences as text."""

    product: str
    counts: Counter[str]
    found: list[str]


def main() -> int:
    """Prints a table a part; 1 where anything differs."""
    given = _arguments()
    differing = histories(given, "the calculators", against, given.histories)
    return differing + histories(given, "other arrivals", arrivals, given.histories // 10) and 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=100_000, help="in all products together; a tenth of it in other orders")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--products", nargs="*", default=PRODUCTS, choices=PRODUCTS)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing more after so many seconds, part by part")
    return parser.parse_args()


# ---- random histories ----------------------------------------------------------------------------------------------------------------


def histories(given: argparse.Namespace, against_what: str, part: Callable[[str, range], Done], total: int) -> int:
    """Compares so many histories, prints a row a product, gives the number of histories that differ."""
    began, each = time.monotonic(), total // len(given.products)
    rows: dict[str, Counter[str]] = {product: Counter() for product in given.products}
    with ProcessPoolExecutor(given.processes) as pool:
        for done in _in_turn(pool, part, given, each, began + given.seconds):
            rows[done.product] += done.counts
            sys.stderr.writelines(f"\n{text}\n" for text in done.found)
            told = sum(row["histories"] for row in rows.values())
            sys.stderr.write(f"\r{against_what}: {told:,} of {each * len(rows):,}, {time.monotonic() - began:,.0f} s ")
    print(f"\n\n{against_what}, {time.monotonic() - began:,.0f} s in all")
    print(f"{'product':14}{'seeds':>18}{'histories':>11}{'answers':>9}{'refused':>9}{'different':>11}{'seconds':>9}")
    for product, row in rows.items():
        seeds = f"{given.first}–{given.first + row['histories'] - 1}" if row["histories"] else "none"
        print(f"{product:14}{seeds:>18}{row['histories']:>11,}{row['answers']:>9,}{row['refused']:>9,}{row['different']:>11,}"
              f"{row['milliseconds'] / 1000:>9,.0f}")  # fmt: skip
    return sum(row["different"] for row in rows.values())


def _in_turn(
    pool: ProcessPoolExecutor, part: Callable[[str, range], Done], given: argparse.Namespace, each: int, until: float
) -> Iterator[Done]:
    """Chunk by chunk, products in turn, no more under way than there are processes; none begun after `until`."""
    starts = range(given.first, given.first + each, CHUNK)
    chunks = [(product, range(at, min(at + CHUNK, given.first + each))) for at in starts for product in given.products]
    for n in range(0, len(chunks), given.processes):
        if time.monotonic() < until:
            yield from pool.map(part, *zip(*chunks[n : n + given.processes], strict=True))


def against(product: str, seeds: range) -> Done:
    """The ledger's answers against the calculator's; limits add up at every day asked."""
    from tests.oracle import comparison

    def compared(told: comparison.Told, seed: int) -> tuple[int, list[str]]:
        return comparison.against_oracle(product, told, random.Random(seed + 1))

    return _each(product, seeds, compared)


def arrivals(product: str, seeds: range) -> Done:
    """The same facts in another order give the same answers. An order that a clause refuses counts no answer."""
    from tests.oracle import comparison

    def compared(told: comparison.Told, seed: int) -> tuple[int, list[str]]:
        possible, found = comparison.in_another_order(told, random.Random(seed + 2))
        return (3 if possible else 0), found

    return _each(product, seeds, compared)


def _each(product: str, seeds: range, compared: Callable[..., tuple[int, list[str]]]) -> Done:
    from ledger.errors import Refused
    from tests.oracle import comparison

    began, counts, found = time.monotonic(), Counter[str](), list[str]()
    for seed in seeds:
        counts["histories"] += 1
        try:
            answers, differs = compared(comparison.Told(comparison.HISTORIES[product](random.Random(seed))), seed)
        except Refused as refused:
            answers, differs = 0, []
            counts["refused"] += 1
            found.append(f"{product}, seed {seed}: refused: {refused}")
        except Exception as error:  # noqa: BLE001 - a fault is a finding, and the run goes on
            answers, differs = 0, [f"{type(error).__name__}: {error}"]
        counts["answers"] += answers
        counts["different"] += bool(differs)
        found += [f"{product}, seed {seed}: {text}" for text in differs[:3]]
    counts["milliseconds"] = round((time.monotonic() - began) * 1000)
    return Done(product, counts, found)


if __name__ == "__main__":
    sys.exit(main())
