"""The journal: everything an answer shows, as signed entries, each with the day from which it counts.

An answer on day D, known at K, is a sum: the entries recorded by K whose day is on or before D. Nothing is ever edited; where later
news changes an entry, `-old` and `+new` are appended. An `Item` is what an entry adds or takes back. A run of days at one rate is one
item; cutting it at D is arithmetic (`Line.through`), not a rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple, cast, get_type_hints

from ledger.periods import days

UNDATED = date.min
"""The day of what holds on every day: it was so before anything else."""


class Cut(NamedTuple):
    """What one limit took off a line, in yen."""

    limit: str
    key: str
    by: int


class Use(NamedTuple):
    """A movement on a limit, in the limit's unit (yen, days, times)."""

    limit: str
    key: str
    amount: int


class Line(NamedTuple):
    """A benefit line: payable, reduced by limits, or declined by a rule. `rate`, `gross`, `payable` in yen."""

    counts_from: date
    benefit: str
    key: str
    first: date
    last: date
    unit: str  # day, month, time
    quantity: int
    rate: int
    gross: int
    payable: int
    decision: str  # payable, reduced, declined
    rules: tuple[str, ...]
    events: tuple[str, ...]
    cuts: tuple[Cut, ...] = ()
    uses: tuple[Use, ...] = ()

    def through(self, on: date) -> Line:
        """The line as it stands on a day: a run of days, and the days that a cost is for, go no further than that day."""
        if self.unit == "month" or self.last <= on:
            return self
        if self.unit == "time":
            return self._replace(last=max(self.first, on))
        n = days(self.first, on)
        return self._replace(
            last=on,
            quantity=n,
            gross=self.rate * n,
            payable=self.payable // self.quantity * n,
            cuts=tuple(cut._replace(by=cut.by // self.quantity * n) for cut in self.cuts),
            uses=tuple(use._replace(amount=use.amount // self.quantity * n) for use in self.uses),
        )


class Opening(NamedTuple):
    """A limit comes into being: its cap in its unit and its window. A standing one is shown within its window though nothing used it;
    one in use from its first day (for oyako: from the trigger) is shown from then on, after its window too.
    """

    counts_from: date
    limit: str
    key: str
    unit: str  # yen, days, times
    cap: int
    first: date
    last: date | None
    rules: tuple[str, ...]
    standing: bool = False
    in_use: bool = False


class Span(NamedTuple):
    """The state of the policy from `first` to `last`, both included; `last` null while open."""

    counts_from: date
    state: str
    last: date | None
    rules: tuple[str, ...]

    @property
    def first(self) -> date:
        return self.counts_from


class Deadline(NamedTuple):
    """Something due by a day; `met_on` null while it is not met."""

    counts_from: date
    kind: str
    claim_id: str | None
    due_on: date
    met_on: date | None
    rules: tuple[str, ...]

    def overdue(self, on: date) -> bool:
        """Whether it was missed: not met and the day due is past, or met too late."""
        return on > self.due_on if self.met_on is None else self.met_on > self.due_on


class Certificate(NamedTuple):
    """Whether a claim needs a doctor's certificate; `claimed` and `threshold` in yen."""

    counts_from: date
    claim_id: str
    claimed: int
    threshold: int
    required: bool
    rules: tuple[str, ...]


class Refund(NamedTuple):
    """Premium to be given back, in yen."""

    counts_from: date
    kind: str
    amount: int
    due_from: date
    rules: tuple[str, ...]


class Settlement(NamedTuple):
    """Money that moved: `paid`, `recovered` or `offset`, in yen."""

    counts_from: date
    benefit: str
    movement: str
    amount: int
    event: str


class Orphan(NamedTuple):
    """A fact that no rule reads, for what it rests on was taken back. `ordinal`: its place in the policy's order of recording."""

    counts_from: date
    ordinal: int
    event_id: str
    rests_on: str


class Discrepancy(NamedTuple):
    """What was recorded and what the facts imply differ."""

    counts_from: date
    rule: str
    recorded: str | int | None
    derived: str | int | None
    events: tuple[str, ...]


class Held(NamedTuple):
    """The policy is known, of this product."""

    counts_from: date
    product: str


Item = Line | Opening | Span | Deadline | Certificate | Refund | Settlement | Orphan | Discrepancy | Held

KINDS: Mapping[str, type[Item]] = {
    "line": Line,
    "limit": Opening,
    "state": Span,
    "deadline": Deadline,
    "certificate": Certificate,
    "refund": Refund,
    "settlement": Settlement,
    "orphan": Orphan,
    "discrepancy": Discrepancy,
    "held": Held,
}
_KIND_OF = {cls: kind for kind, cls in KINDS.items()}
_DATES = {
    cls: tuple(i for i, hint in enumerate(get_type_hints(cls).values()) if hint in (date, date | None))
    for cls in KINDS.values()
}


class Entry(NamedTuple):
    """From `day` on, `item` counts (`sign` +1) or no longer counts (-1)."""

    day: date
    sign: int
    item: Item

    def encoded(self) -> list[Any]:
        """As stored in an `Assessed` event: day, sign, kind, then the item's fields in order, dates as text."""
        return [self.day.isoformat(), self.sign, _KIND_OF[type(self.item)], *map(_plain, self.item)]

    @classmethod
    def decoded(cls, stored: Sequence[Any]) -> Entry:
        day, sign, kind, *fields = stored
        item_type: Any = KINDS[kind]
        for i in _DATES[item_type]:
            if fields[i] is not None:
                fields[i] = date.fromisoformat(fields[i])
        if item_type is Line:
            return cls(date.fromisoformat(day), sign, _line(fields))
        return cls(date.fromisoformat(day), sign, item_type(*(tuple(f) if type(f) is list else f for f in fields)))


def _plain(field: Any) -> Any:
    if isinstance(field, date):
        return field.isoformat()
    return [list(f) if isinstance(f, tuple) else f for f in field] if isinstance(field, tuple) else field


def _line(fields: list[Any]) -> Line:
    fields[-4:-2] = map(tuple, fields[-4:-2])
    fields[-2:] = tuple(Cut(*cut) for cut in fields[-2]), tuple(Use(*use) for use in fields[-1])
    return Line(*fields)


class Journal:
    """A multiset of entries by day: for each item, how often it was added less how often it was taken back. Never changed."""

    EMPTY: ClassVar[Journal]
    __slots__ = ("_days",)

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._days: dict[date, dict[Item, int]] = {}
        for day, sign, item in entries:
            posted = self._days.setdefault(day, {})
            _post(posted, item, sign)
            if not posted:
                del self._days[day]

    def __iter__(self) -> Iterator[Entry]:
        for day, posted in self._days.items():
            for item, net in posted.items():
                for _ in range(abs(net)):
                    yield Entry(day, 1 if net > 0 else -1, item)

    def __len__(self) -> int:
        return sum(map(len, self._days.values()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Journal) and self._days == other._days

    __hash__ = None  # type: ignore[assignment]

    def plus(self, entries: Iterable[Entry]) -> Journal:
        """This journal and further entries. Days without further entries are shared, not copied."""
        days = dict(self._days)
        touched: set[date] = set()
        for day, sign, item in entries:
            if day not in touched:
                days[day] = dict(days.get(day, ()))
                touched.add(day)
            _post(days[day], item, sign)
        return self._of({day: posted for day, posted in days.items() if posted} if touched else days)

    def before(self, day: date) -> Journal:
        """The entries of earlier days."""
        return self._of({one: posted for one, posted in self._days.items() if one < day})

    def standing(self, on: date) -> frozenset[Item]:
        """The items that count on a day: the sum of the entries to that day. Runs of days are not cut."""
        net: dict[Item, int] = {}
        for day, posted in self._days.items():
            if day <= on:
                for item, sign in posted.items():
                    net[item] = net.get(item, 0) + sign
        if any(total not in (0, 1) for total in net.values()):
            raise AssertionError("an item counts once or not at all")
        return frozenset([item for item, total in net.items() if total])

    @classmethod
    def _of(cls, days: dict[date, dict[Item, int]]) -> Journal:
        journal = cls()
        journal._days = days
        return journal


def _post(posted: dict[Item, int], item: Item, sign: int) -> None:
    total = posted.get(item, 0) + sign
    if total:
        posted[item] = total
    else:
        del posted[item]


Journal.EMPTY = Journal()


def difference(old: Journal, new: Journal) -> tuple[Entry, ...]:
    """The entries that make `new` of `old`: reversals of what no longer holds, additions of what is new; in a fixed order."""
    found: list[Entry] = []
    for day in old._days.keys() | new._days.keys():
        before, after = old._days.get(day, _NOTHING), new._days.get(day, _NOTHING)
        if before is not after and before != after:
            for item in {**before, **after}:
                change = after.get(item, 0) - before.get(item, 0)
                found += [Entry(day, 1 if change > 0 else -1, item)] * abs(change)
    return tuple(sorted(found, key=_order))


_NOTHING: dict[Item, int] = {}


def _order(entry: Entry) -> tuple[Any, ...]:
    """Reversals first on their day; then by kind and content, `None` before anything, and each type by itself."""
    content = tuple(
        (field is not None, type(field).__name__, field if field is not None else "")
        for field in cast(tuple[Any, ...], entry.item)
    )
    return (entry.day, entry.sign, _KIND_OF[type(entry.item)], content)
