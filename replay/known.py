"""What the ledger knew of a policy at a cut: its records up to an instant or a position, folded into a journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import cast

from ledger.events import ASSESSED, Assessed
from ledger.journal import Entry, Journal
from ledger.recorders.log import LogRecord
from replay.as_of import Known


def known(
    policy_id: str, records: Iterable[LogRecord], *, known_at: datetime | None = None, at_position: int | None = None
) -> Known:
    """Folds a policy's records, given in order, up to the cut; both cuts left out: all of them.

    What a fact caused counts with the fact: a cut at the fact's own position includes it.
    """
    entries: list[Entry] = []
    last = head = None
    assessed: Assessed | None = None
    fault: tuple[str, int] | None = None
    seen = 0
    for record in records:
        if not (last is not None if _caused_by_fact(record) else _within(record, known_at, at_position)):
            break
        head = record
        if record.type != ASSESSED:
            last, seen = record, seen + 1
            continue
        assessed = cast(Assessed, record.event.data)
        entries += map(Entry.decoded, assessed.entries)
        if assessed.fault is None:
            fault = None
        elif fault is None:
            fault = (assessed.fault, last.position if last else record.position)
    return Known(
        policy_id,
        position=last.position if last else 0,
        events_seen=seen,
        head_hash=head.hash.hex() if head else None,
        terms=assessed.terms.model_dump() if assessed and assessed.terms else None,
        journal=Journal(entries),
        fault=fault[0] if fault else None,
        fault_since=fault[1] if fault else None,
    )


def _within(record: LogRecord, known_at: datetime | None, at_position: int | None) -> bool:
    if at_position is not None:
        return record.position <= at_position
    return known_at is None or record.recorded_at <= known_at


def _caused_by_fact(record: LogRecord) -> bool:
    data = record.event.data if record.type == ASSESSED else None
    return isinstance(data, Assessed) and data.cause == "facts"
