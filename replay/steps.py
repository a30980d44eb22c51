"""A policy's records step by step: a fact with what the ledger assessed of it, or the rules run again; and cuts between steps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, cast

from ledger.events import ASSESSED, Assessed, Event
from ledger.journal import Entry
from ledger.recorders.log import LogRecord, micros


class Cut(NamedTuple):
    """How much was known: what was recorded by an instant, or up to a position; neither: all of it."""

    known_at: datetime | None = None
    position: int | None = None

    def includes(self, record: LogRecord) -> bool:
        """Whether a record lies before the cut. What a fact caused goes with the fact."""
        if self.position is not None and record.position > self.position:
            return False
        return self.known_at is None or record.recorded_us <= micros(self.known_at)


class Step(NamedTuple):
    """A record that brought something new, its event, and the record in which the ledger assessed it, if it moved anything.

    Where the rules were run again both records are one.
    """

    record: LogRecord
    event: Event
    assessed: LogRecord | None = None
    entries: tuple[Entry, ...] = ()
    fault: str | None = None

    @property
    def position(self) -> int:
        return self.record.position

    @property
    def is_fact(self) -> bool:
        return self.record is not self.assessed


def steps(records: Iterable[LogRecord], cut: Cut = Cut()) -> list[Step]:  # noqa: B008 - a cut never changes
    """The steps of a policy's records, given in order, up to a cut."""
    found: list[Step] = []
    for record in records:
        within = cut.includes(record)
        if record.type != ASSESSED:
            if not within:
                break
            found.append(Step(record, record.event))
            continue
        assessed = cast(Assessed, record.event.data)
        if assessed.cause == "facts" and found:
            found[-1] = found[-1]._replace(assessed=record, entries=_entries(assessed), fault=assessed.fault)
        elif within:
            found.append(Step(record, record.event, record, _entries(assessed), assessed.fault))
        else:
            break
    return found


def _entries(assessed: Assessed) -> tuple[Entry, ...]:
    return tuple(map(Entry.decoded, assessed.entries))
