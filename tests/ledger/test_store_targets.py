"""What a ledger may be opened on, and how a connection is set up: files, folders, servers, formats and settings."""

import os
import resource
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.application import Busy, ClaimsLedger, StoreFault
from ledger.errors import LedgerFault, Refused
from ledger.recorders import sqlite as embedded
from ledger.recorders.log import Unreachable
from tests.ledger.stores import Counting, check_log, environment, fact, open_ledger, python

# ---- the embedded file ------------------------------------------------------------------------------------------------------


def _connection(ledger: ClaimsLedger) -> Any:
    recorder: Any = ledger._recorder
    return recorder.datastore.get_connection(commit=True)


def test_every_setting_is_as_it_must_be(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "ledger.db")) as ledger, _connection(ledger) as pooled:
        connection = pooled._sqlite_conn
        answers = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name, _ in embedded.PRAGMAS}

    assert answers["journal_mode"] == "wal"
    assert answers["synchronous"] == 2
    assert answers["foreign_keys"] == 1
    assert answers["busy_timeout"] == 10_000
    assert answers == dict(embedded.PRAGMAS)


@pytest.mark.parametrize("pragma", [("synchronous", 9), ("journal_mode", "wall"), ("never_heard_of", 1)])
def test_a_setting_that_is_not_taken_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pragma: tuple[str, Any]
) -> None:
    monkeypatch.setattr(embedded, "PRAGMAS", (*embedded.PRAGMAS, pragma))

    with pytest.raises((LedgerFault, TypeError)):
        open_ledger(str(tmp_path / "ledger.db"))


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_an_sqlite_that_corrupts_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]
) -> None:
    monkeypatch.setattr(sqlite, "sqlite_version_info", version)

    with pytest.raises(LedgerFault, match=r"3\.51\.3"):
        ClaimsLedger.open(str(tmp_path / "ledger.db"))
    assert not (tmp_path / "ledger.db").exists()


def test_it_is_not_the_interpreter_s_own_sqlite_that_writes(tmp_path: Path) -> None:
    with open_ledger(str(tmp_path / "ledger.db")) as ledger:
        [[version]] = ledger._recorder.ask(("SELECT sqlite_version()", ()))

    assert version == sqlite.sqlite_version
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)


def _folder_missing(folder: Path) -> Path:
    return folder / "nowhere" / "ledger.db"


def _a_folder(folder: Path) -> Path:
    (folder / "ledger.db").mkdir()
    return folder / "ledger.db"


def _no_database(folder: Path) -> Path:
    (folder / "ledger.db").write_bytes(b"PK\x03\x04 this is something else, and long enough to have a header" * 40)
    return folder / "ledger.db"


def _other_database(folder: Path) -> Path:
    with sqlite.connect(str(folder / "ledger.db")) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    return folder / "ledger.db"


def _other_application(folder: Path) -> Path:
    with sqlite.connect(str(folder / "ledger.db")) as connection:
        connection.execute("PRAGMA application_id = 12345")
    connection.close()
    return folder / "ledger.db"


def _newer_format(folder: Path) -> Path:
    open_ledger(str(folder / "ledger.db")).close()
    with sqlite.connect(str(folder / "ledger.db")) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    return folder / "ledger.db"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_folder_missing, "does not exist"),
        (_a_folder, "it is a folder"),
        (_no_database, "not an SQLite database"),
        (_other_database, "no ledger"),
        (_other_application, "no ledger"),
        (_newer_format, "format 2"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_cannot_be_a_ledger_is_refused_in_a_sentence(tmp_path: Path, make: Any, said: str) -> None:
    path = make(tmp_path)
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(Refused, match=said) as refused:
        ClaimsLedger.open(str(path))

    assert refused.value.field == "db"
    assert str(path) in str(refused.value)
    assert str(path) in refused.value.in_language("ja")
    assert (path.read_bytes() if path.is_file() else None) == before, "it was only looked at"


@pytest.mark.parametrize(
    ("what", "mode", "said"), [("file", 0o444, "may not be read and written"), ("folder", 0o555, "folder")]
)
def test_a_file_without_permission_is_refused_in_a_sentence(tmp_path: Path, what: str, mode: int, said: str) -> None:
    path = tmp_path / "ledger.db"
    open_ledger(str(path)).close()
    (path if what == "file" else tmp_path).chmod(mode)

    assert said in _refusal_as_nobody(path)


NOBODY = 65534


def _refusal_as_nobody(path: Path) -> str:
    """What an ordinary user is told on opening; a child, since who is root may do everything."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = "opened"
        try:
            if os.geteuid() == 0:
                for own in (path, path.parent):
                    os.chown(own, NOBODY, NOBODY)
                for folder in path.parents[1:-1]:
                    folder.chmod(folder.stat().st_mode | 0o011)
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            ClaimsLedger.open(str(path)).close()
        except Refused as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        said = told.read()
    os.waitpid(child, 0)
    return said


@pytest.mark.parametrize("spelt", ["{path}", "sqlite:///{path}", "sqlite+pysqlite:///{path}"])
def test_one_file_is_spelt_in_several_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spelt: str) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (str(tmp_path / "a.db"), "b.db"):
        with open_ledger(spelt.format(path=path)) as ledger:
            ledger.record([fact(1)])
    assert sorted(p.name for p in tmp_path.glob("*.db")) == ["a.db", "b.db"]


@pytest.mark.parametrize(
    "target", ["", ":memory:", "sqlite://", "sqlite:///:memory:", "mysql://root@localhost/x", "postgresql://h:port/d"]
)
def test_a_target_that_is_none_is_refused(target: str) -> None:
    with pytest.raises(Refused) as refused:
        ClaimsLedger.open(target)
    assert refused.value.field == "db"


def test_processes_that_start_together_make_one_ledger(target: str) -> None:
    script = "import sys; from tests.ledger.stores import *; open_ledger(sys.argv[1]).record([fact(sys.argv[2])])"
    children = [subprocess.Popen(python("-c", script, target, str(i)), env=environment()) for i in range(6)]

    assert [child.wait(timeout=60) for child in children] == [0] * 6
    with open_ledger(target) as ledger:
        assert len(check_log(ledger)) == 12


def test_a_new_file_that_many_open_at_one_instant_becomes_a_ledger(tmp_path: Path) -> None:
    """Again and again, since the moments that matter are short: what a file is, and its change to WAL mode."""
    script = (
        "import sys, time\nfrom ledger.recorders import open_recorder\n"
        "print('ready', flush=True)\n"
        "for line in sys.stdin:\n"
        "    number, at = line.split()\n"
        "    while time.time_ns() < int(at): pass\n"
        "    open_recorder(f'{sys.argv[1]}/{number}.db', lambda: 0).close()\n"
        "    print(number, flush=True)\n"
    )
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment()}
    children: list[Any] = [subprocess.Popen(python("-c", script, str(tmp_path)), **pipes) for _ in range(3)]
    assert [child.stdout.readline() for child in children] == ["ready\n"] * 3
    for number in range(40):
        at = time.time_ns() + 20_000_000
        for child in children:
            child.stdin.write(f"{number} {at}\n")
            child.stdin.flush()
        assert [child.stdout.readline() for child in children] == [f"{number}\n"] * 3
    for child in children:
        child.communicate()


def test_a_change_to_wal_mode_that_is_refused_at_once_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled, refused = embedded._settled, [sqlite.SQLITE_BUSY] * 3 + [sqlite.SQLITE_IOERR]

    def late(name: str) -> Any:
        if refused:
            error = sqlite.OperationalError("refused")
            error.sqlite_errorcode = refused.pop(0)
            raise error
        return settled(name)

    monkeypatch.setattr(embedded, "_settled", late)

    with pytest.raises(StoreFault, match="does not read or write"):
        open_ledger(str(tmp_path / "ledger.db"))
    refused[:] = [sqlite.SQLITE_BUSY] * 3
    open_ledger(str(tmp_path / "ledger.db")).close()


@pytest.mark.postgres
def test_workers_that_start_together_make_the_tables_once(postgres_url: str) -> None:
    start = threading.Barrier(8)

    def make(ledger: ClaimsLedger) -> None:
        start.wait()
        ledger.init()

    with ExitStack() as opened, ThreadPoolExecutor(8) as threads:
        ledgers = [opened.enter_context(ClaimsLedger.open(postgres_url, new_policy=Counting)) for _ in range(8)]
        for ledger in ledgers:
            with ledger._recorder.reading():  # connected before the start
                pass
        list(threads.map(make, ledgers))
        for i, ledger in enumerate(ledgers):
            ledger.record([fact(i)])
        assert len(check_log(ledgers[0])) == 16


def test_a_writer_that_holds_the_file_too_long_makes_the_others_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "WAIT_MS", 50)
    monkeypatch.setattr(embedded, "PRAGMAS", (("busy_timeout", 50), *embedded.PRAGMAS[1:]))
    with open_ledger(str(tmp_path / "ledger.db")) as holder, open_ledger(str(tmp_path / "ledger.db")) as other:
        with holder._recorder.appending(), pytest.raises(Busy, match="another process"):
            other.record([fact(1)])
        assert other.head()[0] == 0
        other.record([fact(1)])
        assert len(check_log(other)) == 2


def test_a_file_that_may_not_grow_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    """The system refuses to write beyond a limit; afterwards the ledger opens and is whole."""
    path = str(tmp_path / "ledger.db")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
        acknowledged, said = 0, "no limit"
        try:
            with open_ledger(path) as ledger:
                for i in range(2_000):
                    ledger.record([fact(f"{i}-{k}", f"P-{k}") for k in range(5)])
                    acknowledged += 1
        except LedgerFault as fault:
            said = type(fault).__name__
        os.write(writing, f"{acknowledged} {said}".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        count, said = told.read().split()
    os.waitpid(child, 0)
    acknowledged = int(count)

    assert said in {"StoreFault", "OutcomeUnknown"}
    with open_ledger(path) as ledger:
        facts = [record for record in check_log(ledger) if record.event_id]
        assert len(facts) in {5 * acknowledged, 5 * acknowledged + 5}
        assert acknowledged > 10
        ledger.record([fact("after")])
        check_log(ledger)


def test_a_damaged_file_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_ledger(str(path)) as ledger:
        ledger.record([fact(i) for i in range(200)])
    content = bytearray(path.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)

    with pytest.raises(StoreFault, match="damaged"), open_ledger(str(path)) as ledger:
        list(ledger.log())


# ---- the server -------------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_a_server_without_tables_says_what_to_do(postgres_url: str) -> None:
    with ClaimsLedger.open(postgres_url, new_policy=Counting) as ledger:
        for attempt in (lambda: ledger.record([fact(1)]), ledger.head, lambda: list(ledger.log())):
            with pytest.raises(Refused, match="hoken init"):
                attempt()
        ledger.init()
        ledger.init()
        ledger.record([fact(1)])


@pytest.mark.postgres
def test_a_newer_format_on_a_server_is_refused(postgres_url: str) -> None:
    import psycopg

    open_ledger(postgres_url).close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE ledger_format SET format = 2")

    with pytest.raises(Refused, match="format 2"):
        ClaimsLedger.open(postgres_url)


@pytest.mark.postgres
@pytest.mark.parametrize("value", ["yes", "1", "True", "on"])
def test_the_library_s_database_functions_are_refused(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", value)
    with pytest.raises(Refused, match="POSTGRES_ENABLE_DB_FUNCTIONS"):
        ClaimsLedger.open(postgres_url)

    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "no")
    ClaimsLedger.open(postgres_url).close()


@pytest.mark.postgres
def test_the_library_s_settings_in_the_environment_change_nothing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {
        "POSTGRES_SCHEMA": "elsewhere",
        "POSTGRES_LOCK_TIMEOUT": "0",
        "POSTGRES_DBNAME": "none",
        "PERSISTENCE_MODULE": "x",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with open_ledger(postgres_url) as ledger:
        ledger.record([fact(1)])
        check_log(ledger)


@pytest.mark.postgres
def test_every_connection_to_a_server_is_set_up(postgres_url: str) -> None:
    with open_ledger(postgres_url.replace("options=", "options=-csynchronous_commit%3Doff%20")) as ledger:
        settings = "lock_timeout", "idle_in_transaction_session_timeout", "synchronous_commit"
        [row] = ledger._recorder.ask((f"SELECT {', '.join(f'current_setting({name!r})' for name in settings)}", ()))

    assert row == ("10s", "1min", "on")


@pytest.mark.postgres
def test_a_setting_that_a_server_does_not_take_is_a_fault(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.recorders import postgres

    monkeypatch.setattr(postgres, "SETTINGS", {**postgres.SETTINGS, "lock_timeout": "0"})

    with pytest.raises(LedgerFault, match="lock_timeout"):
        ClaimsLedger.open(postgres_url)


@pytest.mark.postgres
def test_a_writer_that_holds_the_table_too_long_makes_the_others_busy(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger.recorders import postgres

    monkeypatch.setattr(postgres, "WAIT_SECONDS", 1)
    with open_ledger(postgres_url) as holder, open_ledger(postgres_url) as other:
        with holder._recorder.appending(), pytest.raises(Busy, match="another writer"):
            other.record([fact(1)])
        other.record([fact(1)])
        assert len(check_log(other)) == 2


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_a_fault_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable, match=f"at 127.0.0.1.*{port}"):
        ClaimsLedger.open(f"postgresql://postgres:secret@127.0.0.1:{port}/test")


@pytest.mark.postgres
def test_the_password_is_never_said() -> None:
    with pytest.raises(Unreachable) as fault:
        ClaimsLedger.open("postgresql://nobody-here:verysecret@127.0.0.1:5432/no-such-database")
    assert "verysecret" not in str(fault.value)


@pytest.mark.postgres
def test_policies_are_in_code_point_order_whatever_the_server_s_language(postgres_url: str) -> None:
    sql = "SELECT collation_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = ?"
    with open_ledger(postgres_url) as ledger:
        [[collation]] = ledger._recorder.ask((sql, ("originator_id",)))
    assert collation == "C"
