"""Commits without an answer: the acknowledgement is lost, the server closes, the disk fails or is full."""

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.application import ClaimsLedger, OutcomeUnknown, StoreFault
from ledger.recorders import history as importing
from ledger.recorders import sqlite as embedded
from ledger.recorders.log import NewRecord
from tests.ledger.stores import check_log, fact, history, named, open_ledger


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
