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
        self._notes.types.add(date)
        return self._on

    def of(self, fact_type: type[F]) -> Sequence[Known[F]]:
        """The facts of one type."""
        self._notes.types.add(fact_type)
        return self._by_type.get(fact_type, ())

    def __iter__(self) -> Iterator[Known[Any]]:
        self._notes.types.add(ev.Fact)
        if self._all is None:
            self._all = tuple(sorted((fact for found in self._by_type.values() for fact in found), key=_place))
        return iter(self._all)

    def __len__(self) -> int:
        self._notes.types.add(ev.Fact)
        return sum(map(len, self._by_type.values()))

    def days(self) -> list[date]:
        """The days on which some fact comes into view, in order."""
        return sorted({fact.day for fact in self})

    def once(self, reading: Callable[Concatenate[Facts, P], T], *of: P.args, **named: P.kwargs) -> T:
        """A reading of these facts (stays, contract, …), of something or at all, made once, and not again for facts that agree in
        all that it read."""
        assert not named, "what a reading is of is named by its place"
        key = (reading, *of) if of else reading
        made = self._once.get(key)
        if made is None:
            kept = self._readings.setdefault(key, [])
            made = next((one for one in kept if self._agrees(one)), None)
            if made is None:
                value, read = self.noting(lambda: _whole(reading(self, *of, **named)))
                made = _Reading(value, _shared(frozenset(read)), self._by_type, self._on)
                kept[:] = [made, *kept[: READINGS_KEPT - 1]]
            self._once[key] = made
        self._notes.readings[id(made)] = made
        return cast(T, made.value)

    def _agrees(self, made: _Reading) -> bool:
        """Whether all that a reading read is here as it was there."""
        here, there = self._by_type, made.facts
        if here is there and made.on == self._on:
            return True
        if (date in made.read and made.on != self._on) or (ev.Fact in made.read and here != there):
            return False
        return all(here.get(fact_type) == there.get(fact_type) for fact_type in made.read)

    def noting(self, work: Callable[[], T]) -> tuple[T, set[type[Any]]]:
        """What a piece of work comes to, and what it reads: types of facts, `Fact` for all of them, `date` for the day in view."""
        outer = self._notes.types, self._notes.readings
        types: set[type[Any]] = set()
        readings: dict[int, _Reading] = {}
        self._notes.types, self._notes.readings = types, readings
        try:
            done = work()
            return done, types.union(*(made.read for made in readings.values()))
        finally:
            self._notes.types, self._notes.readings = outer

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


class _Notes:
    """What is being read, for all facts that come of one another: a rule may look at them dated to another day, too."""

    __slots__ = ("readings", "types")

    def __init__(self) -> None:
        self.types: set[type[Any]] = set()
        self.readings: dict[int, _Reading] = {}


class _Reading(NamedTuple):
    """What a reading came to, what it read, and the facts and the day in view that it was made of."""

    value: Any
    read: frozenset[type[Any]]
    facts: _ByType
    on: date | None


READINGS_KEPT: Final = 3
"""How often one reading is kept, made of different facts: sections see different ones."""


def _whole(value: Any) -> Any:
    """A value that can be looked at again: what comes bit by bit is taken in whole."""
    return tuple(value) if isinstance(value, Iterator) else value


@lru_cache(maxsize=4096)
def _shared(read: frozenset[type[Any]]) -> frozenset[type[Any]]:
    """One of many equal sets, to keep in the place of all."""
    return read
