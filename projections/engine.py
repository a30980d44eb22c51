"""SQLAlchemy engines on the ledger's database. A transaction says itself how it begins: to read, or to write."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import unquote

from sqlalchemy import Connection, Engine, create_engine, event, make_url

BUSY_MS: Final = 30_000
WRITES: Final = "hoken_writes"

_PRAGMAS: Final = (
    f"busy_timeout = {BUSY_MS}",
    "synchronous = FULL",
    "cache_size = -65536",  # KiB
    "wal_autocheckpoint = 8000",  # pages, like the log's own connections in the same file
    "journal_size_limit = 67108864",
    "trusted_schema = 0",
)


def engine(target: str) -> Engine:
    """An engine on a file path or an SQLAlchemy URL, the same that the ledger was opened with."""
    scheme, separator, rest = target.partition("://")
    if separator and not scheme.startswith("sqlite"):
        return _server(target)
    return _embedded(unquote(rest.partition("?")[0]).removeprefix("/") if separator else target)


def _server(target: str) -> Engine:
    """psycopg, whatever driver the URL names. Times are those of the log's own connections."""
    url = make_url(target).set(drivername="postgresql+psycopg")
    arguments = {"connect_timeout": 5, "application_name": "hoken"}
    return create_engine(url, connect_args=arguments, pool_size=2, max_overflow=8, pool_pre_ping=True)


def _embedded(path: str) -> Engine:
    import pysqlite3

    made = create_engine(f"sqlite:///{path}", module=pysqlite3, connect_args={"timeout": BUSY_MS // 1000, "check_same_thread": False})

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, record: object) -> None:
        connection.isolation_level = None  # BEGIN is said below, and nowhere in secret
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


def writing(made: Engine) -> Engine:
    """The engine for transactions that write: on SQLite they hold the file from their start, and so never give up half-way."""
    return made.execution_options(**{WRITES: True})
