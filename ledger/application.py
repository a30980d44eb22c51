"""The ledger as its users see it: recording facts, importing histories, reading the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import RLock
from time import sleep
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self, TypeVar, cast

from ledger import events as ev
from ledger.clock import Clock, SystemClock
from ledger.errors import LedgerFault, Refused, Words
from ledger.policy import Policy
from ledger.recorders import Append, LedgerRecorder, open_recorder
from ledger.recorders.history import History, ImportSummary, Progress
from ledger.recorders.log import (
    Busy,
    Head,
    LogRecord,
    LostRace,
    NewRecord,
    OutcomeUnknown,
    StoreFault,
    Unreachable,
    instant,
    micros,
)
from ledger.recorders.policies import Decides, Policies, admitted, check_fact, check_same, unique

__all__ = ["Busy", "ClaimsLedger", "Codec", "ImportSummary", "LogRecord", "OutcomeUnknown", "Receipt", "StoreFault"]

T = TypeVar("T")

ATTEMPTS: Final = 6
PAUSE: Final = timedelta(milliseconds=20)
"""Before the second attempt to append; doubled before each further one."""

READ_AT_ONCE: Final = 1_000
WRITE_AT_ONCE: Final = 500


class Receipt(NamedTuple):
    """That an event is recorded: where, when, and the hash of its record. `repeated`: it had been recorded before."""

    event_id: str
    policy_id: str
    type: str
    position: int
    recorded_at: datetime
    hash: str
    repeated: bool


class Codec(Protocol):
    """Between events and stored bytes. A layer that encrypts brings its own."""

    def encode(self, event: ev.Event) -> bytes:
        """The bytes to store."""
        ...

    def decode(self, stored: bytes) -> ev.Event:
        """The event of stored bytes."""
        ...


class ClaimsLedger:
    """All policies' events in one log. Threads may share it; processes open their own on the same database."""

    def __init__(
        self,
        recorder: LedgerRecorder,
        clock: Clock,
        encode: Callable[[ev.Event], bytes],
        new_policy: Callable[[str], Decides],
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._encode = encode
        self._policies = Policies(recorder, new_policy)
        self._mutex = RLock()

    @classmethod
    def open(
        cls,
        target: str,
        *,
        clock: Clock | None = None,
        codec: Codec | None = None,
        new_policy: Callable[[str], Decides] = Policy,
    ) -> Self:
        """The ledger at a file path or an SQLAlchemy URL. A file is made where there is none; on a server `init` makes the tables."""
        clock = clock or SystemClock()
        decode = ev.decode if codec is None else codec.decode
        recorder = open_recorder(target, lambda: micros(clock.now()), decode)
        return cls(recorder, clock, ev.encode if codec is None else codec.encode, new_policy)

    def init(self) -> None:
        """Makes the tables, or brings them to the present format. Doing it again changes nothing."""
        self._recorder.create_table()

    def close(self) -> None:
        """Closes all connections."""
        self._recorder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- recording --------------------------------------------------------------------------------------------------------

    def record(self, events: Sequence[ev.Event], *, lines: Sequence[int] | None = None) -> list[Receipt]:
        """Records facts now, all or none, and what follows from each. `lines`: the numbers that refusals name.

        An event that is recorded already, with the same content, is passed over and its receipt given again. Raises Refused;
        Busy where another writer holds the log; OutcomeUnknown where it could not be learnt whether a commit was carried out.
        """
        batch = _Batch(events, lines)
        for i, event in enumerate(events):
            try:
                _check_given(event)
            except Refused as refused:
                raise refused.at(line=batch.line(i)) from None
        with self._mutex:
            return self._insisted(lambda: self._attempt(batch), f"Recording the same events again ({batch.named})")

    def readjudicate(self, policy_id: str) -> Receipt | None:
        """Runs today's rules over the recorded facts of a policy, and records now what they change; None where they change nothing,
        so that a second run records nothing. Answers to earlier cuts stay as they are. A rule that raises changes nothing, and is raised.
        """
        sent: list[LogRecord] = []
        with self._mutex:
            return self._insisted(lambda: self._readjudicated(policy_id, sent), "Running the rules again")

    def _insisted(self, act: Callable[[], T], again: str) -> T:
        """Tries until the outcome is known. Each attempt finds out first, while it holds the log, what is recorded already."""
        unknown: OutcomeUnknown | None = None
        last: LedgerFault | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                self._recorder.recover()
                sleep((PAUSE * 2**attempt).total_seconds())
            try:
                return act()
            except OutcomeUnknown as fault:
                unknown = last = fault
            except (LostRace, Unreachable) as fault:
                last = fault
            except StoreFault as fault:
                last = fault
                break
        if unknown is not None:
            raise OutcomeUnknown(f"{unknown}; asking again failed: {last}. {again} is safe") from last
        assert last is not None
        raise last

    def _attempt(self, batch: _Batch) -> list[Receipt]:
        try:
            self._warm(batch.policy_ids)
            with self._recorder.appending(batch.policy_ids, batch.event_ids) as append:
                placed = self._append(batch, append)
                batch.sent.update((record.event_id, record.hash) for record in placed if record.event_id is not None)
        except BaseException:
            self._policies.forget(batch.policy_ids)
            raise
        self._policies.settle(placed)
        return batch.receipts(append.known, placed)

    def _readjudicated(self, policy_id: str, sent: list[LogRecord]) -> Receipt | None:
        """One attempt. `sent`: what an earlier attempt of this very call sent to be committed."""
        try:
            self._warm([policy_id])
            with self._recorder.appending([policy_id]) as append:
                loaded, moment = self._policies.held(policy_id, append), self._moment(append)
                event = cast(Policy, loaded.policy).readjudicated(moment, append.head.position)
                new = [NewRecord(policy_id, loaded.policy.version, event.type, None, micros(moment), self._encode(event))] if event else []
                placed = append.insert(new)
                sent += placed
        except BaseException:
            self._policies.forget([policy_id])
            raise
        self._policies.settle(placed)
        recorded = [record for record in sent if record.hash == loaded.end.hash]
        return _receipt(recorded[-1]) if recorded else None

    def _warm(self, policy_ids: Iterable[str]) -> None:
        """Loads policies before the log is held, so that it is held for less."""
        for policy_id in policy_ids:
            if policy_id not in self._policies:
                with suppress(LedgerFault):  # said again under the lock, where the policy turns out to be needed
                    self._policies.current(policy_id)

    def _append(self, batch: _Batch, append: Append) -> list[LogRecord]:
        """Admits every event of the batch that is not recorded yet, and appends it with what follows from it."""
        moment = self._moment(append)
        said: dict[str, ev.Event] = {}
        new: list[NewRecord] = []
        placed: list[LogRecord] = []
        for i, event in enumerate(batch.events):
            known = append.known.get(event.event_id)
            try:
                if known is not None:
                    check_same(known.event, event, known.position)
                elif event.event_id in said:
                    check_same(said[event.event_id], event)
                else:
                    loaded = self._policies.held(event.policy_id, append)
                    said[event.event_id], records = admitted(loaded, replace(event, recorded_at=moment), self._encode)
                    new += records
            except Refused as refused:
                raise refused.at(line=batch.line(i)) from None
            if len(new) >= WRITE_AT_ONCE:
                placed += append.insert(new)
                new = []
        return placed + append.insert(new)

    def _moment(self, append: Append) -> datetime:
        """The instant of what is recorded now: the clock's, never before the newest in the log."""
        return instant(max(micros(self._clock.now()), append.head.newest_us))

    def import_events(
        self,
        numbered: Iterable[tuple[int, ev.Event]],
        *,
        progress: Progress | None = None,
        checked: Progress | None = None,
        workers: int | None = None,
    ) -> ImportSummary:
        """Records a history that brings its own `recorded_at`, by the numbers of its lines. The whole of it is checked first.

        `checked` is told how many lines were looked at, `progress` how many are recorded. Interrupted, it is run again.
        `workers`: processes that work out policies side by side; as many as there are processors where none is said.
        """
        now_us = micros(self._clock.now())
        history = History(self._recorder, self._policies.new_policy, self._encode, now_us, workers)
        return history.run(numbered, progress or _unheard, checked or _unheard)

    # ---- reading ----------------------------------------------------------------------------------------------------------

    def log(self, start: int = 1, limit: int | None = None) -> Iterator[LogRecord]:
        """The records from a position on, in order of position, read in portions as they are asked for."""
        while limit is None or limit > 0:
            wanted = READ_AT_ONCE if limit is None else min(limit, READ_AT_ONCE)
            records = self._recorder.read(start, wanted)
            yield from records
            if len(records) < wanted:
                return
            start = records[-1].position + 1
            limit = None if limit is None else limit - wanted

    def stream(self, policy_id: str, upto_position: int | None = None) -> list[LogRecord]:
        """The records of one policy in order, up to a position. None of them is decoded before it is asked for."""
        return self._recorder.stream(policy_id, upto_position=upto_position)

    def position_at(self, policy_id: str, known_at: datetime) -> int | None:
        """The position of the policy's last record that was recorded at or before an instant; None where there is none."""
        return self._recorder.position_at(policy_id, micros(known_at))

    def head(self) -> tuple[int, bytes]:
        """The position and the hash of the last record; 0 and 32 zero bytes where there is none."""
        head: Head = self._recorder.head()
        return head.position, head.hash

    def find(self, event_ids: Sequence[str]) -> dict[str, LogRecord]:
        """The records of events, by event id; those not recorded are left out."""
        return self._recorder.find(event_ids)

    def policies(self) -> Iterator[str]:
        """The ids of all policies in code-point order."""
        after = ""
        while ids := self._recorder.policy_ids(after, READ_AT_ONCE):
            yield from ids
            after = ids[-1]

    def policy(self, policy_id: str) -> Policy:
        """A policy as the log has it now. It is kept for the next call: read it, and change nothing."""
        with self._mutex:
            return cast(Policy, self._policies.current(policy_id).policy)


class _Batch:
    """One call of `record`, over all attempts. `sent`: what was sent to be committed, by event id."""

    def __init__(self, events: Sequence[ev.Event], lines: Sequence[int] | None) -> None:
        self.events = events
        self._lines = lines
        self.event_ids = unique(event.event_id for event in events)
        self.policy_ids = unique(event.policy_id for event in events)
        self.sent: dict[str, bytes] = {}

    @property
    def named(self) -> str:
        """The first event ids, for messages."""
        return ", ".join(self.event_ids[:3]) + (" …" if len(self.event_ids) > 3 else "")

    def line(self, i: int) -> int | None:
        """The number of the line of an event."""
        return self._lines[i] if self._lines else None

    def receipts(self, known: dict[str, LogRecord], placed: Iterable[LogRecord]) -> list[Receipt]:
        """A receipt for each event given. What an attempt of this very call recorded is no repetition."""
        before = {event_id for event_id, record in known.items() if self.sent.get(event_id) != record.hash}
        records = known | {record.event_id: record for record in placed if record.event_id is not None}
        receipts = []
        for event in self.events:
            record = records[event.event_id]
            receipts.append(_receipt(record, event.event_id)._replace(repeated=event.event_id in before))
            before.add(event.event_id)
        return receipts


def _receipt(record: LogRecord, event_id: str | None = None) -> Receipt:
    """The receipt of a record; what the ledger itself adds has its event id in its bytes alone."""
    place = (record.position, record.recorded_at, record.hash.hex())
    return Receipt(event_id or record.event.event_id, record.policy_id, record.type, *place, False)


def _check_given(event: ev.Event) -> None:
    """A fact without an instant: the ledger gives it when it records."""
    check_fact(event)
    if event.recorded_at is not None:
        found, allowed = ev.utc_text(event.recorded_at), Words("なし（台帳が付ける）", "none: the ledger gives it")
        raise Refused("recorded_at", found, allowed, policy_id=event.policy_id, event_id=event.event_id)


def _unheard(lines: int) -> None:
    """Tells nobody of progress."""
