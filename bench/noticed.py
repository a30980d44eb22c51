"""Whether a test notices when a number of the terms is moved (`--nudge`) or a rule is mutated (`--mutants`)."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator

from bench import mutants, nudges, trials
from ledger.clauses import FOLDERS


def main() -> int:
    """Prints how many were noticed, and which were not; 1 where any was not."""
    given = _arguments()
    if given.nudge:
        return tried("numbers moved", nudges.nudges(given.folders), given)
    return tried("mutants", mutants.mutants(given.folders), given)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nudge", action="store_true", help="move every number of the terms")
    parser.add_argument("--mutants", action="store_true", help="mutate the rules")
    parser.add_argument("--folders", nargs="*", default=FOLDERS, choices=FOLDERS, help="of which products the terms or rules")
    parser.add_argument("--first", type=int, default=0, help="the seed of the draw")
    parser.add_argument("--sample", type=int, default=0, help="try so many, drawn by the seed; all where 0")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing more after so many seconds")
    parser.add_argument("--seconds-each", type=float, default=180, help="a trial that takes longer is taken as noticed")
    return parser.parse_args()


def tried(what: str, found: Iterator[trials.Trial], given: argparse.Namespace) -> int:
    """Runs trials, prints how many were noticed and which were not."""
    trials.preload()
    everything = list(found)
    drawn = random.Random(given.first).sample(everything, min(given.sample, len(everything))) if given.sample else everything
    failing = trials.fail_unchanged((one.tests for one in drawn), given.processes, 2 * given.seconds_each)
    if failing:
        print(f"{what}: nothing is shown, for these tests fail on the ledger as it is: {'; '.join(failing)}")
        return 1
    began, outcomes = time.monotonic(), list[trials.Outcome]()
    for outcome in trials.run(drawn, given.processes, given.seconds_each, began + given.seconds):
        outcomes.append(outcome)
        missed = sum(one.survived for one in outcomes)
        sys.stderr.write(f"\r{what}: {len(outcomes):,} of {len(drawn):,}, {missed} not noticed, {time.monotonic() - began:,.0f} s ")
    survivors = [one.name for one in outcomes if one.survived]
    late = sum(one.timed_out for one in outcomes)
    print(f"\n\n{what} ({', '.join(given.folders)}): {len(everything):,} there are, {len(outcomes):,} tried (draw {given.first})")
    noticed = f"{len(outcomes) - len(survivors):,} noticed ({late} by taking too long), {len(survivors)} not noticed"
    print(f"  {noticed}; {time.monotonic() - began:,.0f} s")
    print("".join(f"  not noticed: {name}\n" for name in survivors), end="")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
