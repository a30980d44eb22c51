"""An `Assessed` event as rows of the read model: a row for each limit that a line moves, for its payable, for an opening."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Table

from ledger.events import Assessed
from ledger.journal import Deadline, Entry, Held, Line, Opening, Settlement, Span
from projections import tables

AccountNo = Callable[[int, str], int]

_MOVEMENT = {"paid": tables.PAID, "recovered": tables.RECOVERED, "offset": tables.OFFSET}


class Row(NamedTuple):
    """A row for one of the tables."""

    table: Table
    values: tuple[Any, ...]


def rows(assessed: Assessed, *, policy_no: int, position: int, known_us: int, account_no: AccountNo) -> Iterator[Row]:
    """The rows of an assessment. `position` is that of the fact that caused it: what a fact causes is known with the fact."""
    numbers = count()
    for stored in assessed.entries:
        entry = Entry.decoded(stored)
        for table, values in _of(entry, account_no):
            yield Row(table, (policy_no, position, next(numbers), known_us, entry.day.toordinal(), entry.sign, *values))
    if assessed.fault is not None:
        values = (policy_no, position, next(numbers), known_us, 0, 1, "fault", assessed.fault, None, "")
        yield Row(tables.states, values)


def _of(entry: Entry, account_no: AccountNo) -> Iterator[tuple[Table, tuple[Any, ...]]]:
    item, sign = entry.item, entry.sign
    match item:
        case Line():
            yield from _line(item, sign, account_no)
        case Settlement():
            account = account_no(_MOVEMENT[item.movement], item.benefit)
            yield tables.movements, (account, "", None, None, sign * item.amount)
        case Opening():
            account = account_no(tables.LIMIT, item.limit)
            window = (item.first.toordinal(), _ordinal(item.last))
            yield (
                tables.openings,
                (account, item.key, item.unit, item.cap, *window, 2 if item.in_use else int(item.standing), " ".join(item.rules)),
            )
        case Deadline():
            days = (item.due_on.toordinal(), _ordinal(item.met_on))
            yield tables.deadlines, (item.kind, item.claim_id, *days, " ".join(item.rules))
        case Span():
            yield tables.states, ("state", item.state, _ordinal(item.last), " ".join(item.rules))
        case Held():
            yield tables.states, ("held", item.product, None, "")
        case _:
            return


def _line(line: Line, sign: int, account_no: AccountNo) -> Iterator[tuple[Table, tuple[Any, ...]]]:
    run = (line.first.toordinal(), line.last.toordinal()) if line.unit == "day" and line.quantity > 1 else (None, None)
    each = line.quantity if run[0] is not None else 1
    for use in line.uses:
        yield tables.movements, (account_no(tables.LIMIT, use.limit), use.key, *run, sign * use.amount // each)
    if line.payable:
        yield tables.movements, (account_no(tables.PAYABLE, line.benefit), "", *run, sign * line.payable // each)


def _ordinal(day: date | None) -> int | None:
    return day.toordinal() if day is not None else None
