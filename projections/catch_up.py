"""Follows the log: rows and mark in one transaction, the mark first, and only from where it was read. Several may follow at once.

The mark is (position, hash of the record there). Where the log does not go on from it, it was rewritten, cut back or restored: stop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from sqlalchemy import Connection, Engine

from ledger.errors import LedgerFault
from ledger.recorders.log import LogRecord
from projections import dialect, generations
from projections.engine import writing
from projections.generations import Mark
from projections.said import Said, said
from projections.writer import Writer

BATCH: Final = 2_000
"""Records of the log that one transaction takes in."""

Heard = Callable[[int], None]
"""Is told the position reached."""


class LogRewritten(LedgerFault):
    """The log does not go on from where the read model stands."""


class Log(Protocol):
    """The log, by position and by policy."""

    def log(self, start: int = 1, limit: int | None = None) -> Iterator[LogRecord]:
        """Records from a position on, in order."""
        ...

    def stream(self, policy_id: str, upto_position: int | None = None) -> list[LogRecord]:
        """The records of one policy, in order."""
        ...

    def head(self) -> tuple[int, bytes]:
        """The position and the hash of the last record."""
        ...


def catch_up(engine: Engine, log: Log, *, heard: Heard | None = None, batch: int = BATCH) -> int:
    """Brings the read model up to the end of the log; gives the position reached. Raises LogRewritten."""
    return Follower(engine, log, batch=batch).run(heard)


class Follower:
    """Follows the log for one generation: the one that is read, or a given one."""

    def __init__(self, engine: Engine, log: Log, *, generation: int | None = None, batch: int = BATCH) -> None:
        self._engine, self._log, self._batch = engine, log, batch
        self._generation = generation
        self._writer: Writer | None = None
        self._last: Mark | None = None

    def run(self, heard: Heard | None = None) -> int:
        """Up to the end of the log; and what could not be read before is tried again."""
        while True:
            mark = self._mark()
            records = following(self._log, mark, self._batch)
            if not records:
                self._retry(mark)
                return mark.position
            position = self._take_in(mark, records)
            if heard is not None:
                heard(position)

    def _mark(self) -> Mark:
        with self._engine.connect() as connection:
            found = generations.marks(connection)
        if self._generation is None:
            return generations.one(found, generations.CURRENT)
        mark = next((mark for mark in found if mark.generation == self._generation), None)
        if mark is None or mark.state == generations.LEFT:
            raise LedgerFault(f"generation {self._generation} of the read model was left: another rebuild has begun since")
        return mark

    def _take_in(self, mark: Mark, records: Sequence[LogRecord]) -> int:
        """One batch; where another follower was first, nothing. Records are read and translated before the transaction begins."""
        batch = [one for one in map(said, records) if one is not None]
        last = records[-1]
        with writing(self._engine).begin() as connection:
            if not generations.advance(connection, mark, last.position, last.hash):
                return mark.position
            self._writer_at(mark).write(connection, batch)
        self._last = mark._replace(position=last.position, hash=last.hash)
        return last.position

    def _writer_at(self, mark: Mark) -> Writer:
        """The writer, which forgets the numbers it knows where another follower has written since."""
        if self._writer is None or self._writer.generation != mark.generation:
            self._writer = Writer(mark.generation)
        elif self._last != mark:
            self._writer.forget()
        return self._writer

    # ---- records that could not be read -----------------------------------------------------------------------------------------

    def _retry(self, mark: Mark) -> None:
        """Reads again what could not be read; the policies of what can be read now are brought up to the mark."""
        select = (
            "SELECT p.policy_id, f.policy_no, f.unread FROM read_faults f JOIN read_policies p ON p.policy_no = f.policy_no "
            "WHERE f.unread IS NOT NULL AND p.generation = :generation ORDER BY f.unread"
        )
        with self._engine.connect() as connection:
            parked = dialect.rows(connection, select, generation=mark.generation)
        for policy_id, policy_no, unread in parked:
            missed = self._readable(policy_id, unread, mark.position)
            if missed:
                self._mend(mark, policy_no, unread, missed)

    def _readable(self, policy_id: str, unread: int, upto: int) -> list[Said]:
        """What the policy's records say from the one that could not be read on; nothing as long as it cannot."""
        records = [record for record in self._log.stream(policy_id, upto) if record.position >= unread]
        missed = [one for one in map(said, records) if one is not None]
        return missed if missed and missed[0].unread is None else []

    def _mend(self, mark: Mark, policy_no: int, unread: int, missed: Sequence[Said]) -> None:
        """The policy's rows as they would be, had the record been read at once."""
        with writing(self._engine).begin() as connection:
            if not generations.advance(connection, mark, mark.position, mark.hash):  # holds the mark while the rows are written
                return
            took = "DELETE FROM read_faults WHERE policy_no = :policy_no AND unread = :unread"
            if dialect.run(connection, took, policy_no=policy_no, unread=unread).rowcount != 1:
                return
            _forget_fault(connection, policy_no, unread)
            Writer(mark.generation).write(connection, missed)


def _forget_fault(connection: Connection, policy_no: int, unread: int) -> None:
    """Takes out that the policy was undetermined for want of reading; what else may have made it so before stays noted."""
    delete = "DELETE FROM read_movements WHERE policy_no = :policy_no AND kind = 1 AND position >= :position"
    dialect.run(connection, delete, policy_no=policy_no, position=unread - 1)
    select = "SELECT SUM(stands) FROM read_movements WHERE policy_no = :policy_no AND kind = 1"
    [[earlier]] = dialect.rows(connection, select, policy_no=policy_no)
    if earlier:
        insert = "INSERT INTO read_faults (policy_no, account_no) VALUES (:policy_no, :account_no)"
        dialect.run(connection, insert, policy_no=policy_no, account_no=int(earlier))


# ---- the log goes on from the mark ------------------------------------------------------------------------------------------------


_ADVICE: Final = "Find out which before `hoken rebuild` builds the read model from the log as it is now"


def following(log: Log, mark: Mark, limit: int) -> list[LogRecord]:
    """At most `limit` records behind a mark. Raises LogRewritten where they do not follow on it, each on the one before."""
    wanted = limit + (mark.position > 0)
    records = list(log.log(max(mark.position, 1), wanted))
    if mark.position:
        if not records or records[0].position != mark.position:
            raise _cut_back(mark, log.head()[0])
        if records[0].hash != mark.hash:
            raise LogRewritten(
                f"the log has another record at position {mark.position} than the one the read model was built from: it was rewritten, "
                f"or restored from a copy that went on differently. {_ADVICE}"
            )
        records = records[1:]
    position, hash_ = mark.position, mark.hash
    for record in records:
        if record.position != position + 1 or record.previous_hash != hash_:
            raise LogRewritten(
                f"the log's record at position {record.position} does not follow on the one at position {position}: "
                "records were taken out or changed. `hoken verify` names what is damaged"
            )
        position, hash_ = record.position, record.hash
    return records


def _cut_back(mark: Mark, head: int) -> LogRewritten:
    if head < mark.position:
        return LogRewritten(
            f"the log ends at position {head}, the read model was built up to position {mark.position}: the log was cut back, "
            f"or restored from an older copy. {_ADVICE}"
        )
    return LogRewritten(f"the log has no record at position {mark.position}, where the read model stands: it was taken out")
