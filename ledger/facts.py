"""Facts in force as rules see them. What is read of them is noted, so that nothing is worked out again that rests on the same facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, Concatenate, Final, Generic, NamedTuple, ParamSpec, TypeVar, cast

from ledger import events as ev
from ledger.periods import ONE_DAY

F = TypeVar("F", bound=ev.Fact)
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[F]):
    """A fact in force: its event's id, the day from which it is in view, and its data as corrected."""

    event_id: str
    day: date
    data: F

    def __hash__(self) -> int:
        return hash(self.event_id)


class Facts:
    """The facts in force as a set that rules read: by type, in order of day, then of event id. Never in order of recording.

    `on` is the day whose view this is, for the sections that read it. What is read is noted, so that what follows from it need not
    be found again while it stays the same. Facts that come of one another share their notes and what was made of them once.
    """

    __slots__ = ("_all", "_by_type", "_notes", "_on", "_once", "_readings")

    def __init__(self, known: Iterable[Known[Any]] = (), on: date | None = None, like: Facts | None = None) -> None:
        by_type: dict[type[ev.Fact], list[Known[Any]]] = {}
        for fact in sorted(known, key=_place):
            by_type.setdefault(type(fact.data), []).append(fact)
        self._by_type: _ByType = {fact_type: tuple(found) for fact_type, found in by_type.items()}
        self._all: tuple[Known[Any], ...] | None = None
        self._on = on
        self._notes: _Notes = like._notes if like is not None else _Notes()
        self._once: dict[Any, _Reading] = {}
        self._readings: dict[Any, list[_Reading]] = like._readings if like is not None else {}

    # ---- reading ------------------------------------------------------------------------------------------------------------

    @property
    def on(self) -> date | None:
        """The day in view."""
        self._notes.page.narrow(self._on or date.max, self._on or date.max)
        return self._on

    def reached(self, day: date) -> bool:
        """Whether a day has come by the day in view. What asks only this rests on no more of the day in view than the answer."""
        reached = self._on is None or day <= self._on
        self._notes.page.narrow(day if reached else date.min, date.max if reached else day - ONE_DAY)
        return reached

    def cut(self, day: date) -> date:
        """A last day, no later than the day in view."""
        on = None if self.reached(day) else self.on
        return day if on is None else on

    def of(self, fact_type: type[F]) -> Sequence[Known[F]]:
        """The facts of one type."""
        self._notes.page.types.add(fact_type)
        return self._by_type.get(fact_type, ())

    def naming(self, fact_type: type[F], field: str, value: object) -> Sequence[Known[F]]:
        """The facts of one type that name a value in a field."""
        return cast(Sequence[Known[F]], self.once(_by_value, fact_type, field).get(value, ()))

    def __iter__(self) -> Iterator[Known[Any]]:
        self._notes.page.types.add(ev.Fact)
        if self._all is None:
            self._all = tuple(sorted((fact for found in self._by_type.values() for fact in found), key=_place))
        return iter(self._all)

    def __len__(self) -> int:
        self._notes.page.types.add(ev.Fact)
        return sum(map(len, self._by_type.values()))

    def days(self) -> list[date]:
        """The days on which some fact comes into view, in order."""
        return sorted({fact.day for fact in self})

    def once(self, reading: Callable[Concatenate[Facts, P], T], *of: P.args, **named: P.kwargs) -> T:
        """A reading of these facts (stays, contract, …), of something or at all, made once, and not again for facts that agree in
        all that it read."""
        key = (reading, *of) if of else reading
        made = self._once.get(key)
        if made is None:
            made = self._once[key] = self._kept(key) or self._made(key, lambda: reading(self, *of, **named))
        self._notes.page.readings[id(made)] = made
        return cast(T, made.value)

    def _kept(self, key: object) -> _Reading | None:
        """A reading made of facts that were the same in all that it read."""
        here = self._by_type
        for made in self._readings.get(key, ()):
            types, first, last = made.read
            there = made.facts
            if first <= (self._on or date.max) <= last and (
                here is there or (here == there if ev.Fact in types else all(here.get(one) == there.get(one) for one in types))
            ):
                return made
        return None

    def _made(self, key: object, work: Callable[[], Any]) -> _Reading:
        value, read = self.noting(lambda: _whole(work()))
        made = _Reading(value, read, self._by_type)
        self._readings[key] = [made, *self._readings.get(key, ())[: READINGS_KEPT - 1]]
        return made

    def noting(self, work: Callable[[], T]) -> tuple[T, Read]:
        """What a piece of work comes to, and what it reads."""
        outer, self._notes.page = self._notes.page, _Page()
        try:
            return work(), self._notes.page.read()
        finally:
            self._notes.page = outer

    def differing(self, other: Facts) -> set[type[ev.Fact]]:
        """The types of which other facts hold others than these."""
        mine, theirs = self._by_type, other._by_type
        return {fact_type for fact_type in mine.keys() | theirs.keys() if mine.get(fact_type) != theirs.get(fact_type)}

    # ---- other facts that come of these ---------------------------------------------------------------------------------------

    def dated_to(self, day: date) -> Facts:
        """The facts in view on a day. Spans keep their known end: cutting them at the day asked for is arithmetic."""
        by_type: _ByType = {}
        for fact_type, found in self._by_type.items():
            if found[-1].day <= day:
                by_type[fact_type] = found
            elif found[0].day <= day:
                by_type[fact_type] = found[: bisect_right(found, day, key=_day)]
        return self._with(by_type, day)

    def only(self, types: frozenset[type[ev.Fact]], on: date | None) -> Facts:
        """The facts of some types."""
        return self._with({fact_type: found for fact_type, found in self._by_type.items() if fact_type in types}, on)

    def without(self, fact: Known[Any]) -> Facts:
        """The other facts."""
        others = tuple(other for other in self._by_type[type(fact.data)] if other is not fact)
        by_type = {**self._by_type, type(fact.data): others}
        return self._with({fact_type: found for fact_type, found in by_type.items() if found}, self._on)

    def plus(self, *new: Known[Any]) -> Facts:
        """These facts and new ones."""
        by_type = dict(self._by_type)
        for fact in new:
            by_type[type(fact.data)] = tuple(sorted((*by_type.get(type(fact.data), ()), fact), key=_place))
        return self._with(by_type, self._on)

    def _with(self, by_type: _ByType, on: date | None) -> Facts:
        other = Facts.__new__(Facts)
        other._by_type, other._all, other._on, other._once = by_type, None, on, {}
        other._notes, other._readings = self._notes, self._readings
        return other


_ByType = dict[type[Any], tuple[Known[Any], ...]]
_place = attrgetter("day", "event_id")
_day = attrgetter("day")


class Read(NamedTuple):
    """What was read: types of facts, `Fact` for all of them; and the first and the last day in view on which it would be the same."""

    types: frozenset[type[ev.Fact]]
    first: date
    last: date

    def holds_on(self, day: date | None) -> bool:
        """Whether it would be the same on a day in view; None for a view without a day."""
        return self.first <= (day or date.max) <= self.last


class _Page:
    """What one piece of work reads, as it reads it."""

    __slots__ = ("first", "last", "readings", "types")

    def __init__(self) -> None:
        self.types: set[type[Any]] = set()
        self.readings: dict[int, _Reading] = {}
        self.first, self.last = date.min, date.max

    def narrow(self, first: date, last: date) -> None:
        """Notes that what is read is the same from one day in view to another, and need not be so on others."""
        self.first, self.last = max(self.first, first), min(self.last, last)

    def read(self) -> Read:
        """All that was read, through readings too."""
        through = [made.read for made in self.readings.values()]
        for read in through:
            self.narrow(read.first, read.last)
        return Read(_shared(frozenset(self.types.union(*(read.types for read in through)))), self.first, self.last)


class _Notes:
    """Where it is noted what is read of facts and all that come of them: a rule may look at them dated to another day, too."""

    __slots__ = ("page",)

    def __init__(self) -> None:
        self.page = _Page()


class _Reading(NamedTuple):
    """What a reading came to, what it read, and the facts that it was made of."""

    value: Any
    read: Read
    facts: _ByType


READINGS_KEPT: Final = 3
"""How often one reading is kept, made of different facts: sections see different ones."""


def _by_value(facts: Facts, fact_type: type[ev.Fact], field: str) -> dict[object, list[Known[Any]]]:
    found: dict[object, list[Known[Any]]] = {}
    for fact in facts.of(fact_type):
        found.setdefault(getattr(fact.data, field), []).append(fact)
    return found


def _whole(value: Any) -> Any:
    """A value that can be looked at again: what comes bit by bit is taken in whole."""
    return tuple(value) if isinstance(value, Iterator) else value


@lru_cache(maxsize=4096)
def _shared(read: frozenset[type[Any]]) -> frozenset[type[Any]]:
    """One of many equal sets, to keep in the place of all."""
    return read
