"""Runs rule tests on a ledger with one thing changed: each trial in a fork of a process that has imported and collected everything.

First the tests run once on the ledger as it is, and it is noted which of them touch what: lines of modules, terms. A trial runs the tests
that touch what it changes, those named by its clauses first, then the quickest, until one fails.
"""

from __future__ import annotations

import functools
import gc
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal, NamedTuple

import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from ledger import terms

ROOT = Path(__file__).parent.parent
FORK = multiprocessing.get_context("fork")
OPTIONS = (
    "-o", "addopts=", "--import-mode=importlib", "--assert=plain", "-s", "-m", "not postgres",
    "-p", "no:terminal", "-p", "no:cacheprovider",
)  # fmt: skip
MEMORY = 3 << 30
Touch = tuple[str, int | str]
"""A line of a file, or a term of a folder."""


class Trial(NamedTuple):
    """One change at a place of a part of the ledger. `change` makes it in the child, and tells whether all must be imported anew to see it.
    Tests are those that touch something of the first of `touches` of which any test touches something."""

    part: str
    where: str
    what: str
    change: Callable[[], bool]
    touches: Sequence[frozenset[Touch]]
    clauses: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """What became of a trial: the test that noticed, None where all passed; so many were there to run."""

    trial: Trial
    noticed_by: str | None
    tests: int
    seconds: float = 0.0
    too_long: bool = False


class Noted(NamedTuple):
    """What one run of the tests on the ledger as it is shows: what each took, what touches what, and which fail."""

    seconds: dict[str, float]
    touching: dict[Touch, set[str]]
    failing: list[str]

    def order(self, trial: Trial) -> list[str]:
        """The tests to run for a trial, in order."""
        found = next((found for touches in trial.touches if (found := self._touching(touches))), set[str]())
        return sorted(found, key=lambda test: (not names(test, trial.clauses), self.seconds[test]))

    def _touching(self, touches: frozenset[Touch]) -> set[str]:
        return set[str]().union(*(self.touching.get(touch, ()) for touch in touches))


def names(test: str, clauses: Iterable[str]) -> bool:
    """Whether a test is named by one of some clauses."""
    function = test.partition("::")[2].partition("[")[0] + "_"
    return any(f"_{clause.lower().replace('-', '_')}_" in function for clause in clauses)


# ---- one session of tests ------------------------------------------------------------------------------------------------------------


class _Session:
    """Lets pytest collect, and does something else than run it all."""

    def __init__(self, work: Callable[[list[pytest.Item]], None]) -> None:
        self.work = work
        self.fault: Exception | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not session.testsfailed:
            try:
                self.work(session.items)
            except Exception as fault:  # noqa: BLE001 - pytest would swallow it
                self.fault = fault
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """What became of a test; an account of how it failed would take longer than the test."""
        assert call.when != "collect"
        failed, skipped = call.excinfo is not None, call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
        outcome: Literal["passed", "failed", "skipped"] = "skipped" if skipped else "failed" if failed else "passed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)


def collected(tests: Iterable[str], work: Callable[[list[pytest.Item]], None]) -> bool:
    """Collects tests and gives them to some work. False where they could not all be imported; nothing is then done."""
    hypothesis.settings.register_profile("trials", derandomize=True, database=None)
    hypothesis.settings.load_profile("trials")
    session = _Session(work)
    ended = pytest.main([*OPTIONS, *tests], plugins=[session])
    if session.fault is not None:
        raise session.fault
    return ended == pytest.ExitCode.OK


def passes(test: pytest.Item) -> bool:
    """Whether a test passes, alone."""
    return not any(report.failed for report in runtestprotocol(test, log=False, nextitem=None))


# ---- the ledger as it is -------------------------------------------------------------------------------------------------------------


def noted(tests: Sequence[pytest.Item], files: Sequence[Path]) -> Noted:
    """Runs every test once, in a process of its own, so that this one keeps nothing of it."""
    reader, writer = FORK.Pipe(duplex=False)
    process = FORK.Process(target=lambda: writer.send(_noted(tests, files)))
    process.start()
    writer.close()
    found: Noted = reader.recv()
    process.join()
    return found


def _noted(tests: Sequence[pytest.Item], files: Sequence[Path]) -> Noted:
    found = Noted({}, {}, [])
    wrapped = (one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper))  # noqa: SLF001
    caches = [one for one in wrapped if one.__module__.startswith("ledger.products")]
    coverage = Coverage(data_file=None, config_file=False, include=[str(path) for path in files])
    asked = _hear_terms()
    coverage.start()
    for test in tests:
        for cache in caches:
            cache.cache_clear()  # a test may not live on what another one has read
        coverage.switch_context(test.nodeid)
        began = time.process_time()
        if not passes(test):
            found.failing.append(test.nodeid)
        found.seconds[test.nodeid] = time.process_time() - began
        for term in asked:
            found.touching.setdefault(term, set()).add(test.nodeid)
        asked.clear()
        sys.stderr.write(f"\rthe ledger as it is: {len(found.seconds):,} of {len(tests):,} tests ")
    coverage.stop()
    for file in coverage.get_data().measured_files():
        for line, by in coverage.get_data().contexts_by_lineno(file).items():
            found.touching[str(Path(file).relative_to(ROOT)), line] = {test for test in by if test}
    return found


def _hear_terms() -> set[Touch]:
    """A set that grows by the terms asked for."""
    asked, named = set[Touch](), terms.Terms._named  # noqa: SLF001
    folders = {id(terms.Terms.load(path.parent)): path.parent.name for path in ROOT.glob("ledger/products/*/terms.toml")}

    def heard(self: terms.Terms, name: str, day: Any) -> terms.Term:
        asked.add((folders.get(id(self), ""), name))
        return named(self, name, day)

    terms.Terms._named = heard  # type: ignore[method-assign]  # noqa: SLF001
    return asked


# ---- trials --------------------------------------------------------------------------------------------------------------------------


def run(trials: Iterable[Trial], tests: Sequence[pytest.Item], noted: Noted, processes: int) -> Iterator[Outcome]:
    """The outcomes as they come, so many at a time."""
    by_id = {test.nodeid: test for test in tests}
    running: dict[Connection, tuple[Trial, int, BaseProcess, float]] = {}
    gc.collect()
    gc.freeze()  # what is there stays in one copy, shared by all forks
    for trial in trials:
        while len(running) >= processes:
            yield from _ended(running)
        order = noted.order(trial)
        if not order:
            yield Outcome(trial, None, 0)
            continue
        reader, writer = FORK.Pipe(duplex=False)
        process = FORK.Process(target=_child, args=(trial, [by_id[one] for one in order], noted.seconds, writer))
        process.start()
        writer.close()
        running[reader] = trial, len(order), process, time.monotonic()
    while running:
        yield from _ended(running)


def _ended(running: dict[Connection, tuple[Trial, int, BaseProcess, float]]) -> Iterator[Outcome]:
    for reader in [one for one in wait(list(running)) if isinstance(one, Connection)]:
        trial, tests, process, since = running.pop(reader)
        test, failed = "", False
        try:
            while (told := reader.recv()) is not None:
                test, failed = told
        except EOFError:
            process.join()
            assert process.exitcode == -signal.SIGPROF, f"{trial.where}: {trial.what} could not be tried: exit code {process.exitcode}"
        process.join()
        late = process.exitcode == -signal.SIGPROF
        yield Outcome(trial, test if failed or late else None, tests, time.monotonic() - since, late)


def _child(trial: Trial, tests: Sequence[pytest.Item], seconds: dict[str, float], writer: Connection) -> None:
    """Makes the change and runs the tests; tells which one is begun, and which one failed."""
    anew = trial.change()
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    def all_pass(tests: Iterable[pytest.Item]) -> bool:
        for test in tests:
            writer.send((test.nodeid, False))
            signal.setitimer(signal.ITIMER_PROF, 10 + 20 * seconds[test.nodeid])
            if not passes(test):
                writer.send((test.nodeid, True))
                return False
        return True

    if anew:
        _file_by_file([test.nodeid for test in tests], all_pass, lambda file: writer.send((file, True)))
    else:
        all_pass(tests)
    writer.send(None)


def _file_by_file(order: Sequence[str], all_pass: Callable[[Iterable[pytest.Item]], bool], broken: Callable[[str], None]) -> None:
    """Imports the files of some tests anew, one after the other, until a test fails or a file is broken."""
    place = {test: n for n, test in enumerate(order)}
    for file in dict.fromkeys(test.partition("::")[0] for test in order):
        passed = list[bool]()

        def work(tests: Iterable[pytest.Item], passed: list[bool] = passed) -> None:
            passed.append(all_pass(sorted((one for one in tests if one.nodeid in place), key=lambda one: place[one.nodeid])))

        if not collected([file], work):
            broken(file)
            return
        if passed == [False]:
            return
