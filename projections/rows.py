"""Rows of the read model's answers, typed: limits, settlements, deadlines. Amounts in whole yen, days or times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

from projections import tables

UNDATED: Final = 1
"""The ordinal of the day of what holds on every day."""


class Undetermined(NamedTuple):
    """Since which position nothing is said of a policy, and why."""

    since: int
    reason: str


class Account(NamedTuple):
    """What a sum is shown with: a limit with cap and window; a benefit; something due; the product held. What it has not, is null."""

    name: str
    key: str | None
    product: str | None
    unit: str | None
    cap: Any  # of a limit, whole
    first: Any  # of a limit or something due, a date
    last: date | None
    rules: tuple[str, ...]


class Policy(NamedTuple):
    """The sums of one policy: the kind of movements, what they come to, and the account.

    `product` is null where it is not held; such a policy has no sums, nor has one that is undetermined.
    """

    policy_id: str
    product: str | None
    undetermined: Undetermined | None
    sums: list[tuple[int, int, Account]]


class Limit(NamedTuple):
    """A limit: cap = used + remaining, in its unit."""

    policy_id: str
    product: str
    limit: str
    key: str
    unit: str
    cap: int
    used: int
    remaining: int
    first: date
    last: date | None
    rules: tuple[str, ...]

    def wire(self) -> dict[str, Any]:
        """As a row of a portfolio."""
        return {"policy_id": self.policy_id, "product": self.product} | self.in_answer()

    def in_answer(self) -> dict[str, Any]:
        """As a row of `limits` in an answer."""
        return {
            "limit": self.limit,
            "key": self.key,
            "unit": self.unit,
            "cap": self.cap,
            "used": self.used,
            "remaining": self.remaining,
            "from": self.first.isoformat(),
            "to": None if self.last is None else self.last.isoformat(),
            "rules": list(self.rules),
        }


class Settlement(NamedTuple):
    """The money of a policy, or of one of its benefits: above zero the insurer owes, below zero it overpaid."""

    policy_id: str
    product: str
    benefit: str | None
    payable: int
    paid: int
    recovered: int
    offset: int
    outstanding: int

    def wire(self) -> dict[str, Any]:
        """As a row of a portfolio."""
        benefit = {} if self.benefit is None else {"benefit": self.benefit}
        return {"policy_id": self.policy_id, "product": self.product} | benefit | self.in_answer()

    def in_answer(self) -> dict[str, Any]:
        """As a `settlement` in an answer, or a row of its `by_benefit`."""
        return {
            "payable": self.payable,
            "paid": self.paid,
            "recovered": self.recovered,
            "offset": self.offset,
            "outstanding": self.outstanding,
        }


class Deadline(NamedTuple):
    """Something due by a day."""

    policy_id: str
    kind: str
    claim_id: str | None
    due_on: date
    met_on: date | None
    overdue: bool
    rules: tuple[str, ...]

    def wire(self) -> dict[str, Any]:
        """As a row of a portfolio."""
        return {"policy_id": self.policy_id} | self.in_answer()

    def in_answer(self) -> dict[str, Any]:
        """As a row of `deadlines` in an answer."""
        return {
            "kind": self.kind,
            "claim_id": self.claim_id,
            "due_on": self.due_on.isoformat(),
            "met_on": None if self.met_on is None else self.met_on.isoformat(),
            "overdue": self.overdue,
            "rules": list(self.rules),
        }


R = TypeVar("R", Limit, Settlement, Deadline)
Rows = Callable[[Policy, date], list[R]]
"""The rows of a policy on a day."""


def policy(policy_id: str, found: list[tuple[int, int, Account]]) -> Policy:
    """A policy from the sums that are shown of it, in any order."""
    whole = [one for one in found if one[0] <= _WHOLE]
    sums = [one for one in found if one[0] > _WHOLE] if whole else found
    product = sums[0][2].product if sums else None  # a limit's
    for kind, _, account in whole:
        if kind == tables.FAULT:
            return Policy(policy_id, None, Undetermined(int(account.key or ""), account.name), [])
        product = account.name
    return Policy(policy_id, product, None, sums if product is not None else [])


_WHOLE: Final = tables.FAULT
"""The last of the kinds that tell of a policy as a whole."""


def limits(found: Policy, on: date) -> list[Limit]:
    """The limits in use, and those that are shown unused, by name and key."""
    policy_id, product, _, sums = found
    rows = [
        _made(Limit, (policy_id, product, name, key, unit, cap, used, cap - used, first, last, rules))
        for _, used, (name, key, _, unit, cap, first, last, rules) in sums
    ]
    rows.sort()  # no two rows of a policy have the same limit and key
    return rows


_made: Final[Callable[[type[Any], tuple[Any, ...]], Any]] = tuple.__new__  # without asking whether the number of fields is right

_COLUMN: Final = {tables.PAYABLE: 0, tables.PAID: 1, tables.RECOVERED: 2, tables.OFFSET: 3}


def settlement(found: Policy, on: date) -> list[Settlement]:
    """The money of a policy in one row; none where the policy is not held."""
    if found.product is None:
        return []
    sums = [0, 0, 0, 0]
    for kind, amount, _ in found.sums:
        sums[_COLUMN[kind]] += amount
    return [_settled(found.policy_id, found.product, None, sums)]


def settlement_by_benefit(found: Policy, on: date) -> list[Settlement]:
    """The money of a policy, benefit by benefit: of each that is payable, or on which money moved."""
    benefits: dict[str, list[int]] = {}
    for kind, amount, account in found.sums:
        benefits.setdefault(account.name, [0, 0, 0, 0])[_COLUMN[kind]] += amount
    product = found.product or ""  # without a product there are no sums
    return [_settled(found.policy_id, product, benefit, benefits[benefit]) for benefit in sorted(benefits)]


def _settled(policy_id: str, product: str, benefit: str | None, sums: list[int]) -> Settlement:
    payable, paid, recovered, offset = sums
    return Settlement(policy_id, product, benefit, payable, paid, recovered, offset, payable - paid - offset + recovered)


def deadlines(found: Policy, on: date) -> list[Deadline]:
    """The deadlines in order of the day due, and whether each is overdue on the day asked for."""
    rows = [
        _made(Deadline, (found.policy_id, kind, claim_id, due, met, on > due if met is None else met > due, rules))
        for _, _, (kind, claim_id, _, _, _, due, met, rules) in found.sums
    ]
    rows.sort(key=_deadline_order)
    return rows


def _deadline_order(row: Deadline) -> tuple[date, str, str]:
    return row.due_on, row.kind, row.claim_id or ""


def flat(policies: Iterable[Policy], rows: Rows[R], on: date, undetermined: Callable[[Policy], None]) -> Iterator[R]:
    """The rows of policies one after the other; undetermined ones are told of instead."""
    for found in policies:
        if found.undetermined is not None:
            undetermined(found)
        else:
            yield from rows(found, on)


class _Read(dict[Any, Any]):
    """What stored values are, each worked out once: there are as many days, and as many sets of rules, as the clauses know."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read

    def __missing__(self, stored: Any) -> Any:
        found = self[stored] = self._read(stored)
        return found


_FIRST: Final = _Read(lambda ordinal: None if ordinal is None else date.fromordinal(ordinal))
_LAST: Final = _Read(lambda ordinal: None if ordinal == UNDATED else _FIRST[ordinal])
_RULES: Final = _Read(lambda joined: tuple(joined.split()) if joined else ())


def account(row: Any) -> tuple[int, int, Account]:
    """A sum with its account, from a row of the database that begins with the two (`as_of`)."""
    kind, amount, name, key, product, unit, cap, first, last, rules, *_ = row
    return kind, amount, _made(Account, (name, key, product, unit, cap, _FIRST[first], _LAST[last], _RULES[rules]))
