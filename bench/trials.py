"""Runs a product's rule tests on a ledger with one thing changed, each in a process of its own, forked before any rule was imported."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
RULE_TESTS = "tests/ledger/products"
ALSO = {
    "cyber": ["tests/examples/test_worked.py"],
    "general": ["tests/ledger/products/test_general_deadlines.py", "tests/ledger/products/test_ryoritsu_endings.py"],
}
WHOLE = ["tests/ledger/test_limits.py", "tests/ledger/test_derive.py"]
PASSED = 0


class Trial(NamedTuple):
    """One change: `apply` makes it in the child before rules are imported; `tests` are run, first those named by `names`."""

    name: str
    apply: Callable[[], None]
    tests: tuple[str, ...]
    names: str | None = None


class Outcome(NamedTuple):
    """What became of a trial: a test failed, none did, or the time was up (which a test would show as well)."""

    name: str
    survived: bool
    seconds: float
    timed_out: bool = False


def tests_of(product: str) -> tuple[str, ...]:
    """The files of a product's rule tests."""
    found = sorted(str(path.relative_to(ROOT)) for path in (ROOT / RULE_TESTS).glob(f"test_{product}*.py"))
    return (*found, *(one for one in ALSO.get(product, []) if one not in found))


def fail_unchanged(tests: Iterable[tuple[str, ...]], processes: int, seconds_each: float) -> list[str]:
    """The tests that fail on the ledger as it is, or take too long: with them nothing would be shown."""
    controls = [Trial(" ".join(one), _nothing, one) for one in dict.fromkeys(tests)]
    return [outcome.name for outcome in run(controls, processes, seconds_each, float("inf")) if not outcome.survived]


def _nothing() -> None:
    """The ledger as it is."""


def run(trials: Iterable[Trial], processes: int, seconds_each: float, until: float) -> Iterator[Outcome]:
    """The trials' outcomes, so many at a time, as they come; none is begun after the instant `until` (time.monotonic)."""
    waiting, running = iter(trials), list[tuple[Trial, BaseProcess, float]]()
    fork = multiprocessing.get_context("fork")
    more = True
    while more or running:
        while more and len(running) < processes:
            trial = next(waiting, None) if time.monotonic() < until else None
            more = trial is not None
            if trial is not None:
                process = fork.Process(target=_child, args=(trial,))
                process.start()
                running.append((trial, process, time.monotonic()))
        for one in list(running):
            outcome = _ended(*one, seconds_each)
            if outcome is not None:
                running.remove(one)
                yield outcome
        time.sleep(0.05)


def _ended(trial: Trial, process: BaseProcess, since: float, seconds_each: float) -> Outcome | None:
    """What became of a trial that is over, or whose time is up."""
    took = time.monotonic() - since
    late = process.is_alive() and took > seconds_each
    if late:
        process.kill()
        process.join()
    if process.is_alive():
        return None
    process.join()
    return Outcome(trial.name, not late and process.exitcode == PASSED, took, late)


def _child(trial: Trial) -> None:
    """Makes the change and runs the tests; exits with 0 where all pass."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os.chdir(ROOT)
    trial.apply()
    if trial.names is not None and _tested(trial.tests, "-k", trial.names) == 1:
        os._exit(1)
    os._exit(_tested(trial.tests))


def _tested(tests: tuple[str, ...], *more: str) -> int:
    import pytest

    options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--tb=no")
    return int(pytest.main([*options, *more, *tests]))


def preload() -> None:
    """Imports what every trial needs and no trial changes, so that a fork has it."""
    for name in ("hypothesis", "pytest", "ledger.events", "ledger.terms"):
        importlib.import_module(name)
    changed = [name for name in sys.modules if name.startswith(("ledger.products", "ledger.derive", "ledger.limits"))]
    assert not changed, f"imported before it could be changed: {changed}"
