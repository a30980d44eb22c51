"""Facts in force as rules see them. What is asked of them is noted: nothing is worked out again while the answers are the same."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Concatenate, Final, Generic, NamedTuple, ParamSpec, TypeVar

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

    `on` is the day whose view this is, for the sections that read it. What is asked is noted with its answer, so that what follows
    need not be found again while the answers stay the same. Facts that come of one another share what was made of them once.
    """

    __slots__ = ("_all", "_by_id", "_by_type", "_notes", "_on", "_once")

    def __init__(self, known: Iterable[Known[Any]] = (), on: date | None = None, like: Facts | None = None) -> None:
        by_type: dict[type[ev.Fact], list[Known[Any]]] = {}
        for fact in sorted(known, key=_place):
            by_type.setdefault(type(fact.data), []).append(fact)
        self._by_type: _ByType = {fact_type: tuple(found) for fact_type, found in by_type.items()}
        self._all: tuple[Known[Any], ...] | None = None
        self._by_id: dict[str, Known[Any]] | None = None
        self._on = on
        self._notes: _Notes = like._notes if like is not None else _Notes()
        self._once: dict[_Question, _Reading] = {}

    # ---- reading ------------------------------------------------------------------------------------------------------------

    @property
    def on(self) -> date | None:
        """The day in view."""
        day = self._on or date.max
        self._narrow(day, day)
        return self._on

    def reached(self, day: date) -> bool:
        """Whether a day has come by the day in view. What asks only this rests on no more of the day in view than the answer."""
        reached = self._on is None or day <= self._on
        self._narrow(day if reached else date.min, date.max if reached else day - ONE_DAY)
        return reached

    def cut(self, day: date) -> date:
        """A last day, no later than the day in view."""
        on = None if self.reached(day) else self.on
        return day if on is None else on

    def of(self, fact_type: type[F]) -> Sequence[Known[F]]:
        """The facts of one type."""
        found = self._by_type.get(fact_type, ())
        page = self._notes.page
        if page is not None:
            page.note(self, fact_type, found)
        return found

    def naming(self, fact_type: type[F], field: str, value: object) -> Sequence[Known[F]]:
        """The facts of one type that name a value in a field."""
        found: Sequence[Known[F]] = self._asked(_Naming(fact_type, field, value))
        return found

    def get(self, event_id: str) -> Known[Any] | None:
        """The fact of an event; None where it is not in view."""
        found: Known[Any] | None = self._asked(event_id)
        return found

    def __iter__(self) -> Iterator[Known[Any]]:
        self._asked(ev.Fact)
        if self._all is None:
            self._all = tuple(sorted((fact for found in self._by_type.values() for fact in found), key=_place))
        return iter(self._all)

    def __len__(self) -> int:
        self._asked(ev.Fact)
        return sum(map(len, self._by_type.values()))

    def days(self) -> list[date]:
        """The days on which some fact comes into view, in order."""
        self._asked(ev.Fact)
        return sorted({fact.day for found in self._by_type.values() for fact in found})

    def once(self, reading: Callable[Concatenate[Facts, P], T], *of: P.args, **_: P.kwargs) -> T:
        """A reading of these facts (stays, contract, …), of something or at all. It is made once, and not again of facts that answer
        all that it asked as before; where it comes to the same as before, nothing that asked for it is made again either."""
        question = (reading, *of)
        value: T = (self._once.get(question) or self._read(question)).value
        page = self._notes.page
        if page is not None:
            page.note_reading(self, question, value)
        return value

    # ---- what is asked, and whether the answers are the same --------------------------------------------------------------------

    def noting(self, work: Callable[[], T]) -> tuple[T, Read]:
        """What a piece of work comes to, and what it read of these facts."""
        outer, page = self._notes.page, _Page(self)
        self._notes.page = page
        try:
            return work(), Read(page.facts, page.readings, page.first, page.last)
        finally:
            self._notes.page = outer

    def agree(self, read: Read) -> bool:
        """Whether these facts answer all that was asked as it was answered then. Readings are asked for in the order of that time and
        only up to the first other answer: none is made that the work would not ask for again."""
        if not read.first <= (self._on or date.max) <= read.last:
            return False
        for question, answer in read.facts.items():
            mine = self._answer(question)
            if mine is not answer and mine != answer:
                return False
        for question, value in read.readings.items():
            mine = (self._once.get(question) or self._read(question)).value
            if mine is not value and not _same(mine, value):
                return False
        return True

    def types_of(self, read: Read) -> frozenset[type[ev.Fact]]:
        """The types of facts on which it rests, through readings too; `Fact` where it rests on all, or on single ones."""
        found: set[Any] = {_type_of(question) for question in read.facts}
        return frozenset(found.union(*(self.types_of(self._read(question).read) for question in read.readings)))

    def _asked(self, question: Any) -> Any:
        answer, page = self._answer(question), self._notes.page
        if page is not None:
            page.note(self, question, answer)
        return answer

    def _narrow(self, first: date, last: date) -> None:
        page = self._notes.page
        if page is not None:
            page.narrow(self, first, last)

    def _answer(self, question: Any) -> Any:
        if type(question) is _Naming:
            return self._notes.naming(question, self._by_type.get(question.fact_type, ()))
        if type(question) is str:
            if self._by_id is None:
                self._by_id = {fact.event_id: fact for found in self._by_type.values() for fact in found}
            return self._by_id.get(question)
        return self._by_type if question is ev.Fact else self._by_type.get(question, ())

    def _read(self, question: _Question) -> _Reading:
        kept = self._notes.readings.get(question, ())
        for reading in kept:
            if self.agree(reading.read):
                break
        else:
            reading = self._made(question, kept)
        self._once[question] = reading
        return reading

    def _made(self, question: _Question, kept: tuple[_Reading, ...]) -> _Reading:
        reading, *of = question
        value, read = self.noting(lambda: _whole(reading(self, *of)))
        made = _Reading(next((one.value for one in kept if _same(one.value, value)), value), read)
        self._notes.readings[question] = (made, *kept[: READINGS_KEPT - 1])
        return made

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
        other._by_type, other._all, other._by_id, other._on, other._once = by_type, None, None, on, {}
        other._notes = self._notes
        return other


_ByType = dict[type[Any], tuple[Known[Any], ...]]
_Question = tuple[Any, ...]
"""Asks for a reading: its function, and what it is to read of."""
_place = attrgetter("day", "event_id")
_day = attrgetter("day")


class _Naming(NamedTuple):
    """Asks for the facts of a type that name a value in a field."""

    fact_type: type[Any]
    field: str
    value: object


class Read(NamedTuple):
    """What was read: facts, by what was asked (a type, `Fact` for all, an event id, or what they name); readings, in the order of
    asking; and the first and the last day in view on which it would be the same."""

    facts: Mapping[Any, Any]
    readings: Mapping[_Question, Any]
    first: date
    last: date


class _Page:
    """What one piece of work reads of facts, as it reads it. What it reads of others that come of these rests on all of these, and
    on their day in view."""

    __slots__ = ("_of", "facts", "first", "last", "readings")

    def __init__(self, of: Facts) -> None:
        self._of = of
        self.facts: dict[Any, Any] = {}
        self.readings: dict[_Question, Any] = {}
        self.first, self.last = date.min, date.max

    def note(self, facts: Facts, asked: Any, found: Any) -> None:
        """Notes which facts were found."""
        if facts is self._of:
            self.facts[asked] = found
        else:
            self._note_all()

    def note_reading(self, facts: Facts, question: _Question, value: Any) -> None:
        """Notes what a reading came to."""
        if facts is self._of:
            self.readings[question] = value
        else:
            self._note_all()

    def narrow(self, facts: Facts, first: date, last: date) -> None:
        """Notes that what is read is the same from one day in view to another, and need not be so on others."""
        if facts is self._of:
            self.first, self.last = max(self.first, first), min(self.last, last)
        else:
            self._note_all()

    def _note_all(self) -> None:
        self.facts[ev.Fact] = self._of._by_type
        self.first = self.last = self._of._on or date.max


class _Notes:
    """Where it is noted what is read of facts and all that come of them, and what was made of them."""

    __slots__ = ("_indexes", "page", "readings")

    def __init__(self) -> None:
        self.page: _Page | None = None
        self.readings: dict[_Question, tuple[_Reading, ...]] = {}
        self._indexes: dict[tuple[type[Any], str], tuple[Sequence[Known[Any]], dict[object, list[Known[Any]]]]] = {}

    def naming(self, asked: _Naming, among: Sequence[Known[Any]]) -> Sequence[Known[Any]]:
        """Those of some facts that name what is asked for, by an index that is kept while the facts are the same."""
        of, index = self._indexes.get(asked[:2], (None, {}))
        if of is not among and of != among:
            index = {}
            for fact in among:
                index.setdefault(getattr(fact.data, asked.field), []).append(fact)
            self._indexes[asked[:2]] = among, index
        return index.get(asked.value, ())


class _Reading(NamedTuple):
    """What a reading came to, and what it read."""

    value: Any
    read: Read


READINGS_KEPT: Final = 3
"""How often one reading is kept, made of different facts: sections see different ones."""


def _type_of(asked: Any) -> Any:
    return asked.fact_type if type(asked) is _Naming else ev.Fact if type(asked) is str else asked


def _whole(value: Any) -> Any:
    """A value that can be looked at again: what comes bit by bit is taken in whole."""
    return tuple(value) if isinstance(value, Iterator) else value


def _same(one: Any, other: Any) -> bool:
    """Whether one value can stand for another: equal, and in one order."""
    return one is other or (type(one) is type(other) and one == other and (type(one) is not dict or list(one) == list(other)))
