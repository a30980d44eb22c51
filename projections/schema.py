"""Makes and migrates the read model's tables, and nothing of the log's. A database that is up to date costs one query."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from ledger.errors import LedgerFault, Refused, Words
from projections import generations
from projections.engine import writing

VERSION_TABLE: Final = "read_version"
VERSION: Final = "0004"
"""The last of the migrations."""

_LOCK: Final = 0x72656164  # of PostgreSQL: workers that start together make the tables one after the other


def migrate(engine: Engine) -> None:
    """Makes the tables, or brings them to the present form. The ledger's own tables must be there."""
    if version(engine) == VERSION:
        return
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _check_ledger(connection)
        _upgrade(connection)
        if not generations.marks(connection):
            generations.begin(connection, generations.CURRENT)


def check(engine: Engine) -> None:
    """Refuses a server's database whose read model is not made, or not of this version of the program."""
    found = version(engine)
    if found != VERSION:
        words = Words(f"読み取り用の表が版 {found or 'なし'}", f"a read model of version {found or 'none'}")
        raise Refused("db", words, Words(f"版 {VERSION}（hoken init で作る）", f"version {VERSION}, which `hoken init` makes"))


def version(engine: Engine) -> str | None:
    """The migration that the database is at; None where it has no read model."""
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    except DBAPIError as error:
        if "no such table" in str(error) or getattr(error.orig, "sqlstate", None) == "42P01":
            return None
        raise


def is_ours(name: str | None, type_: str, parents: object) -> bool:
    """Whether a table is the read model's: all else in the database is let be."""
    return type_ != "table" or (name or "").startswith("read_")


def _check_ledger(connection: Connection) -> None:
    """The read model is made beside a log, never in a database of something else."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_log'").scalar()
    else:
        found = connection.exec_driver_sql("SELECT 1 WHERE to_regclass('ledger_log') IS NOT NULL").scalar()
    if found is None:
        raise Refused("db", Words("台帳のないデータベース", "a database without a ledger"), "hoken init")


def _upgrade(connection: Connection) -> None:
    from importlib.resources import as_file, files

    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    with as_file(files("projections").joinpath("migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        if ScriptDirectory.from_config(config).get_current_head() != VERSION:
            raise LedgerFault(f"the last migration is not {VERSION}")
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            found = Words("新しい版のプログラムの表", "a read model of a newer program")
            raise Refused("db", found, Words(f"版 {VERSION} まで", f"versions up to {VERSION}")) from error
