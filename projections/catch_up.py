"""Pulls the log into the read model: from the last position on, rows and position in one transaction.

The checkpoint is (position, hash of the record there). Where the log no longer has that hash, it was rewritten or restored: stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Engine, Table, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.errors import LedgerFault
from ledger.events import ASSESSED, Assessed
from ledger.recorders.log import GENESIS, LogRecord
from projections import tables
from projections.rows import rows

PROJECTION = "movements"
BATCH = 2_000


class LogRewritten(LedgerFault):
    """The log does not go on from where the read model stands: it was rewritten, cut back or restored."""


class Log(Protocol):
    """The log by position."""

    def log(self, start: int = 1, limit: int | None = None) -> Iterator[LogRecord]:
        """Records from a position on, in order."""
        ...


def create(engine: Engine) -> None:
    """Makes the tables of the read model where they are missing."""
    tables.METADATA.create_all(engine)


def catch_up(engine: Engine, log: Log, *, progress: Callable[[int], None] | None = None, batch: int = BATCH) -> int:
    """Brings the read model up to the end of the log; gives the position reached. Several may run at once: each batch counts once.

    Raises LogRewritten.
    """
    while True:
        with engine.begin() as connection:
            position, hash_ = checkpoint(connection)
        records = list(log.log(max(position, 1), batch + 1))  # noqa: G003 - not a logger's log
        if position:
            if not records or records[0].position != position or records[0].hash != hash_:
                raise LogRewritten(
                    f"the log has another record at position {position} than the read model was built from"
                )
            records = records[1:]
        if not records:
            return position
        with engine.begin() as connection:
            if _advance(connection, position, records[-1]):
                Writer(connection).write(records)
        if progress is not None:
            progress(records[-1].position)


def checkpoint(connection: Connection) -> tuple[int, bytes]:
    """The position and hash up to which the read model is built."""
    found = connection.execute(
        select(tables.checkpoints.c.position, tables.checkpoints.c.hash).where(
            tables.checkpoints.c.projection == PROJECTION
        )
    ).first()
    return (found.position, bytes(found.hash)) if found else (0, GENESIS)


def _advance(connection: Connection, position: int, last: LogRecord) -> bool:
    """Moves the checkpoint on from where it was read; False where another has moved it. Comes before the rows, in their transaction."""
    values = {"position": last.position, "hash": last.hash}
    if position == 0:
        try:
            with connection.begin_nested():
                connection.execute(insert(tables.checkpoints).values(projection=PROJECTION, **values))
        except IntegrityError:
            return False
        return True
    moved = connection.execute(
        update(tables.checkpoints)
        .where(tables.checkpoints.c.projection == PROJECTION, tables.checkpoints.c.position == position)
        .values(**values)
    )
    return moved.rowcount == 1


class Writer:
    """Writes the rows of a run of records, in order, in the connection's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._policies: dict[str, int] = {}
        self._accounts: dict[tuple[int, str], int] = {}
        self._faulted = set(connection.scalars(_faulted()))

    def write(self, records: Iterable[LogRecord]) -> None:
        """Adds the rows that the records' assessments come to. A record that cannot be read parks its policy, and no other."""
        gathered: dict[Table, list[dict[str, Any]]] = {table: [] for table in tables.ENTRY_TABLES}
        for record in records:
            policy_no = self.policy_no(record.policy_id)
            if record.type == ASSESSED:
                for row in self._rows(record, policy_no):
                    gathered[row.table].append(dict(zip(row.table.columns.keys(), row.values, strict=True)))
        for table, found in gathered.items():
            if found:
                self._connection.execute(insert(table), found)

    def _rows(self, record: LogRecord, policy_no: int) -> Iterator[Any]:
        try:
            assessed = cast(Assessed, record.event.data)
        except LedgerFault as fault:
            assessed = Assessed(cause="facts", causes=(), fault=str(fault))
        # An assessment follows the fact that caused it at once: what a fact causes is known with the fact.
        position = record.position - 1 if assessed.cause == "facts" else record.position
        cut = {"policy_no": policy_no, "position": position, "known_us": record.recorded_us}
        found = list(rows(assessed, **cut, account_no=self.account_no))
        yield from found
        if assessed.fault is not None:
            self._faulted.add(policy_no)
        elif policy_no in self._faulted:
            self._faulted.discard(policy_no)
            yield _mended(policy_no, position, len(found), record.recorded_us)

    def policy_no(self, policy_id: str) -> int:
        """The number of a policy in the read model, given on first sight."""
        if policy_id not in self._policies:
            self._policies[policy_id] = self._number(tables.policies, {"policy_id": policy_id})
        return self._policies[policy_id]

    def account_no(self, kind: int, account: str) -> int:
        """The number of a limit or of a benefit's settlement."""
        if (kind, account) not in self._accounts:
            self._accounts[kind, account] = self._number(tables.accounts, {"kind": kind, "account": account})
        return self._accounts[kind, account]

    def _number(self, table: Table, key: dict[str, Any]) -> int:
        number = next(iter(table.primary_key.columns))
        found = self._connection.scalar(select(number).where(*(table.c[name] == value for name, value in key.items())))
        if found is None:
            found = self._connection.execute(insert(table).values(**key)).inserted_primary_key[0]  # type: ignore[index]
        return int(found)


def _faulted() -> Any:
    states = tables.states
    net = func.sum(states.c.sign)
    return select(states.c.policy_no).where(states.c.kind == "fault").group_by(states.c.policy_no).having(net > 0)


def _mended(policy_no: int, position: int, n: int, known_us: int) -> Any:
    from projections.rows import Row

    return Row(tables.states, (policy_no, position, n, known_us, 0, -1, "fault", None, None, ""))
