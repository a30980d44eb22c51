"""What an `Assessed` event posts: on which accounts of its policy, from which day, how much. Pure; knows no number and no table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ledger.errors import LedgerFault
from projections import tables

_SETTLED = {"paid": tables.PAID, "recovered": tables.RECOVERED, "offset": tables.OFFSET}


class Account(NamedTuple):
    """What movements add up on, by what it is; days are ordinals. Of which policy, its holder knows."""

    kind: int
    name: str
    key: str | None = None
    product: str | None = None
    unit: str | None = None
    cap: int | None = None
    first: int | None = None
    last: int | None = None
    shown_to: int | None = None
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

    @property
    def shown_to(self) -> int:
        """What it adds to the last day on which its account is shown: with a line, for ever; with what stands, as long as that says."""
        shown = self.lines * tables.FOREVER
        if self.stands is not None:
            shown += self.sign * (tables.FOREVER if self.stands.shown_to is None else self.stands.shown_to)
        return shown


def postings(entries: Iterable[Sequence[Any]]) -> Iterator[Posting]:
    """The postings of an assessment's entries, `-old` and `+new` each by itself, in order.

    Read as they are stored (`Entry.encoded`: day, sign, kind, then the item's fields): the log is long, and this is done for all of it.
    """
    for stored in entries:
        of = _OF.get(stored[2])
        if of is not None:
            yield from of(*stored)


def _line(
    day: str, sign: int, _kind: str, counts_from: str, benefit: str, key: str, first: str, last: str, unit: str, quantity: int,
    rate: int, gross: int, payable: int, decision: str, rules: list[str], events: list[str], cuts: list[Any], uses: list[Any],
) -> Iterator[Posting]:  # fmt: skip
    """A benefit line's movements on its limits and on what is payable of its benefit."""
    moved = [(Account(tables.LIMIT, limit, of), amount) for limit, of, amount in uses]
    if payable:
        moved.append((Account(tables.PAYABLE, benefit), payable))
    if not moved:
        return
    on, start, end = _ordinal(day), _ordinal(first), _ordinal(last)
    if unit != "day" or end <= on:  # no day on which it counts falls into the run
        for account, amount in moved:
            yield Posting(account, on, None, None, sign, sign * amount)
        return
    for account, amount in moved:
        each, rest = divmod(amount, quantity)
        if rest or quantity != end - start + 1:
            raise LedgerFault(f"{amount} over {first} to {last} is not the same on each of {quantity} days")
        early = start > on and account.kind == tables.LIMIT  # it is in use from `day` on, and grows from `first` on
        if early:
            yield Posting(account, on, None, None, sign, 0)
        yield Posting(account, max(start, on), start, end, 0 if early else sign, sign * each)


def _settlement(
    day: str, sign: int, _kind: str, counts_from: str, benefit: str, movement: str, amount: int, event: str
) -> Iterator[Posting]:
    yield Posting(Account(_SETTLED[movement], benefit), _ordinal(day), None, None, sign, sign * amount)


def _opening(
    day: str, sign: int, _kind: str, counts_from: str, limit: str, key: str, unit: str, cap: int, first: str, last: str | None,
    rules: list[str], standing: bool, in_use: bool,
) -> Iterator[Posting]:  # fmt: skip
    within = tables.FOREVER if last is None else _ordinal(last)
    shown_to = None if in_use else within if standing else 0
    opening = Account(tables.OPENING, limit, key, None, unit, cap, _ordinal(first), _or_none(last), shown_to, " ".join(rules))
    yield Posting(Account(tables.LIMIT, limit, key), _ordinal(day), None, None, 0, 0, opening, sign)


def _deadline(
    day: str, sign: int, _kind: str, counts_from: str, kind: str, claim_id: str | None, due_on: str, met_on: str | None, rules: list[str]
) -> Iterator[Posting]:
    deadline = Account(tables.DEADLINE, kind, claim_id, None, None, None, _ordinal(due_on), _or_none(met_on), None, " ".join(rules))
    yield Posting(deadline, _ordinal(day), None, None, 0, 0, deadline, sign)


def _span(day: str, sign: int, _kind: str, counts_from: str, state: str, last: str | None, rules: list[str]) -> Iterator[Posting]:
    span = Account(tables.STATE, state, None, None, None, None, _ordinal(counts_from), _or_none(last), None, " ".join(rules))
    yield Posting(span, _ordinal(day), None, None, 0, 0, span, sign)


def _held(day: str, sign: int, _kind: str, counts_from: str, product: str) -> Iterator[Posting]:
    yield Posting(HELD, _ordinal(day), None, None, 0, 0, Account(tables.HELD, product), sign)


_OF: Final[dict[str, Callable[..., Iterator[Posting]]]] = {
    "line": _line,
    "settlement": _settlement,
    "limit": _opening,
    "deadline": _deadline,
    "state": _span,
    "held": _held,
}
"""By the kind of the item (`ledger.journal.KINDS`); those left out are what no portfolio is asked for."""


@lru_cache(100_000)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _or_none(day: str | None) -> int | None:
    return None if day is None else _ordinal(day)


def netted(posted: Iterable[Posting]) -> list[Posting]:
    """The postings of one assessment, those alike added up; what comes to nothing is left out."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    carriers: dict[tuple[Account, int], tuple[Any, ...]] = {}  # an opening's posting bears what the same day brings beside it
    for account, day, first, last, lines, amount, stands, sign in posted:
        key = (account, day, first, last, stands)
        if stands is None and first is None:
            if carriers:
                key = carriers.get((account, day), key)
        elif sign > 0:
            carriers.setdefault((account, day), key)
        found = sums.get(key)
        if found is None:
            sums[key] = [lines, amount, sign]
        else:
            found[0] += lines
            found[1] += amount
            found[2] += sign
    once_each: list[Posting] = []
    for (account, day, first, last, stands), (lines, amount, sign) in sums.items():
        if lines or amount or sign:
            once = max(-1, min(sign, 1))
            once_each.append(Posting(account, day, first, last, lines, amount, stands if sign else None, once))
            if abs(sign) > 1:  # what is shown alike may stand from two days on: a movement takes back one of them, and names one account
                once_each += [once_each[-1]._replace(lines=0, amount=0)] * (abs(sign) - 1)
    return once_each


def always(account: Account, stands: Account, sign: int) -> Posting:
    """Something comes to stand, or no longer does, on every day."""
    return Posting(account, date.min.toordinal(), None, None, 0, 0, stands, sign)
