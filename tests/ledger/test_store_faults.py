"""What goes wrong around the ledger: processes that race, processes that die, and positions without a gap after them."""

import random
import signal
import subprocess
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.application import ClaimsLedger, StoreFault
from ledger.errors import Refused
from ledger.recorders.log import LostRace, NewRecord
from tests.ledger import killed
from tests.ledger.guards import unguarded
from tests.ledger.races import race
from tests.ledger.stores import check_log, environment, fact, history, named, open_ledger, python

# ---- processes that race ----------------------------------------------------------------------------------------------------


def test_processes_that_record_to_one_policy_lose_nothing(target: str) -> None:
    assert race(target, writers=2, facts=25) == 45


def test_threads_share_a_ledger(target: str) -> None:
    with open_ledger(target) as ledger:

        def write(writer: int) -> None:
            for i in range(20):
                ledger.record([fact(f"{writer}-{i}", f"P-{i % 2}")])
                ledger.head()

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(check_log(ledger)) == 160


def _lost(ledger: ClaimsLedger, races: int, meanwhile: Callable[[], object]) -> Callable[..., Any]:
    """The recorder's `appending`, which loses its first races."""
    appending = ledger._recorder.appending
    lost: list[object] = []

    def attempt(*arguments: Any) -> Any:
        if len(lost) < races:
            lost.append(meanwhile())
            raise LostRace("another writer was first")
        return appending(*arguments)

    return attempt


def test_a_lost_race_is_judged_anew_behind_the_winner(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against whoever writes without holding the lock; the ledger's own writers wait for one another."""
    with open_ledger(target) as ledger, open_ledger(target) as other:
        ledger.record([fact(0)])
        monkeypatch.setattr(ledger._recorder, "appending", _lost(ledger, 1, lambda: other.record([fact("winner")])))

        [receipt] = ledger.record([fact("loser")])

        assert receipt.position == 5
        assert len(check_log(ledger)) == 6


def test_the_attempts_come_to_an_end(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.application.PAUSE", timedelta(0))
    tried: list[int] = []
    with open_ledger(target) as ledger:
        monkeypatch.setattr(ledger._recorder, "appending", _lost(ledger, 99, lambda: tried.append(1)))

        with pytest.raises(LostRace):
            ledger.record([fact(1)])

        assert 1 < len(tried) < 10
        assert ledger.head()[0] == 0


# ---- processes that die -----------------------------------------------------------------------------------------------------


def test_an_import_that_is_killed_is_run_again_and_leaves_the_same_log(target: str, tmp_path: Path) -> None:
    """Killed with signal 9 while it records, three times, at portions that differ; then run to its end."""
    with open_ledger(str(tmp_path / "unbroken.db")) as ledger:
        ledger.import_events(history(killed.LINES, policies=31))
        unbroken = ledger.head()
    generator = random.Random(9)
    reached = []
    for _ in range(3):
        child = subprocess.Popen(
            python("-m", "tests.ledger.killed", target), env=environment(), stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(generator.randint(1, 14)):
            line = child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert line[0].isdigit()
        with open_ledger(target) as ledger:
            reached.append(len([r for r in check_log(ledger) if r.event_id]))
    assert 0 < reached[0] < reached[1] < reached[2] < killed.LINES

    command = python("-m", "tests.ledger.killed", target)
    last = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stdout.splitlines()[
        -1
    ]

    assert last.split() == [
        "done",
        str(killed.LINES),
        str(killed.LINES - reached[2]),
        str(reached[2]),
        "0",
        str(unbroken[0]),
    ]
    with open_ledger(target) as ledger:
        assert ledger.head() == unbroken


def test_a_record_that_is_killed_is_recorded_whole_or_not_at_all(tmp_path: Path) -> None:
    """Killed at random moments, many times: whole batches, acknowledged ones all of them."""
    target = str(tmp_path / "ledger.db")
    script = (
        "import sys\nfrom tests.ledger.stores import *\n"
        "with open_ledger(sys.argv[1]) as ledger:\n"
        "    for i in range(100000):\n"
        "        ledger.record([fact(f'{sys.argv[2]}-{i}-{k}', f'P-{k % 3}') for k in range(10)])\n"
        "        print(i, flush=True)\n"
    )
    generator = random.Random(4)
    for run in range(4):
        child = subprocess.Popen(
            python("-c", script, target, str(run)), env=environment(), stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        child.stdout.readline()
        timer = threading.Timer(generator.uniform(0.0, 0.2), child.kill)
        timer.start()
        acknowledged = 1 + len(child.stdout.read().split("\n")) - 1
        child.wait()
        timer.join()
        child.stdout.close()
        with open_ledger(target) as ledger:
            of_this_run = {named(f"{run}-{i}-{k}") for i in range(acknowledged + 1) for k in range(10)}
            facts = [r.event_id for r in check_log(ledger) if r.event_id in of_this_run]
        assert len(facts) in {10 * acknowledged, 10 * (acknowledged + 1)}


# ---- positions --------------------------------------------------------------------------------------------------------------


def test_positions_have_no_gap_after_lost_races_and_refusals(target: str) -> None:
    with open_ledger(target) as ledger:
        ledger.record([fact(1)])
        for version in (2, 1):
            with pytest.raises(StoreFault), ledger._recorder.appending() as append:
                append.insert(
                    [NewRecord("P-1", version, "X", named("x"), 0, b"{}"), NewRecord("P-1", 1, "X", None, 0, b"{}")]
                )
            with pytest.raises(Refused):
                ledger.record([fact(2), fact(3, note="bad")])
        ledger.record([fact(4)])

        assert [record.position for record in check_log(ledger)] == [1, 2, 3, 4]


def test_a_position_follows_the_last_one_that_is_there(tmp_path: Path) -> None:
    """A tail that was cut away is not skipped over: the chain goes on from the record before it."""
    path = tmp_path / "ledger.db"
    with open_ledger(str(path)) as ledger:
        ledger.record([fact(1), fact(2)])
    with sqlite.connect(str(path)) as connection:
        unguarded(connection.execute, server=False)
        connection.execute("DELETE FROM ledger_log WHERE position > 2")
    connection.close()
    with open_ledger(str(path)) as ledger:
        ledger.record([fact(3)])

        assert [record.event_id for record in check_log(ledger)] == [named(1), None, named(3), None]
