"""What the recorders of both databases share: one table that is the library's table of events and the ledger's log in one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import orjson
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    PersistenceError,
    StoredEvent,
)

from ledger.errors import Refused
from ledger.recorders.log import (
    NO_END,
    Decode,
    End,
    Head,
    LogRecord,
    LostRace,
    NewRecord,
    OutcomeUnknown,
    StoreFault,
    chained,
)

TABLE = "ledger_log"
FORMAT = 1
"""The version of the tables. A file of a newer one is refused."""

COLUMNS = (
    "position, originator_id, originator_version, topic, event_id, "
    "recorded_at, appended_at, newest_at, previous_hash, hash, state"
)
"""In the order of a LogRecord. The library reads originator_id, originator_version, topic and state."""

_SELECT = f"SELECT {COLUMNS} FROM {TABLE} "
_LAST = 2**62

Row = tuple[Any, ...]
Query = tuple[str, Sequence[object]]


class Channel(Protocol):
    """A transaction that is open. SQL is written with `?`; `{listed}` stands for a JSON list of texts as a table `j (value)`."""

    def rows(self, *queries: Query) -> list[list[Row]]:
        """The rows of each query; a server is asked all at once."""
        ...

    def write(self, records: Sequence[LogRecord]) -> None:
        """Writes records."""
        ...


class Append:
    """A write transaction that holds the log. What it reads stays true until it ends."""

    def __init__(
        self, channel: Channel, recorder: LedgerRecorder, policy_ids: Sequence[str], event_ids: Sequence[str]
    ) -> None:
        self._channel = channel
        self._appended_us = recorder.instant()
        self._decode = recorder.decode
        self.written = False
        asked = [_HEAD, *([_ends(policy_ids)] if policy_ids else ()), *([_find(event_ids)] if event_ids else ())]
        heads, *found = channel.rows(*asked)
        ends, known = found.pop(0) if policy_ids else [], found.pop(0) if event_ids else []
        self.head = Head._make(heads[0]) if heads else Head()
        self.known = _by_event_id(records(known, self._decode))
        self.ends = dict.fromkeys(policy_ids, NO_END) | {policy_id: End(*end) for policy_id, *end in ends}

    def stream(self, policy_id: str, from_version: int) -> list[LogRecord]:
        """The records of a policy from a version on."""
        [rows] = self._channel.rows(_stream(policy_id, from_version, _LAST))
        return records(rows, self._decode)

    def insert(self, new: Sequence[NewRecord]) -> list[LogRecord]:
        """Appends records behind the head: positions without gaps, each chained to the one before."""
        placed = chained(self.head, new, self._appended_us, self._decode)
        if placed:
            self._channel.write(placed)
            self.written = True
            self.head = Head(placed[-1].position, placed[-1].hash, placed[-1].newest_us)
        return placed


class LedgerRecorder(ApplicationRecorder):
    """An application recorder of the library whose table is the ledger's log."""

    instant: Callable[[], int]
    decode: Decode

    # ---- given by each database -------------------------------------------------------------------------------------------

    @abstractmethod
    def create_table(self) -> None:
        """Makes the tables where there are none; refuses those of a newer format."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Channel]:
        """A read transaction."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Channel]:
        """A write transaction that holds the log from its start, and commits at its end."""

    @abstractmethod
    def fault_of(self, error: PersistenceError) -> StoreFault | Refused:
        """The library's error in the ledger's words."""

    @abstractmethod
    def unacknowledged(self, error: PersistenceError) -> bool:
        """Whether an error that a COMMIT raised leaves open if it was carried out."""

    @abstractmethod
    def recover(self) -> None:
        """Throws away connections that broke."""

    @abstractmethod
    def close(self) -> None:
        """Closes all connections."""

    # ---- writing ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def appending(self, policy_ids: Sequence[str] = (), event_ids: Sequence[str] = ()) -> Iterator[Append]:
        """Holds the log, reads the head, the ends of the policies and the records of the event ids, and commits at the end."""
        append, committing = None, False
        try:
            with self.writing() as channel:
                append = Append(channel, self, policy_ids, event_ids)
                yield append
                committing = append.written
        except PersistenceError as error:
            if isinstance(error, IntegrityError):
                raise LostRace(f"another writer was first: {error}") from error
            if committing and self.unacknowledged(error):
                raise OutcomeUnknown(f"the commit was sent and not acknowledged: {error}") from error
            raise self.fault_of(error) from error

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """The library's own door: what comes through it gets its place in the chain as well, but no event id."""
        with self.writing() as channel:
            append = Append(channel, self, (), ())
            newest = max(append.head.newest_us, 0)
            new = [
                NewRecord(str(e.originator_id), e.originator_version, e.topic, None, newest, e.state)
                for e in stored_events
            ]
            return [record.position for record in append.insert(new)]

    # ---- reading ----------------------------------------------------------------------------------------------------------

    def ask(self, query: Query) -> list[Row]:
        """The rows of one query, in a transaction of its own."""
        try:
            with self.reading() as channel:
                [rows] = channel.rows(query)
        except PersistenceError as error:
            raise self.fault_of(error) from error
        return rows

    def read(self, start: int, limit: int) -> list[LogRecord]:
        """At most `limit` records from a position on, in order."""
        query = f"{_SELECT}WHERE position >= ? ORDER BY position LIMIT ?"
        return records(self.ask((query, (start, limit))), self.decode)

    def stream(self, policy_id: str, from_version: int = 1, upto_position: int | None = None) -> list[LogRecord]:
        """The records of a policy from a version on, up to a position, in order."""
        upto = _LAST if upto_position is None else upto_position
        return records(self.ask(_stream(policy_id, from_version, upto)), self.decode)

    def streams(self, policy_ids: Sequence[str]) -> dict[str, list[LogRecord]]:
        """The records of several policies, asked for at once; each policy's in order."""
        found: dict[str, list[LogRecord]] = {policy_id: [] for policy_id in policy_ids}
        for record in records(self.ask(_streams(policy_ids)), self.decode):
            found[record.policy_id].append(record)
        return found

    def find(self, event_ids: Sequence[str]) -> dict[str, LogRecord]:
        """The records of events that are recorded already, by event id."""
        return _by_event_id(records(self.ask(_find(event_ids)), self.decode))

    def head(self) -> Head:
        """The end of the log."""
        rows = self.ask(_HEAD)
        return Head._make(rows[0]) if rows else Head()

    def position_at(self, policy_id: str, known_us: int) -> int | None:
        """The position of the last record of a policy that was recorded at or before an instant."""
        where = "WHERE originator_id = ? AND recorded_at <= ? ORDER BY originator_version DESC LIMIT 1"
        rows = self.ask((f"SELECT position FROM {TABLE} {where}", (policy_id, known_us)))
        return int(rows[0][0]) if rows else None

    def policy_ids(self, after: str, limit: int) -> list[str]:
        """At most `limit` policy ids behind one, in code-point order. Steps through the index from one id to the next."""
        least = f"SELECT min(originator_id) FROM {TABLE} WHERE originator_id >"
        steps = f"SELECT ({least} ?) UNION ALL SELECT ({least} p.id) FROM p WHERE p.id IS NOT NULL"
        sql = f"WITH RECURSIVE p (id) AS ({steps}) SELECT id FROM p WHERE id IS NOT NULL LIMIT ?"
        return [row[0] for row in self.ask((sql, (after, limit)))]

    # ---- the library's reading of the log ---------------------------------------------------------------------------------

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> list[Notification]:
        """Events by position; the library's notification id is the ledger's position."""
        first = 1 if start is None else start + (not inclusive_of_start)
        chosen = f" AND topic IN ({', '.join('?' * len(topics))})" if topics else ""
        sql = f"{_SELECT}WHERE position BETWEEN ? AND ?{chosen} ORDER BY position LIMIT ?"
        with self.reading() as channel:
            [rows] = channel.rows((sql, (first, _LAST if stop is None else stop, *topics, limit)))
        return [Notification(r.policy_id, r.version, r.type, r.state, r.position) for r in records(rows, self.decode)]

    def max_notification_id(self) -> int | None:
        """The position of the last record."""
        with self.reading() as channel:
            [rows] = channel.rows(_HEAD)
        return int(rows[0][0]) if rows else None


_HEAD: Query = (f"SELECT position, hash, newest_at FROM {TABLE} ORDER BY position DESC LIMIT 1", ())


def _stream(policy_id: str, from_version: int, upto_position: int) -> Query:
    where = "WHERE originator_id = ? AND originator_version >= ? AND position <= ? ORDER BY originator_version"
    return _SELECT + where, (policy_id, from_version, upto_position)


def _streams(policy_ids: Sequence[str]) -> Query:
    where = "WHERE originator_id = j.value ORDER BY originator_version"
    return f"SELECT {COLUMNS} FROM {{listed}} CROSS JOIN {TABLE} {where}", (_listed(policy_ids),)


def _find(event_ids: Sequence[str]) -> Query:
    # CROSS JOIN: SQLite takes the short list first and looks each id up
    return f"SELECT {COLUMNS} FROM {{listed}} CROSS JOIN {TABLE} WHERE event_id = j.value", (_listed(event_ids),)


def _ends(policy_ids: Sequence[str]) -> Query:
    newest = f"SELECT max(originator_version) FROM {TABLE} WHERE originator_id = j.value"
    where = f"WHERE originator_id = j.value AND originator_version = ({newest})"
    sql = f"SELECT originator_id, originator_version, hash FROM {{listed}} CROSS JOIN {TABLE} {where}"
    return sql, (_listed(policy_ids),)


def _listed(texts: Sequence[str]) -> str:
    return orjson.dumps(list(texts)).decode()


def records(rows: Iterable[Row], decode: Decode) -> list[LogRecord]:
    """Rows of COLUMNS as records."""
    return [LogRecord(*row, decode) for row in rows]  # type: ignore[call-arg]


def _by_event_id(found: Sequence[LogRecord]) -> dict[str, LogRecord]:
    return {record.event_id: record for record in found if record.event_id is not None}
