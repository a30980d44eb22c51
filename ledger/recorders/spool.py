"""Where an import is worked out before anything is recorded: a database in an unnamed temporary file, gone with the process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.recorders.log import NewRecord

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
CREATE TABLE line (no INTEGER PRIMARY KEY, event_id TEXT NOT NULL, policy_id TEXT NOT NULL, state BLOB NOT NULL);
CREATE TABLE entry (
  no INTEGER NOT NULL, policy_id TEXT NOT NULL, version INTEGER NOT NULL, type TEXT NOT NULL, event_id TEXT,
  recorded_us INTEGER NOT NULL, state BLOB NOT NULL
);
"""


class Line(NamedTuple):
    """An event of the file, by the number of its line, encoded."""

    no: int
    event_id: str
    policy_id: str
    state: bytes


class Spool:
    """The lines of an import that are not recorded yet, and the records to append for each."""

    def __init__(self) -> None:
        # The interpreter's own SQLite, since pysqlite3 keeps unnamed databases in memory. No other process sees this one.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Drops everything."""
        self._db.close()

    def add_lines(self, lines: Sequence[Line]) -> None:
        """Takes in lines, in order."""
        self._db.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", lines)

    def index_lines(self) -> None:
        """To be called once, when all lines are in: sorting them together is faster than placing each."""
        self._db.execute("CREATE INDEX line_policy ON line (policy_id, no)")
        self._db.execute("CREATE INDEX line_event ON line (event_id, no)")

    def id_of_two_policies(self) -> Line | None:
        """The first line whose event id an earlier line of another policy bears."""
        twice = "SELECT event_id FROM line GROUP BY event_id HAVING count(*) > 1"
        earlier = "SELECT 1 FROM line a WHERE a.event_id = b.event_id AND a.no < b.no AND a.policy_id <> b.policy_id"
        sql = f"SELECT * FROM line b WHERE event_id IN ({twice}) AND EXISTS ({earlier}) ORDER BY no LIMIT 1"
        row = self._db.execute(sql).fetchone()
        return Line._make(row) if row else None

    def policies(self) -> Iterator[tuple[str, int]]:
        """Each policy of the file with the number of its first line."""
        yield from self._db.execute("SELECT policy_id, min(no) FROM line GROUP BY policy_id").fetchall()

    def lines(self, policy_id: str, first: int) -> list[Line]:
        """The lines of one policy from a number on, in order."""
        sql = "SELECT * FROM line WHERE policy_id = ? AND no >= ? ORDER BY no"
        return [Line._make(row) for row in self._db.execute(sql, (policy_id, first))]

    def drop_line(self, no: int) -> None:
        """Takes out a line that says again what was said."""
        self._db.execute("DELETE FROM line WHERE no = ?", (no,))

    def add_entries(self, of_lines: Iterable[tuple[int, Sequence[NewRecord]]]) -> None:
        """Takes in what is to be appended for lines."""
        rows = ((no, *record) for no, new in of_lines for record in new)
        self._db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def index_entries(self) -> None:
        """To be called once, when all entries are in."""
        self._db.execute("CREATE INDEX entry_no ON entry (no)")

    def drop_entries(self, lines: Iterable[Line]) -> None:
        """Takes out what was to be appended for lines."""
        self._db.executemany("DELETE FROM entry WHERE no = ?", [(line.no,) for line in lines])

    def chunk(self, after: int, lines: int) -> tuple[int, int, list[NewRecord]]:
        """What is to be appended for the next lines behind a number: the last number, how many lines, and the records in order."""
        numbers = "SELECT no FROM line WHERE no > ? ORDER BY no LIMIT ?"
        last, count = self._db.execute(f"SELECT max(no), count(*) FROM ({numbers})", (after, lines)).fetchone()
        if last is None:
            return after, 0, []
        columns = "policy_id, version, type, event_id, recorded_us, state"
        sql = f"SELECT {columns} FROM entry WHERE no > ? AND no <= ? ORDER BY no, version"
        return last, count, [NewRecord._make(row) for row in self._db.execute(sql, (after, last))]
