"""Whether the log and the read model are what they should be. Every check counts what it looked at, and names what it found wrong.

chain        every record re-hashed, each on the one before; its columns are those of its stored bytes; versions without gaps
index        each policy's records, found through the index, are those that the scan of the whole log found
database     the database's own check of its file (SQLite)
projection   the read model's mark is on the log, and its movements are those of a full replay
answers      what it says of limits, settlement and deadlines is what the single answers say, on days and cuts of each policy
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple, Protocol

import orjson
from sqlalchemy import Engine

from ledger.errors import LedgerFault
from ledger.events import ASSESSED
from ledger.recorders.log import GENESIS, LogRecord, link
from projections import compare, generations, queries
from projections.catch_up import Log
from projections.generations import Mark
from projections.postings import FAULT, HELD, TERMS, Account, Posting
from projections.queries import Reader, Undetermined
from projections.said import Course, said
from replay.as_of import answer
from replay.known import History

EVERY: Final = 1_000
"""Records or policies between two tellings of progress."""


class Wrong(NamedTuple):
    """Something that is not as it should be: in which check, at which position, of which policy."""

    check: str
    position: int | None
    policy_id: str | None
    what: str


class Checked(NamedTuple):
    """A check: how many it looked at, and how much was wrong."""

    check: str
    checked: int
    wrong: int


class Verified(Log, Protocol):
    """What is verified: the log by position, by policy and by event."""

    def policies(self) -> Iterator[str]:
        """The ids of all policies in code-point order."""
        ...


Heard = Callable[[str, int], None]
"""Is told the check, and how many were looked at."""


class Verification:
    """One run of all checks. What was found wrong is told as it is found."""

    def __init__(self, log: Verified, engine: Engine, wrong: Callable[[Wrong], None], heard: Heard) -> None:
        self._log, self._engine, self._wrong, self._heard = log, engine, wrong, heard
        self._digests: dict[str, tuple[int, int]] = {}

    def run(self) -> Iterator[Checked]:
        """The checks in order, each when it is done."""
        for name, check in self._checks().items():
            checked = wrong = 0
            for found in check():
                if isinstance(found, Wrong):
                    wrong += 1
                    self._wrong(found)
                else:
                    checked += found
                    if checked % EVERY == 0:
                        self._heard(name, checked)
            yield Checked(name, checked, wrong)

    def _checks(self) -> Mapping[str, Callable[[], Iterator[Wrong | int]]]:
        return {
            "chain": self._chain,
            "index": self._index,
            "database": self._database,
            "projection": self._projection,
            "answers": self._answers,
        }

    # ---- the log -----------------------------------------------------------------------------------------------------------------

    def _chain(self) -> Iterator[Wrong | int]:
        before: LogRecord | None = None
        for record in self._log.log():
            version, digest = self._digests.get(record.policy_id, (0, 0))
            for what in (*_linked(before, record), *_as_stored(before, record, version)):
                yield Wrong("chain", record.position, record.policy_id, what)
            self._digests[record.policy_id] = record.version, hash((digest, record.position, record.hash))
            before = record
            yield 1
        head = (before.position, before.hash) if before else (0, GENESIS)
        if self._log.head() != head:
            yield Wrong("chain", head[0], None, f"the log's head is at position {self._log.head()[0]}")

    def _index(self) -> Iterator[Wrong | int]:
        found = set()
        for policy_id in self._log.policies():
            found.add(policy_id)
            digest = 0
            for record in self._log.stream(policy_id):
                digest = hash((digest, record.position, record.hash))
            if self._digests.get(policy_id, (0, 0))[1] != digest:
                yield Wrong("index", None, policy_id, "its records by the index are not those of the scan")
            yield 1
        for policy_id in sorted(self._digests.keys() - found):
            yield Wrong("index", None, policy_id, "the index does not know it")

    def _database(self) -> Iterator[Wrong | int]:
        if self._engine.dialect.name != "sqlite":
            return
        with self._engine.connect() as connection:
            for (answer_,) in connection.exec_driver_sql("PRAGMA integrity_check"):
                if answer_ != "ok":
                    yield Wrong("database", None, None, str(answer_))
        yield 1

    # ---- the read model -----------------------------------------------------------------------------------------------------------

    def _mark(self) -> Mark:
        with self._engine.connect() as connection:
            return generations.current(connection)

    def _projection(self) -> Iterator[Wrong | int]:
        with queries.snapshot(self._engine) as connection:
            mark = generations.current(connection)
            yield from self._on_log(mark)
            held = compare.movements(connection, mark.generation, mark.position)
            replayed = ((policy_id, replay(self._log.stream(policy_id, mark.position))) for policy_id in self._log.policies())
            for policy_id, is_there, should_be in compare.paired(held, ((one, found) for one, found in replayed if found)):
                gone, come = should_be - is_there, is_there - should_be
                if gone or come:
                    first_at = min(movement[0] for movement in (*gone, *come))
                    what = f"{gone.total()} movements missing, {come.total()} that the log does not give"
                    yield Wrong("projection", first_at, policy_id, what)
                yield 1

    def _on_log(self, mark: Mark) -> Iterator[Wrong]:
        at = next(iter(self._log.log(mark.position, 1)), None) if mark.position else None
        if mark.position and (at is None or (at.position, at.hash) != (mark.position, mark.hash)):
            yield Wrong("projection", mark.position, None, "the log does not have the record up to which the read model was built")

    def _answers(self) -> Iterator[Wrong | int]:
        mark = self._mark()
        with queries.reader(self._engine) as reader:
            for policy_id in self._log.policies():
                records = self._log.stream(policy_id)
                try:
                    history = History(policy_id, records)
                    for at, on in _asked(history, [record.position for record in records if _whole(record, mark.position)]):
                        differs = differing(reader, history, on, at)
                        if differs is not None:
                            yield Wrong("answers", at, policy_id, f"on {on.isoformat()}: {differs}")
                except Exception as error:  # noqa: BLE001 - whatever records that are damaged or missing make of a journal
                    yield Wrong("answers", None, policy_id, f"it cannot be answered: {type(error).__name__}: {error}")
                yield 1


# ---- a record of the log -----------------------------------------------------------------------------------------------------------


def _linked(before: LogRecord | None, record: LogRecord) -> Iterator[str]:
    """What is wrong with a record's place in the chain."""
    position, previous = (before.position, before.hash) if before else (0, GENESIS)
    if record.position != position + 1:
        yield f"it follows on position {position}"
    if record.previous_hash != previous:
        yield "its previous hash is not that of the record before"
    try:
        right = link(record.previous_hash, record.position, record.policy_id, record.version, record.type, record.state)
    except (OverflowError, AttributeError, TypeError) as error:
        yield f"it cannot be hashed: {error}"
        return
    if right != record.hash:
        yield "its hash is not that of what is stored"


def _as_stored(before: LogRecord | None, record: LogRecord, version: int) -> Iterator[str]:
    """What is wrong with a record's columns, which the hash does not all cover, beside its stored bytes and the record before."""
    if record.version != version + 1:
        yield f"its version is {record.version}, after {version}"
    if record.newest_us != max(record.recorded_us, before.newest_us if before else record.recorded_us):
        yield "its newest instant is not the newest so far"
    try:
        event = record.event
    except LedgerFault as fault:
        yield f"it cannot be read: {fault}"
        return
    if (event.policy_id, event.type, event.recorded_at) != (record.policy_id, record.type, record.recorded_at):
        yield "its policy, type or instant is not that of what is stored"
    if record.event_id != (None if record.type == ASSESSED else event.event_id):
        yield "its event id is not that of what is stored"
    if record.type == ASSESSED:
        data: Any = event.data
        if data.cause == "facts" and (before is None or before.policy_id != record.policy_id or before.event_id not in data.causes):
            yield "it does not follow the fact that caused it"


# ---- a full replay -----------------------------------------------------------------------------------------------------------------


def replay(records: Iterable[LogRecord]) -> compare.Movements:
    """The movements that a policy's records come to, in the form in which the read model's are compared."""
    course, found = Course(), compare.Movements()
    for record in records:
        one = said(record)
        if one is not None:
            found.update(_movement(one.position, one.known_us, posting) for posting in course.take(one))
    return found


_THE_POLICY: Final = (HELD, FAULT, TERMS)
_NOTHING: Final = (None,) * len(Account._fields)


def _movement(position: int, known_us: int, posting: Posting) -> tuple[Any, ...]:
    """As `as_of.movements` selects it."""
    on, day, first, last, _, amount, stands, sign = posting
    named = (None, None) if on in _THE_POLICY else (on.name, on.key)
    standing = (sign, *stands[1:]) if stands is not None else (0, *_NOTHING[1:])
    return (position, on.kind, *named, known_us, day, first, last, posting.shown_to, amount, *standing)


# ---- answers beside answers ----------------------------------------------------------------------------------------------------------


def _whole(record: LogRecord, mark: int) -> bool:
    """Whether the read model has the record, and what followed from it at once."""
    return record.position < mark or (record.position == mark and record.type == ASSESSED)


def _asked(history: History, positions: list[int]) -> Iterator[tuple[int, date]]:
    """Cuts and days of one policy: as all is known, on its last day and on one in the middle; and half-way through its records."""
    for at in {positions[-1], positions[len(positions) // 2]} if positions else ():
        days = sorted({entry.day for entry in history.known(at_position=at).journal if entry.day != date.min})
        for on in {days[-1], days[len(days) // 2]} if days else ():
            yield at, on


def differing(reader: Reader, history: History, on: date, at: int) -> str | None:
    """In what the read model's answer differs from the single answer; None where in nothing, byte for byte."""
    single, policy_id = answer(history.known(at_position=at), on, None), history.policy_id
    try:
        settlement = reader.settlement(policy_id, on, at_position=at)
        by_benefit = reader.settlement(policy_id, on, at_position=at, by_benefit=True)
        money = settlement[0].in_answer() if settlement else {name: 0 for name in single["settlement"] if name != "by_benefit"}
        found = {
            "limits": [row.in_answer() for row in reader.limits(policy_id, on, at_position=at)],
            "settlement": money | {"by_benefit": {row.benefit: row.in_answer() for row in by_benefit}},
            "deadlines": [row.in_answer() for row in reader.deadlines(policy_id, on, at_position=at)],
        }
    except Undetermined as undetermined:
        found = {"undetermined": {"since": undetermined.since, "reason": undetermined.reason}}
    wrong = [name for name, value in found.items() if orjson.dumps(value) != orjson.dumps(single.get(name))]
    return ", ".join(wrong) or None
