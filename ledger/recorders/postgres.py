"""The store on a server: PostgreSQL, written under the library's table lock. The library's database functions lose events: refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from eventsourcing import persistence as library
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from ledger.errors import LedgerFault, Refused, Words
from ledger.recorders import append_only
from ledger.recorders.base import COLUMNS, FORMAT, TABLE, LedgerRecorder, Query, Row
from ledger.recorders.durable import check_durable
from ledger.recorders.log import Busy, Decode, LogRecord, StoreFault, Unreachable

WAIT_SECONDS: Final = 10
IDLE_SECONDS: Final = 60
"""How long a writer may think while it holds the log before the server takes the lock from it."""

SETTINGS: Final[Mapping[str, str]] = {
    "lock_timeout": f"{WAIT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    "synchronous_commit": "on",
    "client_encoding": "UTF8",
    "plan_cache_mode": "force_custom_plan",  # a plan made while the log was short would be kept when it is long
}
DURABLE: Final = frozenset({"on", "remote_apply"})

_URL_WORDS: Final = Words("postgresql://利用者@ホスト:ポート/データベース", "postgresql://user@host:port/database")
_NETWORK: Final = {
    "connect_timeout": "5",
    "keepalives_idle": "30",
    "tcp_user_timeout": "30000",
    "application_name": "hoken",
}

_TYPES: Final = ("int8", "text", "int8", "text", "text", "int8", "int8", "int8", "bytea", "bytea", "bytea")
_COPY: Final = f"COPY {TABLE} ({COLUMNS}) FROM STDIN (FORMAT BINARY)"
_INIT_LOCK: Final = 0x686F6B656E

_CREATE_LOG: Final = SQL("""
CREATE TABLE IF NOT EXISTS {schema}.ledger_log (
  position bigint PRIMARY KEY,
  originator_id text COLLATE "C" NOT NULL,
  originator_version bigint NOT NULL,
  topic text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" UNIQUE,
  recorded_at bigint NOT NULL,
  appended_at bigint NOT NULL,
  newest_at bigint NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  state bytea NOT NULL,
  UNIQUE (originator_id, originator_version)
)""")
_CREATE_FORMAT: Final = SQL("CREATE TABLE IF NOT EXISTS {schema}.ledger_format (format integer NOT NULL)")
_STAMP: Final = SQL(
    "INSERT INTO {schema}.ledger_format SELECT {format} WHERE NOT EXISTS (SELECT FROM {schema}.ledger_format)"
)


def open_postgres(url: str, instant: Callable[[], int], decode: Decode) -> PostgresLedgerRecorder:
    """The recorder of a database. Its tables are made by `create_table`, once, and not here."""
    if os.environ.get("POSTGRES_ENABLE_DB_FUNCTIONS", "no").strip().lower() not in {
        "",
        "0",
        "f",
        "false",
        "n",
        "no",
        "off",
    }:
        allowed = Words(
            "設定しない、または no", "unset, or no: with these functions a reader that follows the log misses events"
        )
        raise Refused("POSTGRES_ENABLE_DB_FUNCTIONS", os.environ["POSTGRES_ENABLE_DB_FUNCTIONS"], allowed)
    parameters = connection_parameters(url)
    place = f"PostgreSQL database {parameters.get('dbname', '')} at {parameters.get('host', 'the local socket')}"
    try:
        with psycopg.connect(autocommit=True, **parameters) as connection:  # type: ignore[arg-type]
            [schema] = connection.execute("SELECT current_schema()").fetchone() or [None]
            if schema is None:
                raise Refused("db", Words("存在しないスキーマ", "a search_path without a schema that exists"))
            _check_format(connection, schema)
            _settled(connection)  # a pool would only say that no connection came
            by_function = _holds_by_function(connection, schema)
    except psycopg.OperationalError as error:
        raise Unreachable(f"{place}: {str(error).strip()}") from error
    except psycopg.ProgrammingError as error:  # an option that libpq does not know
        raise Refused("db", str(error).strip(), _URL_WORDS) from error
    return PostgresLedgerRecorder(_Datastore(parameters, schema), place, instant, decode, by_function=by_function)


def connection_parameters(url: str) -> dict[str, str]:
    """What libpq is told, from a URL as SQLAlchemy writes it; its query is handed on (`?options=-csearch_path%3Dname`)."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise Refused("db", str(error), _URL_WORDS) from error
    given = {
        "host": parts.hostname,
        "port": str(port) if port else None,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "dbname": unquote(parts.path.lstrip("/")) or None,
    }
    return _NETWORK | {k: v for k, v in given.items() if v is not None} | dict(parse_qsl(parts.query))


class PostgresLedgerRecorder(LedgerRecorder, PostgresApplicationRecorder):
    """The library's recorder over one schema."""

    datastore: _Datastore

    def __init__(
        self,
        datastore: _Datastore,
        place: str,
        instant: Callable[[], int],
        decode: Decode,
        *,
        by_function: bool = False,
    ) -> None:
        super().__init__(datastore, events_table_name=TABLE)
        if by_function:
            self.lock_table_statements[-1] = SQL("SELECT {}.ledger_hold()").format(Identifier(datastore.schema))
        self.place = place
        self.instant = instant
        self.decode = decode

    def create_table(self) -> None:
        """Makes the tables and what protects them, once: workers that start together wait for one another."""
        schema = Identifier(self.datastore.schema)
        try:
            with self.datastore.transaction(commit=True) as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_INIT_LOCK,))
                _check_format(cursor.connection, self.datastore.schema)
                for statement in (_CREATE_LOG, _CREATE_FORMAT, _STAMP):
                    cursor.execute(statement.format(schema=schema, format=FORMAT))
                for text in _missing(cursor.connection, self.datastore.schema):
                    cursor.execute(SQL(text).format(schema=schema))
        except library.PersistenceError as error:
            raise self.fault_of(error) from error

    @contextmanager
    def reading(self) -> Iterator[_Channel]:
        """A connection: each query sees what was committed before it."""
        with self.datastore.get_connection() as connection:
            yield _Channel(connection)

    @contextmanager
    def writing(self) -> Iterator[_Channel]:
        """The library's table lock from the start; its notification and COMMIT at the end."""
        with self.datastore.get_connection() as connection:
            channel = _Channel(connection, before=self._begin)
            try:
                yield channel
                if channel.written:
                    self._commit(connection)
                else:
                    connection.rollback()
            except BaseException:
                if not connection.closed:
                    connection.rollback()
                raise

    def _begin(self, cursor: psycopg.Cursor[Any]) -> None:
        cursor.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        self._lock_table(cursor)
        self._notify_channel(cursor)  # heard by who listens when the transaction is committed, and only then

    @staticmethod
    def _commit(connection: psycopg.Connection[Any]) -> None:
        # One message on its own: a client that dies before it leaves an idle transaction, which the server ends by itself.
        answer = connection.execute("COMMIT").statusmessage
        if answer != "COMMIT":  # a transaction that failed before is rolled back without an error
            raise library.OperationalError(f"COMMIT was answered by {answer}")

    def fault_of(self, error: library.PersistenceError) -> StoreFault | Refused:
        """What failed, by PostgreSQL's own code."""
        cause = error.__cause__
        if isinstance(cause, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
            return Busy(
                f"{self.place}: another writer held the ledger for {WAIT_SECONDS} seconds; nothing was recorded"
            )
        if isinstance(cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedFunction):
            found = Words(f"台帳のないデータベース（{self.place}）", f"a database without a ledger ({self.place})")
            return Refused("db", found, "hoken init")
        if _broken(cause):
            return Unreachable(f"{self.place}: {str(error).strip()}; nothing was recorded")
        return StoreFault(f"{self.place}: {str(error).strip()}; nothing was recorded")

    def unacknowledged(self, error: library.PersistenceError) -> bool:
        """An error that the server sent as its answer to COMMIT says that it was not carried out; a broken connection says nothing."""
        return _broken(error.__cause__)

    def recover(self) -> None:
        """Asks every waiting connection for a sign of life, and replaces the dead."""
        self.datastore.pool.check()

    def close(self) -> None:
        """Closes all connections."""
        self.datastore.close()


class _Channel:
    """A connection, in a transaction where `before` begins one. Queries are sent together, and asked for once."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        before: Callable[[psycopg.Cursor[Any]], None] | None = None,
    ) -> None:
        self._connection = connection
        self._before = before
        self.written = False

    def rows(self, *queries: Query) -> list[list[Row]]:
        if self._before is None and len(queries) == 1:
            [(sql, params)] = queries
            with self._connection.cursor(row_factory=tuple_row, binary=True) as cursor:
                return [cursor.execute(_dialect(sql), params).fetchall()]
        with self._connection.pipeline():
            if self._before is not None:
                self._before(self._connection.cursor())
                self._before = None
            cursors = [self._connection.cursor(row_factory=tuple_row, binary=True) for _ in queries]
            for cursor, (sql, params) in zip(cursors, queries, strict=True):
                cursor.execute(_dialect(sql), params)
            return [cursor.fetchall() for cursor in cursors]

    def write(self, records: Sequence[LogRecord]) -> None:
        self.written = True
        with self._connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for record in records:
                copy.write_row(record[:11])


def _dialect(sql: str) -> str:
    return sql.replace("{listed}", "json_array_elements_text(?::json) AS j (value)").replace("?", "%s")


class _Datastore(PostgresDatastore):
    """The library's pool, with the ledger's settings on every connection."""

    def __init__(self, parameters: Mapping[str, str], schema: str) -> None:
        dbname, host, port, user, password = (
            parameters.get(n, "") for n in ("dbname", "host", "port", "user", "password")
        )
        super().__init__(
            dbname,
            host,
            port,
            user,
            password,
            connect_timeout=WAIT_SECONDS,
            pool_size=1,
            max_overflow=9,
            lock_timeout=WAIT_SECONDS,
            schema=schema,
            originator_id_type="text",
            enable_db_functions=False,
        )
        assert isinstance(self.pool.kwargs, dict)
        row_factory = self.pool.kwargs["row_factory"]
        self.pool.kwargs = {**parameters, "row_factory": row_factory}

    def after_connect_func(self) -> Callable[[psycopg.Connection[Any]], None]:
        return _settled

    def register_type_adapters(self) -> None:
        """Rows are copied in; the library's composite type is not made and not needed."""


def _settled(connection: psycopg.Connection[Any]) -> None:
    """Sets what every connection must have, and checks the answers."""
    connection.autocommit = True
    with connection.cursor(row_factory=tuple_row) as cursor:
        for name, wanted in SETTINGS.items():
            if name == "synchronous_commit" and _shown(cursor, name) in DURABLE:
                continue
            cursor.execute("SELECT set_config(%s, %s, false)", (name, wanted))
        for name in SETTINGS:
            answer = _shown(cursor, name)
            if answer not in _ANSWERS[name]:
                raise LedgerFault(
                    f"PostgreSQL answers {answer!r} to {name} = {SETTINGS[name]}; it is not safe to write"
                )
        check_durable(lambda name: _shown(cursor, name))


_ANSWERS: Final[Mapping[str, frozenset[str]]] = {
    "lock_timeout": frozenset({f"{WAIT_SECONDS}s"}),
    "idle_in_transaction_session_timeout": frozenset({"1min"}),
    "synchronous_commit": DURABLE,
    "client_encoding": frozenset({"UTF8"}),
    "plan_cache_mode": frozenset({"force_custom_plan"}),
}


def _shown(cursor: psycopg.Cursor[Row], name: str) -> str:
    [answer] = cursor.execute("SELECT current_setting(%s)", (name,)).fetchone() or [""]
    return str(answer)


def _check_format(connection: psycopg.Connection[Any], schema: str) -> None:
    """Refuses the tables of a newer program."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        tables = "SELECT FROM pg_catalog.pg_tables WHERE schemaname = %s AND tablename = 'ledger_format'"
        if cursor.execute(tables, (schema,)).fetchone() is None:
            return
        rows = cursor.execute(SQL("SELECT format FROM {}.ledger_format").format(Identifier(schema))).fetchall()
    version = max((int(row[0]) for row in rows), default=0)
    if version > FORMAT:
        found = Words(
            f"新しい版のプログラムの台帳（形式 {version}）", f"a ledger of a newer program (format {version})"
        )
        raise Refused("db", found, Words(f"形式 {FORMAT} まで", f"formats up to {FORMAT}"))


def _holds_by_function(connection: psycopg.Connection[Any], schema: str) -> bool:
    """Whether this user may append and not lock the table: the owner's function, which takes the same lock, is for such."""
    sql = "SELECT has_table_privilege(c.oid, 'UPDATE') FROM pg_catalog.pg_class c WHERE c.oid = to_regclass(%s)"
    with connection.cursor(row_factory=tuple_row) as cursor:
        table = SQL("{}.{}").format(Identifier(schema), Identifier(TABLE)).as_string(connection)
        return cursor.execute(sql, (table,)).fetchone() == (False,)


def _missing(connection: psycopg.Connection[Any], schema: str) -> list[LiteralString]:
    """The statements that make what protects the log, as far as it is not there: they would hold up writers for nothing."""
    wanted = list(append_only.POSTGRES_TRIGGERS)
    with connection.cursor(row_factory=tuple_row) as cursor:
        quoted = Identifier(schema).as_string(connection)
        found = cursor.execute(append_only.POSTGRES_PROTECTED, (quoted, wanted)).fetchone()
        held = cursor.execute("SELECT to_regprocedure(%s)::text", (f"{quoted}.ledger_hold()",)).fetchone()
    protect = () if found == (len(wanted),) else append_only.POSTGRES_PROTECT
    return [*protect, *(append_only.POSTGRES_HOLD if held == (None,) else ())]


_GOING_DOWN: Final = frozenset({"57P01", "57P02", "57P03"})


def _broken(cause: BaseException | None) -> bool:
    """Whether the connection is gone, rather than that the server answered with an error."""
    if cause is None:
        return False  # the ledger's own words on an answer that did come
    state = getattr(cause, "sqlstate", None)
    return state is None or state in _GOING_DOWN or state.startswith("08")
