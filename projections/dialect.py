"""The two databases' own ways of saying the same: parameters, lists, and rows in bulk. SQL is written with `:name`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Table

_NAMED: Final = re.compile(r"(?<!:):([a-z_]+)")


class Sqlite:
    """One file."""

    name = "sqlite"

    @staticmethod
    @cache
    def sql(text: str) -> str:
        """A text as the driver takes it."""
        return text

    @staticmethod
    @cache
    def ordered(text: str, names: tuple[str, ...]) -> tuple[str, Callable[[Sequence[Any]], Any]]:
        """A text whose parameters are bound by place, which is quicker; and what puts the values of `names` in their places."""
        return _NAMED.sub(lambda found: f"?{names.index(found[1]) + 1}", text), itemgetter(*range(len(names)))

    @staticmethod
    def listed(values: Sequence[Any]) -> Any:
        """A list as a parameter."""
        import orjson

        return orjson.dumps(values).decode()

    @staticmethod
    def among(column: str, parameter: str) -> str:
        """That a column's value is one of a list."""
        return f"{column} IN (SELECT value FROM json_each(:{parameter}))"

    @staticmethod
    def each(parameter: str) -> str:
        """A list of texts as a table with the column `value`."""
        return f"json_each(:{parameter})"

    @staticmethod
    def insert(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """Adds rows, whose values are in the order of the table's columns."""
        places = ", ".join("?" * len(table.columns))
        names = ", ".join(table.columns.keys())
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({places})", rows)


class Postgres:
    """A server, through psycopg."""

    name = "postgresql"

    @staticmethod
    @cache
    def sql(text: str) -> str:
        """A text as the driver takes it."""
        return _NAMED.sub(r"%(\1)s", text.replace("%", "%%"))

    @staticmethod
    @cache
    def ordered(text: str, names: tuple[str, ...]) -> tuple[str, Callable[[Sequence[Any]], Any]]:
        """A text whose parameters are bound by place, and what puts the values of `names` in their places."""
        order = (names.index(name) for name in _NAMED.findall(text))
        return _NAMED.sub("%s", text.replace("%", "%%")), itemgetter(*order)

    @staticmethod
    def listed(values: Sequence[Any]) -> Any:
        """A list as a parameter."""
        return list(values)

    @staticmethod
    def among(column: str, parameter: str) -> str:
        """That a column's value is one of a list."""
        return f"{column} = ANY(:{parameter})"

    @staticmethod
    def each(parameter: str) -> str:
        """A list of texts as a table with the column `value`."""
        return f"unnest(CAST(:{parameter} AS text[])) AS listed (value)"

    @staticmethod
    def insert(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """Copies rows in, whose values are in the order of the table's columns."""
        raw: Any = connection.connection.driver_connection
        types = [str(column.type.compile(dialect=connection.dialect)).partition(" ")[0].lower() for column in table.columns]
        names = ", ".join(table.columns.keys())
        with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


Dialect = type[Sqlite] | type[Postgres]


def of(connection: Connection) -> Dialect:
    """The dialect of a connection."""
    return Sqlite if connection.dialect.name == "sqlite" else Postgres


def run(connection: Connection, text: str, **values: Any) -> Any:
    """Runs a statement on the driver, in the connection's transaction."""
    return connection.exec_driver_sql(of(connection).sql(text), values)


def rows(connection: Connection, text: str, **values: Any) -> list[Any]:
    """The rows of a statement."""
    found: list[Any] = run(connection, text, **values).fetchall()
    return found


def chunks(values: Iterable[Any], size: int) -> Iterable[list[Any]]:
    """Lists of at most `size`."""
    chunk: list[Any] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
