"""The terms of a product: every amount, window, list and table as dated rows with clause, unit and source.

A row has only a `from`: it holds until the next one starts, so that there is neither gap nor overlap. The first row
has no lower bound (1900-01-01, the oldest known wording). `picked_by` says which date of a case picks the row. Nothing
falls back silently: a term that is unknown, or that has fallen away by a date, is an error that names both.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError, field_validator

from ledger.canonical import canonical
from ledger.errors import LedgerFault

OLDEST = date(1900, 1, 1)

_PLAIN = ConfigDict(extra="forbid", frozen=True, strict=True)


class TermMissing(LedgerFault):
    """A rule asked for a term that the product's terms do not give for that date."""


class TermsUnreadable(LedgerFault):
    """A terms.toml that does not say what terms must say."""


class Row(NamedTuple):
    """One dated value of a term: `from_` is the first day it serves, `source` the place that says so."""

    from_: date
    value: Any
    source: str
    note: str | None
    fallen_away: bool


class Term(NamedTuple):
    """One term: the clauses that read it, the unit, the date that picks its row, its rows rising by date."""

    name: str
    clauses: tuple[str, ...]
    unit: str
    picked_by: str
    rows: tuple[Row, ...]
    starts: tuple[date, ...]

    def row_at(self, day: date) -> Row:
        """The row that serves a day."""
        index = bisect_right(self.starts, day)
        if index == 0:
            raise self._missing(day, f"its first row starts on {self.starts[0]}")
        row = self.rows[index - 1]
        if row.fallen_away:
            raise self._missing(day, f"it has none from {row.from_} on")
        return row

    def _missing(self, day: date, why: str) -> TermMissing:
        return TermMissing(f"term {self.name} ({', '.join(self.clauses)}) has no value on {day}: {why}")


class LookUp(NamedTuple):
    """That a rule asked for a term on the day that picks its row, and the row it was given."""

    term: Term
    day: date
    row: Row


_heard: ContextVar[list[LookUp] | None] = ContextVar("look-ups of terms", default=None)


@contextmanager
def looked_up() -> Iterator[list[LookUp]]:
    """What rules look up inside, in order, in this thread alone."""
    found: list[LookUp] = []
    token = _heard.set(found)
    try:
        yield found
    finally:
        _heard.reset(token)


class Terms:
    """The terms of one product, read once and never changed."""

    __slots__ = ("_terms", "hash", "version")

    def __init__(self, version: str, digest: str, terms: Mapping[str, Term]) -> None:
        self.version = version
        self.hash = digest
        self._terms = dict(terms)

    @classmethod
    def load(cls, folder: Path | str) -> "Terms":
        """Reads terms.toml in a product's folder; the same folder is read once."""
        return _loaded(Path(folder) / "terms.toml")

    @classmethod
    def parse(cls, text: str, where: str = "terms.toml") -> "Terms":
        """Reads the text of a terms.toml."""
        try:
            sheet = _Sheet.model_validate(_sheet(tomllib.loads(text)))
        except tomllib.TOMLDecodeError as error:
            raise TermsUnreadable(f"{where}: {error}") from error
        except ValidationError as error:
            found = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise TermsUnreadable(f"{where}: {'; '.join(found)}") from error
        return cls(sheet.version, _digest(sheet), {name: table.term(name) for name, table in sheet.terms.items()})

    def at(self, name: str, day: date) -> Any:
        """The value of a term on the day that picks it: int, text, tuple or read-only mapping."""
        return self.row(name, day).value

    def number(self, name: str, day: date) -> int:
        """The value of a term that is a whole number (yen, days, times, percent)."""
        value = self.at(name, day)
        if type(value) is not int:
            raise LedgerFault(f"term {name} on {day} is no whole number: {value!r}")
        return value

    def row(self, name: str, day: date) -> Row:
        """The row that serves a day, with its source and the day it starts, for explanations."""
        term = self._named(name, day)
        row = term.row_at(day)
        if (heard := _heard.get()) is not None:
            heard.append(LookUp(term, day, row))
        return row

    def of(self, name: str) -> Term:
        """A whole term with all its rows."""
        return self._named(name, None)

    def __iter__(self) -> Iterator[Term]:
        """All terms, in the order of the file."""
        return iter(self._terms.values())

    def __contains__(self, name: object) -> bool:
        return name in self._terms

    def __len__(self) -> int:
        return len(self._terms)

    def __repr__(self) -> str:
        return f"Terms({self.version}, {len(self)} terms, {self.hash[:12]})"

    def _named(self, name: str, day: date | None) -> Term:
        term = self._terms.get(name)
        if term is None:
            asked = f", asked for on {day}" if day else ""
            raise TermMissing(
                f"there is no term {name}{asked}; terms {self.version} have {', '.join(sorted(self._terms))}"
            )
        return term


# ---- the file -------------------------------------------------------------------------------------------------------


class _RowTable(BaseModel):
    model_config = _PLAIN

    from_: date = Field(alias="from")
    value: Any = None  # absent: the term falls away from that day
    source: StrictStr = Field(min_length=1)
    note: StrictStr | None = None

    @field_validator("value")
    @classmethod
    def _plain(cls, value: object) -> object:
        return _frozen(value)

    def row(self) -> Row:
        return Row(self.from_, self.value, self.source, self.note, "value" not in self.model_fields_set)


class _TermTable(BaseModel):
    model_config = _PLAIN

    clause: StrictStr | list[StrictStr] = Field(min_length=1)
    unit: StrictStr = Field(min_length=1)
    picked_by: StrictStr = Field(min_length=1)
    values: list[_RowTable] = Field(min_length=1)
    note: StrictStr | None = None

    @field_validator("values")
    @classmethod
    def _rising(cls, rows: list[_RowTable]) -> list[_RowTable]:
        starts = [row.from_ for row in rows]
        if starts[0] != OLDEST:
            raise ValueError(f"the first row starts on {OLDEST}, found {starts[0]}")
        for before, after in pairwise(starts):
            if after <= before:
                raise ValueError(f"rows rise by date, found {after} after {before}")
        return rows

    def term(self, name: str) -> Term:
        clauses = (self.clause,) if isinstance(self.clause, str) else tuple(self.clause)
        rows = tuple(row.row() for row in self.values)
        return Term(name, clauses, self.unit, self.picked_by, rows, tuple(row.from_ for row in rows))


class _Sheet(BaseModel):
    model_config = _PLAIN

    version: StrictStr = Field(pattern=r"^\d{4}-\d{2}(\.\d+)?$")
    terms: dict[StrictStr, _TermTable]


def _sheet(content: dict[str, Any]) -> dict[str, Any]:
    """The file's tables gathered under one key, so that a stray entry at the top is read as a term, and refused."""
    return {"version": content.pop("version", None), "terms": content}


def _frozen(value: object) -> object:
    """A value that nobody can change: whole numbers, texts, truth values, days, and lists and tables of them."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, (bool, int, str)) or type(value) is date:
        return value
    raise ValueError(f"a value is a whole number, a text, true or false, a day, a list or a table; found {value!r}")


def _digest(sheet: _Sheet) -> str:
    """SHA-256 over the content in canonical form: layout, comments and the order of tables do not count."""
    content = {"version": sheet.version, "terms": {name: _thawed(table) for name, table in sheet.terms.items()}}
    return sha256(canonical(content)).hexdigest()


def _thawed(value: object) -> object:
    if isinstance(value, BaseModel):
        return {name: _thawed(getattr(value, name)) for name in sorted(value.model_fields_set)}
    if isinstance(value, Mapping):
        return {key: _thawed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_thawed(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def _loaded(path: Path) -> Terms:
    return Terms.parse(path.read_text(encoding="utf-8"), str(path))
