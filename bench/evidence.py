"""The figures of trust on random histories: the ledger against the calculators, arrivals in other orders, limits that add up; every line
explained and checked, alterations refused, differences adding up by cause. On PostgreSQL: followers among writers, rebuilds during writes.

A short run: `python -m bench.evidence --histories 2000 --questions 200 --followed 20000 --rebuilds 2`. With `--log FILE` each chunk of
seeds done becomes a line of the file and is not done again: a run that was cut off goes on. A number of 0
leaves a part out. Whether tests notice a broken rule is shown by `bench.noticed`.
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
from bench.store import SERVER

PRODUCTS = ("seikatsu", "oyako", "sony-medical", "ryoritsu", "cyber")
EVENT_BY_EVENT = 10
"""One history in so many is derived event by event, as it is when recorded; the others at once from the facts known."""


def main() -> int:
    """Prints a table a part; 1 where anything differs."""
    given = _arguments()
    differing = campaign.run(given, "the calculators", against, given.histories)
    differing += campaign.run(given, "other arrivals", arrivals, given.histories // 10)
    differing += questions.run(given) if given.questions else 0
    differing += on_a_server(given) if given.followed or given.rebuilds else 0
    return differing and 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=100_000, help="in all products together; a tenth of it in other orders")
    parser.add_argument("--questions", type=int, default=10_000, help="histories whose lines are explained, and pairs of answers compared")
    parser.add_argument("--followed", type=int, default=1_000_000, help="events of the import, among eight writers, that a reader follows")
    parser.add_argument("--rebuilds", type=int, default=20, help="rebuilds of the read model during writes")
    parser.add_argument("--postgres", default=SERVER)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--products", nargs="*", default=PRODUCTS, choices=PRODUCTS)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing more after so many seconds, part by part")
    parser.add_argument("--log", type=Path, help="keep what is done in this file, and do not do it again")
    return parser.parse_args()


def on_a_server(given: argparse.Namespace) -> int:
    """What needs PostgreSQL: followers among writers, and rebuilds during writes. Where no server answers it says so."""
    import psycopg

    try:
        psycopg.connect(given.postgres, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        print(f"\n\nFOLLOWERS AND REBUILDS WERE NOT TRIED: no server answers at {given.postgres}: {error}")
        return 0
    from bench import follower, rebuilds

    wrong = follower.evidence(given.postgres, given.followed) if given.followed else 0
    return wrong + (rebuilds.told(rebuilds.rebuilt(given.postgres, given.rebuilds, 200)) if given.rebuilds else 0)


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
