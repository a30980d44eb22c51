"""Every dated number of every terms.toml, moved by its smallest unit: some test must notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

from bench.trials import ROOT, Trial
from ledger.terms import OLDEST, Row, Term, Terms

Place = tuple[str | int, ...]
Unit = Literal[1, -1]


def nudges(folder: str) -> Iterator[Trial]:
    """A trial for every number, up and down, and for every day from which a row serves (but the oldest, which stands for always)."""
    terms = Terms.load(ROOT / "ledger" / "products" / folder)
    for term in terms:
        for index, row in enumerate(term.rows):
            places = [*_numbers(row.value), *(() if row.from_ == OLDEST else (None,))]
            for place in places:
                yield from (_trial(folder, terms, term, index, place, unit) for unit in (1, -1))


def _trial(folder: str, terms: Terms, term: Term, index: int, place: Place | None, unit: Unit) -> Trial:
    row = term.rows[index]
    what = f"from {row.from_}" if place is None else "".join(f"[{step}]" for step in place) + f" {_at(row.value, place)}"
    change = partial(_move, terms, term, index, place, unit)
    touches = [frozenset({(folder, term.name)})]
    return Trial(f"{folder}, numbers", f"{folder}: {term.name} of {row.from_}", f"{what} {unit:+}", change, touches, term.clauses)


def _numbers(value: Any, place: Place = ()) -> Iterator[Place]:
    if type(value) is int or isinstance(value, date):
        yield place
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _numbers(one, (*place, key))
    elif isinstance(value, tuple):
        for n, one in enumerate(value):
            yield from _numbers(one, (*place, n))


def _at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _moved(value: Any, place: Place, unit: Unit) -> Any:
    """The value with the number at a place larger or smaller by one."""
    if not place:
        return value + timedelta(unit) if isinstance(value, date) else value + unit
    head, *rest = place
    if isinstance(value, Mapping):
        return MappingProxyType({key: _moved(one, tuple(rest), unit) if key == head else one for key, one in value.items()})
    return tuple(_moved(one, tuple(rest), unit) if n == head else one for n, one in enumerate(value))


def _move(terms: Terms, term: Term, index: int, place: Place | None, unit: Unit) -> bool:
    """Moves one number in the terms that the rules read."""
    row = term.rows[index]
    moved: Row = row._replace(from_=row.from_ + timedelta(unit)) if place is None else row._replace(value=_moved(row.value, place, unit))
    rows = (*term.rows[:index], moved, *term.rows[index + 1 :])
    terms._terms[term.name] = term._replace(rows=rows, starts=tuple(one.from_ for one in rows))  # noqa: SLF001 - what else never changes
    return False
