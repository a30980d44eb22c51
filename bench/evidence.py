"""The figures of trust on random histories: the ledger against the calculators, arrivals in other orders, limits that add up; every line
explained and checked, alterations refused, differences adding up by cause.

A short run: `python -m bench.evidence --histories 2000 --questions 200`. With `--log FILE` each chunk of seeds done becomes a line of
the file and is not done again: a run that was cut off goes on. Whether tests notice a broken rule is shown by `bench.noticed`.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from pathlib import Path

from bench import campaign, questions
from bench.campaign import Done, Wire

PRODUCTS = ("seikatsu", "oyako", "sony-medical", "ryoritsu", "cyber")
EVENT_BY_EVENT = 10
"""One history in so many is derived event by event, as it is when recorded; the others at once from the facts known."""


def main() -> int:
    """Prints a table a part; 1 where anything differs."""
    given = _arguments()
    differing = campaign.run(given, "the calculators", against, given.histories)
    differing += campaign.run(given, "other arrivals", arrivals, given.histories // 10)
    return differing + questions.run(given) and 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=100_000, help="in all products together; a tenth of it in other orders")
    parser.add_argument("--questions", type=int, default=10_000, help="histories whose lines are explained, and pairs of answers compared")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--products", nargs="*", default=PRODUCTS, choices=PRODUCTS)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing more after so many seconds, part by part")
    parser.add_argument("--log", type=Path, help="keep what is done in this file, and do not do it again")
    return parser.parse_args()


# ---- random histories ----------------------------------------------------------------------------------------------------------------


def against(product: str, seeds: range) -> Done:
    """The ledger's answers against the calculator's, of every second history also cut short; every limit adds up at every day; event by
    event it comes to the same as at once."""
    from tests.oracle import comparison

    def compared(events: list[Wire], seed: int) -> tuple[Counter[str], list[str]]:
        told = comparison.Told(events, event_by_event=seed % EVENT_BY_EVENT == 0)
        answers, found = comparison.against_oracle(product, told, random.Random(seed + 1), cuts=seed % 2)
        rows, broken = comparison.limits_broken(told.journal())
        if told.event_by_event and told.journal() != told.derived_at_once(len(events)):
            broken.append("event by event the journal is another")
        return Counter({"answers": answers, "rows of limits": rows, "event by event": told.event_by_event}), found + broken

    return campaign.each(product, seeds, compared)


def arrivals(product: str, seeds: range) -> Done:
    """The same facts in another order give the same answers. An order that a clause refuses counts as refused."""
    from tests.oracle import comparison

    def compared(events: list[Wire], seed: int) -> tuple[Counter[str], list[str]]:
        told = comparison.Told(events, event_by_event=seed % EVENT_BY_EVENT == 0)
        possible, found = comparison.in_another_order(told, random.Random(seed + 2))
        return Counter({"answers": 3 * possible, "refused": not possible, "event by event": told.event_by_event}), found

    return campaign.each(product, seeds, compared)


if __name__ == "__main__":
    sys.exit(main())
