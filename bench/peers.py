"""What others would keep the same limits in: temporal tables of MariaDB, ranges under a GiST index in PostgreSQL.

Both hold a row for each rectangle (`bench.rectangles`), with all that a limit shows in it: a question reads one table and adds nothing up.
"""

from __future__ import annotations

import uuid
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any, ClassVar, NamedTuple, Protocol

from bench import mariadb
from bench.rectangles import NO_DAY, Rectangle

SERVER = "postgresql://postgres@127.0.0.1:5432/test"


class Total(NamedTuple):
    """A portfolio in one row: limits that are shown, what they are used for, and what they are capped at."""

    limits: int
    used: int
    caps: int


class Peer(Protocol):
    """A server that holds the limits of a portfolio."""

    name: ClassVar[str]
    version: str

    @abstractmethod
    def load(self, patterns: Sequence[Sequence[Rectangle]], policies: int) -> int:
        """Makes the table, for so many policies that are like the patterns in turn; the rows that it has then."""

    @abstractmethod
    def ready(self, policy_id: str, on: date, cut_us: int) -> Any:
        """A question, made ready."""

    @abstractmethod
    def ask(self, question: Any) -> None:
        """Asks it: what is timed."""

    @abstractmethod
    def limits(self, policy_id: str, on: date, cut_us: int) -> list[tuple[str, str, int, int]]:
        """The limits of a policy by name and key, with cap and used."""

    @abstractmethod
    def portfolio(self, on: date, cut_us: int) -> Total:
        """All limits of the portfolio."""

    @abstractmethod
    def bytes(self) -> int:
        """What the table takes, with its indexes."""


def _pattern_rows(patterns: Sequence[Sequence[Rectangle]]) -> Iterator[tuple[Any, ...]]:
    for number, rectangles in enumerate(patterns):
        for one in rectangles:
            yield number, *one


def _columns(text: str) -> str:
    """Of a limit, and what it is used for."""
    names = f"limit_name {text}, limit_key {text}, unit {text}, cap BIGINT NOT NULL, first_day INT NOT NULL, last_day INT, rules {text}"
    return f"{names}, base BIGINT NOT NULL, slope BIGINT NOT NULL"


# ---- MariaDB -----------------------------------------------------------------------------------------------------------------------

_TEXT = "VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL"
_SHOWN = "limit_name, limit_key, cap, base + slope * {on}"


class MariaDb:
    """Application time and system time, both the server's own."""

    name = "MariaDB"

    def __init__(self) -> None:
        self._sql = mariadb.Connection()
        self._schema = f"bench_{uuid.uuid4().hex}"
        self._sql.execute(f"CREATE DATABASE {self._schema}")
        self._sql.execute(f"USE {self._schema}")
        self._sql.execute("SET time_zone = '+00:00'")
        [[version]] = self._sql.execute("SELECT VERSION()")
        self.version = str(version).partition("-")[0]

    def load(self, patterns: Sequence[Sequence[Rectangle]], policies: int) -> int:
        places = "day INT NOT NULL, until INT NOT NULL, known BIGINT NOT NULL, unknown BIGINT NOT NULL"
        self._sql.execute(f"CREATE TABLE pattern (number INT NOT NULL, {_columns(_TEXT)}, {places}, INDEX (number))")
        rows = [f"({', '.join(map(_literal, row))})" for row in _pattern_rows(patterns)]
        for start in range(0, len(rows), 500):
            self._sql.execute(f"INSERT INTO pattern VALUES {', '.join(rows[start : start + 500])}")
        self._sql.execute(
            f"CREATE TABLE limits (policy_id {_TEXT}, {_columns(_TEXT)}, valid_from DATE NOT NULL, valid_to DATE NOT NULL, "
            "known_from TIMESTAMP(6) GENERATED ALWAYS AS ROW START, known_to TIMESTAMP(6) GENERATED ALWAYS AS ROW END, "
            "PERIOD FOR valid (valid_from, valid_to), PERIOD FOR SYSTEM_TIME (known_from, known_to), "
            "PRIMARY KEY (policy_id, limit_name, limit_key, valid_from)) WITH SYSTEM VERSIONING"
        )
        self._sql.execute("SET SESSION system_versioning_insert_history = 1")
        step = 1_000
        for start in range(0, policies, step):
            self._fill(start, min(start + step, policies), len(patterns))
        self._sql.execute("ANALYZE TABLE limits")
        self._sql.execute(
            f"PREPARE asked FROM 'SELECT {_SHOWN.format(on='?')} FROM limits FOR SYSTEM_TIME AS OF TIMESTAMP(?) "
            "WHERE policy_id = ? AND valid_from <= ? AND valid_to > ?'"
        )
        [[count]] = self._sql.execute("SELECT COUNT(*) FROM limits FOR SYSTEM_TIME ALL")
        return int(count or 0)

    def _fill(self, start: int, end: int, patterns: int) -> None:
        day, instant = "DATE'0001-01-01' + INTERVAL {0} - 1 DAY", "TIMESTAMP'1970-01-01 00:00:00' + INTERVAL {0} MICROSECOND"
        self._sql.execute(
            "INSERT INTO limits (policy_id, limit_name, limit_key, unit, cap, first_day, last_day, rules, base, slope, "
            "valid_from, valid_to, known_from, known_to) "
            "SELECT CONCAT('T-', LPAD(s.seq, 6, '0')), limit_name, limit_key, unit, cap, first_day, last_day, rules, base, slope, "
            f"{day.format('day')}, {day.format(f'LEAST(until, {NO_DAY})')}, {instant.format('known')}, {instant.format('unknown')} "
            f"FROM seq_{start}_to_{end - 1} s JOIN pattern p ON p.number = s.seq MOD {patterns}"
        )

    def ready(self, policy_id: str, on: date, cut_us: int) -> bytes:
        return f"EXECUTE asked USING {on.toordinal()}, '{_instant(cut_us)}', '{policy_id}', '{on}', '{on}'".encode()

    def ask(self, question: Any) -> None:
        self._sql.ask(question)

    def limits(self, policy_id: str, on: date, cut_us: int) -> list[tuple[str, str, int, int]]:
        found = self._sql.execute(self.ready(policy_id, on, cut_us).decode())
        return sorted((str(name), str(key), int(cap or 0), int(used or 0)) for name, key, cap, used in found)

    def portfolio(self, on: date, cut_us: int) -> Total:
        [row] = self._sql.execute(
            f"SELECT COUNT(*), SUM(base + slope * {on.toordinal()}), SUM(cap) FROM limits "
            f"FOR SYSTEM_TIME AS OF TIMESTAMP'{_instant(cut_us)}' WHERE valid_from <= '{on}' AND valid_to > '{on}'"
        )
        return Total(*(int(cell or 0) for cell in row))

    def bytes(self) -> int:
        select = "SELECT FILE_SIZE FROM information_schema.INNODB_SYS_TABLESPACES WHERE NAME ="
        [[size]] = self._sql.execute(f"{select} '{self._schema}/limits'")
        return int(size or 0)

    def close(self) -> None:
        self._sql.execute(f"DROP DATABASE {self._schema}")
        self._sql.close()


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def _instant(us: int) -> str:
    from ledger.recorders.log import instant

    return instant(us).replace(tzinfo=None).isoformat(" ", "microseconds")


# ---- PostgreSQL --------------------------------------------------------------------------------------------------------------------


class Gist:
    """Ranges of days and of instants, in one GiST index beside the policy."""

    name = "PostgreSQL GiST"

    def __init__(self) -> None:
        import psycopg

        self._sql: Any = psycopg.connect(SERVER, autocommit=True, prepare_threshold=0)
        self._schema = f"bench_{uuid.uuid4().hex}"
        self._sql.execute(f"CREATE SCHEMA {self._schema}")
        self._sql.execute(f"SET search_path = {self._schema}, public")
        with suppress(psycopg.Error):
            self._sql.execute("CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public")
        [[version]] = self._sql.execute("SHOW server_version").fetchall()
        self.version = str(version).partition(" ")[0]

    def load(self, patterns: Sequence[Sequence[Rectangle]], policies: int) -> int:
        text = 'text COLLATE "C" NOT NULL'
        places = "day int, until int, known bigint, unknown bigint"
        self._sql.execute(f"CREATE TABLE pattern (number int, {_columns(text)}, {places})")
        with self._sql.cursor() as cursor, cursor.copy("COPY pattern FROM STDIN") as copy:
            for row in _pattern_rows(patterns):
                copy.write_row(row)
        self._sql.execute(f"CREATE TABLE limits (policy_id {text}, {_columns(text)}, valid int4range NOT NULL, known tstzrange NOT NULL)")
        instant = "timestamptz '1970-01-01 00:00:00+00' + {0} * interval '1 microsecond'"
        self._sql.execute(
            "INSERT INTO limits SELECT 'T-' || lpad(n::text, 6, '0'), limit_name, limit_key, unit, cap, first_day, last_day, rules, base, "
            f"slope, int4range(day, until), tstzrange({instant.format('known')}, {instant.format('unknown')}) "
            f"FROM generate_series(0, {policies - 1}) n JOIN pattern p ON p.number = n % {len(patterns)} ORDER BY 1"
        )
        self._sql.execute("SET maintenance_work_mem = '1GB'")
        self._sql.execute("CREATE INDEX ON limits USING gist (policy_id, valid, known)")
        self._sql.execute("ANALYZE limits")
        return int(self._sql.execute("SELECT COUNT(*) FROM limits").fetchone()[0])

    def ready(self, policy_id: str, on: date, cut_us: int) -> tuple[Any, ...]:
        from ledger.recorders.log import instant

        return on.toordinal(), policy_id, on.toordinal(), instant(cut_us)

    def ask(self, question: Any) -> None:
        self._found(question)

    def _found(self, question: Any) -> list[Any]:
        where = "policy_id = %s AND valid @> %s::int AND known @> %s::timestamptz"
        found = self._sql.execute(f"SELECT {_SHOWN.format(on='%s')} FROM limits WHERE {where}", question, binary=True)
        return list(found.fetchall())

    def limits(self, policy_id: str, on: date, cut_us: int) -> list[tuple[str, str, int, int]]:
        return sorted(tuple(row) for row in self._found(self.ready(policy_id, on, cut_us)))

    def portfolio(self, on: date, cut_us: int) -> Total:
        day, _, _, at = self.ready("", on, cut_us)
        select = "SELECT COUNT(*), SUM(base + slope * %s), SUM(cap) FROM limits WHERE valid @> %s::int AND known @> %s::timestamptz"
        return Total(*(int(cell or 0) for cell in self._sql.execute(select, (day, day, at)).fetchone()))

    def bytes(self) -> int:
        return int(self._sql.execute(f"SELECT pg_total_relation_size('{self._schema}.limits')").fetchone()[0])

    def close(self) -> None:
        self._sql.execute("SET client_min_messages = warning")
        self._sql.execute(f"DROP SCHEMA {self._schema} CASCADE")
        self._sql.close()


@contextmanager
def present() -> Iterator[list[Peer]]:
    """The peers that can be reached. One that cannot is told of, loudly."""
    found: list[Any] = []
    try:
        for made in (MariaDb, Gist):
            try:
                found.append(made())
            except Exception as error:  # noqa: BLE001 - whatever an absent server or library raises
                print(f"\n!!! SKIPPED: {made.name} is not there, and its figures are missing: {error}\n")
        yield found
    finally:
        for peer in found:
            peer.close()
