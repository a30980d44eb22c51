"""The change feed: what each assessment changed, `-old` and `+new`, read from the log by position. A reader that only adds is right.

A page says up to which position it is complete; the next is asked for from there. The log is the feed's only store: nothing is lost
where a reader stops, and nothing comes twice where it goes on from the position and hash that it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple, cast

from ledger.errors import UNREADABLE, why_unread
from ledger.events import ASSESSED, Assessed
from ledger.recorders.log import GENESIS, LogRecord
from projections import generations, tables
from projections.catch_up import Log, following
from projections.generations import Mark
from projections.postings import Posting, postings
from projections.said import caused_at

PAGE: Final = 500
"""Records of the log that a page goes through, if no other number is asked for."""

FED: Final = (tables.LIMIT, tables.PAYABLE, tables.PAID, tables.RECOVERED, tables.OFFSET)


class Change(NamedTuple):
    """One movement: of a limit (in its unit) or of a benefit's money (in yen), from a day on; `+` comes to count, `-` no longer does.

    Of a run of days `amount` is that of one day, from `first` to `last`. `lines` is +1 or -1 for each line (0 for an opening alone).
    """

    of: str  # limit, payable, paid, recovered, offset
    name: str
    key: str | None
    counts_from: date
    first: date | None
    last: date | None
    lines: int
    amount: int

    def through(self, on: date) -> int:
        """What it adds on a day."""
        if on < self.counts_from:
            return 0
        if self.first is None or self.last is None:
            return self.amount
        return self.amount * ((min(self.last, on) - self.first).days + 1)

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        days = {"counts_from": self.counts_from, "from": self.first, "to": self.last}
        return {"of": self.of, "name": self.name, "key": self.key} | {
            **{name: day.isoformat() if day is not None else None for name, day in days.items()},
            "lines": self.lines,
            "amount": self.amount,
        }


class Opened(NamedTuple):
    """The cap and window of a limit come to hold (`sign` +1) or no longer do (-1)."""

    limit: str
    key: str | None
    unit: str | None
    cap: int | None
    first: date | None
    last: date | None
    sign: int

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        days = {"from": self.first, "to": self.last}
        return {"limit": self.limit, "key": self.key, "unit": self.unit, "cap": self.cap, "sign": self.sign} | {
            name: day.isoformat() if day is not None else None for name, day in days.items()
        }


class Caused(NamedTuple):
    """What one assessment changed: its causes (event ids), at the position of the fact that caused it, and when that was recorded.

    `undetermined` says why nothing is said of the policy from here on, until a later one of the same policy is null again.
    """

    position: int
    policy_id: str
    recorded_us: int
    cause: str | None  # facts, or the rules run again; null where the record cannot be read
    causes: tuple[str, ...]
    changes: tuple[Change, ...]
    openings: tuple[Opened, ...]
    undetermined: str | None


class Page(NamedTuple):
    """The feed is complete up to the frontier, a position and the hash there. `head` is where the log ended when the page was read."""

    items: tuple[Caused, ...]
    frontier: int
    hash: bytes
    head: int


def page(log: Log, after: int = 0, hash_: bytes = GENESIS, limit: int = PAGE) -> Page:
    """What was changed behind a position, given with the hash that the reader holds. Raises LogRewritten where the log has another."""
    records = following(log, Mark(0, generations.CURRENT, after, hash_), limit + 1)
    if len(records) > limit and records[limit].type != ASSESSED:
        records = records[:limit]  # what a fact caused is on the page of the fact
    last = records[-1] if records else None
    frontier = (last.position, last.hash) if last else (after, hash_)
    items = tuple(caused(record) for record in records if record.type == ASSESSED)
    return Page(items, *frontier, max(log.head()[0], frontier[0]))


def pages(log: Log, after: int = 0, hash_: bytes = GENESIS, limit: int = PAGE) -> Iterator[Page]:
    """All pages up to the end of the log."""
    while (found := page(log, after, hash_, limit)).frontier > after:
        yield found
        after, hash_ = found.frontier, found.hash


def caused(record: LogRecord) -> Caused:
    """What an assessment changed. One that cannot be read leaves its policy undetermined."""
    try:
        assessed = cast(Assessed, record.event.data)
        posted = list(postings(assessed.entries))
    except UNREADABLE as error:
        return Caused(caused_at(record), record.policy_id, record.recorded_us, None, (), (), (), why_unread(error))
    position = caused_at(record) if assessed.cause == "facts" else record.position
    head = (position, record.policy_id, record.recorded_us, assessed.cause, tuple(assessed.causes))
    return Caused(*head, _changes(posted), _openings(posted), assessed.fault)


def _changes(posted: Sequence[Posting]) -> tuple[Change, ...]:
    return tuple(
        Change(tables.KINDS[on.kind], on.name, on.key, date.fromordinal(day), _day(first), _day(last), lines, amount)
        for on, day, first, last, lines, amount, stands, _ in posted
        if on.kind in FED and stands is None
    )


def _openings(posted: Sequence[Posting]) -> tuple[Opened, ...]:
    return tuple(
        Opened(opening.name, opening.key, opening.unit, opening.cap, _day(opening.first), _day(opening.last), posting.sign)
        for posting in posted
        if (opening := posting.stands) is not None and opening.kind == tables.OPENING
    )


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)
