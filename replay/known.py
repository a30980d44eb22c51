"""What the ledger knew of a policy at a cut: its records up to an instant or a position, folded into a journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from ledger.errors import UNREADABLE, why_unread
from ledger.events import ASSESSED, Assessed
from ledger.journal import Entry, Journal
from ledger.recorders.log import LogRecord, micros
from replay.as_of import Known


def known(policy_id: str, records: Iterable[LogRecord], *, known_at: datetime | None = None, at_position: int | None = None) -> Known:
    """Folds a policy's records, given in order, up to the cut; both cuts left out: all of them."""
    return History(policy_id, records).known(known_at=known_at, at_position=at_position)


class _Step(NamedTuple):
    """A record that was decoded: what the ledger assessed, and the entries of it; nothing for a fact. `unread`: why it cannot be read."""

    assessed: Assessed | None = None
    entries: Sequence[Entry] = ()
    unread: str | None = None
    caused_by_fact: bool = False


def _step(record: LogRecord, before: LogRecord | None) -> _Step:
    """What a record says. One that cannot be read is taken for the assessment of the fact that it follows at once."""
    if record.type != ASSESSED:
        return _Step()
    try:
        assessed = cast(Assessed, record.event.data)
        return _Step(assessed, [Entry.decoded(entry) for entry in assessed.entries], None, assessed.cause == "facts")
    except UNREADABLE as error:
        return _Step(unread=why_unread(error), caused_by_fact=before is not None and before.position == record.position - 1)


class History:
    """A policy's records, to be asked for more than one cut. Each is decoded once, and none beyond the cuts asked for."""

    def __init__(self, policy_id: str, records: Iterable[LogRecord]) -> None:
        self.policy_id = policy_id
        self._records = list(records)
        self._steps: list[_Step] = []
        self._last: tuple[int, Known] | None = None

    def __len__(self) -> int:
        """How many records there are, beyond any cut."""
        return len(self._records)

    def known(self, *, known_at: datetime | None = None, at_position: int | None = None) -> Known:
        """What was known at the cut. What a fact caused counts with the fact: a cut at the fact's own position includes it."""
        count = self._within(known_at, at_position)
        if self._last is None or self._last[0] != count:
            self._last = count, self._folded(count)
        return self._last[1]

    def _within(self, known_at: datetime | None, at_position: int | None) -> int:
        """How many records the cut holds."""
        known_us = micros(known_at) if known_at is not None else None
        for i, record in enumerate(self._records):
            reached = at_position is None or record.position <= at_position
            reached = reached and (known_us is None or record.recorded_us <= known_us)
            if not reached and not (i and record.type == ASSESSED and self._step(i).caused_by_fact):
                return i
        return len(self._records)

    def _step(self, i: int) -> _Step:
        while len(self._steps) <= i:
            n = len(self._steps)
            self._steps.append(_step(self._records[n], self._records[n - 1] if n else None))
        return self._steps[i]

    def _folded(self, count: int) -> Known:
        entries: list[Entry] = []
        assessed: Assessed | None = None
        fault: tuple[str, int] | None = None
        position = seen = 0
        unread = False  # from there on what is said is a difference to what is not known
        for i, record in enumerate(self._records[:count]):
            step = self._step(i)
            if record.type != ASSESSED:
                seen += 1
            if not step.caused_by_fact:
                position = record.position
            if step.unread is not None:
                unread, fault = True, fault or (step.unread, record.position)
            if step.assessed is None or unread:
                continue
            assessed = step.assessed
            entries += step.entries
            if assessed.fault is None:
                fault = None
            elif fault is None:
                fault = assessed.fault, position or record.position
        return Known(
            self.policy_id,
            position=position,
            events_seen=seen,
            head_hash=self._records[count - 1].hash.hex() if count else None,
            terms=assessed.terms.model_dump() if assessed and assessed.terms else None,
            journal=Journal(entries),
            fault=fault[0] if fault else None,
            fault_since=fault[1] if fault else None,
        )
