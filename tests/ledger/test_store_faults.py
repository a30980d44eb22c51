"""What goes wrong under the ledger: processes that race or die, commits without an answer, disks, files and settings."""

import random
import signal
import socket
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.application import ClaimsLedger, OutcomeUnknown, StoreFault
from ledger.errors import Refused
from ledger.recorders import history as importing
from ledger.recorders import sqlite as embedded
from ledger.recorders.log import LostRace, NewRecord
from tests.ledger import killed
from tests.ledger.guards import unguarded
from tests.ledger.races import race
from tests.ledger.stores import check_log, environment, fact, history, named, open_ledger, python

# ---- processes that race, and processes that die ----------------------------------------------------------------------------


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


# ---- commits without an answer ----------------------------------------------------------------------------------------------


class Cut:
    """A way to PostgreSQL that is cut when a COMMIT passes: before it is handed on, or before it is answered."""

    def __init__(self) -> None:
        self.cuts_left = 0
        self.hand_on_first = True
        self.closed_afterwards = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def url(self, url: str) -> str:
        return url.replace(":5432/", f":{self.port}/")

    def close(self) -> None:
        """Ends every connection and every thread."""
        self._end(self._listener, *self._sockets)
        for thread in self._threads:
            thread.join(timeout=10)
            assert not thread.is_alive()

    def _start(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments)
        self._threads.append(thread)
        thread.start()

    @staticmethod
    def _end(*sockets: socket.socket) -> None:
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # closing alone would wait for the thread that reads
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.closed_afterwards and self.cuts_left == 0:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", 5432))
                self._sockets += [client, server]
                muted = threading.Event()
                self._start(self._upwards, client, server, muted)
                self._start(self._downwards, client, server, muted)

    def _upwards(self, client: socket.socket, server: socket.socket, muted: threading.Event) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if data.endswith(b"COMMIT\0") and self.cuts_left:
                    self.cuts_left -= 1
                    muted.set()
                    if self.hand_on_first:
                        server.sendall(data)
                        threading.Event().wait(0.2)  # the server commits
                    break
                server.sendall(data)
        self._end(*(list(self._sockets) if self.closed_afterwards and not self.cuts_left else [client, server]))

    def _downwards(self, client: socket.socket, server: socket.socket, muted: threading.Event) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if not muted.is_set():
                    client.sendall(data)
        self._end(client, server)


@pytest.fixture
def cut() -> Iterator[Cut]:
    made = Cut()
    yield made
    made.close()


@pytest.mark.postgres
@pytest.mark.parametrize("hand_on_first", [True, False], ids=["committed", "not committed"])
@pytest.mark.parametrize("cuts", [1, 2])
def test_a_lost_acknowledgement_is_learnt_by_looking_up(
    postgres_url: str, cut: Cut, hand_on_first: bool, cuts: int
) -> None:
    with open_ledger(cut.url(postgres_url)) as ledger:
        ledger.record([fact(0)])
        cut.cuts_left, cut.hand_on_first = cuts, hand_on_first

        receipts = ledger.record([fact(1), fact(2, "P-2")])

        assert [receipt.repeated for receipt in receipts] == [False, False], "it was this call that recorded them"
        assert [receipt.position for receipt in receipts] == [3, 5]
        assert len(check_log(ledger)) == 6
        assert cut.cuts_left == (cuts - 1 if hand_on_first else 0)


@pytest.mark.postgres
@pytest.mark.parametrize("hand_on_first", [True, False], ids=["committed", "not committed"])
def test_an_outcome_that_cannot_be_learnt_is_of_its_own_kind(postgres_url: str, cut: Cut, hand_on_first: bool) -> None:
    with open_ledger(postgres_url) as sure, open_ledger(cut.url(postgres_url)) as ledger:
        ledger.record([fact(0)])
        cut.cuts_left, cut.hand_on_first, cut.closed_afterwards = 1, hand_on_first, True
        ledger._recorder.datastore.pool.timeout = 0.3  # type: ignore[attr-defined]

        with pytest.raises(OutcomeUnknown, match=named(1)):
            ledger.record([fact(1)])

        [receipt] = sure.record([fact(1)])
        assert receipt.repeated is hand_on_first
        assert len(check_log(sure)) == 4


@pytest.mark.postgres
@pytest.mark.parametrize("hand_on_first", [True, False], ids=["committed", "not committed"])
def test_an_import_goes_on_over_a_lost_acknowledgement(
    postgres_url: str, cut: Cut, hand_on_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LINES", 20)
    with open_ledger(cut.url(postgres_url)) as ledger:
        cut.hand_on_first = hand_on_first

        def lose(recorded: int) -> None:
            cut.cuts_left = int(recorded == 40)

        summary = ledger.import_events(history(90), progress=lose)

        assert summary[:3] == (90, 90, 0)
        assert [r.event_id for r in check_log(ledger) if r.event_id] == [event.event_id for _, event in history(90)]


@pytest.mark.postgres
def test_connections_that_the_server_closed_are_replaced(postgres_url: str) -> None:
    import psycopg

    own = f"hoken-{uuid.uuid4().hex[:12]}"  # the server may serve others, whose connections are left alone
    with open_ledger(f"{postgres_url}&application_name={own}") as ledger:
        ledger.record([fact(1)])
        with ExitStack() as together:  # more connections than there are attempts
            for _ in range(8):
                together.enter_context(ledger._recorder.reading())
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", (own,)
            ).fetchall()
            assert len(ended) >= 8

        ledger.record([fact(2)])

        assert len(check_log(ledger)) == 4


@pytest.mark.postgres
def test_a_commit_that_is_answered_by_a_rollback_is_none(postgres_url: str) -> None:
    """The server answers so, without an error, where a statement before it failed and nobody said so."""
    import psycopg

    with open_ledger(postgres_url) as ledger:

        def overlook() -> None:
            with ledger._recorder.appending() as append:
                append.insert([NewRecord("P-1", 1, "X", named(1), 0, b"{}")])
                with suppress(psycopg.Error):
                    append._channel._connection.execute("SELECT 1 / 0")  # type: ignore[attr-defined]

        with pytest.raises(StoreFault, match="ROLLBACK"):
            overlook()
        assert ledger.head()[0] == 0


class _Lossy:
    """A connection to SQLite whose COMMIT fails: after it was carried out, or before."""

    def __init__(self, connection: Any, lose: list[str]) -> None:
        self._connection, self._lose = connection, lose

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self) -> Any:
        return _LossyCursor(self._connection.cursor(), self._lose)


class _LossyCursor:
    def __init__(self, cursor: Any, lose: list[str]) -> None:
        self.__dict__.update(_cursor=cursor, _lose=lose)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._cursor, name, value)

    def execute(self, sql: str, *params: Any) -> Any:
        how = self._lose.pop() if sql == "COMMIT" and self._lose else ""
        if how != "before":
            self._cursor.execute(sql, *params)
        if how:
            error = sqlite.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite.SQLITE_FULL if how == "before" else sqlite.SQLITE_IOERR
            raise error
        return self


@pytest.fixture
def lossy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ClaimsLedger, list[str]]]:
    lose: list[str] = []
    connected = embedded._connected
    monkeypatch.setattr(embedded, "_connected", lambda name: _Lossy(connected(name), lose))
    with open_ledger(str(tmp_path / "ledger.db")) as ledger:
        yield ledger, lose


def test_an_embedded_commit_that_fails_after_all_is_looked_up(lossy: tuple[ClaimsLedger, list[str]]) -> None:
    ledger, lose = lossy
    ledger.record([fact(0)])
    lose.append("after")

    [receipt] = ledger.record([fact(1)])

    assert (receipt.position, receipt.repeated) == (3, False)
    assert len(check_log(ledger)) == 4


def test_an_embedded_commit_that_keeps_failing_is_unknown(
    lossy: tuple[ClaimsLedger, list[str]], monkeypatch: Any
) -> None:
    ledger, lose = lossy
    lose.append("after")

    monkeypatch.setattr(ledger._recorder, "appending", _first_attempt_then_full(ledger._recorder.appending))

    with pytest.raises(OutcomeUnknown, match="disk is full"):  # the first attempt is unknown, and the second cannot ask
        ledger.record([fact(1)])

    monkeypatch.undo()
    [receipt] = ledger.record([fact(1)])
    assert receipt.repeated is True


def _first_attempt_then_full(appending: Callable[..., Any]) -> Callable[..., Any]:
    attempts = []

    def attempt(*arguments: Any) -> Any:
        attempts.append(1)
        if len(attempts) > 1:
            raise StoreFault("the disk is full")
        return appending(*arguments)

    return attempt


def test_a_disk_that_was_full_at_the_commit_recorded_nothing(lossy: tuple[ClaimsLedger, list[str]]) -> None:
    ledger, lose = lossy
    lose.append("before")

    with pytest.raises(StoreFault, match="the disk is full"):
        ledger.record([fact(1)])

    assert ledger.head()[0] == 0
    assert ledger.record([fact(1)])[0].repeated is False


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
