"""Every dated number of every terms.toml, moved by its smallest unit: some rule test of the product must fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.trials import ROOT, Trial, tests_of
from ledger.terms import OLDEST, Row, Term, Terms

Place = tuple[str | int, ...]


def nudges(products: list[str]) -> Iterator[Trial]:
    """A trial for every number and every day from which a row serves (but the oldest, which stands for always)."""
    for product in products:
        folder = ROOT / "ledger" / "products" / product
        for term in Terms.load(folder):
            for index, row in enumerate(term.rows):
                for place in _numbers(row.value):
                    yield _trial(product, folder, term, index, place)
                if row.from_ != OLDEST:
                    yield _trial(product, folder, term, index, None)


def _trial(product: str, folder: Path, term: Term, index: int, place: Place | None) -> Trial:
    row = term.rows[index]
    what = f"{product} {term.name} of {row.from_}"
    shown = f"{what}: from {row.from_} + 1 day" if place is None else f"{what}{list(place) or ''}: {_at(row.value, place)} + 1"
    names = " or ".join(clause.lower().replace("-", "_") for clause in term.clauses)
    return Trial(shown, partial(_move, folder, term.name, index, place), tests_of(product), names)


def _numbers(value: Any, place: Place = ()) -> Iterator[Place]:
    if type(value) is int or isinstance(value, date):
        yield place
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _numbers(one, (*place, key))
    elif isinstance(value, list | tuple):
        for n, one in enumerate(value):
            yield from _numbers(one, (*place, n))


def _at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _moved(value: Any, place: Place) -> Any:
    """The value with the number at a place one larger."""
    if not place:
        return value + timedelta(1) if isinstance(value, date) else value + 1
    head, *rest = place
    if isinstance(value, Mapping):
        return MappingProxyType({key: _moved(one, tuple(rest)) if key == head else one for key, one in value.items()})
    return tuple(_moved(one, tuple(rest)) if n == head else one for n, one in enumerate(value))


def _move(folder: Path, name: str, index: int, place: Place | None) -> None:
    """Moves one number in the terms that the rules will read."""
    terms = Terms.load(folder)._terms  # noqa: SLF001 - the one place that changes what never changes
    term = terms[name]
    row = term.rows[index]
    moved: Row = row._replace(from_=row.from_ + timedelta(1)) if place is None else row._replace(value=_moved(row.value, place))
    rows = (*term.rows[:index], moved, *term.rows[index + 1 :])
    terms[name] = term._replace(rows=rows, starts=tuple(one.from_ for one in rows))
