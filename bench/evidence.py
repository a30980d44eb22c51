"""The figures of trust on random histories: the ledger against the calculators, arrivals in other orders, limits that add up; every line
explained and checked, alterations refused, differences adding up by cause.

A short run: `python -m bench.evidence --histories 2000 --questions 200`. Whether tests notice a broken rule is shown by `bench.noticed`.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter

from bench import campaign, questions
from bench.campaign import Done, Wire

PRODUCTS = ("seikatsu", "oyako", "sony-medical", "ryoritsu", "cyber")


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
    return parser.parse_args()


# ---- random histories ----------------------------------------------------------------------------------------------------------------


def against(product: str, seeds: range) -> Done:
    """The ledger's answers against the calculator's; limits add up at every day asked."""
    from tests.oracle import comparison

    def compared(told: list[Wire], seed: int) -> tuple[Counter[str], list[str]]:
        answers, found = comparison.against_oracle(product, comparison.Told(told), random.Random(seed + 1))
        return Counter(answers=answers), found

    return campaign.each(product, seeds, compared)


def arrivals(product: str, seeds: range) -> Done:
    """The same facts in another order give the same answers. An order that a clause refuses counts no answer."""
    from tests.oracle import comparison

    def compared(told: list[Wire], seed: int) -> tuple[Counter[str], list[str]]:
        possible, found = comparison.in_another_order(comparison.Told(told), random.Random(seed + 2))
        return Counter(answers=3 if possible else 0), found

    return campaign.each(product, seeds, compared)


if __name__ == "__main__":
    sys.exit(main())
