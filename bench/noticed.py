"""Whether tests notice a broken rule: each mutation, each dated number moved by its smallest unit, each clause by its own tests.

`python -m bench.noticed --of cyber` tries one product. What makes no difference is listed with its reason in `equivalent.toml`.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bench import mutants, nudges, trials
from bench.trials import ROOT, Noted, Outcome, Trial
from ledger.clauses import FOLDERS, clauses

DERIVATION = [f"tests/ledger/test_{name}.py" for name in ("derive", "work_saved", "limits", "policy")]
TESTS = ("tests/ledger/products", *DERIVATION)
LEFT_OUT = ("no_look_ahead", "general_arrival", " 1]", " 2]", " 3]")
"""Random histories take long and say nothing of a clause: of those of the derivation there is the first seed, and no others."""
PARTS = (*FOLDERS, "derivation")
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


def main() -> int:
    """Prints tables; 1 where something was not noticed."""
    given, codes = _arguments(), list[int]()
    if not trials.collected(given.tests, lambda tests: codes.append(_shown(tests, given))):
        sys.exit("the tests could not all be imported")
    return codes[0]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("mutants", "rules", "numbers"), help="leave out the others; rules: each left out as a whole")
    parser.add_argument("--of", nargs="*", default=PARTS, choices=PARTS, help="of which products the rules and terms")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="the files of the tests")
    parser.add_argument("--first", type=int, default=0, help="the seed of the draw")
    parser.add_argument("--sample", type=int, default=0, help="try so many, drawn by the seed; all where 0")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--each", action="store_true", help="tell of each trial which test noticed, and how many were there to run")
    return parser.parse_args()


def _shown(tests: Sequence[pytest.Item], given: argparse.Namespace) -> int:
    tests = [test for test in tests if not any(name in test.nodeid for name in LEFT_OUT)]
    began = time.monotonic()
    noted = trials.noted(tests, [path for _, path in mutants.modules(PARTS)])
    print(f"\n{len(tests):,} tests on the ledger as it is: {len(noted.failing)} fail; {time.monotonic() - began:,.0f} s")
    control = mutants.controls(ROOT / "ledger" / "products" / "ryoritsu" / "rules.py")
    unfounded = [one for one in trials.run(control, tests, noted, given.processes) if one.noticed_by or not one.tests]
    if noted.failing or unfounded:
        print("nothing is shown while these fail with nothing changed:", *noted.failing, *unfounded, sep="\n  ")
        return 1
    everything = list(_trials(given))
    equivalent = _equivalent(everything, whole=given.only is None and tuple(given.of) == PARTS)
    tried = [trial for trial in everything if (trial.where.partition(":")[0], trial.what) not in equivalent]
    if given.sample:
        tried = random.Random(given.first).sample(tried, min(given.sample, len(tried)))
    outcomes = list(_told(tried, tests, noted, given))
    _table(everything, outcomes, given.first)
    survivors = [f"{one.trial.where}: {one.trial.what} ({one.tests} tests)" for one in outcomes if one.noticed_by is None]
    unnamed = [] if given.sample or given.only in {"mutants", "numbers"} else list(_clauses_not_noticed(outcomes, given.of))
    _listed("not noticed", survivors)
    _listed("clauses not noticed by a test that they name", unnamed)
    _listed("equivalent, and not tried", [f"{file}: {mutant}\n      {reason}" for (file, mutant), reason in equivalent.items()])
    return 1 if survivors or unnamed else 0


def _trials(given: argparse.Namespace) -> Iterator[Trial]:
    for part, path in mutants.modules(given.of) if given.only != "numbers" else ():
        yield from mutants.left_out(part, path) if given.only == "rules" else mutants.mutants(part, path)
    if given.only in {None, "numbers"}:
        for folder in FOLDERS:
            yield from nudges.nudges(folder) if folder in given.of else ()


def _equivalent(everything: Sequence[Trial], *, whole: bool) -> dict[tuple[str, str], str]:
    """What makes no difference, as it is listed, with the reason. Where everything is tried an entry that nothing is like is an error."""
    listed = {(one["file"], one["mutant"]): one["reason"] for one in tomllib.loads(EQUIVALENT.read_text()).get("equivalent", [])}
    there = {(trial.where.partition(":")[0], trial.what) for trial in everything}
    if whole and (gone := listed.keys() - there):
        sys.exit(f"{EQUIVALENT.name} lists what is no longer there: {sorted(gone)}")
    return {key: reason for key, reason in listed.items() if key in there}


def _told(tried: Sequence[Trial], tests: Sequence[pytest.Item], noted: Noted, given: argparse.Namespace) -> Iterator[Outcome]:
    """The outcomes, with progress told as they come."""
    began, missed = time.monotonic(), 0
    for n, outcome in enumerate(trials.run(tried, tests, noted, given.processes), 1):
        missed += outcome.noticed_by is None
        if given.each:
            print(outcome.trial.where, outcome.trial.what, outcome.noticed_by, outcome.tests, f"{outcome.seconds:.1f} s", sep=" | ")
        sys.stderr.write(f"\r{n:,} of {len(tried):,} trials, {missed} not noticed, {time.monotonic() - began:,.0f} s ")
        yield outcome
    sys.stderr.write("\n")


def _table(everything: Sequence[Trial], outcomes: Sequence[Outcome], seed: int) -> None:
    print(f"\n{'':28}{'there are':>11}{'tried':>8}{'noticed':>9}{'too long':>10}{'not noticed':>13}{'noticed':>9}{'seconds':>9}")
    parts = list(dict.fromkeys(trial.part for trial in everything))
    for part in (*parts, "all"):
        here = [one for one in outcomes if part in {one.trial.part, "all"}]
        there = sum(part in {trial.part, "all"} for trial in everything)
        noticed, late = sum(one.noticed_by is not None for one in here), sum(one.too_long for one in here)
        percent = f"{100 * noticed / len(here):.1f} %" if here else "–"
        print(f"{part:28}{there:>11,}{len(here):>8,}{noticed:>9,}{late:>10,}{len(here) - noticed:>13,}{percent:>9}"
              f"{sum(one.seconds for one in here):>9,.0f}")  # fmt: skip
    print(f"seed {seed}")


def _clauses_not_noticed(outcomes: Sequence[Outcome], of: Sequence[str]) -> Iterator[str]:
    """The computed clauses of which nothing broken was noticed by a test named by the clause."""
    by_own_test = {one for outcome in outcomes for one in outcome.trial.clauses if trials.names(outcome.noticed_by or "", [one])}
    computed = [clause.id for folder in FOLDERS if folder in of for clause in clauses(folder) if clause.is_computed]
    print(f"{len(by_own_test.intersection(computed))} of {len(computed)} computed clauses, broken, are noticed by a test that they name")
    return (one for one in computed if one not in by_own_test)


def _listed(what: str, found: Sequence[str]) -> None:
    if found:
        print(f"\n{what}: {len(found)}", *found, sep="\n  ")


if __name__ == "__main__":
    sys.exit(main())
