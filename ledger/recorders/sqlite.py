"""The embedded store: one SQLite file in WAL mode, written through the library's recorder. Every setting's answer is checked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any, Final, cast

import pysqlite3.dbapi2 as sqlite
from eventsourcing import persistence as library
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from ledger.errors import LedgerFault, Refused, Words
from ledger.recorders.append_only import protect_sqlite, protected_sqlite
from ledger.recorders.base import COLUMNS, FORMAT, TABLE, LedgerRecorder, Query, Row
from ledger.recorders.log import Busy, Decode, LogRecord, StoreFault

APPLICATION_ID: Final = 0x686F6B6E  # "hokn"
OLDEST_SQLITE: Final = (3, 51, 3)
"""Older ones can corrupt a WAL file that several processes write."""

WAIT_MS: Final = 10_000
PAUSE_MS: Final = 20

PRAGMAS: Final[tuple[tuple[str, str | int], ...]] = (
    ("busy_timeout", WAIT_MS),
    ("journal_mode", "wal"),
    ("synchronous", 2),  # FULL: in WAL mode a commit is on the disk before it is acknowledged
    ("foreign_keys", 1),
    ("trusted_schema", 0),
    ("cell_size_check", 1),
    ("cache_size", -32_768),  # KiB
    ("wal_autocheckpoint", 8_000),  # pages: random pages of the event-id index are written back together
    ("journal_size_limit", 67_108_864),
)

_CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
  position INTEGER PRIMARY KEY,
  originator_id TEXT NOT NULL,
  originator_version INTEGER NOT NULL,
  topic TEXT NOT NULL,
  event_id TEXT UNIQUE,
  recorded_at INTEGER NOT NULL,
  appended_at INTEGER NOT NULL,
  newest_at INTEGER NOT NULL,
  previous_hash BLOB NOT NULL,
  hash BLOB NOT NULL,
  state BLOB NOT NULL,
  UNIQUE (originator_id, originator_version)
) STRICT
"""
_INSERT = f"INSERT INTO {TABLE} ({COLUMNS}) VALUES ({', '.join('?' * 11)})"


def open_sqlite(path: Path, instant: Callable[[], int], decode: Decode) -> SQLiteLedgerRecorder:
    """The recorder of a file, which is made where there is none."""
    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise LedgerFault(f"the SQLite library is {sqlite.sqlite_version}; WAL mode is safe from {needed} on")
    _check_place(path)
    recorder = SQLiteLedgerRecorder(path, instant, decode)
    try:
        recorder.create_table()
    except library.PersistenceError as error:
        recorder.close()
        raise _refusal(path, error) from error
    except BaseException:
        recorder.close()
        raise
    return recorder


class SQLiteLedgerRecorder(LedgerRecorder, SQLiteApplicationRecorder):  # type: ignore[misc]  # an empty table has no last id
    """The library's recorder over one file."""

    datastore: _Datastore

    def __init__(self, path: Path, instant: Callable[[], int], decode: Decode) -> None:
        super().__init__(_Datastore(path), events_table_name=TABLE)
        self.path = path
        self.instant = instant
        self.decode = decode

    def construct_create_table_statements(self) -> list[str]:
        """One table: the library's columns, and those of the log."""
        return [_CREATE, f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {FORMAT}"]

    def create_table(self) -> None:
        """Makes the tables in an empty file, and checks that any other is a ledger of a known format. Protects either."""
        if not self._is_ledger():
            with self.datastore.transaction(commit=True) as cursor:
                if not _stamped(self.path, cursor):  # another process may have been first
                    self._create_table(cursor)
                protect_sqlite(cursor)

    def _is_ledger(self) -> bool:
        with self.datastore.pool.unset() as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN")  # one state of the file: another process may be making it a ledger just now
            return _stamped(self.path, cursor) and protected_sqlite(cursor)

    @contextmanager
    def reading(self) -> Iterator[_Channel]:
        """A snapshot of the file."""
        with self.datastore.transaction(commit=False) as cursor:
            yield _Channel(cursor)

    @contextmanager
    def writing(self) -> Iterator[_Channel]:
        """BEGIN IMMEDIATE: one writer at a time, from the start."""
        with self.datastore.transaction(commit=True) as cursor:
            yield _Channel(cursor)

    def fault_of(self, error: library.PersistenceError) -> StoreFault:
        """What failed, by SQLite's own code."""
        code = _code(error)
        if code in {sqlite.SQLITE_BUSY, sqlite.SQLITE_LOCKED} or isinstance(error, library.ConnectionUnavailableError):
            return Busy(
                f"{self.path}: another process held the ledger for {WAIT_MS // 1000} seconds; nothing was recorded"
            )
        return StoreFault(f"{self.path}: {_FAILURES.get(code, 'SQLite failed')} ({error}); nothing was recorded")

    def unacknowledged(self, error: library.PersistenceError) -> bool:
        """An error of reading or writing leaves open what reached the disk; a full disk never holds the last frame."""
        return _code(error) not in {sqlite.SQLITE_BUSY, sqlite.SQLITE_FULL, sqlite.SQLITE_READONLY}

    def recover(self) -> None:
        """Nothing to throw away: a connection that could not roll back was closed."""

    def close(self) -> None:
        """Closes all connections."""
        self.datastore.close()


class _Channel:
    """An open transaction on a connection."""

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cast(Any, cursor)  # the library names the interpreter's class; it is pysqlite3's
        self._cursor.row_factory = None

    def rows(self, *queries: Query) -> list[list[Row]]:
        return [self._cursor.execute(_dialect(sql), params).fetchall() for sql, params in queries]

    def write(self, records: Sequence[LogRecord]) -> None:
        self._cursor.executemany(_INSERT, [record[:11] for record in records])


def _dialect(sql: str) -> str:
    return sql.replace("{listed}", "json_each(?) AS j")


# ---- the library's pool, over pysqlite3 ---------------------------------------------------------------------------------------


class _Connection(SQLiteConnection):
    """A connection of pysqlite3. The library's own transaction would begin deferred and miss pysqlite3's errors."""

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        connection = cast(Any, self._sqlite_conn)
        with _translated():
            cursor = connection.cursor()
            try:
                cursor.execute("BEGIN IMMEDIATE" if commit else "BEGIN")
                yield cursor
                cursor.execute("COMMIT" if commit else "ROLLBACK")
            except BaseException:
                self._roll_back()
                raise
            finally:
                cursor.close()

    def _roll_back(self) -> None:
        connection = cast(Any, self._sqlite_conn)
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite.Error:
            self.close()  # the pool takes no closed connection back; the file's own recovery does the rest


class _Pool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        with _translated():
            return _Connection(sqlite_conn=cast(Any, _connected(self.db_name)), max_age=self.max_age)

    @contextmanager
    def unset(self) -> Iterator[Any]:
        """A connection on which nothing was set yet: what the file is, is asked before anything is written to it."""
        with _translated():
            connection = sqlite.connect(self.db_name, timeout=WAIT_MS // 1000, isolation_level=None)
            try:
                yield connection
            finally:
                connection.close()


class _Datastore(SQLiteDatastore):
    pool: _Pool

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), originator_id_type="text")
        self.pool = _Pool(db_name=str(path), pool_timeout=WAIT_MS // 1000)


def _connected(name: str) -> Any:
    """A connection with its settings. Changing to WAL mode is refused at once, not after a wait, while others open the file too."""
    for _ in range(WAIT_MS // PAUSE_MS):
        try:
            return _settled(name)
        except sqlite.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite.SQLITE_BUSY:
                raise
            sleep(timedelta(milliseconds=PAUSE_MS).total_seconds())
    return _settled(name)


def _settled(name: str) -> Any:
    connection = sqlite.connect(name, timeout=WAIT_MS // 1000, isolation_level=None, check_same_thread=False)
    try:
        for pragma, wanted in PRAGMAS:
            _set(connection, pragma, wanted)
    except BaseException:
        connection.close()
        raise
    connection.row_factory = sqlite.Row
    return connection


def _set(connection: Any, pragma: str, wanted: str | int) -> None:
    """Sets a PRAGMA and believes only its answer."""
    connection.execute(f"PRAGMA {pragma} = {wanted}")
    [answer] = connection.execute(f"PRAGMA {pragma}").fetchone()
    if answer != wanted:
        raise LedgerFault(f"SQLite answers {answer!r} to PRAGMA {pragma} = {wanted}; it is not safe to write")


_TRANSLATION: Final = (
    (sqlite.InterfaceError, library.InterfaceError),
    (sqlite.DataError, library.DataError),
    (sqlite.OperationalError, library.OperationalError),
    (sqlite.IntegrityError, library.IntegrityError),
    (sqlite.InternalError, library.InternalError),
    (sqlite.ProgrammingError, library.ProgrammingError),
    (sqlite.NotSupportedError, library.NotSupportedError),
    (sqlite.DatabaseError, library.DatabaseError),
    (sqlite.Error, library.PersistenceError),
)


@contextmanager
def _translated() -> Iterator[None]:
    """pysqlite3's errors as the library's."""
    try:
        yield
    except sqlite.Error as error:
        translated = next(theirs for ours, theirs in _TRANSLATION if isinstance(error, ours))
        raise translated(str(error)) from error


# ---- what a file is ---------------------------------------------------------------------------------------------------------


def _check_place(path: Path) -> None:
    """A folder that is there and may be written, and in it a file that may be written, or none."""
    folder = path.parent
    if not folder.is_dir():
        raise _refused(path, Words(f"フォルダー {folder} がない", f"the folder {folder} does not exist"))
    if path.is_dir():
        raise _refused(path, Words("フォルダーである", "it is a folder"))
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise _refused(path, Words("ファイルに書き込めない", "the file may not be read and written"))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _refused(path, Words(f"フォルダー {folder} に書き込めない", f"the folder {folder} may not be written"))


def _stamped(path: Path, cursor: Any) -> bool:
    """Whether the file is a ledger of a known format; false where it is empty."""
    cursor.row_factory = None
    stamp, version, tables = (
        cursor.execute(sql).fetchone()[0]
        for sql in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
    )
    if stamp == 0 and version == 0 and tables == 0:
        return False
    if stamp != APPLICATION_ID:
        raise _refused(path, Words("保険台帳ではないデータベース", "a database that is no ledger"))
    if version > FORMAT:
        found = Words(
            f"新しい版のプログラムの台帳（形式 {version}）", f"a ledger of a newer program (format {version})"
        )
        raise _refused(path, found, Words(f"形式 {FORMAT} まで", f"formats up to {FORMAT}"))
    return True


_FAILURES: Final[dict[int | None, str]] = {
    sqlite.SQLITE_FULL: "the disk is full",
    sqlite.SQLITE_READONLY: "the file is read-only",
    sqlite.SQLITE_IOERR: "the disk does not read or write",
    sqlite.SQLITE_CORRUPT: "the file is damaged",
    sqlite.SQLITE_NOTADB: "the file is not a database, or its start is damaged",
    sqlite.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite.SQLITE_PERM: "access is not permitted",
}


def _code(error: BaseException) -> int | None:
    """SQLite's primary code of an error."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _refusal(path: Path, error: library.PersistenceError) -> Refused | StoreFault:
    """Why a file cannot be opened: the caller's to mend, but for a disk that fails."""
    found = {
        sqlite.SQLITE_NOTADB: Words("SQLite のデータベースではないファイル", "a file that is not an SQLite database"),
        sqlite.SQLITE_READONLY: Words("読み取り専用のファイル", "a read-only file"),
        sqlite.SQLITE_CANTOPEN: Words("開けないファイル", "a file that cannot be opened"),
        sqlite.SQLITE_PERM: Words("許可のないファイル", "a file to which access is not permitted"),
    }.get(_code(error) or 0)
    if found is None:
        return StoreFault(f"{path}: {_FAILURES.get(_code(error), 'SQLite failed')} ({error})")
    return _refused(path, found)


def _refused(path: Path, found: Words, allowed: Words | None = None) -> Refused:
    default = Words(
        "読み書きできる台帳のファイル、または新しいファイル名",
        "a ledger's file that may be read and written, or a new one",
    )
    named = Words(f"{path}（{found.ja}）", f"{path} ({found.en})")
    return Refused(field="db", found=named, allowed=allowed or default)
