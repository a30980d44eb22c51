"""What an `Assessed` event posts: on which accounts of its policy, from which day, how much. Pure; knows no number and no table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from ledger.errors import LedgerFault
from ledger.journal import Deadline, Entry, Held, Line, Opening, Settlement, Span
from projections import tables

_SETTLED = {"paid": tables.PAID, "recovered": tables.RECOVERED, "offset": tables.OFFSET}


class Account(NamedTuple):
    """What movements add up on, by what it is; days are ordinals. Of which policy, its holder knows."""

    kind: int
    name: str
    key: str | None = None
    unit: str | None = None
    cap: int | None = None
    first: int | None = None
    last: int | None = None
    shown: int | None = None
    rules: str | None = None


THE_POLICY = "policy"
HELD = Account(tables.HELD, THE_POLICY)
FAULT = Account(tables.FAULT, THE_POLICY)
TERMS = Account(tables.TERMS, THE_POLICY)
"""The accounts on which it stands which product is held, whether the policy is undetermined, and which terms were applied."""


class Posting(NamedTuple):
    """A movement before it has numbers. `amount` of a run (`first` to `last`) is that of one of its days.

    `lines` counts what comes to count less what no longer does; `stands` is what comes to stand (`sign` +1) or no longer does (-1).
    """

    account: Account
    day: int
    first: int | None
    last: int | None
    lines: int
    amount: int
    stands: Account | None = None
    sign: int = 0


def postings(entries: Iterable[Sequence[Any]]) -> Iterator[Posting]:
    """The postings of an assessment's entries, `-old` and `+new` each by itself, in order."""
    for stored in entries:
        entry = Entry.decoded(stored)
        day, sign, item = entry.day.toordinal(), entry.sign, entry.item
        if isinstance(item, Line):
            yield from _line(item, day, sign)
        elif isinstance(item, Settlement):
            yield Posting(Account(_SETTLED[item.movement], item.benefit), day, None, None, sign, sign * item.amount)
        else:
            standing = _standing(item)
            if standing is not None:
                yield Posting(standing[0], day, None, None, 0, 0, standing[1], sign)


def _line(line: Line, day: int, sign: int) -> Iterator[Posting]:
    """A benefit line's movements on its limits and on what is payable of its benefit."""
    moved = [(Account(tables.LIMIT, use.limit, use.key), use.amount) for use in line.uses]
    if line.payable:
        moved.append((Account(tables.PAYABLE, line.benefit), line.payable))
    first, last = line.first.toordinal(), line.last.toordinal()
    if line.unit != "day" or last <= day:  # no day on which it counts falls into the run
        for account, amount in moved:
            yield Posting(account, day, None, None, sign, sign * amount)
        return
    for account, amount in moved:
        each, rest = divmod(amount, line.quantity)
        if rest or line.quantity != last - first + 1:
            raise LedgerFault(f"{amount} over {line.first} to {line.last} is not the same on each of {line.quantity} days")
        early = first > day and account.kind == tables.LIMIT  # it is in use from `day` on, and grows from `first` on
        if early:
            yield Posting(account, day, None, None, sign, 0)
        yield Posting(account, max(first, day), first, last, 0 if early else sign, sign * each)


def _standing(item: object) -> tuple[Account, Account] | None:
    """The account that tells what stands, and what comes to stand on it; None for what no portfolio is asked for."""
    match item:
        case Opening():
            shown = 2 if item.in_use else int(item.standing)
            window = (item.first.toordinal(), _ordinal(item.last))
            opening = Account(tables.OPENING, item.limit, item.key, item.unit, item.cap, *window, shown, " ".join(item.rules))
            return Account(tables.LIMIT, item.limit, item.key), opening
        case Deadline():
            days = (item.due_on.toordinal(), _ordinal(item.met_on))
            deadline = Account(tables.DEADLINE, item.kind, item.claim_id, None, None, *days, None, " ".join(item.rules))
            return deadline, deadline
        case Span():
            days = (item.first.toordinal(), _ordinal(item.last))
            state = Account(tables.STATE, item.state, None, None, None, *days, None, " ".join(item.rules))
            return state, state
        case Held():
            return HELD, Account(tables.HELD, item.product)
    return None


def _ordinal(day: date | None) -> int | None:
    return day.toordinal() if day is not None else None


def netted(posted: Iterable[Posting]) -> list[Posting]:
    """The postings of one assessment, those alike added up; what comes to nothing is left out."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for account, day, first, last, lines, amount, stands, sign in posted:
        found = sums.setdefault((account, day, first, last, stands), [0, 0, 0])
        found[0] += lines
        found[1] += amount
        found[2] += sign
    return [
        Posting(account, day, first, last, lines, amount, stands, sign)
        for (account, day, first, last, stands), (lines, amount, sign) in sums.items()
        if lines or amount or sign
    ]


def always(account: Account, stands: Account, sign: int) -> Posting:
    """Something comes to stand, or no longer does, on every day."""
    return Posting(account, date.min.toordinal(), None, None, 0, 0, stands, sign)
