"""Reports as files: Parquet, CSV, JSON lines, Excel. A file is written beside its place and moved there when it is whole.

The same question gives the same bytes: no file bears the time at which it was written.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import orjson

from ledger import console
from ledger.errors import Refused, Words
from replay.portfolio import Column, Filled

Told = Callable[[int], None]
"""Is told how many rows are written."""

AT_ONCE: Final = 20_000
SHEET_ROWS: Final = 1_048_575
"""Rows of an Excel sheet under its heading; a report that has more goes on on a further sheet."""

EXCEL_FIRST: Final = date(1900, 3, 1)
"""Before it Excel counts a day that never was."""


def write(report: Filled, path: Path, told: Told) -> None:
    """Writes a report to a file, in the form that its name ends with."""
    writer = check(path)
    with _whole(path) as part:
        writer(report, part, told)


def check(path: Path) -> Callable[[Filled, Path, Told], None]:
    """The writer of a file, by how its name ends. Refuses what cannot be written, before anything is asked of the database."""
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise Refused("--out", str(path), tuple(f"*{suffix}" for suffix in WRITERS))
    if writer in {_parquet, _xlsx}:
        _imported("pyarrow" if writer is _parquet else "xlsxwriter")
    return writer


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside the place, which takes the place when all went well."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False) as made:
            part = Path(made.name)
    except OSError as error:
        found = Words(f"{path}（{error.strerror}）", f"{path} ({error.strerror})")
        raise Refused("--out", found, Words("書き込めるフォルダーの中のファイル名", "a file in a folder that may be written")) from None
    try:
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def _counted(report: Filled, told: Told) -> Iterator[tuple[Any, ...]]:
    for n, cells in enumerate(report.cells(), 1):
        yield cells
        if n % 1_000 == 0:
            told(n)


# ---- CSV -----------------------------------------------------------------------------------------------------------------------


def _csv(report: Filled, path: Path, told: Told) -> None:
    """UTF-8 with a mark, so that Excel reads Japanese; no cell is one that a spreadsheet takes for a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)  # a lone CR would end a row
        writer.writerow([column.name for column in report.report.columns])
        for cells in _counted(report, told):
            writer.writerow([console.csv_cell(cell.isoformat() if isinstance(cell, date) else cell) for cell in cells])


# ---- JSON lines ------------------------------------------------------------------------------------------------------------------


def _jsonl(report: Filled, path: Path, told: Told) -> None:
    """A row a line, as on standard output."""
    with path.open("wb") as file:
        for n, row in enumerate(report.rows, 1):
            file.write(orjson.dumps(row.wire()) + b"\n")
            if n % 1_000 == 0:
                told(n)


# ---- Parquet -------------------------------------------------------------------------------------------------------------------


def _parquet(report: Filled, path: Path, told: Told) -> None:
    """Typed columns; what was asked is in the file's metadata."""
    pa, pq = _imported("pyarrow"), _imported("pyarrow.parquet")
    types = {"text": pa.string(), "ids": pa.list_(pa.string()), "amount": pa.int64(), "day": pa.date32(), "flag": pa.bool_()}
    columns = report.report.columns
    schema = pa.schema([(column.name, types[column.kind]) for column in columns], metadata=dict(report.about()))
    cells = _counted(report, told)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while chunk := list(islice(cells, AT_ONCE)):
            arrays = [
                pa.array([_listed(cell) for cell in cells], type=types[column.kind])
                for column, cells in zip(columns, zip(*chunk, strict=True), strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        writer.add_key_value_metadata({f"undetermined {policy}": why for policy, why in report.left_out()})


def _listed(cell: Any) -> Any:
    return list(cell) if isinstance(cell, tuple) else cell


# ---- Excel ---------------------------------------------------------------------------------------------------------------------


def _xlsx(report: Filled, path: Path, told: Told) -> None:
    """Typed cells, never a formula; a sheet with the question, position and terms. Rows are written out as they come."""
    xlsxwriter = _imported("xlsxwriter")
    with xlsxwriter.Workbook(path, {"constant_memory": True, "in_memory": False}) as book:
        book.set_properties({"created": datetime(1980, 1, 1, tzinfo=UTC), "title": report.report.name})
        sheets = _Sheets(book, report.report.columns, report.report.name)
        for cells in _counted(report, told):
            sheets.add(cells)
        about = book.add_worksheet("question")
        about.set_column(0, 1, 40)
        for row, (name, value) in enumerate([*report.about(), *_undetermined(report)]):
            about.write_string(row, 0, name)
            about.write_string(row, 1, value)


def _undetermined(report: Filled) -> Iterator[tuple[str, str]]:
    for policy_id, why in report.left_out():
        yield f"undetermined {policy_id}", why


class _Sheets:
    """The sheets of a report: a heading on each, and a further one when one is full."""

    def __init__(self, book: Any, columns: tuple[Column, ...], name: str) -> None:
        self._book, self._columns, self._name = book, columns, name
        self._bold = book.add_format({"bold": True})
        self._formats = {
            "amount": book.add_format({"num_format": "#,##0"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        self._count = 0
        self._begin()

    def _begin(self) -> None:
        self._count += 1
        self._row = 0
        self._sheet = self._book.add_worksheet(self._name if self._count == 1 else f"{self._name} {self._count}")
        self._sheet.freeze_panes(1, 0)
        for i, column in enumerate(self._columns):
            self._sheet.set_column(i, i, 18 if column.kind in {"text", "ids"} else 14)
            self._sheet.write_string(0, i, _heading(column), self._bold)

    def add(self, cells: tuple[Any, ...]) -> None:
        """A row."""
        if self._row == SHEET_ROWS:
            self._begin()
        self._row += 1
        for i, (column, cell) in enumerate(zip(self._columns, cells, strict=True)):
            self._write(i, column.kind, cell)

    def _write(self, i: int, kind: str, cell: Any) -> None:
        """A cell by its type. Text is written as text, whatever it begins with."""
        if cell is None:
            return
        if kind == "amount":
            self._sheet.write_number(self._row, i, cell, self._formats["amount"])
        elif kind == "flag":
            self._sheet.write_boolean(self._row, i, cell)
        elif kind == "day" and cell >= EXCEL_FIRST:
            self._sheet.write_datetime(self._row, i, cell, self._formats["day"])
        else:
            self._sheet.write_string(self._row, i, cell.isoformat() if kind == "day" else console.plain(cell))


def _heading(column: Column) -> str:
    from ledger.words import named

    return named("column", column.name).get(console.language())


def _imported(module: str) -> Any:
    """A library of the extra `reports`."""
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise Refused("--out", error.name or module, "pip install 'hoken-ledger[reports]'") from error


WRITERS: Final[Mapping[str, Callable[[Filled, Path, Told], None]]] = {
    ".parquet": _parquet, ".csv": _csv, ".jsonl": _jsonl, ".xlsx": _xlsx,
}  # fmt: skip
